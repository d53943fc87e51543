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
	Plan              *geo.ID                `json:"plan,omitempty"` // that would make it so
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
	q, err := readLocateQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	world, err := s.worldAt(r.Context(), q.at, q.plan)
	if err != nil {
		return err
	}
	s.metrics.points.Inc()
	match, _ := world.Index.Locate(q.point)
	c := world.contacts(PrincipalFrom(r.Context()))
	var n *notice
	if q.at.IsZero() && q.plan == "" && !c.principal.SignedIn() {
		n, err = s.noticesOf(world).of(world, match)
	} else {
		n, err = c.notice(match)
	}
	if err != nil {
		return err
	}
	if err := s.logContacts(r.Context(), c, "place", "locate"); err != nil {
		return err
	}
	buffer := s.bodies.Get().(*[]byte)
	*buffer = append(appendLocateAnswer((*buffer)[:0], q.point, c.Revision.Number, c.draft(), n,
		c.edgeDistanceM(q.point), c.Index.Candidates(geo.Grid, q.point, q.accuracyM)), '\n')
	writeBody(w, jsonType, *buffer)
	s.bodies.Put(buffer) // a writer keeps nothing of what it was given
	return nil
}

// locate says what covers a point on the lattice, and who answers there as far
// as the caller may know.
func (c *contacts) locate(p orb.Point, accuracyM float64) locateAnswer {
	m, _ := c.Index.Locate(p)
	return locateAnswer{
		Point: lonLat{p[0], p[1]}, Revision: c.Revision.Number, Plan: c.draft(), Areas: m.Names(),
		Responsible:       c.assignees(patrol.Responsible(c.duties, m, c.at), areaIDs(&m)),
		BoundaryDistanceM: metres(c.edgeDistanceM(p)),
		Candidates:        candidates(c.world, p, accuracyM),
		Synthetic:         synthetic(&m),
	}
}

// edgeDistanceM is how far the nearest grid edge is, in metres; +Inf without
// grids, and a degree or more off the map, where the plane it is measured in ends.
func (w world) edgeDistanceM(p orb.Point) float64 {
	if !w.Index.Bound().Pad(1).Contains(p) {
		return math.Inf(1)
	}
	return w.Index.EdgeDistanceM(geo.Grid, p)
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
		out = append(out, candidate{c.Area.Kind, c.Area.Code, *metres(c.DistanceM), share(c.Probability)})
	}
	return out
}

// metres rounds a distance to 0.1 m; nil for one that is not finite.
func metres(d float64) *float64 {
	if math.IsInf(d, 0) || math.IsNaN(d) {
		return nil
	}
	d = decimetres(d)
	return &d
}

func decimetres(m float64) float64 { return math.Round(m*10) / 10 }

// share rounds a probability to four digits.
func share(p float64) float64 { return math.Round(p*1e4) / 1e4 }
