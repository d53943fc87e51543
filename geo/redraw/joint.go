package redraw

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Joint is an area that an Import gives corners which it lacks.
type Joint struct {
	Area    geo.Area // as it is with them
	Corners int      // how many it gets
	MovedM2 float64  // land that changes sides by it
}

// Joints gives the areas that get corners by an import, and are not of it: see Import. Areas are those that it is for,
// kind and code unique; what the import brings is of them as they will be. By kind, then by code.
func Joints(areas []geo.Area, op Import) (out []Joint) {
	gone := make(map[geo.Ref]bool, len(op.Gone)+len(op.Areas))
	for _, code := range op.Gone {
		gone[geo.Ref{Kind: op.Kind, Code: code}] = true
	}
	before := make(map[geo.Ref]*geo.Area, len(op.Areas))
	for i := range op.Areas {
		gone[op.Areas[i].Ref()] = true
	}
	var plots, brought []*plot
	for i := range areas {
		a := &areas[i]
		if gone[a.Ref()] {
			before[a.Ref()] = a
			continue
		}
		plots = append(plots, linesOf(a))
	}
	var was []*plot
	for i := range op.Areas {
		brought = append(brought, linesOf(&op.Areas[i]))
		if a := before[op.Areas[i].Ref()]; a != nil {
			was = append(was, linesOf(a))
		}
	}
	for _, j := range jointsOf(plots, newCorners(brought, was)) {
		lines, ok := j.lines()
		if !ok {
			continue
		}
		a := j.plot.area
		a.Shape = lines.shape(j.plot.lines, a.Shape)
		a.AreaM2, a.FromRevision = geo.AreaM2(a.Shape), 0
		moved := 0.0
		for f, nodes := range j.nodes { // the land between the old side and the new ones
			corners := slices.Concat(ring{f.a}, nodes, ring{f.b})
			moved += math.Abs(geo.AreaM2(outline{{corners}}.shape(nil, nil)))
		}
		out = append(out, Joint{a, lines.corners() - j.plot.lines.corners(), moved})
	}
	slices.SortFunc(out, func(a, b Joint) int { return compareRefs(a.Area.Ref(), b.Area.Ref()) })
	return out
}

func linesOf(a *geo.Area) *plot {
	lines := readOutline(a.Shape)
	return &plot{area: *a, lines: lines, box: lines.bounds()}
}

// joint is the corners that a plot lacks, by side, in the order of the side.
type joint struct {
	slot  int32
	plot  *plot
	nodes map[edge][]geo.LatticePoint
}

// joinCorners gives all areas along whose sides the areas of an import have corners
// these corners too, of whatever kind they are. It says which came from a file that
// shares the lines, but not their corners. Lines move by less than a step of the lattice, which
// locked kinds allow.
func (e *edit) joinCorners() {
	var brought, was []*plot
	for _, slot := range e.slots {
		if p := e.plot(slot); p != nil {
			brought = append(brought, p)
			if old := e.was(slot); old != nil {
				was = append(was, old)
			}
		}
	}
	corners := newCorners(brought, was)
	if len(corners) == 0 {
		return
	}
	var slots []int32
	var plots []*plot
	for slot, p := range e.now.each() {
		slots, plots = append(slots, slot), append(plots, p)
	}
	for _, j := range jointsOf(plots, corners) {
		if lines, ok := j.lines(); ok {
			e.reshape(slots[j.slot], lines, true)
		}
	}
}

// newCorners gives the corners of plots that those before had not, in order.
func newCorners(plots, before []*plot) []geo.LatticePoint {
	n := 0
	for _, p := range before {
		n += p.lines.corners()
	}
	old := make(map[geo.LatticePoint]bool, n)
	for _, p := range before {
		p.lines.edges(func(f edge) bool { old[f.a] = true; return true })
	}
	var out []geo.LatticePoint
	for _, p := range plots {
		p.lines.edges(func(f edge) bool {
			if !old[f.a] {
				out = append(out, f.a)
			}
			return true
		})
	}
	slices.SortFunc(out, geo.CompareLattice)
	return slices.Compact(out)
}

