package redraw

import "github.com/gridpatrol/gridpatrol/geo"

// diff is what an operation does to the sides of one area.
type diff struct {
	slot         int32
	was, now     *plot  // nil where there was, or is, no area
	lost, gained []edge // sides that only the one or the other has
}

// newDiff compares two versions of an area. It looks at the stretch of each ring
// alone that is not the same at both ends.
func newDiff(slot int32, was, now *plot) diff {
	d := diff{slot: slot, was: was, now: now}
	var before, after outline
	if was != nil {
		before = was.lines
	}
	if now != nil {
		after = now.lines
	}
	if was != nil && now != nil && sameRings(before, after) {
		for i := range before {
			for k := range before[i] {
				l, g := ringDiff(before[i][k], after[i][k])
				d.lost, d.gained = append(d.lost, l...), append(d.gained, g...)
			}
		}
	} else {
		d.lost, d.gained = before.all(), after.all()
	}
	d.cancel()
	return d
}

// sameRings tells whether both have as many polygons and rings.
func sameRings(a, b outline) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i]) != len(b[i]) {
			return false
		}
	}
	return true
}

// ringDiff gives the sides of each ring that lie between the corners which both
// begin with and those which both end with.
func ringDiff(a, b ring) (lost, gained []edge) {
	front := 0
	for front < len(a) && front < len(b) && a[front] == b[front] {
		front++
	}
	if front == len(a) && front == len(b) {
		return nil, nil
	}
	back := 0
	for back < len(a)-front && back < len(b)-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return stretch(a, front, back), stretch(b, front, back)
}

// stretch gives the sides of r but for those within its first front and its
// last back corners.
func stretch(r ring, front, back int) (out []edge) {
	n := len(r)
	for i := range n {
		k := (i + 1) % n
		within := i+1 < front || i >= n-back && i < n-1
		if i == n-1 && front > 0 && back > 0 {
			within = true
		}
		if !within {
			out = append(out, edge{r[i], r[k]})
		}
	}
	return out
}

// cancel takes out the sides that are in both lists.
func (d *diff) cancel() {
	if len(d.lost) == 0 || len(d.gained) == 0 {
		return
	}
	count := make(map[edge]int, len(d.lost))
	for _, e := range d.lost {
		count[e]++
	}
	kept := d.gained[:0:0]
	for _, e := range d.gained {
		if count[e] > 0 {
			count[e]--
		} else {
			kept = append(kept, e)
		}
	}
	d.gained = kept
	lost := d.lost[:0:0]
	for _, e := range d.lost {
		if count[e] > 0 {
			count[e]--
			lost = append(lost, e)
		}
	}
	d.lost = lost
}

// chain is a sum of directed sides: each side from its lower end to its higher,
// counted, against it counted negative.
type chain map[edge]int

func (c chain) add(e edge, n int) {
	if geo.CompareLattice(e.a, e.b) > 0 {
		e, n = e.reversed(), -n
	}
	if c[e] += n; c[e] == 0 {
		delete(c, e)
	}
}

// all gives the sides in the direction that they count in, as often as they do.
func (c chain) all() (out []edge) {
	for e, n := range c {
		for range n {
			out = append(out, e)
		}
		for range -n {
			out = append(out, e.reversed())
		}
	}
	sortEdges(out)
	return out
}
