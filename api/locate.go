package api

import (
	"math"
	"net/http"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxAccuracyM is the coarsest position that still means something here.
const maxAccuracyM = 100_000

// lonLat is a place in an answer, WGS 84.
type lonLat struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// locateAnswer says what covers a point and who answers there.
type locateAnswer struct {
	Point             lonLat                 `json:"point"`
	Revision          int                    `json:"revision"`
	Areas             map[geo.Kind]*geo.Name `json:"areas"`
	Responsible       []assignee             `json:"responsible"`
	BoundaryDistanceM *float64               `json:"boundary_distance_m"` // to the nearest grid edge; null without grids
	Candidates        []candidate            `json:"candidates"`          // grids, the most probable first
	Synthetic         bool                   `json:"synthetic,omitempty"`
}

type candidate struct {
	Kind        geo.Kind `json:"kind"`
	Code        string   `json:"code"`
	DistanceM   float64  `json:"distance_m"`
	Probability float64  `json:"probability"`
}

// locate answers GET /api/v1/locate.
func (s *Server) locate(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	p := q.lonLat()
	accuracyM, _ := q.number("accuracy_m")
	if accuracyM < 0 || accuracyM > maxAccuracyM {
		q.unread("accuracy_m", "must be from 0 to %d metres", maxAccuracyM)
	}
	at, plan := q.world()
	if err := q.err(); err != nil {
		return err
	}
	world, err := s.worldAt(r.Context(), at, plan)
	if err != nil {
		return err
	}
	s.metrics.points.Inc()
	m, _ := world.Index.Locate(p) // p is on the lattice
	ids := areaIDs(&m)
	c := world.contacts(PrincipalFrom(r.Context()))
	out := locateAnswer{
		Point: lonLat{p[0], p[1]}, Revision: world.Revision.Number, Areas: m.Names(),
		Responsible:       c.assignees(patrol.Responsible(world.duties, m, world.at), ids),
		BoundaryDistanceM: metres(world.Index.EdgeDistanceM(geo.Grid, p)),
		Candidates:        candidates(world, p, accuracyM),
		Synthetic:         synthetic(&m),
	}
	if err := s.logContacts(r.Context(), c, "place", "locate"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func candidates(world world, p orb.Point, accuracyM float64) []candidate {
	out := []candidate{}
	for _, c := range world.Index.Candidates(geo.Grid, p, accuracyM) {
		out = append(out, candidate{c.Area.Kind, c.Area.Code, *metres(c.DistanceM), math.Round(c.Probability*1e4) / 1e4})
	}
	return out
}

// metres rounds a distance to 0.1 m; nil for one that is not finite.
func metres(d float64) *float64 {
	if math.IsInf(d, 0) || math.IsNaN(d) {
		return nil
	}
	d = math.Round(d*10) / 10
	return &d
}
