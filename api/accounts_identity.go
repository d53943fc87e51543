package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

type pendingAnswer struct {
	ID        geo.ID    `json:"id"`
	Issuer    string    `json:"issuer"`
	Subject   string    `json:"subject"`
	Name      string    `json:"name"`
	Username  string    `json:"username"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// wholeDistrict refuses who is limited to areas: nobody knows yet where somebody
// who waits belongs.
func (m manager) wholeDistrict() error {
	if m.Scope.All {
		return nil
	}
	return fail("outside-scope", "only who administers the whole district links people to accounts")
}

// listIdentities answers GET /api/v1/identities?state=pending.
func (s *Server) listIdentities(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	if state := q.text("state", 20); state != "pending" {
		q.unread("state", "must be pending")
	}
	if err := q.err(); err != nil {
		return err
	}
	m := s.manager(r)
	if err := m.wholeDistrict(); err != nil {
		return err
	}
	list, err := s.cfg.Desk.PendingIdentities(r.Context())
	if err != nil {
		return err
	}
	if err := s.cfg.ReadLog.LogRead(r.Context(), actorOf(m.Principal), "identity", "pending"); err != nil {
		return err
	}
	out := make([]pendingAnswer, len(list))
	for i, p := range list {
		out[i] = pendingAnswer{p.ID, p.Issuer, p.Subject, p.Name, p.Username, p.FirstSeen, p.LastSeen}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"identities": out})
}

// linkIdentity answers PUT /api/v1/accounts/{id}/identity.
func (s *Server) linkIdentity(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.managed(r)
	if err != nil {
		return err
	}
	if err := m.wholeDistrict(); err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("pending")
	pending, err := uuid.Parse(f.text("pending", 40))
	if err != nil && len(bad.fields) == 0 {
		f.impossible("/pending", "nobody of this id waits")
	}
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	err = s.cfg.Desk.LinkPending(r.Context(), a.ID, pending, actorOf(m.Principal))
	if errors.Is(err, geo.ErrNotFound) {
		return fail("invalid-values", "nobody of this id waits", geo.FieldError{Pointer: "/pending", Detail: "nobody of this id waits"})
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// unlinkIdentity answers DELETE /api/v1/accounts/{id}/identity.
func (s *Server) unlinkIdentity(w http.ResponseWriter, r *http.Request) error {
	m, a, err := s.managed(r)
	if err != nil {
		return err
	}
	if err := m.wholeDistrict(); err != nil {
		return err
	}
	err = s.cfg.Desk.UnlinkIdentity(r.Context(), a.ID, actorOf(m.Principal))
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("identity")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
