package api

import (
	"crypto/rand"
	"errors"
	"math"
	"net/http"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// whoAnswer says who is signed in, what as, and where.
type whoAnswer struct {
	Kind    string          `json:"kind"` // "user" or "token"
	ID      geo.ID          `json:"id"`
	Name    string          `json:"name"` // login, or name of the token
	Role    access.Role     `json:"role"`
	Person  *personAnswer   `json:"person,omitempty"`
	Scope   scopeAnswer     `json:"scope"`
	Actions []access.Action `json:"actions"`
	// MustChange: the password was set by somebody else; nothing else is let
	// through before it is changed.
	MustChange bool `json:"must_change,omitempty"`
}

type scopeAnswer struct {
	All   bool     `json:"all"`
	Areas []string `json:"areas"` // "kind:code"
}

// whoAmI answers GET /api/v1/session.
func (s *Server) whoAmI(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.who(PrincipalFrom(r.Context())))
}

func (s *Server) who(p access.Principal) whoAnswer {
	out := whoAnswer{Kind: p.Kind, ID: p.ID, Name: p.Name, Role: p.Role, Scope: scopeAnswer{All: p.Scope.All, Areas: []string{}}, Actions: []access.Action{}, MustChange: p.MustChange}
	index := s.cfg.Boundaries.Current().Index
	for _, id := range p.Scope.Areas {
		if a, ok := index.ByID(id); ok {
			out.Scope.Areas = append(out.Scope.Areas, a.Ref().String())
		}
	}
	for _, a := range access.Actions() {
		if access.Can(p, a) {
			out.Actions = append(out.Actions, a)
		}
	}
	if person, ok := s.cfg.Duties.Current().Roster.Person(p.Person); ok {
		out.Person = &personAnswer{ID: person.ID, Name: person.Name, Synthetic: person.Synthetic}
	}
	return out
}

// openSession answers POST /api/v1/session: it signs in with login and
// password and gives the browser a cookie.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.origin.Check(r); err != nil {
		return fail("cross-origin", "a page of another site may not sign you in")
	}
	if err := s.overTLS(r); err != nil {
		return err
	}
	login, password, err := readSignIn(r)
	if err != nil {
		return err
	}
	account, err := s.checkPassword(r, login, password)
	if err != nil {
		return err
	}
	proof := access.Proof{Login: login, PasswordHash: account.PasswordHash}
	if err := s.beginSession(w, r, account, proof); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, s.who(access.NewPrincipal(account, s.postAreas(account))))
}

// beginSession makes a session for somebody who has just proved who they are
// and gives the browser its cookie. The secret is always a new one, and the
// session that the browser came with ends: nobody goes on in one that somebody
// else may know.
func (s *Server) beginSession(w http.ResponseWriter, r *http.Request, account access.Account, proof access.Proof) error {
	secret, in, err := s.newSession(r, account.ID)
	if err != nil {
		return err
	}
	if err := s.cfg.Sessions.CreateSession(r.Context(), in, proof); err != nil {
		if errors.Is(err, geo.ErrNotFound) {
			return fail("wrong-password", "login or password is wrong") // changed while it was looked at
		}
		return err
	}
	if err := s.dropSession(r); err != nil {
		return err
	}
	s.setCookie(w, r, secret)
	return nil
}

// newSession makes a session that begins now, and its secret.
func (s *Server) newSession(r *http.Request, account geo.ID) (secret string, in access.Session, err error) {
	secret, hash, err := access.NewSession(rand.Reader)
	if err != nil {
		return "", in, err
	}
	id, err := uuid.NewV7()
	now := s.cfg.Now()
	return secret, access.Session{ID: id, Hash: hash, Account: account, CreatedAt: now, SeenAt: now,
		ExpiresAt: now.Add(access.SessionAbsolute), Agent: access.Agent(r.UserAgent())}, err
}

// dropSession ends the session whose cookie came with the request, if any did.
func (s *Server) dropSession(r *http.Request) error {
	c := credentialsOf(r)
	if c.cookie == "" {
		return nil
	}
	err := s.cfg.Sessions.DeleteSession(r.Context(), access.HashSecret(c.cookie))
	if errors.Is(err, geo.ErrNotFound) {
		return nil
	}
	return err
}

func readSignIn(r *http.Request) (login, password string, err error) {
	body, err := readObject(r)
	if err != nil {
		return "", "", err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("login", "password")
	login, password = f.text("login", 200), f.text("password", access.PasswordMax)
	f.done()
	return login, password, bad.bodyError()
}

// checkPassword gives the account that the password belongs to. It takes as
// long for a login that nobody has, counts alike and says the same.
func (s *Server) checkPassword(r *http.Request, login, password string) (access.Account, error) {
	if wait, ok := s.signIn.allow(bucketKey{login: login}, s.cfg.Now()); !ok {
		return access.Account{}, tooMany(wait)
	}
	until, err := s.cfg.Sessions.TrySignIn(r.Context(), login, s.cfg.Now())
	if err != nil {
		return access.Account{}, err
	}
	if !until.IsZero() {
		f := fail("too-many-requests", "too many wrong passwords for this login; wait and try again").(*fault)
		f.retryAfter = max(1, int(math.Ceil(until.Sub(s.cfg.Now()).Seconds())))
		return access.Account{}, f
	}
	account, err := s.cfg.Accounts.AccountByLogin(r.Context(), login)
	if err != nil && !errors.Is(err, geo.ErrNotFound) {
		return access.Account{}, err
	}
	if err := s.passwords.Acquire(r.Context(), 1); err != nil {
		return access.Account{}, fail("unavailable", "too many people sign in at the moment")
	}
	good, err := access.VerifyPassword(account.PasswordHash, password)
	s.passwords.Release(1)
	if err != nil {
		return access.Account{}, err
	}
	if !good || account.Disabled {
		if err := s.cfg.Sessions.SignInRefused(r.Context(), login, account.ID); err != nil {
			return access.Account{}, err
		}
		return access.Account{}, fail("wrong-password", "login or password is wrong")
	}
	return account, nil
}

// closeSession answers DELETE /api/v1/session: it signs out, as often as asked.
func (s *Server) closeSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.origin.Check(r); err != nil {
		return fail("cross-origin", "a page of another site may not sign you out")
	}
	if err := s.dropSession(r); err != nil {
		return err
	}
	s.setCookie(w, r, "")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
