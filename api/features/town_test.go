package features

import (
	"cmp"
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

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// A made-up town: a district of 5 by 5 squares, each a village group, a grid
// for each row, and a compound in two parts, one with a hole.
//
//	+--+--+--+--+--+
//	|  |  |  |  |CC|   C: the compound; its other part, with
//	+--+--+--+--+--+   the hole, is the square in the corner
//	|  |  |  |  |  |   to the south-west
//	 …
const side = 5

var (
	corner  = geo.LatticePoint{Lon: 1256000000, Lat: 435000000}
	testNow = time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)
)

const step = 100000 // 0.01°

// square gives the ring of a box in steps from the corner, counter-clockwise.
func square(west, south, east, north float64) orb.Ring {
	p := func(x, y float64) orb.Point {
		return geo.LatticePoint{Lon: corner.Lon + int32(x*step), Lat: corner.Lat + int32(y*step)}.Point()
	}
	return orb.Ring{p(west, south), p(east, south), p(east, north), p(west, north), p(west, south)}
}

func town(t testing.TB, revision int) *locate.Snapshot {
	t.Helper()
	var areas []geo.Area
	add := func(k geo.Kind, code string, shape ...orb.Polygon) *geo.Area {
		areas = append(areas, geo.Area{
			ID: uuid.NewSHA1(uuid.Nil, []byte(string(k)+code)), Kind: k, Code: code, Name: "名" + code,
			Parent: geo.Ref{Kind: geo.District, Code: "220112"}, Shape: shape, AreaM2: 1e6, Synthetic: true,
		})
		return &areas[len(areas)-1]
	}
	add(geo.District, "220112", orb.Polygon{square(0, 0, side, side)}).Parent = geo.Ref{}
	for i := range side * side {
		x, y := float64(i%side), float64(i/side)
		g := add(geo.VillageGroup, fmt.Sprintf("2201122000010%02d", i), orb.Polygon{square(x, y, x+1, y+1)})
		if i%2 == 0 {
			g.Households = 100 + i
		}
	}
	for i := range side {
		g := add(geo.Grid, fmt.Sprintf("22011200000000%d", i), orb.Polygon{square(0, float64(i), side, float64(i)+1)})
		g.Class = "rural"
		if revision > 1 {
			g.Name = fmt.Sprintf("网格%d", i)
		}
	}
	hole := square(0.4, 0.4, 0.6, 0.6)
	hole.Reverse()
	add(geo.Compound, "220112001001C001", orb.Polygon{square(0.1, 0.1, 0.9, 0.9), hole}, orb.Polygon{square(4.2, 4.2, 4.8, 4.8)})
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &locate.Snapshot{Revision: geo.Revision{Number: revision, PublishedAt: testNow.AddDate(0, revision-3, 0)}, Index: index}
}

type history []*locate.Snapshot

func (h history) Began(context.Context) (time.Time, error) { return h[0].Revision.PublishedAt, nil }

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

func (h history) Revision(context.Context, int) (*locate.Snapshot, error) { return h[0], nil }

// desk keeps reports in memory, newest first, and answers as the store does.
type desk struct{ reports []patrol.Report }

// shownAs is the report as the store shows it.
func shownAs(r *patrol.Report, q *patrol.ShownQuery) patrol.Shown {
	s := patrol.Shown{ID: r.ID, Point: r.Point, Category: r.Category, Status: r.Status,
		CreatedAt: r.CreatedAt.Truncate(time.Second), UpdatedAt: r.UpdatedAt.Truncate(time.Second)}
	if code, ok := gridOf(r).(string); ok {
		s.Grid = code
	}
	if q.Public != nil {
		s.Point = q.Public.Shown(r.Category, r.Point)
	} else {
		s.DueAt, s.Overdue = r.DueAt.Truncate(time.Second), r.Overdue(q.Now)
	}
	return s
}

// gridOf is the code of the grid a report was routed to, nil where there was
// none.
func gridOf(r *patrol.Report) any {
	if n := r.Decision.Areas[geo.Grid]; n != nil {
		return n.Code
	}
	return nil
}

