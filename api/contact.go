package api

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxReason is how many characters of a reason are read; what stands in it is
// for the store to judge.
const maxReason = 2000

// contactAnswer is how to reach a reporter.
type contactAnswer struct {
	Name   string `json:"name"`
	Phone  string `json:"phone"`
	Masked bool   `json:"masked"`
}

// readContact answers GET /api/v1/reports/{id}/contact: who reported, masked.
func (s *Server) readContact(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	id, err := contactOf(r)
	if err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	c, err := s.cfg.Personal.Contact(r.Context(), p.Scope, id, actorOf(p))
	return writeContact(w, c, true, err)
}

// revealContact answers POST /api/v1/reports/{id}/contact: who reported, for a
// reason that is in the audit log before anybody hears the answer.
func (s *Server) revealContact(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	id, err := contactOf(r)
	if err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	reason := f.text("reason", maxReason)
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	c, err := s.cfg.Personal.RevealContact(r.Context(), p.Scope, id, reason, actorOf(p))
	return writeContact(w, c, false, err)
}

func contactOf(r *http.Request) (geo.ID, error) {
	id, err := uuid.Parse(mux.Vars(r)["id"])
	if err != nil || id.String() != mux.Vars(r)["id"] {
		return geo.ID{}, errNoContact
	}
	return id, nil
}

// errNoContact is the same for a report that is out of scope, that does not
// exist, and that has no contact (any more).
var errNoContact = errNotFound("contact")

func writeContact(w http.ResponseWriter, c patrol.Contact, masked bool, err error) error {
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNoContact
	case err != nil:
		return personalError(err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, contactAnswer{c.Name, c.Phone, masked})
}

// personalError gives an error of the store its status.
func personalError(err error) error {
	var often *patrol.TooOftenError
	if errors.As(err, &often) {
		f := tooMany(often.Wait).(*fault)
		f.Detail = "this account has had as many contacts revealed as one may within an hour"
		return f
	}
	return unprocessable(err)
}
