package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// maxFixes is how many fixes are taken at once: a day, one a second, and some.
const maxFixes = 100_000

// farOff is how many degrees beyond the district a place may lie: further away
// it is no place that a phone on patrol can have been at.
const farOff = 0.5

// trackTypes are the formats of tracks by their content types.
var trackTypes = map[string]func(*trackReader, []byte){
	"application/x-ndjson": (*trackReader).ndjson,
	"application/geo+json": (*trackReader).geoJSON,
	"application/json":     (*trackReader).geoJSON,
	"application/gpx+xml":  (*trackReader).gpx,
}

// receiptAnswer says what became of the fixes of one upload.
type receiptAnswer struct {
	Received      int   `json:"received"`
	New           int   `json:"new"`
	Known         int   `json:"known"`
	Outside       int   `json:"outside"`
	ClockOffsetMS int64 `json:"clock_offset_ms"`
}

// addTrack answers POST /api/v1/patrols/{id}/track: where a member of the patrol
// was. It may come in any order and again; what came before is told from what is
// new. Anything wrong in it refuses all of it.
func (s *Server) addTrack(w http.ResponseWriter, r *http.Request) error {
	now := s.cfg.Now().UTC()
	id, err := pathID(r, "patrol")
	if err != nil {
		return err
	}
	if _, err := idempotencyKey(r); err != nil { // what it is for holds without it
		return err
	}
	p := PrincipalFrom(r.Context())
	person, err := s.trackOwner(r, id)
	if err != nil {
		return err
	}
	sent, err := sentAt(r)
	if err != nil {
		return err
	}
	read := trackTypes[mediaType(r)]
	if read == nil {
		return unsupported("application/x-ndjson", "application/geo+json", "application/gpx+xml")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return readError(err)
	}
	t := trackReader{latest: now.Add(patrol.ClockAhead)}
	read(&t, body)
	if err := t.err(); err != nil {
		return err
	}
	fixes, strange := s.nearby(t.fixes)
	got, err := s.cfg.Tracks.Add(r.Context(), p.Scope, actorOf(p), track.Batch{Patrol: id, Person: person, Fixes: fixes, SentAt: sent, ReceivedAt: now})
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("patrol")
	case err != nil:
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, receiptAnswer{got.Received + strange, got.New, got.Known, got.Outside + strange, got.ClockOffset.Milliseconds()})
}

// trackOwner gives the person whose fixes a caller sends: their own, or, from a
// desk, those of the parameter person. Where neither is of the team it is the
// first of that, and nobody, the zero id, where there is no team.
func (s *Server) trackOwner(r *http.Request, id geo.ID) (geo.ID, error) {
	p, q := PrincipalFrom(r.Context()), newQuery(r)
	text := q.text("person", 40)
	named, err := uuid.Parse(text)
	if text != "" && (err != nil || named.String() != text) {
		q.unread("person", "is no id")
	}
	switch err := q.err(); {
	case err != nil:
		return geo.ID{}, err
	case text != "" && named != p.Person && !desk(p):
		return geo.ID{}, fail("forbidden", "everybody sends their own track")
	case text != "":
		return named, nil
	case p.Person != (geo.ID{}) && !desk(p):
		return p.Person, nil
	}
	of, err := s.findPatrol(r, id)
	switch {
	case err != nil:
		return geo.ID{}, err
	case of.HasMember(p.Person):
		return p.Person, nil
	case len(of.Team) > 0:
		return of.Team[0], nil
	}
	return geo.ID{}, nil
}

// sentAt reads X-Sent-At, what the phone's clock said; zero where it is missing.
func sentAt(r *http.Request) (time.Time, error) {
	text := r.Header.Get("X-Sent-At")
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return t, fail("bad-request", "X-Sent-At must be a time such as 2026-09-01T00:00:00.000Z")
	}
	return t.UTC(), nil
}

