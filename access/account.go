package access

import (
	"bytes"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Account is somebody who can sign in.
type Account struct {
	ID           geo.ID
	Login        string // unique, compared as it stands
	Name         string
	PasswordHash string // PHC text of HashPassword; empty where nobody can sign in with a password
	Role         Role
	Person       geo.ID   // the person in the roster, zero where there is none
	AreaIDs      []geo.ID // what the account is limited to, see NewPrincipal
	Disabled     bool
	MustChange   bool // the password was set by somebody else, who therefore knows it
	CreatedAt    time.Time
}

// AccountChange says what to change of an account; nil leaves a thing as it is.
type AccountChange struct {
	Name     *string
	Role     *Role
	AreaIDs  *[]geo.ID
	Person   *geo.ID // the zero id: nobody
	Disabled *bool
}

// Identity is who a provider of sign-in says somebody is: Subject is its name
// for the person, for good, and Issuer its own.
type Identity struct{ Issuer, Subject string }

// PendingIdentity is somebody whom a provider vouches for and who has no
// account here yet.
type PendingIdentity struct {
	ID geo.ID
	Identity
	Name, Username      string // the provider's, to be recognised by
	FirstSeen, LastSeen time.Time
}

// Token is an API token as it is stored: its secret only as a hash.
type Token struct {
	ID         geo.ID
	Name       string
	Role       Role
	AreaIDs    []geo.ID // what the token is limited to, see NewPrincipal
	SecretHash []byte   // HashSecret of the secret
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero where it does not expire
	RevokedAt  time.Time // zero while it is good
	LastUsed   time.Time // zero where it was never used; coarse
	Family     geo.ID    // of the token that rotations began with: its own, where it was the first
	Successor  geo.ID    // what took its place by rotation, zero where nothing did
	MakerKind  string    // who asked for it, as in the audit log: "user", "token", "system"
	Maker      string    // the id of that
	// NoRateLimit lifts the limit of how often the token may ask.
	NoRateLimit bool
}

// Credential is what a principal is made from: an Account or a Token.
type Credential interface {
	principal() (p Principal, areas []geo.ID)
}

func (a Account) principal() (Principal, []geo.ID) {
	return Principal{Kind: "user", ID: a.ID, Name: a.Login, Role: a.Role, Person: a.Person, MustChange: a.MustChange}, a.AreaIDs
}

func (t Token) principal() (Principal, []geo.ID) {
	return Principal{Kind: "token", ID: t.ID, Name: t.Name, Role: t.Role, NoRateLimit: t.NoRateLimit}, t.AreaIDs
}

// NewPrincipal gives who is asking and, here and nowhere else, where: the
// areas the account or token is limited to; without a limit the whole district
// for every role but an officer, whose areas are also those of the posts the
// person holds (postAreas, which count for no other role). An officer without
// areas or posts sees nothing. A role that is none gets the empty scope.
func NewPrincipal(c Credential, postAreas []geo.ID) Principal {
	p, areas := c.principal()
	areas = slices.Clone(areas)
	switch p.Role {
	case Admin, Planner, Dispatcher, Consumer:
		p.Scope = Scope{All: len(areas) == 0, Areas: areas}
	case Officer:
		areas = append(areas, postAreas...)
		slices.SortFunc(areas, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
		p.Scope = Scope{Areas: slices.Compact(areas)}
	}
	return p
}