// found gives what the query asks for on all pages, in its order.
func (d *desk) found(scope access.Scope, q patrol.ShownQuery) (out []patrol.Shown) {
	for i := range d.reports {
		s := shownAs(&d.reports[i], &q)
		if scope.Covers(d.reports[i].Decision.AreaIDs) && (q.ID == geo.ID{} || q.ID == s.ID) &&
			(len(q.Bounds) == 0 || slices.ContainsFunc(q.Bounds, func(b orb.Bound) bool { return b.Contains(s.Point) })) &&
			!s.CreatedAt.Before(q.From) && (q.To.IsZero() || s.CreatedAt.Before(q.To)) &&
			(q.Filter == nil || cql.Eval(q.Filter, s.Value) == cql.True) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b patrol.Shown) int { return comparePlaces(&q, q.PlaceOf(&a), q.PlaceOf(&b)) })
	return out
}

func comparePlaces(q *patrol.ShownQuery, a, b patrol.ShownPlace) int {
	down := false
	way := func(c int) int {
		if down {
			return -c
		}
		return c
	}
	for i, k := range q.Order() {
		x, y := a.Values[i], b.Values[i]
		down = k.Down
		c := cmp.Or(cmp.Compare(btoi(x.Type == cql.Null), btoi(y.Type == cql.Null)), cmp.Compare(x.Text, y.Text), x.Time.Compare(y.Time), cmp.Compare(btoi(x.Bool), btoi(y.Bool)))
		if c != 0 {
			return way(c)
		}
	}
	return way(cmp.Compare(a.ID.String(), b.ID.String()))
}

func (d *desk) ShownReports(_ context.Context, scope access.Scope, q patrol.ShownQuery, each func(*patrol.Shown) error) error {
	n := 0
	for _, s := range d.found(scope, q) {
		if q.After != nil && comparePlaces(&q, q.PlaceOf(&s), *q.After) <= 0 {
			continue
		}
		if err := each(&s); err != nil {
			return err
		}
		if n++; n == q.Limit {
			break
		}
	}
	return nil
}

func (d *desk) CountShown(_ context.Context, scope access.Scope, q patrol.ShownQuery) (int, error) {
	return len(d.found(scope, q)), nil
}

func (d *desk) CellCounts(_ context.Context, scope access.Scope, f hotspot.Filter) ([]hotspot.Count, error) {
	var out []hotspot.Count
	for _, r := range d.reports {
		if !scope.Covers(r.Decision.AreaIDs) || r.CreatedAt.Before(f.From) || !r.CreatedAt.Before(f.To) || f.Category != nil && !slices.Contains(f.Category, r.Category) {
			continue
		}
		c, err := cell.At(r.Point, hotspot.BaseResolution)
		if err != nil {
			return nil, err
		}
		out = append(out, hotspot.Count{Cell: c, N: 1})
	}
	return out, nil
}

func (d *desk) FrameCounts(context.Context, access.Scope, hotspot.Filter, []time.Time) ([]hotspot.FrameCount, error) {
	panic("collections have no frames")
}

// Current has all reports at their true places, for who reads all of them.
func (d *desk) Current() *hotspot.Columns {
	var rows []hotspot.Row
	for _, r := range d.reports {
		c, err := cell.At(r.Point, hotspot.BaseResolution)
		if err != nil {
			panic(err) // the town is drawn where there are cells
		}
		rows = append(rows, hotspot.Row{ID: r.ID, At: r.CreatedAt, Due: r.DueAt, Category: r.Category, Status: string(r.Status), Cell: c, Public: c})
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		panic(err)
	}
	return columns
}

type duties struct{ *patrol.Duties }

func (d duties) Current() *patrol.Duties { return d.Duties }

