package redraw_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/paulmach/orb"
)

// sameShape compares shapes wherever their rings start and in whatever order
// they come.
func sameShape(a, b orb.MultiPolygon) bool {
	sides := func(m orb.MultiPolygon) (out [][2]orb.Point) {
		for _, polygon := range m {
			for _, r := range polygon {
				for i := range r[1:] {
					out = append(out, [2]orb.Point{r[i], r[i+1]})
				}
			}
		}
		slices.SortFunc(out, func(x, y [2]orb.Point) int {
			return slices.Compare([]float64{x[0][0], x[0][1], x[1][0], x[1][1]}, []float64{y[0][0], y[0][1], y[1][0], y[1][1]})
		})
		return out
	}
	return len(a) == len(b) && slices.Equal(sides(a), sides(b))
}

func must(t *testing.T, s *redraw.State, op redraw.Operation) redraw.Result {
	t.Helper()
	r, err := s.Apply(op, geo.ID{1, 2, 3, 4, 5, 6, 0x70, 1, 0x80, 9})
	if err != nil {
		t.Fatalf("%s: %v", op.Op(), err)
	}
	return r
}

func names(r redraw.Result) (refs []string) {
	for _, c := range r.Changed {
		refs = append(refs, c.Ref().String())
	}
	return refs
}

func codesOf(problems []redraw.Problem) (codes []string) {
	for _, p := range problems {
		codes = append(codes, p.Code)
	}
	return codes
}

// refused checks that an operation is refused with a code, and which areas it names.
func refused(t *testing.T, s *redraw.State, op redraw.Operation, code string, kind error) *redraw.Problem {
	t.Helper()
	_, err := s.Apply(op, geo.ID{})
	var p *redraw.Problem
	var g *geo.Problem
	switch {
	case !errors.Is(err, kind):
	case errors.As(err, &p) && p.Code == code:
		return p
	case errors.As(err, &g) && g.Code == code:
		return nil
	}
	t.Fatalf("%s gives %v, want %s", op.Op(), err, code)
	return nil
}

func TestMoveNodeOfFourGrids(t *testing.T) {
	town := newTown(1)
	s := town.state(t, redraw.Config{})
	from := town.nodes[4][4]
	to := geo.LatticePoint{Lon: from.Lon + 700, Lat: from.Lat - 900}
	r := must(t, s, redraw.MoveNode{From: from, To: to})
	want := []string{grid(1).String(), grid(2).String(), grid(4).String(), grid(5).String()}
	if got := names(r); !slices.Equal(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
	if len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("problems %v, faults %v, want none", r.Problems, faults(r.State.Areas()))
	}
	if got := r.State.Users(to); len(got) != 4 || len(r.State.Users(from)) != 0 {
		t.Errorf("Users = %v, want the four grids; at the old place %v", got, r.State.Users(from))
	}
	back := must(t, r.State, redraw.MoveNode{From: to, To: from})
	if back.State.ETag() == r.State.ETag() {
		t.Error("two states have one ETag")
	}
	for _, a := range s.Areas() {
		b, _ := back.State.Area(a.Ref())
		if !slices.EqualFunc(a.Shape, b.Shape, func(p, q orb.Polygon) bool { return p.Equal(q) }) {
			t.Errorf("%s is not as it was", a.Ref())
		}
	}
	if old, _ := s.Area(grid(1)); twiceArea(old.Shape) == 0 || s.Users(from) == nil {
		t.Error("the old state has changed")
	}
}

// TestTJunction moves a node in which the side of one grid ends on a line of
// another, and joins nodes.
func TestTJunction(t *testing.T) {
	town := newTown(1)
	s := town.state(t, redraw.Config{})
	from := town.nodes[4][8]
	r := must(t, s, redraw.MoveNode{From: from, To: geo.LatticePoint{Lon: from.Lon - 800, Lat: from.Lat + 300}})
	want := []string{grid(4).String(), grid(5).String(), grid(7).String()}
	if got := names(r); !slices.Equal(got, want) || len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("changed %v, problems %v, want %v and none", got, r.Problems, want)
	}
	refused(t, s, redraw.RemoveNode{At: from}, "junction", geo.ErrInvalid)

	// Moved onto the next node of the line, the two are one, for both grids.
	r = must(t, s, redraw.MoveNode{From: town.nodes[4][1], To: town.nodes[4][2]})
	before, _ := s.Area(grid(2))
	after, _ := r.State.Area(grid(2))
	if len(r.Changed) != 2 || len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 || len(after.Shape[0][0])+len(after.Shape[1][0]) != len(before.Shape[0][0])+len(before.Shape[1][0])-1 {
		t.Errorf("joined nodes: changed %v, problems %v", names(r), r.Problems)
	}
}

