package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/chaos"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// TestLostAnswersAreRepeatable cuts the connection after the database has
// committed and before it could say so: the store must not claim to know, and
// the same key must then give the one report.
func TestLostAnswersAreRepeatable(t *testing.T) {
	ctx := context.Background()
	url := districtDatabase(t)
	proxy, err := chaos.New(url)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	through, err := proxy.URL(url)
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgis.Open(ctx, postgis.Config{URL: through, District: "220112", MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
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
