package cell

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	h3 "github.com/uber/h3-go/v4"
)

// faceMiddles gives the middles of the faces of H3's icosahedron. Its corners
// are the middles of the pentagons.
func faceMiddles() ([]vector, error) {
	pentagons, err := h3.Pentagons(0)
	if err != nil {
		return nil, invalid(err, "the pentagons")
	}
	var corners []vector
	for _, c := range pentagons {
		p, err := Center(Cell(c))
		if err != nil {
			return nil, err
		}
		corners = append(corners, onSphere(p))
	}
	near := func(a, b vector) bool { return a.dot(b) > 0.4 } // 63.4° apart, or 116.6°
	var out []vector
	for i, a := range corners {
		for j, b := range corners[:i] {
			for _, c := range corners[:j] {
				if near(a, b) && near(b, c) && near(a, c) {
					sum := a.plus(b, 1).plus(c, 1)
					out = append(out, sum.times(1/sum.length()))
				}
			}
		}
	}
	return out, nil
}

// nearest gives the index of the face that v lies on, and how much nearer its
// middle is than the next one's.
func nearest(faces []vector, v vector) (face int, margin float64) {
	best, next := math.Inf(-1), math.Inf(-1)
	for k := range faces {
		if d := faces[k].dot(v); d > best {
			face, best, next = k, d, best
		} else {
			next = max(next, d)
		}
	}
	return face, best - next
}

// project finds the projections of all faces that the blocks reach into. False
// where the cells do not lie as they show them, as happens near pentagons only.
func (l *Lattice) project(blocks []Cell, origin h3.Cell, corner h3.CoordIJ, res int) (bool, error) {
	faces, err := faceMiddles()
	if err != nil {
		return false, err
	}
	bound := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for _, b := range blocks {
		p, err := Center(b)
		if err != nil {
			return false, err
		}
		bound = bound.Extend(p)
	}
	// A line cuts a box only where it has corners on both sides; sides that are
	// parallels of latitude are curved, hence some places more.
	type start struct {
		margin float64
		p      orb.Point
	}
	starts := make(map[int]start) // by face: the place farthest from the others
	const parts = 16
	for x := range parts + 1 {
		for y := range parts + 1 {
			p := orb.Point{
				bound.Min[0] + (bound.Max[0]-bound.Min[0])*float64(x)/parts,
				bound.Min[1] + (bound.Max[1]-bound.Min[1])*float64(y)/parts,
			}
			k, margin := nearest(faces, onSphere(p))
			if s, ok := starts[k]; !ok || margin > s.margin {
				starts[k] = start{margin, p}
			}
		}
	}
	for face, s := range starts {
		c, err := At(s.p, res)
		if err != nil {
			return false, err
		}
		plane, ok := onFace(faces, face, origin, h3.Cell(c), corner)
		if !ok {
			return false, nil
		}
		l.planes = append(l.planes, plane)
	}
	slices.SortFunc(l.planes, func(a, b projection) int { return cmp.Compare(a.face[0], b.face[0]) })
	return l.holds(), nil
}

// onFace gives the projection on a face from a cell on it and two others, as
// far from it as may be.
func onFace(faces []vector, face int, origin, c h3.Cell, corner h3.CoordIJ) (projection, bool) {
	at, err := h3.CellToLocalIJ(origin, c)
	if err != nil {
		return projection{}, false
	}
	around := [6][2]int{{1, 0}, {1, 1}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}}
	for steps := 64; steps > 0; steps /= 2 {
		for k := range around {
			var v [3]vector
			places, ok := [3]h3.CoordIJ{{}, {I: around[k][0], J: around[k][1]}, {I: around[(k+1)%6][0], J: around[(k+1)%6][1]}}, true
			for n := range places {
				places[n] = h3.CoordIJ{I: at.I + steps*places[n].I, J: at.J + steps*places[n].J}
				far, err := h3.LocalIJToCell(origin, places[n])
				if err != nil {
					ok = false
					break
				}
				p, err := Center(Cell(far))
				if err != nil {
					return projection{}, false
				}
				v[n] = onSphere(p)
				if on, _ := nearest(faces, v[n]); on != face {
					ok = false
					break
				}
				places[n] = h3.CoordIJ{I: places[n].I - corner.I, J: places[n].J - corner.J}
			}
			if ok {
				return through(faces[face], v, places), true
			}
		}
	}
	return projection{}, false
}

// holds reports whether cells all over the lattice lie where they should.
func (l *Lattice) holds() bool {
	const every = 11
	for n := 0; n < len(l.cells); n += every {
		if l.cells[n] == 0 || n/l.width%every != 0 {
			continue
		}
		p, err := Center(l.cells[n])
		if err != nil {
			return false
		}
		if i, j := l.Place(p); !(math.Hypot(i-float64(n%l.width), j-float64(n/l.width)) < 1e-3) {
			return false
		}
	}
	return true
}

// on gives the projection of the face that v lies on.
func (l *Lattice) on(v vector) *projection {
	best := &l.planes[0]
	for k := 1; k < len(l.planes); k++ {
		if l.planes[k].face.dot(v) > best.face.dot(v) {
			best = &l.planes[k]
		}
	}
	return best
}
