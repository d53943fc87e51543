package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	action, photos, err := s.parseAction(r)
	if err != nil {
		return err
	}
	defer photos.discard()
	world := s.now()
	action.ReportID, action.At = id, world.at
	world.contacts(p).sign(&action)
	if key != "" {
		action.KeyHash, action.RequestHash = keyHash(p, key), actionHash(&action, photos)
	}
	report, replayed, err := s.cfg.Reports.Act(r.Context(), p.Scope, action, photos.keep)
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
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("ETag", reportTag(&report))
	w.Header().Set("Cache-Control", "no-store")
	return writeGeoJSON(w, http.StatusOK, body)
}

// parseAction reads what is to be done: JSON, or multipart with photos. The
// caller owes the photos a discard.
func (s *Server) parseAction(r *http.Request) (patrol.Action, sentPhotos, error) {
	none := func(err error) (patrol.Action, sentPhotos, error) { return patrol.Action{}, nil, err }
	if err := newQuery(r).err(); err != nil {
		return none(err)
	}
	var body *object
	var err error
	form := false
	switch mediaType(r) {
	case "application/json", "application/geo+json":
		body, err = readObject(r)
	case "multipart/form-data":
		if body, err = parseForm(r, "event"); err == nil {
			form = true
			defer r.MultipartForm.RemoveAll()
		}
	default:
		err = unsupported("application/json", "multipart/form-data")
	}
	if err != nil {
		return none(err)
	}
	action, err := readAction(r, body)
	if err != nil || !form {
		return action, nil, err
	}
	photos, err := s.readPhotos(r)
	action.Photos = photos.stored()
	return action, photos, err
}

// readAction reads the members of what is to be done. The note's length is for
// patrol to say.
func readAction(r *http.Request, body *object) (out patrol.Action, err error) {
	var bad faults
	f := newFields(&bad, "", body)
	f.required("type")
	out.Type = patrol.EventType(f.text("type", 40))
	out.Note = f.text("note", patrol.NoteMax)
	out.OccurredAt = f.moment("at").Truncate(time.Microsecond)
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

// actionHash gives the hash of what is to be done, whichever form it came in, so
// that the same key with something else is noticed. If-Match is no part of it:
// it says when, not what.
func actionHash(a *patrol.Action, photos sentPhotos) []byte {
	h := sha256.New()
	for _, s := range []string{"event", a.ReportID.String(), string(a.Type), strings.TrimSpace(a.Note)} {
		writeHashed(h, s)
	}
	at := []float64{}
	if a.Point != nil {
		at = append(at, a.Point[0], a.Point[1])
	}
	writeHashed(h, fmt.Sprint(at))
	if !a.OccurredAt.IsZero() {
		writeHashed(h, a.OccurredAt.Format(time.RFC3339Nano))
	}
	for _, p := range photos {
		h.Write(p.source)
	}
	return h.Sum(nil)
}

// ifMatch gives the version that If-Match names; 0 without one, or for any.
func ifMatch(r *http.Request) (int, error) {
	tag := strings.TrimSpace(r.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(tag, `"v`), `"`))
	if err != nil || n < 1 {
		return 0, fail("version-conflict", "If-Match must be the ETag of an answer")
	}
	return n, nil
}
