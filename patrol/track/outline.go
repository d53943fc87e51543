package track

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// outline is a shape on the turned plane, and what is measured of it.
type outline struct {
	of                        *Measure
	sides                     []side
	areaM2                    float64
	low, high                 int64 // how far it reaches along the lines, in units
	first, last               int   // the lines that may meet it
	covered, unmerged, walked int64 // in units: along lines, and along ways

	cuts [][]int64 // where the lines of a band cross sides; kept between bands
}

type side struct{ ax, ay, bx, by float64 } // ay < by

// newOutline puts a shape on the plane. ok is false for one that is empty or
// outside the zone.
func newOutline(shape orb.MultiPolygon) (o outline, ok bool) {
	twice := 0.0
	o.low, o.high = math.MaxInt64, math.MinInt64
	for _, polygon := range shape {
		for _, ring := range polygon {
			var px, py, fx, fy float64
			for i, p := range ring {
				x, y, in := onPlane(p)
				if !in {
					return outline{}, false
				}
				o.low, o.high = min(o.low, units(x)), max(o.high, units(x))
				if i == 0 {
					fx, fy = x, y // near the ring, so that small rings lose no digits
				} else {
					twice += (px-fx)*(y-fy) - (x-fx)*(py-fy)
					if py < y {
						o.sides = append(o.sides, side{px, py, x, y})
					} else if y < py {
						o.sides = append(o.sides, side{x, y, px, py})
					}
				}
				px, py = x, y
			}
		}
	}
	o.areaM2 = twice / 2
	return o, len(o.sides) > 0
}

func (o *outline) setRows(rowM float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range o.sides {
		low, high = min(low, s.ay), max(high, s.by)
	}
	o.first, o.last = int(math.Floor(low/rowM))-1, int(math.Ceil(high/rowM))+1
}

// measure adds what the lines, of which the first is number from, hold of the
// outline.
func (o *outline) measure(rows []row, from int, rowM float64) {
	if len(o.cuts) < len(rows) {
		o.cuts = make([][]int64, len(rows))
	}
	begin, end := max(o.first, from), min(o.last, from+len(rows)-1)
	some := false
	for k := begin; k <= end; k++ {
		o.cuts[k-from] = o.cuts[k-from][:0]
		some = some || rows[k-from].meets(o.low, o.high)
	}
	if !some {
		return
	}
	for _, s := range o.sides {
		// Lines at or above ay and below by cross the side.
		first := max(int(math.Ceil(s.ay/rowM-0.5))-1, begin)
		last := min(int(math.Ceil(s.by/rowM-0.5))+1, end)
		for k := first; k <= last; k++ {
			y := (float64(k) + 0.5) * rowM
			if s.ay <= y && y < s.by && len(rows[k-from].merged) > 0 {
				o.cuts[k-from] = append(o.cuts[k-from], units(s.ax+(y-s.ay)/(s.by-s.ay)*(s.bx-s.ax)))
			}
		}
	}
	for k := begin; k <= end; k++ {
		if cuts := o.cuts[k-from]; len(cuts) > 1 {
			slices.Sort(cuts)
			o.add(&rows[k-from], cuts)
		}
	}
}

// meets tells whether anything on the line lies between low and high.
func (r *row) meets(low, high int64) bool {
	n := len(r.merged)
	return n > 0 && r.merged[0].low <= high && r.merged[n-1].high >= low
}

// add measures one line, which is inside between the first and the second cut,
// the third and the fourth, and so on.
func (o *outline) add(r *row, cuts []int64) {
	for i := 1; i < len(cuts); i += 2 {
		low, high := cuts[i-1], cuts[i]
		from, _ := slices.BinarySearchFunc(r.merged, low, func(s stretch, at int64) int {
			if s.high <= at {
				return -1
			}
			return 1
		})
		for _, s := range r.merged[from:] {
			if s.low >= high {
				break
			}
			o.covered += min(s.high, high) - max(s.low, low)
		}
		if from == len(r.merged) || r.merged[from].low >= high {
			continue // nobody was here
		}
		for _, s := range r.alone {
			if s.low >= high {
				break
			}
			if s.high > low {
				o.unmerged += min(s.high, high) - max(s.low, low)
			}
		}
		for _, w := range r.ways {
			switch {
			case w.low >= low && w.high <= high:
				o.walked += w.length
			case w.low < high && w.high > low:
				o.walked += int64(float64(w.length) * float64(min(w.high, high)-max(w.low, low)) / float64(w.high-w.low))
			}
		}
	}
}
