package impact_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/impact"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

var now = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

var demo = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: now})
})

func isOpen(status string) bool { return status == "dispatched" || status == "handled" }

// redrawn gives the demo district before and after a plan of every operation.
func redrawn(tb testing.TB) (before, after *locate.Index) {
	tb.Helper()
	both, err := plan()
	if err != nil {
		tb.Fatal(err)
	}
	return both[0], both[1]
}

var plan = sync.OnceValues(func() (both [2]*locate.Index, err error) {
	d, err := demo()
	if err != nil {
		return both, err
	}
	s, err := redraw.New(d.Areas, redraw.Config{})
	if err != nil {
		return both, err
	}
	random := rand.New(rand.NewPCG(8, 8))
	done := map[string]int{}
	try := func(op redraw.Operation) {
		r, err := s.Apply(op, geo.ID{0: byte(len(done)), 1: byte(random.Uint32()), 2: byte(random.Uint32()), 6: 0x70, 8: 0x80})
		if err == nil && len(r.Problems) == 0 {
			s = r.State
			done[op.Op()]++
		}
	}
	var grids, groups []geo.Area
	for _, a := range s.Areas() {
		switch a.Kind {
		case geo.Grid:
			grids = append(grids, a)
		case geo.VillageGroup:
			groups = append(groups, a)
		}
	}
	for i, a := range grids {
		switch i % 4 {
		case 0:
			q, _ := geo.Snap(a.Shape[0][0][random.IntN(len(a.Shape[0][0]))])
			try(redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 3000, Lat: q.Lat - 2000}})
		case 1:
			b := a.Shape.Bound()
			p, _ := geo.Snap(b.Min)
			q, _ := geo.Snap(b.Max)
			try(redraw.Split{Area: a.Ref(), Line: []geo.LatticePoint{p, q}})
		case 2:
			for range 20 {
				try(redraw.Reassign{Units: []geo.Ref{groups[random.IntN(len(groups))].Ref()}, To: a.Ref()})
			}
		}
	}
	for _, a := range groups[:200] {
		q, _ := geo.Snap(a.Shape[0][0][random.IntN(len(a.Shape[0][0]))])
		try(redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 900, Lat: q.Lat + 700}})
	}
	for _, a := range grids[20:] {
		if done["merge"] == 0 { // with any that lies beside it
			try(redraw.Merge{Kind: geo.Grid, Codes: []string{a.Code}, Into: grids[19].Code})
		}
	}
	try(redraw.Recode{Area: grids[6].Ref(), NewCode: "999999999999999"})
	for _, op := range []string{"move_node", "split", "reassign", "merge", "recode"} {
		if done[op] == 0 {
			return both, fmt.Errorf("the plan has no %s: %v", op, done)
		}
	}
	if both[0], err = locate.Build(d.Areas, locate.Config{}); err != nil {
		return both, err
	}
	both[1], err = locate.Build(s.Areas(), locate.Config{})
	return both, err
})

// someReports gives reports all over the district and some round it, some of
// them on corners, over two years.
func someReports(tb testing.TB, before *locate.Index, n int) []hotspot.Row {
	tb.Helper()
	random := rand.New(rand.NewPCG(4, 4))
	box := before.Bound()
	least, _ := geo.Snap(box.Min)
	most, _ := geo.Snap(box.Max)
	areas := before.All()
	someCell, err := cell.At(box.Min, hotspot.BaseResolution)
	if err != nil {
		tb.Fatal(err)
	}
	rows := make([]hotspot.Row, n)
	for i := range rows {
		q := geo.LatticePoint{Lon: least.Lon + random.Int32N(most.Lon-least.Lon), Lat: least.Lat + random.Int32N(most.Lat-least.Lat)}
		if i%50 == 0 {
			r := areas[random.IntN(len(areas))].Shape[0][0]
			q, _ = geo.Snap(r[random.IntN(len(r))])
		}
		var id geo.ID
		for k := range id {
			id[k] = byte(random.Uint32())
		}
		rows[i] = hotspot.Row{
			ID: id, At: now.Add(-time.Duration(random.Int64N(int64(2 * 365 * 24 * time.Hour)))), Cell: someCell, Point: q,
			Category: fmt.Sprint("category ", random.IntN(9)), Status: []string{"closed", "dispatched", "rejected", "handled", "duplicate"}[random.IntN(5)],
		}
	}
	return rows
}

func question(tb testing.TB, before, after *locate.Index, rows []hotspot.Row) impact.Question {
	tb.Helper()
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		tb.Fatal(err)
	}
	return impact.Question{Before: before, After: after, Reports: columns, From: now.AddDate(-1, 0, 0), To: now, Open: isOpen}
}

