package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// hasty has deadlines that come a hundred times sooner.
type hasty struct{ http.ResponseWriter }

func (h hasty) Unwrap() http.ResponseWriter { return h.ResponseWriter }

func (h hasty) SetWriteDeadline(at time.Time) error {
	return http.NewResponseController(h.ResponseWriter).SetWriteDeadline(time.Now().Add(time.Until(at) / 100))
}

// quietEvents say nothing until they end.
type quietEvents chan patrol.StreamEvent

func (e quietEvents) Subscribe(context.Context, int64, func(patrol.StreamEvent) bool) (<-chan patrol.StreamEvent, int64, error) {
	return e, 0, nil
}

// TestQuietStreamsEndWhole ends a stream longer after its last word than a client
// may take to read one.
func TestQuietStreamsEndWhole(t *testing.T) {
	events := make(quietEvents)
	s := newSite(t, func(c *Config) { c.Events = events })
	handler := s.api.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(hasty{w}, r) }))
	defer server.Close()
	answer, err := http.Get(server.URL + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	time.Sleep(2 * sendPatience / 100)
	close(events)
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.HasPrefix(string(text), "retry: ") {
		t.Errorf("the stream is %q and ends with %v", text, err)
	}
}
