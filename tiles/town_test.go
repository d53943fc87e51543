package tiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// A made-up town in the district's place: 6 by 6 village groups with rough
// edges that neighbours share vertex for vertex, four grids of 3 by 3 groups,
// and the district round them all.
const (
	townSide = 6
	townStep = 60000 // lattice units from corner to corner: about 500 by 670 m
)

var townOrigin = geo.LatticePoint{Lon: 1256600000, Lat: 435200000}

// edgeOf gives the rough line between two corners that stand side by side, in
// the order from i to j; the same vertices whoever asks.
func edgeOf(i, j [2]int) []orb.Point {
	if j[0] < i[0] || j[1] < i[1] {
		line := edgeOf(j, i)
		slices.Reverse(line)
		return line
	}
	random := rand.New(rand.NewPCG(uint64(i[0]*1000+i[1]), uint64(j[0]*1000+j[1])))
	corner := func(c [2]int) geo.LatticePoint {
		return geo.LatticePoint{Lon: townOrigin.Lon + int32(c[0]*townStep), Lat: townOrigin.Lat + int32(c[1]*townStep)}
	}
	from, to := corner(i), corner(j)
	const parts = 30
	line := []orb.Point{from.Point()}
	for k := 1; k < parts; k++ {
		line = append(line, geo.LatticePoint{
			Lon: from.Lon + (to.Lon-from.Lon)/parts*int32(k) + int32(random.IntN(1200)-600),
			Lat: from.Lat + (to.Lat-from.Lat)/parts*int32(k) + int32(random.IntN(1200)-600),
		}.Point())
	}
	return append(line, to.Point())
}

// block gives the ring round a block of groups, counter-clockwise.
func block(x, y, side int) orb.MultiPolygon {
	var ring orb.Ring
	walk := func(fromX, fromY, dx, dy int) {
		for k := range side {
			line := edgeOf([2]int{fromX + k*dx, fromY + k*dy}, [2]int{fromX + (k+1)*dx, fromY + (k+1)*dy})
			ring = append(ring, line[:len(line)-1]...)
		}
	}
	walk(x, y, 1, 0)
	walk(x+side, y, 0, 1)
	walk(x+side, y+side, -1, 0)
	walk(x, y+side, 0, -1)
	return orb.MultiPolygon{{append(ring, ring[0])}}
}

