package api

import (
	"context"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// lateEvents gives one event, after something has happened.
type lateEvents struct {
	event  patrol.StreamEvent
	before func()
}

func (e lateEvents) Subscribe(_ context.Context, after int64, _ func(patrol.StreamEvent) bool) (<-chan patrol.StreamEvent, int64, error) {
	e.before()
	out := make(chan patrol.StreamEvent, 1)
	out <- e.event
	close(out)
	return out, after, nil
}

// TestNothingIsToldOnceRightsEnd changes who listens between the door and the
// first event.
func TestNothingIsToldOnceRightsEnd(t *testing.T) {
	event := told(5, id(77), "fire_safety", nil, id(4))
	for name, c := range map[string]struct {
		change func(*fakeStore)
		told   bool
	}{
		"nothing changes":      {func(*fakeStore) {}, true},
		"the session ends":     {func(f *fakeStore) { clear(f.sessions) }, false},
		"disabled":             {func(f *fakeStore) { f.accounts[0].Disabled = true }, false},
		"limited to elsewhere": {func(f *fakeStore) { f.accounts[0].AreaIDs = []geo.ID{id(5)} }, false},
		"another role":         {func(f *fakeStore) { f.accounts[0].Role = access.Consumer }, false},
	} {
		t.Run(name, func(t *testing.T) {
			events := &lateEvents{event: event}
			s := newSite(t, func(c *Config) { c.Events = events })
			s.store.accounts = []access.Account{{ID: id(901), Login: "a", Role: access.Dispatcher, AreaIDs: []geo.ID{id(4)}}}
			s.store.sessions[string(access.HashSecret("cookie"))] = id(901)
			events.before = func() { c.change(s.store) }
			w := s.do(call{method: "GET", path: "/api/v1/events", header: map[string]string{"Cookie": "gp_session=cookie"}})
			if got := strings.Contains(w.Body.String(), "private words"); w.Code != 200 || got != c.told {
				t.Errorf("the stream is %d %q, told %v, want %v", w.Code, w.Body, got, c.told)
			}
		})
	}
}

// TestQuietStreamsEndWithRights has a stream end of which nothing is told.
func TestQuietStreamsEndWithRights(t *testing.T) {
	s := newSite(t, func(c *Config) {})
	s.store.accounts = []access.Account{{ID: id(901), Login: "a", Role: access.Dispatcher}}
	s.store.sessions[string(access.HashSecret("cookie"))] = id(901)
	who := listener{principal: s.api.principal(s.store.accounts[0]), creds: credentials{cookie: "cookie"}}
	for _, want := range []bool{true, false} {
		if holds, err := s.api.still(t.Context(), who); holds != want || err != nil {
			t.Errorf("still = %v, %v, want %v", holds, err, want)
		}
		clear(s.store.sessions)
	}
	if holds, err := s.api.still(t.Context(), listener{}); !holds || err != nil {
		t.Errorf("still of nobody = %v, %v, want true: there is nothing to end", holds, err)
	}
}
