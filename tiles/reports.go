package tiles

import (
	"context"
	"net/http"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// maxPoints is how many reports one tile shows: as many as stay below 500 kB
// with their ids.
const maxPoints = 4000

// storeTimeout is how long a tile waits for the store where it asks on behalf
// of more than one request.
const storeTimeout = 5 * time.Second

// pointsKey names a report tile of the public, the same for everybody.
type pointsKey struct{ tile maptile.Tile }

// reportTile answers with the reports that the sender may see. What officers
// see is theirs alone; what the public sees is kept for a few seconds.
func (s *Server) reportTile(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile) error {
	if _, err := query(r); err != nil {
		return err
	}
	v := s.c.Viewer(r)
	w.Header().Add("Vary", "Authorization, Cookie")
	var data []byte
	var err error
	caching := revalidate
	if v.ReadsReports() {
		caching = ownOnly
		data, err = pointTile(r.Context(), v, l, t)
	} else {
		data, err = s.points.get(pointsKey{t}, func() ([]byte, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTimeout)
			defer cancel()
			return pointTile(ctx, v, l, t)
		})
	}
	if err != nil {
		return err
	}
	f, err := finish(data)
	if err != nil {
		return err
	}
	write(w, r, f, caching)
	return nil
}

func pointTile(ctx context.Context, v Viewer, l *layer, t maptile.Tile) ([]byte, error) {
	points, err := v.ReportPoints(ctx, reach(t), maxPoints)
	if err != nil {
		return nil, err
	}
	own := v.ReadsReports()
	snap := newSnapper(t)
	features := make([]feature, 0, len(points))
	for _, p := range points {
		at := snap.point(toWorld(p.Point))
		if !tileBound.Contains(at) {
			continue // a public point may be snapped to a place past the rim
		}
		f := feature{geometry: orb.Geometry(at), properties: map[string]any{"category": p.Category, "status": p.Status}}
		if own {
			f.id = featureID(p.ID)
			f.properties["id"] = p.ID
			f.properties["overdue"] = p.Overdue
		}
		features = append(features, f)
	}
	return encode(l.name, features)
}
