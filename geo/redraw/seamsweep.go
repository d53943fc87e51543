package redraw

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

func (b box) and(c box) box {
	return box{min(b.west, c.west), min(b.south, c.south), max(b.east, c.east), max(b.north, c.north)}
}

// compareEdges orders sides by their a, then by their b. Much of the time of long plans
// goes into it, so that it compares numbers one by one.
func compareEdges(e, f edge) int {
	switch {
	case e.a.Lon != f.a.Lon:
		return cmp.Compare(e.a.Lon, f.a.Lon)
	case e.a.Lat != f.a.Lat:
		return cmp.Compare(e.a.Lat, f.a.Lat)
	case e.b.Lon != f.b.Lon:
		return cmp.Compare(e.b.Lon, f.b.Lon)
	}
	return cmp.Compare(e.b.Lat, f.b.Lat)
}

// connected sorts tears into groups that share no node and do not meet. Each
// keeps the order.
func connected(tears []tear) [][]tear {
	root := make([]int, len(tears))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	join := func(i, k int) {
		a, b := find(i), find(k)
		root[max(a, b)] = min(a, b)
	}
	pairs(tears, func(i, k int) {
		if how, _ := geo.Meet(tears[i].a, tears[i].b, tears[k].a, tears[k].b); how != geo.Apart {
			join(i, k)
		}
	})
	place := map[int]int{}
	var out [][]tear
	for i, t := range tears {
		k, ok := place[find(i)]
		if !ok {
			k = len(out)
			place[find(i)] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], t)
	}
	return out
}

// nested joins groups whose boxes meet: one may lie in the land that another goes
// round, where both count.
func nested(groups [][]tear) (out [][]tear) {
	var boxes []box // of out
	for _, g := range groups {
		b := edgeBox(g[0].edge)
		for _, t := range g {
			b = b.and(edgeBox(t.edge))
		}
		for k := 0; k < len(out); {
			if !boxes[k].meets(b) {
				k++
				continue
			}
			g, b = slices.Concat(g, out[k]), b.and(boxes[k])
			out, boxes = slices.Delete(out, k, k+1), slices.Delete(boxes, k, k+1)
			k = 0 // the box is larger now
		}
		out, boxes = append(out, g), append(boxes, b)
	}
	for _, g := range out {
		slices.SortFunc(g, func(a, b tear) int { return compareEdges(a.edge, b.edge) })
	}
	return out
}

// pairs visits those whose boxes meet. Tears are in order.
func pairs(tears []tear, visit func(i, k int)) {
	var open []int // those that the line going east has not left behind
	for i, t := range tears {
		near := edgeBox(t.edge)
		kept := open[:0]
		for _, k := range open {
			other := edgeBox(tears[k].edge)
			if other.east < near.west {
				continue
			}
			kept = append(kept, k)
			if near.meets(other) {
				visit(i, k)
			}
		}
		open = append(kept, i)
	}
}

// class is what is wrong with a patch of land, and since when.
type class int

const (
	fine class = iota
	newGap
	oldGap
	newOverlap
	oldOverlap
)

// classOf tells of land that is covered now more often than it must, and was
// was more often; negative is less.
func classOf(now, was int) class {
	switch {
	case now < 0 && was < 0:
		return oldGap
	case now < 0:
		return newGap
	case now > 0 && was >= now:
		return oldOverlap
	case now > 0:
		return newOverlap
	}
	return fine
}

// patch is a piece of land with one fault.
type patch struct {
	class   class
	areaM2  float64
	at      orb.Point // inside it, rounded to the lattice
	borders []edge    // tears round it
	largest float64   // of the stretches that at lies in one of
}

// stretch of land between two tears and two parallels.
type strip struct {
	class        class
	left, right  int // tears
	low, high    float64
	lowL, lowR   float64 // longitudes of the ends on the lower parallel
	highL, highR float64
	group        int
}

// sweep cuts the land that tears go round into strips along parallels, through
// every corner and crossing, and joins those with the same fault that touch.
func sweep(tears []tear) []patch { return patchesOf(tears, stripsIn(tears, false)) }

// stripsIn gives the strips with a fault; any is content with those of one row.
func stripsIn(tears []tear, any bool) (strips []strip) {
	cuts := make([]float64, 0, 3*len(tears))
	for _, t := range tears {
		cuts = append(cuts, float64(t.a.Lat), float64(t.b.Lat))
	}
	pairs(tears, func(i, k int) {
		if e, f := tears[i].edge, tears[k].edge; properlyCross(e, f) {
			cuts = append(cuts, crossingLat(e, f))
		}
	})
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	order := make([]int, 0, len(tears))
	for i, t := range tears {
		if t.a.Lat != t.b.Lat {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, k int) int {
		return cmp.Or(cmp.Compare(edgeBox(tears[i].edge).south, edgeBox(tears[k].edge).south), cmp.Compare(i, k))
	})
	var open, last []int // tears on the way; strips of the row below
	for row := 1; row < len(cuts); row++ {
		low, high := cuts[row-1], cuts[row]
		open = slices.DeleteFunc(open, func(i int) bool { return float64(edgeBox(tears[i].edge).north) <= low })
		for len(order) > 0 && float64(edgeBox(tears[order[0]].edge).south) <= low {
			if float64(edgeBox(tears[order[0]].edge).north) > low {
				open = append(open, order[0])
			}
			order = order[1:]
		}
		mid := (low + high) / 2
		slices.SortFunc(open, func(i, k int) int {
			return cmp.Or(cmp.Compare(lonAt(tears[i].edge, mid), lonAt(tears[k].edge, mid)), cmp.Compare(i, k))
		})
		strips, last = joinRows(strips, last, stripsOf(tears, open, low, high))
		if any && len(strips) > 0 {
			break
		}
	}
	return strips
}

