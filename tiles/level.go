package tiles

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
)

// level is all areas of a kind as the tiles of one zoom show them.
type level struct {
	zoom     int
	features []drawn // by code
	rows     map[int32][]span
	table    *tagTable
}

// drawn is an area at one zoom.
type drawn struct {
	id       uint64
	tags     []tag
	polygons []drawnPolygon
	mark     [2]uint64 // of all that a tile may show of the area
}

// drawnPolygon is a polygon in units of the zoom, counted from the corner of
// the map.
type drawnPolygon struct {
	rings  []drawnRing // the outer one first; see outline
	box    box
	mended bool // rings may touch
}

// drawnRing is an open ring with the boxes of its runs, so that a tile need not
// look at all of it.
type drawnRing struct {
	line []spot
	runs []box
}

// runLength is how many stretches one box is drawn round.
const runLength = 32

type box struct{ minX, minY, maxX, maxY int32 }

func boxOf(p spot) box { return box{p.x, p.y, p.x, p.y} }

func (b *box) add(p spot) {
	b.minX, b.minY = min(b.minX, p.x), min(b.minY, p.y)
	b.maxX, b.maxY = max(b.maxX, p.x), max(b.maxY, p.y)
}

func (b box) meets(o box) bool {
	return b.minX <= o.maxX && b.maxX >= o.minX && b.minY <= o.maxY && b.maxY >= o.minY
}

// span is the tiles of a row from x to lastX that show a feature: the outline
// may cross them, or they lie inside as a whole.
type span struct {
	x, lastX int32
	feature  int32
	whole    bool
}

func newLevel(d *drawing, shapes []arcShape, areas []*geo.Area, table *tagTable) *level {
	l := &level{zoom: d.zoom, rows: make(map[int32][]span), table: table}
	for i, a := range areas {
		f := drawn{id: featureID(a.Ref().String()), tags: table.of[i]}
		for _, polygon := range shapes[i] {
			outlines, mended := d.outlines(polygon)
			for _, o := range outlines {
				f.polygons = append(f.polygons, newDrawnPolygon(o, mended))
			}
		}
		if f.polygons == nil {
			continue // too small to be seen
		}
		f.mark = f.digest(table)
		l.features = append(l.features, f)
		l.enter(int32(len(l.features) - 1))
	}
	return l
}

// outlines gives a polygon at the zoom, most often as one, as none where it
// vanishes, and as several where lines fall together; mended tells that rings
// may touch.
func (d *drawing) outlines(polygon [][]arcRef) (_ []outline, mended bool) {
	rings := make([][]spot, 0, len(polygon))
	total := 0
	for i, refs := range polygon {
		ring := d.ring(refs)
		area := twiceArea(ring)
		if i == 0 && len(ring) < 3 {
			return nil, false
		}
		if len(ring) < 3 {
			continue
		}
		if (area > 0) != (i == 0) {
			slices.Reverse(ring)
		}
		total += len(ring)
		rings = append(rings, ring)
	}
	if !passesTwice(rings, total) {
		return []outline{rings}, false
	}
	return mend(rings), true
}

// ring puts the arcs of a ring together, without repeats.
func (d *drawing) ring(refs []arcRef) []spot {
	n := 0
	for _, r := range refs {
		n += len(d.lines[max(r, ^r)])
	}
	out := make([]spot, 0, n)
	for _, r := range refs {
		line := d.lines[max(r, ^r)]
		for i := range line {
			p := line[i]
			if r < 0 {
				p = line[len(line)-1-i]
			}
			if n := len(out); n == 0 || out[n-1] != p {
				out = append(out, p)
			}
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

// passesTwice reports whether rings touch themselves or each other.
func passesTwice(rings [][]spot, total int) bool {
	all := make([]uint64, 0, total)
	for _, r := range rings {
		for _, p := range r {
			all = append(all, uint64(uint32(p.x))<<32|uint64(uint32(p.y)))
		}
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			return true
		}
	}
	return false
}

func newDrawnPolygon(o outline, mended bool) drawnPolygon {
	p := drawnPolygon{mended: mended}
	for i, line := range o {
		r := drawnRing{line: line}
		for from := 0; from < len(line); from += runLength {
			b := boxOf(line[from])
			for k := from + 1; k <= min(from+runLength, len(line)); k++ {
				b.add(line[k%len(line)])
			}
			r.runs = append(r.runs, b)
			if i == 0 && from == 0 {
				p.box = b
			}
			if i == 0 {
				p.box.add(spot{b.minX, b.minY})
				p.box.add(spot{b.maxX, b.maxY})
			}
		}
		p.rings = append(p.rings, r)
	}
	return p
}

// digest stands for all that a tile can show of the feature: if it is the same
// in another revision, so is what is drawn.
func (f *drawn) digest(table *tagTable) (out [2]uint64) {
	h := sha256.New()
	b := binary.LittleEndian.AppendUint64(nil, f.id)
	for _, t := range f.tags {
		b = append(b, byte(t.key))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(table.values[t.value])))
		b = append(b, table.values[t.value]...)
	}
	for _, p := range f.polygons {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p.rings)))
		for _, r := range p.rings {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(r.line)))
			for _, s := range r.line {
				b = binary.LittleEndian.AppendUint32(b, uint32(s.x))
				b = binary.LittleEndian.AppendUint32(b, uint32(s.y))
			}
		}
		h.Write(b)
		b = b[:0]
	}
	sum := h.Sum(nil)
	return [2]uint64{binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])}
}