func town(t testing.TB, revision int, name string) *locate.Snapshot {
	t.Helper()
	var areas []geo.Area
	add := func(k geo.Kind, code string, shape orb.MultiPolygon, parent geo.Ref) {
		areas = append(areas, geo.Area{
			ID: uuid.NewSHA1(uuid.Nil, []byte(string(k)+code)), Kind: k, Code: code, Name: name + code, Parent: parent,
			Shape: shape, Households: 120, AreaM2: 1234.5, Synthetic: true,
		})
	}
	district := geo.Ref{Kind: geo.District, Code: "220112"}
	add(geo.District, district.Code, block(0, 0, townSide), geo.Ref{})
	for i := range 4 {
		add(geo.Grid, fmt.Sprintf("22011200000000%d", i+1), block(i%2*3, i/2*3, 3), district)
	}
	for i := range townSide * townSide {
		add(geo.VillageGroup, fmt.Sprintf("2201122000010%02d", i+1), block(i%townSide, i/townSide, 1), district)
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	middle := townMiddle()
	return &locate.Snapshot{
		Revision: geo.Revision{Number: revision, Areas: len(areas)},
		Index:    index,
		Ground: []geo.Feature{
			{ID: uuid.NewSHA1(uuid.Nil, []byte("road")), Class: "road_main", Name: "Main road",
				Geometry: orb.LineString{{middle[0] - 0.1, middle[1]}, {middle[0] + 0.1, middle[1]}}},
			{ID: uuid.NewSHA1(uuid.Nil, []byte("track")), Class: "track",
				Geometry: orb.LineString{{middle[0], middle[1] - 0.01}, {middle[0], middle[1] + 0.01}}},
			{ID: uuid.NewSHA1(uuid.Nil, []byte("houses")), Class: "houses",
				Geometry: orb.Polygon{{{middle[0], middle[1]}, {middle[0] + 0.001, middle[1]}, {middle[0] + 0.001, middle[1] + 0.001}, {middle[0], middle[1]}}}},
		},
	}
}

// townMiddle is a corner that four groups share.
func townMiddle() orb.Point {
	return geo.LatticePoint{Lon: townOrigin.Lon + 3*townStep, Lat: townOrigin.Lat + 3*townStep}.Point()
}

// history is published revisions, each with its time.
type history []*locate.Snapshot

func (h history) Current() *locate.Snapshot { return h[len(h)-1] }

func (h history) At(_ context.Context, t, now time.Time) (*locate.Snapshot, error) {
	if t.After(now) {
		return nil, geo.ErrInvalid
	}
	for _, s := range slices.Backward(h) {
		if !s.Revision.PublishedAt.After(t) {
			return s, nil
		}
	}
	return nil, geo.ErrNotFound
}

// Plan gives the first revision for the plan "back", which would go back to it.
func (h history) Plan(_ context.Context, id string) (*locate.Snapshot, error) {
	if id != "back" {
		return nil, geo.ErrNotFound
	}
	return h[0], nil
}

func (h history) Revision(_ context.Context, n int) (*locate.Snapshot, error) {
	for _, s := range h {
		if s.Revision.Number == n {
			return s, nil
		}
	}
	return nil, geo.ErrNotFound
}

// ledger has the columns of all reports.
type ledger struct{ columns *hotspot.Columns }

func (l *ledger) Current() *hotspot.Columns { return l.columns }

// accept adds n reports in a cell, dispatched, of fire, overdue the day after.
func (l *ledger) accept(t testing.TB, at time.Time, c cell.Cell, n int) {
	t.Helper()
	rows := make([]hotspot.Row, n)
	for i := range rows {
		rows[i] = hotspot.Row{ID: uuid.New(), At: at, Due: at.AddDate(0, 0, 1), Category: "fire", Status: "dispatched", Cell: c, Public: c}
	}
	var err error
	if l.columns, err = l.columns.With(rows, nil); err != nil {
		t.Fatal(err)
	}
}

// reader is a viewer with a fixed list of reports, and a list of what is
// counted of the own areas, in every frame.
type reader struct {
	own, every bool
	points     []ReportPoint
	asked      *hotspot.Filter // the last filter
	areas      string
	patrols    bool   // whether it reads where patrols were
	covers     geo.ID // the one area where it may look; zero: anywhere
	counts     []hotspot.Count
	counted    *[]hotspot.Filter // what was asked
	err        error
}

func (v reader) ReadsReports() bool     { return v.own }
func (v reader) ReadsEveryReport() bool { return v.every }
func (v reader) ReadsPatrols() bool     { return v.patrols }
func (v reader) SignedIn() bool         { return v.own }
func (v reader) Covers(areas []geo.ID) bool {
	return v.covers == geo.ID{} || slices.Contains(areas, v.covers)
}
func (v reader) OwnAreas() string {
	if v.own && !v.every {
		return "own " + v.areas
	}
	return v.areas
}
func (v reader) ReportPoints(_ context.Context, f hotspot.Filter, limit int) ([]ReportPoint, error) {
	if v.asked != nil {
		*v.asked = f
	}
	var out []ReportPoint
	for _, p := range v.points {
		if f.Bound.Contains(p.Point) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out, nil
}

func (v reader) CellCounts(_ context.Context, f hotspot.Filter) ([]hotspot.Count, error) {
	if v.counted != nil {
		*v.counted = append(*v.counted, f)
	}
	return v.counts, v.err
}

func (v reader) FrameCounts(_ context.Context, _ hotspot.Filter, starts []time.Time) (out []hotspot.FrameCount, err error) {
	for _, c := range v.counts {
		for i := range starts {
			out = append(out, hotspot.FrameCount{Cell: c.Cell, Frame: i, N: c.N})
		}
	}
	return out, v.err
}

var testNow = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)

// rig is a server over a town with two revisions.
type rig struct {
	*Server
	handler http.Handler
	ledger  *ledger
	viewer  *reader
	history history
}

func newRig(t testing.TB) *rig {
	t.Helper()
	first, second := town(t, 1, "old "), town(t, 2, "")
	first.Revision.PublishedAt = testNow.AddDate(0, -2, 0)
	second.Revision.PublishedAt = testNow.AddDate(0, -1, 0)
	empty, err := hotspot.NewColumns(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{ledger: &ledger{empty}, viewer: &reader{}, history: history{first, second}}
	s, err := New(Config{
		Boundaries: r.history,
		Counts:     r.ledger,
		Viewer:     func(*http.Request) Viewer { return r.viewer },
		PublicURL:  func(*http.Request) string { return "https://map.example" },
		Problem:    writeProblem,
		Categories: func() []string { return []string{"fire", "rubbish"} },
		Statuses:   []string{"dispatched", "closed"},
		Now:        func() time.Time { return testNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Server, r.handler = s, s.Handler()
	return r
}

func writeProblem(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	var tooLarge *http.MaxBytesError
	var p *geo.Problem
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.As(err, &p) && p.Code == "method-not-allowed":
		status = http.StatusMethodNotAllowed
	case errors.Is(err, geo.ErrInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, geo.ErrForbidden):
		status = http.StatusForbidden
	case errors.Is(err, geo.ErrUnauthorized):
		status = http.StatusUnauthorized
	case errors.Is(err, geo.ErrNotFound):
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "detail": err.Error()})
}

// get asks the rig for a path, with headers given as name, value, ….
func (r *rig) get(path string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, request)
	return w
}
