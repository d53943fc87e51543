package api

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// readReport answers GET /api/v1/reports/{id}: the report with its history and
// the record of its routing.
func (s *Server) readReport(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	report, history, view, err := s.findReport(r)
	if err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	if view == viewOwn {
		p = access.Anonymous() // the secret shows what its holder may see, whoever that is
	}
	c := s.now().contacts(p)
	body := c.detailed(&report, history, view)
	if err := s.logContacts(r.Context(), c, "report", report.ID.String()); err != nil {
		return err
	}
	w.Header().Set("ETag", reportTag(&report))
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Add("Vary", "X-Follow-Secret")
	return writeGeoJSON(w, http.StatusOK, body)
}

// reportTag is the ETag of a report for If-Match: its version. It is a strong
// one, of the state and not of the bytes.
func reportTag(r *patrol.Report) string { return fmt.Sprintf(`"v%d"`, r.Version) }

// knowsSecret reports whether the request shows the follow secret of a report.
func (s *Server) knowsSecret(r *http.Request, id geo.ID) bool {
	secret := r.Header.Get("X-Follow-Secret")
	return secret != "" && subtle.ConstantTimeCompare([]byte(secret), []byte(s.cfg.Reports.FollowSecret(id))) == 1
}

// findReport gives the report that the path names, and how much of it the
// caller may see. What is not there, what lies outside the caller's areas and
// what the caller has no secret for are all the same: not found.
func (s *Server) findReport(r *http.Request) (patrol.Report, []patrol.HistoryEntry, view, error) {
	none := func(err error) (patrol.Report, []patrol.HistoryEntry, view, error) {
		return patrol.Report{}, nil, viewPublic, err
	}
	id, err := uuid.Parse(mux.Vars(r)["id"])
	if err != nil || id.String() != mux.Vars(r)["id"] {
		return none(errNotFound("report"))
	}
	p := PrincipalFrom(r.Context())
	scope, view := p.Scope, viewOf(p)
	switch {
	case r.Header.Get("X-Follow-Secret") != "":
		if !s.knowsSecret(r, id) {
			return none(errNotFound("report"))
		}
		// The secret stands for this one report, wherever it lies.
		scope, view = access.Scope{All: true}, viewOwn
	case !access.Can(p, access.ReadReports):
		return none(errNotFound("report"))
	}
	report, history, err := s.cfg.Reports.Report(r.Context(), scope, id)
	if errors.Is(err, geo.ErrNotFound) {
		return none(errNotFound("report"))
	}
	return report, history, view, err
}
