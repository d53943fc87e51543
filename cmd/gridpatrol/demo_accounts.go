package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// demoPassword is no secret, so the demo is not for the outside.
const demoPassword = "gridpatrol-demo"

// demoAccount is a made-up account.
type demoAccount struct {
	login, says string
	role        access.Role
	class       string // of the grid whose chief it is: "urban", "rural" or empty
}

// demoAccounts has one for every role, officers of town and country, and a
// second planner: who makes a plan cannot approve it.
func demoAccounts() []demoAccount {
	return []demoAccount{
		{login: "admin", role: access.Admin, says: "everything"},
		{login: "planner", role: access.Planner, says: "boundaries, and reading reports"},
		{login: "approver", role: access.Planner, says: "as planner: a second person to approve plans"},
		{login: "dispatcher", role: access.Dispatcher, says: "all reports"},
		{login: "officer", role: access.Officer, says: "the chief of a grid in the town", class: "urban"},
		{login: "village", role: access.Officer, says: "the chief of a grid in the country", class: "rural"},
		{login: "consumer", role: access.Consumer, says: "reads, without personal data"},
	}
}

// fillAccounts makes the demo's accounts where they are missing.
func fillAccounts(ctx context.Context, store *postgis.Store) error {
	boundaries, duties, err := inForce(ctx, store)
	if err != nil {
		return err
	}
	grids := boundaries.Current().Index.Areas(geo.Grid)
	for _, a := range demoAccounts() {
		_, err := store.AccountByLogin(ctx, a.login)
		if err == nil {
			continue
		}
		if !errors.Is(err, geo.ErrNotFound) {
			return err
		}
		account := access.Account{ID: uuid.Must(uuid.NewV7()), Login: a.login, Name: a.login, Role: a.role, CreatedAt: time.Now()}
		if a.class != "" {
			_, person, ok := chiefOf(a.class, grids, duties.Current().Roster, time.Now())
			if !ok {
				return fmt.Errorf("no %s grid has a chief", a.class)
			}
			account.Person = person
		}
		if account.PasswordHash, err = access.HashPassword(demoPassword, rand.Reader); err != nil {
			return err
		}
		if _, err := store.CreateAccount(ctx, account, system); err != nil {
			return fmt.Errorf("account %s: %w", a.login, err)
		}
	}
	return nil
}

// chiefOf is who holds the chief's post of the first grid of the class that
// has one at t, and its seat.
func chiefOf(class string, grids []*geo.Area, roster *patrol.Roster, t time.Time) (patrol.Seat, geo.ID, bool) {
	for _, g := range grids {
		if g.Class != class {
			continue
		}
		for _, seat := range roster.Seats(patrol.GridChief, g.ID) {
			if person, _, ok := roster.Holder(seat.ID, t); ok {
				return seat, person.ID, true
			}
		}
	}
	return patrol.Seat{}, geo.ID{}, false
}

// program is how this program was called, for lines to be copied.
func program() string { return os.Args[0] }
