package geo

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"github.com/paulmach/orb"
)

// HashAreas gives the SHA-256 of a set of areas, in whatever order they come: of
// kind, code, id, name, parent and shape of each, in the order of Kinds, then of
// codes bytewise. A snapshot that was read whole has the hash that its revision
// was published with. Nil and empty sets have the hash of nothing.
//
// Each text is written as its length in 32 bits and its bytes; a shape as the
// number of polygons, for each the number of rings, for each the number of
// points and their lattice coordinates, lon first, all 32 bits big-endian. A
// point that is not on the lattice counts as the lattice point next to it.
func HashAreas(areas []Area) []byte {
	order := make([]*Area, len(areas))
	for i := range areas {
		order[i] = &areas[i]
	}
	slices.SortStableFunc(order, func(a, b *Area) int {
		return cmp.Or(cmp.Compare(a.Kind.Index(), b.Kind.Index()), cmp.Compare(a.Code, b.Code))
	})
	w := areaHash{Hash: sha256.New()}
	for _, a := range order {
		w.text(string(a.Kind))
		w.text(a.Code)
		w.buf = append(w.buf, a.ID[:]...)
		w.text(a.Name)
		w.text(string(a.Parent.Kind))
		w.text(a.Parent.Code)
		w.shape(a.Shape)
		w.Write(w.buf)
		w.buf = w.buf[:0]
	}
	return w.Sum(nil)
}

// areaHash collects an area's bytes before it hashes them: many small writes
// cost more than the hash itself.
type areaHash struct {
	hash.Hash
	buf []byte
}

func (w *areaHash) number(n int) { w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n)) }

func (w *areaHash) text(s string) {
	w.number(len(s))
	w.buf = append(w.buf, s...)
}

func (w *areaHash) shape(shape orb.MultiPolygon) {
	w.number(len(shape))
	for _, polygon := range shape {
		w.number(len(polygon))
		for _, ring := range polygon {
			w.number(len(ring))
			for _, p := range ring {
				q, _ := Snap(p)
				w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(q.Lon))
				w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(q.Lat))
			}
		}
	}
}
