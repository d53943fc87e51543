package api

import (
	"crypto/rand"
	"errors"
	"net/http"

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
	out := whoAnswer{Kind: p.Kind, ID: p.ID, Name: p.Name, Role: p.Role, Scope: scopeAnswer{All: p.Scope.All, Areas: []string{}}, Actions: []access.Action{}}
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
	if !s.secure(r) && !loopback(r) {
		return fail("insecure-transport", "passwords are taken over HTTPS only, or on this machine itself")
	}
	login, password, err := readSignIn(r)
	if err != nil {
		return err
	}
	if wait, ok := s.signIn.allow(bucketKey{login: login}, s.cfg.Now()); !ok {
		return tooMany(wait)
	}
	account, err := s.checkPassword(r, login, password)
	if err != nil {
		return err
	}
	id, hash, err := access.NewSession(rand.Reader)
	if err != nil {
		return err
	}
	if err := s.cfg.Sessions.CreateSession(r.Context(), hash, account.ID, s.cfg.Now()); err != nil {
		return err
	}
	s.setCookie(w, r, id)
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, s.who(access.NewPrincipal(account, s.postAreas(account))))
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
// long for a login that nobody has, and says the same.
func (s *Server) checkPassword(r *http.Request, login, password string) (access.Account, error) {
	account, err := s.cfg.Accounts.AccountByLogin(r.Context(), login)
	if err != nil && !errors.Is(err, geo.ErrNotFound) {
		return access.Account{}, err
	}
	if err := s.passwords.Acquire(r.Context(), 1); err != nil {
		return access.Account{}, fail("unavailable", "too many people sign in at the moment")
	}
	defer s.passwords.Release(1)
	good, err := access.VerifyPassword(account.PasswordHash, password)
	if err != nil {
		return access.Account{}, err
	}
	if !good || account.Disabled {
		return access.Account{}, fail("wrong-password", "login or password is wrong")
	}
	return account, nil
}

// closeSession answers DELETE /api/v1/session: it signs out, as often as asked.
func (s *Server) closeSession(w http.ResponseWriter, r *http.Request) error {
	if err := s.origin.Check(r); err != nil {
		return fail("cross-origin", "a page of another site may not sign you out")
	}
	if c := credentialsOf(r); c.cookie != "" {
		if err := s.cfg.Sessions.DeleteSession(r.Context(), access.HashSecret(c.cookie)); err != nil && !errors.Is(err, geo.ErrNotFound) {
			return err
		}
	}
	s.setCookie(w, r, "")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
