package locate

import "math"

// faces finds, cell by cell, the faces into which the edges cut it.
type faces struct {
	*filler
	sets  []uint32    // what the classes of the cell toggle
	found []foundFace // faces of the cell
}

type foundFace struct{ bits, state uint32 }

func newFaces(f *filler) *faces { return &faces{filler: f} }

// find gives every mixed cell its classes and its table. It looks at points on
// both sides of every edge and at the corners of the cell; a face that none of
// them meets is left to cells.exact.
func (f *faces) find() {
	for cell, v := range f.wide {
		if v < mixed {
			continue
		}
		h := &f.cuts[v&^mixed]
		cuts := f.cuts[v&^mixed+1:][:h.count()]
		f.classify(cuts)
		h.class = uint32(len(f.sets))
		if h.class > maxClasses {
			continue
		}
		f.found = append(f.found[:0], foundFace{0, f.state(h.base())})
		f.lookAround(h.base(), cuts, f.west(cell%f.columns), f.south(cell/f.columns))
		f.write(h)
	}
}

// lookAround looks at the faces of the cell whose corner is given.
func (f *faces) lookAround(base uint32, cuts []cut, west, south int64) {
	width, height := int64(1)<<f.lonShift, int64(1)<<f.latShift
	for _, lat := range [2]int64{0, height - 1} {
		for _, lon := range [2]int64{0, width - 1} {
			f.look(base, cuts, lon, lat)
		}
	}
	for k := range cuts {
		t := &cuts[k]
		if t.class == 0 {
			continue
		}
		e := &f.edges[t.edge>>1]
		lon, lat := middleWithin(int64(e.a.Lon)-west, int64(e.a.Lat)-south, int64(e.b.Lon)-west, int64(e.b.Lat)-south, width-1, height-1)
		east, north := int64(0), int64(1)
		if abs(t.v[0]) < abs(t.v[1]) {
			east, north = 1, 0
		}
		f.look(base, cuts, min(lon+east, width-1), min(lat+north, height-1))
		f.look(base, cuts, max(lon-east, 0), max(lat-north, 0))
	}
}

func abs(v int32) int32 { return max(v, -v) }

// classify gives each cut the class of what it toggles.
func (f *faces) classify(cuts []cut) {
	f.sets = f.sets[:0]
	for k := range cuts {
		t := &cuts[k]
		set := f.edges[t.edge>>1].toggles
		if set == 0 || t.low() == never {
			continue
		}
		class := 0
		for class < len(f.sets) && f.sets[class] != set {
			class++
		}
		if class == len(f.sets) {
			f.sets = append(f.sets, set)
			if len(f.sets) > maxClasses {
				return
			}
		}
		t.class = 1 << class
	}
}

// look notes the face at a point of the cell.
func (f *faces) look(base uint32, cuts []cut, lon, lat int64) {
	bits := uint32(0)
	for k := range cuts {
		if cuts[k].class != 0 && cuts[k].crossedExactly(lon, lat) {
			bits ^= cuts[k].class
		}
	}
	for _, face := range f.found {
		if face.bits == bits {
			return
		}
	}
	set := base
	for class, toggles := range f.sets {
		if bits>>class&1 == 1 {
			set = f.filler.sets.toggle(set, toggles)
		}
	}
	f.found = append(f.found, foundFace{bits, f.state(set)})
}

// write puts the faces found into the head of the cell, or a table.
func (f *faces) write(h *head) {
	if h.class <= headClasses {
		h.v = [4]int32{-1, -1, -1, -1} // unknown
		for _, face := range f.found {
			h.v[face.bits] = int32(face.state)
		}
		return
	}
	out := f.cells.faces
	h.edge = uint32(len(out))
	if h.class > tableClasses {
		out = append(out, uint32(len(f.found)))
		for _, face := range f.found {
			out = append(out, face.bits, face.state)
		}
		f.cells.faces = out
		return
	}
	for range 1 << h.class {
		out = append(out, unknown)
	}
	for _, face := range f.found {
		out[h.edge+face.bits] = face.state
	}
	f.cells.faces = out
}

// middleWithin gives about the middle of the part of the edge from a to b that
// lies between (0, 0) and (width, height), where it has one (Y.-D. Liang and
// B. A. Barsky, ACM Trans. Graphics 3, 1984), and in any case a point there.
func middleWithin(ax, ay, bx, by, width, height int64) (lon, lat int64) {
	from, to := 0.0, 1.0
	clip := func(a, b, most int64) {
		if a == b {
			return
		}
		t0, t1 := float64(-a)/float64(b-a), float64(most-a)/float64(b-a)
		from, to = max(from, min(t0, t1)), min(to, max(t0, t1))
	}
	clip(ax, bx, width)
	clip(ay, by, height)
	t := (from + to) / 2
	lon = int64(math.Round(float64(ax) + t*float64(bx-ax)))
	lat = int64(math.Round(float64(ay) + t*float64(by-ay)))
	return min(max(lon, 0), width), min(max(lat, 0), height)
}
