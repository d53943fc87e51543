package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
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
	found := sweep(torn.sides(), s.flat, alone && s.tiles, func(c [2]int32) fault {
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
		if f.land == nil {
			if g := f.roughly(); len(g) > 0 && !f.astray {
				if s.flat != nil && f.plane == s.flat {
					g = f.inPlane()
				}
				ghosts = append(ghosts, boxed{g, g.box()})
			} else if was := s.in.named[f.area.Ref()]; was != nil {
				if s.flat == nil {
					ghosts = append(ghosts, s.in.landOf(was))
				}
			}
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
		case s.haunted(p, ghosts) || s.explained(p, lost):
			leftOut++
			leftOutM2 += p.areaM2
		case len(s.whole) == 0 && s.in.kind == geo.VillageGroup && p.widthM() > 20:
			// Land without groups may lie among them: the villages are not there to say.
		default:
			s.gap(p)
		}
	}
	if leftOut > 0 {
		s.in.warning(nil, importers.ProblemGap, fmt.Sprintf("%d gaps, %s together, are where features with faults belong, and not told as gaps", leftOut, squareMetres(leftOutM2)),
			map[string]any{"left_out": leftOut}).AreaM2 = round3(leftOutM2)
	}
}

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
		if f.land == nil && (f.astray || len(f.roughly()) == 0) && s.in.named[f.area.Ref()] == nil {
			out[f.area.Parent]++
		}
	}
	return out
}

