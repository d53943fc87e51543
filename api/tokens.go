package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// How many hours a token that was rotated goes on: where nothing is said, and
// at most.
const (
	keepHours    = 24
	maxKeepHours = 720
)

type tokenAnswer struct {
	ID        geo.ID      `json:"id"`
	Name      string      `json:"name"`
	Role      access.Role `json:"role"`
	Areas     []string    `json:"areas"` // "kind:code"
	CreatedAt time.Time   `json:"created_at"`
	ExpiresAt *time.Time  `json:"expires_at,omitempty"`
	RevokedAt *time.Time  `json:"revoked_at,omitempty"`
	LastUsed  *time.Time  `json:"last_used_at,omitempty"`
	State     string      `json:"state"` // "good", "expired" or "revoked"
	Successor *geo.ID     `json:"successor,omitempty"`
	// NoRateLimit says that it may ask as often as it likes.
	NoRateLimit bool         `json:"no_rate_limit,omitempty"`
	MadeBy      *makerAnswer `json:"made_by,omitempty"`
	Token       string       `json:"token,omitempty"` // shown once
}

type makerAnswer struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Login string `json:"login,omitempty"`
}

// tokenAnswers gives tokens as they are shown to who manages them.
func (s *Server) tokenAnswers(ctx context.Context, m manager, tokens []access.Token) ([]tokenAnswer, error) {
	accounts, err := s.cfg.Desk.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	logins := map[string]string{}
	for _, a := range accounts {
		if a.ID == m.ID || m.mayManage(a) {
			logins[a.ID.String()] = a.Login
		}
	}
	out := make([]tokenAnswer, len(tokens))
	for i, t := range tokens {
		out[i] = tokenAnswer{ID: t.ID, Name: t.Name, Role: t.Role, Areas: s.refTexts(t.AreaIDs), CreatedAt: t.CreatedAt,
			ExpiresAt: orNone(t.ExpiresAt), RevokedAt: orNone(t.RevokedAt), LastUsed: orNone(t.LastUsed), State: s.tokenState(t), NoRateLimit: t.NoRateLimit}
		if t.Successor != (geo.ID{}) {
			out[i].Successor = &t.Successor
		}
		if t.MakerKind != "" {
			out[i].MadeBy = &makerAnswer{t.MakerKind, t.Maker, logins[t.Maker]}
		}
	}
	return out, nil
}

func (s *Server) tokenState(t access.Token) string {
	switch {
	case t.Alive(s.cfg.Now()):
		return "good"
	case !t.RevokedAt.IsZero():
		return "revoked"
	}
	return "expired"
}

// orNone is nil for the zero time.
func orNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// listTokens answers GET /api/v1/tokens.
func (s *Server) listTokens(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	tokens, err := s.cfg.Desk.Tokens(r.Context())
	if err != nil {
		return err
	}
	m := s.manager(r)
	tokens = slices.DeleteFunc(tokens, func(t access.Token) bool { return !m.mayManage(t) })
	answers, err := s.tokenAnswers(r.Context(), m, tokens)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"tokens": answers})
}

// writeToken answers with a token that was just made, and its text, this once.
func (s *Server) writeToken(w http.ResponseWriter, r *http.Request, m manager, t access.Token, text string) error {
	answers, err := s.tokenAnswers(r.Context(), m, []access.Token{t})
	if err != nil {
		return err
	}
	answers[0].Token = text
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusCreated, answers[0])
}

// createToken answers POST /api/v1/tokens.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	t, err := s.readNewToken(r)
	if err != nil {
		return err
	}
	m := s.manager(r)
	if err := m.mayMake(t, t.Role); err != nil {
		return err
	}
	actor := actorOf(m.Principal)
	if t.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	t.CreatedAt, t.MakerKind, t.Maker = s.cfg.Now(), actor.Kind, actor.ID
	text, hash, err := access.NewToken(t.ID, rand.Reader)
	if err != nil {
		return err
	}
	t.SecretHash = hash
	if err := s.cfg.Desk.CreateToken(r.Context(), t, actor); err != nil {
		return err
	}
	return s.writeToken(w, r, m, t, text)
}

func (s *Server) readNewToken(r *http.Request) (t access.Token, err error) {
	body, err := readObject(r)
	if err != nil {
		return t, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("name", "role")
	t.Name, t.Role, t.AreaIDs, t.ExpiresAt = f.label("name"), f.role("role"), s.ownAreas(f, "areas"), f.moment("expires_at")
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(s.cfg.Now()) {
		f.impossible("/expires_at", "lies in the past")
	}
	t.NoRateLimit = f.truth("no_rate_limit")
	f.somewhere(access.Account{Role: t.Role, AreaIDs: t.AreaIDs})
	f.done()
	return t, bad.bodyError()
}

// managedToken gives the token that the path names, where the caller manages it.
func (s *Server) managedToken(r *http.Request) (manager, access.Token, error) {
	m := s.manager(r)
	id, err := onlyPath(r, "token")
	if err != nil {
		return m, access.Token{}, err
	}
	t, err := s.cfg.Accounts.TokenByID(r.Context(), id)
	if errors.Is(err, geo.ErrNotFound) || err == nil && !m.mayManage(t) {
		return m, access.Token{}, errNotFound("token")
	}
	return m, t, err
}

// rotateToken answers POST /api/v1/tokens/{id}/rotate.
func (s *Server) rotateToken(w http.ResponseWriter, r *http.Request) error {
	m, old, err := s.managedToken(r)
	if err != nil {
		return err
	}
	hours, err := readKeep(r)
	if err != nil {
		return err
	}
	if err := m.mayMake(old, old.Role); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	text, hash, err := access.NewToken(id, rand.Reader)
	if err != nil {
		return err
	}
	now := s.cfg.Now()
	keep := now.Add(time.Duration(hours) * time.Hour)
	t, err := s.cfg.Desk.RotateToken(r.Context(), old.ID, id, hash, now, keep, actorOf(m.Principal))
	if err != nil {
		return err
	}
	return s.writeToken(w, r, m, t, text)
}

// readKeep reads for how many hours the old token goes on; no body says nothing.
func readKeep(r *http.Request) (hours int, err error) {
	if r.ContentLength == 0 {
		return keepHours, nil
	}
	body, err := readObject(r)
	if err != nil {
		return 0, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	hours = keepHours
	if n := f.number("keep_for_hours"); n != nil {
		if hours = int(*n); float64(hours) != *n || hours < 0 || hours > maxKeepHours {
			f.impossible("/keep_for_hours", "must be a whole number from 0 to %d", maxKeepHours)
		}
	}
	f.done()
	return hours, bad.bodyError()
}

// revokeToken answers DELETE /api/v1/tokens/{id}.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	m, t, err := s.managedToken(r)
	if err != nil {
		return err
	}
	if err := s.cfg.Desk.RevokeToken(r.Context(), t.ID, actorOf(m.Principal)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