// TestThreeKinds moves a node that grids and groups have, where nothing is locked
// also villages.
func TestThreeKinds(t *testing.T) {
	town := newTown(2)
	from := town.nodes[6][4] // between two townships, two villages, two groups; inside grid 2
	op := redraw.MoveNode{From: from, To: geo.LatticePoint{Lon: from.Lon + 500, Lat: from.Lat}}
	p := refused(t, town.state(t, redraw.Config{}), op, redraw.ProblemLocked, geo.ErrConflict)
	if len(p.Areas) != 1 || p.Areas[0].Kind != geo.Township || p.At != from.Point() {
		t.Errorf("LOCKED names %v at %v, want a township at %v", p.Areas, p.At, from.Point())
	}
	r := must(t, town.state(t, redraw.Config{Locked: []geo.Kind{}}), op)
	kinds := map[geo.Kind]int{}
	for _, c := range r.Changed {
		kinds[c.After.Kind]++
	}
	if kinds[geo.Township] != 2 || kinds[geo.Village] != 2 || kinds[geo.VillageGroup] != 2 || kinds[geo.Grid] == 0 {
		t.Errorf("changed %v, want two townships, villages and groups, and grids", kinds)
	}
	if f := faults(r.State.Areas()); len(f) > 0 || len(r.Problems) > 0 {
		t.Errorf("faults %v, problems %v, want none", f, r.Problems)
	}
}

func TestMoveNodeTooFar(t *testing.T) {
	town := newTown(3)
	s := town.state(t, redraw.Config{})
	far := town.nodes[4][4]
	far.Lon += 60_000
	r := must(t, s, redraw.MoveNode{From: town.nodes[4][4], To: far})
	if !slices.Contains(codesOf(r.Problems), redraw.ProblemSelfIntersection) {
		t.Errorf("problems %v, want %s", r.Problems, redraw.ProblemSelfIntersection)
	}
	again := must(t, r.State, redraw.MoveNode{From: far, To: town.nodes[4][4]})
	if len(again.Problems) > 0 || len(faults(again.State.Areas())) > 0 {
		t.Errorf("moved back: problems %v, want none", again.Problems)
	}
	refused(t, s, redraw.MoveNode{From: geo.LatticePoint{Lon: 1, Lat: 1}, To: far}, "unknown-node", geo.ErrInvalid)
	refused(t, s, redraw.MoveNode{From: town.nodes[4][4], To: town.nodes[4][4]}, "no-change", geo.ErrInvalid)
}

func middle(a, b geo.LatticePoint) geo.LatticePoint {
	return geo.LatticePoint{Lon: a.Lon + (b.Lon-a.Lon)/2, Lat: a.Lat + (b.Lat-a.Lat)/2}
}

func TestInsertAndRemove(t *testing.T) {
	town := newTown(4)
	s := town.state(t, redraw.Config{})
	a, b := town.nodes[4][1], town.nodes[4][2]
	at := middle(a, b)
	r := must(t, s, redraw.InsertNode{At: at})
	if users := r.State.Users(at); len(users) != 2 || users[0] != grid(1) || users[1] != grid(2) {
		t.Errorf("Users = %v, want both grids, at the place given", users)
	}
	back := must(t, r.State, redraw.RemoveNode{At: at})
	if back.State.ETag() != s.ETag() || r.State.ETag() == s.ETag() {
		t.Error("insert and remove leave another shape")
	}
	refused(t, s, redraw.InsertNode{At: town.nodes[4][1]}, "node-exists", geo.ErrInvalid)
	refused(t, s, redraw.InsertNode{At: geo.LatticePoint{Lon: a.Lon + 3000, Lat: at.Lat}}, "no-boundary", geo.ErrInvalid)
	refused(t, s, redraw.RemoveNode{At: town.nodes[4][4]}, "junction", geo.ErrInvalid)
	refused(t, s, redraw.RemoveNode{At: town.nodes[0][2]}, redraw.ProblemLocked, geo.ErrConflict)

	// On a locked line a node may come, for all who share it, but not go.
	c, d := town.nodes[6][1], town.nodes[6][2]
	at = middle(c, d)
	r = must(t, s, redraw.InsertNode{At: at})
	if len(r.Changed) != 6 || len(r.Problems) > 0 {
		t.Errorf("changed %v, problems %v, want two townships, villages and groups", names(r), r.Problems)
	}
	refused(t, r.State, redraw.RemoveNode{At: at}, redraw.ProblemLocked, geo.ErrConflict)
}

