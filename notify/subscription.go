package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// Why a subscription ended, besides the end of its context or a store that failed.
var (
	ErrSlow   = errors.New("subscriber too slow")
	ErrClosed = errors.New("event hub closed")
)

// Live as the cursor to subscribe after means: only what comes from now on.
const Live int64 = -1

// Subscription is one subscriber's part of the stream.
type Subscription struct {
	// From is the cursor the subscription started after: what a client gives
	// back as Last-Event-ID when it gets cut before its first event.
	From int64

	ch      chan patrol.StreamEvent
	visible func(patrol.StreamEvent) bool
	cut     chan struct{} // closed by the hub when it drops the subscription
	pos     int64         // last cursor seen; the replay's, then guarded by Hub.mu
	epoch   int           // the hub's when pos was set
	err     error         // written before ch is closed
}

// Events gives the events in order of their cursors, each once. It is closed
// at the end; Err then says why.
func (s *Subscription) Events() <-chan patrol.StreamEvent { return s.ch }

// Err says why the subscription ended: ErrSlow, ErrClosed, the context's error
// or the store's. It is to be asked after Events was closed.
func (s *Subscription) Err() error { return s.err }

// push offers an event without waiting; false means the buffer is full.
func (s *Subscription) push(e patrol.StreamEvent) bool {
	if e.Cursor <= s.pos {
		return true // came with the replay
	}
	if !s.wants(e) {
		s.pos = e.Cursor
		return true
	}
	select {
	case s.ch <- e:
		s.pos = e.Cursor
		return true
	default:
		return false
	}
}

func (s *Subscription) wants(e patrol.StreamEvent) bool {
	return e.Type == "reset" || s.visible == nil || s.visible(e)
}

// Subscribe gives the events after a cursor, first from the log, then live,
// without a gap or a repeat between. With Live it starts now. Where the log no
// longer reaches back to the cursor, or never reached it, a "reset" event comes
// first and the stream goes on from the newest cursor.
//
// visible says whether the subscriber may see an event; nil means all. It is
// called under the hub's lock and must be quick. The subscription ends with
// ctx, with the hub, or when the subscriber is too slow. Before the hub has
// read the log for the first time Subscribe waits; after its end it gives a
// geo.ErrUnavailable.
func (h *Hub) Subscribe(ctx context.Context, after int64, visible func(patrol.StreamEvent) bool) (*Subscription, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-h.done:
		return nil, errNotRunning
	case <-h.ready:
	}
	s := &Subscription{
		visible: visible,
		ch:      make(chan patrol.StreamEvent, h.cfg.Buffer),
		cut:     make(chan struct{}),
	}
	h.mu.Lock()
	s.epoch = h.epoch
	h.mu.Unlock()
	var first *patrol.StreamEvent
	if after >= 0 {
		newest, oldest, err := h.log.Cursor(ctx)
		if err != nil {
			return nil, fmt.Errorf("event cursor: %w", err)
		}
		s.pos = after
		if after > newest || after+1 < oldest {
			e := h.reset(newest)
			first, s.pos = &e, newest
		}
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return nil, errNotRunning
	}
	if after < 0 {
		s.pos = h.cursor
		h.live[s] = struct{}{}
	}
	s.From = s.pos
	h.subs.Go(func() { h.serve(ctx, s, after >= 0, first) })
	return s, nil
}

// serve is a subscription's life. Until it joins the live ones only this
// goroutine sends on s.ch; from then on only the hub does, under its lock.
func (h *Hub) serve(ctx context.Context, s *Subscription, replay bool, first *patrol.StreamEvent) {
	defer close(s.ch)
	if first != nil && !h.send(ctx, s, *first) {
		return
	}
	if replay && !h.replay(ctx, s) {
		return
	}
	select {
	case <-s.cut:
	case <-ctx.Done():
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.live[s]; ok { // else the hub was quicker
			h.drop(s, ctx.Err())
		}
	}
}

// replay sends what the log has after s.pos, until it has caught up with the
// hub; then the subscription is live.
func (h *Hub) replay(ctx context.Context, s *Subscription) bool {
	for {
		handedOut := h.Cursor() // before the read, which therefore reaches as far
		events, err := h.log.EventsAfter(ctx, s.pos, h.cfg.Batch)
		if err != nil {
			s.err = fmt.Errorf("events after %d: %w", s.pos, err)
			return false
		}
		for _, e := range events {
			if s.wants(e) && !h.send(ctx, s, e) {
				return false
			}
			s.pos = e.Cursor
		}
		if len(events) == h.cfg.Batch {
			continue
		}
		joined, broken := h.join(s, len(events) == 0 && s.pos < handedOut)
		if joined {
			return true
		}
		if broken && !h.send(ctx, s, h.reset(s.pos)) {
			return false
		}
		if s.err != nil {
			return false
		}
	}
}

// join makes the subscription live if it has everything the hub has handed
// out. broken says that the log does not continue where the subscription is:
// it was put back, or it lacks what the hub had handed out, and s.pos now is
// where to go on.
func (h *Hub) join(s *Subscription, lacking bool) (joined, broken bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.over:
		s.err = ErrClosed
		return false, false
	case s.epoch != h.epoch, lacking:
		s.epoch, s.pos = h.epoch, h.cursor
		return false, true
	case s.pos < h.cursor:
		return false, false
	}
	h.live[s] = struct{}{}
	return true, false
}

// send waits for room; it sets s.err when there is none in time.
func (h *Hub) send(ctx context.Context, s *Subscription, e patrol.StreamEvent) bool {
	stall := time.NewTimer(h.cfg.Stall)
	defer stall.Stop()
	select {
	case s.ch <- e:
		return true
	case <-ctx.Done():
		s.err = ctx.Err()
	case <-h.done:
		s.err = ErrClosed
	case <-stall.C:
		s.err = ErrSlow
	}
	return false
}
