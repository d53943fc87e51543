package ingest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// shapes makes shapes of the rings of all features: what lies in what, common
// corners, the lattice, and at last the exact test of all rules.
func (in *intake) shapes() {
	for i, f := range in.features {
		if in.o.Progress != nil && i%256 == 255 {
			in.o.Progress(StageCheck, int64(i), int64(len(in.features)))
		}
		if in.ctx.Err() != nil {
			return
		}
		if f.plane == nil || len(f.raw) == 0 {
			continue
		}
		in.rings(f)
	}
	in.share()
	for _, f := range in.features {
		if f.rings != nil && in.ctx.Err() == nil {
			in.finish(f)
		}
	}
	in.shareLattice()
	in.sharedNote()
	in.windingNote()
}

// rings reads the rings of a feature into its plane, and nests them.
func (in *intake) rings(f *feature) {
	var rings outline
	var raw []rawRing
	bad := false
	for _, r := range f.raw {
		ring, fault := f.plane.readRing(r, in.repairs.close)
		if fault != nil {
			bad = true
			in.ringProblem(f, fault)
		} else if n := len(r.points); in.repairs.close && r.points[0] != r.points[n-1] {
			in.closedRing(f, r)
		}
		if len(ring) >= 3 {
			rings, raw = append(rings, ring), append(raw, r)
		}
	}
	if len(rings) == 0 {
		return
	}
	f.rings, f.nested = rings, nest(in.effort, rings)
	if bad && !in.repairs.valid {
		f.rings = nil
		return
	}
	in.roles(f, raw)
	f.nested.wind(f.rings)
}

// ringProblem says what is wrong with a ring.
func (in *intake) ringProblem(f *feature, fault *ringFault) {
	if in.repairs.valid && fault.problem == importers.ProblemRingTooShort {
		in.repaired = append(in.repaired, Repaired{Feature: f.number, Code: f.area.Code, Repair: repairValid, Detail: "a ring of fewer than three corners is left out"})
		return
	}
	p := in.problem(f, fault.problem, fault.detail, fault.values)
	p.Repair = fault.repair
	if w, ok := f.plane.point(fault.at); ok && !fault.nowhere {
		p.At = &w
	}
}

// roles compares what the file says of its rings with how they lie.
func (in *intake) roles(f *feature, raw []rawRing) {
	place := func(i int) *orb.Point {
		if q, ok := f.plane.lattice(f.rings[i][0]); ok {
			p := q.Point()
			return &p
		}
		return nil
	}
	var wrong, outside []int
	if !f.flat {
		wrong, outside = f.nested.wrongRoles(raw)
	}
	if f.flat || strings.Contains(in.layer.Format, "GeoJSON") || strings.Contains(in.layer.Format, "KML") {
		for i, r := range f.rings {
			clockwise := geo.TwiceArea(r) < 0
			if f.plane.swapped {
				break
			}
			if slices.Contains(wrong, i) { // it runs as what it was taken for
				continue
			}
			// A shapefile has land on the right, the others on the left.
			if clockwise == (f.nested.depth[i]%2 == 0) != f.flat {
				in.noteable = append(in.noteable, f)
				break
			}
		}
	}
	if f.flat {
		return
	}
	if len(outside) > 0 && !in.repairs.valid {
		p := in.problem(f, importers.ProblemHoleOutside, "a hole lies outside its polygon", map[string]any{"count": len(outside)})
		p.At, p.Repair = place(outside[0]), repairValid
		f.rings = nil
		return
	}
	if len(wrong) > 0 {
		// Told where nothing else is wrong with the shape: else it may come from that.
		f.nesting = &importers.Problem{Problem: importers.ProblemHoleNesting, Warning: true, Feature: f.number, Line: f.line, Code: f.area.Code, At: place(wrong[0]),
			Values: map[string]any{"count": len(wrong)}, Detail: fmt.Sprintf("%d of %d rings are not what the file says, hole or not, of this polygon or another; taken for what they lie in", len(wrong), len(raw))}
	}
}

