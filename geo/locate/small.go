package locate

import "math"

// small is a cut or a head in half the memory: what a lookup costs is mostly
// waiting for memory. It has room for cuts of edges below 2^15 units (some 250 m)
// in cells below that. The fields of a head are:
//
//	c      where its table begins, or with class inCuts its head in cells.cuts
//	v      the states of the faces, where there are at most two classes
//	class  the number of classes, or inCuts
//	last   the number of cuts
type small struct {
	c     int32
	v     [4]uint16 // dx and dy, both signed, low and high
	class uint16
	last  uint16 // all ones where the way crosses from high on, else 0
}

const (
	inCuts       = math.MaxUint16
	smallUnknown = math.MaxUint16
)

// side and crossed are those of cut.
func (t *small) side(lon, lat int64) int64 {
	return int64(int16(t.v[0]))*lat - int64(int16(t.v[1]))*lon + int64(t.c)
}

func (t *small) crossed(side, lat int64) uint16 {
	below, under := (lat-int64(t.v[2]))>>63, (lat-int64(t.v[3]))>>63
	return uint16(side>>63&^below&under) | uint16(^under)&t.last
}

// smallFace is face for small cuts.
func (x *cells) smallFace(at uint32, lon, lat int64) (state uint32, ok bool) {
	h := &x.small[at]
	if h.class == inCuts {
		return x.face(uint32(h.c), lon, lat)
	}
	cuts := x.small[at+1:][:h.last]
	bits := uint16(0)
	for i := range cuts {
		t := &cuts[i]
		side := t.side(lon, lat)
		if side == 0 {
			return 0, false
		}
		bits ^= t.crossed(side, lat) & t.class
	}
	if h.class <= headClasses {
		state = uint32(h.v[bits&3])
		return state, state != smallUnknown
	}
	return x.table(uint32(h.class), uint32(h.c), uint32(bits))
}

// shrink puts all cells that fit into the small form, and the others after
// them, where states and places within a row are few enough for narrow cells.
func (x *cells) shrink() {
	if len(x.states) > narrowMixed || x.lonShift > 15 || x.latShift > 15 {
		return
	}
	narrow := make([]uint16, len(x.wide))
	out, refs := make([]small, 0, len(x.cuts)), make([]uint32, 0, len(x.cuts))
	heads := make([]uint32, x.rows)
	var rest []cut
	for row, l := range x.lines {
		first := len(out)
		heads[row] = uint32(first)
		for i := l.at; i < l.at+l.count; i++ {
			v := x.wide[i]
			if v < mixed {
				narrow[i] = uint16(v)
				continue
			}
			at := len(out)
			if at-first >= narrowMixed {
				return
			}
			narrow[i] = narrowMixed | uint16(at-first)
			h := &x.cuts[v&^mixed]
			cuts := x.cuts[v&^mixed+1:][:h.count()]
			var fits bool
			if out, fits = appendSmall(out, h, cuts, int64(1)<<x.latShift); !fits {
				out = append(out[:at], small{c: int32(len(rest)), class: inCuts})
				refs = append(refs, 0)
				rest = append(append(rest, *h), cuts...)
				continue
			}
			refs = append(refs, h.base())
			for i := range cuts {
				refs = append(refs, cuts[i].edge>>1)
			}
		}
	}
	for row := range x.lines {
		x.lines[row].head = heads[row]
	}
	x.small, x.refs, x.cuts = out, refs, rest
	x.narrow, x.wide = narrow, nil
}

// appendSmall appends a cell in the small form; fits is false where it has none.
func appendSmall(out []small, h *head, cuts []cut, height int64) (appended []small, fits bool) {
	if h.class > 16 || len(cuts) >= math.MaxUint16 || h.class > headClasses && h.edge > math.MaxInt32 {
		return out, false
	}
	s := small{c: int32(h.edge), class: uint16(h.class), last: uint16(len(cuts))}
	if h.class <= headClasses {
		s.c = 0
		for i, v := range h.v {
			s.v[i] = uint16(v) // unknown becomes smallUnknown
		}
	}
	out = append(out, s)
	for i := range cuts {
		t := &cuts[i]
		if t.c != int64(int32(t.c)) || t.v[0] != int32(int16(t.v[0])) || t.v[1] != int32(int16(t.v[1])) {
			return out, false
		}
		out = append(out, small{
			c: int32(t.c), class: uint16(t.class), last: -uint16(t.edge & 1),
			v: [4]uint16{
				uint16(int16(t.v[0])), uint16(int16(t.v[1])),
				uint16(min(max(t.low(), 0), height)), uint16(min(max(t.high(), 0), height)),
			},
		})
	}
	return out, true
}
