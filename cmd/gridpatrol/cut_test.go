package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/chaos"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// TestLostAnswersAreRepeatable cuts the connection after the database has
// committed and before it could say so: the store must not claim to know, and
// the same key must then give the one report.
func TestLostAnswersAreRepeatable(t *testing.T) {
	ctx := context.Background()
	url := districtDatabase(t)
	proxy, store := openThrough(t, url)
	in := newIntakes(t, store)
	for i := range 10 {
		first := in.next()
		key := sha256.Sum256([]byte{byte(i)})
		first.KeyHash, first.RequestHash = key[:], key[:]
		proxy.CutAfterCommit(1)
		if _, _, err := store.Accept(ctx, first); !errors.Is(err, geo.ErrUnavailable) {
			t.Fatalf("Accept with a lost answer = %v, want %v", err, geo.ErrUnavailable)
		}
		again := in.next() // the client repeats: another id, the same key
		again.KeyHash, again.RequestHash = first.KeyHash, first.RequestHash
		got, replayed, err := store.Accept(ctx, again)
		if err != nil || !replayed || got.ID != first.Report.ID {
			t.Errorf("the same key again = report %s, replayed %t, %v; want report %s, which was committed", got.ID, replayed, err, first.Report.ID)
		}
	}
	if n := count(t, url, "SELECT count(*) FROM gridpatrol.reports"); n != 10 {
		t.Errorf("%d reports are stored for 10 keys", n)
	}
	if _, cut := proxy.Commits(); cut != 10 {
		t.Errorf("%d connections were cut, want 10: nothing was tried", cut)
	}
}

// TestLostAnswersToEventsAreRepeatable is the same for what is done to a report:
// a comment, which every state takes, is there once for its key. The control
// repeats without one, and gets two.
func TestLostAnswersToEventsAreRepeatable(t *testing.T) {
	ctx := context.Background()
	url := districtDatabase(t)
	proxy, store := openThrough(t, url)
	report := newIntakes(t, store).next()
	if _, _, err := store.Accept(ctx, report); err != nil {
		t.Fatal(err)
	}
	comment := func(key []byte) (replayed bool, err error) {
		sum := sha256.Sum256(key)
		_, replayed, err = store.Act(ctx, access.Scope{All: true}, patrol.Action{
			ReportID: report.Report.ID, Type: patrol.EventComment, AnyReport: true, At: time.Now(), KeyHash: key, RequestHash: key,
			Photos: []patrol.Photo{{SHA256: sum[:], Bytes: 10, Width: 4, Height: 3}},
		}, func() error { return nil })
		return replayed, err
	}
	for i := range 10 {
		key := sha256.Sum256([]byte{byte(i)})
		proxy.CutAfterCommit(1)
		if _, err := comment(key[:]); !errors.Is(err, geo.ErrUnavailable) {
			t.Fatalf("Act with a lost answer = %v, want %v", err, geo.ErrUnavailable)
		}
		if replayed, err := comment(key[:]); err != nil || !replayed {
			t.Errorf("the same key again = replayed %t, %v; want what was committed", replayed, err)
		}
	}
	const comments = "SELECT count(*) FROM gridpatrol.report_events WHERE type = 'comment'"
	if n := count(t, url, comments); n != 10 {
		t.Errorf("%d comments are stored for 10 keys", n)
	}
	if n := count(t, url, "SELECT count(*) FROM gridpatrol.report_photos"); n != 10 {
		t.Errorf("%d photos are stored, want 10", n)
	}
	proxy.CutAfterCommit(1)
	if _, err := comment(nil); !errors.Is(err, geo.ErrUnavailable) {
		t.Fatalf("Act without a key and with a lost answer = %v, want %v", err, geo.ErrUnavailable)
	}
	if _, err := comment(nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, url, comments); n != 12 {
		t.Errorf("%d comments after one was repeated without a key, want 12: the control doubles nothing", n)
	}
}

// openThrough opens a store that reaches its database through a proxy.
func openThrough(t *testing.T, url string) (*chaos.Proxy, *postgis.Store) {
	t.Helper()
	proxy, err := chaos.New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	through, err := proxy.URL(url)
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgis.Open(t.Context(), postgis.Config{URL: through, District: "220112", MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	return proxy, store
}
