package redraw

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// ring is the corners of a ring in order, without the closing one.
type ring []geo.LatticePoint

// outline is the polygons of a shape: each an outer ring, then its holes.
type outline [][]ring

// edge is a side of a ring, with the area on its left.
type edge struct{ a, b geo.LatticePoint }

func (e edge) reversed() edge { return edge{e.b, e.a} }

// plot is one version of an area with its corners. It never changes.
type plot struct {
	area   geo.Area
	lines  outline
	box    box
	digest [sha256.Size]byte
	sound  bool // its shape keeps the rules of geo.NormalizeShape
	tested bool // and that was tested when it was made
	count  count
	notes  *notes // of checks; nil where nobody takes any
}

// box is a closed range of lattice places.
type box struct{ west, south, east, north int32 }

func (b box) meets(c box) bool {
	return b.west <= c.east && c.west <= b.east && b.south <= c.north && c.south <= b.north
}

func (b box) has(q geo.LatticePoint) bool {
	return b.west <= q.Lon && q.Lon <= b.east && b.south <= q.Lat && q.Lat <= b.north
}

func edgeBox(e edge) box {
	return box{min(e.a.Lon, e.b.Lon), min(e.a.Lat, e.b.Lat), max(e.a.Lon, e.b.Lon), max(e.a.Lat, e.b.Lat)}
}

// readOutline gives the corners of a shape. The shape is closed and on the lattice.
func readOutline(shape orb.MultiPolygon) outline {
	lines := make(outline, len(shape))
	for i, polygon := range shape {
		lines[i] = make([]ring, len(polygon))
		for k, points := range polygon {
			corners := make(ring, 0, max(len(points)-1, 0))
			for _, p := range points[:max(len(points)-1, 0)] {
				q, _ := geo.Snap(p)
				corners = append(corners, q)
			}
			lines[i][k] = corners
		}
	}
	return lines
}

// shape gives the outline in degrees. Rings that old has as they are, the
// corners of was, are shared with it.
func (o outline) shape(was outline, old orb.MultiPolygon) orb.MultiPolygon {
	out := make(orb.MultiPolygon, len(o))
	for i, polygon := range o {
		out[i] = make(orb.Polygon, len(polygon))
		for k, corners := range polygon {
			if i < len(was) && k < len(was[i]) && slices.Equal(was[i][k], corners) {
				out[i][k] = old[i][k]
				continue
			}
			points := make(orb.Ring, len(corners), len(corners)+1)
			for m, q := range corners {
				points[m] = q.Point()
			}
			out[i][k] = append(points, points[0])
		}
	}
	return out
}

// edges calls visit for every side, until it gives false.
func (o outline) edges(visit func(edge) bool) {
	for _, polygon := range o {
		for _, corners := range polygon {
			last := len(corners) - 1
			for i, a := range corners {
				b := corners[0]
				if i < last {
					b = corners[i+1]
				}
				if !visit(edge{a, b}) {
					return
				}
			}
		}
	}
}

// corners counts them.
func (o outline) corners() (n int) {
	for _, polygon := range o {
		for _, r := range polygon {
			n += len(r)
		}
	}
	return n
}

func (o outline) all() []edge {
	out := make([]edge, 0, o.corners())
	o.edges(func(e edge) bool { out = append(out, e); return true })
	return out
}

func (o outline) bounds() box {
	first := true
	var b box
	for _, polygon := range o {
		for _, corners := range polygon {
			for _, q := range corners {
				if first {
					b, first = box{q.Lon, q.Lat, q.Lon, q.Lat}, false
				}
				b = box{min(b.west, q.Lon), min(b.south, q.Lat), max(b.east, q.Lon), max(b.north, q.Lat)}
			}
		}
	}
	return b
}

// twiceArea is exact, in square units of the lattice.
func (o outline) twiceArea() (sum int64) {
	for _, polygon := range o {
		for _, corners := range polygon {
			sum += geo.TwiceArea(corners)
		}
	}
	return sum
}

// place tells whether the middle of a side lies inside, and whether on an edge.
func (o outline) place(e edge) (inside, on bool) {
	for _, polygon := range o {
		for _, corners := range polygon {
			in, edge := geo.MiddleInRing(corners, e.a, e.b)
			if edge {
				return false, true
			}
			inside = inside != in
		}
	}
	return inside, false
}

// has tells whether the outline has the corner q.
func (o outline) has(q geo.LatticePoint) bool {
	for _, polygon := range o {
		for _, corners := range polygon {
			if slices.Contains(corners, q) {
				return true
			}
		}
	}
	return false
}

// newPlot gives the version of an area with those corners, but for its digest.
// area.Shape is theirs.
func newPlot(area geo.Area, lines outline, sound bool) *plot {
	return &plot{area: area, lines: lines, box: lines.bounds(), sound: sound, count: newCount(&area), notes: &notes{}}
}

// digest is the SHA-256 of all that operations can change in an area: of
// geo.HashAreas of it, then of its other fields.
func digest(a *geo.Area) [sha256.Size]byte {
	b := geo.HashAreas([]geo.Area{*a})
	for _, s := range []string{a.NameEn, a.UnitType, a.Class} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(a.Households))
	b = binary.BigEndian.AppendUint64(b, uint64(a.Population))
	for _, s := range a.Alias {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	if a.Synthetic {
		b = append(b, 1)
	}
	return sha256.Sum256(b)
}
