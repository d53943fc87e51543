package tiles

import (
	"math"
	"net/http"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// coverageKey names a coverage tile of everybody who is limited to the same
// areas, or to none.
type coverageKey struct {
	tile     maptile.Tile
	revision int // of the boundaries that say whose a cell is
	areas    string
	of       walkedKey
	day      int64 // of the clock: days since the last visit go up with it
}

// coverageDays is the time that coverage is of where none is given.
const coverageDays = 7

// noPatrols is the answer to a viewer that may not read patrols.
func noPatrols(v Viewer) error {
	const detail = "where patrols have been is for who may read patrols"
	if !v.SignedIn() {
		return &geo.Problem{Kind: geo.ErrUnauthorized, Code: "sign-in-required", Detail: detail}
	}
	return forbidden(detail)
}

// coverageTile answers with the cells where patrols have been, those whose
// middle lies where the sender may look.
func (s *Server) coverageTile(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile) error {
	v := s.c.Viewer(r)
	if !v.ReadsPatrols() {
		return noPatrols(v)
	}
	values, err := query(r, "from", "to")
	if err != nil {
		return err
	}
	from, err := timeParam(values, "from")
	if err != nil {
		return err
	}
	to, err := timeParam(values, "to")
	if err != nil {
		return err
	}
	now := s.c.Now()
	if to.IsZero() {
		to = hotspot.Tomorrow(now).UTC()
	}
	if from.IsZero() {
		from = to.AddDate(0, 0, -coverageDays)
	}
	if !from.Before(to) {
		return geo.Invalid("invalid-parameters", "from must lie before to", geo.FieldError{Pointer: "from", Detail: "does not lie before to"})
	}
	if err := walkedWindow(from, to); err != nil {
		return err
	}
	res := resolutionAt(int(t.Z))
	k := coverageKey{t, s.c.Boundaries.Current().Revision.Number, v.OwnAreas(), walkedKey{from.UnixMicro(), to.UnixMicro(), res}, now.Unix() / 86400}
	data, err := s.coverages.get(k, func() ([]byte, error) {
		walk, err := s.walked(r.Context(), from, to, res)
		if err != nil {
			return nil, err
		}
		return s.coverageOf(v, l, t, walk, asOf(to, now))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Vary", "Authorization, Cookie")
	write(w, r, finish(data), ownOnly)
	return nil
}

// asOf gives the moment that days are counted back from: the end of the time that is
// asked for, but not one that is still to come.
func asOf(to, now time.Time) time.Time {
	if now.Before(to) {
		return now
	}
	return to
}

// daysSince gives the whole days from a visit to a moment.
func daysSince(last, until time.Time) int {
	return max(0, int(math.Floor(until.Sub(last).Hours()/24)))
}

func (s *Server) coverageOf(v Viewer, l *layer, t maptile.Tile, walk *walk, until time.Time) ([]byte, error) {
	snap := newSnapper(t)
	var room []spot
	var features []feature
	hexagons := walk.drawn()
	side := int64(1) << (32 - t.Z)
	rim := side * buffer / extent
	west, north := int64(t.X)*side-rim, int64(t.Y)*side-rim
	east, south := west+side+2*rim, north+side+2*rim
	for i, c := range walk.cells {
		at := &hexagons[i] // most lie elsewhere
		if int64(at.max.x) < west || int64(at.min.x) > east || int64(at.max.y) < north || int64(at.min.y) > south {
			continue
		}
		if room = at.draw(&snap, room); room == nil || !s.mayLook(v, c.Cell) {
			continue
		}
		ring := make(orb.Ring, 0, len(room)+1)
		for _, p := range room {
			ring = append(ring, orb.Point{float64(p.x), float64(p.y)})
		}
		name := c.Cell.String()
		features = append(features, feature{id: featureID(name), geometry: orb.Polygon{append(ring, ring[0])}, properties: map[string]any{
			"h3": name, "dwell_s": int(math.Round(c.Seconds)), "visits": c.Visits, "last_visit": c.Last.Unix(), "days_since": daysSince(c.Last, until)}})
	}
	return encode(l.name, features)
}
