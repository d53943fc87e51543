package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// caller is somebody who asks.
type caller struct {
	name    string
	role    access.Role // of the account or token, whatever has become of it
	all     bool        // the whole district
	in      string      // otherwise the side it is limited to: "here" or "there"
	state   string      // "": good; else what is wrong with its credentials
	account geo.ID
	header  []string
	imports string // an own import, where it may have one
}

// covers reports whether the caller's areas cover a side.
func (c *caller) covers(class string) bool { return c.all || c.in == class }

// can reports whether the caller's role may do that, with good credentials.
func (c *caller) can(a access.Action) bool {
	return c.state == "" && access.Can(access.Principal{Role: c.role}, a)
}

// callers is everybody there is: people sign in, and programs have tokens.
func (w *scopeWorld) callers() []*caller {
	w.t.Helper()
	var out []*caller
	add := func(name string, role access.Role, in, state string) *caller {
		c := &caller{name: name, role: role, all: in == "" && role != access.Officer, in: in, state: state}
		out = append(out, c)
		if role == "" {
			return c
		}
		var areas []geo.ID
		var person geo.ID
		switch of := w.side(in); {
		case role == access.Officer:
			person = of.chief // whose post is the scope
		case of != nil:
			areas = []geo.ID{of.township.ID, of.grid.ID}
		}
		switch t := (access.Token{Role: role, AreaIDs: areas}); state {
		case "expired token":
			t.ExpiresAt = time.Now().Add(-time.Minute)
			c.header = bearer(w.token(w.store, t).text)
			return c
		case "revoked token":
			made := w.token(w.store, t)
			if err := w.store.RevokeToken(w.t.Context(), made.id, system); err != nil {
				w.t.Fatal(err)
			}
			c.header = bearer(made.text)
			return c
		}
		c.account = w.account(w.store, strings.ReplaceAll(name, " ", "-"), role, person, areas...).ID
		w.signIn(c)
		return c
	}
	add("nobody", "", "", "nobody")
	add("consumer", access.Consumer, "", "")
	add("officer here", access.Officer, "here", "")
	add("officer there", access.Officer, "there", "")
	add("dispatcher", access.Dispatcher, "", "")
	add("dispatcher limited", access.Dispatcher, "here", "")
	add("planner", access.Planner, "", "")
	add("planner limited", access.Planner, "here", "")
	add("admin", access.Admin, "", "")
	add("admin limited", access.Admin, "here", "")
	add("expired", access.Admin, "", "expired token")
	add("revoked", access.Admin, "", "revoked token")
	disabled := add("disabled", access.Admin, "", "ended session")
	if err := w.store.DisableAccount(w.t.Context(), disabled.account, system); err != nil {
		w.t.Fatal(err)
	}
	ended := add("signed out", access.Admin, "", "ended session")
	if _, err := w.store.EndSessions(w.t.Context(), ended.account, nil, system); err != nil {
		w.t.Fatal(err)
	}
	changing := add("must change", access.Admin, "", "must change")
	execute(w.t, w.url, `UPDATE gridpatrol.accounts SET must_change = true WHERE id = $1`, changing.account)
	return out
}

// signIn gives a caller a session.
func (w *scopeWorld) signIn(c *caller) {
	secret, _ := w.session(w.store, c.account)
	c.header = []string{"Cookie", "gp_session=" + secret, "X-Gridpatrol", "1"}
}

func (w *scopeWorld) side(class string) *side {
	return map[string]*side{"here": w.here, "there": w.there, "foreign": w.abroad}[class]
}

// execute runs a statement beside the program.
func execute(t *testing.T, url, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// renewed signs a caller in again, whose session may be gone.
func renewed(w *scopeWorld, c *caller, _ answer) {
	if c.account != (geo.ID{}) && (c.state == "" || c.state == "must change") {
		w.signIn(c)
	}
}
