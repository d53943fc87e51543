package redraw

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Settings say what Check looks for. The zero value is what a district starts
// with.
type Settings struct {
	// Locked are the kinds whose lines nobody may move; nil stands for the
	// statutory ones, an empty list for none.
	Locked []geo.Kind
	// HouseholdBand is how far from the mean of its class the households of a grid
	// may be, as a share of the mean. 0 stands for 0.35; below 0 nobody asks.
	HouseholdBand float64
	// MinCompactness is the least compactness, see Compactness, that a change may
	// leave without a warning. 0 stands for 0.2; below 0 nobody asks.
	MinCompactness float64
	// FreeCodes lets codes be of any form.
	FreeCodes bool
	// Vacant names the posts that an area of the plan must have and that nobody
	// holds; nil where nobody asks.
	Vacant func(geo.Area) []string
}

// The values that the zero Settings stand for.
const (
	DefaultHouseholdBand  = 0.35
	DefaultMinCompactness = 0.2
)

// Check gives every problem of a state, errors first, then by area.
// What is wrong in the base already, and no worse now, is a warning: nobody has to
// mend what was there to change something else. base and state are of one
// district; they need not be made from each other. What areas and neighbours that did not
// change since they were checked last said then is not looked for again. The caller owns the slice.
//
// Errors are what would make the map wrong: faults of rings, gaps and overlaps, areas
// beyond their parent or the district, parents that are no more, areas that came apart, lines of
// locked kinds, units that lie in several grids, new codes of a wrong form. Warnings are what a
// planner may have reasons for: urban grids of more than one community, rural ones of parts of
// villages or of several townships, codes that no longer say where an area belongs, households
// out of band, a shape less compact than before, vacant posts. Lines of a locked kind that an
// Import moved are a warning, too, and none where the base has no areas of the kind.
func Check(base, state *State, s Settings) []Problem {
	now, was := newSurvey(state), newSurvey(base)
	now.base = was
	found := now.structure(s)
	if len(found) > 0 {
		forgive(found, was.structure(s))
	}
	var out []Problem
	for _, f := range found {
		f.Areas = slices.Clone(f.Areas) // those of notes stay
		out = append(out, f.Problem)
	}
	out = append(out, seamProblems(was, now)...)
	out = append(out, lockedProblems(was, now, s.Locked, state.came)...)
	out = append(out, now.households(s.HouseholdBand)...)
	out = append(out, compactness(was, now, s.MinCompactness)...)
	out = append(out, vacancies(was, now, s.Vacant)...)
	SortProblems(out)
	return out
}

// SortProblems puts errors first, then goes by the first area, by code and by
// place.
func SortProblems(problems []Problem) {
	rank := func(p Problem) int {
		if p.Warning {
			return 1
		}
		return 0
	}
	first := func(p Problem) geo.Ref {
		if len(p.Areas) == 0 {
			return geo.Ref{}
		}
		return p.Areas[0]
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), compareRefs(first(a), first(b)), cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.At[0], b.At[0]), cmp.Compare(a.At[1], b.At[1]))
	})
}

// finding is a problem that a state has by itself, with what it is known by in
// another state, and how bad it is.
type finding struct {
	Problem
	key    string
	amount float64
}

// forgive makes warnings of what was as bad before.
func forgive(found, before []finding) {
	old := make(map[string]float64, len(before))
	for _, f := range before {
		old[f.key] = max(old[f.key], f.amount)
	}
	for i := range found {
		f := &found[i]
		if amount, ok := old[f.key]; ok && f.amount <= amount*(1+1e-9) {
			f.Warning = true
			f.Detail += " (as before)"
			f.Before = true
		}
	}
}

// survey is the areas of a state as looking at all of them needs them.
type survey struct {
	kinds [6][]*plot // by kind.Index, in the order of codes
	byRef map[geo.Ref]*plot
	byID  map[geo.ID]*plot
	taken map[geo.Ref]geo.ID // see Config.Taken
	sums  *layerSums         // of these very areas; nil where nobody keeps them
	base  *survey            // what it is compared with; nil where it is that itself
}

func newSurvey(s *State) *survey {
	plots := make([]*plot, 0, s.plots.n)
	for _, p := range s.each() {
		plots = append(plots, p)
	}
	v := surveyOf(plots)
	v.taken = s.base.taken
	if s == s.base.first {
		v.sums = &s.base.sums
	}
	return v
}

func surveyOf(plots []*plot) *survey {
	v := &survey{byRef: make(map[geo.Ref]*plot, len(plots)), byID: make(map[geo.ID]*plot, len(plots))}
	for _, p := range plots {
		v.byRef[p.area.Ref()] = p
		v.byID[p.area.ID] = p
		v.kinds[p.area.Kind.Index()] = append(v.kinds[p.area.Kind.Index()], p)
	}
	for _, plots := range v.kinds {
		slices.SortFunc(plots, func(a, b *plot) int { return cmp.Compare(a.area.Code, b.area.Code) })
	}
	return v
}

// along gives the areas of a kind that have a side, whichever way it runs.
func (v *survey) along(k geo.Kind, e edge) (out []geo.Ref) {
	near := edgeBox(e)
	for _, p := range v.of(k) {
		if !p.box.meets(near) {
			continue
		}
		p.lines.edges(func(f edge) bool {
			if f == e || f == e.reversed() {
				out = append(out, p.area.Ref())
				return false
			}
			return true
		})
	}
	return out
}

func (v *survey) of(k geo.Kind) []*plot { return v.kinds[k.Index()] }

// structure finds what is wrong with the areas one by one and with what lies in
// what.
func (v *survey) structure(s Settings) []finding {
	jobs := slices.Concat(
		asking(v.all(), v.rings),
		asking(slices.Concat(v.kinds[1:]...), v.parent),
		asking(slices.Concat(v.of(geo.VillageGroup), v.of(geo.Compound)), v.splitUnit),
		asking(v.of(geo.Grid), v.gridUnits),
	)
	if !s.FreeCodes {
		jobs = append(jobs, v.codes)
	}
	return together(jobs)
}
