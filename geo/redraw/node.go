package redraw

import (
	"fmt"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// InsertToleranceM is how far from a side, in metres, the place of an
// InsertNode may lie.
const InsertToleranceM = 1.0

func (op MoveNode) apply(e *edit) error {
	users, err := e.freeNode(op.From, "/from")
	if err != nil {
		return err
	}
	for _, slot := range users {
		lines, err := e.plot(slot).lines.replaced(op.From, func(out ring) ring { return append(out, op.To) })
		if err != nil {
			return shapeProblem(e.plot(slot).area.Ref(), err)
		}
		e.reshape(slot, lines, false)
	}
	return nil
}

func (op RemoveNode) apply(e *edit) error {
	users, err := e.freeNode(op.At, "/at")
	if err != nil {
		return err
	}
	var ends []geo.LatticePoint
	for _, slot := range users {
		e.plot(slot).lines.edges(func(f edge) bool {
			if f.a == op.At && !slices.Contains(ends, f.b) {
				ends = append(ends, f.b)
			}
			if f.b == op.At && !slices.Contains(ends, f.a) {
				ends = append(ends, f.a)
			}
			return true
		})
	}
	if len(ends) > 2 {
		return invalid("junction", fmt.Sprintf("%d lines meet in this node", len(ends)), "/at")
	}
	for _, slot := range users {
		lines, err := e.plot(slot).lines.replaced(op.At, func(out ring) ring { return out })
		if err != nil {
			return shapeProblem(e.plot(slot).area.Ref(), err)
		}
		e.reshape(slot, lines, false)
	}
	return nil
}

// replaced gives the outline with what put appends in the place of a corner.
// Rings without the corner are shared. It is an error if a ring falls below
// three corners.
func (o outline) replaced(at geo.LatticePoint, put func(ring) ring) (outline, error) {
	out := slices.Clone(o)
	for i, polygon := range o {
		for k, r := range polygon {
			if !slices.Contains(r, at) {
				continue
			}
			made := make(ring, 0, len(r))
			for _, q := range r {
				n := len(made)
				if q == at {
					made = put(made)
				} else {
					made = append(made, q)
				}
				if m := len(made); m > n && m > 1 && made[m-1] == made[m-2] {
					made = made[:m-1]
				}
			}
			if m := len(made); m > 1 && made[0] == made[m-1] {
				made = made[:m-1]
			}
			if len(made) < 3 {
				return nil, &geo.GeometryError{Rule: geo.RuleTooShort, At: at.Point()}
			}
			if &out[i][0] == &polygon[0] {
				out[i] = slices.Clone(polygon)
			}
			out[i][k] = made
		}
	}
	return out, nil
}

func (op InsertNode) apply(e *edit) error {
	side, far := e.nearest(op.At)
	if far > InsertToleranceM {
		return invalid("no-boundary", fmt.Sprintf("no boundary lies within %g m of the place", InsertToleranceM), "/at")
	}
	at := project(side, op.At)
	if at == side.a || at == side.b {
		return invalid("node-exists", "there is a node already", "/at")
	}
	e.insert(side, []geo.LatticePoint{at})
	return nil
}

// nearest finds the side nearest to a place and how far it is in metres, +Inf
// beyond the tolerance; the lowest among sides equally near.
func (e *edit) nearest(q geo.LatticePoint) (best edge, far float64) {
	far = math.Inf(1)
	// 1e-7° are 11 mm of latitude, less of longitude.
	margin := int32(math.Ceil(InsertToleranceM / 0.011))
	wide := int32(math.Ceil(float64(margin) / math.Max(math.Cos(q.Point()[1]*math.Pi/180), 1e-3)))
	near := box{q.Lon - wide, q.Lat - margin, q.Lon + wide, q.Lat + margin}
	for _, p := range e.now.each() {
		if !p.box.meets(near) {
			continue
		}
		for _, f := range p.lines.near(near) {
			if geo.CompareLattice(f.a, f.b) > 0 {
				f = f.reversed()
			}
			d := distanceM(f, q)
			lower := geo.CompareLattice(f.a, best.a) < 0 || f.a == best.a && geo.CompareLattice(f.b, best.b) < 0
			if d < far || d == far && lower {
				best, far = f, d
			}
		}
	}
	return best, far
}

// metresPerStep is the length of one step of the lattice along a meridian.
const metresPerStep = 111_194.93 / geo.Scale

// along gives where on a side the place nearest to q lies, from 0 to 1, in the
// plane that touches the globe at q, and the distance in metres.
func along(f edge, q geo.LatticePoint) (t, far float64) {
	shrink := math.Cos(q.Point()[1] * math.Pi / 180)
	dx, dy := float64(int64(f.b.Lon)-int64(f.a.Lon))*shrink, float64(int64(f.b.Lat)-int64(f.a.Lat))
	x, y := float64(int64(q.Lon)-int64(f.a.Lon))*shrink, float64(int64(q.Lat)-int64(f.a.Lat))
	t = min(max((x*dx+y*dy)/(dx*dx+dy*dy), 0), 1)
	return t, math.Hypot(x-t*dx, y-t*dy) * metresPerStep
}

func distanceM(f edge, q geo.LatticePoint) float64 {
	_, far := along(f, q)
	return far
}

// project gives the lattice place of a side next to q: q itself where it lies
// within a step of the side, so that a place that was projected once stays.
func project(f edge, q geo.LatticePoint) geo.LatticePoint {
	off := geo.Turn(f.a, f.b, q)
	long := max(abs(int64(f.b.Lon)-int64(f.a.Lon)), abs(int64(f.b.Lat)-int64(f.a.Lat)))
	if abs(off) <= long && edgeBox(f).has(q) {
		return q
	}
	t, _ := along(f, q)
	return geo.LatticePoint{
		Lon: f.a.Lon + int32(math.Round(t*float64(int64(f.b.Lon)-int64(f.a.Lon)))),
		Lat: f.a.Lat + int32(math.Round(t*float64(int64(f.b.Lat)-int64(f.a.Lat)))),
	}
}

func abs(n int64) int64 { return max(n, -n) }

// insert puts nodes on a side, in order from its a to its b, for all areas that
// have it. The line moves by less than a step of the lattice, which locked kinds
// allow: a neighbour may end on their line.
func (e *edit) insert(side edge, nodes []geo.LatticePoint) {
	left, right := e.before.edgeUsers(side)
	for _, slot := range append(left, right...) {
		lines := slices.Clone(e.plot(slot).lines)
		for i := range lines {
			lines[i] = slices.Clone(lines[i])
			for k, r := range lines[i] {
				lines[i][k] = r.inserted(side, nodes)
			}
		}
		e.reshape(slot, lines, false)
	}
}

// inserted gives the ring with nodes on a side, whichever way it runs; the ring
// itself where it has not the side.
func (r ring) inserted(side edge, nodes []geo.LatticePoint) ring {
	for i, a := range r {
		switch b := r[(i+1)%len(r)]; (edge{a, b}) {
		case side:
			return slices.Concat(r[:i+1], nodes, r[i+1:])
		case side.reversed():
			back := slices.Clone(nodes)
			slices.Reverse(back)
			return slices.Concat(r[:i+1], back, r[i+1:])
		}
	}
	return r
}