// newDesk makes reports all over the town, several of one instant among them,
// two thirds of them in its west.
func newDesk(t testing.TB, index *locate.Index, n int) *desk {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	d := &desk{}
	book := patrol.DefaultRulebook(time.UTC)
	statuses := []patrol.Status{patrol.Dispatched, patrol.Closed}
	for i := range n {
		x := random.Int32N(side * step)
		if i%3 > 0 {
			x %= step
		}
		p := geo.LatticePoint{Lon: corner.Lon + x, Lat: corner.Lat + random.Int32N(side*step)}.Point()
		m, ok := index.Locate(p)
		if !ok {
			t.Fatalf("%v is no place", p)
		}
		var in []geo.ID
		for _, k := range geo.Kinds() {
			if a := m.Area(k); a != nil {
				in = append(in, a.ID)
			}
		}
		created := testNow.Add(-time.Duration(i/4) * time.Hour)
		d.reports = append(d.reports, patrol.Report{
			ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)), Category: book.Categories[i%len(book.Categories)].Code,
			Description: "canary-description", Point: p, CreatedAt: created, UpdatedAt: created,
			Status: statuses[i%2], DueAt: testNow.Add(-time.Hour), HasContact: true,
			Decision: patrol.Decision{Areas: m.Names(), AreaIDs: in},
		})
	}
	slices.SortFunc(d.reports, func(a, b patrol.Report) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID.String(), a.ID.String()))
	})
	return d
}

// rig is a server over the town, with the tiles' counters as in earnest.
type rig struct {
	server    *Server
	handler   http.Handler
	tiles     *tiles.Server
	desk      *desk
	history   history
	principal access.Principal
	base      string         // public URL
	described map[string]any // the OpenAPI document, once it was read
	valid     *openapi3.T    // the same, once it was held against the rules
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{history: history{town(t, 1), town(t, 2)}, principal: access.Anonymous(), base: "https://map.example"}
	r.desk = newDesk(t, r.history.Current().Index, 400)
	book := duties{&patrol.Duties{Rulebook: patrol.DefaultRulebook(time.UTC)}}
	who := func(*http.Request) access.Principal { return r.principal }
	where := func(*http.Request) string { return r.base }
	now := func() time.Time { return testNow }
	var err error
	r.tiles, err = tiles.New(tiles.Config{
		Boundaries: r.history, Counts: r.desk, Viewer: Viewers(who, r.desk, book, now),
		PublicURL: where, Problem: writeProblem, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		Boundaries: r.history, Reports: r.desk, Duties: book, Hotspots: r.tiles, Tiles: r.tiles,
		Principal: who, PublicURL: where, Problem: writeProblem, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.server, r.handler = s, asDocumented(t, s.Handler())
	return r
}

// officerOf is an officer of the grid of that number.
func (r *rig) officerOf(t testing.TB, grid int) access.Principal {
	t.Helper()
	a, ok := r.history.Current().Index.Area(geo.Grid, fmt.Sprintf("22011200000000%d", grid))
	if !ok {
		t.Fatalf("no grid %d", grid)
	}
	return access.Principal{Kind: "user", Role: access.Officer, Scope: access.Scope{Areas: []geo.ID{a.ID}}}
}

func writeProblem(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	var p *geo.Problem
	switch {
	case errors.As(err, &p) && p.Code == "method-not-allowed":
		status = http.StatusMethodNotAllowed
	case errors.As(err, &p) && p.Code == "not-acceptable":
		status = http.StatusNotAcceptable
	case errors.Is(err, geo.ErrInvalid):
		status = http.StatusBadRequest
	case errors.Is(err, geo.ErrNotFound):
		status = http.StatusNotFound
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": err.Error()})
}

func (r *rig) get(path string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, request)
	return w
}

// answer is a page as a client reads it.
type answer struct {
	Type           string
	Features       []document
	Links          []link
	NumberMatched  *int
	NumberReturned int
	TimeStamp      time.Time
}

// document is a feature as a client reads it.
type document struct {
	ID       string
	Geometry struct {
		Type        string
		Coordinates json.RawMessage
	}
	Properties map[string]any
}

func (a *answer) link(rel string) string {
	for _, l := range a.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func (r *rig) page(t testing.TB, path string) answer {
	t.Helper()
	w := r.get(path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/geo+json" {
		t.Fatalf("GET %s = %d %s %s, want GeoJSON", path, w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if a.Type != "FeatureCollection" || a.NumberReturned != len(a.Features) || !a.TimeStamp.Equal(testNow) {
		t.Fatalf("GET %s: type %q, numberReturned %d of %d, timeStamp %v", path, a.Type, a.NumberReturned, len(a.Features), a.TimeStamp)
	}
	return a
}
