package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// mend makes a sound shape of rings that are none: the land that lies inside an
// odd number of them, as ST_MakeValid has it. Where sides cross they get a common
// corner, rounded to the lattice. The error is that of a shape which cannot be
// mended so.
func (in *intake) mend(f *feature, land outline) (orb.MultiPolygon, error) {
	before := 0.0
	for _, r := range land {
		before += math.Abs(geo.AreaM2(orb.MultiPolygon{{closed(r)}}))
	}
	rings := trace(in.effort, node(in.effort, oddSides(land)))
	if in.effort.over() {
		return nil, &geo.GeometryError{Rule: geo.RuleSelfCrossing, At: land[0][0].Point()}
	}
	if len(rings) == 0 {
		return nil, &geo.GeometryError{Rule: geo.RuleEmpty}
	}
	n := nest(in.effort, rings)
	n.wind(rings)
	shape, err := geo.NormalizeShape(n.polygons(rings))
	if err != nil {
		return nil, err
	}
	f.nested = n
	in.repaired = append(in.repaired, Repaired{Feature: f.number, Code: f.area.Code, Repair: repairValid, MovedM2: math.Abs(geo.AreaM2(shape) - before),
		Detail: fmt.Sprintf("made of %d rings %d polygons", len(land), len(shape))})
	return shape, nil
}

// despike takes the points of spikes out of rings.
func (in *intake) despike(f *feature) {
	for k, r := range f.rings {
		for len(r) > 3 {
			at, ok := f.plane.spike(r)
			if !ok || !in.effort.take(2*len(r)) {
				break
			}
			i := slices.Index(r, at)
			long := f.plane.distanceM(r[(i+1)%len(r)], at)
			r = slices.Delete(slices.Clone(r), i, i+1)
			for len(r) > 3 && r[i%len(r)] == r[(i+len(r)-1)%len(r)] { // where it came from and went to
				r = slices.Delete(r, i%len(r), i%len(r)+1)
			}
			in.repaired = append(in.repaired, Repaired{Feature: f.number, Code: f.area.Code, Repair: repairValid, MovedM: round3(long), Detail: "a spike was cut off"})
		}
		f.rings[k] = r
	}
}

// oddSides gives the sides that occur an odd number of times, whichever way they
// run.
func oddSides(land outline) map[side]bool {
	odd := map[side]bool{}
	for _, r := range land {
		for i, p := range r {
			toggle(odd, p, r[(i+1)%len(r)])
		}
	}
	return odd
}

func toggle(odd map[side]bool, p, q geo.LatticePoint) {
	if p == q {
		return
	}
	s, _ := sideOf(p, q)
	if odd[s] {
		delete(odd, s)
	} else {
		odd[s] = true
	}
}

// node cuts sides where they cross or touch others, until none does. Rounding
// moves sides by less than a step, which may make others cross: hence the
// rounds. Where there is not the effort for it, it gives nothing.
func node(e *effort, odd map[side]bool) map[side]bool {
	for range 20 {
		list := make([]weighed, 0, len(odd))
		for s := range odd {
			list = append(list, weighed{side: s})
		}
		sortSides(list)
		cuts, many := map[side][]geo.LatticePoint{}, 0
		add := func(s side, q geo.LatticePoint) {
			if q != s.a && q != s.b {
				cuts[s] = append(cuts[s], q)
				many++
			}
		}
		nearSides(e, list, func(i, k int) {
			if !e.room(many, 2*mostCrossings) {
				return
			}
			s, t := list[i].side, list[k].side
			if lat, ok := crossingLat(s, t); ok {
				lon := s.lonAt(lat)
				if s.a.Lat == s.b.Lat {
					lon = t.lonAt(lat)
				}
				q := geo.LatticePoint{Lon: int32(math.Round(lon)), Lat: int32(math.Round(lat))}
				add(s, q)
				add(t, q)
				return
			}
			for _, q := range []geo.LatticePoint{t.a, t.b} {
				if onSide(s, q) {
					add(s, q)
				}
			}
			for _, q := range []geo.LatticePoint{s.a, s.b} {
				if onSide(t, q) {
					add(t, q)
				}
			}
		})
		if e.over() {
			return nil
		}
		if len(cuts) == 0 {
			return odd
		}
		next := map[side]bool{}
		for _, w := range list {
			s := w.side
			stops := cuts[s]
			slices.SortFunc(stops, func(p, q geo.LatticePoint) int {
				return cmp.Compare(s.progress(p), s.progress(q))
			})
			from := s.a
			for _, q := range append(stops, s.b) {
				toggle(next, from, q)
				from = q
			}
		}
		odd = next
	}
	return odd
}

