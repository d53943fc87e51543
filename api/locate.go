package api

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
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
	BoundaryDistanceM *float64               `json:"boundary_distance_m"` // to the nearest grid edge; null without grids and far away
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
	c := world.contacts(PrincipalFrom(r.Context()))
	out := c.locate(p, accuracyM)
	if err := s.logContacts(r.Context(), c, "place", "locate"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// locate says what covers a point on the lattice, and who answers there as far
// as the caller may know.
func (c *contacts) locate(p orb.Point, accuracyM float64) locateAnswer {
	m, _ := c.Index.Locate(p)
	return locateAnswer{
		Point: lonLat{p[0], p[1]}, Revision: c.Revision.Number, Areas: m.Names(),
		Responsible:       c.assignees(patrol.Responsible(c.duties, m, c.at), areaIDs(&m)),
		BoundaryDistanceM: c.edgeDistance(p),
		Candidates:        candidates(c.world, p, accuracyM),
		Synthetic:         synthetic(&m),
	}
}

// edgeDistance is how far the nearest grid edge is; nil without grids, and a
// degree or more off the map, where the plane it is measured in ends.
func (c *contacts) edgeDistance(p orb.Point) *float64 {
	if !c.Index.Bound().Pad(1).Contains(p) {
		return nil
	}
	return metres(c.Index.EdgeDistanceM(geo.Grid, p))
}

// WriteLocation writes what GET /api/v1/locate answers the public, for a
// command that has boundaries and duties but no server. p is lon/lat in
// degrees, WGS 84, on the lattice; holders are those at the given time.
func WriteLocation(w io.Writer, boundaries *locate.Snapshot, duties *patrol.Duties, at time.Time, p orb.Point) error {
	c := world{boundaries, duties, at}.contacts(access.Anonymous())
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(c.locate(p, 0))
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
