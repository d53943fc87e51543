package redraw

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Transfer is land that passes from one area of a kind to another.
type Transfer struct {
	Kind   geo.Kind
	From   *geo.Ref         // as it was called; nil where no area had the land
	To     *geo.Ref         // as it is called; nil where no area gets it
	Shape  orb.MultiPolygon // lon/lat in degrees, WGS 84, on the lattice
	AreaM2 float64
}

// Moved gives the land that changes hands between two sets of areas of one
// district, such as two revisions, or a revision and a plan: for each kind a transfer for
// every pair of areas, by kind, then by the codes. Ids say which area is which: one that
// only gets another code moves no land. Shapes are as geo.NormalizeShape gives them.
//
// Where the lines of the two sets share their corners or keep apart the shapes are
// exact; where they cross, a crossing is put on the lattice, within a step. Slivers of
// less than a step are left out. Land that one area gets and another one keeps, an overlap,
// passes to nobody.
func Moved(from, to []geo.Area) []Transfer {
	var jobs []func() []Transfer
	for _, k := range geo.Kinds() {
		jobs = append(jobs, func() []Transfer { return newExchange(k, from, to).transfers() })
	}
	return together(jobs)
}

// exchange is the areas of one kind that change, with what they lose and gain.
type exchange struct {
	kind        geo.Kind
	was, now    []*plot
	lost, gains []holding
}

// holding is land of an area.
type holding struct {
	ref  geo.Ref
	land outline
	box  box
}

func newExchange(k geo.Kind, from, to []geo.Area) *exchange {
	x := &exchange{kind: k, was: plotsOf(k, from), now: plotsOf(k, to)}
	before := make(map[geo.ID]*plot, len(x.was))
	for _, p := range x.was {
		before[p.area.ID] = p
	}
	for _, q := range x.now {
		p := before[q.area.ID]
		delete(before, q.area.ID)
		switch {
		case p == nil:
			x.gains = append(x.gains, holding{q.area.Ref(), q.lines, q.box})
		case !p.lines.equal(q.lines):
			x.gains = appendHolding(x.gains, q.area.Ref(), only(q.lines, p.lines))
			x.lost = appendHolding(x.lost, p.area.Ref(), only(p.lines, q.lines))
		}
	}
	for _, p := range x.was {
		if before[p.area.ID] != nil {
			x.lost = append(x.lost, holding{p.area.Ref(), p.lines, p.box})
		}
	}
	return x
}

func plotsOf(k geo.Kind, areas []geo.Area) (out []*plot) {
	for i := range areas {
		if areas[i].Kind == k {
			lines := readOutline(areas[i].Shape)
			out = append(out, &plot{area: areas[i], lines: lines, box: lines.bounds()})
		}
	}
	return out
}

func appendHolding(list []holding, ref geo.Ref, land outline) []holding {
	if len(land) == 0 {
		return list
	}
	return append(list, holding{ref, land, land.bounds()})
}

func (x *exchange) transfers() (out []Transfer) {
	for _, g := range x.gains {
		rest := g.land.twiceArea()
		for _, l := range x.lost {
			if !l.box.meets(g.box) {
				continue
			}
			land := common(g.land, l.land)
			rest -= land.twiceArea()
			out = x.appendLand(out, &l.ref, &g.ref, land)
		}
		if rest > 0 {
			out = x.appendLand(out, nil, &g.ref, leave(g, x.was))
		}
	}
	for _, l := range x.lost {
		rest := l.land.twiceArea()
		for _, t := range out {
			if t.From != nil && *t.From == l.ref {
				rest -= readOutline(t.Shape).twiceArea()
			}
		}
		if rest > 0 {
			out = x.appendLand(out, &l.ref, nil, leave(l, x.now))
		}
	}
	code := func(r *geo.Ref) string {
		if r == nil {
			return ""
		}
		return r.Code
	}
	slices.SortStableFunc(out, func(a, b Transfer) int {
		return cmp.Or(cmp.Compare(code(a.From), code(b.From)), cmp.Compare(code(a.To), code(b.To)))
	})
	return out
}

func (x *exchange) appendLand(out []Transfer, from, to *geo.Ref, land outline) []Transfer {
	if len(land) == 0 {
		return out
	}
	shape := land.shape(nil, nil)
	return append(out, Transfer{Kind: x.kind, From: from, To: to, Shape: shape, AreaM2: geo.AreaM2(shape)})
}

// leave gives what is left of land where some areas have none of it.
func leave(h holding, areas []*plot) outline {
	land := h.land
	for _, p := range areas {
		if len(land) == 0 {
			break
		}
		if p.box.meets(h.box) {
			land = only(land, p.lines)
		}
	}
	return land
}
