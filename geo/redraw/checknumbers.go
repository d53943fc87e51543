package redraw

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// The problems that Check alone finds, as the contract names them; the one about
// parents is ours.
const (
	ProblemOutsideParent = "OUTSIDE_PARENT"
	ProblemUnitsMixed    = "UNITS_MIXED"
	ProblemHouseholds    = "HOUSEHOLDS_OUT_OF_BAND"
	ProblemNotCompact    = "NOT_COMPACT"
	ProblemVacantPost    = "VACANT_POST"
	ProblemCodeRule      = "CODE_RULE"
)

// Compactness is 4π times the area of a shape over the square of its perimeter: 1
// for a circle, less the more it winds (D. D. Polsby and R. D. Popper, Yale Law
// & Policy Review 9, 1991). The shape is lon/lat in degrees; 0 for an empty one.
func Compactness(shape orb.MultiPolygon) float64 {
	return compactOf(shape, geo.AreaM2(shape))
}

func compactOf(shape orb.MultiPolygon, areaM2 float64) float64 {
	round := 0.0
	for _, polygon := range shape {
		for _, r := range polygon {
			for i := 1; i < len(r); i++ {
				round += geo.DistanceM(r[i-1], r[i])
			}
		}
	}
	if round == 0 {
		return 0
	}
	return 4 * math.Pi * areaM2 / (round * round)
}

// households warns of grids with too many or too few for their class.
func (v *survey) households(band float64) (out []Problem) {
	if band == 0 {
		band = DefaultHouseholdBand
	}
	sum, count := map[string]int{}, map[string]int{}
	for _, p := range v.of(geo.Grid) {
		sum[p.area.Class] += p.area.Households
		count[p.area.Class]++
	}
	for _, p := range v.of(geo.Grid) {
		mean := float64(sum[p.area.Class]) / float64(count[p.area.Class])
		off := float64(p.area.Households) - mean
		if band < 0 || mean == 0 || math.Abs(off) <= band*mean {
			continue
		}
		side := "more"
		if off < 0 {
			side = "fewer"
		}
		out = append(out, Problem{
			Code: ProblemHouseholds, Warning: true, At: middleOf(p), Areas: []geo.Ref{p.area.Ref()},
			Value: float64(p.area.Households), Norm: mean, Class: p.area.Class,
			Detail: fmt.Sprintf("%s has %d households, %.0f %% %s than the %.0f that %s grids have on average",
				p.area.Ref(), p.area.Households, 100*math.Abs(off)/mean, side, mean, p.area.Class),
		})
	}
	return out
}

// compactness is Compactness, of a size that is known as a rule.
func (p *plot) compactness() float64 {
	if p.area.AreaM2 > 0 {
		return compactOf(p.area.Shape, p.area.AreaM2)
	}
	return Compactness(p.area.Shape)
}

// compactness warns of areas that a change made wind too much.
func compactness(was, now *survey, least float64) []Problem {
	if least == 0 {
		least = DefaultMinCompactness
	}
	var changed []*plot
	for _, p := range now.all() {
		if old := was.byID[p.area.ID]; least >= 0 && old != p && (old == nil || !old.lines.equal(p.lines)) {
			changed = append(changed, p)
		}
	}
	var jobs []func() []Problem
	for some := range slices.Chunk(changed, atOnce) {
		jobs = append(jobs, func() (out []Problem) {
			for _, p := range some {
				value := p.compactness()
				if old := was.byID[p.area.ID]; value >= least || old != nil && value >= old.compactness() {
					continue
				}
				out = append(out, Problem{
					Code: ProblemNotCompact, Warning: true, At: middleOf(p), Areas: []geo.Ref{p.area.Ref()},
					Value: value, Norm: least,
					Detail: fmt.Sprintf("%s winds: its compactness is %.2f, less than %.2f", p.area.Ref(), value, least),
				})
			}
			return out
		})
	}
	return together(jobs)
}

// vacancies warns of posts that new areas must have and that nobody holds.
func vacancies(was, now *survey, vacant func(geo.Area) []string) (out []Problem) {
	for _, p := range now.all() {
		if vacant == nil || was.byID[p.area.ID] != nil {
			continue
		}
		if posts := vacant(p.area); len(posts) > 0 {
			out = append(out, Problem{
				Code: ProblemVacantPost, Warning: true, At: middleOf(p), Areas: []geo.Ref{p.area.Ref()}, Posts: posts,
				Detail: fmt.Sprintf("nobody holds the posts of %s: %s", p.area.Ref(), strings.Join(posts, ", ")),
			})
		}
	}
	return out
}

// lockedProblems finds lines of locked kinds that moved by more than a neighbour's
// new corner on them does. Of the kinds that came in by an import they are warnings.
func lockedProblems(was, now *survey, locked []geo.Kind, came [6]bool) (out []Problem) {
	if locked == nil {
		locked = []geo.Kind{geo.District, geo.Township, geo.Village}
	}
	for _, k := range locked {
		imported := came[k.Index()]
		if imported && len(was.of(k)) == 0 {
			continue // nothing was there to be locked
		}
		from := len(out)
		for _, p := range now.of(k) {
			switch old := was.byID[p.area.ID]; {
			case old == nil:
				out = append(out, lockedProblem(p, middleOf(p), "is new"))
			case old != p && !old.lines.equal(p.lines):
				if at, moved := movedFrom(old.lines, p.lines); moved {
					out = append(out, lockedProblem(p, at, "has other lines than before"))
				}
			}
		}
		for _, p := range was.of(k) {
			if now.byID[p.area.ID] == nil {
				out = append(out, lockedProblem(p, middleOf(p), "is no more"))
			}
		}
		for i := from; i < len(out); i++ {
			out[i].Warning = imported
		}
	}
	return out
}

func lockedProblem(p *plot, at orb.Point, what string) Problem {
	ref := p.area.Ref()
	return Problem{Code: ProblemLocked, At: at, Areas: []geo.Ref{ref}, Detail: fmt.Sprintf("%s %s, and the lines of every %s are locked", ref, what, ref.Kind)}
}

// lockedSteps is how far neighbours' new corners may bend a locked line: each by
// half a step, of what earlier ones bent.
const lockedSteps = 5

// movedFrom finds a place between two outlines that lies further from both than
// rounding to the lattice explains.
func movedFrom(old, lines outline) (orb.Point, bool) {
	sum := chain{}
	sum.outline(lines, 1)
	sum.outline(old, -1)
	rings, _ := trace(sum.all())
	for _, r := range rings {
		if !r.thinner(lockedSteps) {
			return interior(r).Point(), true
		}
	}
	return orb.Point{}, false
}
