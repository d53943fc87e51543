package redraw

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
)

// count is households and people, in hundredths. It may fall below 0 where the
// base gave an area fewer than its homes have.
type count struct{ households, people int64 }

func newCount(a *geo.Area) count {
	return count{100 * int64(a.Households), 100 * int64(a.Population)}
}

func (c count) plus(d count) count { return count{c.households + d.households, c.people + d.people} }

// shown is whole ones of hundredths.
func shown(hundredths int64) int { return int(max(0, (hundredths+50)/100)) }

// known is which numbers the base has for a kind.
type known struct{ households, people bool }

// knownOf notes what is known of the kinds.
func knownOf(plots []*plot) (out [8]known) {
	for _, p := range plots {
		k := &out[p.area.Kind.Index()]
		k.households = k.households || p.area.Households > 0
		k.people = k.people || p.area.Population > 0
	}
	return out
}

// recount brings the households of all areas up to date, for what the operation
// did to shapes. See Home for the rule.
func (e *edit) recount(diffs []diff) {
	gains := map[int32]count{}
	for _, k := range geo.Kinds() {
		has := e.before.base.known[k.Index()]
		if !has.households && !has.people {
			continue
		}
		for h, m := range e.moves(k, diffs) {
			c := count{}
			if has.households {
				c.households = int64(h.Hundredths)
			}
			if has.people {
				c.people = int64(h.People)
			}
			gains[m.to] = gains[m.to].plus(c)
			gains[m.from] = gains[m.from].plus(count{-c.households, -c.people})
		}
	}
	for gone, heir := range e.heirs {
		gains[heir] = gains[heir].plus(e.was(gone).count).plus(gains[gone])
	}
	for slot, c := range gains {
		if slot < 0 || e.plot(slot) == nil || c == (count{}) || e.given[slot] {
			continue
		}
		e.rewrite(slot, func(*geo.Area) {})
		p := e.plot(slot)
		p.count = p.count.plus(c)
		p.area.Households, p.area.Population = shown(p.count.households), shown(p.count.people)
	}
}

// passage is a home that goes from the area of one slot to that of another, -1
// for none.
type passage struct{ from, to int32 }

// moves gives the homes that belong to another area of a kind than before, for
// the areas whose sides changed.
func (e *edit) moves(k geo.Kind, diffs []diff) func(yield func(Home, passage) bool) {
	return func(yield func(Home, passage) bool) {
		reach := nowhere()
		var candidates crowd
		for i := range diffs {
			if d := &diffs[i]; d.kind() == k {
				if b, ok := d.reach(); ok {
					reach = reach.with(b)
				}
			}
		}
		if reach == nowhere() {
			return
		}
		all := e.before.base.homes().in(reach)
		near, marks := make([]bool, len(all)), make([]byte, len(all))
		for i := range diffs {
			if d := &diffs[i]; d.kind() == k {
				all.passed(d, marks)
				for m := range marks {
					near[m] = near[m] || marks[m] != 0
				}
			}
		}
		for i, h := range all {
			if near[i] {
				candidates = append(candidates, h)
			}
		}
		if len(candidates) == 0 {
			return
		}
		from, to := e.owners(k, candidates, reach)
		for i, h := range candidates {
			if from[i] != to[i] && !yield(h, passage{from[i], to[i]}) {
				return
			}
		}
	}
}

// passed marks the homes that the change of an area may have put on the other
// side of its line: those that have an odd number of changed sides to their east,
// or lie on one.
func (c crowd) passed(d *diff, marks []byte) {
	clear(marks)
	for _, f := range d.lost {
		c.cast(f, marks)
	}
	for _, f := range d.gained {
		c.cast(f, marks)
	}
}

// owners gives the slots of the areas of a kind that homes belong to, before the
// operation and after it; -1 for none.
func (e *edit) owners(k geo.Kind, homes crowd, reach box) (before, after []int32) {
	before, after = make([]int32, len(homes)), make([]int32, len(homes))
	for i := range homes {
		before[i], after[i] = -1, -1
	}
	marks := make([]byte, len(homes))
	claim := func(owners []int32, table func(int32) *plot, slot int32) {
		for i, m := range marks {
			if m != 0 && (owners[i] < 0 || table(slot).area.Code < table(owners[i]).area.Code) {
				owners[i] = slot
			}
		}
	}
	for slot := range int32(e.now.plots.n) {
		was, now := e.was(slot), e.plot(slot)
		if was != nil && was.area.Kind == k && was.box.meets(reach) {
			homes.covered(was, marks)
			claim(before, e.was, slot)
		}
		if now != nil && now.area.Kind == k && now.box.meets(reach) {
			if now != was {
				homes.covered(now, marks)
			}
			claim(after, e.plot, slot)
		}
	}
	return before, after
}

// nowhere is the box of nothing.
func nowhere() box { return box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32} }

// with gives the box round both.
func (b box) with(c box) box {
	return box{min(b.west, c.west), min(b.south, c.south), max(b.east, c.east), max(b.north, c.north)}
}

// reach is the box round all sides that changed: what was inside and is outside,
// or the other way round, lies in it.
func (d *diff) reach() (b box, ok bool) {
	b = nowhere()
	for _, f := range d.lost {
		b = b.with(edgeBox(f))
	}
	for _, f := range d.gained {
		b = b.with(edgeBox(f))
	}
	return b, b != nowhere()
}
