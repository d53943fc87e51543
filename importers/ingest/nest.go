package ingest

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// nested is the rings of a feature with what lies in what.
type nested struct {
	depth []int // of each ring: how many others it lies in
	shell []int // of each ring at odd depth: the one round it
}

// nest finds what lies in what, whatever order the rings come in. Rings may touch;
// where they cross it gives something, which geo.NormalizeShape then refuses; so it
// does where there is not the effort for it.
func nest(e *effort, rings outline) nested {
	n := nested{depth: make([]int, len(rings)), shell: make([]int, len(rings))}
	if len(rings) < 2 {
		return n
	}
	boxes := make([]box, len(rings))
	sizes := make([]int64, len(rings))
	for i, r := range rings {
		boxes[i] = outline{r}.box()
		sizes[i] = magnitude(geo.TwiceArea(r))
	}
	for i := range rings {
		smallest := -1
		for k := range rings {
			if i == k || !boxes[k].meets(boxes[i]) || sizes[k] < sizes[i] || sizes[k] == sizes[i] && k > i || !ringInside(e, rings[i], rings[k]) {
				continue
			}
			n.depth[i]++
			if smallest < 0 || sizes[k] < sizes[smallest] {
				smallest = k
			}
		}
		n.shell[i] = smallest
	}
	return n
}

func magnitude(x int64) int64 { return max(x, -x) }

// ringInside tells whether a ring lies inside another: by the first of its corners
// and middles of sides that does not lie on the other's edge. One that lies
// all along the edge is inside.
func ringInside(e *effort, r, other []geo.LatticePoint) bool {
	for i, a := range r {
		if !e.take(len(other)) {
			return false
		}
		if in, on := geo.MiddleInRing(other, a, a); !on {
			return in
		}
		if in, on := geo.MiddleInRing(other, a, r[(i+1)%len(r)]); !on {
			return in
		}
	}
	return true
}

// wind turns rings so that land lies on their left: those at even depth run
// counter-clockwise, the others clockwise. It gives the places of those that ran
// the other way. The first corner stays the first.
func (n nested) wind(rings outline) (turned []int) {
	for i, r := range rings {
		if (geo.TwiceArea(r) > 0) != (n.depth[i]%2 == 0) {
			r = slices.Clone(r)
			slices.Reverse(r[1:])
			rings[i] = r
			turned = append(turned, i)
		}
	}
	return turned
}

// polygons makes polygons of rings in the order in which their shells come.
func (n nested) polygons(rings outline) orb.MultiPolygon {
	var out orb.MultiPolygon
	place := map[int]int{}
	for i, r := range rings {
		if n.depth[i]%2 == 0 {
			place[i] = len(out)
			out = append(out, orb.Polygon{closed(r)})
		}
	}
	for i, r := range rings {
		if n.depth[i]%2 == 1 {
			if k, ok := place[n.shell[i]]; ok {
				out[k] = append(out[k], closed(r))
			} else {
				out = append(out, orb.Polygon{closed(r)}) // rings that cross: refused afterwards
			}
		}
	}
	return out
}

// closed gives a ring in degrees with its closing point.
func closed(r []geo.LatticePoint) orb.Ring {
	out := make(orb.Ring, 0, len(r)+1)
	for _, q := range r {
		out = append(out, q.Point())
	}
	return append(out, out[0])
}

// wrongRoles gives the rings that the file has for a hole where they are none, or
// the other way, or for a hole of another polygon; and those holes that lie in
// nothing, unless they are what their polygon's outline lies in: rings in
// another order than they should be.
func (n nested) wrongRoles(raw []rawRing) (wrong, outside []int) {
	round := map[int]bool{} // rings with the outline of their own polygon inside
	for i, r := range raw {
		for k := i; !r.hole && n.depth[k] > 0; {
			if k = n.shell[k]; raw[k].polygon == r.polygon {
				round[k] = true
			}
		}
	}
	for i, r := range raw {
		inside := n.depth[i]%2 == 1
		switch {
		case r.hole && n.depth[i] == 0 && !round[i]:
			outside = append(outside, i)
		case r.hole != inside, inside && raw[n.shell[i]].polygon != r.polygon:
			wrong = append(wrong, i)
		}
	}
	return wrong, outside
}
