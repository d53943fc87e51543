package postgis

import (
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestResetLinks(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a := w.account(t, "a", access.Officer)
	now := time.Now().UTC().Truncate(time.Microsecond)
	link := func(text string) []byte {
		hash := access.HashSecret(text)
		if err := w.CreateReset(t.Context(), a.ID, hash, now, now.Add(access.ResetLife), patrol.Actor{}); err != nil {
			t.Fatal(err)
		}
		return hash
	}
	refused := func(what string, hash []byte, at time.Time) {
		t.Helper()
		if _, err := w.ResetAccount(t.Context(), hash, at); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("a link %s is found: %v", what, err)
		}
		if err := w.UseReset(t.Context(), hash, "stolen", at); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("a link %s is taken: %v", what, err)
		}
	}
	first := link("first")
	second := link("second")
	refused("that was replaced", first, now)
	refused("that has expired", second, now.Add(access.ResetLife))
	if got, err := w.ResetAccount(t.Context(), second, now.Add(access.ResetLife-time.Second)); err != nil || got.ID != a.ID {
		t.Errorf("ResetAccount = %+v, %v", got, err)
	}
	for range access.LockAfter {
		if _, err := w.TrySignIn(t.Context(), "a", now); err != nil {
			t.Fatal(err)
		}
	}
	hash := w.begin(t, w.must(t, a.ID), now)
	for range access.LockAfter {
		if _, err := w.TrySignIn(t.Context(), "a", now); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.SetPassword(t.Context(), a.ID, "by the administrator", true, patrol.Actor{}); err != nil || !w.must(t, a.ID).MustChange {
		t.Errorf("SetPassword: %v, must change %v", err, w.must(t, a.ID).MustChange)
	}
	refused("from before a password", second, now)
	third := link("third")
	if err := w.UseReset(t.Context(), third, "chosen", now); err != nil {
		t.Fatal(err)
	}
	if got := w.must(t, a.ID); got.PasswordHash != "chosen" || got.MustChange {
		t.Errorf("after the link: %+v", got)
	}
	refused("that was used", third, now)
	if _, _, err := w.Session(t.Context(), hash, now); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a session outlives the link: %v", err)
	}
	if locks, err := w.SignInLocks(t.Context(), []string{"a"}, now); err != nil || len(locks) != 0 {
		t.Errorf("the lock outlives the link: %v, %v", locks, err)
	}
	fourth := link("fourth")
	in := access.Session{ID: newID(), Hash: access.HashSecret("in"), Account: a.ID, CreatedAt: now}
	if err := w.ChangePassword(t.Context(), a.ID, "guessed", "x", in, patrol.Actor{}); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("changing a password that is another by now: %v", err)
	}
	if err := w.ChangePassword(t.Context(), a.ID, "chosen", "own", in, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Session(t.Context(), in.Hash, now); err != nil {
		t.Errorf("the session that goes on: %v", err)
	}
	refused("from before a change", fourth, now)
	fifth := link("fifth")
	if err := w.DisableAccount(t.Context(), a.ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	refused("of a disabled account", fifth, now)
	var p *geo.Problem
	if err := w.CreateReset(t.Context(), a.ID, first, now, now.Add(time.Hour), patrol.Actor{}); !errors.As(err, &p) || p.Code != "account-disabled" {
		t.Errorf("a link for a disabled account: %v", err)
	}
	if err := w.CreateReset(t.Context(), newID(), first, now, now.Add(time.Hour), patrol.Actor{}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a link for nobody: %v", err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'account.reset'`); n != 5 {
		t.Errorf("%d links are in the audit log, want 5", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE detail::text ~ 'chosen|stolen|own"|first|fifth'`); n != 0 {
		t.Errorf("%d lines of the audit log hold a secret", n)
	}
}

func (w *world) must(t *testing.T, id geo.ID) access.Account {
	t.Helper()
	a, err := w.Account(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
