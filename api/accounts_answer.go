package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

type accountAnswer struct {
	ID          geo.ID          `json:"id"`
	Login       string          `json:"login"`
	Name        string          `json:"name"`
	Role        access.Role     `json:"role"`
	Areas       []string        `json:"areas"` // "kind:code"; none: the whole district, for an officer the posts' areas
	Person      *personAnswer   `json:"person,omitempty"`
	Disabled    bool            `json:"disabled"`
	CreatedAt   time.Time       `json:"created_at"`
	HasPassword bool            `json:"has_password"`
	MustChange  bool            `json:"must_change"`
	LockedUntil *time.Time      `json:"locked_until,omitempty"`
	Identity    *identityAnswer `json:"identity,omitempty"`
	Reset       *resetAnswer    `json:"reset,omitempty"`
}

type identityAnswer struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

type resetAnswer struct {
	Link      string    `json:"link"`
	ExpiresAt time.Time `json:"expires_at"`
}

// accountAnswers gives accounts as they are shown to who manages them.
func (s *Server) accountAnswers(ctx context.Context, accounts []access.Account) ([]accountAnswer, error) {
	logins := make([]string, len(accounts))
	for i, a := range accounts {
		logins[i] = a.Login
	}
	locks, err := s.cfg.Desk.SignInLocks(ctx, logins, s.cfg.Now())
	if err != nil {
		return nil, err
	}
	identities, err := s.cfg.Desk.Identities(ctx)
	if err != nil {
		return nil, err
	}
	roster := s.cfg.Duties.Current().Roster
	out := make([]accountAnswer, len(accounts))
	for i, a := range accounts {
		out[i] = accountAnswer{ID: a.ID, Login: a.Login, Name: a.Name, Role: a.Role, Areas: s.refTexts(a.AreaIDs),
			Disabled: a.Disabled, CreatedAt: a.CreatedAt, HasPassword: a.PasswordHash != "", MustChange: a.MustChange}
		if until, ok := locks[a.Login]; ok {
			out[i].LockedUntil = &until
		}
		if id, ok := identities[a.ID]; ok {
			out[i].Identity = &identityAnswer{id.Issuer, id.Subject}
		}
		if p, ok := roster.Person(a.Person); ok {
			out[i].Person = &personAnswer{ID: p.ID, Name: p.Name, Synthetic: p.Synthetic}
		}
	}
	return out, nil
}

func (s *Server) accountAnswer(ctx context.Context, a access.Account) (accountAnswer, error) {
	out, err := s.accountAnswers(ctx, []access.Account{a})
	if err != nil {
		return accountAnswer{}, err
	}
	return out[0], nil
}

// refTexts gives areas in force as "kind:code", in order; others are left out.
func (s *Server) refTexts(ids []geo.ID) []string {
	out := []string{}
	index := s.cfg.Boundaries.Current().Index
	for _, id := range ids {
		if a, ok := index.ByID(id); ok {
			out = append(out, a.Ref().String())
		}
	}
	slices.Sort(out)
	return out
}

func decimal(n int) string { return strconv.Itoa(n) }
