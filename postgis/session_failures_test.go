package postgis

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// account makes an account whose password's hash is "h".
func (w *world) account(t *testing.T, login string, role access.Role, areas ...geo.ID) access.Account {
	t.Helper()
	a, err := w.CreateAccount(t.Context(), access.Account{Login: login, Name: login, PasswordHash: "h", Role: role, AreaIDs: areas}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// begin makes a session of the account and gives its hash.
func (w *world) begin(t *testing.T, a access.Account, at time.Time) []byte {
	t.Helper()
	id := newID()
	in := access.Session{ID: id, Hash: access.HashSecret(id.String()), Account: a.ID, CreatedAt: at, Agent: "x"}
	if err := w.CreateSession(t.Context(), in, access.Proof{Login: a.Login, PasswordHash: a.PasswordHash}, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	return in.Hash
}

// A login is locked by the tenth wrong password, whoever has it, and the locks
// grow.
func TestLockout(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	known := w.account(t, "known", access.Officer)
	now := time.Now().UTC().Truncate(time.Microsecond)
	for _, login := range []string{"known", "nobody"} {
		try := func(at time.Time) time.Duration {
			until, err := w.TrySignIn(t.Context(), login, at)
			if err != nil {
				t.Fatal(err)
			}
			if until.IsZero() {
				return 0
			}
			return until.Sub(at)
		}
		for i := range access.LockAfter {
			if wait := try(now); wait != 0 {
				t.Fatalf("%s: attempt %d is locked for %v", login, i+1, wait)
			}
		}
		at, last := now, time.Duration(0)
		for _, want := range []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 4 * time.Hour} {
			if wait := try(at); wait != want {
				t.Errorf("%s: locked for %v, want %v", login, wait, want)
			}
			if wait := try(at.Add(want - time.Second)); wait != time.Second {
				t.Errorf("%s: a second before the end %v are left", login, wait)
			}
			at = at.Add(want)
			if last = try(at); last != 0 {
				t.Errorf("%s: locked for %v when the lock has ended", login, last)
			}
		}
		if wait := try(at.Add(4*time.Hour + access.LockForget + time.Second)); wait != 0 {
			t.Errorf("%s: locked for %v a day later", login, wait)
		}
		if wait := try(at.Add(4*time.Hour + access.LockForget + time.Second)); wait != 0 {
			t.Errorf("%s: the count did not begin anew: %v", login, wait)
		}
	}
	for range access.LockAfter {
		if _, err := w.TrySignIn(t.Context(), "known", now.Add(60*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	locks, err := w.SignInLocks(t.Context(), []string{"known", "nobody", "other"}, now.Add(60*time.Hour))
	if err != nil || len(locks) != 1 || locks["known"].IsZero() {
		t.Errorf("SignInLocks = %v, %v; want that of known alone", locks, err)
	}
	w.begin(t, known, now)
	if locks, err := w.SignInLocks(t.Context(), []string{"known"}, now.Add(60*time.Hour)); err != nil || len(locks) != 0 {
		t.Errorf("after the right password: %v, %v", locks, err)
	}
	if n := w.count(t, `SELECT count(*) FROM signin_failures WHERE position('nobody'::bytea IN login_hash) > 0`); n != 0 {
		t.Error("a login is kept as it was typed")
	}
}

// Many attempts at once are no way round the count.
func TestLockoutAtOnce(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	now := time.Now()
	var let atomic.Int32
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			until, err := w.TrySignIn(t.Context(), "x", now)
			if err != nil {
				t.Error(err)
			} else if until.IsZero() {
				let.Add(1)
			}
		})
	}
	all.Wait()
	if n := let.Load(); n != access.LockAfter {
		t.Errorf("%d of 30 attempts at once were let through, want %d", n, access.LockAfter)
	}
}

func TestSignInRefusedIsAudited(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a := w.account(t, "a", access.Officer)
	public := patrol.Actor{Kind: "public"}
	for range access.LockAfter {
		if _, err := w.TrySignIn(t.Context(), "a", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.SignInRefused(t.Context(), "a", a.ID, public), w.SignInRefused(t.Context(), "b", geo.ID{}, public)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'session.refuse' AND coalesce(detail ? 'locked_until', false)`); n != 1 {
		t.Errorf("%d lines tell of the lock, want that of the account alone", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'session.refuse' AND (subject = 'none' OR subject = (SELECT id::text FROM accounts))`); n != 2 {
		t.Errorf("%d lines, want 2", n)
	}
}
