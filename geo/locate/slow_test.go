package locate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// slowCovers is the rule done the long way: every edge of the shape, no boxes,
// bands or cells.
func slowCovers(shape orb.MultiPolygon, q geo.LatticePoint) bool {
	inside := false
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i := range ring[1:] {
				a, _ := geo.Snap(ring[i])
				b, _ := geo.Snap(ring[i+1])
				ax, ay := int64(a.Lon)-int64(q.Lon), int64(a.Lat)-int64(q.Lat)
				bx, by := int64(b.Lon)-int64(q.Lon), int64(b.Lat)-int64(q.Lat)
				area := ax*by - ay*bx
				if area == 0 && ax*bx+ay*by <= 0 {
					return true // on the edge
				}
				if (ay > 0) != (by > 0) && (area > 0) == (by > ay) {
					inside = !inside
				}
			}
		}
	}
	return inside
}

// slowLocate finds the lowest code of a kind by trying all.
func slowLocate(areas []geo.Area, kind geo.Kind, q geo.LatticePoint) (code string) {
	for i := range areas {
		a := &areas[i]
		if a.Kind == kind && (code == "" || a.Code < code) && slowCovers(a.Shape, q) {
			code = a.Code
		}
	}
	return code
}

// picture is a drawing in which each character is a square of pictureStep units;
// the last line lies at the equator, the first column at the meridian of
// Greenwich. '.' and ' ' are nobody's.
type picture []string

const pictureStep = 10

func draw(s string) picture {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	return lines
}

func (p picture) at(x, y int) byte {
	row := len(p) - 1 - y
	if row < 0 || row >= len(p) || x < 0 || x >= len(p[row]) {
		return '.'
	}
	return p[row][x]
}

func (p picture) width() int {
	w := 0
	for _, line := range p {
		w = max(w, len(line))
	}
	return w
}

// owners gives the letters whose closed squares hold the point, in units.
func (p picture) owners(q geo.LatticePoint) string {
	var out []byte
	for _, y := range []int{int(q.Lat+pictureStep)/pictureStep - 1, int(q.Lat+pictureStep-1)/pictureStep - 1} {
		for _, x := range []int{int(q.Lon+pictureStep)/pictureStep - 1, int(q.Lon+pictureStep-1)/pictureStep - 1} {
			if c := p.at(x, y); c != '.' && c != ' ' {
				out = append(out, c)
			}
		}
	}
	return string(out)
}

// shape traces the squares of a letter: rings that touch in a corner stay two.
func (p picture) shape(letter byte) orb.MultiPolygon {
	type side struct{ from, to corner }
	sides := map[side]bool{}
	for y := range p {
		for x := range p.width() {
			if p.at(x, y) != letter {
				continue
			}
			c := []corner{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}, {x, y}}
			for i := range c[1:] {
				if back := (side{c[i+1], c[i]}); sides[back] {
					delete(sides, back)
				} else {
					sides[side{c[i], c[i+1]}] = true
				}
			}
		}
	}
	var outers, holes []orb.Ring
	for len(sides) > 0 {
		var s side
		for s = range sides {
			break
		}
		// Walk on; each time the walk comes back to a corner, the loop since then is a ring.
		path := []corner{s.from}
		for len(path) > 0 {
			delete(sides, s)
			if i := slices.Index(path, s.to); i >= 0 {
				ring, area := ringOf(path[i:])
				if area > 0 {
					outers = append(outers, ring)
				} else {
					holes = append(holes, ring)
				}
				path = path[:i]
			}
			path = append(path, s.to)
			dx, dy := s.to.x-s.from.x, s.to.y-s.from.y
			next := false
			for _, d := range []corner{{-dy, dx}, {dx, dy}, {dy, -dx}} {
				if n := (side{s.to, corner{s.to.x + d.x, s.to.y + d.y}}); sides[n] {
					s, next = n, true
					break
				}
			}
			if !next {
				break
			}
		}
	}
	slices.SortFunc(outers, func(a, b orb.Ring) int {
		return cmp.Compare(a.Bound().Max[0]-a.Bound().Min[0], b.Bound().Max[0]-b.Bound().Min[0])
	})
	shape := make(orb.MultiPolygon, len(outers))
	for i, o := range outers {
		shape[i] = orb.Polygon{o}
	}
	for _, h := range holes {
		// The middle of the square left of the hole's first side lies inside
		// the letter: the smallest outer ring round it has the hole.
		a, _ := geo.Snap(h[0])
		b, _ := geo.Snap(h[1])
		left := geo.LatticePoint{
			Lon: (a.Lon+b.Lon)/2 - (b.Lat-a.Lat)/2,
			Lat: (a.Lat+b.Lat)/2 + (b.Lon-a.Lon)/2,
		}
		i := slices.IndexFunc(outers, func(o orb.Ring) bool { return slowCovers(orb.MultiPolygon{{o}}, left) })
		shape[i] = append(shape[i], h)
	}
	return shape
}

// corner is a corner of squares, counted in squares.
type corner struct{ x, y int }

// ringOf gives the ring through the corners and its area in half squares.
func ringOf(path []corner) (ring orb.Ring, area int) {
	for i, c := range path {
		d := path[(i+1)%len(path)]
		ring = append(ring, geo.LatticePoint{Lon: int32(c.x * pictureStep), Lat: int32(c.y * pictureStep)}.Point())
		area += c.x*d.y - d.x*c.y
	}
	return append(ring, ring[0]), area
}

// areas makes an area of each letter, with the letter as its code.
func (p picture) areas(kind geo.Kind) []geo.Area {
	var out []geo.Area
	for letter := byte('a'); letter <= 'z'; letter++ {
		if strings.ContainsRune(strings.Join(p, ""), rune(letter)) {
			out = append(out, geo.Area{Kind: kind, Code: string(letter), Shape: p.shape(letter)})
		}
	}
	return out
}