// finish puts the rings of a feature on the lattice and tests them exactly.
func (in *intake) finish(f *feature) {
	if at, ok := in.anySpike(f); ok && !in.repairs.valid {
		p := in.problem(f, importers.ProblemSpike, "the outline runs out to a point and back the same way", nil)
		p.Repair, p.At = repairValid, at
		f.rings = nil
		return
	}
	if in.repairs.valid {
		in.despike(f)
	}
	var land outline
	for _, r := range f.rings {
		c, ok := f.plane.convert(r)
		if !ok {
			p := in.problem(f, importers.ProblemOutsideDistrict, "a corner lies where the coordinate system does not reach", nil)
			p.Values = map[string]any{"value": string(f.plane.crs)}
			f.rings = nil
			return
		}
		land = append(land, c)
	}
	shape, err := geo.NormalizeShape(f.nested.polygons(land))
	if err != nil && in.repairs.valid {
		shape, err = in.mend(f, land)
	}
	if err != nil {
		in.shapeProblems(f, land, err)
		f.rings = nil
		return
	}
	if f.nesting != nil {
		in.found.add(f.nesting)
	}
	if f.misread {
		return
	}
	f.shape, f.land = shape, outlineOf(shape)
	f.area.Shape = shape
}

// anySpike finds the first spike of a feature.
func (in *intake) anySpike(f *feature) (*orb.Point, bool) {
	for _, r := range f.rings {
		if at, ok := f.plane.spike(r); ok {
			if q, ok := f.plane.lattice(at); ok {
				p := q.Point()
				return &p, true
			}
			return nil, true
		}
	}
	return nil, false
}

// shapeProblems says what is wrong with a shape: of every ring that is at fault by
// itself, or else of the whole.
func (in *intake) shapeProblems(f *feature, land outline, err error) {
	say := func(err error, rings outline) {
		name, detail, at := shapeFault(err)
		if place, ok := crossing(in.places, rings); ok && name == importers.ProblemSelfIntersection {
			at = place
		}
		p := in.problem(f, name, detail, nil)
		p.At, p.Repair = &at, repairValid
	}
	some := false
	for _, r := range land {
		if _, err := geo.NormalizeShape(orb.MultiPolygon{{closed(r)}}); err != nil {
			say(err, outline{r})
			some = true
		}
	}
	if !some {
		say(err, land)
	}
}

// windingNote warns of rings that ran the wrong way: of each feature where they
// are few.
func (in *intake) windingNote() {
	const detail = "a ring runs the wrong way round; it was turned"
	if len(in.noteable) > 20 {
		in.warning(nil, importers.ProblemRingWinding, fmt.Sprintf("rings of %d features run the wrong way round; they were turned", len(in.noteable)), map[string]any{"count": len(in.noteable)})
		return
	}
	for _, f := range in.noteable {
		in.warning(f, importers.ProblemRingWinding, detail, nil)
	}
}

// roughly gives where a feature is, whatever is wrong with it: its rings, closed
// and on the lattice.
func (f *feature) roughly() (out outline) {
	if f.plane == nil {
		return nil
	}
	for _, r := range f.raw {
		var ring []geo.LatticePoint
		for _, c := range r.points {
			if p, ok := f.plane.snap(c); ok {
				if q, ok := f.plane.lattice(p); ok && (len(ring) == 0 || ring[len(ring)-1] != q) {
					ring = append(ring, q)
				}
			}
		}
		if len(ring) >= 3 {
			out = append(out, ring)
		}
	}
	return out
}

// inPlane is roughly in the plane of the file.
func (f *feature) inPlane() (out outline) {
	for _, r := range f.raw {
		var ring []geo.LatticePoint
		for _, c := range r.points {
			if q, ok := f.plane.snap(c); ok && (len(ring) == 0 || ring[len(ring)-1] != q) {
				ring = append(ring, q)
			}
		}
		if len(ring) >= 3 {
			out = append(out, ring)
		}
	}
	return out
}
