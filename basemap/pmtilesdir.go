package basemap

import (
	"encoding/binary"

	"github.com/paulmach/orb/maptile"
)

// fileEntry says where tiles lie in a PMTiles file: run tiles from id on are
// the same length bytes at at, counted from the start of the tiles; with a run
// of 0, a directory, counted from the start of the leaves.
type fileEntry struct {
	id, run, length, at uint64
}

// parseDirectory reads a directory (specification of PMTiles 3, section 4): the
// number of entries, then column by column, as varints, the steps between ids,
// the runs, the lengths, and the offsets plus one, where 0 is "behind the last".
// Entries in wrong order are refused, as no search would find them.
func parseDirectory(b []byte) ([]fileEntry, error) {
	bad := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad = true
			return 0
		}
		b = b[n:]
		return v
	}
	count := next()
	if bad || count > uint64(len(b)/4) { // each has at least a byte a column
		return nil, invalid("it says %d entries in %d bytes", count, len(b))
	}
	entries := make([]fileEntry, count)
	id := uint64(0)
	for i := range entries {
		step := next()
		if i > 0 && step == 0 || id+step < id {
			return nil, invalid("its entries are out of order")
		}
		id += step
		entries[i].id = id
	}
	for i := range entries {
		entries[i].run = next()
	}
	for i := range entries {
		entries[i].length = next()
	}
	for i := range entries {
		switch v := next(); {
		case v > 0:
			entries[i].at = v - 1
		case i > 0:
			entries[i].at = entries[i-1].at + entries[i-1].length
		default:
			bad = true
		}
	}
	if bad {
		return nil, invalid("it ends early")
	}
	return entries, nil
}

// tileID numbers the tiles of all zooms one after the other, those of a zoom
// along a Hilbert curve (specification of PMTiles 3, section 4.1).
func tileID(t maptile.Tile) uint64 {
	id := (uint64(1)<<(2*t.Z) - 1) / 3 // of all zooms before
	x, y := uint64(t.X), uint64(t.Y)
	for half := uint64(1) << t.Z >> 1; half > 0; half >>= 1 {
		right, low := uint64(0), uint64(0)
		if x&half != 0 {
			right = 1
		}
		if y&half != 0 {
			low = 1
		}
		id += half * half * (3*right ^ low)
		if low == 0 {
			if right == 1 {
				x, y = half-1-x&(half-1), half-1-y&(half-1)
			}
			x, y = y, x
		}
	}
	return id
}
