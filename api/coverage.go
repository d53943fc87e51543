package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// Walked knows where patrols were. It asks nobody who they are: whether the
// caller may see a place is asked before.
type Walked interface {
	// CoveragePieces gives the cleaned pieces of tracks that meet a bound (lon/lat in degrees)
	// and have anything from from to to, both included, whole, a list for each track. more is true,
	// and there are none, where they have more than limit vertices.
	CoveragePieces(ctx context.Context, bound orb.Bound, from, to time.Time, limit int) (tracks [][]track.Piece, more bool, err error)
	// AreaVisits sums the visits to areas that began from from (included) to to
	// (excluded). An area without any is missing.
	AreaVisits(ctx context.Context, areas []geo.ID, from, to time.Time) (map[geo.ID]track.AreaSum, error)
	// AreasSeen gives when each area was visited last before a time, by
	// those who are there then as well; one that was not is missing.
	AreasSeen(ctx context.Context, areas []geo.ID, before time.Time) (map[geo.ID]time.Time, error)
	// Checkpoints gives every checkpoint; retired ones may be among them.
	Checkpoints(ctx context.Context) ([]patrol.Checkpoint, error)
	// CheckpointStays gives the visits to checkpoints that began from from (included)
	// to to (excluded), in the order of time.
	CheckpointStays(ctx context.Context, checkpoints []geo.ID, from, to time.Time) ([]track.CheckpointStay, error)
	// CheckpointsSeen is AreasSeen of checkpoints.
	CheckpointsSeen(ctx context.Context, checkpoints []geo.ID, before time.Time) (map[geo.ID]time.Time, error)
	// TrackRetention gives until when what is left of tracks is coarse, and until
	// when there is none left; zero where that is so of none.
	TrackRetention(ctx context.Context) (coarse, erased time.Time, err error)
}

// The bounds of a question about coverage.
const (
	defaultSwathM, minSwathM, maxSwathM = 30, 5, 200
	maxCoverageDays                     = 366
	defaultCoverageDays                 = 7
	maxCoverageVertices                 = 500_000
	maxCoverageParts                    = 3000
)

// coverageQuery asks how much of an area patrols saw.
type coverageQuery struct {
	area     *geo.Area
	world    world
	from, to time.Time
	swathM   float64
	kinds    []geo.Kind // of its parts; nil: see partKinds
	format   string
}

// readCoverage answers GET /api/v1/areas/{kind}/{code}/coverage.
func (s *Server) readCoverage(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Walked == nil {
		return errNotFound("coverage here")
	}
	q, err := s.coverageQuery(r)
	if err != nil {
		return err
	}
	found, err := s.coverage(r.Context(), q)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	switch q.format {
	case "geojson":
		return writeGeoJSON(w, http.StatusOK, found.cells(q))
	case "csv":
		return found.writeParts(r.Context(), w, q)
	}
	return writeJSON(w, http.StatusOK, found)
}

// coverageQuery reads the question, and refuses who may not see the area.
func (s *Server) coverageQuery(r *http.Request) (coverageQuery, error) {
	q, now := newQuery(r), s.cfg.Now().UTC().Truncate(time.Second)
	out := coverageQuery{from: q.moment("from"), to: q.moment("to"), swathM: defaultSwathM}
	if m, ok := q.number("swath_m"); ok {
		if out.swathM = m; m < minSwathM || m > maxSwathM {
			q.unread("swath_m", "must be from %d to %d metres", minSwathM, maxSwathM)
		}
	}
	if q.values.Has("parts") {
		out.kinds = []geo.Kind{}
	}
	for _, text := range q.list("parts") {
		k, err := geo.ParseKind(text)
		if err != nil {
			q.unread("parts", "must be kinds of areas, separated by commas")
			break
		}
		if !slices.Contains(out.kinds, k) {
			out.kinds = append(out.kinds, k)
		}
	}
	switch out.format = q.text("format", 20); out.format {
	case "", "json", "geojson", "csv":
	default:
		q.unread("format", "must be json, geojson or csv")
	}
	if out.to.IsZero() {
		out.to = now
	}
	if out.from.IsZero() {
		out.from = out.to.AddDate(0, 0, -defaultCoverageDays)
	}
	if !out.from.Before(out.to) {
		q.unread("from", "does not lie before to")
	} else if out.to.Sub(out.from) > maxCoverageDays*24*time.Hour {
		q.unread("from", "lies more than %d days before to", maxCoverageDays)
	}
	for _, t := range []time.Time{out.from, out.to} {
		if t.Year() < 1 || t.Year() > 9999 {
			q.unread("from", "lies beyond the calendar")
		}
	}
	if err := q.err(); err != nil {
		return out, err
	}
	kind, err := geo.ParseKind(mux.Vars(r)["kind"])
	if err != nil {
		return out, errNotFound("kind of area; there are district, township, village, village_group, grid and compound")
	}
	out.world = s.now()
	if out.area, err = out.world.Index.Find(geo.Ref{Kind: kind, Code: mux.Vars(r)["code"]}); err != nil {
		return out, errNotFound("area in revision " + fmt.Sprint(out.world.Revision.Number))
	}
	if !PrincipalFrom(r.Context()).Scope.Covers(out.world.above(out.area)) {
		return out, errNotFound("area among yours")
	}
	return out, nil
}

