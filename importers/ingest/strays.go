package ingest

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// How near a corner must be to another to be the same though one was shifted
// there and back, in steps of the lattice (1.7 m along the meridian); and what share of a feature's
// corners must be others' for it to be in place.
const (
	cornerCell = 150
	inPlace    = 0.1
	shiftedTo  = 0.3
)

type cell struct{ x, y int32 }

func cellOf(q geo.LatticePoint) cell {
	return cell{int32(math.Floor(float64(q.Lon) / cornerCell)), int32(math.Floor(float64(q.Lat) / cornerCell))}
}

// several owns a corner that more than one feature has, inForce one of an area in force.
const several, inForce = -2, -1

// cornerMap tells whose corners are near a place.
type cornerMap map[cell]int

func (m cornerMap) add(o outline, owner int) {
	for _, r := range o {
		for _, q := range r {
			c := cellOf(q)
			if was, ok := m[c]; ok && was != owner {
				m[c] = several
			} else {
				m[c] = owner
			}
		}
	}
}

// share gives which part of corners is near those of others than their owner. It
// ends early where that is enough.
func (m cornerMap) share(o outline, owner int, enough float64) float64 {
	n, all := 0, 0
	for _, r := range o {
		all += len(r)
	}
	for _, r := range o {
		for _, q := range r {
			if m.near(q, owner) {
				if n++; float64(n) >= enough*float64(all) {
					return enough
				}
			}
		}
	}
	return float64(n) / float64(max(all, 1))
}

func (m cornerMap) near(q geo.LatticePoint, owner int) bool {
	c := cellOf(q)
	for x := c.x - 1; x <= c.x+1; x++ {
		for y := c.y - 1; y <= c.y+1; y++ {
			if was, ok := m[cell{x, y}]; ok && was != owner {
				return true
			}
		}
	}
	return false
}

// strays finds single features that lie as far elsewhere as GCJ-02 or BD-09
// would have them among others that do not: their corners are nobody's, and
// those of neighbours or of areas in force once they are put back. They are
// taken out of what is judged together, so that one fault is told once.
func (in *intake) strays() {
	if in.shifted || in.general() {
		return
	}
	var suspects []int
	for i, f := range in.features {
		if f.land != nil && !in.atHome(f) {
			suspects = append(suspects, i)
		}
	}
	if len(suspects) == 0 {
		return
	}
	corners := in.corners()
	for _, i := range suspects {
		f := in.features[i]
		if corners.share(f.land, i, inPlace) >= inPlace {
			continue
		}
		for _, as := range in.shiftedReadings() {
			back, ok := reread(f.land, in.asked.crs, as)
			if ok && corners.share(back, i, shiftedTo) >= shiftedTo {
				in.stray(f, as, back)
				break
			}
		}
	}
}

// atHome reports whether a feature lies in the box of the area that it was.
func (in *intake) atHome(f *feature) bool {
	was := in.named[f.area.Ref()]
	if was == nil {
		return false
	}
	const near = 500 // steps: some five metres
	a, b := f.land.box(), in.landOf(was).box
	sides := 0
	for _, d := range []int32{a.west - b.west, a.south - b.south, a.east - b.east, a.north - b.north} {
		if d > -near && d < near {
			sides++
		}
	}
	return sides >= 2
}

// corners are those of the features, and of the areas in force that they may
// share some with.
func (in *intake) corners() cornerMap {
	m := cornerMap{}
	for i, f := range in.features {
		// Others may have gone astray together, with corners that they share.
		if f.land != nil && (in.named[f.area.Ref()] == nil || in.atHome(f)) {
			m.add(f.land, i)
		}
	}
	near := map[geo.Kind]bool{in.kind: true}
	for _, k := range in.kind.Parents() {
		near[k] = true
	}
	for i := range in.basis.Areas {
		if a := &in.basis.Areas[i]; near[a.Kind] {
			m.add(in.landOf(a).outline, inForce)
		}
	}
	return m
}

// shiftedReadings are the systems that a feature may be in beside that of the file.
func (in *intake) shiftedReadings() []geo.CRS {
	switch in.asked.crs {
	case geo.GCJ02:
		return []geo.CRS{geo.WGS84, geo.BD09}
	case geo.BD09:
		return []geo.CRS{geo.WGS84, geo.GCJ02}
	}
	return []geo.CRS{geo.GCJ02, geo.BD09}
}

// reread gives land that was read as one system as another has it. Systems of
// the same datum differ in nothing.
func reread(land outline, read, as geo.CRS) (out outline, ok bool) {
	for _, r := range land {
		ring := make([]geo.LatticePoint, 0, len(r))
		for _, q := range r {
			p := q.Point()
			var err error
			if read == geo.GCJ02 || read == geo.BD09 { // as the file has it
				if p, err = geo.FromWGS84(read, p); err != nil {
					return nil, false
				}
			}
			if p, err = geo.ToWGS84(as, p); err != nil {
				return nil, false
			}
			if q, ok = geo.Snap(p); !ok {
				return nil, false
			}
			ring = append(ring, q)
		}
		out = append(out, ring)
	}
	return out, len(out) > 0
}

// stray tells of a feature that lies elsewhere, and keeps where it belongs.
func (in *intake) stray(f *feature, as geo.CRS, back outline) {
	from, to := back[0][0].Point(), f.land[0][0].Point()
	away := geo.DistanceM(from, to)
	p := in.problem(f, importers.ProblemLooksGCJ02, fmt.Sprintf("%s lies %s away from where its neighbours are, as %s does when it is read as %s; if that is what it is, have it written in the system of the others", f.area.Code, metres(away), as, in.asked.crs),
		map[string]any{"reading": string(as), "value": string(in.asked.crs), "distance_m": math.Round(away)})
	if at, ok := geo.PointOnSurface(f.shape); ok {
		p.At = &at
	}
	f.belongs, f.land, f.shape, f.rings, f.misread = back, nil, nil, nil, true
}

// ghost is where a feature with faults belongs, as far as that is known: on the lattice.
func (in *intake) ghost(f *feature) outline {
	if f.belongs != nil {
		return f.belongs
	}
	if g := f.roughly(); len(g) > 0 && !f.astray {
		return g
	}
	if was := in.named[f.area.Ref()]; was != nil {
		return in.landOf(was).outline
	}
	return nil
}

// flatten puts land of the lattice onto that of a plane.
func (p *plane) flatten(land outline) (out outline) {
	for _, r := range land {
		var ring []geo.LatticePoint
		for _, q := range r {
			c, err := geo.FromWGS84(p.crs, q.Point())
			if err != nil {
				continue
			}
			if p.swapped {
				c = orb.Point{c[1], c[0]}
			}
			if q, ok := p.snap(c); ok {
				ring = append(ring, q)
			}
		}
		if len(ring) >= 3 {
			out = append(out, ring)
		}
	}
	return out
}
