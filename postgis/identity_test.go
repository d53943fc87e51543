package postgis

import (
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestIdentities(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a, b := w.account(t, "a", access.Officer), w.account(t, "b", access.Officer)
	now := time.Now().UTC().Truncate(time.Microsecond)
	who := access.PendingIdentity{Identity: access.Identity{Issuer: "https://i", Subject: "s"}, Name: "n", Username: "u"}
	for i := range 2 {
		if err := w.NotePending(t.Context(), who, now.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := w.PendingIdentities(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "n" || !list[0].FirstSeen.Equal(now) || !list[0].LastSeen.Equal(now.Add(time.Hour)) {
		t.Fatalf("who waits: %+v, %v", list, err)
	}
	if _, err := w.AccountByIdentity(t.Context(), who.Identity); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("the account of somebody who waits: %v", err)
	}
	if err := w.LinkPending(t.Context(), newID(), list[0].ID, patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("linking to no account: %v", err)
	}
	if err := w.LinkPending(t.Context(), a.ID, newID(), patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("linking nobody: %v", err)
	}
	if err := w.LinkPending(t.Context(), a.ID, list[0].ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if got, err := w.AccountByIdentity(t.Context(), who.Identity); err != nil || got.ID != a.ID {
		t.Errorf("AccountByIdentity = %+v, %v", got, err)
	}
	if left, err := w.PendingIdentities(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("still waiting: %+v, %v", left, err)
	}
	for account, id := range map[geo.ID]access.Identity{b.ID: who.Identity, a.ID: {Issuer: "https://i", Subject: "other"}} {
		if err := w.LinkIdentity(t.Context(), account, id, patrol.Actor{}); !isProblem(err, "identity-taken") {
			t.Errorf("linking %v again: %v", id, err)
		}
	}
	// Those not seen for a month go when somebody else comes.
	if err := w.NotePending(t.Context(), access.PendingIdentity{Identity: access.Identity{Issuer: "https://i", Subject: "late"}}, now); err != nil {
		t.Fatal(err)
	}
	if err := w.NotePending(t.Context(), access.PendingIdentity{Identity: access.Identity{Issuer: "https://i", Subject: "later"}}, now.Add(keepPending+time.Second)); err != nil {
		t.Fatal(err)
	}
	if left, err := w.PendingIdentities(t.Context()); err != nil || len(left) != 1 || left[0].Subject != "later" {
		t.Errorf("a month later %+v wait, %v", left, err)
	}
	if ids, err := w.Identities(t.Context()); err != nil || ids[a.ID] != who.Identity || len(ids) != 1 {
		t.Errorf("Identities = %v, %v", ids, err)
	}
}