// above gives the ids of the area and of all that it lies in.
func (w world) above(a *geo.Area) []geo.ID {
	ids := w.lineage(a)
	if p, ok := geo.PointOnSurface(a.Shape); ok {
		m, _ := w.Index.Locate(p)
		for _, k := range geo.Kinds() {
			if up := m.Area(k); up != nil && contains(up, a) && !slices.Contains(ids, up.ID) {
				ids = append(ids, up.ID)
			}
		}
	}
	return ids
}

// contains reports whether an area of which a point lies in the other is no
// larger than that, and so a part of it.
func contains(whole, part *geo.Area) bool {
	return whole == part || whole.Kind != part.Kind && part.AreaM2 <= whole.AreaM2*(1+1e-6)
}

// partKinds are those that the parts of an area are of where nobody says.
func partKinds(k geo.Kind) []geo.Kind {
	switch k {
	case geo.District:
		return []geo.Kind{geo.Grid}
	case geo.Township:
		return []geo.Kind{geo.Village, geo.Grid}
	case geo.Grid:
		return []geo.Kind{geo.Village, geo.VillageGroup, geo.Compound}
	case geo.Village:
		return []geo.Kind{geo.Grid, geo.VillageGroup, geo.Compound}
	}
	return nil
}

// parts gives the areas of some kinds that are parts of the area, by kind and
// code.
func (q *coverageQuery) parts() ([]*geo.Area, error) {
	kinds := q.kinds
	if kinds == nil {
		kinds = partKinds(q.area.Kind)
	}
	bound, ok := geo.Bound(q.area.Shape)
	if !ok {
		return nil, nil
	}
	var out []*geo.Area
	for _, k := range kinds {
		for _, a := range q.world.Index.Within(k, bound) {
			if a == q.area || !contains(q.area, a) {
				continue
			}
			p, ok := geo.PointOnSurface(a.Shape)
			if !ok {
				continue
			}
			if m, _ := q.world.Index.Locate(p); m.Area(q.area.Kind) == q.area {
				out = append(out, a)
			}
		}
	}
	if len(out) > maxCoverageParts {
		return nil, fail("coverage-too-large", fmt.Sprintf("the area has %d such parts, and no more than %d are measured at once: ask for fewer kinds, or for a smaller area", len(out), maxCoverageParts))
	}
	slices.SortFunc(out, func(a, b *geo.Area) int {
		if a.Kind != b.Kind {
			return a.Kind.Index() - b.Kind.Index()
		}
		return compareText(a.Code, b.Code)
	})
	return out, nil
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// until is the moment that days are counted back from: the end of the question, but
// none that is still to come.
func (q *coverageQuery) until(now time.Time) time.Time {
	if now.Before(q.to) {
		return now
	}
	return q.to
}

// daysSince gives the whole days from a visit to a moment; nil where there was
// none.
func daysSince(last *time.Time, until time.Time) *int {
	if last == nil {
		return nil
	}
	n := max(0, int(math.Floor(until.Sub(*last).Hours()/24)))
	return &n
}