// TestAssess compares with asking both lookups for every report, one by one.
func TestAssess(t *testing.T) {
	before, after := redrawn(t)
	rows := someReports(t, before, 60_000)
	q := question(t, before, after, rows)
	got := impact.Assess(q)

	slices.SortFunc(rows, func(a, b hotspot.Row) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	counted := 0
	moves := map[geo.Kind][]impact.Move{}
	tallies := [2]map[geo.ID]impact.Tally{{}, {}}
	for _, r := range rows {
		in, open := !r.At.Before(q.From) && r.At.Before(q.To), isOpen(r.Status)
		if in {
			counted++
		}
		was, is := before.LocateLattice(r.Point), after.LocateLattice(r.Point)
		for side, m := range []*geo.Match{&was, &is} {
			if a := m.Area(geo.Grid); a != nil {
				n := tallies[side][a.ID]
				if in {
					n.Reports++
				}
				if open {
					n.Open++
				}
				tallies[side][a.ID] = n
			}
		}
		for _, k := range geo.Kinds() {
			from, to := was.Area(k), is.Area(k)
			if (in || open) && (from == nil) != (to == nil) || (in || open) && from != nil && from.ID != to.ID {
				moves[k] = append(moves[k], impact.Move{ID: r.ID, At: r.Point, Category: r.Category, Status: r.Status, Counted: in, Open: open, From: from, To: to})
			}
		}
	}
	if got.Reports != counted || counted == 0 {
		t.Errorf("%d reports counted, want %d", got.Reports, counted)
	}
	for _, k := range geo.Kinds() {
		if len(got.Moves[k]) != len(moves[k]) || len(moves[k]) > 0 && !reflect.DeepEqual(got.Moves[k], moves[k]) {
			t.Errorf("%d reports change their %s, want %d, the same ones in order", len(got.Moves[k]), k, len(moves[k]))
		}
	}
	if len(moves[geo.Grid]) < 1000 || len(moves[geo.VillageGroup]) == 0 || len(moves[geo.District]) != 0 {
		t.Errorf("the plan moves %d reports between grids and %d between groups: too few to tell", len(moves[geo.Grid]), len(moves[geo.VillageGroup]))
	}
	kinds := map[string]int{}
	for _, l := range got.Grids {
		kinds[l.Change()]++
		a := l.Before
		if a == nil {
			a = l.After
		}
		id := a.ID
		if l.TallyBefore != tallies[0][id] || l.TallyAfter != tallies[1][id] {
			t.Errorf("grid %v: %+v and %+v, want %+v and %+v", id, l.TallyBefore, l.TallyAfter, tallies[0][id], tallies[1][id])
		}
	}
	stays := kinds["same"] + kinds["changed"]
	if kinds["gone"] != 1 || kinds["new"] == 0 || kinds["same"] == 0 || kinds["gone"]+stays != len(before.Areas(geo.Grid)) || kinds["new"]+stays != len(after.Areas(geo.Grid)) {
		t.Errorf("grids gone, new and both: %v", kinds)
	}
	if !slices.IsSortedFunc(got.Grids, func(a, b impact.Load) int {
		return cmp.Compare(a.Ref().Code, b.Ref().Code)
	}) {
		t.Error("grids are not in the order of their codes")
	}
}

// Boundaries that do not differ move nothing, and no reports are no trouble.
func TestAssessNothing(t *testing.T) {
	before, after := redrawn(t)
	rows := someReports(t, before, 3000)
	got := impact.Assess(question(t, before, before, rows))
	for k, m := range got.Moves {
		if len(m) > 0 {
			t.Errorf("%d reports change their %s", len(m), k)
		}
	}
	if len(got.Changed) != 0 || got.Reports == 0 || len(got.Grids) != len(before.Areas(geo.Grid)) {
		t.Errorf("without a change: %d areas, %d reports, %d grids", len(got.Changed), got.Reports, len(got.Grids))
	}
	none := impact.Assess(question(t, before, after, nil))
	if none.Reports != 0 || len(none.Moves[geo.Grid]) != 0 || len(none.Changed) == 0 {
		t.Errorf("without reports: %+v", none.Reports)
	}
}

func TestCompare(t *testing.T) {
	before, after := redrawn(t)
	want := map[geo.Ref]bool{}
	for _, a := range before.All() {
		b, ok := after.ByID(a.ID)
		x, y := *a, geo.Area{}
		if ok {
			y = *b
		}
		x.FromRevision, y.FromRevision = 0, 0
		if !ok || !reflect.DeepEqual(x, y) {
			want[a.Ref()] = true
		}
	}
	for _, b := range after.All() {
		if _, ok := before.ByID(b.ID); !ok {
			want[b.Ref()] = true
		}
	}
	changed := impact.Compare(before, after)
	for _, p := range changed {
		if !want[p.Ref()] {
			t.Errorf("%s is named and did not change", p.Ref())
		}
	}
	if len(changed) != len(want) || len(want) < 10 {
		t.Errorf("%d areas changed, want %d", len(changed), len(want))
	}
}

func TestSpreadOf(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   impact.Spread
	}{
		{nil, impact.Spread{}},
		{[]float64{0, 0}, impact.Spread{}},
		{[]float64{2, 4, 4, 4, 5, 5, 7, 9}, impact.Spread{Min: 2, Max: 9, Mean: 5, SD: 2, Ratio: 1.8}},
	} {
		if got := impact.SpreadOf(c.values); got != c.want {
			t.Errorf("SpreadOf(%v) = %+v, want %+v", c.values, got, c.want)
		}
	}
}
