package track

import (
	"cmp"
	"math"
	"slices"
)

// bandRows is how many lines are worked on at once: what they hold is all that
// is kept in memory.
const bandRows = 1024

// sweep goes over the plane line by line. Line k is at y = (k+½) rowM.
type sweep struct {
	radius, rowM float64
	capsules     []capsule // by their first line
	rows         [bandRows]row
}

// stretch is a part of a line, in units.
type stretch struct{ low, high int64 }

// row is what the tracks leave on one line.
type row struct {
	each   []owned   // what the capsules hold
	alone  []stretch // each track's own, merged in itself, by low
	merged []stretch // of all tracks, apart and in order
	ways   []way
}

type owned struct {
	stretch
	track int32
}

// way is the part of a step between two half-lines: where it runs, and how long
// it is.
type way struct {
	stretch
	length int64
}

// run sweeps all lines that hold both a capsule and an outline.
func (s *sweep) run(outlines []outline) {
	if len(s.capsules) == 0 {
		return
	}
	first, last := math.MaxInt, math.MinInt
	for i := range outlines {
		first, last = min(first, outlines[i].first), max(last, outlines[i].last)
	}
	var active []*capsule
	next := 0
	for from := max(first, s.capsules[0].first); from <= last; from += bandRows {
		to := min(from+bandRows-1, last)
		for ; next < len(s.capsules) && s.capsules[next].first <= to; next++ {
			active = append(active, &s.capsules[next])
		}
		active = slices.DeleteFunc(active, func(c *capsule) bool { return c.last < from })
		if len(active) == 0 {
			if next == len(s.capsules) {
				return
			}
			from = s.capsules[next].first - bandRows // on to the next that holds something
			continue
		}
		// One step after the other, so that most of what they leave on a line
		// runs into what the one before left.
		slices.SortFunc(active, func(a, b *capsule) int { return a.number - b.number })
		s.fill(active, from, to)
		for i := range outlines {
			if o := &outlines[i]; o.first <= to && o.last >= from {
				o.measure(s.rows[:to-from+1], from, s.rowM)
			}
		}
	}
}

// fill writes the lines from..to.
func (s *sweep) fill(active []*capsule, from, to int) {
	for i := range s.rows {
		r := &s.rows[i]
		r.each, r.alone, r.merged, r.ways = r.each[:0], r.alone[:0], r.merged[:0], r.ways[:0]
	}
	for _, c := range active {
		for k := max(c.first, from); k <= min(c.last, to); k++ {
			if low, high, ok := c.chord((float64(k)+0.5)*s.rowM, s.radius); ok {
				s.rows[k-from].hold(c.track, stretch{units(low), units(high)})
			}
		}
		s.pace(c, from, to)
	}
	for i := range s.rows[:to-from+1] {
		s.rows[i].merge()
	}
}

// hold adds what a capsule holds of the line.
func (r *row) hold(track int32, s stretch) {
	if n := len(r.each); n > 0 {
		if l := &r.each[n-1]; l.track == track && l.low <= s.high && s.low <= l.high {
			l.low, l.high = min(l.low, s.low), max(l.high, s.high)
			return
		}
	}
	r.each = append(r.each, owned{s, track})
}

// pace parts the step among the lines it passes.
func (s *sweep) pace(c *capsule, from, to int) {
	length := math.Sqrt((c.bx-c.ax)*(c.bx-c.ax) + (c.by-c.ay)*(c.by-c.ay))
	if length == 0 {
		return
	}
	firstRow, lastRow := int(math.Floor(c.ay/s.rowM)), int(math.Floor(c.by/s.rowM))
	part := func(k int) float64 { // of the step, below the lower border of row k
		if k <= firstRow {
			return 0
		}
		if k > lastRow {
			return 1
		}
		return min(max((float64(k)*s.rowM-c.ay)/(c.by-c.ay), 0), 1)
	}
	for k := max(firstRow, from); k <= min(lastRow, to); k++ {
		a, b := part(k), part(k+1)
		x, z := units(c.ax+a*(c.bx-c.ax)), units(c.ax+b*(c.bx-c.ax))
		if l := units(b*length) - units(a*length); l > 0 {
			r := &s.rows[k-from]
			r.ways = append(r.ways, way{stretch{min(x, z), max(x, z)}, l})
		}
	}
}

// merge makes alone and merged of each.
func (r *row) merge() {
	slices.SortFunc(r.each, func(a, b owned) int {
		if a.track != b.track {
			return int(a.track - b.track)
		}
		return cmp.Compare(a.low, b.low)
	})
	for i, e := range r.each {
		if i > 0 && e.track == r.each[i-1].track {
			if l := &r.alone[len(r.alone)-1]; e.low <= l.high {
				l.high = max(l.high, e.high)
				continue
			}
		}
		r.alone = append(r.alone, e.stretch)
	}
	slices.SortFunc(r.alone, func(a, b stretch) int { return cmp.Compare(a.low, b.low) })
	for _, a := range r.alone {
		if n := len(r.merged); n > 0 && a.low <= r.merged[n-1].high {
			r.merged[n-1].high = max(r.merged[n-1].high, a.high)
			continue
		}
		r.merged = append(r.merged, a)
	}
}
