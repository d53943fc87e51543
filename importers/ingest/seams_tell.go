package ingest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// along names the areas of the layer that have one of some sides.
func (s *seams) along(p *patch) (out []geo.Ref) {
	want := make(map[side]bool, len(p.borders))
	for _, b := range p.borders {
		want[b] = true
	}
	for i := range s.parts {
		q := &s.parts[i]
		if !q.box.meets(p.box) {
			continue
		}
	rings:
		for _, r := range q.outline {
			for k, a := range r {
				if b, _ := sideOf(a, r[(k+1)%len(r)]); want[b] {
					out = append(out, q.ref)
					break rings
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b geo.Ref) int { return cmp.Compare(a.Code, b.Code) })
	return slices.Compact(out)
}

func (s *seams) gap(p *patch) {
	at := p.at
	s.in.found.add(&importers.Problem{Problem: importers.ProblemGap, At: &at, AreaM2: p.areaM2, WidthM: round3(p.widthM()), Areas: s.along(p), Repair: repairSnap,
		Detail: fmt.Sprintf("no %s covers %s here, %s wide", s.in.kind, squareMetres(p.areaM2), metres(p.widthM())),
		Values: map[string]any{"kind": string(s.in.kind)}})
}

// overlaps says which areas overlap in a patch, each pair by itself, each piece
// of it.
func (s *seams) overlaps(p *patch, pairs map[[2]int]bool, told map[*feature]bool) {
	var near []int
	for i := range s.parts {
		if s.parts[i].box.meets(p.box) {
			near = append(near, i)
		}
	}
	for n, i := range near {
		for _, k := range near[:n] {
			a, b := &s.parts[k], &s.parts[i]
			if s.in.effort.over() {
				return
			}
			if pairs[[2]int{k, i}] || !a.box.meets(b.box) {
				continue
			}
			pairs[[2]int{k, i}] = true
			if a.feature == nil && b.feature == nil {
				continue // there before, and not of the file
			}
			if s.judged && a.feature != nil && b.feature != nil {
				continue // said already
			}
			for _, piece := range common(s.in.effort, a.outline, b.outline, s.flat) {
				s.overlap(a, b, &piece, told)
			}
		}
	}
}

func (s *seams) overlap(a, b *part, p *patch, told map[*feature]bool) {
	if a.feature == nil || b.feature != nil && b.feature.number < a.feature.number {
		a, b = b, a
	}
	at := p.at
	refs := []geo.Ref{a.ref, b.ref}
	slices.SortFunc(refs, func(x, y geo.Ref) int { return cmp.Compare(x.Code, y.Code) })
	problem := s.in.problem(a.feature, importers.ProblemOverlap, fmt.Sprintf("%s and %s overlap by %s here, %s wide", refs[0].Code, refs[1].Code, squareMetres(p.areaM2), metres(p.widthM())), nil)
	problem.At, problem.AreaM2, problem.WidthM, problem.Areas, problem.Repair = &at, p.areaM2, round3(p.widthM()), refs, repairSnap
	told[a.feature] = true
	if b.feature != nil {
		told[b.feature] = true
		problem.Values = map[string]any{"features": []int{a.feature.number, b.feature.number}}
		s.in.found.bad[b.feature.number] = true
	}
}

// beyond says which area reaches beyond what the layer must cover.
func (s *seams) beyond(p *patch, told map[*feature]bool) {
	lon, lat := p.at[0]*geo.Scale, p.at[1]*geo.Scale
	for i := range s.parts {
		q := &s.parts[i]
		if q.feature == nil || !q.box.meets(p.box) || !q.covers(lon, lat) {
			continue
		}
		name, where := importers.ProblemOutsideDistrict, "the district"
		for k := range s.in.basis.Areas {
			if a := &s.in.basis.Areas[k]; a.Kind == geo.District && s.in.landOf(a).covers(lon, lat) {
				name, where = importers.ProblemOutsideParent, "what it belongs to"
				if q.parent.Code != "" {
					where = q.parent.String()
				}
			}
		}
		at := p.at
		problem := s.in.problem(q.feature, name, fmt.Sprintf("%s reaches beyond %s by %s here, %s wide", q.ref.Code, where, squareMetres(p.areaM2), metres(p.widthM())), nil)
		problem.At, problem.AreaM2, problem.WidthM, problem.Repair = &at, p.areaM2, round3(p.widthM()), repairSnap
		if name == importers.ProblemOutsideParent {
			problem.Areas = []geo.Ref{q.ref, q.parent}
		}
		told[q.feature] = true
		return
	}
}

// homes finds areas that reach into others than the one they belong to, though
// all land is covered once. Those of which something else is told already are left out.
func (s *seams) homes(tiled []*geo.Area, told map[*feature]bool) {
	byHome := map[geo.Ref][]*part{}
	for i := range s.parts {
		q := &s.parts[i]
		if home := s.in.named[q.parent]; home != nil && home.Kind != s.in.kind {
			byHome[q.parent] = append(byHome[q.parent], q)
		}
	}
	tiles := map[geo.Ref]bool{}
	for _, a := range tiled {
		tiles[a.Ref()] = true
	}
	for ref, parts := range byHome {
		home := s.in.landOf(s.in.named[ref])
		if tiles[ref] {
			sum := sideSum{}
			for _, q := range parts {
				sum.add(0, 1, q.outline)
			}
			sum.add(0, -1, home.outline)
			if len(sum) == 0 {
				continue
			}
		}
		for _, q := range parts {
			if q.feature == nil || told[q.feature] || q.outline.equal(home.outline) {
				continue
			}
			s.outside(q, home)
		}
	}
}

// leastWidthM is how wide land that counts for nothing is that reaches beyond: what rounding
// makes of a corner on somebody's line, a centimetre wide.
const leastWidthM = shareM

// outside says how much of an area lies beyond the one it belongs to.
func (s *seams) outside(q *part, home boxed) {
	pieces := overlay(s.in.effort, q.outline, home.outline, nil, q.box, func(c [2]int32) fault {
		if c[0] > 0 && c[1] <= 0 {
			return inFirst
		}
		return 0
	})
	var sum float64
	var largest *patch
	for i := range pieces {
		p := &pieces[i]
		if p.widthM() <= leastWidthM {
			continue
		}
		sum += p.areaM2
		if largest == nil || p.areaM2 > largest.areaM2 {
			largest = p
		}
	}
	if largest == nil {
		return
	}
	at := largest.at
	name := importers.ProblemOutsideParent
	if q.parent.Kind == geo.District {
		name = importers.ProblemOutsideDistrict
	}
	problem := s.in.problem(q.feature, name, fmt.Sprintf("%s reaches beyond %s, which it belongs to, by %s", q.ref.Code, strings.ReplaceAll(q.parent.String(), ":", " "), squareMetres(sum)), nil)
	problem.At, problem.AreaM2, problem.WidthM, problem.Areas = &at, sum, round3(largest.widthM()), []geo.Ref{q.ref, q.parent}
}
