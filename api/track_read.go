package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// maxReadings is how many lines of who looked are given.
const maxReadings = 500

// trackAnswer is a FeatureCollection of pieces, then of fixes as they came.
type trackAnswer struct {
	Type     string         `json:"type"`
	Patrol   geo.ID         `json:"patrol"`
	Own      bool           `json:"own,omitempty"` // the caller's alone
	Features []trackFeature `json:"features"`
}

type trackFeature struct {
	Type       string        `json:"type"`
	Geometry   trackGeometry `json:"geometry"`
	Properties any           `json:"properties"`
}

type trackGeometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// pieceProperties are those of a piece; CoordTimes has the time of each position,
// as this server takes them, too.
type pieceProperties struct {
	Person     geo.ID      `json:"person"`
	Name       string      `json:"name,omitempty"`
	From       time.Time   `json:"from"`
	To         time.Time   `json:"to"`
	DistanceM  float64     `json:"distance_m"`
	Coarse     bool        `json:"coarse,omitempty"`
	CoordTimes []time.Time `json:"coordTimes"`
}

// fixProperties are those of a fix as it came.
type fixProperties struct {
	Person    geo.ID    `json:"person"`
	T         time.Time `json:"t"`
	AccuracyM *float64  `json:"accuracy_m,omitempty"`
	SpeedMPS  *float64  `json:"speed_mps,omitempty"`
	Mock      bool      `json:"mock,omitempty"`
}

// readTrack answers GET /api/v1/patrols/{id}/track: where the members of a patrol
// were, for those who may see that in its area; where the caller was, for everybody
// else.
func (s *Server) readTrack(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "patrol")
	if err != nil {
		return err
	}
	q := newQuery(r)
	format, raw := q.text("format", 16), q.flag("raw")
	if !slices.Contains([]string{"", "geojson", "gpx"}, format) {
		q.unread("format", "must be geojson or gpx")
	}
	if raw && format == "gpx" {
		q.unread("raw", "is given as GeoJSON alone")
	}
	if err := q.err(); err != nil {
		return err
	}
	p, err := s.findPatrol(r, id)
	if err != nil {
		return err
	}
	v := patrolView{rosterView: s.rosterView(r, s.now())}
	out := trackAnswer{Type: "FeatureCollection", Patrol: id, Features: []trackFeature{}}
	out.Own = !access.Can(v.principal, access.ReadTracks) || !v.principal.Scope.Covers(p.AreaIDs)
	var pieces []track.Kept
	var fixes map[geo.ID][]track.Fix
	if only := v.principal.Person; !out.Own || only != (geo.ID{}) {
		if !out.Own {
			only = geo.ID{}
		}
		if pieces, fixes, err = s.cfg.Tracks.Shown(r.Context(), actorOf(v.principal), v.principal.Person, id, only, raw); err != nil {
			return err
		}
	}
	names := map[geo.ID]string{}
	for _, k := range pieces {
		if _, known := names[k.Person]; !known {
			names[k.Person] = v.member(&p, k.Person).Name
		}
	}
	if err := s.logTeams(r.Context(), &v, id.String()); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if format == "gpx" {
		w.Header().Set("Content-Type", "application/gpx+xml")
		w.Header().Set("Content-Disposition", `attachment; filename="track.gpx"`)
		w.WriteHeader(http.StatusOK)
		// A client that is gone is nobody's error.
		_, _ = w.Write(gpxOf(pieces))
		return nil
	}
	for _, k := range pieces {
		out.Features = append(out.Features, pieceFeature(k, names[k.Person]))
	}
	for _, person := range sortedIDs(fixes) {
		for _, f := range fixes[person] {
			out.Features = append(out.Features, fixFeature(person, f))
		}
	}
	return writeGeoJSON(w, http.StatusOK, out)
}

func sortedIDs[V any](m map[geo.ID]V) []geo.ID {
	var out []geo.ID
	for id := range m {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b geo.ID) int { return slices.Compare(a[:], b[:]) })
	return out
}

func pieceFeature(k track.Kept, name string) trackFeature {
	vertices := k.Vertices
	if len(vertices) == 1 { // no line has just one
		vertices = []track.Vertex{vertices[0], vertices[0]}
	}
	line, times := make(orb.LineString, len(vertices)), make([]time.Time, len(vertices))
	for i, v := range vertices {
		line[i], times[i] = v.At.Point(), v.T
	}
	return trackFeature{"Feature", trackGeometry{"LineString", line}, pieceProperties{Person: k.Person, Name: name, From: k.From(), To: k.To(),
		DistanceM: toDecimals(track.Distance([]track.Piece{k.Piece}), 10), Coarse: k.Coarse, CoordTimes: times}}
}

