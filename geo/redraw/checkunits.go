package redraw

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// together runs jobs on all processors and gives what they find, in their order.
func together[T any](jobs []func() []T) (out []T) {
	found := make([][]T, len(jobs))
	next := make(chan int)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		group.Go(func() {
			for i := range next {
				found[i] = jobs[i]()
			}
		})
	}
	for i := range jobs {
		next <- i
	}
	close(next)
	group.Wait()
	return slices.Concat(found...)
}

// key names a problem by its code and areas, whatever these are called now.
func key(code string, plots ...*plot) string {
	ids := make([]string, len(plots))
	for i, p := range plots {
		ids[i] = p.area.ID.String()
	}
	slices.Sort(ids[1:])
	return code + " " + strings.Join(ids, " ")
}

// rings finds a shape that breaks the rules, and an area in several parts.
func (v *survey) rings(p *plot) []finding {
	return p.answer(askRings, nil, func() (out []finding) {
		ref := p.area.Ref()
		_, err := geo.NormalizeShape(p.area.Shape)
		if err == nil && !windsRight(p.lines) {
			err = &geo.GeometryError{Rule: geo.RuleSelfCrossing, At: p.area.Shape[0][0][0]}
		}
		if err != nil {
			problem := *shapeProblem(ref, err)
			out = append(out, finding{Problem: problem, key: key(problem.Code, p)})
		}
		if n := len(p.lines); n > 1 {
			least := slices.MinFunc(p.lines, func(a, b []ring) int {
				return int(min(max(geo.TwiceArea(a[0])-geo.TwiceArea(b[0]), -1), 1))
			})
			out = append(out, finding{
				Problem: Problem{Code: ProblemNotContiguous, Detail: fmt.Sprintf("%s has %d parts", ref, n), At: interior(least[0]).Point(), Areas: []geo.Ref{ref}, Value: float64(n)},
				key:     key(ProblemNotContiguous, p), amount: float64(n),
			})
		}
		return out
	})
}

// parent finds an area that reaches beyond the one it belongs to, or belongs to none.
func (v *survey) parent(p *plot) []finding {
	home := v.byRef[p.area.Parent]
	return p.answer(askParent, []*plot{home}, func() []finding {
		ref := p.area.Ref()
		if home == nil {
			return []finding{{
				Problem: Problem{Code: ProblemUnknownParent, Detail: fmt.Sprintf("%s belongs to no area that there is", ref), At: middleOf(p), Areas: []geo.Ref{ref}},
				key:     key(ProblemUnknownParent, p),
			}}
		}
		if p.lines.equal(home.lines) {
			return nil
		}
		over := beyondOf(p, home)
		if len(over) == 0 {
			return nil
		}
		at, areaM2 := interior(over.largest()).Point(), geo.AreaM2(over.shape(nil, nil))
		return []finding{{
			Problem: Problem{Code: ProblemOutsideParent, Detail: fmt.Sprintf("%s reaches beyond %s, which it belongs to", ref, home.area.Ref()), At: at, Areas: []geo.Ref{ref, home.area.Ref()}, AreaM2: areaM2},
			key:     key(ProblemOutsideParent, p, home), amount: areaM2,
		}}
	})
}

// splitUnit finds a group or compound that does not lie in one grid.
func (v *survey) splitUnit(unit *plot) []finding {
	near := nearTo(unit, v.of(geo.Grid))
	return unit.answer(askUnit, near, func() []finding { return splitUnit(unit, sharesOf(unit, near)) })
}

func splitUnit(unit *plot, parts []landShare) []finding {
	if len(parts) < 2 {
		return nil // in one, or where there is a gap
	}
	slices.SortStableFunc(parts, func(a, b landShare) int { return int(min(max(b.twice()-a.twice(), -1), 1)) })
	ref := unit.area.Ref()
	refs, names, plots := []geo.Ref{ref}, []string(nil), []*plot{unit}
	var away float64
	for i, part := range parts {
		refs, names, plots = append(refs, part.plot.area.Ref()), append(names, part.plot.area.Code), append(plots, part.plot)
		if i > 0 {
			away += float64(part.twice())
		}
	}
	least := parts[len(parts)-1]
	return []finding{{
		Problem: Problem{Code: ProblemUnitSplit, Detail: fmt.Sprintf("%s lies in %d grids: %s", ref, len(parts), strings.Join(names, ", ")), At: least.at(), Areas: refs},
		key:     key(ProblemUnitSplit, plots...), amount: away,
	}}
}

// gridUnits finds an urban grid that is not part of one community, and a rural one
// that does not have whole villages of one township.
func (v *survey) gridUnits(g *plot) []finding {
	units := v.of(geo.Village)
	if g.area.Class != "urban" && g.area.Class != "rural" || len(units) == 0 {
		return nil
	}
	near := nearTo(g, units)
	return g.answer(askGrid, near, func() (out []finding) {
		if f, mixed := mixedUnits(g, sharesOf(g, near)); mixed {
			out = append(out, f)
		}
		return out
	})
}

func mixedUnits(g *plot, parts []landShare) (f finding, mixed bool) {
	ref := g.area.Ref()
	report := func(amount float64, at orb.Point, units []*plot, detail string) (finding, bool) {
		refs := []geo.Ref{ref}
		for _, u := range units {
			refs = append(refs, u.area.Ref())
		}
		return finding{
			Problem: Problem{Code: ProblemUnitsMixed, Warning: true, Detail: fmt.Sprintf("%s %s", ref, detail), At: at, Areas: refs},
			key:     key(ProblemUnitsMixed, append([]*plot{g}, units...)...), amount: amount,
		}, true
	}
	slices.SortStableFunc(parts, func(a, b landShare) int { return int(min(max(b.twice()-a.twice(), -1), 1)) })
	var units, torn []*plot
	var away, cut float64
	var tornAt orb.Point
	towns := map[geo.Ref]bool{}
	for i, part := range parts {
		units = append(units, part.plot)
		towns[part.plot.area.Parent] = true
		if i > 0 {
			away += float64(part.twice())
		}
		if whole, twice := part.plot.lines.twiceArea(), part.twice(); twice < whole && len(beyondOf(part.plot, g)) > 0 {
			torn, tornAt = append(torn, part.plot), part.at()
			cut += float64(min(twice, whole-twice))
		}
	}
	switch {
	case g.area.Class == "urban" && len(units) > 1:
		return report(away, parts[len(parts)-1].at(), units, fmt.Sprintf("is urban and lies in %d units, not in one community", len(units)))
	case g.area.Class == "urban" && len(units) == 1 && units[0].area.UnitType == "village":
		return report(0, middleOf(g), units, fmt.Sprintf("is urban and lies in a village, %s", units[0].area.Ref()))
	case g.area.Class == "rural" && len(torn) > 0:
		return report(cut, tornAt, torn, fmt.Sprintf("is rural and has only a part of %s", names(torn)))
	case g.area.Class == "rural" && len(towns) > 1:
		return report(away, parts[len(parts)-1].at(), units, fmt.Sprintf("has villages of %d townships", len(towns)))
	}
	return finding{}, false
}

func names(plots []*plot) string {
	out := make([]string, len(plots))
	for i, p := range plots {
		out[i] = p.area.Ref().String()
	}
	return strings.Join(out, ", ")
}

// middleOf gives a place in an area.
func middleOf(p *plot) orb.Point {
	at, _ := geo.PointOnSurface(p.area.Shape)
	return at
}
