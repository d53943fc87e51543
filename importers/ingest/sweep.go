package ingest

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// side is a side between two corners, the lower end first.
type side struct{ a, b geo.LatticePoint }

// sideOf gives the side of the way from p to q, and 1 where it goes up, -1 where
// it goes down.
func sideOf(p, q geo.LatticePoint) (side, int32) {
	if p.Lat > q.Lat || p.Lat == q.Lat && p.Lon > q.Lon {
		return side{q, p}, -1
	}
	return side{p, q}, 1
}

func (s side) west() int32 { return min(s.a.Lon, s.b.Lon) }
func (s side) east() int32 { return max(s.a.Lon, s.b.Lon) }

// lonAt gives where a side that is not along a parallel passes one.
func (s side) lonAt(lat float64) float64 {
	switch lat {
	case float64(s.a.Lat):
		return float64(s.a.Lon)
	case float64(s.b.Lat):
		return float64(s.b.Lon)
	}
	t := (lat - float64(s.a.Lat)) / (float64(s.b.Lat) - float64(s.a.Lat))
	return float64(s.a.Lon) + t*(float64(s.b.Lon)-float64(s.a.Lon))
}

// weighed is a side and by how much the two counts change when it is passed from
// west to east.
type weighed struct {
	side
	by [2]int32
}

// sideSum sums the sides of rings with their directions, two sets apart: what is
// left has land of a set on one side more often than on the other.
type sideSum map[side][2]int32

// add counts the sides of shells and holes, which have the land on their left.
func (m sideSum) add(set int, n int32, shape outline) {
	for _, r := range shape {
		for i, p := range r {
			q := r[0]
			if i+1 < len(r) {
				q = r[i+1]
			}
			s, up := sideOf(p, q)
			v := m[s]
			if v[set] -= n * up; v == [2]int32{} { // land west of a side that goes up ends there
				delete(m, s)
			} else {
				m[s] = v
			}
		}
	}
}

// sides gives what is left, in order.
func (m sideSum) sides() []weighed {
	out := make([]weighed, 0, len(m))
	for s, by := range m {
		out = append(out, weighed{s, by})
	}
	sortSides(out)
	return out
}

func sortSides(list []weighed) {
	slices.SortFunc(list, func(x, y weighed) int {
		return cmp.Or(cmp.Compare(x.west(), y.west()), geo.CompareLattice(x.a, y.a), geo.CompareLattice(x.b, y.b))
	})
}

// fault is what a classifier tells of land; sound land is 0.
type fault int8

// strip is land between two sides and two parallels; left or right is -1 beyond
// the last side.
type strip struct {
	fault                    fault
	left, right              int
	low, high                float64
	lowL, lowR, highL, highR float64
	group                    int
	inner                    float64 // metres of its outline that lie within its patch
}

// least is a width in steps that counts for nothing.
const least = 1e-6

// sweeper goes over sides from south to north, row by row, where no side begins,
// ends or crosses another within a row.
type sweeper struct {
	sides  []weighed
	of     func(count [2]int32) fault
	strips []strip
	open   bool    // land beyond the last sides is asked for too
	x, y   float64 // metres a step, about
	flat   *plane  // that the sides lie in; nil: the lattice of everything
	effort *effort // what may be done; where it is not enough nothing is found
}

// sweep gives the land that a classifier finds fault with. It is not asked about
// the land outside of all sides, but where open is set: patches that reach
// there are marked.
func sweep(e *effort, sides []weighed, flat *plane, open bool, of func(count [2]int32) fault) []patch {
	w := &sweeper{sides: sides, of: of, open: open, flat: flat, effort: e}
	w.run(math.Inf(-1), math.Inf(1))
	return w.patches()
}

// run goes over the rows between two parallels.
func (w *sweeper) run(south, north float64) {
	if len(w.sides) == 0 {
		return
	}
	if w.flat != nil {
		w.x, w.y = w.flat.x, w.flat.y
	} else {
		w.x, w.y = stepM(float64(w.sides[len(w.sides)/2].a.Lat))
	}
	cuts := w.cuts(south, north)
	order := make([]int, 0, len(w.sides))
	for i := range w.sides {
		if s := &w.sides[i]; s.a.Lat != s.b.Lat {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, k int) int {
		return cmp.Or(cmp.Compare(w.sides[i].a.Lat, w.sides[k].a.Lat), cmp.Compare(i, k))
	})
	type passing struct {
		at float64
		i  int
	}
	var row []passing
	var below []int
	for n := 1; n < len(cuts); n++ {
		low, high := cuts[n-1], cuts[n]
		if !w.effort.take(len(row) + 1) {
			w.strips = nil
			return
		}
		row = slices.DeleteFunc(row, func(p passing) bool { return float64(w.sides[p.i].b.Lat) <= low })
		for len(order) > 0 && float64(w.sides[order[0]].a.Lat) <= low {
			if float64(w.sides[order[0]].b.Lat) > low {
				row = append(row, passing{i: order[0]})
			}
			order = order[1:]
		}
		mid := (low + high) / 2
		for k := range row {
			row[k].at = w.sides[row[k].i].lonAt(mid)
			for m := k; m > 0 && (row[m].at < row[m-1].at || row[m].at == row[m-1].at && row[m].i < row[m-1].i); m-- {
				row[m], row[m-1] = row[m-1], row[m]
			}
		}
		first := len(w.strips)
		var count [2]int32
		if w.open {
			left := -1
			if len(row) > 0 {
				left = row[0].i
			}
			w.strip(count, -1, left, low, high)
		}
		for k, p := range row {
			by := w.sides[p.i].by
			count[0], count[1] = count[0]+by[0], count[1]+by[1]
			next := -1
			if k+1 < len(row) {
				next = row[k+1].i
			} else if !w.open {
				break
			}
			w.strip(count, p.i, next, low, high)
		}
		below = w.join(below, first)
		w.effort.room(len(w.strips), mostStrips)
	}
}