func fixFeature(person geo.ID, f track.Fix) trackFeature {
	known := func(v float64) *float64 {
		if v < 0 {
			return nil
		}
		return &v
	}
	return trackFeature{"Feature", trackGeometry{"Point", f.At.Point()}, fixProperties{person, f.T, known(f.AccuracyM), known(f.SpeedMPS), f.Mock}}
}

// gpxOf writes pieces as GPX 1.1, a track each person, a segment each piece.
// Nobody is named in it: it is a file.
func gpxOf(pieces []track.Kept) []byte {
	out := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
		"<gpx version=\"1.1\" creator=\"gridpatrol\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n")
	for i, k := range pieces {
		if i == 0 || k.Person != pieces[i-1].Person {
			if i > 0 {
				out = append(out, " </trk>\n"...)
			}
			out = append(out, " <trk>\n"...)
		}
		out = append(out, "  <trkseg>\n"...)
		for _, v := range k.Vertices {
			p := v.At.Point()
			out = fmt.Appendf(out, "   <trkpt lat=\"%.7f\" lon=\"%.7f\"><time>%s</time></trkpt>\n", p[1], p[0], v.T.Format("2006-01-02T15:04:05.000Z07:00"))
		}
		out = append(out, "  </trkseg>\n"...)
	}
	if len(pieces) > 0 {
		out = append(out, " </trk>\n"...)
	}
	return append(out, "</gpx>\n"...)
}

// readingAnswer is that somebody looked at where the caller is or was.
type readingAnswer struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Role   string    `json:"role"`
	What   string    `json:"what"`
	Patrol geo.ID    `json:"patrol"`
}

// readTrackReadings answers GET /api/v1/track-readings: who looked at where the
// caller was, the last first.
func (s *Server) readTrackReadings(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	out := struct {
		Readings []readingAnswer `json:"readings"`
		TrackDays
	}{[]readingAnswer{}, s.cfg.TrackDays}
	if p := PrincipalFrom(r.Context()); p.Person != (geo.ID{}) {
		list, err := s.cfg.Tracks.Readings(r.Context(), p.Person, maxReadings)
		if err != nil {
			return err
		}
		for _, l := range list {
			out.Readings = append(out.Readings, readingAnswer(l))
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, out)
}

// nearestAnswer is somebody on patrol, and how far from a report.
type nearestAnswer struct {
	Person    geo.ID    `json:"person"`
	Name      string    `json:"name,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Patrol    geo.ID    `json:"patrol"`
	Lon       float64   `json:"lon"`
	Lat       float64   `json:"lat"`
	T         time.Time `json:"t"`
	DistanceM float64   `json:"distance_m"`
}

// readNearest answers GET /api/v1/reports/{id}/nearest: the officers on patrol
// that are nearest to a report.
func (s *Server) readNearest(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "report")
	if err != nil {
		return err
	}
	q := newQuery(r)
	limit := q.count("limit", 5, 50)
	if err := q.err(); err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	report, _, err := s.cfg.Reports.Report(r.Context(), v.principal.Scope, id)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("report")
	case err != nil:
		return err
	}
	positions, distances, err := s.cfg.Tracks.Nearest(r.Context(), v.principal.Scope, actorOf(v.principal), v.principal.Person, report.Point, limit)
	if err != nil {
		return err
	}
	out := struct {
		Officers []nearestAnswer `json:"officers"`
	}{make([]nearestAnswer, len(positions))}
	named := false
	for i, p := range positions {
		a := nearestAnswer{Person: p.Person, Patrol: p.Patrol, Lon: p.Point[0], Lat: p.Point[1], T: p.At, DistanceM: toDecimals(distances[i], 10)}
		if person, ok := v.duties.Roster.Person(p.Person); ok && v.knowsPerson(p.Person) {
			a.Name, a.Phone = person.Name, person.Phone
			named = named || p.Person != v.principal.Person
		}
		out.Officers[i] = a
	}
	if named {
		if err := s.cfg.ReadLog.LogRead(r.Context(), actorOf(v.principal), "patrol", "nearest"); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, out)
}
