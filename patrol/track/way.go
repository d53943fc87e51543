package track

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// VisitDistances gives the metres that were walked on each visit of Visits, inside
// its area; pieces, locate and visits are those of Visits.
func VisitDistances(pieces []Piece, visits []Visit, locate func(geo.LatticePoint) geo.Match) []float64 {
	out := make([]float64, len(visits))
	of := map[*geo.Area][]int{} // in the order of time
	for i, v := range visits {
		of[v.Area] = append(of[v.Area], i)
	}
	for _, p := range pieces {
		for i := 1; i < len(p.Vertices); i++ {
			a, b := p.Vertices[i-1], p.Vertices[i]
			if a.At == b.At {
				continue
			}
			pace := geo.DistanceM(a.At.Point(), b.At.Point()) / b.T.Sub(a.T).Seconds()
			steps(Piece{Vertices: p.Vertices[i-1 : i+1]}, func(middle geo.LatticePoint, from, to time.Time) {
				m := locate(middle)
				for _, kind := range geo.Kinds() {
					list := of[m.Area(kind)]
					for len(list) > 0 && visits[list[0]].To.Before(to) {
						list = list[1:]
					}
					of[m.Area(kind)] = list
					if len(list) > 0 && !from.Before(visits[list[0]].From) {
						out[list[0]] += pace * to.Sub(from).Seconds()
					}
				}
			})
		}
	}
	return out
}
