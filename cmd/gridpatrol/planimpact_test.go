package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// impactJSON is what these tests read of an impact.
type impactJSON struct {
	Plan, ETag    string
	Days, Reports int
	ReportsMoved  []movedJSON `json:"reports_moved"`
	MovedOther    []movedJSON `json:"reports_moved_other"`
	Load          []loadJSON
	People        []struct {
		Before, After struct{ Reports, Open, Households int }
	}
	Spread           struct{ Before, After map[string]map[string]float64 }
	OpenReportsMoved int `json:"open_reports_moved"`
	OpenReports      []struct {
		ID      string
		ToPosts []struct{ Post, Area, Name string } `json:"to_posts"`
	} `json:"open_reports"`
	Tell []struct {
		Post, Area, Name, Phone string
		Why                     []string
	}
}

type movedJSON struct {
	ID       string
	Kind     string
	From, To *string
}

type loadJSON struct {
	Area, Change  string
	Before, After *gridJSON
}

type gridJSON struct {
	Reports, Open, Households int
	Posts                     []struct{ Post, Name string }
}

// reportedDatabase is districtDatabase with the demo's reports, two of every
// three.
func reportedDatabase(t *testing.T) string {
	t.Helper()
	return pgtest.Template(t, "reported", func(url string) error {
		ctx := context.Background()
		store, err := postgis.Open(ctx, postgis.Config{URL: url, District: "220112"})
		if err != nil {
			return err
		}
		defer store.Close()
		d, err := district()
		if err != nil {
			return err
		}
		if err := publishDistrict(ctx, store); err != nil {
			return err
		}
		boundaries := postgis.NewBoundaries(store)
		duties, err := postgis.NewDuties(store)
		if err != nil {
			return err
		}
		if err := errors.Join(boundaries.Refresh(ctx), duties.Refresh(ctx)); err != nil {
			return err
		}
		var some []fixtures.HistoricReport
		for i, h := range d.Reports {
			if i%3 > 0 {
				some = append(some, h)
			}
		}
		routed, err := routeHistory(some, boundaries.Current(), duties.Current())
		if err != nil {
			return err
		}
		return store.ImportReports(ctx, routed, system, func(int) {})
	})
}

// redraw makes a plan with nodes moved, grids split, merged and given units,
// and gives its path.
func (d *desk) redraw(t *testing.T) string {
	t.Helper()
	var areas []geo.Area
	for _, a := range d.boundaries.Current().Index.All() {
		areas = append(areas, *a)
	}
	state, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, path := d.plan("后果")
	done := map[string]int{}
	try := func(what string, most int, op redraw.Operation) {
		if done[what] >= most {
			return
		}
		r, err := state.Apply(op, geo.ID{1: byte(len(done)), 6: 0x70, 8: 0x80})
		if err != nil || len(r.Problems) > 0 {
			return
		}
		text, err := json.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		d.operate(path, string(text))
		state = r.State
		done[what]++
	}
	random := rand.New(rand.NewPCG(6, 6))
	grids, groups := d.boundaries.Current().Index.Areas(geo.Grid), d.boundaries.Current().Index.Areas(geo.VillageGroup)
	corner := func(a *geo.Area) geo.LatticePoint {
		ring := a.Shape[0][0]
		q, _ := geo.Snap(ring[random.IntN(len(ring))])
		return q
	}
	for range 300 {
		q := corner(grids[random.IntN(len(grids))])
		try("node of a grid", 4, redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 9000, Lat: q.Lat + 6000}})
		q = corner(groups[random.IntN(len(groups))])
		try("node of a group", 6, redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon - 3000, Lat: q.Lat + 4000}})
		a, b := grids[random.IntN(len(grids))], grids[random.IntN(len(grids))]
		try("split of a grid", 2, redraw.Split{Area: a.Ref(), Line: diagonal(a)})
		if a != b {
			try("merge", 1, redraw.Merge{Kind: geo.Grid, Codes: []string{a.Code}, Into: b.Code})
		}
		group := groups[random.IntN(len(groups))]
		try("split of a group", 6, redraw.Split{Area: group.Ref(), Line: diagonal(group)})
		try("unit", 3, redraw.Reassign{Units: []geo.Ref{group.Ref()}, To: a.Ref()})
	}
	for what, n := range map[string]int{"node of a grid": 4, "node of a group": 6, "split of a grid": 2, "merge": 1, "split of a group": 6} {
		if done[what] != n {
			t.Fatalf("the plan has not every operation: %v", done)
		}
	}
	return path
}