// enter notes in which tiles the last feature shows.
func (l *level) enter(n int32) {
	f := &l.features[n]
	met := make(map[int32][]span) // by row: tiles that the outline may cross
	for _, p := range f.polygons {
		for _, r := range p.rings {
			for i, a := range r.line {
				l.crossed(met, a, r.line[(i+1)%len(r.line)], n)
			}
		}
	}
	for y, spans := range met {
		slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.x, b.x) })
		var row []span
		for _, s := range spans {
			k := len(row) - 1
			switch {
			case k >= 0 && s.x <= row[k].lastX+1:
				row[k].lastX = max(row[k].lastX, s.lastX)
			default:
				if k >= 0 && f.covers(row[k].lastX+1, y) {
					row = append(row, span{row[k].lastX + 1, s.x - 1, n, true})
				}
				row = append(row, s)
			}
		}
		l.rows[y] = append(l.rows[y], row...)
	}
}

// crossed notes the tiles, rim included, that a stretch may cross.
func (l *level) crossed(met map[int32][]span, a, b spot, n int32) {
	if a.y > b.y {
		a, b = b, a
	}
	last := int32(1)<<l.zoom - 1
	tileOf := func(v int32) int32 { return min(max(v>>12, 0), last) } // extent is 2^12
	for y := tileOf(a.y - buffer); y <= tileOf(b.y+buffer); y++ {
		// The part of the stretch within the row and its rim.
		x0, x1 := float64(a.x), float64(b.x)
		if b.y > a.y {
			slope := float64(b.x-a.x) / float64(b.y-a.y)
			top, bottom := y*extent-buffer, (y+1)*extent+buffer
			if a.y < top {
				x0 += slope * float64(top-a.y)
			}
			if b.y > bottom {
				x1 -= slope * float64(b.y-bottom)
			}
		}
		from, to := tileOf(int32(min(x0, x1))-1-buffer), tileOf(int32(max(x0, x1))+1+buffer)
		row := met[y]
		if k := len(row) - 1; k >= 0 && from >= row[k].x && from <= row[k].lastX+1 {
			row[k].lastX = max(row[k].lastX, to)
			continue
		}
		met[y] = append(row, span{from, to, n, false})
	}
}

// covers reports whether the middle of a tile lies in the feature.
func (f *drawn) covers(x, y int32) bool {
	in := false
	for i := range f.polygons {
		in = in != f.polygons[i].covers(float64(x)*extent+extent/2+.5, float64(y)*extent+extent/2+.5)
	}
	return in
}

// covers reports whether a place that is on no vertex's line lies in the polygon.
func (p *drawnPolygon) covers(x, y float64) bool {
	in := false
	for _, r := range p.rings {
		for k, b := range r.runs {
			if float64(b.minY) > y || float64(b.maxY) < y || float64(b.maxX) < x {
				continue
			}
			for i := k * runLength; i < min((k+1)*runLength, len(r.line)); i++ {
				a, b := r.line[i], r.line[(i+1)%len(r.line)]
				ay, by := float64(a.y)-y, float64(b.y)-y
				if (ay > 0) == (by > 0) {
					continue
				}
				side := (float64(a.x)-x)*by - ay*(float64(b.x)-x)
				if (side > 0) == (by > ay) {
					in = !in
				}
			}
		}
	}
	return in
}

// mark stands for all that a tile may show; false where that is nothing.
func (l *level) mark(t maptile.Tile) (sum [2]uint64, ok bool) {
	for _, s := range l.rows[int32(t.Y)] {
		if x := int32(t.X); x >= s.x && x <= s.lastX {
			m := &l.features[s.feature].mark
			sum[0] += m[0]
			sum[1] += m[1]
			ok = true
		}
	}
	return sum, ok
}

// shown appends what a tile may show, in the order of codes.
func (l *level) shown(out []span, t maptile.Tile) []span {
	for _, s := range l.rows[int32(t.Y)] {
		if x := int32(t.X); x >= s.x && x <= s.lastX {
			out = append(out, s)
		}
	}
	return out
}