// stripsOf gives the strips with a fault of one row, from west to east.
func stripsOf(tears []tear, open []int, low, high float64) (out []strip) {
	now, was := 0, 0
	for n, i := range open {
		t := &tears[i]
		if t.a.Lat < t.b.Lat { // the inside is west of it
			now, was = now-t.now, was-t.was
		} else {
			now, was = now+t.now, was+t.was
		}
		if n+1 == len(open) {
			break
		}
		f := tears[open[n+1]].edge
		s := strip{class: classOf(now, was), left: i, right: open[n+1], low: low, high: high,
			lowL: lonAt(t.edge, low), lowR: lonAt(f, low), highL: lonAt(t.edge, high), highR: lonAt(f, high)}
		if s.class != fine && s.width() > 1e-6 {
			out = append(out, s)
		}
	}
	return out
}

func (s *strip) width() float64 { return (s.lowR - s.lowL + s.highR - s.highL) / 2 }

// joinRows adds the strips of a row, each in the group of one with the same fault
// that it touches: below, or beside. It gives the places of the new ones too.
func joinRows(all []strip, below []int, row []strip) (joined []strip, added []int) {
	for _, s := range row {
		k := len(all)
		s.group = k
		all = append(all, s)
		join := func(i int) {
			a, b := groupOf(all, i), groupOf(all, k)
			all[max(a, b)].group = min(a, b)
		}
		if n := len(added); n > 0 && all[added[n-1]].class == s.class && all[added[n-1]].right == s.left {
			join(added[n-1])
		}
		// Both rows go from west to east, and share the parallel between them.
		for len(below) > 0 && all[below[0]].highR <= s.lowL {
			below = below[1:]
		}
		for _, i := range below {
			b := &all[i]
			if b.highL >= s.lowR {
				break
			}
			if b.class == s.class && min(b.highR, s.lowR)-max(b.highL, s.lowL) > 1e-6 {
				join(i)
			}
		}
		added = append(added, k)
	}
	return all, added
}

// groupOf gives the first strip of the group that one is in.
func groupOf(all []strip, i int) int {
	for all[i].group != i {
		all[i].group = all[all[i].group].group
		i = all[i].group
	}
	return i
}

func patchesOf(tears []tear, strips []strip) []patch {
	place := map[int]int{}
	var out []patch
	for i := range strips {
		s := &strips[i]
		group := groupOf(strips, i)
		k, ok := place[group]
		if !ok {
			k = len(out)
			place[group] = k
			out = append(out, patch{class: s.class, largest: -1})
		}
		p := &out[k]
		area := s.areaM2()
		p.areaM2 += area
		if area > p.largest {
			p.largest, p.at = area, s.middle()
		}
		for _, t := range []int{s.left, s.right} {
			if tears[t].now != 0 && !slices.Contains(p.borders, tears[t].edge) {
				p.borders = append(p.borders, tears[t].edge)
			}
		}
	}
	return out
}

// areaM2 measures a strip on the ellipsoid, by Simpson's rule along the meridian.
func (s *strip) areaM2() float64 {
	per := func(lat float64) float64 { return geo.StepAreaM2(lat / geo.Scale) }
	low, high := s.lowR-s.lowL, s.highR-s.highL
	return (s.high - s.low) * (low*per(s.low) + 2*(low+high)*per((s.low+s.high)/2) + high*per(s.high)) / 6
}

func (s *strip) middle() orb.Point {
	lon := (s.lowL + s.lowR + s.highL + s.highR) / 4
	return orb.Point{math.Round(lon) / geo.Scale, math.Round((s.low+s.high)/2) / geo.Scale}
}

// lonAt gives where a side that is not along a parallel passes one.
func lonAt(e edge, lat float64) float64 {
	switch lat {
	case float64(e.a.Lat):
		return float64(e.a.Lon)
	case float64(e.b.Lat):
		return float64(e.b.Lon)
	}
	t := (lat - float64(e.a.Lat)) / (float64(e.b.Lat) - float64(e.a.Lat))
	return float64(e.a.Lon) + t*(float64(e.b.Lon)-float64(e.a.Lon))
}

// crossingLat gives the parallel on which two sides cross.
func crossingLat(e, f edge) float64 {
	u, v := float64(geo.Turn(e.a, e.b, f.a)), float64(geo.Turn(e.a, e.b, f.b))
	return float64(f.a.Lat) + u/(u-v)*(float64(f.b.Lat)-float64(f.a.Lat))
}
