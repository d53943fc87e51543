package track

import (
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Visit is a stay in an area.
type Visit struct {
	Area     *geo.Area
	Run      Span // of the piece, as Piece has it
	From, To time.Time
	Dwell    time.Duration // inside, without what lay outside between From and To
}

// stepM is how finely the way between two vertices is looked at.
const stepM = 10

// Visits gives the stays in the areas that locate names, in the order of From,
// then of kind and code. locate is asked for places on the way, at most 10 m
// apart: the time of a step counts where its middle lies. Stays in one area that
// lie no more than Rules.Away apart, and in one run, are one visit; one shorter
// than Rules.AreaDwell in all is none. The pieces are Clean's, in the order of
// time.
func Visits(pieces []Piece, locate func(geo.LatticePoint) geo.Match, r Rules) []Visit {
	var out []Visit
	open := map[geo.Ref]int{} // the visit that is going on
	for n, p := range pieces {
		if n > 0 && p.Run != pieces[n-1].Run {
			clear(open)
		}
		steps(p, func(at geo.LatticePoint, from, to time.Time) {
			m := locate(at)
			for _, kind := range geo.Kinds() {
				a := m.Area(kind)
				if a == nil {
					continue
				}
				i, ok := open[a.Ref()]
				if !ok || from.Sub(out[i].To) > r.Away {
					i = len(out)
					open[a.Ref()] = i
					out = append(out, Visit{Area: a, Run: p.Run, From: from})
				}
				out[i].To = to
				out[i].Dwell += to.Sub(from)
			}
		})
	}
	return slices.DeleteFunc(out, func(v Visit) bool { return v.Dwell < r.AreaDwell })
}