// diagonal is a line through the box of an area, from corner to corner.
func diagonal(a *geo.Area) []geo.LatticePoint {
	box := a.Shape.Bound()
	low, _ := geo.Snap(box.Min)
	high, _ := geo.Snap(box.Max)
	return []geo.LatticePoint{low, high}
}

// ownersSQL asks PostGIS which area of a kind each report lies in, in force and in
// the plan. The areas come first, so that each is prepared once for all points.
const ownersSQL = `
	WITH was AS MATERIALIZED (
		SELECT DISTINCT ON (r.id) r.id, v.code FROM gridpatrol.area_versions v JOIN gridpatrol.reports r ON ST_Covers(v.shape, r.point)
		WHERE v.kind = $1 AND upper_inf(v.revs) ORDER BY r.id, v.code COLLATE "C"),
	will AS MATERIALIZED (
		SELECT DISTINCT ON (r.id) r.id, p.code FROM planned p JOIN gridpatrol.reports r ON ST_Covers(p.shape, r.point)
		WHERE p.kind = $1 ORDER BY r.id, p.code COLLATE "C")
	SELECT r.id::text, $1 || ':' || was.code, $1 || ':' || will.code,
	       r.created_at >= now() - make_interval(days => $2), r.status NOT IN ('closed', 'rejected', 'duplicate')
	FROM gridpatrol.reports r LEFT JOIN was USING (id) LEFT JOIN will USING (id) ORDER BY r.id`

type owned struct {
	movedJSON
	counted, open bool
}

