package ingest

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// share gives lines that are one in the plane of the file the same corners,
// before conversion bends the longer sides.
func (in *intake) share() {
	byPlane := map[*plane][]*feature{}
	var planes []*plane
	for _, f := range in.features {
		if f.rings == nil || f.misread || f.plane.same() {
			continue
		}
		if byPlane[f.plane] == nil {
			planes = append(planes, f.plane)
		}
		byPlane[f.plane] = append(byPlane[f.plane], f)
	}
	for _, p := range planes {
		n := noder{x: p.x, y: p.y, withM: shareM, effort: in.effort}
		for _, f := range byPlane[p] {
			n.lines = append(n.lines, f.rings)
		}
		n.run()
		for i, f := range byPlane[p] {
			f.rings = n.lines[i]
		}
		in.nodes += n.joined + n.inserted
	}
}

// shareLattice does the same on the lattice, with the areas in force that the
// layer must fit, whose own corners stay.
func (in *intake) shareLattice() {
	in.nodes += in.node(shareM, nil)
}

// node gives lines within a distance of each other the same corners, and tells
// each feature that changed. It gives how many places that were.
func (in *intake) node(withM float64, tell func(f *feature, before outline)) int {
	lines, n := in.noder(withM)
	changed := n.run()
	for i, f := range lines {
		if changed[i] {
			before := f.land
			if f.reshape(in.effort, n.lines[i]) && tell != nil {
				tell(f, before)
			}
		}
	}
	in.fixed = map[*geo.Area]boxed{}
	for i, a := range in.fixedAreas {
		in.fixed[a] = boxed{n.fixed[i], n.fixed[i].box()}
	}
	return n.joined + n.inserted
}

// noder makes one of all features with sound shapes and of what they must fit.
func (in *intake) noder(withM float64) (lines []*feature, n noder) {
	n.withM, n.effort = withM, in.effort
	for _, f := range in.features {
		if f.land != nil {
			lines = append(lines, f)
			n.lines = append(n.lines, f.land)
		}
	}
	if len(lines) > 0 {
		n.x, n.y = stepM(float64(lines[0].land[0][0].Lat))
	}
	if in.shifted {
		in.fixedAreas = nil
		return lines, n
	}
	_, in.fixedAreas = in.wholeOf(in.partsOf())
	in.fixedAreas = append(in.fixedAreas, in.stays...)
	for _, a := range in.fixedAreas {
		n.fixed = append(n.fixed, in.landOf(a).outline)
	}
	return lines, n
}

// reshape gives a feature other rings, wound as before; false leaves it as it is
// where they make no sound shape.
func (f *feature) reshape(e *effort, rings outline) bool {
	o := append(outline(nil), rings...)
	n := nest(e, o)
	n.wind(o)
	return f.become(n.polygons(o))
}

func (f *feature) become(polygons orb.MultiPolygon) bool {
	shape, err := geo.NormalizeShape(polygons)
	if err != nil {
		return false
	}
	f.shape, f.land, f.area.Shape = shape, outlineOf(shape), shape
	return true
}

// sharedNote says once how many corners were made common.
func (in *intake) sharedNote() {
	if in.nodes == 0 {
		return
	}
	in.warning(nil, importers.ProblemValueNormalised,
		fmt.Sprintf("lines within %.1f cm of each other were given the same corners, in %d places", shareM*100, in.nodes),
		map[string]any{"nodes": in.nodes, "distance_m": shareM})
}
