package locate

import "slices"

// areaSets keeps sets of areas, each one once, so that equal sets have equal
// numbers. Set 0 is empty, set i+1 holds area i alone. What lies on the sides
// of an edge and what covers a stretch of land are such sets; there are far
// fewer of them than edges or cells.
type areaSets struct {
	members []uint32 // of all sets, ascending within each
	start   []uint32 // set s is members[start[s]:start[s+1]]
	byHash  map[uint64]uint32
	sameAs  []uint32          // for each set an older one with the same hash, 0 for none
	sums    map[uint64]uint32 // two sets → their symmetric difference
	limit   int
	full    bool // the members would be more than the limit: results mean nothing
}

// maxMembers limits the members of all sets together: 64 MB. Areas that do not
// overlap need a few for each distinct neighbourhood; only areas of one kind
// that lie on each other by the thousands come near it.
const maxMembers = 1 << 24

func newAreaSets(areas int) *areaSets {
	t := &areaSets{
		members: make([]uint32, areas, 2*areas+64), start: make([]uint32, areas+2, 3*areas+64),
		byHash: make(map[uint64]uint32, areas), sameAs: make([]uint32, areas+1, 3*areas+64),
		sums: make(map[uint64]uint32), limit: max(maxMembers, 2*areas),
	}
	for i := range areas {
		t.members[i] = uint32(i)
		t.start[i+2] = uint32(i + 1)
		t.file(uint32(i + 1))
	}
	return t
}

// of gives the areas of a set, ascending; not to be changed.
func (t *areaSets) of(set uint32) []uint32 { return t.members[t.start[set]:t.start[set+1]] }

// toggle gives the areas that are in just one of two sets.
func (t *areaSets) toggle(a, b uint32) uint32 {
	switch {
	case a == 0:
		return b
	case b == 0:
		return a
	case a == b:
		return 0
	}
	key := uint64(min(a, b))<<32 | uint64(max(a, b))
	if s, ok := t.sums[key]; ok {
		return s
	}
	x, y := t.of(a), t.of(b)
	merged := make([]uint32, 0, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0] < y[0]:
			merged, x = append(merged, x[0]), x[1:]
		case x[0] > y[0]:
			merged, y = append(merged, y[0]), y[1:]
		default:
			x, y = x[1:], y[1:]
		}
	}
	s := t.intern(append(append(merged, x...), y...))
	t.sums[key] = s
	return s
}

// intern gives the number of a set.
func (t *areaSets) intern(list []uint32) uint32 {
	if len(list) == 0 {
		return 0
	}
	for s := t.byHash[hashOf(list)]; s != 0; s = t.sameAs[s] {
		if slices.Equal(t.of(s), list) {
			return s
		}
	}
	if t.full || len(t.members)+len(list) > t.limit {
		t.full = true
		return 0
	}
	t.members = append(t.members, list...)
	t.start = append(t.start, uint32(len(t.members)))
	t.sameAs = append(t.sameAs, 0)
	s := uint32(len(t.start) - 2)
	t.file(s)
	return s
}

func (t *areaSets) file(s uint32) {
	h := hashOf(t.of(s))
	t.sameAs[s] = t.byHash[h]
	t.byHash[h] = s
}

// hashOf is FNV-1a over the members, a word at a time.
func hashOf(list []uint32) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range list {
		h = (h ^ uint64(v)) * 1099511628211
	}
	return h ^ h>>29
}

// forget drops what only building needs.
func (t *areaSets) forget() {
	t.byHash, t.sums, t.sameAs = nil, nil, nil
	t.members, t.start = slices.Clip(t.members), slices.Clip(t.start)
}