// postgisOwners gives the owners of all reports in both sets of boundaries.
func (d *desk) postgisOwners(t *testing.T, url, path string, days int) (all map[geo.Kind][]owned) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE planned (kind text, code text, shape geometry(MultiPolygon, 4326))`); err != nil {
		t.Fatal(err)
	}
	all = map[geo.Kind][]owned{}
	for _, k := range []geo.Kind{geo.Grid, geo.VillageGroup, geo.Compound} {
		list, _ := ask[struct {
			Features []struct {
				Properties struct{ Code string }
				Geometry   json.RawMessage
			}
		}](d, 200, "GET", "/api/v1/areas/"+string(k)+"?plan="+strings.TrimPrefix(path, "/api/v1/plans/"), "")
		for _, f := range list.Features {
			if _, err := conn.Exec(ctx, `INSERT INTO planned VALUES ($1, $2, ST_SetSRID(ST_Multi(ST_GeomFromGeoJSON($3)), 4326))`, k, f.Properties.Code, string(f.Geometry)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := conn.Exec(ctx, `CREATE INDEX ON planned USING gist (shape); ANALYZE planned; SET statement_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	for _, k := range []geo.Kind{geo.Grid, geo.VillageGroup, geo.Compound} {
		rows, err := conn.Query(ctx, ownersSQL, string(k), days)
		if err != nil {
			t.Fatal(err)
		}
		all[k], err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o owned, err error) {
			err = row.Scan(&o.ID, &o.From, &o.To, &o.counted, &o.open)
			if k != geo.Grid {
				o.Kind = string(k)
			}
			return o, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func sameMove(a, b movedJSON) bool { return reflect.DeepEqual(a, b) }

func (o *owned) moves() bool {
	return (o.From == nil) != (o.To == nil) || o.From != nil && *o.From != *o.To
}

// TestPlanImpact: the impact names the very reports that PostGIS names, in the
// order of their ids; loads are what PostGIS counts; and the publish reroutes as
// many open reports as the impact said.
func TestPlanImpact(t *testing.T) {
	url := reportedDatabase(t)
	s := serveTest(t, url)
	planner := s.desk(t, access.Planner)
	path := planner.redraw(t)
	const days = 500
	got, answer := ask[impactJSON](planner, 200, "GET", fmt.Sprintf("%s/impact?days=%d&all=true", path, days), "")
	if answer.header.Get("ETag") != `"`+got.ETag+`"` || got.Days != days || path != "/api/v1/plans/"+got.Plan {
		t.Errorf("impact of %s, ETag %s, %d days", got.Plan, got.ETag, got.Days)
	}
	truth := planner.postgisOwners(t, url, path, days)

	var moved, other []movedJSON
	open := map[string]bool{}
	before, after := map[string]*gridJSON{}, map[string]*gridJSON{}
	counted := 0
	for k, list := range truth {
		for i := range list {
			o := &list[i]
			if o.moves() && o.open {
				open[o.ID] = true
			}
			switch {
			case k != geo.Grid && o.moves() && o.counted:
				other = append(other, o.movedJSON)
			case k == geo.Grid && o.moves() && o.counted:
				moved = append(moved, o.movedJSON)
			}
			if k != geo.Grid {
				continue
			}
			if o.counted {
				counted++
			}
			for side, code := range []*string{o.From, o.To} {
				if code == nil {
					continue
				}
				m := []map[string]*gridJSON{before, after}[side]
				if m[*code] == nil {
					m[*code] = &gridJSON{}
				}
				if o.counted {
					m[*code].Reports++
				}
				if o.open {
					m[*code].Open++
				}
			}
		}
	}
	byKind := func(a, b movedJSON) int { return strings.Compare(a.Kind+a.ID, b.Kind+b.ID) }
	slices.SortFunc(other, byKind)
	gotOther := slices.Clone(got.MovedOther)
	slices.SortFunc(gotOther, byKind)
	if !slices.EqualFunc(got.ReportsMoved, moved, sameMove) || !slices.EqualFunc(gotOther, other, sameMove) || got.Reports != counted {
		t.Errorf("%d reports change their grid, %d something else, of %d; PostGIS names %d and %d of %d", len(got.ReportsMoved), len(gotOther), got.Reports, len(moved), len(other), counted)
	}
	if len(moved) < 50 || len(other) < 5 || len(open) < 2 {
		t.Errorf("only %d, %d and %d open reports move: too few to tell", len(moved), len(other), len(open))
	}
	var named []string
	for _, o := range got.OpenReports {
		named = append(named, o.ID)
		if !open[o.ID] || len(o.ToPosts) == 0 || o.ToPosts[0].Area == "" {
			t.Errorf("open report %+v is not expected", o)
		}
	}
	if got.OpenReportsMoved != len(open) || len(named) != len(open) || !slices.IsSorted(named) {
		t.Errorf("%d open reports move, %d are named, want %d", got.OpenReportsMoved, len(named), len(open))
	}
	changes := map[string]int{}
	for _, l := range got.Load {
		changes[l.Change]++
		for side, g := range []*gridJSON{l.Before, l.After} {
			want := []map[string]*gridJSON{before, after}[side][l.Area]
			if want == nil {
				want = &gridJSON{}
			}
			if g != nil && (g.Reports != want.Reports || g.Open != want.Open) {
				t.Errorf("%s has %d and %d reports, PostGIS counts %d and %d", l.Area, g.Reports, g.Open, want.Reports, want.Open)
			}
		}
	}
	if changes["new"] != 2 || changes["gone"] != 1 || changes["changed"] == 0 || changes["same"] == 0 {
		t.Errorf("grids by change: %v", changes)
	}
	if len(got.People) == 0 || len(got.Tell) == 0 || got.Spread.Before["households"]["mean"] == 0 || got.Spread.After["area_m2"]["sd"] == 0 {
		t.Errorf("people %d, to tell %d, spread %v", len(got.People), len(got.Tell), got.Spread)
	}
	why := map[string]int{}
	for _, who := range got.Tell {
		for _, w := range who.Why {
			why[w]++
		}
	}
	if why["new_area"] == 0 || why["lost_area"] == 0 || why["area_changed"] == 0 || why["open_reports"] == 0 {
		t.Errorf("reasons to tell: %v", why)
	}
}

// TestImpactBeforePublish gives villages with open reports to other grids of their
// township: the publish reroutes as many open reports as the impact said, and
// the households are those it said.
func TestImpactBeforePublish(t *testing.T) {
	s := serveTest(t, reportedDatabase(t))
	planner := s.desk(t, access.Planner)
	index := s.boundaries.Current().Index
	var areas []geo.Area
	for _, a := range index.All() {
		areas = append(areas, *a)
	}
	base, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	busy := map[string]bool{}
	for _, status := range []string{"dispatched", "accepted"} {
		list, _ := ask[struct {
			Features []struct {
				Properties struct{ Areas map[string]*geo.Name }
			}
		}](planner, 200, "GET", "/api/v1/reports?limit=10000&status="+status, "")
		for _, f := range list.Features {
			if v := f.Properties.Areas["village"]; v != nil {
				busy[v.Code] = true
			}
		}
	}
	state, done := base, 0
	_, path := planner.plan("调整")
	for _, v := range index.Areas(geo.Village) {
		if !busy[v.Code] || done == 3 {
			continue
		}
		for _, g := range index.Areas(geo.Grid) {
			op := redraw.Reassign{Units: []geo.Ref{v.Ref()}, To: g.Ref()}
			r, err := state.Apply(op, geo.ID{})
			if g.Class != "rural" || g.Code[:9] != v.Code[:9] || err != nil || len(r.Problems) > 0 ||
				slices.ContainsFunc(redraw.Check(base, r.State, redraw.Settings{}), func(p redraw.Problem) bool { return !p.Warning }) {
				continue
			}
			text, err := json.Marshal(op)
			if err != nil {
				t.Fatal(err)
			}
			planner.operate(path, string(text))
			state = r.State
			done++
			break
		}
	}
	got, _ := ask[impactJSON](planner, 200, "GET", path+"/impact", "")
	if done == 0 || got.OpenReportsMoved == 0 {
		t.Fatalf("%d villages are moved, with %d open reports: too few to tell", done, got.OpenReportsMoved)
	}
	publication, _ := ask[publicationJSON](planner, 200, "POST", path+"/publish", `{"note":"后果已看过"}`)
	if publication.Rerouted == nil || *publication.Rerouted != got.OpenReportsMoved {
		t.Errorf("the publish rerouted %v reports, the impact said %d", *publication.Rerouted, got.OpenReportsMoved)
	}
	for _, l := range got.Load {
		_, code, _ := strings.Cut(l.Area, ":")
		a, ok := s.boundaries.Current().Index.Area(geo.Grid, code)
		if !ok || l.After == nil || a.Households != l.After.Households {
			t.Errorf("%s has %v households, the impact said %+v", l.Area, a, l.After)
		}
	}
}

// TestPlanImpactForms reads the impact as a map and as a workbook, and the basis
// of live tallies.
func TestPlanImpactForms(t *testing.T) {
	url := reportedDatabase(t)
	s := serveTest(t, url)
	planner := s.desk(t, access.Planner)
	path := planner.redraw(t)
	read := func() int {
		return count(t, url, "SELECT count(*) FROM gridpatrol.audit WHERE action = 'personal.read' AND subject_kind = 'plan' AND subject = $1", strings.TrimPrefix(path, "/api/v1/plans/"))
	}
	impact, _ := ask[impactJSON](planner, 200, "GET", path+"/impact", "")
	if len(impact.ReportsMoved) == 0 || len(impact.OpenReports) == 0 || slices.ContainsFunc(impact.Load, func(l loadJSON) bool { return l.Change == "same" }) {
		t.Fatalf("%d reports move; grids that stay as they are: %+v", len(impact.ReportsMoved), impact.Load)
	}

	if n := read(); n != 1 || !slices.ContainsFunc(impact.Load, func(l loadJSON) bool {
		return l.Before != nil && len(l.Before.Posts) > 0 && l.Before.Posts[0].Name != ""
	}) {
		t.Errorf("%d readings of names are noted, want 1, with names in the answer", n)
	}

	drawing, got := ask[struct {
		Type     string
		Features []struct {
			ID         string
			Geometry   struct{ Type string }
			Properties struct{ What, Kind string }
		}
	}](planner, 200, "GET", path+"/impact?format=geojson", "")
	what := map[string]int{}
	for _, f := range drawing.Features {
		what[f.Properties.What+" "+f.Geometry.Type]++
	}
	if drawing.Type != "FeatureCollection" || got.header.Get("Content-Type") != "application/geo+json" || what["before MultiPolygon"] < 4 ||
		what["after MultiPolygon"] < 4 || what["report Point"] < len(impact.ReportsMoved)+len(impact.MovedOther) || what["moved MultiPolygon"] == 0 {
		t.Errorf("the map has %v", what)
	}

	if n := read(); n != 1 {
		t.Errorf("%d readings of names are noted after the map, which has none; want 1", n)
	}

	got = planner.do(t, "GET", path+"/impact?format=xlsx", "", planner.header...)
	book, err := excelize.OpenReader(bytes.NewReader(got.body))
	if err != nil || got.status != 200 {
		t.Fatalf("the workbook: %d, %v", got.status, err)
	}
	want := map[string]int{"网格 Areas": len(impact.Load), "移交事件 Moved reports": len(impact.ReportsMoved) + len(impact.MovedOther),
		"未结事件 Open reports": len(impact.OpenReports), "通知 Whom to tell": len(impact.Tell), "人员 People": len(impact.People)}
	if list := book.GetSheetList(); len(list) != 6 {
		t.Errorf("sheets %q", list)
	}
	for name, n := range want {
		rows, err := book.GetRows(name)
		if err != nil || len(rows) != n+1 {
			t.Errorf("sheet %s has %d rows, %v, want %d", name, len(rows), err, n+1)
		}
	}

	basis, _ := ask[struct {
		Days    int
		Reports struct {
			Lon      []int32 `json:"lon_e7"`
			Lat      []int32 `json:"lat_e7"`
			AgeDays  []int   `json:"age_days"`
			Open     []int
			Category []int
		}
		Categories []string
		Homes      struct{ Hundredths []int }
		Locked     []string
		Chiefs     map[string][]struct{ Post, Name string }
	}](planner, 200, "GET", path+"/basis?days=365", "")
	n, households := 0, 0
	for i, age := range basis.Reports.AgeDays {
		if age < 365 {
			n++
		} else if basis.Reports.Open[i] == 0 {
			t.Fatalf("a closed report of %d days is in the basis", age)
		}
		if c := basis.Reports.Category[i]; c < 0 || c >= len(basis.Categories) {
			t.Fatalf("category %d of %d", c, len(basis.Categories))
		}
	}
	for _, h := range basis.Homes.Hundredths {
		households += h
	}
	d := s.boundaries.Current().Index.Areas(geo.District)[0]
	if n != impact.Reports || len(basis.Reports.Lon) != len(basis.Reports.AgeDays) || households != 100*d.Households || len(basis.Chiefs) < 50 || !slices.Equal(basis.Locked, []string{"district", "township", "village"}) {
		t.Errorf("the basis has %d reports of the window, want %d; %d hundredths of households, want %d; %d chiefs; locked %v",
			n, impact.Reports, households, 100*d.Households, len(basis.Chiefs), basis.Locked)
	}
	planner.refuse(400, "invalid-parameters", "GET", path+"/impact?days=0&format=pdf", "")
	planner.refuse(404, "not-found", "GET", "/api/v1/plans/"+strings.Repeat("0", 36)+"/impact", "")
}

// A planner of some areas is told of reports in them and of no others, through
// every form.
func TestPlanImpactOfLimitedPlanners(t *testing.T) {
	s := serveTest(t, reportedDatabase(t))
	path := s.desk(t, access.Planner).redraw(t)
	all, _ := ask[impactJSON](s.desk(t, access.Planner), 200, "GET", path+"/impact", "")
	if len(all.ReportsMoved) == 0 || all.ReportsMoved[0].From == nil {
		t.Fatal("nothing moves")
	}
	_, code, _ := strings.Cut(*all.ReportsMoved[0].From, ":")
	grid, ok := s.boundaries.Current().Index.Area(geo.Grid, code)
	if !ok {
		t.Fatalf("no grid %s", code)
	}
	limited := s.desk(t, access.Planner, grid.ID)
	mine, _ := ask[impactJSON](limited, 200, "GET", path+"/impact", "")
	for _, m := range mine.ReportsMoved {
		if m.From == nil || *m.From != grid.Ref().String() {
			t.Errorf("report %s of %v is shown to a planner of %s", m.ID, m.From, grid.Ref())
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(all.ReportsMoved), func(m movedJSON) bool { return m.From == nil || *m.From != grid.Ref().String() })); n != len(mine.ReportsMoved) || n == len(all.ReportsMoved) {
		t.Errorf("%d reports are shown to a planner of one grid, want %d of %d", len(mine.ReportsMoved), n, len(all.ReportsMoved))
	}
	basis, _ := ask[struct {
		Reports struct {
			Lon []int32 `json:"lon_e7"`
			Lat []int32 `json:"lat_e7"`
		}
	}](limited, 200, "GET", path+"/basis", "")
	for i, lon := range basis.Reports.Lon {
		m := s.boundaries.Current().Index.LocateLattice(geo.LatticePoint{Lon: lon, Lat: basis.Reports.Lat[i]})
		if a := m.Area(geo.Grid); a == nil || a.ID != grid.ID {
			t.Fatalf("the basis shows a report in %v to a planner of %s", a, grid.Ref())
		}
	}
	private := 0
	for _, l := range mine.Load {
		for _, g := range []*gridJSON{l.Before, l.After} {
			if g != nil && l.Area != grid.Ref().String() {
				for _, p := range g.Posts {
					if p.Post == "grid_member" && p.Name != "" {
						private++
					}
				}
			}
		}
	}
	if private > 0 {
		t.Errorf("%d grid members of other grids are named", private)
	}
	for _, r := range []access.Role{access.Officer, access.Dispatcher, access.Consumer} {
		s.desk(t, r).refuse(403, "forbidden", "GET", path+"/impact", "")
		s.desk(t, r).refuse(403, "forbidden", "GET", path+"/basis", "")
	}
	if got := s.do(t, "GET", path+"/impact", ""); got.status != 401 {
		t.Errorf("nobody gets the impact of a plan: %d", got.status)
	}
}

// The impact of a plan on a revision that is no longer in force is that on its
// own base.
func TestPlanImpactBehind(t *testing.T) {
	s := serveTest(t, reportedDatabase(t))
	planner := s.desk(t, access.Planner)
	path := planner.redraw(t)
	before, _ := ask[impactJSON](planner, 200, "GET", path+"/impact", "")
	_, otherPath := planner.plan("改名")
	planner.operate(otherPath, rename(s.boundaries.Current().Index.Areas(geo.Grid)[7].Code, "新名"))
	ask[publicationJSON](planner, 200, "POST", otherPath+"/publish", `{"note":"n"}`)
	eventually(t, "the rename is in force", func() bool { return s.boundaries.Current().Revision.Number == 2 })
	again, _ := ask[impactJSON](planner, 200, "GET", path+"/impact", "")
	if !reflect.DeepEqual(before.ReportsMoved, again.ReportsMoved) || before.ETag != again.ETag {
		t.Errorf("%d reports move, %d before another plan was published", len(again.ReportsMoved), len(before.ReportsMoved))
	}
}
