package locate

import (
	"cmp"
	"math"
	"slices"
)

// near finds the edges of one kind by nearness: in rectangular cells, about
// half as many as edges, each of which lists the edges that meet it.
type near struct {
	frame
	start []uint32 // cell i has list[start[i]:start[i+1]]
	list  []uint32 // indexes of edges
}

// newNear makes it of the edges that areas from, up to but without to, have.
func newNear(edges []edge, sets *areaSets, from, to uint32) near {
	n := near{frame: frame{box: emptyBox}}
	var own []edge
	var index []uint32
	for i := range edges {
		list := sets.of(edges[i].touch)
		if k := firstAtLeast(list, int(from)); k == len(list) || list[k] >= to {
			continue
		}
		own, index = append(own, edges[i]), append(index, uint32(i))
		a, b := edges[i].a, edges[i].b
		n.box = n.box.union(box{min(a.Lon, b.Lon), a.Lat, max(a.Lon, b.Lon), b.Lat})
	}
	if len(own) == 0 {
		return n
	}
	n.frame = newFrame(n.box, own, len(own)/2+1, 4*len(own))
	n.start = make([]uint32, n.columns*n.rows+1)
	for i := range own {
		n.reach(&own[i], func(row, first, last int) {
			for c := first; c <= last; c++ {
				n.start[row*n.columns+c+1]++
			}
		})
	}
	for i := 1; i < len(n.start); i++ {
		n.start[i] += n.start[i-1]
	}
	n.list = make([]uint32, n.start[len(n.start)-1])
	next := slices.Clone(n.start)
	for i := range own {
		n.reach(&own[i], func(row, first, last int) {
			for c := row*n.columns + first; c <= row*n.columns+last; c++ {
				n.list[next[c]] = index[i]
				next[c]++
			}
		})
	}
	return n
}

// in gives the edges in some columns of a row.
func (n *near) in(row, first, last int) []uint32 {
	return n.list[n.start[row*n.columns+first]:n.start[row*n.columns+last+1]]
}

// nearest gives the square of the distance in metres to the nearest edge that
// is wanted, nil wanting all; +Inf where there is none.
//
// It goes round the point's cell in growing squares, until what lies farther
// out cannot be nearer than what was found.
func (n *near) nearest(p *plane, edges []edge, wanted func(*edge) bool) float64 {
	best := math.Inf(1)
	if len(n.list) == 0 {
		return best
	}
	column := n.column(min(max(p.at.Lon, n.box.minLon), n.box.maxLon))
	row := n.row(min(max(p.at.Lat, n.box.minLat), n.box.maxLat))
	scale := n.scale(p)
	look := func(row, first, last int) {
		if best < math.Inf(1) {
			first, last = n.clip(p, row, first, last, best, scale)
		}
		if first > last {
			return
		}
		for _, i := range n.in(row, first, last) {
			e := &edges[i]
			if square := p.toEdge(e); square < best && (wanted == nil || wanted(e)) {
				best = square
			}
		}
	}
	for k := 0; ; k++ {
		west, east := max(column-k, 0), min(column+k, n.columns-1)
		south, north := max(row-k, 0), min(row+k, n.rows-1)
		for r := south; r <= north; r++ {
			if r == row-k || r == row+k {
				look(r, west, east)
				continue
			}
			if west == column-k {
				look(r, west, west)
			}
			if east == column+k {
				look(r, east, east)
			}
		}
		// How far the rest is at least, on the sides where there is a rest.
		rest := math.Inf(1)
		if west > 0 {
			rest = min(rest, max(0, float64(int64(p.at.Lon)-n.west(west)))*scale)
		}
		if east < n.columns-1 {
			rest = min(rest, max(0, float64(n.west(east+1)-int64(p.at.Lon)))*scale)
		}
		if south > 0 {
			rest = min(rest, max(0, float64(int64(p.at.Lat)-n.south(south)))*p.latM)
		}
		if north < n.rows-1 {
			rest = min(rest, max(0, float64(n.south(north+1)-int64(p.at.Lat)))*p.latM)
		}
		if best <= rest*rest*(1-1e-12) || math.IsInf(rest, 1) {
			return best
		}
	}
}

