package redraw

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/gridpatrol/gridpatrol/geo"
)

// layers are the kinds that cover others exactly once.
var layers = []geo.Kind{geo.Township, geo.Village, geo.VillageGroup, geo.Grid}

// Seams finds gaps and overlaps of areas: townships and grids must cover the
// district exactly once, villages every township that has any, village groups every village that
// has any, and compounds must keep apart. What is wrong in the same places in before is a
// warning. Shapes are as geo.NormalizeShape gives them; kind and code are unique in each list,
// and ids say which area is which; one without an id is that of its code in before.
func Seams(before, areas []geo.Area) []Problem {
	var surveys [2]*survey
	for i, list := range [][]geo.Area{before, identified(before, areas)} {
		plots := make([]*plot, len(list))
		for k, a := range list {
			lines := readOutline(a.Shape)
			plots[k] = &plot{area: a, lines: lines, box: lines.bounds(), sound: true}
		}
		surveys[i] = surveyOf(plots)
	}
	out := seamProblems(surveys[0], surveys[1])
	SortProblems(out)
	return out
}

// identified gives the areas with an id each.
func identified(before, areas []geo.Area) []geo.Area {
	ids := make(map[geo.Ref]geo.ID, len(before))
	for i := range before {
		ids[before[i].Ref()] = before[i].ID
	}
	out := slices.Clone(areas)
	for i := range out {
		if out[i].ID != (geo.ID{}) {
			continue
		}
		if out[i].ID = ids[out[i].Ref()]; out[i].ID == (geo.ID{}) {
			h := sha256.Sum256([]byte(out[i].Ref().String())) // any that is its own will do
			copy(out[i].ID[:], h[:])
		}
	}
	return out
}

func seamProblems(was, now *survey) []Problem {
	jobs := []func() []Problem{func() []Problem { return apart(was, now, geo.Compound) }}
	for _, k := range layers {
		jobs = append(jobs, func() []Problem {
			l := layer{kind: k, was: was, now: now}
			return l.problems()
		})
	}
	return together(jobs)
}

// apart finds areas of a kind that overlap.
func apart(was, now *survey, k geo.Kind) (out []Problem) {
	found := now.overlapping(k)
	if len(found) > 0 {
		forgive(found, was.overlapping(k))
	}
	for _, f := range found {
		out = append(out, f.Problem)
	}
	return out
}

func (v *survey) overlapping(k geo.Kind) (out []finding) {
	plots := v.of(k)
	for i, p := range plots {
		for _, s := range sharesOf(p, plots[:i]) {
			refs := []geo.Ref{s.plot.area.Ref(), p.area.Ref()}
			area := geo.AreaM2(s.land.shape(nil, nil))
			out = append(out, finding{
				Problem: Problem{Code: ProblemOverlap, Detail: fmt.Sprintf("%s and %s overlap", refs[0], refs[1]), At: s.at(), Areas: refs, AreaM2: area},
				key:     key(ProblemOverlap, p, s.plot), amount: area,
			})
		}
	}
	return out
}

// layer is a kind that covers others, before and now.
type layer struct {
	kind     geo.Kind
	was, now *survey
}

// tear is a side along which the areas of a kind do not cancel: how often they,
// and what they must cover counted against them, have it on their left more than
// on their right, now and before. Its a is the lower end.
type tear struct {
	edge
	now, was int
}

// problems finds the gaps and overlaps. All sides of the kind's areas are summed
// with their directions, those of what they must cover against them. Where all
// cancel, every place is covered exactly once. What is left goes round the
// faults.
func (l *layer) problems() []Problem {
	if len(l.was.of(l.kind)) == 0 && len(l.now.of(l.kind)) == 0 {
		return nil
	}
	must := l.whole()
	if len(must) == 0 { // nobody says that they have to meet
		return apart(l.was, l.now, l.kind)
	}
	before := l.before(must)
	left := maps.Clone(before)
	l.differ(func(id geo.ID, k geo.Kind) int {
		switch {
		case k == l.kind:
			return 1
		case must[id]:
			return -1
		}
		return 0
	}, left)
	if len(left) == 0 {
		return nil
	}
	tears := make([]tear, 0, len(left))
	for e, n := range left {
		tears = append(tears, tear{e, n, before[e]})
	}
	for e, n := range before {
		if _, ok := left[e]; !ok {
			tears = append(tears, tear{e, 0, n})
		}
	}
	slices.SortFunc(tears, func(a, b tear) int { return compareEdges(a.edge, b.edge) })
	groups := connected(tears)
	var out []Problem
	for _, group := range groups {
		if p, ok := l.loose(group); ok {
			out = append(out, p)
		}
	}
	for _, group := range nested(groups) {
		for _, p := range sweep(group) {
			if problem, ok := l.patch(&p); ok {
				out = append(out, problem)
			}
		}
	}
	return out
}

// layerSums keep what before gives for the areas of a revision, by kind: all drafts made
// from it are held against that.
type layerSums [6]atomic.Pointer[layerSum]

type layerSum struct {
	must map[geo.ID]bool
	sum  chain
}

// before sums the sides of the kind's areas as they were, and those of what they must
// cover against them. The sum is not to be changed.
func (l *layer) before(must map[geo.ID]bool) chain {
	if l.was.sums != nil {
		if kept := l.was.sums[l.kind.Index()].Load(); kept != nil && maps.Equal(kept.must, must) {
			return kept.sum
		}
	}
	sum := chain{}
	for _, p := range l.was.of(l.kind) {
		sum.outline(p.lines, 1)
	}
	for _, p := range l.was.all() {
		if must[p.area.ID] {
			sum.outline(p.lines, -1)
		}
	}
	if l.was.sums != nil {
		l.was.sums[l.kind.Index()].Store(&layerSum{must, sum})
	}
	return sum
}

