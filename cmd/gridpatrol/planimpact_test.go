package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
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
			if g.Class != "rural" || g.Code[:9] != v.Code[:9] {
				continue
			}
			op := redraw.Reassign{Units: []geo.Ref{v.Ref()}, To: g.Ref()}
			r, err := state.Apply(op, geo.ID{})
			if err != nil || len(r.Problems) > 0 ||
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
