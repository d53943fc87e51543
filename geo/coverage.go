package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// The problems that CheckTiling finds, as import reports name them.
const (
	ProblemGap     = "GAP"
	ProblemOverlap = "OVERLAP"
)

// TopologyProblem is one stretch of boundary along which areas do not fit
// together.
type TopologyProblem struct {
	Problem string    // ProblemGap or ProblemOverlap
	At      orb.Point // the lowest vertex of the stretch (first by lon, then lat), in degrees
	Areas   []Ref     // whose edges they are or, for an overlap, who else lies there; in order
	Edges   int       // how many edges the stretch has
	LengthM float64   // their length in metres
}

// CheckTiling tells where areas of one kind do not cover their parents exactly
// once. No problem means that every point of the whole lies in just one of the
// parts, edges apart, and no part reaches beyond the whole.
//
// Parts and whole are shapes that NormalizeShape gave. The parts must share
// edges vertex for vertex, with each other and with the whole: where a vertex of
// one lies on the middle of another's edge, the stretch is a problem even if it
// lies there exactly, because the next edit would tear it. Shapes of the
// whole may share edges too (the townships of a district are one). Then parts
// tile the whole just if each side, counted with its direction, occurs once
// and its reverse once, or stands in the outline of the whole: the test is exact.
//
// With an empty whole the parts may leave out what they like: gaps are not
// reported, only overlaps. Problems come with the lowest place first.
//
// The program asks redraw.Seams and redraw.Check, which say how much land it is;
// tests hold those, and the demo district, against this other way of looking.
func CheckTiling(parts []Area, whole []orb.MultiPolygon) []TopologyProblem {
	var sides []sharedSide
	for i := range parts {
		sides = appendSides(sides, parts[i].Shape, int32(i))
	}
	for _, shape := range whole {
		sides = appendSides(sides, shape, -1)
	}
	slices.SortFunc(sides, func(a, b sharedSide) int {
		return cmp.Or(comparePoints(a.low, b.low), comparePoints(a.high, b.high), cmp.Compare(a.part, b.part))
	})
	t := tiling{parts: parts, whole: whole}
	for from, to := 0, 0; from < len(sides); from = to {
		for to = from; to < len(sides) && sides[to].low == sides[from].low && sides[to].high == sides[from].high; {
			to++
		}
		t.compare(sides[from:to], len(whole) > 0)
	}
	return t.group()
}

// sharedSide is a side of a part, or of the whole where part is -1, whose inside
// lies left of low→high, or right of it.
type sharedSide struct {
	low, high LatticePoint
	part      int32
	left      bool
}

func appendSides(sides []sharedSide, shape orb.MultiPolygon, part int32) []sharedSide {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, _ := Snap(ring[i-1])
				b, _ := Snap(ring[i])
				if comparePoints(a, b) < 0 {
					sides = append(sides, sharedSide{a, b, part, true})
				} else if a != b {
					sides = append(sides, sharedSide{b, a, part, false})
				}
			}
		}
	}
	return sides
}

func comparePoints(a, b LatticePoint) int {
	return cmp.Or(cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Lat, b.Lat))
}

// fault is a side that does not fit.
type fault struct {
	low, high LatticePoint
	problem   string
	areas     []int32
}

type tiling struct {
	parts  []Area
	whole  []orb.MultiPolygon
	finder []partOutline // of the parts, then of the whole; built when the first fault asks for it
	faults []fault
}

// compare looks at all that share one side.
func (t *tiling) compare(sides []sharedSide, bounded bool) {
	var left, right []int32
	outline := 0 // +1 where the whole lies left only, -1 right only
	for _, s := range sides {
		switch {
		case s.part < 0 && s.left:
			outline++
		case s.part < 0:
			outline--
		case s.left:
			left = append(left, s.part)
		default:
			right = append(right, s.part)
		}
	}
	wantLeft, wantRight := 1, 1
	switch {
	case outline > 0:
		wantRight = 0
	case outline < 0:
		wantLeft = 0
	case len(left) == 0 && len(right) == 0:
		return // inside the whole, and no part has it
	}
	if len(left) == wantLeft && len(right) == wantRight {
		return
	}
	owners := append(slices.Clone(left), right...)
	if len(left) > wantLeft || len(right) > wantRight {
		t.add(sides[0], ProblemOverlap, owners)
		return
	}
	// Too few: nothing lies on one side, or somebody does whose edge is
	// elsewhere.
	others := t.covering(sides[0], owners)
	switch {
	case len(others) > 0:
		t.add(sides[0], ProblemOverlap, append(owners, others...))
	case !bounded: // nobody says that the parts have to meet
	case outline == 0 && t.outside(sides[0]):
		t.add(sides[0], ProblemOverlap, owners)
	default:
		t.add(sides[0], ProblemGap, owners)
	}
}

