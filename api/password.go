package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// goodPassword notes what keeps a text from being a new password of the login.
func (f *fields) goodPassword(name, password, login string) {
	switch {
	case utf8.RuneCountInString(password) < access.PasswordMin || len(password) > access.PasswordMax:
		f.impossible(f.pointer(name), "must have %d characters or more, and at most %d bytes", access.PasswordMin, access.PasswordMax)
	case password == login:
		f.impossible(f.pointer(name), "must not be the login")
	}
}

// hashPassword makes the hash to store. As with verifying, few do so at once.
func (s *Server) hashPassword(ctx context.Context, password string) (string, error) {
	if err := s.passwords.Acquire(ctx, 1); err != nil {
		return "", fail("unavailable", "too many passwords are set at the moment")
	}
	defer s.passwords.Release(1)
	return access.HashPassword(password, rand.Reader)
}

// ownAccount gives the account of a caller who is a person, not a token.
func (s *Server) ownAccount(r *http.Request) (access.Account, error) {
	p := PrincipalFrom(r.Context())
	if p.Kind != "user" {
		return access.Account{}, fail("forbidden", "a token has neither password nor sessions")
	}
	return s.cfg.Desk.Account(r.Context(), p.ID)
}

// changePassword answers PUT /api/v1/session/password: every session ends, and
// this one goes on under a new secret.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	if err := s.overTLS(r); err != nil {
		return err
	}
	account, err := s.ownAccount(r)
	if err != nil {
		return err
	}
	before, after, err := readPasswords(r, account.Login)
	if err != nil {
		return err
	}
	if account.PasswordHash == "" {
		return fail("conflict", "this account has no password; an administrator can give a link to set one")
	}
	checked, err := s.checkPassword(r, account.Login, before)
	var f *fault
	switch {
	case errors.As(err, &f) && f.Code == "wrong-password":
		// The session is good, so this is not 401.
		return fail("invalid-values", "the old password is wrong", geo.FieldError{Pointer: "/old", Detail: "is wrong"})
	case err != nil:
		return err
	}
	hash, err := s.hashPassword(r.Context(), after)
	if err != nil {
		return err
	}
	secret, in, err := s.newSession(r, account.ID)
	if err != nil {
		return err
	}
	if err := s.cfg.Desk.ChangePassword(r.Context(), account.ID, checked.PasswordHash, hash, in, actorOf(PrincipalFrom(r.Context()))); err != nil {
		return err
	}
	s.setCookie(w, r, secret)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func readPasswords(r *http.Request, login string) (before, after string, err error) {
	body, err := readObject(r)
	if err != nil {
		return "", "", err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("old", "new")
	before, after = f.text("old", access.PasswordMax), f.text("new", access.PasswordMax)
	if len(bad.fields) == 0 {
		if f.goodPassword("new", after, login); after == before {
			f.impossible("/new", "must not be the old one")
		}
	}
	f.done()
	return before, after, bad.bodyError()
}

// resetAccount answers POST /api/v1/accounts/{id}/reset.
func (s *Server) resetAccount(w http.ResponseWriter, r *http.Request) error {
	_, a, err := s.managed(r)
	if err != nil {
		return err
	}
	answer, err := s.makeReset(r, a.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusCreated, answer)
}

// makeReset makes a link with which the password of an account can be set once.
// The secret stands after the #, which browsers send nowhere.
func (s *Server) makeReset(r *http.Request, account geo.ID) (*resetAnswer, error) {
	secret, err := access.NewSecret(rand.Reader)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	expires := now.Add(access.ResetLife)
	actor := actorOf(PrincipalFrom(r.Context()))
	if err := s.cfg.Desk.CreateReset(r.Context(), account, access.HashSecret(secret), now, expires, actor); err != nil {
		return nil, err
	}
	return &resetAnswer{Link: access.ResetLink(s.baseURL(r), secret), ExpiresAt: expires.UTC()}, nil
}

// useReset answers POST /api/v1/password-reset: whoever has the link sets the
// password.
func (s *Server) useReset(w http.ResponseWriter, r *http.Request) error {
	if err := s.origin.Check(r); err != nil {
		return fail("cross-origin", "a page of another site may not set a password here")
	}
	if err := newQuery(r).err(); err != nil {
		return err
	}
	if err := s.overTLS(r); err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("secret", "password")
	secret, password := f.text("secret", 200), f.text("password", access.PasswordMax)
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	hash := access.HashSecret(secret)
	account, err := s.cfg.Desk.ResetAccount(r.Context(), hash, s.cfg.Now())
	if err != nil {
		return noReset(err)
	}
	if f.goodPassword("password", password, account.Login); len(bad.fields) > 0 {
		return bad.bodyError()
	}
	stored, err := s.hashPassword(r.Context(), password)
	if err != nil {
		return err
	}
	if err := s.cfg.Desk.UseReset(r.Context(), hash, stored, s.cfg.Now()); err != nil {
		return noReset(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// noReset says the same of every link that is not good.
func noReset(err error) error {
	if errors.Is(err, geo.ErrNotFound) {
		return fail("reset-invalid", "the link was used, has expired or was replaced; ask an administrator for another")
	}
	return err
}

// overTLS refuses secrets over a line that others can read.
func (s *Server) overTLS(r *http.Request) error {
	if !s.secure(r) && !loopback(r) {
		return fail("insecure-transport", "passwords are taken over HTTPS only, or on this machine itself")
	}
	return nil
}
