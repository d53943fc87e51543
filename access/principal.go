// Package access says who may do what, and where: roles, scopes, credentials.
// It is pure: no I/O, SQL, HTTP, clock or log.
package access

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Role is what an account or token may do in general; Scope says where.
type Role string

// The roles. Public is everybody who has not signed in.
const (
	Admin      Role = "admin"
	Planner    Role = "planner"
	Dispatcher Role = "dispatcher"
	Officer    Role = "officer"
	Consumer   Role = "consumer"
	Public     Role = "public"
)

// ParseRole reads a role an account can have; others are geo.ErrInvalid.
func ParseRole(s string) (Role, error) {
	switch r := Role(s); r {
	case Admin, Planner, Dispatcher, Officer, Consumer:
		return r, nil
	}
	return "", fmt.Errorf("%q is no role (admin, planner, dispatcher, officer, consumer): %w", s, geo.ErrInvalid)
}

// Principal is who is asking: an account, a token, or the public.
type Principal struct {
	Kind   string // "user", "token" or "public"
	ID     geo.ID // account or token; zero for the public
	Name   string // login or token name
	Role   Role
	Person geo.ID // the person behind the account, zero where there is none
	Scope  Scope
	// MustChange says that somebody else knows the password: until it is changed
	// there is nothing else to be done.
	MustChange bool
	// NoRateLimit says that a token may ask as often as it likes.
	NoRateLimit bool
}

// Anonymous is the public.
func Anonymous() Principal { return Principal{Kind: "public", Role: Public} }

// SignedIn reports whether there is an account or token behind the principal.
func (p Principal) SignedIn() bool { return p.Kind == "user" || p.Kind == "token" }

// Scope is a set of areas. The zero Scope is empty and sees nothing.
type Scope struct {
	All   bool     // the whole district
	Areas []geo.ID // otherwise these areas and what lies in them
}

// Covers reports whether any of the areas, those that cover a report or point,
// is in the scope.
func (s Scope) Covers(areas []geo.ID) bool {
	if s.All {
		return true
	}
	for _, a := range areas {
		if slices.Contains(s.Areas, a) {
			return true
		}
	}
	return false
}

// Empty reports whether nothing is in the scope.
func (s Scope) Empty() bool { return !s.All && len(s.Areas) == 0 }
