package ingest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// place is what a seat belongs to: an area, or a committee. kind is that of the
// area; of a committee that of the groups it serves.
type place struct {
	kind      geo.Kind
	code      string
	area      geo.ID
	committee geo.ID
}

// placeFinder knows areas and committees by code and by name.
type placeFinder struct {
	areas      map[geo.Ref]*geo.Area
	names      map[geo.Kind]map[string][]*geo.Area
	committees map[string]patrol.Committee // by code
	titles     map[string][]string         // name of a committee → codes
	ofGroup    map[geo.ID]string           // village group → code of its committee
	made       []patrol.Committee          // for groups that no committee served
}

func newPlaceFinder(b RosterBasis) *placeFinder {
	f := &placeFinder{
		areas: make(map[geo.Ref]*geo.Area, len(b.Areas)), names: map[geo.Kind]map[string][]*geo.Area{},
		committees: map[string]patrol.Committee{}, titles: map[string][]string{}, ofGroup: map[geo.ID]string{},
	}
	for _, a := range b.Areas {
		f.areas[a.Ref()] = a
		of := f.names[a.Kind]
		if of == nil {
			of = map[string][]*geo.Area{}
			f.names[a.Kind] = of
		}
		for _, n := range append([]string{a.Name}, a.Alias...) {
			if key := FoldName(n); key != "" && !slices.Contains(of[key], a) {
				of[key] = append(of[key], a)
			}
		}
	}
	for _, c := range b.Roster.AllCommittees() {
		f.note(c)
	}
	return f
}

func (f *placeFinder) note(c patrol.Committee) {
	f.committees[c.Code] = c
	f.titles[FoldName(c.Name)] = append(f.titles[FoldName(c.Name)], c.Code)
	for _, g := range c.Groups {
		f.ofGroup[g] = c.Code
	}
}

// find gives the place of one of the kinds that a row names by code, else by
// name, which several may have in different villages. The problem has no feature yet; a
// warning comes with the place.
func (f *placeFinder) find(code importers.Value, name, village string, kinds []geo.Kind) (place, *importers.Problem) {
	var warning *importers.Problem
	if text := Fold(code.Text); text != "" {
		if strings.ContainsAny(text, " 、,，;；") && !strings.Contains(text, ":") {
			if groups, ok := f.groups(text); ok {
				return f.committee(groups)
			}
		}
		if ref, err := geo.ParseRef(text); err == nil && strings.Contains(text, ":") {
			return f.byCode(ref.Code, []geo.Kind{ref.Kind})
		}
		c, problem := ParseCode(code)
		found, missing := f.byCode(c, kinds)
		switch {
		case problem != nil && !problem.Warning:
			return place{}, problem
		case missing == nil:
			if problem != nil {
				warning = problem
			}
			return found, warning
		case name == "":
			if found, p := f.byName(text, village, kinds); p == nil { // the name stands where the code should
				return found, nil
			}
			return place{}, missing
		default:
			return place{}, missing
		}
	}
	if name == "" {
		return place{}, &importers.Problem{Problem: importers.ProblemUnknownParent, Detail: "the row names no area"}
	}
	return f.byName(name, village, kinds)
}

func (f *placeFinder) byCode(code string, kinds []geo.Kind) (place, *importers.Problem) {
	for _, k := range kinds {
		if k == geo.VillageGroup || k == committeeKind {
			if c, ok := f.committees[code]; ok {
				return place{kind: geo.VillageGroup, code: c.Code, committee: c.ID}, nil
			}
		}
		a := f.areas[geo.Ref{Kind: k, Code: code}]
		switch {
		case a == nil:
		case k == geo.VillageGroup:
			return f.committee([]*geo.Area{a})
		default:
			return place{kind: k, code: code, area: a.ID}, nil
		}
	}
	detail := fmt.Sprintf("there is no %s %s", kindList(kinds), told(code))
	if slices.Contains(kinds, committeeKind) {
		detail += "; import the file of committees with the groups they serve first"
	}
	return place{}, &importers.Problem{Problem: importers.ProblemUnknownParent, Code: code, Detail: detail,
		Values: map[string]any{"value": code, "kinds": kindTexts(kinds)}}
}