func (t *tiling) add(s sharedSide, problem string, areas []int32) {
	t.faults = append(t.faults, fault{s.low, s.high, problem, areas})
}

// partOutline is a part as the search for overlaps wants it.
type partOutline struct {
	minLon, minLat, maxLon, maxLat int32
	rings                          [][]LatticePoint
}

// covering gives the parts, but for the owners, that hold the middle of a side
// inside.
func (t *tiling) covering(s sharedSide, owners []int32) []int32 {
	if t.finder == nil {
		t.buildFinder()
	}
	m := middle(s.low, s.high)
	var out []int32
	for i := range t.parts {
		if in, edge := t.finder[i].place(m); in && !edge && !slices.Contains(owners, int32(i)) {
			out = append(out, int32(i))
		}
	}
	return out
}

// outside reports whether the middle of a side lies outside the whole.
func (t *tiling) outside(s sharedSide) bool {
	m := middle(s.low, s.high)
	for i := range t.whole {
		if in, edge := t.finder[len(t.parts)+i].place(m); in || edge {
			return false
		}
	}
	return true
}

// place tells whether m lies inside, and whether on an edge.
func (f *partOutline) place(m halfPoint) (inside, edge bool) {
	if m.lon < 2*int64(f.minLon) || m.lon > 2*int64(f.maxLon) || m.lat < 2*int64(f.minLat) || m.lat > 2*int64(f.maxLat) {
		return false, false
	}
	for _, corners := range f.rings {
		in, on := evenOdd(corners, m)
		inside, edge = inside != in, edge || on
	}
	return inside, edge
}

func (t *tiling) buildFinder() {
	for i := range t.parts {
		t.finder = append(t.finder, newPartOutline(t.parts[i].Shape))
	}
	for _, shape := range t.whole {
		t.finder = append(t.finder, newPartOutline(shape))
	}
}

func newPartOutline(shape orb.MultiPolygon) (f partOutline) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			corners := make([]LatticePoint, 0, len(ring))
			for k := 1; k < len(ring); k++ {
				q, _ := Snap(ring[k])
				if len(f.rings) == 0 && k == 1 {
					f.minLon, f.maxLon, f.minLat, f.maxLat = q.Lon, q.Lon, q.Lat, q.Lat
				}
				f.minLon, f.maxLon = min(f.minLon, q.Lon), max(f.maxLon, q.Lon)
				f.minLat, f.maxLat = min(f.minLat, q.Lat), max(f.maxLat, q.Lat)
				corners = append(corners, q)
			}
			f.rings = append(f.rings, corners)
		}
	}
	return f
}

// group joins faults of one sort that share a vertex into problems.
func (t *tiling) group() []TopologyProblem {
	type corner struct {
		problem string
		at      LatticePoint
	}
	group := make([]int, len(t.faults)) // the first fault of the group, by links
	root := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	at := map[corner]int{}
	for i, f := range t.faults {
		group[i] = i
		for _, q := range []LatticePoint{f.low, f.high} {
			k, ok := at[corner{f.problem, q}]
			if !ok {
				at[corner{f.problem, q}] = i
				continue
			}
			a, b := root(i), root(k)
			group[max(a, b)] = min(a, b)
		}
	}
	var out []TopologyProblem
	place := map[int]int{} // root → index in out
	for i, f := range t.faults {
		k, ok := place[root(i)]
		if !ok { // faults come in order, so the first of a group is the lowest
			k = len(out)
			place[root(i)] = k
			out = append(out, TopologyProblem{Problem: f.problem, At: f.low.Point()})
		}
		p := &out[k]
		p.Edges++
		p.LengthM += DistanceM(f.low.Point(), f.high.Point())
		for _, a := range f.areas {
			if ref := t.parts[a].Ref(); !slices.Contains(p.Areas, ref) {
				p.Areas = append(p.Areas, ref)
			}
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Areas, func(a, b Ref) int {
			return cmp.Or(cmp.Compare(a.Kind.Index(), b.Kind.Index()), cmp.Compare(a.Code, b.Code))
		})
	}
	return out
}