// nearby leaves out what lies far off the district, and says how many that were.
func (s *Server) nearby(fixes []track.Fix) (near []track.Fix, strange int) {
	bound := s.now().Index.Bound().Pad(farOff)
	near = fixes[:0]
	for _, f := range fixes {
		if bound.Contains(f.At.Point()) {
			near = append(near, f)
		}
	}
	return near, len(fixes) - len(near)
}

// trackReader collects the fixes of an upload, and what is wrong with it.
type trackReader struct {
	faults
	latest time.Time // no fix is taken that is later
	fixes  []track.Fix
	ahead  bool // something was later
	failed error
}

// faultsMost is how many faults of a track are told: one thing wrong with a
// program is wrong on every line.
const faultsMost = 20

// full reports whether reading on is of no use.
func (t *trackReader) full() bool { return t.failed != nil || len(t.fields) >= faultsMost }

func (t *trackReader) err() error {
	switch {
	case t.failed != nil:
		return t.failed
	case len(t.fields) == 0:
		return nil
	case t.ahead:
		return fail("clock-ahead", t.sentence("some positions lie in the future: nothing was kept; look at the phone's clock"), t.fields...)
	}
	return fail("invalid-track", t.sentence("some positions cannot be read: nothing was kept"), t.fields...)
}

// rawFix is a fix as a format has it; what is not given is nil.
type rawFix struct {
	t               string
	lon, lat        *float64
	accuracy, speed *float64
	mock            bool
}

// take checks a fix and keeps it. at is the pointer of the fix, names that of its
// members below it.
func (t *trackReader) take(at string, f rawFix, names fixNames) {
	before := len(t.fields)
	when, err := time.Parse(time.RFC3339, f.t)
	switch {
	case f.t == "":
		t.impossible(at+names.t, "is missing")
	case err != nil:
		t.impossible(at+names.t, "must be a time such as 2026-09-01T08:00:00.000+08:00")
	case when.Year() < 1970 || when.Year() > 9998:
		t.impossible(at+names.t, "is no time of a patrol")
	case when.After(t.latest):
		t.ahead = true
		t.impossible(at+names.t, "lies more than %.0f minutes in the future", patrol.ClockAhead.Minutes())
	}
	var p orb.Point
	for i, axis := range []struct {
		v    *float64
		name string
		most float64
	}{{f.lon, names.lon, 180}, {f.lat, names.lat, 90}} {
		switch {
		case axis.v == nil:
			t.impossible(at+axis.name, "is missing")
		case !(-axis.most <= *axis.v && *axis.v <= axis.most):
			t.impossible(at+axis.name, "must be from %.0f to %.0f degrees", -axis.most, axis.most)
		default:
			p[i] = *axis.v
		}
	}
	out := track.Fix{T: when.UTC().Truncate(time.Millisecond), AccuracyM: track.Unknown, SpeedMPS: track.Unknown, Mock: f.mock}
	for _, measure := range []struct {
		v    *float64
		name string
		to   *float64
	}{{f.accuracy, names.accuracy, &out.AccuracyM}, {f.speed, names.speed, &out.SpeedMPS}} {
		switch {
		case measure.v == nil:
		case !(0 <= *measure.v && *measure.v <= 1e7):
			t.impossible(at+measure.name, "must be from 0 to 10,000,000")
		default:
			*measure.to = *measure.v
		}
	}
	if len(t.fields) > before {
		return
	}
	if len(t.fixes) == maxFixes {
		t.failed = fail("too-large", fmt.Sprintf("more than %d positions are too many at once", maxFixes))
		return
	}
	out.At, _ = geo.Snap(p) // within the globe
	t.fixes = append(t.fixes, out)
}

// fixNames are how a format calls the members of a fix.
type fixNames struct{ t, lon, lat, accuracy, speed string }

var lineNames = fixNames{"/t", "/lon", "/lat", "/accuracy_m", "/speed_mps"}