func TestNames(t *testing.T) {
	s := newTown(5).state(t, redraw.Config{Taken: map[geo.Ref]geo.ID{grid(11): {15: 200}}})
	if r := must(t, s, redraw.Rename{Area: grid(1), Name: "new"}); len(r.Changed) != 1 || r.Changed[0].After.Name != "new" || r.State.ETag() == s.ETag() {
		t.Errorf("Rename changes %v", names(r))
	}
	r := must(t, s, redraw.Recode{Area: grid(3), NewCode: gridCode(50)})
	if got := len(r.Changed); got != 3 { // with two compounds
		t.Errorf("Recode changes %v, want the grid and its two compounds", names(r))
	}
	if _, ok := r.State.Area(grid(3)); ok {
		t.Error("the old code still names an area")
	}
	refused(t, s, redraw.Recode{Area: grid(3), NewCode: gridCode(4)}, redraw.ProblemDupCode, geo.ErrConflict)
	refused(t, s, redraw.Recode{Area: grid(3), NewCode: gridCode(11)}, redraw.ProblemDupCode, geo.ErrConflict)
	refused(t, r.State, redraw.Recode{Area: grid(4), NewCode: gridCode(3)}, redraw.ProblemDupCode, geo.ErrConflict)
	if back := must(t, r.State, redraw.Recode{Area: grid(50), NewCode: gridCode(3)}); back.State.ETag() != s.ETag() || len(redraw.Compare(s, back.State)) != 0 || len(redraw.Compare(s, r.State)) != 3 {
		t.Errorf("recoded and back, %d areas differ, want none", len(redraw.Compare(s, back.State)))
	}
}

func TestCreateRetireReplace(t *testing.T) {
	town := newTown(6)
	s := town.state(t, redraw.Config{})
	cell := func(x, y int) orb.MultiPolygon {
		return town.shape(t, func(i, k int) bool { return i == x && k == y })
	}
	create := func(k geo.Kind, code string, shape orb.MultiPolygon) redraw.Create {
		return redraw.Create{Area: geo.Area{Kind: k, Code: code, Name: "n", Shape: shape}}
	}
	for name, c := range map[string]struct {
		op   redraw.Operation
		want []string
	}{
		"a compound beside others":  {create(geo.Compound, "C009", cell(11, 1)), nil},
		"a compound over another":   {create(geo.Compound, "C009", cell(9, 1)), []string{redraw.ProblemOverlap}},
		"a compound round another":  {create(geo.Compound, "C009", town.shape(t, func(x, y int) bool { return x >= 5 && x < 8 && y >= 4 && y < 7 })), []string{redraw.ProblemOverlap}},
		"a compound with room":      {create(geo.Compound, "C009", town.shape(t, func(x, y int) bool { return x >= 5 && x < 8 && y >= 4 && y < 7 && (x != 6 || y != 5) })), nil},
		"a grid within another":     {create(geo.Grid, gridCode(20), cell(2, 2)), []string{redraw.ProblemOverlap}},
		"a grid is taken away":      {redraw.Retire{Area: grid(5)}, []string{redraw.ProblemGap, redraw.ProblemUnknownParent}},
		"a grid gives up a cell":    {redraw.Replace{Area: grid(5), Shape: town.shape(t, func(x, y int) bool { return gridOf(x, y) == 5 && (x != 4 || y != 6) })}, []string{redraw.ProblemGap}},
		"a grid takes a cell":       {redraw.Replace{Area: grid(5), Shape: town.shape(t, func(x, y int) bool { return gridOf(x, y) == 5 || x == 3 && y == 6 })}, []string{redraw.ProblemOverlap}},
		"a grid comes apart":        {redraw.Replace{Area: grid(5), Shape: town.shape(t, func(x, y int) bool { return gridOf(x, y) == 5 && x != 5 })}, []string{redraw.ProblemNotContiguous, redraw.ProblemGap}},
		"a compound leaves the map": {create(geo.Compound, "C009", orb.MultiPolygon{{{{120, 40}, {120.1, 40}, {120, 40.1}, {120, 40}}}}), []string{redraw.ProblemOutsideDistrict}},
	} {
		t.Run(name, func(t *testing.T) {
			r := must(t, s, c.op)
			if got := codesOf(r.Problems); !slices.Equal(got, c.want) {
				t.Errorf("problems %v, want %v", r.Problems, c.want)
			}
		})
	}
	refused(t, s, create(geo.Grid, gridCode(5), cell(2, 2)), redraw.ProblemDupCode, geo.ErrConflict)
	refused(t, s, create(geo.Village, "220112100299", cell(2, 2)), redraw.ProblemLocked, geo.ErrConflict)
	gone := must(t, s, redraw.Retire{Area: grid(5)})
	refused(t, gone.State, create(geo.Grid, gridCode(5), cell(2, 2)), redraw.ProblemDupCode, geo.ErrConflict)
	bow := orb.MultiPolygon{{{{125, 43}, {125.1, 43.1}, {125.1, 43}, {125, 43.1}, {125, 43}}}}
	refused(t, s, redraw.Replace{Area: grid(5), Shape: bow}, redraw.ProblemSelfIntersection, geo.ErrInvalid)
}
