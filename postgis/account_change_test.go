package postgis

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func isProblem(err error, code string) bool {
	var p *geo.Problem
	return errors.As(err, &p) && p.Code == code
}

// Two administrators who disable each other at once do not both succeed.
func TestLastAdminAtOnce(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	grid, _ := w.b.Current().Index.Area(geo.Grid, "220112001000001")
	w.account(t, "limited", access.Admin, grid.ID)
	nobody, err := w.CreateAccount(t.Context(), access.Account{Login: "nopassword", Role: access.Admin}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	admins := []access.Account{w.account(t, "a", access.Admin), w.account(t, "b", access.Admin)}
	for range 5 {
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, a := range admins {
			both.Go(func() { errs[i] = w.DisableAccount(t.Context(), a.ID, patrol.Actor{}) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !isProblem(errors.Join(errs...), "last-admin") {
			t.Fatalf("disabling each other: %v and %v, want one refused", errs[0], errs[1])
		}
		enabled := false
		for _, a := range admins {
			if _, err := w.ChangeAccount(t.Context(), a.ID, access.AccountChange{Disabled: &enabled}, patrol.Actor{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.DisableAccount(t.Context(), admins[0].ID, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	role, areas := access.Planner, []geo.ID{grid.ID}
	for name, c := range map[string]access.AccountChange{"another role": {Role: &role}, "areas": {AreaIDs: &areas}} {
		if _, err := w.ChangeAccount(t.Context(), admins[1].ID, c, patrol.Actor{}); !isProblem(err, "last-admin") {
			t.Errorf("%s for the last administrator: %v", name, err)
		}
	}
	if a := w.must(t, admins[1].ID); a.Role != access.Admin || len(a.AreaIDs) != 0 {
		t.Errorf("what was refused was done: %+v", a)
	}
	// Who signs in elsewhere counts too, while linked.
	if err := w.LinkIdentity(t.Context(), nobody.ID, access.Identity{Issuer: "https://i", Subject: "s"}, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if err := w.DisableAccount(t.Context(), admins[1].ID, patrol.Actor{}); err != nil {
		t.Errorf("disabling the last but one: %v", err)
	}
	if err := w.UnlinkIdentity(t.Context(), nobody.ID, patrol.Actor{}); !isProblem(err, "last-admin") {
		t.Errorf("unlinking the last administrator: %v", err)
	}
}

// Every change of who may do what is heard of, and what changes nothing is not.
func TestAccessVersion(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.account(t, "root", access.Admin)
	a := w.account(t, "a", access.Officer)
	now := time.Now().UTC().Truncate(time.Microsecond)
	session := w.begin(t, a, now)
	token := access.Token{ID: newID(), Name: "t", Role: access.Consumer, SecretHash: access.HashSecret("t"), CreatedAt: now}
	name, role, person, areas := "new", access.Planner, newID(), []geo.ID{}
	reset := access.HashSecret("reset")
	actor := patrol.Actor{}
	steps := []struct {
		name  string
		heard bool
		do    func() error
	}{
		{"name", true, func() error {
			_, err := w.ChangeAccount(t.Context(), a.ID, access.AccountChange{Name: &name}, actor)
			return err
		}},
		{"sign out", true, func() error { return w.DeleteSession(t.Context(), session) }},
		{"sign out again", false, func() error { return w.DeleteSession(t.Context(), session) }},
		{"role", true, func() error {
			_, err := w.ChangeAccount(t.Context(), a.ID, access.AccountChange{Role: &role}, actor)
			return err
		}},
		{"person", true, func() error {
			_, err := w.ChangeAccount(t.Context(), a.ID, access.AccountChange{Person: &person, AreaIDs: &areas}, actor)
			return err
		}},
		{"end sessions", true, func() error { _, err := w.EndSessions(t.Context(), a.ID, nil, actor); return err }},
		{"password", true, func() error { return w.SetPassword(t.Context(), a.ID, "h2", false, actor) }},
		{"reset", false, func() error { return w.CreateReset(t.Context(), a.ID, reset, now, now.Add(time.Hour), actor) }},
		{"use reset", true, func() error { return w.UseReset(t.Context(), reset, "h3", now) }},
		{"attempt", false, func() error { _, err := w.TrySignIn(t.Context(), "a", now); return err }},
		{"token", true, func() error { return w.CreateToken(t.Context(), token, actor) }},
		{"touch", false, func() error { return w.TouchToken(t.Context(), token.ID, now) }},
		{"rotate", true, func() error {
			_, err := w.RotateToken(t.Context(), token.ID, newID(), access.HashSecret("u"), now, now.Add(time.Hour), actor)
			return err
		}},
		{"revoke", true, func() error { return w.RevokeToken(t.Context(), token.ID, actor) }},
		{"link", true, func() error {
			return w.LinkIdentity(t.Context(), a.ID, access.Identity{Issuer: "i", Subject: "s"}, actor)
		}},
		{"unlink", true, func() error { return w.UnlinkIdentity(t.Context(), a.ID, actor) }},
		{"disable", true, func() error { return w.DisableAccount(t.Context(), a.ID, actor) }},
	}
	for _, s := range steps {
		before, err := w.AccessVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lines := w.count(t, `SELECT count(*) FROM audit`)
		if err := s.do(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		after, err := w.AccessVersion(t.Context())
		if err != nil || (after > before) != s.heard {
			t.Errorf("%s: version %d, then %d, %v; want it raised: %v", s.name, before, after, err, s.heard)
		}
		if n := w.count(t, `SELECT count(*) FROM audit`) - lines; s.heard && n != 1 {
			t.Errorf("%s: %d lines in the audit log, want 1", s.name, n)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE detail::text LIKE '%"new"%'`); n != 0 {
		t.Error("the audit log holds a name")
	}
}