// clip gives those of some columns of a row that may hold something nearer than
// the root of best, which is finite; first is behind last where none may. It
// errs on the far side by more than all rounding.
func (n *near) clip(p *plane, row, first, last int, best, scale float64) (int, int) {
	const slack = 1e-9
	dy := max(0, float64(n.south(row)-int64(p.at.Lat)), float64(int64(p.at.Lat)-n.south(row+1))) * p.latM
	rest := best*(1+slack) - dy*dy*(1-slack)
	if rest < 0 {
		return 0, -1
	}
	reach := math.Sqrt(rest)/scale + 1 // +Inf where the scale is 0
	west, east := float64(p.at.Lon)-reach, float64(p.at.Lon)+reach
	if west > float64(n.box.minLon) {
		first = max(first, n.column(int32(min(west, float64(n.box.maxLon)))))
	}
	if east < float64(n.box.maxLon) {
		last = min(last, n.column(int32(max(east, float64(n.box.minLon)))))
	}
	return first, last
}

// scale gives the least metres that a unit of longitude has between the point
// and any place of the box.
func (n *near) scale(p *plane) float64 {
	// As a parabola that bends down it is least at an end.
	lowest := min(p.lonM,
		p.lonScale(float64(n.box.minLat)-float64(p.at.Lat)), p.lonScale(float64(n.box.maxLat)-float64(p.at.Lat)))
	return max(lowest, 0)
}

// areaDistance is the square of the distance to the nearest edge of an area.
type areaDistance struct {
	area   uint32
	square float64
}

// within gives the areas from, up to but without to, that have an edge within
// radiusM metres, ascending, each once, in the memory of out.
func (n *near) within(p *plane, x *cells, from, to uint32, radiusM float64, out []areaDistance) []areaDistance {
	if len(n.list) == 0 || radiusM <= 0 {
		return out
	}
	dLon, dLat := radiusM/n.scale(p), radiusM/p.latM // dLon is +Inf where the scale is 0
	cell := func(v float64, low, high int32) int32 {
		return int32(min(max(v, float64(low)), float64(high)))
	}
	first := n.column(cell(float64(p.at.Lon)-dLon-1, n.box.minLon, n.box.maxLon))
	last := n.column(cell(float64(p.at.Lon)+dLon+1, n.box.minLon, n.box.maxLon))
	south := n.row(cell(float64(p.at.Lat)-dLat-1, n.box.minLat, n.box.maxLat))
	north := n.row(cell(float64(p.at.Lat)+dLat+1, n.box.minLat, n.box.maxLat))
	for row := south; row <= north; row++ {
		for _, i := range n.in(row, first, last) {
			e := &x.edges[i]
			square := p.toEdge(e)
			if square > radiusM*radiusM {
				continue
			}
			list := x.sets.of(e.touch)
			for _, a := range list[firstAtLeast(list, int(from)):] {
				if a >= to {
					break
				}
				out = append(out, areaDistance{a, square})
			}
		}
	}
	slices.SortFunc(out, func(a, b areaDistance) int {
		return cmp.Or(cmp.Compare(a.area, b.area), cmp.Compare(a.square, b.square))
	})
	return slices.CompactFunc(out, func(a, b areaDistance) bool { return a.area == b.area })
}

// firstAtLeast gives the place of the first member from least on. Sets are
// short.
func firstAtLeast(set []uint32, least int) int {
	for i, a := range set {
		if int(a) >= least {
			return i
		}
	}
	return len(set)
}

func contains(set []uint32, area uint32) bool {
	i := firstAtLeast(set, int(area))
	return i < len(set) && set[i] == area
}
