package basemap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// remote fetches from the hosts that the operator named, and from no others.
// Its errors hold no address, as keys stand in addresses.
type remote struct {
	client  *http.Client
	hosts   map[string]bool
	slots   *semaphore.Weighted
	breaker *breaker
	timeout time.Duration
	metrics *metrics
}

const (
	parallel  = 6 // fetches at the same time
	redirects = 3
	userAgent = "gridpatrol"
	keepLeast = 5 * time.Minute
	keepLong  = time.Hour // where the source does not say
	keepMost  = 7 * 24 * time.Hour
)

var (
	errRedirect = errors.New("the source sends on to another host")
	errTimeout  = errors.New("the source does not answer in time")
	errReach    = errors.New("the source cannot be reached")
)

// statusError is an answer that is neither a tile nor the lack of one.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("the source answers with status %d", int(s)) }

func newRemote(s *Server, c Config) *remote {
	r := &remote{hosts: make(map[string]bool), slots: semaphore.NewWeighted(parallel), timeout: c.Timeout, metrics: s.metrics}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = parallel
	transport.MaxResponseHeaderBytes = 64 << 10
	r.client = &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > redirects || !r.hosts[next.URL.Host] || via[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
			return errRedirect
		}
		return nil
	}}
	s.closers = append(s.closers, idle{transport})
	r.breaker = newBreaker(c.Now, func(open bool, why error) {
		r.metrics.setAway(open)
		if open {
			s.log.Warn("the base map does not answer; it is left alone for a while, and maps are drawn without it", "cause", why)
		} else {
			s.log.Info("the base map answers again")
		}
	})
	return r
}

// idle closes the connections that a transport keeps.
type idle struct{ *http.Transport }

func (i idle) Close() error { i.CloseIdleConnections(); return nil }

// fetch gets one tile.
func (r *remote) fetch(ctx context.Context, address string, kind Kind) (content, error) {
	body, header, err := r.get(ctx, address, maxBody, func(body []byte) error {
		_, err := sniff(kind, body)
		return err
	})
	if err != nil {
		return content{}, err
	}
	c, err := sniff(kind, body)
	c.keep = keepFor(header)
	return c, err
}

// get gives the body at an address; nothing where there is no such tile. What
// usable refuses is a failure of the source like any other. At most so many run
// at a time, each for at most the timeout, and none while the source is left alone.
func (r *remote) get(ctx context.Context, address string, limit int64, usable func([]byte) error) ([]byte, http.Header, error) {
	if err := r.slots.Acquire(ctx, 1); err != nil {
		return nil, nil, errTimeout
	}
	defer r.slots.Release(1)
	ctx, leave, err := r.breaker.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	timed, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	body, header, err := r.ask(timed, address, limit)
	if err == nil {
		err = usable(body)
	}
	if context.Cause(ctx) == errAway {
		err = errAway
	}
	leave(err)
	r.metrics.fetched(err)
	return body, header, err
}

func (r *remote) ask(ctx context.Context, address string, limit int64) ([]byte, http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, errReach
	}
	request.Header.Set("User-Agent", userAgent)
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, nil, plain(ctx, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, nil, plain(ctx, err)
	case int64(len(body)) > limit:
		return nil, nil, errTooLarge
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return body, answer.Header, nil
	case http.StatusNoContent, http.StatusNotFound, http.StatusGone:
		return nil, answer.Header, nil
	case http.StatusBadRequest:
		// How a WMTS says that there is no such tile (OGC 07-057r7, table 23).
		if bytes.Contains(body, []byte("TileOutOfRange")) {
			return nil, answer.Header, nil
		}
	}
	return nil, nil, statusError(answer.StatusCode)
}

// plain gives the kind of a failure without the address, which net/http puts
// into its errors.
func plain(ctx context.Context, err error) error {
	var slow net.Error
	switch {
	case errors.Is(err, errRedirect):
		return errRedirect
	case ctx.Err() != nil, errors.As(err, &slow) && slow.Timeout():
		return errTimeout
	}
	return errReach
}

// keepFor reads how long an answer may be kept (RFC 9111, 5.2.2): never where
// it says no-store, else some minutes at least.
func keepFor(h http.Header) time.Duration {
	keep := keepLong
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store":
			return 0
		case "no-cache":
			keep = keepLeast
		case "max-age":
			if seconds, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil {
				keep = time.Duration(min(seconds, int(keepMost/time.Second))) * time.Second
			}
		}
	}
	return max(keep, keepLeast)
}
