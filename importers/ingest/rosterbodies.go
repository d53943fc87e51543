package ingest

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// readBody is a committee or a Party branch as the file has it.
type readBody struct {
	feature, line int
	branch        bool
	patrol.Committee
}

// readBody understands a row of a file of committees and branches.
func (r *rosterReader) readBody(rec *importers.Record) {
	r.line = rec.Line
	var b readBody
	b.feature, b.line = r.number, rec.Line
	switch kind := FoldName(r.cell(rec, "area_kind")); kind {
	case "branch", "党支部", "支部":
		b.branch = true
	case "", "committee", "屯委会":
	default:
		r.fault(importers.ProblemValueDamaged, "", fmt.Sprintf("%q is neither committee nor branch", clip(kind)),
			map[string]any{"column": r.cols.Name("area_kind"), "value": clip(kind)})
		return
	}
	code, problem := ParseCode(r.cols.Value("area", rec.Values))
	if problem != nil {
		problem.Feature, problem.Line = r.number, r.line
		r.findings.add(problem)
		if !problem.Warning {
			return
		}
	}
	b.Code = code
	if b.Name = r.cell(rec, "name"); b.Name == "" {
		b.Name = r.cell(rec, "area_name")
	}
	for _, c := range splitCodes(r.cell(rec, "groups")) {
		g := r.places.areas[geo.Ref{Kind: geo.VillageGroup, Code: c}]
		if g == nil {
			r.fault(importers.ProblemUnknownParent, c, fmt.Sprintf("there is no village group %s", told(c)), map[string]any{"value": clip(c), "kinds": []string{string(geo.VillageGroup)}})
			return
		}
		if slices.Contains(b.Groups, g.ID) {
			r.fault(importers.ProblemCardinality, code, fmt.Sprintf("village group %s is named twice", c), map[string]any{"value": c})
			return
		}
		b.Groups = append(b.Groups, g.ID)
		if v := r.places.areas[g.Parent]; v != nil && b.Village == (geo.ID{}) {
			b.Village = v.ID
		}
	}
	if len(b.Groups) == 0 {
		r.fault(importers.ProblemCardinality, code, "it serves no village group", map[string]any{"column": r.cols.Name("groups")})
		return
	}
	if text := r.cell(rec, "village"); text != "" {
		v := r.places.areas[geo.Ref{Kind: geo.Village, Code: text}]
		if list := r.places.names[geo.Village][FoldName(text)]; v == nil && len(list) == 1 {
			v = list[0]
		}
		if v == nil {
			r.fault(importers.ProblemUnknownParent, code, fmt.Sprintf("there is no village %q", clip(text)), map[string]any{"value": clip(text), "kinds": []string{string(geo.Village)}})
			return
		}
		b.Village = v.ID
	}
	r.found = append(r.found, b)
}

// settleBodies makes the roster with the committees and branches of the file.
func (r *rosterReader) settleBodies(old patrol.RosterData) patrol.RosterData {
	out := old
	for _, branch := range []bool{false, true} {
		list := old.Committees
		if branch {
			list = nil
			for _, b := range old.Branches {
				list = append(list, patrol.Committee(b))
			}
		}
		list, named := r.mergeBodies(list, branch)
		switch {
		case !named:
		case branch:
			out.Branches = nil
			for _, c := range list {
				out.Branches = append(out.Branches, patrol.Branch(c))
			}
		default:
			out.Committees = list
		}
	}
	return dropSeats(out)
}

// dropSeats leaves out the seats of committees that are gone, and who held them.
func dropSeats(d patrol.RosterData) patrol.RosterData {
	there := map[geo.ID]bool{}
	for _, c := range d.Committees {
		there[c.ID] = true
	}
	gone := map[geo.ID]bool{}
	d.Seats = slices.DeleteFunc(slices.Clone(d.Seats), func(s patrol.Seat) bool {
		gone[s.ID] = s.Committee != (geo.ID{}) && !there[s.Committee]
		return gone[s.ID]
	})
	d.Holdings = slices.DeleteFunc(slices.Clone(d.Holdings), func(h patrol.Holding) bool { return gone[h.Seat] })
	return d
}

// mergeBodies compares the bodies of the file with those there are. named is
// false where the file has none of them.
func (r *rosterReader) mergeBodies(old []patrol.Committee, branch bool) (list []patrol.Committee, named bool) {
	byCode, byGroups := map[string]patrol.Committee{}, map[string]patrol.Committee{}
	for _, c := range old {
		byCode[c.Code], byGroups[groupsKey(c.Groups)] = c, c
	}
	rows, served, seen := map[string]int{}, map[geo.ID]string{}, map[string]bool{}
	for i := range r.found {
		b := &r.found[i]
		if b.branch != branch {
			continue
		}
		named = true
		r.number, r.line = b.feature, b.line
		if b.Code == "" {
			b.Code = byGroups[groupsKey(b.Groups)].Code
		}
		if b.Code == "" {
			b.Code = r.bodyCode(*b, byCode, rows)
		}
		if first, twice := rows[b.Code]; twice {
			r.fault(importers.ProblemDupCode, b.Code, fmt.Sprintf("code %s stands in row %d already", told(b.Code), first), map[string]any{"value": b.Code, "first": first})
			continue
		}
		rows[b.Code] = b.feature
		for _, g := range b.Groups {
			if other := served[g]; other != "" {
				r.fault(importers.ProblemCardinality, b.Code, fmt.Sprintf("it serves a village group that %s serves already", told(other)), map[string]any{"other": told(other)})
			}
			served[g] = b.Code
		}
		was, exists := byCode[b.Code]
		b.ID = was.ID
		switch {
		case !exists:
			b.ID = newID()
			r.report.New++
		case was.Name == b.Name && was.Village == b.Village && groupsKey(was.Groups) == groupsKey(b.Groups):
			b.Committee = was
			r.report.Unchanged++
		default:
			r.report.Changed++
		}
		seen[b.Code] = true
		list = append(list, b.Committee)
	}
	for _, c := range old {
		if seen[c.Code] {
			continue
		}
		if r.o.Partial {
			for _, g := range c.Groups {
				if other := served[g]; other != "" {
					r.number, r.line = rows[other], 0
					r.fault(importers.ProblemCardinality, other, fmt.Sprintf("it serves a village group that %s serves already, which the file does not name", c.Code), map[string]any{"other": c.Code})
				}
			}
			list = append(list, c)
			continue
		}
		if named {
			r.report.Gone++
		}
	}
	return list, named
}

// bodyCode makes a code for a body that has none: that of its village, W or B,
// and the first number that is free.
func (r *rosterReader) bodyCode(b readBody, taken map[string]patrol.Committee, rows map[string]int) string {
	letter, village := "W", ""
	if b.branch {
		letter = "B"
	}
	for _, a := range r.b.Areas {
		if a.ID == b.Village {
			village = a.Code
		}
	}
	for n := 1; ; n++ {
		code := fmt.Sprintf("%s%s%03d", village, letter, n)
		_, old := taken[code]
		if _, used := rows[code]; !old && !used {
			return code
		}
	}
}

// groupsKey is the same for the same groups in any order.
func groupsKey(groups []geo.ID) string {
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b geo.ID) int { return slices.Compare(a[:], b[:]) })
	var key []byte
	for _, g := range groups {
		key = append(key, g[:]...)
	}
	return string(key)
}
