package tiles

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb/maptile"
)

// A tile keeps vertices from low to high, in its units. It is cut along lines
// half a unit further in, where no vertex can lie; what is cut ends on the rim.
const (
	low     = -buffer
	high    = extent + buffer
	cutLow  = low + 0.5
	cutHigh = high - 0.5
	cutSide = cutHigh - cutLow
)

// cutter cuts polygons to one tile after another; its slices are used again.
type cutter struct {
	originX, originY int32
	chains           []chain
	points           []spot
	entries          []int // chains by where they come in
	linked           []spot
	held             [][]spot // rings of outlines
	out              []outline
}

// chain is a stretch of a ring inside the tile, with where it comes in and goes
// out, as a way along the rim, y upwards against the clock, from the corner low,
// low.
type chain struct {
	from, to int // in cutter.points
	in, out  float64
	used     bool
}

func (c *cutter) begin(t maptile.Tile) {
	c.originX, c.originY = int32(t.X)*extent, int32(t.Y)*extent
}

// wholeTile is a polygon that covers all of a tile.
var wholeTile = outline{{{low, low}, {high, low}, {high, high}, {low, high}}}

// cut gives what the tile shows of a polygon, in its units. The answer is good
// until the next call.
func (c *cutter) cut(p *drawnPolygon) []outline {
	c.out, c.points, c.chains, c.held = c.out[:0], c.points[:0], c.chains[:0], c.held[:0]
	b := box{p.box.minX - c.originX, p.box.minY - c.originY, p.box.maxX - c.originX, p.box.maxY - c.originY}
	if b.minX >= high || b.minY >= high || b.maxX <= low || b.maxY <= low {
		return nil
	}
	if b.minX > low && b.minY > low && b.maxX < high && b.maxY < high {
		for i := range p.rings {
			c.held = append(c.held, c.moved(p.rings[i].line))
		}
		c.out = append(c.out, outline(c.held))
		return c.out
	}
	var inside [][]spot // whole rings
	for i := range p.rings {
		if c.ring(&p.rings[i]) {
			inside = append(inside, c.moved(p.rings[i].line))
		}
	}
	if len(c.chains) == 0 {
		if p.covers(float64(c.originX)+cutLow, float64(c.originY)+cutLow) {
			c.out = append(c.out, append(slices.Clone(wholeTile), inside...))
		}
		return c.out
	}
	rings := c.link()
	if p.mended || c.touches(rings, inside) {
		return mend(append(rings, inside...))
	}
	for i := range rings {
		c.out = append(c.out, outline(rings[i:i+1:i+1]))
	}
	if len(c.out) == 1 {
		c.out[0] = append(c.out[0], inside...)
		return c.out
	}
	return withHoles(c.out, inside)
}

func (c *cutter) moved(line []spot) []spot {
	from := len(c.points)
	for _, p := range line {
		c.points = append(c.points, spot{p.x - c.originX, p.y - c.originY})
	}
	return c.points[from:len(c.points):len(c.points)]
}

func kept(p spot) bool { return p.x > low && p.x < high && p.y > low && p.y < high }

// ring collects the chains of a ring; true where all of it is inside.
func (c *cutter) ring(r *drawnRing) bool {
	n := len(r.line)
	open := -1 // the chain that is being walked
	first := len(c.chains)
	started := false // the ring began inside: its first chain ends with its last
	crossed := false
	for k, b := range r.runs {
		if b.maxX-c.originX <= low || b.minX-c.originX >= high || b.maxY-c.originY <= low || b.minY-c.originY >= high {
			crossed = true
			continue
		}
		for i := k * runLength; i < min((k+1)*runLength, n); i++ {
			j := i + 1
			if j == n {
				j = 0
			}
			p := spot{r.line[i].x - c.originX, r.line[i].y - c.originY}
			q := spot{r.line[j].x - c.originX, r.line[j].y - c.originY}
			pin, qin := kept(p), kept(q)
			if i == 0 && pin {
				started = true
				open = len(c.chains)
				c.chains = append(c.chains, chain{from: len(c.points), in: -1})
				c.points = append(c.points, p)
			}
			if pin && qin {
				if j > 0 {
					c.points = append(c.points, q)
				}
				continue
			}
			crossed = true
			if !pin && !qin && (p.x <= low && q.x <= low || p.x >= high && q.x >= high || p.y <= low && q.y <= low || p.y >= high && q.y >= high) {
				continue
			}
			enter, leave, ok := crossRim(p, q)
			if !ok {
				continue
			}
			if !pin {
				open = len(c.chains)
				at, rim := onRim(enter)
				c.chains = append(c.chains, chain{from: len(c.points), in: rim})
				c.points = append(c.points, at)
			}
			if qin {
				if j > 0 {
					c.points = append(c.points, q)
				}
				continue
			}
			at, rim := onRim(leave)
			c.points = append(c.points, at)
			c.chains[open].to, c.chains[open].out = len(c.points), rim
			open = -1
		}
	}
	if !crossed {
		c.chains = c.chains[:first]
		return true
	}
	if started { // the last chain runs into the first
		last := &c.chains[len(c.chains)-1]
		begin := c.chains[first]
		c.points = append(c.points, c.points[begin.from:begin.to]...)
		last.to, last.out = len(c.points), begin.out
		c.chains = slices.Delete(c.chains, first, first+1)
	}
	return false
}

type place struct{ x, y float64 }

