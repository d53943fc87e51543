package redraw_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// ward gives areas that have no fault, on the mesh of the town:
//
//	12 +----+-----+----+   West: township 100 of two villages, 200 above 201,
//	   | 200|  U3 | U4 |   each of two groups; grid R has both, whole.
//	 6 +----+--+--+----+   East: township 001 of two communities, 001 above 002.
//	   | 201| U1  | U2 |   002 has grids U1 and U2, parted at x = 9, 001 has U3 and U4.
//	 0 +----+-----+----+   Compounds: cell (7,1) in U1, (10,1) in U2, (10,8) in U4.
func ward(tb testing.TB, t *town) []geo.Area {
	var out []geo.Area
	add := func(k geo.Kind, code string, parent geo.Ref, households int, in func(x, y int) bool) *geo.Area {
		shape := t.shape(tb, in)
		out = append(out, geo.Area{ID: geo.ID{6: 0x70, 8: 0x80, 15: byte(len(out) + 1)}, Kind: k, Code: code, Name: code, Parent: parent,
			Shape: shape, AreaM2: geo.AreaM2(shape), Households: households, FromRevision: 1})
		return &out[len(out)-1]
	}
	ref := func(k geo.Kind, code string) geo.Ref { return geo.Ref{Kind: k, Code: code} }
	district := ref(geo.District, "220112")
	add(geo.District, district.Code, geo.Ref{}, 0, func(int, int) bool { return true })
	add(geo.Township, "220112001", district, 0, func(x, _ int) bool { return x >= 6 })
	add(geo.Township, "220112100", district, 0, func(x, _ int) bool { return x < 6 })
	add(geo.Village, "220112001001", ref(geo.Township, "220112001"), 0, func(x, y int) bool { return x >= 6 && y >= 6 }).UnitType = "community"
	add(geo.Village, "220112001002", ref(geo.Township, "220112001"), 0, func(x, y int) bool { return x >= 6 && y < 6 }).UnitType = "community"
	for i, code := range []string{"220112100201", "220112100200"} {
		add(geo.Village, code, ref(geo.Township, "220112100"), 0, func(x, y int) bool { return x < 6 && y/6 == i }).UnitType = "village"
		for k := range 2 {
			add(geo.VillageGroup, fmt.Sprintf("%s%03d", code, k+1), ref(geo.Village, code), 0, func(x, y int) bool { return x < 6 && y/6 == i && x/3 == k })
		}
	}
	add(geo.Grid, "220112100000001", ref(geo.Township, "220112100"), 0, func(x, _ int) bool { return x < 6 }).Class = "rural"
	for i, unit := range []string{"220112001002", "220112001001"} {
		for k := range 2 {
			add(geo.Grid, fmt.Sprintf("%s%03d", unit, k+1), ref(geo.Village, unit), 100,
				func(x, y int) bool { return x >= 6 && y/6 == i && (x-6)/3 == k }).Class = "urban"
		}
	}
	for i, c := range []struct {
		unit string
		x, y int
	}{{"220112001002", 7, 1}, {"220112001002", 10, 1}, {"220112001001", 10, 8}} {
		add(geo.Compound, fmt.Sprintf("%sC%03d", c.unit, i+1), ref(geo.Village, c.unit), 0, func(x, y int) bool { return x == c.x && y == c.y })
	}
	return out
}

const (
	ruralGrid = "220112100000001"
	gridU1    = "220112001002001"
	gridU2    = "220112001002002"
	gridU3    = "220112001001001"
	gridU4    = "220112001001002"
)

func gridNamed(code string) geo.Ref { return geo.Ref{Kind: geo.Grid, Code: code} }

