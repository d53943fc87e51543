package ingest

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// part is an area of the layer as it would be: of the file, or one that stays.
type part struct {
	boxed
	ref     geo.Ref
	parent  geo.Ref
	feature *feature // nil for one that stays
}

// What is wrong with land of a layer.
const (
	uncovered fault = iota + 1 // and should not be
	covered2                   // by several
	beyond                     // where the layer has nothing to do
)

// seams finds gaps, overlaps, and land beyond what the layer has to cover.
type seams struct {
	in    *intake
	parts []part
	whole []boxed // what it must cover; nil where nobody says
	tiles bool    // land in the midst of the layer must be covered
	flat  *plane  // that the parts lie in; nil: the lattice of everything
	// judged: what is between features of the file was looked at in its plane.
	judged bool
}

// partsOf lists the areas of the layer with sound shapes.
func (in *intake) partsOf() (parts []part) {
	for _, f := range in.features {
		if f.land != nil {
			parts = append(parts, part{boxed{f.land, f.land.box()}, f.area.Ref(), f.area.Parent, f})
		}
	}
	for _, a := range in.stays {
		b, ok := in.fixed[a]
		if !ok {
			b = in.landOf(a)
		}
		parts = append(parts, part{b, a.Ref(), a.Parent, nil})
	}
	return parts
}

// wholeOf gives what areas of the kind must cover together: the district, or each
// area that has some of them, now or as it was.
func (in *intake) wholeOf(parts []part) (whole []boxed, areas []*geo.Area) {
	must := map[geo.Ref]bool{}
	switch in.kind {
	case geo.Township, geo.Grid:
		for i := range in.basis.Areas {
			if in.basis.Areas[i].Kind == geo.District {
				must[in.basis.Areas[i].Ref()] = true
			}
		}
	case geo.Village, geo.VillageGroup:
		for i := range parts {
			must[parts[i].parent] = true
		}
		for _, f := range in.features { // the shape may be at fault, the code is not
			must[f.area.Parent] = true
		}
		for i := range in.basis.Areas {
			if a := &in.basis.Areas[i]; a.Kind == in.kind {
				must[a.Parent] = true
			}
		}
	}
	for i := range in.basis.Areas {
		if a := &in.basis.Areas[i]; must[a.Ref()] && a.Kind != in.kind {
			b, ok := in.fixed[a]
			if !ok {
				b = in.landOf(a)
			}
			whole, areas = append(whole, b), append(areas, a)
		}
	}
	return whole, areas
}

// seams looks for faults between the areas of the layer: between those of the
// file in its own plane, where its lines are straight, and between them and
// what is in force on the lattice.
func (in *intake) seams() {
	if len(in.features) == 0 {
		return // which is said
	}
	told := map[*feature]bool{}
	parts := in.partsOf()
	whole, homes := in.wholeOf(parts)
	if in.shifted { // all of it lies elsewhere, which is said already
		whole, homes = nil, nil
	}
	tiles := in.kind != geo.Compound && in.kind != geo.District && !in.shifted
	flat := in.onePlane(parts)
	if flat != nil {
		own := &seams{in: in, tiles: tiles, flat: flat, whole: whole}
		for _, p := range parts {
			if p.feature != nil {
				p.boxed = boxed{p.feature.rings, p.feature.rings.box()}
				own.parts = append(own.parts, p)
			}
		}
		torn := sideSum{}
		for i := range own.parts {
			torn.add(0, 1, own.parts[i].outline)
		}
		own.patches(torn, told)
	}
	if s := (&seams{in: in, parts: parts, whole: whole, tiles: tiles, judged: flat != nil}); !in.shifted {
		torn := sideSum{}
		for i := range s.parts {
			torn.add(0, 1, s.parts[i].outline)
		}
		for _, b := range s.whole {
			torn.add(1, 1, b.outline)
		}
		if s.anything(torn) && (flat == nil || len(whole)+len(in.stays) > 0) {
			s.patches(torn, told)
		}
		s.homes(homes, told)
	} else if flat == nil {
		torn := sideSum{}
		for i := range s.parts {
			torn.add(0, 1, s.parts[i].outline)
		}
		s.patches(torn, told)
	}
}

// onePlane gives the plane that all features with sound shapes lie in as the file
// has them; nil where it is the lattice of everything, where there are several, or
// where repairs made other lines of them.
func (in *intake) onePlane(parts []part) (flat *plane) {
	r := in.repairs
	if r.valid || r.snapM > 0 || len(r.align) > 0 {
		return nil
	}
	for i := range parts {
		f := parts[i].feature
		if f == nil {
			continue
		}
		if f.rings == nil || f.plane.same() || flat != nil && f.plane != flat {
			return nil
		}
		flat = f.plane
	}
	return flat
}

// anything tells whether sides are left over: lines of the layer that do not
// cancel, or do not run along what it must cover.
func (s *seams) anything(torn sideSum) bool {
	for _, by := range torn {
		if len(s.whole) == 0 || by[0] != by[1] {
			return true
		}
	}
	return false
}