// explained tells whether a gap may be where a feature without a place belongs.
func (s *seams) explained(p *patch, lost map[geo.Ref]int) bool {
	for ref, n := range lost {
		if a := s.in.named[ref]; n > 0 && a != nil && p.widthM() > 5 && s.in.landOf(a).covers(p.at[0]*geo.Scale, p.at[1]*geo.Scale) {
			lost[ref]--
			return true
		}
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

// along names the areas of the layer that have one of some sides.
func (s *seams) along(p *patch) (out []geo.Ref) {
	want := make(map[side]bool, len(p.borders))
	for _, b := range p.borders {
		want[b] = true
	}
	for i := range s.parts {
		q := &s.parts[i]
		if !q.box.meets(p.box) {
			continue
		}
	rings:
		for _, r := range q.outline {
			for k, a := range r {
				if b, _ := sideOf(a, r[(k+1)%len(r)]); want[b] {
					out = append(out, q.ref)
					break rings
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b geo.Ref) int { return cmp.Compare(a.Code, b.Code) })
	return slices.Compact(out)
}

func (s *seams) gap(p *patch) {
	at := p.at
	s.in.found.add(&importers.Problem{Problem: importers.ProblemGap, At: &at, AreaM2: p.areaM2, WidthM: round3(p.widthM()), Areas: s.along(p), Repair: repairSnap,
		Detail: fmt.Sprintf("no %s covers %s here, %s wide", s.in.kind, squareMetres(p.areaM2), metres(p.widthM())),
		Values: map[string]any{"kind": string(s.in.kind)}})
}

// overlaps says which areas overlap in a patch, each pair by itself, each piece
// of it.
func (s *seams) overlaps(p *patch, pairs map[[2]int]bool, told map[*feature]bool) {
	var near []int
	for i := range s.parts {
		if s.parts[i].box.meets(p.box) {
			near = append(near, i)
		}
	}
	for n, i := range near {
		for _, k := range near[:n] {
			a, b := &s.parts[k], &s.parts[i]
			if pairs[[2]int{k, i}] || !a.box.meets(b.box) {
				continue
			}
			pairs[[2]int{k, i}] = true
			if a.feature == nil && b.feature == nil {
				continue // there before, and not of the file
			}
			if s.judged && a.feature != nil && b.feature != nil {
				continue // said already
			}
			for _, piece := range common(a.outline, b.outline, s.flat) {
				s.overlap(a, b, &piece, told)
			}
		}
	}
}

func (s *seams) overlap(a, b *part, p *patch, told map[*feature]bool) {
	if a.feature == nil || b.feature != nil && b.feature.number < a.feature.number {
		a, b = b, a
	}
	at := p.at
	refs := []geo.Ref{a.ref, b.ref}
	slices.SortFunc(refs, func(x, y geo.Ref) int { return cmp.Compare(x.Code, y.Code) })
	problem := s.in.problem(a.feature, importers.ProblemOverlap, fmt.Sprintf("%s and %s overlap by %s here, %s wide", refs[0].Code, refs[1].Code, squareMetres(p.areaM2), metres(p.widthM())), nil)
	problem.At, problem.AreaM2, problem.WidthM, problem.Areas, problem.Repair = &at, p.areaM2, round3(p.widthM()), refs, repairSnap
	told[a.feature] = true
	if b.feature != nil {
		told[b.feature] = true
		problem.Values = map[string]any{"features": []int{a.feature.number, b.feature.number}}
		s.in.found.bad[b.feature.number] = true
	}
}

// beyond says which area reaches beyond what the layer must cover.
func (s *seams) beyond(p *patch, told map[*feature]bool) {
	lon, lat := p.at[0]*geo.Scale, p.at[1]*geo.Scale
	for i := range s.parts {
		q := &s.parts[i]
		if q.feature == nil || !q.box.meets(p.box) || !q.covers(lon, lat) {
			continue
		}
		name, where := importers.ProblemOutsideDistrict, "the district"
		for k := range s.in.basis.Areas {
			if a := &s.in.basis.Areas[k]; a.Kind == geo.District && s.in.landOf(a).covers(lon, lat) {
				name, where = importers.ProblemOutsideParent, "what it belongs to"
				if q.parent.Code != "" {
					where = q.parent.String()
				}
			}
		}
		at := p.at
		problem := s.in.problem(q.feature, name, fmt.Sprintf("%s reaches beyond %s by %s here, %s wide", q.ref.Code, where, squareMetres(p.areaM2), metres(p.widthM())), nil)
		problem.At, problem.AreaM2, problem.WidthM, problem.Repair = &at, p.areaM2, round3(p.widthM()), repairSnap
		if name == importers.ProblemOutsideParent {
			problem.Areas = []geo.Ref{q.ref, q.parent}
		}
		told[q.feature] = true
		return
	}
}

// homes finds areas that reach into others than the one they belong to, though
// all land is covered once. Those of which something else is told already are left out.
func (s *seams) homes(tiled []*geo.Area, told map[*feature]bool) {
	byHome := map[geo.Ref][]*part{}
	for i := range s.parts {
		q := &s.parts[i]
		if home := s.in.named[q.parent]; home != nil && home.Kind != s.in.kind {
			byHome[q.parent] = append(byHome[q.parent], q)
		}
	}
	tiles := map[geo.Ref]bool{}
	for _, a := range tiled {
		tiles[a.Ref()] = true
	}
	for ref, parts := range byHome {
		home := s.in.landOf(s.in.named[ref])
		if tiles[ref] {
			sum := sideSum{}
			for _, q := range parts {
				sum.add(0, 1, q.outline)
			}
			sum.add(0, -1, home.outline)
			if len(sum) == 0 {
				continue
			}
		}
		for _, q := range parts {
			if q.feature == nil || told[q.feature] || q.outline.equal(home.outline) {
				continue
			}
			s.outside(q, home)
		}
	}
}

// leastWidthM is how wide land that counts for nothing is that reaches beyond: what rounding
// makes of a corner on somebody's line, a centimetre wide.
const leastWidthM = shareM

// outside says how much of an area lies beyond the one it belongs to.
func (s *seams) outside(q *part, home boxed) {
	pieces := overlay(q.outline, home.outline, nil, q.box, func(c [2]int32) fault {
		if c[0] > 0 && c[1] <= 0 {
			return inFirst
		}
		return 0
	})
	var sum float64
	var largest *patch
	for i := range pieces {
		p := &pieces[i]
		if p.widthM() <= leastWidthM {
			continue
		}
		sum += p.areaM2
		if largest == nil || p.areaM2 > largest.areaM2 {
			largest = p
		}
	}
	if largest == nil {
		return
	}
	at := largest.at
	name := importers.ProblemOutsideParent
	if q.parent.Kind == geo.District {
		name = importers.ProblemOutsideDistrict
	}
	problem := s.in.problem(q.feature, name, fmt.Sprintf("%s reaches beyond %s, which it belongs to, by %s", q.ref.Code, strings.ReplaceAll(q.parent.String(), ":", " "), squareMetres(sum)), nil)
	problem.At, problem.AreaM2, problem.WidthM, problem.Areas = &at, sum, round3(largest.widthM()), []geo.Ref{q.ref, q.parent}
}
