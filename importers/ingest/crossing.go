package ingest

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// crossing finds a place where two sides of an outline cross, the westernmost
// pair first; ok is false where sides at most touch, and where there is not the
// effort for it.
func crossing(e *effort, o outline) (at orb.Point, ok bool) {
	var sides [][2]geo.LatticePoint // from west to east
	for _, r := range o {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if a.Lon > b.Lon {
				a, b = b, a
			}
			sides = append(sides, [2]geo.LatticePoint{a, b})
		}
	}
	slices.SortFunc(sides, func(s, t [2]geo.LatticePoint) int { return cmp.Compare(s[0].Lon, t[0].Lon) })
	for i, s := range sides {
		if !e.take(8) {
			return at, false
		}
		for k, t := range sides[i+1:] {
			if t[0].Lon > s[1].Lon || k%1024 == 1023 && !e.take(1024) {
				break
			}
			if at, ok := meet(s, t); ok {
				return at, true
			}
		}
	}
	return at, false
}

// meet gives the place where two sides cross within both.
func meet(s, t [2]geo.LatticePoint) (at orb.Point, ok bool) {
	turn := func(a, b, c geo.LatticePoint) float64 {
		return (float64(b.Lon)-float64(a.Lon))*(float64(c.Lat)-float64(a.Lat)) - (float64(b.Lat)-float64(a.Lat))*(float64(c.Lon)-float64(a.Lon))
	}
	u, v := turn(s[0], s[1], t[0]), turn(s[0], s[1], t[1])
	if x, y := turn(t[0], t[1], s[0]), turn(t[0], t[1], s[1]); u*v >= 0 || x*y >= 0 {
		return at, false
	}
	share := u / (u - v)
	a, b := t[0].Point(), t[1].Point()
	return orb.Point{a[0] + (b[0]-a[0])*share, a[1] + (b[1]-a[1])*share}, true
}