// patches finds the land at fault, and says what it is.
func (s *seams) patches(torn sideSum, told map[*feature]bool) {
	alone := len(s.whole) == 0 || s.flat != nil // nothing else is in the sum
	found := sweep(s.in.effort, torn.sides(), s.flat, alone && s.tiles, func(c [2]int32) fault {
		switch {
		case c[0] > 1:
			return covered2
		case alone:
			if c[0] == 0 && s.tiles {
				return uncovered
			}
		case c[1] > 0 && c[0] <= 0 && s.tiles:
			return uncovered
		case c[1] <= 0 && c[0] > 0:
			return beyond
		}
		return 0
	})
	slices.SortFunc(found, func(a, b patch) int {
		return cmp.Or(cmp.Compare(a.at[0], b.at[0]), cmp.Compare(a.at[1], b.at[1]))
	})
	var ghosts []boxed
	for _, f := range s.in.features {
		if f.land != nil {
			continue
		}
		g := s.in.ghost(f)
		if s.flat != nil {
			if g = s.flat.flatten(g); f.belongs == nil && f.plane == s.flat && !f.astray {
				if own := f.inPlane(); len(own) > 0 {
					g = own
				}
			}
		}
		if len(g) > 0 {
			ghosts = append(ghosts, boxed{g, g.box()})
		}
	}
	lost := s.lost()
	leftOut, leftOutM2 := 0, 0.0
	pairs := map[[2]int]bool{}
	for i := range found {
		p := &found[i]
		switch {
		case p.open:
		case p.fault == uncovered && s.flat != nil && !s.needed(p):
		case p.fault == uncovered && s.judged && s.inside(p):
		case p.fault == covered2:
			s.overlaps(p, pairs, told)
		case p.fault == beyond:
			s.beyond(p, told)
		case s.in.brokeOff && p.widthM() > missingM || s.haunted(p, ghosts) || s.explained(p, lost):
			leftOut++
			leftOutM2 += p.areaM2
		case len(s.whole) == 0 && s.in.kind == geo.VillageGroup && p.widthM() > 20:
			// Land without groups may lie among them: the villages are not there to say.
		default:
			s.gap(p)
		}
	}
	s.in.report.GapsLeftOut += leftOut
	s.in.report.GapsLeftOutM2 += round3(leftOutM2)
}

// missingM is how wide land without an area may be where a feature is missing that
// is known to be.
const missingM = 5

// needed tells whether land in the midst of the file's areas must be covered: where
// something is in force that says so.
func (s *seams) needed(p *patch) bool {
	if len(s.whole) == 0 {
		return true
	}
	for _, b := range s.whole {
		if b.covers(p.at[0]*geo.Scale, p.at[1]*geo.Scale) {
			return true
		}
	}
	return false
}

// inside tells whether all sides round land are those of features of the file.
func (s *seams) inside(p *patch) bool {
	own := map[side]bool{}
	for i := range s.parts {
		if q := &s.parts[i]; q.feature != nil && q.box.meets(p.box) {
			for _, r := range q.outline {
				for k, a := range r {
					b, _ := sideOf(a, r[(k+1)%len(r)])
					own[b] = true
				}
			}
		}
	}
	for _, b := range p.borders {
		if !own[b] {
			return false
		}
	}
	return true
}

// lost counts, by the area that they belong to, the features that have no place
// at all.
func (s *seams) lost() map[geo.Ref]int {
	out := map[geo.Ref]int{}
	for _, f := range s.in.features {
		if f.land == nil && f.belongs == nil && (f.astray || len(f.roughly()) == 0) && s.in.named[f.area.Ref()] == nil {
			out[f.area.Parent]++
		}
	}
	return out
}

// explained tells whether a gap may be where a feature without a place belongs.
func (s *seams) explained(p *patch, lost map[geo.Ref]int) bool {
	for ref, n := range lost {
		if a := s.in.named[ref]; n > 0 && a != nil && p.widthM() > missingM && s.in.landOf(a).covers(p.at[0]*geo.Scale, p.at[1]*geo.Scale) {
			lost[ref]--
			return true
		}
	}
	var anywhere geo.Ref // of those of which nothing is known
	if lost[anywhere] > 0 && p.widthM() > missingM {
		lost[anywhere]--
		return true
	}
	return false
}

// haunted tells whether land is where a faulty feature is: inside its rings, or
// in the midst of their corners.
func (s *seams) haunted(p *patch, ghosts []boxed) bool {
	at := orb.Point{p.at[0] * geo.Scale, p.at[1] * geo.Scale}
	if s.flat != nil {
		at = p.where
	}
	for _, g := range ghosts {
		if !g.box.meets(p.box) {
			continue
		}
		if g.covers(at[0], at[1]) {
			return true
		}
		corners := map[geo.LatticePoint]bool{}
		for _, r := range g.outline {
			for _, q := range r {
				corners[q] = true
			}
		}
		own := 0
		for _, b := range p.borders {
			if corners[b.a] && corners[b.b] {
				own++
			}
		}
		if 2*own >= len(p.borders) {
			return true
		}
	}
	return false
}
