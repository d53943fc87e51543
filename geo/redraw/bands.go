package redraw

// bands are sides by latitude: those that a parallel passes are found without
// looking at all others.
type bands struct {
	south, height int64    // of the first band, and of each, doubled
	of            [][]edge // each side in every band that it reaches
}

// The sides of a band, about, and how often a side may stand in bands, in the mean.
const (
	bandSides  = 8
	bandCopies = 4
)

// newBands sorts sides into bands, fewer where many sides are long.
func newBands(all []edge) bands {
	if len(all) == 0 {
		return bands{height: 1, of: make([][]edge, 1)}
	}
	b := bands{south: 2 * int64(min(all[0].a.Lat, all[0].b.Lat))}
	north := b.south
	for _, e := range all {
		b.south = min(b.south, 2*int64(e.a.Lat), 2*int64(e.b.Lat))
		north = max(north, 2*int64(e.a.Lat), 2*int64(e.b.Lat))
	}
	n := int64(max(len(all)/bandSides, 1))
	for ; ; n /= 2 {
		b.height = (north-b.south)/n + 1
		copies := 0
		for _, e := range all {
			first, last := b.reach(e)
			copies += last - first + 1
		}
		if n == 1 || copies <= bandCopies*len(all) {
			break
		}
	}
	b.of = make([][]edge, n)
	for _, e := range all {
		first, last := b.reach(e)
		for i := first; i <= last; i++ {
			b.of[i] = append(b.of[i], e)
		}
	}
	return b
}

// reach gives the first and the last band that a side comes into.
func (b bands) reach(e edge) (first, last int) {
	i, j := b.band(2*int64(e.a.Lat)), b.band(2*int64(e.b.Lat))
	return min(i, j), max(i, j)
}

func (b bands) band(lat int64) int { return int((lat - b.south) / b.height) }

// at gives sides of which those are some that reach a parallel, given doubled,
// between the southernmost and the northernmost.
func (b bands) at(lat int64) []edge { return b.of[b.band(lat)] }
