package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// listen opens the stream over a real connection and reads until n messages
// have come.
func (s *site) listen(server *httptest.Server, token, last string, n int) []string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "GET", server.URL+"/api/v1/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("events = %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	var out []string
	lines := bufio.NewScanner(resp.Body)
	for len(out) < n && lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			out = append(out, name)
		}
	}
	return out
}

func TestEvents(t *testing.T) {
	s := newSite(t)
	s.store.resetAt = 5
	report := func(cursor int64, area geo.ID) patrol.StreamEvent {
		return patrol.StreamEvent{Cursor: cursor, Type: "report.created", Areas: []geo.ID{area}, Data: json.RawMessage("{\n\"category\":\"other\"}")}
	}
	published := patrol.StreamEvent{Cursor: 20, Type: "revision.published", Data: json.RawMessage(`{"revision":4}`)}
	s.store.events = []patrol.StreamEvent{report(10, id(4)), report(11, id(5)), published}
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	defer s.api.Close()
	for _, tt := range []struct {
		name, token, last, want string
	}{
		{"the public", "", "9", "report.created report.created revision.published"},
		{"an officer of the west", s.token(access.Officer, id(4)), "9", "report.created revision.published"},
		{"an officer without areas", s.token(access.Officer), "9", "revision.published"},
		{"a dispatcher", s.token(access.Dispatcher), "9", "report.created report.created revision.published"},
		{"a dispatcher who comes again", s.token(access.Dispatcher), "11", "revision.published"},
		{"a cursor too old", s.token(access.Dispatcher), "1", "reset report.created report.created revision.published"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := strings.Fields(tt.want)
			if got := s.listen(server, tt.token, tt.last, len(want)); strings.Join(got, " ") != tt.want {
				t.Errorf("heard %v, want %v", got, want)
			}
		})
	}
	for _, bad := range []string{"x", "-1", "1.5"} {
		wantProblem(t, s.do(call{method: "GET", path: "/api/v1/events", header: map[string]string{"Last-Event-ID": bad}}), 400, "bad-request")
	}
}

func TestEventText(t *testing.T) {
	got := eventText(patrol.StreamEvent{Cursor: 7, Type: "report.changed", Data: json.RawMessage("{\n\"a\":1}")})
	if want := "id: 7\nevent: report.changed\ndata: { \"a\":1}\n\n"; got != want {
		t.Errorf("eventText = %q, want %q", got, want)
	}
}

// TestCloseEndsStreams checks that a shutdown does not wait for streams.
func TestCloseEndsStreams(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	resp, err := http.Get(server.URL + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		}
	}()
	s.api.Close()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on after Close")
	}
}