// crossRim gives where the way from p to q comes into the tile and where it
// leaves, the same places whichever way it is gone.
func crossRim(p, q spot) (enter, leave place, ok bool) {
	backwards := q.x < p.x || q.x == p.x && q.y < p.y
	if backwards {
		p, q = q, p
	}
	t0, t1 := 0.0, 1.0
	dx, dy := float64(q.x-p.x), float64(q.y-p.y)
	px, py := float64(p.x), float64(p.y)
	side0, side1 := 0, 0
	for side, e := range [4][2]float64{{-dx, px - cutLow}, {dx, cutHigh - px}, {-dy, py - cutLow}, {dy, cutHigh - py}} {
		switch d, room := e[0], e[1]; {
		case d == 0 && room < 0:
			return place{}, place{}, false
		case d < 0 && room/d > t0:
			t0, side0 = room/d, side+1
		case d > 0 && room/d < t1:
			t1, side1 = room/d, side+1
		}
	}
	if t0 >= t1 {
		return place{}, place{}, false
	}
	at := func(t float64, side int) place {
		r := place{px + t*dx, py + t*dy}
		switch side { // exactly on the line
		case 1:
			r.x = cutLow
		case 2:
			r.x = cutHigh
		case 3:
			r.y = cutLow
		case 4:
			r.y = cutHigh
		}
		return r
	}
	enter, leave = at(t0, side0), at(t1, side1)
	if backwards {
		enter, leave = leave, enter
	}
	return enter, leave, true
}

// onRim puts a place where the cut runs onto the lattice and says how far along
// the rim it lies.
func onRim(p place) (spot, float64) {
	x := min(max(int32(math.Round(p.x)), low), high)
	y := min(max(int32(math.Round(p.y)), low), high)
	switch {
	case p.y == cutLow:
		return spot{x, low}, p.x - cutLow
	case p.x == cutHigh:
		return spot{high, y}, cutSide + p.y - cutLow
	case p.y == cutHigh:
		return spot{x, high}, 2*cutSide + cutHigh - p.x
	}
	return spot{low, y}, 3*cutSide + cutHigh - p.y
}

// link joins the chains along the rim, with the inside to the same hand as
// along the chains.
func (c *cutter) link() [][]spot {
	c.entries = c.entries[:0]
	// Rings are parts of linked, which therefore must not move: between one chain
	// and the next a ring gets the four corners of the rim at most.
	c.linked = slices.Grow(c.linked[:0], len(c.points)+4*len(c.chains))
	for i := range c.chains {
		c.entries = append(c.entries, i)
	}
	slices.SortFunc(c.entries, func(a, b int) int { return cmp.Compare(c.chains[a].in, c.chains[b].in) })
	for i := range c.chains {
		if c.chains[i].used {
			continue
		}
		ring := c.linked[len(c.linked):]
		for at := i; !c.chains[at].used; {
			ch := &c.chains[at]
			ch.used = true
			ring = append(ring, c.points[ch.from:ch.to]...)
			k, _ := slices.BinarySearchFunc(c.entries, ch.out, func(e int, v float64) int { return cmp.Compare(c.chains[e].in, v) })
			round := 0.0
			if k == len(c.entries) {
				k, round = 0, 4*cutSide
			}
			at = c.entries[k]
			ring = appendCorners(ring, ch.out, c.chains[at].in+round)
		}
		c.linked = c.linked[:len(c.linked)+len(ring)]
		c.held = append(c.held, withoutRepeats(ring))
	}
	return c.held
}

// appendCorners adds the corners of the rim that lie on the way.
func appendCorners(ring []spot, from, to float64) []spot {
	for k := math.Floor(from/cutSide) + 1; k*cutSide < to; k++ {
		ring = append(ring, wholeTile[0][int(k)%4])
	}
	return ring
}

func withoutRepeats(ring []spot) []spot {
	out := ring[:0]
	for _, p := range ring {
		if n := len(out); n == 0 || out[n-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

// touches reports whether rounding on the rim made rings touch or cross: only
// stretches that end there have moved, and only places on it are new.
func (c *cutter) touches(rings, inside [][]spot) bool {
	onRim := func(p spot) bool { return p.x == low || p.x == high || p.y == low || p.y == high }
	for k, r := range rings {
		if len(r) < 3 {
			return true
		}
		for i, p := range r {
			q := r[(i+1)%len(r)]
			if !onRim(p) && !onRim(q) {
				continue
			}
			b := boxOf(p)
			b.add(q)
			for m, list := range [2][][]spot{rings, inside} {
				for n, other := range list {
					if disturbs(p, q, b, other, m == 0 && n == k, i) {
						return true
					}
				}
			}
		}
	}
	return false
}

// disturbs reports whether a ring meets the stretch from p to q, other than at
// its neighbours where the stretch is the i-th of the ring itself.
func disturbs(p, q spot, b box, ring []spot, own bool, i int) bool {
	n := len(ring)
	u := ring[n-1]
	for j, v := range ring { // the stretch number j-1, from u to v
		w := u
		u = v
		if max(w.x, v.x) < b.minX || min(w.x, v.x) > b.maxX || max(w.y, v.y) < b.minY || min(w.y, v.y) > b.maxY {
			continue
		}
		if own && ((j+n-1)%n == i || (j+n-1)%n == (i+1)%n || (j+n-1)%n == (i+n-1)%n) {
			// Neighbours share an end; they may fold back on each other.
			s := (j + n - 1) % n
			if s == (i+1)%n && turn(p, q, v) == 0 && dot(q, p, v) > 0 || s == (i+n-1)%n && turn(w, p, q) == 0 && dot(p, w, q) > 0 {
				return true
			}
			continue
		}
		if v == p || v == q || w == p || w == q {
			return true
		}
		if _, ok := meet(piece{a: p, b: q}, piece{a: w, b: v}); ok {
			return true
		}
	}
	return false
}
