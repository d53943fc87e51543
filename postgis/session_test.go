package postgis

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a, b := w.account(t, "a", access.Officer), w.account(t, "b", access.Officer)
	now := time.Now().UTC().Truncate(time.Microsecond)
	here, there := w.begin(t, a, now), w.begin(t, a, now.Add(-time.Minute))
	w.begin(t, a, now.Add(-access.SessionIdle))
	others := w.begin(t, b, now)
	list, err := w.Sessions(t.Context(), a.ID, now)
	if err != nil || len(list) != 2 || !bytes.Equal(list[0].Hash, here) || !bytes.Equal(list[1].Hash, there) || list[0].Agent != "x" ||
		!list[0].ExpiresAt.Equal(now.Add(access.SessionAbsolute)) {
		t.Fatalf("Sessions = %+v, %v; want the two that are good", list, err)
	}
	if err := w.EndSession(t.Context(), b.ID, list[1].ID, patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("ending somebody else's session: %v", err)
	}
	if err := w.EndSession(t.Context(), a.ID, list[1].ID, patrol.Actor{}); err != nil {
		t.Error(err)
	}
	if _, _, err := w.Session(t.Context(), there, now); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("the session that was ended: %v", err)
	}
	w.begin(t, a, now)
	if n, err := w.EndSessions(t.Context(), a.ID, here, patrol.Actor{}); err != nil || n != 2 {
		t.Errorf("EndSessions = %d, %v; want the other two", n, err)
	}
	for _, hash := range [][]byte{here, others} {
		if _, _, err := w.Session(t.Context(), hash, now); err != nil {
			t.Errorf("a session that was kept: %v", err)
		}
	}
	if _, err := w.EndSessions(t.Context(), newID(), nil, patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("ending the sessions of nobody: %v", err)
	}
}

// A session is only made while what was proved still holds.
func TestProofMustHold(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a := w.account(t, "a", access.Officer)
	id := access.Identity{Issuer: "https://issuer", Subject: "s"}
	if err := w.LinkIdentity(t.Context(), a.ID, id, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	begin := func(p access.Proof) error {
		n := newID()
		in := access.Session{ID: n, Hash: access.HashSecret(n.String()), Account: a.ID, CreatedAt: time.Now()}
		return w.CreateSession(t.Context(), in, p, patrol.Actor{})
	}
	for _, p := range []access.Proof{{Login: "a", PasswordHash: "h"}, {Identity: id}} {
		if err := begin(p); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []access.Proof{{Login: "a", PasswordHash: "other"}, {Login: "a"}, {Identity: access.Identity{Issuer: "https://issuer", Subject: "t"}},
		{PasswordHash: "h", Identity: access.Identity{Issuer: "https://other", Subject: "s"}}} {
		if err := begin(p); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("%+v: %v, want it refused", p, err)
		}
	}
	if err := w.UnlinkIdentity(t.Context(), a.ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if err := begin(access.Proof{Identity: id}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("an identity that was unlinked: %v", err)
	}
	if err := w.DisableAccount(t.Context(), a.ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if err := begin(access.Proof{Login: "a", PasswordHash: "h"}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a disabled account: %v", err)
	}
}