// said writes problems as "CODE first-area", warnings with a ?, sorted.
func said(problems []redraw.Problem) (out []string) {
	for _, p := range problems {
		text := p.Code + " " + p.Areas[0].String()
		if p.Warning {
			text += "?"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// boxOf is the rectangle of cells from column x0 to x1 and row y0 to y1.
func (t *town) boxOf(tb testing.TB, x0, y0, x1, y1 int) orb.MultiPolygon {
	return t.shape(tb, func(x, y int) bool { return x >= x0 && x < x1 && y >= y0 && y < y1 })
}

// TestCheck provokes each problem by operations. The ward itself has none, and neither have
// operations that do nothing wrong.
func TestCheck(t *testing.T) {
	town := newTown(41)
	free := redraw.Config{Locked: []geo.Kind{}}
	move := func(x, y int, dLon, dLat int32) redraw.MoveNode {
		q := town.nodes[x][y]
		return redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + dLon, Lat: q.Lat + dLat}}
	}
	halve := func(code string, x int) redraw.Split {
		return redraw.Split{Area: gridNamed(code), Line: slices.Clone(town.nodes[x][0:7])}
	}
	chief := redraw.Settings{Vacant: func(a geo.Area) []string { return []string{"grid_chief of " + a.Code} }}
	compound := geo.Ref{Kind: geo.Compound, Code: "220112001002C001"}
	grid := func(code, problem string) string { return problem + " grid:" + code }
	for name, c := range map[string]struct {
		cfg      redraw.Config
		settings redraw.Settings
		ops      []redraw.Operation
		want     []string
	}{
		"nothing":                    {},
		"a node between grids moves": {ops: []redraw.Operation{move(9, 3, 900, 300)}},
		"a grid is split":            {ops: []redraw.Operation{halve(gridU2, 10)}, settings: redraw.Settings{HouseholdBand: -1}},
		"another name":               {ops: []redraw.Operation{redraw.Rename{Area: gridNamed(gridU1), Name: "x"}}},
		"a hole in the cover":        {ops: []redraw.Operation{redraw.Replace{Area: gridNamed(gridU1), Shape: town.boxOf(t, 6, 0, 8, 6)}}, want: []string{grid(gridU1, "GAP")}},
		"a grid retired":             {ops: []redraw.Operation{redraw.Retire{Area: gridNamed(gridU3)}}, want: []string{grid(gridU3, "GAP")}},
		"a grid over another": {ops: []redraw.Operation{redraw.Replace{Area: gridNamed(gridU1), Shape: town.boxOf(t, 6, 0, 10, 6)}},
			want: []string{grid(gridU1, "OVERLAP")}},
		"a compound over another": {ops: []redraw.Operation{redraw.Replace{Area: compound, Shape: town.boxOf(t, 10, 1, 11, 3)}},
			want: []string{"OVERLAP compound:220112001002C001"}},
		"a new node that its neighbour has not": {ops: []redraw.Operation{redraw.Replace{Area: gridNamed(gridU1), Shape: withMiddle(t, town, town.boxOf(t, 6, 0, 9, 6))}},
			want: []string{grid(gridU1, "GAP")}},
		"beyond the district": {ops: []redraw.Operation{redraw.Replace{Area: gridNamed(gridU2), Shape: wider(t, town.boxOf(t, 9, 0, 12, 6))}},
			want: []string{grid(gridU2, "OUTSIDE_DISTRICT"), grid(gridU2, "OUTSIDE_PARENT")}},
		"beyond its community": {ops: []redraw.Operation{redraw.Replace{Area: compound, Shape: town.boxOf(t, 7, 5, 8, 8)}},
			want: []string{"OUTSIDE_PARENT compound:220112001002C001", "UNIT_SPLIT compound:220112001002C001"}},
		"a compound in two grids":     {ops: []redraw.Operation{move(9, 1, 14_000, 0), move(9, 2, 14_000, 0)}, want: []string{"UNIT_SPLIT compound:220112001002C002"}},
		"a compound across by hand":   {ops: []redraw.Operation{redraw.Replace{Area: compound, Shape: town.boxOf(t, 8, 1, 10, 2)}}, want: []string{"UNIT_SPLIT compound:220112001002C001"}},
		"a part of a village":         {ops: []redraw.Operation{redraw.Reassign{Units: []geo.Ref{{Kind: geo.VillageGroup, Code: "220112100201002"}}, To: gridNamed(gridU1)}}, want: []string{grid(gridU1, "UNITS_MIXED") + "?", grid(ruralGrid, "UNITS_MIXED") + "?"}},
		"villages of two townships":   {ops: []redraw.Operation{redraw.Merge{Kind: geo.Grid, Codes: []string{gridU1, gridU2, gridU3, gridU4}, Into: ruralGrid}}, settings: redraw.Settings{HouseholdBand: -1}, want: []string{grid(ruralGrid, "UNITS_MIXED") + "?"}},
		"grids of two communities":    {ops: []redraw.Operation{redraw.Merge{Kind: geo.Grid, Codes: []string{gridU3}, Into: gridU1}}, settings: redraw.Settings{HouseholdBand: -1}, want: []string{grid(gridU1, "CODE_RULE") + "?", grid(gridU1, "UNITS_MIXED") + "?"}},
		"in two parts":                {ops: []redraw.Operation{redraw.Merge{Kind: geo.Grid, Codes: []string{gridU4}, Into: gridU1}}, settings: redraw.Settings{HouseholdBand: -1}, want: []string{grid(gridU1, "CODE_RULE") + "?", grid(gridU1, "NOT_CONTIGUOUS"), grid(gridU1, "UNITS_MIXED") + "?"}},
		"a village loses its town":    {cfg: free, settings: redraw.Settings{Locked: []geo.Kind{}}, ops: []redraw.Operation{redraw.Retire{Area: geo.Ref{Kind: geo.Village, Code: "220112100200"}}}, want: []string{"CODE_UNKNOWN_PARENT village_group:220112100200001", "CODE_UNKNOWN_PARENT village_group:220112100200002", "GAP village:220112100200"}},
		"a code that is none":         {ops: []redraw.Operation{redraw.Recode{Area: gridNamed(gridU1), NewCode: "22011200100200A"}}, want: []string{"CODE_RULE grid:22011200100200A"}},
		"a code of another unit":      {ops: []redraw.Operation{redraw.Recode{Area: gridNamed(gridU1), NewCode: "220112001001009"}}, want: []string{"CODE_RULE grid:220112001001009"}},
		"a compound's code":           {ops: []redraw.Operation{redraw.Recode{Area: compound, NewCode: "220112001002D001"}}, want: []string{"CODE_RULE compound:220112001002D001"}},
		"codes of any form":           {ops: []redraw.Operation{redraw.Recode{Area: compound, NewCode: "D1"}}, settings: redraw.Settings{FreeCodes: true}},
		"a good code":                 {ops: []redraw.Operation{redraw.Recode{Area: compound, NewCode: "220112001002C009"}, redraw.Recode{Area: gridNamed(ruralGrid), NewCode: "220112100000077"}}},
		"a line of the villages":      {cfg: free, ops: []redraw.Operation{move(3, 6, 100, 900)}, want: []string{"LOCKED village:220112100200", "LOCKED village:220112100201"}},
		"villages may be moved":       {cfg: free, settings: redraw.Settings{Locked: []geo.Kind{}}, ops: []redraw.Operation{move(3, 6, 100, 900)}},
		"a node on a locked line":     {ops: []redraw.Operation{redraw.InsertNode{At: middle(town.nodes[2][6], town.nodes[3][6])}}},
		"too many households":         {ops: []redraw.Operation{redraw.Merge{Kind: geo.Grid, Codes: []string{gridU2}, Into: gridU1}}, want: []string{grid(gridU1, "HOUSEHOLDS_OUT_OF_BAND") + "?"}},
		"a wider band":                {ops: []redraw.Operation{redraw.Merge{Kind: geo.Grid, Codes: []string{gridU2}, Into: gridU1}}, settings: redraw.Settings{HouseholdBand: 0.6}},
		"a needle":                    {ops: []redraw.Operation{move(9, 3, 26_000, 0)}, settings: redraw.Settings{MinCompactness: 0.55, HouseholdBand: -1}, want: []string{grid(gridU1, "NOT_COMPACT") + "?", grid(gridU2, "NOT_COMPACT") + "?"}},
		"a grid without a chief":      {ops: []redraw.Operation{halve(gridU2, 10)}, settings: redraw.Settings{HouseholdBand: -1, Vacant: chief.Vacant}, want: []string{grid("220112001002003", "VACANT_POST") + "?"}},
		"an old grid without a chief": {ops: []redraw.Operation{move(9, 3, 900, 300)}, settings: chief},
	} {
		t.Run(name, func(t *testing.T) {
			base, err := redraw.New(ward(t, town), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			s := base
			for i, op := range c.ops {
				r, err := s.Apply(op, geo.ID{0: byte(i + 1), 6: 0x70, 8: 0x80})
				if err != nil {
					t.Fatal(err)
				}
				s = r.State
			}
			found := redraw.Check(base, s, c.settings)
			if got := said(found); !slices.Equal(got, c.want) {
				t.Errorf("Check = %s,\nwant %s", strings.Join(got, ", "), strings.Join(c.want, ", "))
				for _, p := range found {
					t.Log(p.Error())
				}
			}
			district, _ := base.Area(geo.Ref{Kind: geo.District, Code: "220112"})
			for _, p := range found {
				if b := district.Shape.Bound().Pad(0.01); !b.Contains(p.At) || p.Detail == "" {
					t.Errorf("%s has no place or no sentence: %v", p.Code, p)
				}
				if !translatable(p) {
					t.Errorf("%s cannot be said in another language: %+v", p.Code, p)
				}
			}
			if again := redraw.Check(s, s, c.settings); slices.ContainsFunc(again, func(p redraw.Problem) bool { return !p.Warning }) {
				t.Errorf("what was wrong before is an error: %v", said(again))
			}
		})
	}
}

// translatable tells whether a problem has by itself what its sentence says beyond
// the areas.
func translatable(p redraw.Problem) bool {
	if p.Before != strings.HasSuffix(p.Detail, "(as before)") {
		return false
	}
	switch p.Code {
	case redraw.ProblemHouseholds:
		return p.Class != "" && strings.Contains(p.Detail, fmt.Sprintf("has %.0f households", p.Value)) && strings.Contains(p.Detail, fmt.Sprintf("than the %.0f that %s", p.Norm, p.Class))
	case redraw.ProblemNotCompact:
		return strings.HasSuffix(p.Detail, fmt.Sprintf("%.2f, less than %.2f", p.Value, p.Norm))
	case redraw.ProblemNotContiguous:
		return strings.Contains(p.Detail, fmt.Sprintf("has %.0f parts", p.Value))
	case redraw.ProblemVacantPost:
		return len(p.Posts) > 0 && strings.HasSuffix(p.Detail, strings.Join(p.Posts, ", "))
	case redraw.ProblemCodeRule:
		return p.Prefix != ""
	}
	return true
}

// withMiddle gives a shape with a node more, in the middle of the side between the
// nodes (9,2) and (9,3), as exactly as the lattice has it.
func withMiddle(tb testing.TB, town *town, shape orb.MultiPolygon) orb.MultiPolygon {
	a, b := town.nodes[9][2].Point(), town.nodes[9][3].Point()
	ring := shape[0][0]
	for i := 1; i < len(ring); i++ {
		if ring[i-1] == a && ring[i] == b {
			out := slices.Insert(slices.Clone(ring), i, middle(town.nodes[9][2], town.nodes[9][3]).Point())
			return orb.MultiPolygon{{out}}
		}
	}
	tb.Fatal("the shape has not the side")
	return nil
}

// wider moves the corner that lies furthest east and south by a kilometre east.
func wider(tb testing.TB, shape orb.MultiPolygon) orb.MultiPolygon {
	far := slices.MaxFunc(shape[0][0], func(p, q orb.Point) int { return int(math.Copysign(1, (p[0]-p[1])-(q[0]-q[1]))) })
	out := shape.Clone()
	for i, p := range out[0][0] {
		if p == far {
			out[0][0][i][0] = math.Round((p[0]+0.01)*1e7) / 1e7
		}
	}
	if _, err := geo.NormalizeShape(out); err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestCheckMeasures: a gap has the size of what nobody covers, and lies where
// nobody covers the place.
func TestCheckMeasures(t *testing.T) {
	town := newTown(42)
	base, err := redraw.New(ward(t, town), redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	gap := town.boxOf(t, 8, 0, 9, 6)
	shrunk := must(t, base, redraw.Replace{Area: gridNamed(gridU1), Shape: town.boxOf(t, 6, 0, 8, 6)}).State
	found := redraw.Check(base, shrunk, redraw.Settings{})
	if len(found) != 1 || math.Abs(found[0].AreaM2-geo.AreaM2(gap)) > 1e-6*geo.AreaM2(gap) {
		t.Fatalf("Check = %v, want a gap of %.3f m²", found, geo.AreaM2(gap))
	}
	at, _ := geo.Snap(found[0].At)
	var ring []geo.LatticePoint
	for _, p := range gap[0][0][1:] {
		q, _ := geo.Snap(p)
		ring = append(ring, q)
	}
	if in, on := geo.MiddleInRing(ring, at, at); !in || on {
		t.Errorf("the place of the gap, %v, does not lie in it", found[0].At)
	}

	// An old gap that becomes smaller is a warning still, one that grows is the old one, and a new
	// one with what it grew by.
	smaller := must(t, shrunk, redraw.Replace{Area: gridNamed(gridU1), Shape: town.shape(t, func(x, y int) bool { return x >= 6 && x < 9 && y < 6 && (x < 8 || y < 3) })}).State
	if got := said(redraw.Check(shrunk, smaller, redraw.Settings{})); !slices.Equal(got, []string{"GAP grid:" + gridU3 + "?"}) {
		t.Errorf("a smaller gap: %v, want a warning", got)
	}
	larger := must(t, shrunk, redraw.Replace{Area: gridNamed(gridU1), Shape: town.shape(t, func(x, y int) bool { return x >= 6 && x < 8 && y < 6 && (x < 7 || y < 3) })}).State
	found = redraw.Check(shrunk, larger, redraw.Settings{HouseholdBand: -1})
	more := geo.AreaM2(town.boxOf(t, 7, 3, 8, 6))
	if got := said(found); !slices.Equal(got, []string{"GAP grid:" + gridU3 + "?", "GAP grid:" + gridU1}) {
		t.Fatalf("a larger gap: %v, want a warning and an error", found)
	}
	if found[0].Warning || math.Abs(found[0].AreaM2-more) > 1e-6*more || math.Abs(found[1].AreaM2-geo.AreaM2(gap)) > 1e-6*geo.AreaM2(gap) {
		t.Errorf("a larger gap: %v, want %.3f m² new and %.3f m² old", found, more, geo.AreaM2(gap))
	}
	if mended := redraw.Check(shrunk, base, redraw.Settings{}); len(mended) != 0 {
		t.Errorf("mended: %v", mended)
	}
}

// TestCheckDemo: the demo district opens without an error, and with no other
// warning than that of grids that have far more, or fewer, households than others.
func TestCheckDemo(t *testing.T) {
	s := demoState(t)
	found := redraw.Check(s, s, redraw.Settings{})
	for _, p := range found {
		if !p.Warning || p.Code != redraw.ProblemHouseholds {
			t.Errorf("%v", p.Error())
		}
	}
	if len(found) != 13 {
		t.Errorf("%d warnings, want 13", len(found))
	}
}

// BenchmarkCheck measures the check of all of the demo district, with one node
// moved: the first one, and one more after each edit.
func BenchmarkCheck(b *testing.B) {
	s := demoState(b)
	from, to := freeNode(b, s)
	b.ReportAllocs()
	first, next := time.Hour, time.Hour
	for b.Loop() {
		b.StopTimer()
		s, err := redraw.New(s.Areas(), redraw.Config{Homes: s.Homes()})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		for _, best := range []*time.Duration{&first, &next, &next} {
			r, err := s.Apply(redraw.MoveNode{From: from, To: to}, geo.ID{})
			if err != nil {
				b.Fatal(err)
			}
			began := time.Now()
			if found := redraw.Check(s, r.State, redraw.Settings{}); len(found) == 0 {
				b.Fatal("nothing found")
			}
			*best = min(*best, time.Since(began))
		}
	}
	measure.Report(b, measure.Row{Area: "plans", What: "complete check of the demo district", Ours: first.Seconds(), Unit: "s", Aim: "≤ 0.5 s"},
		measure.Row{Area: "plans", What: "complete check of the demo district, again after an edit", Ours: next.Seconds() * 1e3, Unit: "ms", Aim: "≤ 50 ms"})
}

// freeNode finds a node of two grids that no locked area has, and a place next to it.
func freeNode(tb testing.TB, s *redraw.State) (from, to geo.LatticePoint) {
	for _, a := range ofKind(s.Areas(), geo.Grid) {
		for _, p := range a.Shape[0][0] {
			q, _ := geo.Snap(p)
			if users := s.Users(q); free(users) && len(users) > 1 {
				return q, geo.LatticePoint{Lon: q.Lon + 300, Lat: q.Lat + 200}
			}
		}
	}
	tb.Fatal("no free node")
	return from, to
}

// TestReassignMendsSplitUnits: a grid's line that was moved across a compound, without a
// common node, goes round it when the compound is given to either grid.
func TestReassignMendsSplitUnits(t *testing.T) {
	town := newTown(43)
	base, err := redraw.New(ward(t, town), redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := base
	for _, y := range []int{1, 2} {
		q := town.nodes[9][y]
		s = must(t, s, redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 14_000, Lat: q.Lat}}).State
	}
	settings := redraw.Settings{HouseholdBand: -1}
	unit := geo.Ref{Kind: geo.Compound, Code: "220112001002C002"}
	if got := said(redraw.Check(base, s, settings)); !slices.Equal(got, []string{"UNIT_SPLIT " + unit.String()}) {
		t.Fatalf("Check = %v, want a split compound", got)
	}
	for _, to := range []string{gridU1, gridU2} {
		r := must(t, s, redraw.Reassign{Units: []geo.Ref{unit}, To: gridNamed(to)})
		if got := redraw.Check(base, r.State, settings); len(got) != 0 || len(r.Problems) != 0 {
			t.Errorf("given to %s: %v %v, want no problem", to, got, r.Problems)
		}
		var grids, district int64
		for _, a := range r.State.Areas() {
			switch a.Kind {
			case geo.Grid:
				grids += twiceArea(a.Shape)
			case geo.District:
				district += twiceArea(a.Shape)
			}
		}
		if grids != district {
			t.Errorf("given to %s: the grids have %d square units, the district %d", to, grids, district)
		}
	}
}

// TestCheckAgreesWithOperations makes random plans of operations that caused no
// problem: nothing torn is found in the end. What operations call torn, the check
// calls torn.
func TestCheckAgreesWithOperations(t *testing.T) {
	torn := []string{redraw.ProblemGap, redraw.ProblemOverlap, redraw.ProblemOutsideDistrict, redraw.ProblemSelfIntersection,
		redraw.ProblemNotContiguous, redraw.ProblemLocked, "SPIKE", "RING_TOO_SHORT", "HOLE_OUTSIDE"}
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := planner{rand.New(rand.NewPCG(seed, 29)), t, 7000}
			base := newTown(seed).state(t, redraw.Config{})
			d := redraw.NewDraft(base)
			tears := 0
			for n := 0; n < 40; {
				next, r, err := d.Apply(redraw.Entry{Op: p.operation(d.State()), At: noon, ID: geo.ID{0: byte(n + 1), 6: 0x70, 8: 0x80}})
				if err != nil {
					continue
				}
				n++
				var got, want []string
				for _, q := range redraw.Check(d.State(), r.State, redraw.Settings{FreeCodes: true}) {
					if !q.Warning && slices.Contains(torn, q.Code) {
						got = append(got, q.Error())
					}
				}
				for _, q := range r.Problems {
					want = append(want, q.Error())
				}
				if (len(got) > 0) != (len(want) > 0) {
					t.Fatalf("%s: the check finds %v, the operation %v", next.Entries()[len(next.Entries())-1].Op.Op(), got, want)
				}
				if len(want) == 0 {
					d = next
				} else {
					tears++
				}
			}
			for _, q := range redraw.Check(base, d.State(), redraw.Settings{FreeCodes: true}) {
				if !q.Warning && slices.Contains(torn, q.Code) {
					t.Errorf("after %d operations: %v", len(d.Entries()), q.Error())
				}
			}
			if tears == 0 {
				t.Error("no operation tore anything")
			}
		})
	}
}