// cuts gives the parallels of all corners and crossings within two.
func (w *sweeper) cuts(south, north float64) []float64 {
	cuts := make([]float64, 0, 2*len(w.sides)+8)
	add := func(lat float64) {
		if lat >= south && lat <= north {
			cuts = append(cuts, lat)
		}
	}
	for i := range w.sides {
		add(float64(w.sides[i].a.Lat))
		add(float64(w.sides[i].b.Lat))
	}
	if !math.IsInf(south, 0) {
		cuts = append(cuts, south, north)
	}
	nearSides(w.effort, w.sides, func(i, k int) {
		if lat, ok := crossingLat(w.sides[i].side, w.sides[k].side); ok && w.effort.room(len(cuts), mostCuts) {
			add(lat)
		}
	})
	slices.Sort(cuts)
	if w.open && len(cuts) > 0 { // what is open to the south or north
		cuts = append([]float64{cuts[0] - 1}, append(cuts, cuts[len(cuts)-1]+1)...)
	}
	return slices.CompactFunc(cuts, func(a, b float64) bool { return math.Abs(a-b) < least })
}

// nearSides visits the pairs of sides whose boxes meet, as far as there is the effort
// for it. Sides are in order.
func nearSides(e *effort, sides []weighed, visit func(i, k int)) {
	var open []int
	for i := range sides {
		s := &sides[i]
		if !e.take(len(open)) {
			return
		}
		kept := open[:0]
		for _, k := range open {
			if sides[k].east() < s.west() {
				continue
			}
			kept = append(kept, k)
			if sides[k].a.Lat <= s.b.Lat && s.a.Lat <= sides[k].b.Lat {
				visit(i, k)
			}
		}
		open = append(kept, i)
	}
}

// crossingLat gives the parallel on which two sides cross in a point inside both.
func crossingLat(s, t side) (float64, bool) {
	u, v := geo.Turn(s.a, s.b, t.a), geo.Turn(s.a, s.b, t.b)
	if u == 0 || v == 0 || (u > 0) == (v > 0) {
		return 0, false
	}
	if p, q := geo.Turn(t.a, t.b, s.a), geo.Turn(t.a, t.b, s.b); p == 0 || q == 0 || (p > 0) == (q > 0) {
		return 0, false
	}
	return float64(t.a.Lat) + float64(u)/(float64(u)-float64(v))*(float64(t.b.Lat)-float64(t.a.Lat)), true
}

// strip notes the land between two sides of a row, if it has a fault.
func (w *sweeper) strip(count [2]int32, left, right int, low, high float64) {
	f := w.of(count)
	if f == 0 {
		return
	}
	s := strip{fault: f, left: left, right: right, low: low, high: high,
		lowL: math.Inf(-1), highL: math.Inf(-1), lowR: math.Inf(1), highR: math.Inf(1), group: len(w.strips)}
	if left >= 0 {
		s.lowL, s.highL = w.sides[left].lonAt(low), w.sides[left].lonAt(high)
	}
	if right >= 0 {
		s.lowR, s.highR = w.sides[right].lonAt(low), w.sides[right].lonAt(high)
	}
	if s.lowR-s.lowL+s.highR-s.highL > least {
		w.strips = append(w.strips, s)
	}
}

// join puts the strips of a row into the groups of those with the same fault that they
// touch: beside, or below. It gives the places of the row's.
func (w *sweeper) join(below []int, first int) (row []int) {
	for k := first; k < len(w.strips); k++ {
		s := &w.strips[k]
		if k > first {
			if p := &w.strips[k-1]; p.fault == s.fault && s.lowL-p.lowR <= least && s.highL-p.highR <= least {
				w.unite(k-1, k)
				along := w.lengthM(s.lowL, s.low, s.highL, s.high)
				s.inner, p.inner = s.inner+along, p.inner+along
			}
		}
		for len(below) > 0 && w.strips[below[0]].highR <= s.lowL {
			below = below[1:]
		}
		for _, i := range below {
			b := &w.strips[i]
			if b.highL >= s.lowR {
				break
			}
			if shared := min(b.highR, s.lowR) - max(b.highL, s.lowL); b.fault == s.fault && b.high == s.low && shared > least {
				w.unite(i, k)
				along := w.lengthM(0, s.low, min(shared, 1e12), s.low)
				s.inner, b.inner = s.inner+along, b.inner+along
			}
		}
		row = append(row, k)
	}
	return row
}

func (w *sweeper) root(i int) int {
	for w.strips[i].group != i {
		w.strips[i].group = w.strips[w.strips[i].group].group
		i = w.strips[i].group
	}
	return i
}

func (w *sweeper) unite(i, k int) {
	a, b := w.root(i), w.root(k)
	w.strips[max(a, b)].group = min(a, b)
}

// lengthM measures between two places given in steps.
func (w *sweeper) lengthM(lon1, lat1, lon2, lat2 float64) float64 {
	x, y := (lon2-lon1)*w.x, (lat2-lat1)*w.y
	return math.Sqrt(x*x + y*y)
}