// all gives the plots of all kinds.
func (v *survey) all() []*plot { return slices.Concat(v.kinds[:]...) }

// outline counts all sides n times.
func (c chain) outline(o outline, n int) {
	o.edges(func(e edge) bool { c.add(e, n); return true })
}

// differ counts into sum what the areas that changed lost and gained, as often
// as times says.
func (l *layer) differ(times func(geo.ID, geo.Kind) int, sum chain) {
	for _, p := range l.was.all() {
		n := times(p.area.ID, p.area.Kind)
		q := l.now.byID[p.area.ID]
		if n == 0 || q == p || q != nil && q.lines.equal(p.lines) {
			continue
		}
		sum.outline(p.lines, -n)
		if q != nil {
			sum.outline(q.lines, n)
		}
	}
	for _, q := range l.now.all() {
		if n := times(q.area.ID, q.area.Kind); n != 0 && l.was.byID[q.area.ID] == nil {
			sum.outline(q.lines, n)
		}
	}
}

// whole gives the ids of the areas that the kind must cover.
func (l *layer) whole() map[geo.ID]bool {
	ids := map[geo.ID]bool{}
	for _, v := range []*survey{l.was, l.now} {
		switch l.kind {
		case geo.Village, geo.VillageGroup: // those that have any
			for _, p := range v.of(l.kind) {
				if home := v.byRef[p.area.Parent]; home != nil {
					ids[home.area.ID] = true
				}
			}
		default:
			for _, p := range v.of(geo.District) {
				ids[p.area.ID] = true
			}
		}
	}
	return ids
}

// loose finds lines with nothing between them that do not share their corners, so
// that the next move of one would tear them apart.
func (l *layer) loose(tears []tear) (Problem, bool) {
	if !slices.ContainsFunc(tears, func(t tear) bool { return t.now != 0 }) || len(stripsIn(tears, true)) > 0 {
		return Problem{}, false
	}
	same := true
	var areas []geo.Ref
	for _, t := range tears {
		same = same && t.now == t.was
		areas = append(areas, l.users(t.edge)...)
	}
	slices.SortFunc(areas, compareRefs)
	return Problem{
		Code: ProblemGap, Detail: fmt.Sprintf("lines of the %s lie on each other here without sharing their corners", l.kind.Plural()),
		At: tears[0].a.Point(), Areas: slices.Compact(areas), Warning: same, Before: same,
	}, true
}

// users names the kind's areas along a side, or where there are none those that
// they must cover.
func (l *layer) users(e edge) (out []geo.Ref) {
	if own := l.now.along(l.kind, e); len(own) > 0 {
		return own
	}
	for _, k := range geo.Kinds()[:l.kind.Index()] {
		out = append(out, l.now.along(k, e)...)
	}
	return out
}

// patch says what is wrong in one patch.
func (l *layer) patch(p *patch) (Problem, bool) {
	at := p.at
	out := Problem{At: at, AreaM2: p.areaM2, Warning: p.class == oldGap || p.class == oldOverlap}
	place, _ := geo.Snap(at)
	var over, home []geo.Ref
	for _, q := range l.now.of(l.kind) {
		if q.covers(place) {
			over = append(over, q.area.Ref())
		}
	}
	var borders []geo.Ref
	for _, e := range p.borders {
		borders = append(borders, l.users(e)...)
	}
	if own := func(r geo.Ref) bool { return r.Kind == l.kind }; slices.ContainsFunc(borders, own) {
		borders = slices.DeleteFunc(borders, func(r geo.Ref) bool { return !own(r) })
	}
	slices.SortFunc(borders, compareRefs)
	borders = slices.Compact(borders)
	for _, q := range l.now.of(geo.District) {
		if q.touches(place) {
			home = append(home, q.area.Ref())
		}
	}
	switch {
	case p.class == newGap || p.class == oldGap:
		out.Code = ProblemGap
		out.Areas = borders
		for _, q := range l.was.of(l.kind) { // who had it comes first
			if q.covers(place) {
				out.Areas = append([]geo.Ref{q.area.Ref()}, slices.DeleteFunc(out.Areas, func(r geo.Ref) bool { return r == q.area.Ref() })...)
			}
		}
		out.Detail = fmt.Sprintf("no %s covers %.1f m² here", l.kind, p.areaM2)
	case len(home) == 0 && len(l.now.of(geo.District)) > 0:
		out.Code, out.Areas = ProblemOutsideDistrict, over
		out.Detail = fmt.Sprintf("%.1f m² here lie beyond the district", p.areaM2)
	case (l.kind == geo.VillageGroup || l.kind == geo.Village) && len(over) == 1:
		return out, false // beyond what it belongs to: said of the one by itself
	default:
		out.Code, out.Areas = ProblemOverlap, over
		if len(over) < 2 {
			out.Areas = borders
		}
		out.Detail = fmt.Sprintf("more than one %s covers %.1f m² here", l.kind, p.areaM2)
	}
	if len(out.Areas) == 0 {
		out.Areas = borders
	}
	if out.Warning {
		out.Detail += " (as before)"
		out.Before = true
	}
	return out, true
}
