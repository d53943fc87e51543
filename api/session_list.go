package api

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

type sessionAnswer struct {
	ID        geo.ID    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	ExpiresAt time.Time `json:"expires_at"` // at the latest: it ends earlier when it is not used
	Agent     string    `json:"agent"`
	Here      bool      `json:"here"` // the one that asks
}

// hereHash is the hash of the session that a request came with, nil for none.
func hereHash(r *http.Request) []byte {
	if c := credentialsOf(r); c.header == "" && c.cookie != "" {
		return access.HashSecret(c.cookie)
	}
	return nil
}

func (s *Server) writeSessions(w http.ResponseWriter, r *http.Request, account geo.ID) error {
	list, err := s.cfg.Desk.Sessions(r.Context(), account, s.cfg.Now())
	if err != nil {
		return err
	}
	here := hereHash(r)
	out := make([]sessionAnswer, len(list))
	for i, t := range list {
		out[i] = sessionAnswer{t.ID, t.CreatedAt, t.SeenAt, t.ExpiresAt, t.Agent, here != nil && bytes.Equal(here, t.Hash)}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"sessions": out})
}

// listSessions answers GET /api/v1/sessions: one's own.
func (s *Server) listSessions(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	a, err := s.ownAccount(r)
	if err != nil {
		return err
	}
	return s.writeSessions(w, r, a.ID)
}

// endSession answers DELETE /api/v1/sessions/{id}: one of one's own.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyPath(r, "session")
	if err != nil {
		return err
	}
	a, err := s.ownAccount(r)
	if err != nil {
		return err
	}
	err = s.cfg.Desk.EndSession(r.Context(), a.ID, id, actorOf(PrincipalFrom(r.Context())))
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("session")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// endOthers answers DELETE /api/v1/sessions: all of one's own but this one.
func (s *Server) endOthers(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	a, err := s.ownAccount(r)
	if err != nil {
		return err
	}
	return s.writeEnded(w, r, a.ID, hereHash(r))
}

func (s *Server) writeEnded(w http.ResponseWriter, r *http.Request, account geo.ID, keep []byte) error {
	ended, err := s.cfg.Desk.EndSessions(r.Context(), account, keep, actorOf(PrincipalFrom(r.Context())))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]int{"ended": ended})
}

// listAccountSessions answers GET /api/v1/accounts/{id}/sessions.
func (s *Server) listAccountSessions(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.managed(r)
	if err != nil {
		return err
	}
	if err := s.cfg.ReadLog.LogRead(r.Context(), actorOf(m.Principal), "account", a.ID.String()); err != nil {
		return err
	}
	return s.writeSessions(w, r, a.ID)
}

// endAccountSessions answers DELETE /api/v1/accounts/{id}/sessions.
func (s *Server) endAccountSessions(w http.ResponseWriter, r *http.Request) error {
	_, a, err := s.managed(r)
	if err != nil {
		return err
	}
	return s.writeEnded(w, r, a.ID, nil)
}
