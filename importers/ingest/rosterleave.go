package ingest

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// leaveWords stand where a post would in a row that says when a person is on
// leave.
var leaveWords = map[string]bool{importers.LeaveRowPost: true, "请假": true, "休假": true, "病假": true, "产假": true}

// readLeave understands a row of somebody's leave. The area, where there is one,
// is that of a post which the person holds.
func (r *rosterReader) readLeave(rec *importers.Record) {
	s := saying{feature: r.number, line: r.line}
	var ok bool
	if r.cell(rec, "area") != "" || r.cell(rec, "area_name") != "" {
		if s.place, ok = r.place(rec, patrol.Posts()); !ok {
			return
		}
	}
	if s.from, ok = r.moment(r.cols.Value("from", rec.Values), s.place.code, "from"); !ok {
		return
	}
	if s.to, ok = r.moment(r.cols.Value("to", rec.Values), s.place.code, "to"); !ok {
		return
	}
	switch {
	case s.from.IsZero():
		r.fault(importers.ProblemValueDamaged, s.place.code, "a leave without its first day", map[string]any{"column": r.cols.Name("from")})
		return
	case !s.to.IsZero() && !s.to.After(s.from):
		r.fault(importers.ProblemValueDamaged, s.place.code, "the leave ends before it begins", map[string]any{"column": r.cols.Name("to")})
		return
	}
	if s.synthetic, ok = parseFlag(r.cell(rec, "synthetic")); !ok {
		r.damagedFlag(s.place.code, "synthetic", r.cols.Value("synthetic", rec.Values))
		return
	}
	name, phone := r.cols.Value("name", rec.Values), r.cols.Value("phone", rec.Values)
	var known bool
	if s.name, s.phone, known = r.asItIs(name, phone); !known && !r.person(&s, name.Text, phone) {
		return
	}
	if s.name == "" {
		r.fault(importers.ProblemValueDamaged, s.place.code, "a leave of nobody", map[string]any{"column": r.cols.Name("name")})
		return
	}
	r.leaves = append(r.leaves, &s)
}

// settleLeaves gives the leaves of the roster with those of the file: the same
// ones as they are, one that has a day in common with the file's as the file has
// it. Those that the file does not have stay.
func (r *rosterReader) settleLeaves(old []patrol.Leave, people *roll) []patrol.Leave {
	out := slices.Clone(old)
	for _, s := range r.leaves {
		id, ok := people.away(s)
		if !ok {
			continue
		}
		next := patrol.Leave{Person: id, From: s.from, To: s.to}
		i := slices.IndexFunc(out, func(l patrol.Leave) bool { return l.Person == id && sameMoment(l.From, s.from) })
		if i < 0 {
			i = slices.IndexFunc(out, func(l patrol.Leave) bool {
				return l.Person == id && l.From.Before(s.ends()) && (l.To.IsZero() || s.from.Before(l.To)) && slices.Contains(old, l)
			})
		}
		if i < 0 {
			next.ID = newID()
			out = append(out, next)
			r.report.New++
			continue
		}
		was := out[i]
		next.ID = was.ID
		if sameMoment(was.From, next.From) {
			next.From = was.From
		}
		if sameMoment(was.To, next.To) {
			next.To = was.To
		}
		if out[i] = next; next == was {
			r.report.Unchanged++
		} else {
			r.report.Changed++
		}
	}
	slices.SortFunc(out, func(a, b patrol.Leave) int { return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.ID[:], b.ID[:])) })
	return out
}

// away gives the id of who a leave is of: by name and phone, and without a phone
// by the place of a post, or by a name that only one has.
func (l *roll) away(s *saying) (geo.ID, bool) {
	if s.phone != "" {
		return l.person(s), true
	}
	if id, ok := l.found[whoIs{name: s.name, place: s.place}]; ok {
		return id, true
	}
	var same []geo.ID
	for id, p := range l.people {
		if p.Name == s.name {
			same = append(same, id)
		}
	}
	if s.place != (place{}) && len(same) > 1 {
		same = slices.DeleteFunc(same, func(id geo.ID) bool { return !l.worksAt(id, s.place) })
	}
	switch len(same) {
	case 0:
		return l.person(s), true
	case 1:
		return same[0], true
	}
	l.r.number, l.r.line = s.feature, s.line
	l.r.fault(importers.ProblemValueDamaged, s.place.code, fmt.Sprintf("%d people have this name; a leave needs the phone beside it", len(same)),
		map[string]any{"column": l.r.cols.Name("phone"), "count": len(same)})
	return geo.ID{}, false
}

// worksAt reports whether somebody holds or held a post of a place.
func (l *roll) worksAt(person geo.ID, where place) bool {
	return slices.ContainsFunc(l.r.b.Roster.HoldingsOf(person), func(h patrol.Holding) bool {
		seat, ok := l.r.b.Roster.Seat(h.Seat)
		return ok && seat.Area == where.area && seat.Committee == where.committee
	})
}

// sameMoment tells whether a time of a file is one of the roster: files know no
// less than a millisecond.
func sameMoment(have, said time.Time) bool {
	return have.Equal(said) || !have.IsZero() && have.Truncate(time.Millisecond).Equal(said)
}
