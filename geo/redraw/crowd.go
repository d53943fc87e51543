package redraw

import (
	"cmp"
	"slices"
	"sort"

	"github.com/gridpatrol/gridpatrol/geo"
)

// crowd is homes by lat, then by lon.
type crowd []Home

func (c crowd) sort() {
	slices.SortStableFunc(c, func(a, b Home) int {
		return cmp.Or(cmp.Compare(a.At.Lat, b.At.Lat), cmp.Compare(a.At.Lon, b.At.Lon))
	})
}

// between gives the range of those whose lat lies within both bounds.
func (c crowd) between(south, north int32) (from, to int) {
	from = sort.Search(len(c), func(i int) bool { return c[i].At.Lat >= south })
	to = from + sort.Search(len(c)-from, func(i int) bool { return c[from+i].At.Lat > north })
	return from, to
}

// in gives those within a box.
func (c crowd) in(b box) crowd {
	from, to := c.between(b.south, b.north)
	var out crowd
	for _, h := range c[from:to] {
		if b.has(h.At) {
			out = append(out, h)
		}
	}
	return out
}

// What cast finds of a home.
const (
	castOdd = 1 << iota // a ray to the east meets an odd number of sides
	castOn              // it lies on a side
)

// cast sends a ray from each home to the sides and tells in marks what it
// finds. Of a whole outline, 0 is that it does not cover the place.
func (c crowd) cast(e edge, marks []byte) {
	low, high := e.a, e.b
	if low.Lat > high.Lat {
		low, high = high, low
	}
	east := max(low.Lon, high.Lon)
	from, to := c.between(low.Lat, high.Lat)
	for i := from; i < to; i++ {
		q := c[i].At
		if q.Lon > east {
			continue
		}
		switch side := geo.Turn(low, high, q); {
		case side == 0:
			if q.Lon >= min(low.Lon, high.Lon) {
				marks[i] |= castOn
			}
		case side > 0 && q.Lat < high.Lat: // the higher end belongs to the next side
			marks[i] ^= castOdd
		}
	}
}

// covered marks those that the area covers, edges included.
func (c crowd) covered(p *plot, marks []byte) {
	clear(marks)
	if from, to := c.between(p.box.south, p.box.north); from == to {
		return
	}
	p.lines.edges(func(e edge) bool {
		c.cast(e, marks)
		return true
	})
}

// owners gives for each the first of the areas that covers it, -1 for none.
func (c crowd) owners(plots []*plot) []int32 {
	out := make([]int32, len(c))
	for i := range out {
		out[i] = -1
	}
	marks := make([]byte, len(c))
	for k, p := range plots {
		from, to := c.between(p.box.south, p.box.north)
		part, seen := c[from:to], marks[:to-from]
		part.covered(p, seen)
		for i, m := range seen {
			if m != 0 && out[from+i] < 0 {
				out[from+i] = int32(k)
			}
		}
	}
	return out
}
