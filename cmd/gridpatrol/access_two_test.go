package main

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestTwoServersForgetAtOnce takes rights away on one server, which refuses at
// once, and asks the other, which had remembered them.
func TestTwoServersForgetAtOnce(t *testing.T) {
	w := newScopeWorld(t)
	b := serveTest(t, w.url)
	ctx := t.Context()
	both := []*serving{w.serving, b}
	report := "/api/v1/reports/" + w.here.report
	member := func(role access.Role, person geo.ID, areas ...geo.ID) (access.Account, *caller) {
		t.Helper()
		w.made++
		a := w.account(w.store, fmt.Sprintf("member-%d", w.made), role, person, areas...)
		c := &caller{account: a.ID}
		w.signIn(c)
		return a, c
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, prepare := range map[string]func() (header []string, after int, take func()){
		"a token is revoked": func() ([]string, int, func()) {
			made := w.token(w.store, access.Token{Role: access.Dispatcher})
			return bearer(made.text), 401, func() { must(w.store.RevokeToken(ctx, made.id, system)) }
		},
		"an account is disabled": func() ([]string, int, func()) {
			a, c := member(access.Dispatcher, geo.ID{})
			return c.header, 404, func() { must(w.store.DisableAccount(ctx, a.ID, system)) }
		},
		"a session is ended": func() ([]string, int, func()) {
			a, c := member(access.Dispatcher, geo.ID{})
			return c.header, 404, func() { _, err := w.store.EndSessions(ctx, a.ID, nil, system); must(err) }
		},
		"other areas are given": func() ([]string, int, func()) {
			a, c := member(access.Dispatcher, geo.ID{}, w.here.township.ID)
			there := []geo.ID{w.there.township.ID}
			return c.header, 404, func() {
				_, err := w.store.ChangeAccount(ctx, a.ID, access.AccountChange{AreaIDs: &there}, system)
				must(err)
			}
		},
		"a post is taken away": func() ([]string, int, func()) {
			_, c := member(access.Officer, w.here.chief)
			return c.header, 404, func() {
				_, err := w.store.EditRoster(ctx, []patrol.RosterChange{patrol.Relieve{Seat: w.here.seat}}, patrol.RosterEditOptions{}, system)
				must(err)
				must(w.duties.Refresh(ctx)) // as the route does
			}
		},
		"it is done beside the program, and nobody says so": func() ([]string, int, func()) {
			a, c := member(access.Dispatcher, geo.ID{})
			return c.header, 404, func() {
				execute(t, w.url, `UPDATE gridpatrol.accounts SET disabled_at = now() WHERE id = $1`, a.ID)
				execute(t, w.url, `UPDATE gridpatrol.districts SET access_version = access_version + 1 WHERE district_code = $1`, "220112")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			header, after, take := prepare()
			for i, s := range both {
				for range 2 {
					if got := request(s, "GET", report, "", header...); got.status != 200 {
						t.Fatalf("before, server %d answers %d %s", i, got.status, got.body)
					}
				}
			}
			ended := quietStream(t, b, header)
			take()
			taken := time.Now()
			refuses := func(s *serving) bool { return request(s, "GET", report, "", header...).status == after }
			if name[:2] != "it" && !refuses(w.serving) {
				t.Error("the server that made the change goes on")
			}
			for _, s := range both {
				eventually(t, "the report is refused", func() bool { return refuses(s) })
			}
			t.Logf("both refuse after %s", time.Since(taken).Round(time.Millisecond))
			select {
			case <-ended:
				t.Logf("the stream has ended after %s", time.Since(taken).Round(time.Millisecond))
			case <-time.After(30 * time.Second):
				t.Error("the event stream of the other server goes on")
			}
		})
	}
}

// quietStream opens an event stream; the channel is closed when it has ended.
func quietStream(t *testing.T, s *serving, header []string) <-chan struct{} {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /api/v1/events: %s", resp.Status)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body) // its end is what matters
	}()
	return ended
}
