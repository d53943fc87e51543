package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// actOnReport answers POST /api/v1/reports/{id}/events: somebody does something
// to a report, and gets it back as it is then.
func (s *Server) actOnReport(w http.ResponseWriter, r *http.Request) error {
	id, err := uuid.Parse(mux.Vars(r)["id"])
	if err != nil {
		return errNotFound("report")
	}
	p := PrincipalFrom(r.Context())
	action, err := readAction(r)
	if err != nil {
		return err
	}
	world := s.now()
	action.ReportID, action.At = id, world.at
	world.contacts(p).sign(&action)
	if key != "" {
		action.KeyHash, action.RequestHash = keyHash(p, key), actionHash(&action, photos)
	}
	report, err := s.cfg.Reports.Act(r.Context(), p.Scope, action)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("report")
	case err != nil:
		return unprocessable(err)
	}
	c := world.contacts(p)
	body := c.report(&report, viewOf(p))
	if err := s.logContacts(r.Context(), c, "report", id.String()); err != nil {
		return err
	}
	w.Header().Set("ETag", reportTag(&report))
	w.Header().Set("Cache-Control", "no-store")
	return writeGeoJSON(w, http.StatusOK, body)
}

// readAction reads what is to be done. The note's length is for patrol to say.
func readAction(r *http.Request) (patrol.Action, error) {
	var out patrol.Action
	if err := newQuery(r).err(); err != nil {
		return out, err
	}
	body, err := readObject(r)
	if err != nil {
		return out, err
	}
	var bad faults
	f := newFields(&bad, "", body)
	f.required("type")
	out.Type = patrol.EventType(f.text("type", 40))
	out.Note = f.text("note", patrol.NoteMax)
	where := reportCommand{positionAt: "/lon"}
	if where.crs, err = geo.ParsePointCRS(f.text("crs", 32)); err != nil {
		f.impossible("/crs", "must be wgs84, cgcs2000, gcj02 or bd09")
	}
	where.readLonLat(f)
	where.convert(f)
	f.done()
	if where.located {
		out.Point = &orb.Point{where.point[0], where.point[1]}
	}
	if out.IfVersion, err = ifMatch(r); err != nil {
		return out, err
	}
	return out, bad.bodyError()
}

// ifMatch gives the version that If-Match names; 0 without one, or for any.
func ifMatch(r *http.Request) (int, error) {
	tag := strings.TrimSpace(r.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(tag, `"v`), `"`))
	if err != nil || n < 1 {
		return 0, fail("version-conflict", "If-Match must be the ETag of the report")
	}
	return n, nil
}
