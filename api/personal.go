package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Personal keeps personal data: how to reach reporters, and what there is of one
// person. What is read is in the audit log before it is given.
type Personal interface {
	// Contact gives a reporter's contact, masked; geo.ErrNotFound where the
	// report is out of scope or has none.
	Contact(ctx context.Context, scope access.Scope, id geo.ID, who patrol.Actor) (patrol.Contact, error)
	// RevealContact gives it in clear; a *patrol.TooOftenError where that was
	// done too often.
	RevealContact(ctx context.Context, scope access.Scope, id geo.ID, reason string, who patrol.Actor) (patrol.Contact, error)
	// Personal gives everything of a subject; purpose is "search" or "export".
	Personal(ctx context.Context, subject patrol.Subject, purpose string, who patrol.Actor) (patrol.Personal, error)
	// ErasePersonal takes it away; geo.ErrNotFound where there is nothing.
	ErasePersonal(ctx context.Context, subject patrol.Subject, reason string, who patrol.Actor) (patrol.Erasure, error)
	// Erasures is the erasure log, newest first.
	Erasures(ctx context.Context, limit int) ([]patrol.Erasure, error)
}

// maxErasures is how many lines of the erasure log are given.
const maxErasures = 500

// wholeDistrict refuses an account that is limited to areas: a person's data
// may lie anywhere.
func wholeDistrict(p access.Principal) error {
	if !p.Scope.All {
		return fail("outside-scope", "a person's data may lie anywhere in the district, and this account is limited to areas")
	}
	return nil
}

// findPersonal answers POST /api/v1/personal/search: what there is of one
// person, contacts masked.
func (s *Server) findPersonal(w http.ResponseWriter, r *http.Request) error {
	subject, found, err := s.personal(r, "search")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, s.foundAnswer(subject, &found))
}

// exportPersonal answers POST /api/v1/personal/export: all of it in clear, for
// the person to have.
func (s *Server) exportPersonal(w http.ResponseWriter, r *http.Request) error {
	subject, found, err := s.personal(r, "export")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="personal-data.json"`)
	return writeJSON(w, http.StatusOK, PersonalExport(subject, &found, s.now().duties, s.cfg.Now()))
}

// personal reads whom a request is about, and finds what there is.
func (s *Server) personal(r *http.Request, purpose string) (subject patrol.Subject, found patrol.Personal, err error) {
	p := PrincipalFrom(r.Context())
	if err := wholeDistrict(p); err != nil {
		return subject, found, err
	}
	if err := newQuery(r).err(); err != nil {
		return subject, found, err
	}
	body, err := readObject(r)
	if err != nil {
		return subject, found, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	subject = readSubject(f)
	f.done()
	if err := bad.bodyError(); err != nil {
		return subject, found, err
	}
	found, err = s.cfg.Personal.Personal(r.Context(), subject, purpose, actorOf(p))
	return subject, found, personalError(err)
}

// erasePersonal answers POST /api/v1/personal/erase.
func (s *Server) erasePersonal(w http.ResponseWriter, r *http.Request) error {
	p := PrincipalFrom(r.Context())
	if err := wholeDistrict(p); err != nil {
		return err
	}
	if err := newQuery(r).err(); err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("subject")
	reason := f.text("reason", maxReason)
	var subject patrol.Subject
	if of := f.object("subject"); of != nil {
		subject = readSubject(of)
		of.done()
	}
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	e, err := s.cfg.Personal.ErasePersonal(r.Context(), subject, reason, actorOf(p))
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return fail("not-found", "there is nothing of this person")
	case err != nil:
		return personalError(err)
	}
	// The hint would do it a moment later; whoever looks at once sees it done.
	if err := s.cfg.Duties.Refresh(r.Context()); err != nil {
		s.log.WarnContext(r.Context(), "duties could not be read again after an erasure", "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, erasureOf(e))
}

// listErasures answers GET /api/v1/personal/erasures.
func (s *Server) listErasures(w http.ResponseWriter, r *http.Request) error {
	if err := wholeDistrict(PrincipalFrom(r.Context())); err != nil {
		return err
	}
	if err := newQuery(r).err(); err != nil {
		return err
	}
	list, err := s.cfg.Personal.Erasures(r.Context(), maxErasures)
	if err != nil {
		return err
	}
	out := struct {
		Erasures []erasureAnswer `json:"erasures"`
	}{make([]erasureAnswer, len(list))}
	for i, e := range list {
		out.Erasures[i] = erasureOf(e)
	}
	return writeJSON(w, http.StatusOK, out)
}

// readSubject reads whom something is about; whether it is enough is for
// patrol to say.
func readSubject(f *fields) patrol.Subject {
	out := patrol.Subject{Name: f.text("name", maxName), Phone: f.text("phone", maxPhone)}
	if text := f.text("person", 40); text != "" {
		id, err := uuid.Parse(text)
		if err != nil {
			f.impossible(f.pointer("person"), "is no id")
		}
		out.Person = id
	}
	return out
}

// erasureAnswer is a line of the erasure log.
type erasureAnswer struct {
	ID         geo.ID    `json:"id"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"`
	People     int64     `json:"people"`
	Accounts   int64     `json:"accounts"`
	Sessions   int64     `json:"sessions"`
	Contacts   int64     `json:"contacts"`
	Tracks     int64     `json:"tracks"`
	Unreadable int64     `json:"unreadable"`
	By         string    `json:"by"`
	Role       string    `json:"role"`
	Reason     string    `json:"reason"`
}

func erasureOf(e patrol.Erasure) erasureAnswer {
	return erasureAnswer{e.ID, e.At.UTC(), e.Kind, e.People, e.Accounts, e.Sessions, e.Contacts, e.Tracks, e.Unreadable, e.Actor.ID, e.Actor.Role, e.Reason}
}