// progress tells places on a side apart by how far along they are.
func (s side) progress(q geo.LatticePoint) int64 {
	return (int64(s.b.Lon)-int64(s.a.Lon))*(int64(q.Lon)-int64(s.a.Lon)) + (int64(s.b.Lat)-int64(s.a.Lat))*(int64(q.Lat)-int64(s.a.Lat))
}

// onSide tells whether a place lies on a side between its ends.
func onSide(s side, q geo.LatticePoint) bool {
	return q != s.a && q != s.b && geo.Turn(s.a, s.b, q) == 0 && s.west() <= q.Lon && q.Lon <= s.east() && s.a.Lat <= q.Lat && q.Lat <= s.b.Lat
}

// trace makes simple rings of sides of which an even number meets in every
// corner, and none crosses another. It goes with the land on its left, and at a
// corner keeps to the same piece of land, so that rings touch there at most; a
// ring that comes by a corner twice is cut in two.
func trace(e *effort, odd map[side]bool) (rings outline) {
	from := map[geo.LatticePoint][]geo.LatticePoint{}
	all := make([]side, 0, len(odd))
	for s := range odd {
		from[s.a], from[s.b] = append(from[s.a], s.b), append(from[s.b], s.a)
		all = append(all, s)
	}
	for p, ways := range from {
		slices.SortFunc(ways, func(a, b geo.LatticePoint) int { return cmp.Compare(direction(p, a), direction(p, b)) })
	}
	slices.SortFunc(all, func(s, t side) int {
		return cmp.Or(geo.CompareLattice(s.a, t.a), geo.CompareLattice(s.b, t.b))
	})
	used := make(map[side]bool, len(all))
	for _, first := range all {
		if used[first] || first.a.Lat == first.b.Lat {
			continue // every ring has sides that are not along a parallel
		}
		start, next := first.a, first.b
		if !landWest(first, all) {
			start, next = next, start
		}
		if !e.take(len(all)) {
			return nil
		}
		var walk []geo.LatticePoint
		for p, q := start, next; ; {
			s, _ := sideOf(p, q)
			used[s] = true
			walk = append(walk, p)
			ways := from[q]
			back := slices.Index(ways, p)
			p, q = q, ways[(back+len(ways)-1)%len(ways)]
			if p == start && q == next || len(walk) > len(all) {
				break
			}
		}
		rings = append(rings, loops(walk)...)
	}
	return rings
}

// landWest tells whether the land lies west of a side that is not along a
// parallel: whether an odd number of others lies west of its middle.
func landWest(s side, all []side) bool {
	in := false
	lon, lat := int64(s.a.Lon)+int64(s.b.Lon), int64(s.a.Lat)+int64(s.b.Lat) // doubled
	for _, t := range all {
		if t == s || 2*int64(t.a.Lat) > lat || 2*int64(t.b.Lat) <= lat {
			continue
		}
		if turn := (int64(t.b.Lon)-int64(t.a.Lon))*(lat-2*int64(t.a.Lat)) - (int64(t.b.Lat)-int64(t.a.Lat))*(lon-2*int64(t.a.Lon)); turn < 0 {
			in = !in
		}
	}
	return in
}

func direction(p, q geo.LatticePoint) float64 {
	return math.Atan2(float64(q.Lat)-float64(p.Lat), float64(q.Lon)-float64(p.Lon))
}

// loops cuts a closed walk into rings that come by every corner once.
func loops(walk []geo.LatticePoint) (rings outline) {
	at := map[geo.LatticePoint]int{}
	var stack []geo.LatticePoint
	for _, p := range append(slices.Clone(walk), walk[0]) {
		if k, ok := at[p]; ok {
			ring := slices.Clone(stack[k:])
			for _, q := range stack[k+1:] {
				delete(at, q)
			}
			stack = stack[:k+1]
			if len(ring) >= 3 {
				rings = append(rings, ring)
			}
			continue
		}
		at[p] = len(stack)
		stack = append(stack, p)
	}
	return rings
}
