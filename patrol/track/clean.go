package track

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Clean makes pieces of fixes, in the order of time. The fixes may come in any
// order and any number of times: the pieces are the same to the byte. They are
// not changed.
//
// Fixes that are not usable are left out, and of those within one second of the
// clock all but the first by Compare's belief. The rest falls into runs, where
// somebody was silent for longer than Rules.Gap. Of a run the longest chain is
// kept whose steps are all possible (Rules.SpeedMPS), so that neither an
// impossible place nor where a track begins decides alone; then who stands gets
// one place. What was dropped may leave a gap, which parts a run into several
// pieces. Nothing is carried from one run to the next.
func Clean(fixes []Fix, r Rules) []Piece {
	usable := make([]Fix, 0, len(fixes))
	for _, f := range fixes {
		if r.Usable(f) {
			f.T = f.T.UTC()
			usable = append(usable, f)
		}
	}
	if !slices.IsSortedFunc(usable, Compare) {
		slices.SortFunc(usable, Compare)
	}
	var pieces []Piece
	for from, to := 0, 0; from < len(usable); from = to {
		for to = from + 1; to < len(usable) && usable[to].T.Sub(usable[to-1].T) <= r.Gap; {
			to++
		}
		pieces = cleanRun(pieces, usable[from:to], r)
	}
	return pieces
}

// cleanRun appends the pieces of one run, which is sorted and not empty.
func cleanRun(pieces []Piece, run []Fix, r Rules) []Piece {
	span := Span{run[0].T, run[len(run)-1].T}
	kept := possible(thin(run), r)
	for from, to := 0, 0; from < len(kept); from = to {
		for to = from + 1; to < len(kept) && kept[to].T.Sub(kept[to-1].T) <= r.Gap; {
			to++
		}
		pieces = append(pieces, Piece{Run: span, Vertices: settle(kept[from:to], r)})
	}
	return pieces
}

// thin keeps the one fix of each second that is to be believed most.
func thin(run []Fix) []Fix {
	out := make([]Fix, 0, len(run))
	for from, to := 0, 0; from < len(run); from = to {
		second, best := run[from].T.Unix(), from
		for to = from + 1; to < len(run) && run[to].T.Unix() == second; to++ {
			if compareBelief(run[to], run[best]) < 0 {
				best = to
			}
		}
		out = append(out, run[best])
	}
	return out
}

// lookBack is how many fixes the search for a possible way skips at most: a
// burst of so many impossible places is seen through.
const lookBack = 64

// possible gives the longest chain of fixes, each reached from the one before it
// no faster than the rules allow; of several as long the one that keeps the
// latest fixes. Fixes are at least a moment apart, in order.
func possible(run []Fix, r Rules) []Fix {
	length := make([]int, len(run))  // of the longest chain that ends here
	before := make([]int, len(run))  // the fix before in it, -1 at its start
	longest := make([]int, len(run)) // of all that end here or earlier
	last := 0
	for i := range run {
		length[i], before[i] = 1, -1
		for j := i - 1; j >= 0 && j >= i-lookBack && longest[j] >= length[i]; j-- {
			if length[j] >= length[i] && apart(run[j].At, run[i].At) <= r.SpeedMPS*run[i].T.Sub(run[j].T).Seconds() {
				length[i], before[i] = length[j]+1, j
			}
		}
		longest[i] = length[i]
		if i > 0 {
			longest[i] = max(longest[i], longest[i-1])
		}
		if length[i] >= length[last] {
			last = i
		}
	}
	kept := make([]Fix, length[last])
	for i, k := last, len(kept)-1; i >= 0; i, k = before[i], k-1 {
		kept[k] = run[i]
	}
	return kept
}

// settle gives the vertices of kept fixes: one each, and two for each stand.
func settle(kept []Fix, r Rules) []Vertex {
	out := make([]Vertex, 0, len(kept))
	for i := 0; i < len(kept); {
		end := i + 1
		for end < len(kept) && apart(kept[i].At, kept[end].At) <= r.StandM {
			end++
		}
		if stood := kept[end-1].T.Sub(kept[i].T); end-1 > i && stood >= r.StandFor {
			at := middleOf(kept[i:end])
			out = append(out, Vertex{kept[i].T, at}, Vertex{kept[end-1].T, at})
			i = end
			continue
		}
		out = append(out, Vertex{kept[i].T, kept[i].At})
		i++
	}
	return out
}

// middleOf gives the mean place, in whole numbers.
func middleOf(fixes []Fix) geo.LatticePoint {
	var lon, lat int64
	for _, f := range fixes {
		lon, lat = lon+int64(f.At.Lon), lat+int64(f.At.Lat)
	}
	n := int64(len(fixes))
	return geo.LatticePoint{Lon: int32(lon / n), Lat: int32(lat / n)}
}
