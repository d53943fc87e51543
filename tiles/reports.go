package tiles

import (
	"context"
	"net/http"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// maxPoints is how many reports one tile shows, the newest ones: as many as
// stay below 500 kB with their ids.
const maxPoints = 4000

// storeTimeout is how long a tile waits for the store where it asks on behalf
// of more than one request.
const storeTimeout = 5 * time.Second

// pointsKey names a report tile in the public form, the same for everybody who
// is limited to the same areas, or to none. Only filters that passed the check
// become keys, and their times are days.
type pointsKey struct {
	tile   maptile.Tile
	filter string
	areas  string
}

// reportTile answers with the reports that the sender may see. What officers
// see is theirs alone; what is shown in the public form is kept for a few
// seconds, of so many tiles as recent takes. Only what everybody may see may be
// kept on the way.
func (s *Server) reportTile(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile) error {
	q, err := filterParams(r)
	if err != nil {
		return err
	}
	if fields := s.unknown(q.Category, q.Status); fields != nil {
		return geo.Invalid("invalid-parameters", "the request has parameters that cannot be taken", fields...)
	}
	data, caching, err := s.reportsIn(r, l, t, q)
	if err != nil {
		return err
	}
	w.Header().Set("Vary", "Authorization, Cookie")
	write(w, r, finish(data), caching)
	return nil
}

// reportsIn draws the tile of the reports that the sender may see, and says who
// may keep it. The question has been checked.
func (s *Server) reportsIn(r *http.Request, l *layer, t maptile.Tile, q HotspotQuery) (data []byte, caching string, err error) {
	v := s.c.Viewer(r)
	bound := reach(t)
	f := hotspot.Filter{From: q.From, To: q.To, Category: inOrder(q.Category), Status: inOrder(q.Status), Bound: &bound,
		Overdue: q.Overdue, Now: s.c.Now()}
	if v.ReadsReports() {
		data, err = s.pointTile(r.Context(), v, l, t, f)
		return data, ownOnly, err
	}
	if f.Overdue {
		return nil, "", forbidden("what is overdue is for who may read reports")
	}
	caching = revalidate
	areas := v.OwnAreas()
	if areas != "" {
		caching = ownOnly
	}
	f.From, f.To = s.wholeDays(f.From, f.To)
	data, err = s.points.get(pointsKey{t, filterID(f), areas}, func() ([]byte, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
		defer cancel()
		return s.pointTile(ctx, v, l, t, f)
	})
	return data, caching, err
}

// wholeDays widens a time to whole days, for the public: with finer bounds it
// could find out the hour that a report came by asking often. Zero stays.
func (s *Server) wholeDays(from, to time.Time) (time.Time, time.Time) {
	zone := s.c.Now().Location()
	if !from.IsZero() {
		from = dayOf(from.In(zone))
	}
	if !to.IsZero() {
		to = hotspot.Tomorrow(to.Add(-1).In(zone))
	}
	return from, to
}

// dayOf gives the moment the day of t begins, in t's time zone.
func dayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
}

func (s *Server) pointTile(ctx context.Context, v Viewer, l *layer, t maptile.Tile, f hotspot.Filter) ([]byte, error) {
	points, err := v.ReportPoints(ctx, f, maxPoints+1) // one more tells whether some are left out
	if err != nil {
		return nil, err
	}
	more := len(points) > maxPoints
	if more {
		points = points[:maxPoints]
	}
	own := v.ReadsReports()
	snap := newSnapper(t)
	features := make([]feature, 0, len(points))
	for _, p := range points {
		at := snap.point(toWorld(p.Point))
		if !tileBound.Contains(at) {
			continue // a public point may be snapped to a place past the rim
		}
		accepted := p.Accepted
		if !own {
			accepted = dayOf(accepted.In(s.c.Now().Location()))
		}
		f := feature{geometry: orb.Geometry(at), properties: map[string]any{
			"category": p.Category, "status": p.Status, "t": accepted.Unix()}}
		if own {
			f.id = featureID(p.ID)
			f.properties["id"] = p.ID
			f.properties["overdue"] = p.Overdue
		}
		features = append(features, f)
	}
	if more && len(features) > 0 {
		features[len(features)-1].properties["cut"] = true
	}
	return encode(l.name, features)
}