// jointsOf finds the plots that lack some of the corners, which are in order. Slots are places in
// the list.
func jointsOf(plots []*plot, corners []geo.LatticePoint) []joint {
	if len(corners) == 0 {
		return nil
	}
	var jobs []func() []joint
	for first := 0; first < len(plots); first += atOnce {
		jobs = append(jobs, func() (out []joint) {
			for i, p := range plots[first:min(first+atOnce, len(plots))] {
				if nodes := p.lacks(corners); len(nodes) > 0 {
					out = append(out, joint{int32(first + i), p, nodes})
				}
			}
			return out
		})
	}
	return together(jobs)
}

// lacks gives those of the corners that lie on sides of the plot, and are none of
// its own, each for the side that it is nearest to.
func (p *plot) lacks(corners []geo.LatticePoint) map[edge][]geo.LatticePoint {
	var best map[geo.LatticePoint]edge
	p.lines.edges(func(f edge) bool {
		b := edgeBox(f)
		first, _ := slices.BinarySearchFunc(corners, b.west-1, func(q geo.LatticePoint, west int32) int { return cmp.Compare(q.Lon, west) })
		for _, q := range corners[first:] {
			if q.Lon > b.east+1 {
				break
			}
			if q.Lat < b.south-1 || q.Lat > b.north+1 || !f.passes(q) || p.lines.has(q) {
				continue
			}
			if best == nil {
				best = map[geo.LatticePoint]edge{}
			}
			if g, ok := best[q]; !ok || distanceM(f, q) < distanceM(g, q) {
				best[q] = f
			}
		}
		return true
	})
	if len(best) == 0 {
		return nil
	}
	nodes := map[edge][]geo.LatticePoint{}
	for q, f := range best {
		nodes[f] = append(nodes[f], q)
	}
	for f, list := range nodes {
		slices.SortFunc(list, func(q, r geo.LatticePoint) int {
			return cmp.Or(cmp.Compare(f.progress(q), f.progress(r)), geo.CompareLattice(q, r))
		})
	}
	return nodes
}

// passes tells whether a side passes a place between its ends within a step.
func (e edge) passes(q geo.LatticePoint) bool {
	dx, dy := int64(e.b.Lon)-int64(e.a.Lon), int64(e.b.Lat)-int64(e.a.Lat)
	if abs(geo.Turn(e.a, e.b, q)) > max(abs(dx), abs(dy)) {
		return false
	}
	along := e.progress(q)
	return along > 0 && along < dx*dx+dy*dy
}

// progress tells places on a side apart by how far along they are.
func (e edge) progress(q geo.LatticePoint) int64 {
	return (int64(e.b.Lon)-int64(e.a.Lon))*(int64(q.Lon)-int64(e.a.Lon)) + (int64(e.b.Lat)-int64(e.a.Lat))*(int64(q.Lat)-int64(e.a.Lat))
}

// lines gives the outline with the corners; false where it would break the rules of shapes:
// the area stays as it is then, and a check says what is wrong.
func (j joint) lines() (outline, bool) {
	out := slices.Clone(j.plot.lines)
	for i, polygon := range out {
		out[i] = slices.Clone(polygon)
		for k, r := range polygon {
			out[i][k] = r.joined(j.nodes)
		}
	}
	if _, err := geo.NormalizeShape(out.shape(nil, nil)); err != nil {
		return nil, false
	}
	return out, true
}

func (r ring) joined(nodes map[edge][]geo.LatticePoint) ring {
	var out ring
	for i, a := range r {
		out = append(out, a)
		out = append(out, nodes[edge{a, r[(i+1)%len(r)]}]...)
	}
	return out
}