func (f *placeFinder) byName(name, village string, kinds []geo.Kind) (place, *importers.Problem) {
	var found []place
	var problem *importers.Problem
	for _, k := range kinds {
		if k == geo.VillageGroup || k == committeeKind {
			if codes := f.titles[FoldName(name)]; len(codes) == 1 {
				c := f.committees[codes[0]]
				found = append(found, place{kind: geo.VillageGroup, code: c.Code, committee: c.ID})
				continue
			}
		}
		for _, key := range []string{FoldName(name), FoldName(village + name)} {
			list := f.names[k][key]
			if village != "" && len(list) > 1 {
				list = slices.DeleteFunc(slices.Clone(list), func(a *geo.Area) bool { return !f.within(a, village) })
			}
			for _, a := range list {
				if k != geo.VillageGroup {
					found = append(found, place{kind: k, code: a.Code, area: a.ID})
				} else if p, wrong := f.committee([]*geo.Area{a}); wrong == nil {
					found = append(found, p)
				} else {
					problem = wrong
				}
			}
			if len(list) > 0 {
				break
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case problem != nil:
		return place{}, problem
	case len(found) == 0:
		problem = &importers.Problem{Problem: importers.ProblemUnknownParent, Detail: fmt.Sprintf("no %s is called %q", kindList(kinds), clip(name))}
	default:
		problem = &importers.Problem{Problem: importers.ProblemUnknownParent,
			Detail: fmt.Sprintf("%d are called %q; name the area by its code, or its village beside it", len(found), clip(name))}
		problem.Values = map[string]any{"count": len(found)}
	}
	if problem.Values == nil {
		problem.Values = map[string]any{}
	}
	problem.Values["value"], problem.Values["kinds"] = clip(name), kindTexts(kinds)
	return place{}, problem
}

// knows tells whether a code is that of an area or a committee.
func (f *placeFinder) knows(code string) bool {
	if _, ok := f.committees[code]; ok {
		return true
	}
	for _, k := range geo.Kinds() {
		if f.areas[geo.Ref{Kind: k, Code: code}] != nil {
			return true
		}
	}
	return false
}

// within tells whether an area belongs to what is called so, by name or code.
func (f *placeFinder) within(a *geo.Area, village string) bool {
	for up := a; up != nil; up = f.areas[up.Parent] {
		if up.Code == village || FoldName(up.Name) == FoldName(village) || slices.ContainsFunc(up.Alias, func(s string) bool { return FoldName(s) == FoldName(village) }) {
			return true
		}
		if up.Parent == (geo.Ref{}) {
			break
		}
	}
	return false
}

// groups reads the codes of several village groups in one cell.
func (f *placeFinder) groups(text string) (out []*geo.Area, ok bool) {
	for _, code := range splitCodes(text) {
		a := f.areas[geo.Ref{Kind: geo.VillageGroup, Code: code}]
		if a == nil {
			return nil, false
		}
		out = append(out, a)
	}
	return out, len(out) > 0
}

func splitCodes(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" 、,，;；/\n\r\t|", r) })
}

// committee gives the committee that serves the groups: the one there is, or a
// new one where they have none.
func (f *placeFinder) committee(groups []*geo.Area) (place, *importers.Problem) {
	codes := map[string]bool{}
	for _, g := range groups {
		codes[f.ofGroup[g.ID]] = true
	}
	if len(codes) > 1 {
		return place{}, &importers.Problem{Problem: importers.ProblemCardinality, Code: groups[0].Code, Areas: []geo.Ref{groups[0].Ref(), groups[1].Ref()},
			Detail: "the village groups of the row are served by different committees; a group has one committee"}
	}
	code := f.ofGroup[groups[0].ID]
	if c, ok := f.committees[code]; ok {
		return place{kind: geo.VillageGroup, code: c.Code, committee: c.ID}, nil
	}
	village := f.areas[groups[0].Parent]
	if village == nil {
		return place{}, &importers.Problem{Problem: importers.ProblemUnknownParent, Code: groups[0].Code, Detail: "the village group belongs to no village"}
	}
	c := patrol.Committee{ID: newID(), Code: f.freeCode(village.Code), Village: village.ID}
	var names []string
	for _, g := range groups {
		c.Groups, names = append(c.Groups, g.ID), append(names, g.Name)
	}
	c.Name = strings.Join(names, "、") + "屯委会"
	f.note(c)
	f.made = append(f.made, c)
	return place{kind: geo.VillageGroup, code: c.Code, committee: c.ID}, nil
}

// freeCode gives the first code of a committee in a village that none has.
func (f *placeFinder) freeCode(village string) string {
	for n := 1; ; n++ {
		code := fmt.Sprintf("%sW%03d", village, n)
		if _, taken := f.committees[code]; !taken {
			return code
		}
	}
}

func kindTexts(kinds []geo.Kind) (out []string) {
	for _, k := range kinds {
		out = append(out, string(k))
	}
	return out
}

func kindList(kinds []geo.Kind) string {
	return strings.ReplaceAll(strings.Join(kindTexts(kinds), " or "), "_", " ")
}
