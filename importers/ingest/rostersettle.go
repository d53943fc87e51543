package ingest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// settle makes the roster that the file stands for, and the report.
func (r *rosterReader) settle() *RosterSet {
	set := &RosterSet{Data: r.b.Roster.Data()}
	if r.bodies {
		set.Data = r.settleBodies(set.Data)
	} else {
		set.Data = r.settlePosts(set.Data)
	}
	r.soft.tell(r.findings)
	set.Differs = r.report.New+r.report.Changed+r.report.Gone > 0
	if r.findings.errorCount == 0 && set.Differs {
		var p *geo.Problem
		if _, err := patrol.NewRoster(set.Data); errors.As(err, &p) { // whatever was not found before
			for _, f := range p.Fields {
				r.findings.add(&importers.Problem{Problem: importers.ProblemCardinality, Detail: f.Detail})
			}
		}
	}
	r.report.FeaturesOK = r.report.FeaturesRead - len(r.findings.bad)
	r.findings.into(&r.report)
	set.Report = r.report
	return set
}

// spot is a post in a place.
type spot struct {
	post  patrol.Post
	place place
}

// settlePosts makes the seats and who holds them.
func (r *rosterReader) settlePosts(old patrol.RosterData) patrol.RosterData {
	people := r.identify(old.People)
	spots := map[spot][]*saying{}
	var order []spot
	named := map[place]bool{}
	for _, s := range r.sayings {
		k := spot{s.post, s.place}
		if spots[k] == nil {
			order = append(order, k)
		}
		spots[k] = append(spots[k], s)
		named[s.place] = true
	}
	holdings := map[geo.ID][]patrol.Holding{}
	for _, h := range old.Holdings {
		holdings[h.Seat] = append(holdings[h.Seat], h)
	}
	out := patrol.RosterData{Committees: append(slices.Clone(old.Committees), r.places.made...), Branches: old.Branches}
	settled := map[geo.ID]bool{}
	for _, k := range order {
		for _, s := range r.deal(k, spots[k]) {
			was := holdings[s.seat.ID]
			if s.exists {
				settled[s.seat.ID] = true
			}
			now := r.hold(s, was)
			out.Seats = append(out.Seats, s.seat)
			out.Holdings = append(out.Holdings, now...)
			switch {
			case !s.exists:
				r.report.New++
			case s.seat != s.was || !sameHoldings(was, now) || slices.ContainsFunc(now, func(h patrol.Holding) bool { return people.changed[h.Person] && h.At(r.b.Now) }):
				r.report.Changed++
			default:
				r.report.Unchanged++
			}
		}
	}
	r.leave(&out, old, holdings, settled, named)
	r.missing(named, spots)
	out.Leaves = r.settleLeaves(old.Leaves, people)
	out.People = people.list(out.Holdings, out.Leaves)
	return out
}

// leave takes over the seats that the file says nothing of, or ends them.
func (r *rosterReader) leave(out *patrol.RosterData, old patrol.RosterData, holdings map[geo.ID][]patrol.Holding, settled map[geo.ID]bool, named map[place]bool) {
	inFile := map[geo.ID]bool{}
	for p := range named {
		inFile[p.area], inFile[p.committee] = true, true
	}
	delete(inFile, geo.ID{})
	for _, seat := range old.Seats {
		if settled[seat.ID] {
			continue
		}
		was := holdings[seat.ID]
		whole := r.scope[scopeKey{seat.Post, seat.Committee != (geo.ID{})}] && (!r.o.Partial || inFile[seat.Area] || inFile[seat.Committee])
		if !whole {
			out.Seats, out.Holdings = append(out.Seats, seat), append(out.Holdings, was...)
			continue
		}
		least, _ := seat.Post.Seats()
		if seat.Number > least {
			r.report.Gone++
			continue
		}
		now := r.hold(seatSayings{seat: seat}, was)
		out.Seats, out.Holdings = append(out.Seats, seat), append(out.Holdings, now...)
		if sameHoldings(was, now) {
			r.report.Unchanged++ // vacant before
		} else {
			r.report.Gone++
		}
	}
}

// missing warns of areas that have no row for a post they must have.
func (r *rosterReader) missing(named map[place]bool, spots map[spot][]*saying) {
	for _, post := range patrol.Posts() {
		least, _ := post.Seats()
		if least == 0 || !r.scope[scopeKey{post, post.AreaKind() == geo.VillageGroup}] {
			continue
		}
		var without []geo.Ref
		count := 0
		for p := range named {
			if p.kind == post.AreaKind() && spots[spot{post, p}] == nil {
				count++
				if p.committee == (geo.ID{}) {
					without = append(without, geo.Ref{Kind: p.kind, Code: p.code})
				}
			}
		}
		if !r.o.Partial && post.AreaKind() != geo.VillageGroup {
			for _, a := range r.b.Areas {
				if a.Kind == post.AreaKind() && !named[place{kind: a.Kind, code: a.Code, area: a.ID}] {
					count++
					without = append(without, a.Ref())
				}
			}
		}
		if count == 0 {
			continue
		}
		slices.SortFunc(without, func(a, b geo.Ref) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
		r.findings.add(&importers.Problem{Problem: importers.ProblemCardinality, Warning: true, Areas: without[:min(len(without), 10)],
			Detail: fmt.Sprintf("%d have no %s in the file; it is vacant there", count, post), Values: map[string]any{"post": string(post), "count": count}})
	}
}

// seatSayings is a seat with what the file says of it.
type seatSayings struct {
	seat, was patrol.Seat
	exists    bool
	says      []*saying
}

// deal deals what the file says of a post in a place to its seats.
func (r *rosterReader) deal(k spot, says []*saying) []seatSayings {
	_, most := k.post.Seats()
	seats := map[int]*seatSayings{}
	for _, s := range r.seatsOf(k.post, k.place) {
		seats[s.Number] = &seatSayings{seat: s, was: s, exists: true}
	}
	put := func(n int, s *saying) {
		at := seats[n]
		if at == nil {
			at = &seatSayings{seat: patrol.Seat{ID: newID(), Post: k.post, Area: k.place.area, Committee: k.place.committee, Number: n}}
			seats[n] = at
		}
		at.says = append(at.says, s)
		if s.public != nil {
			at.seat.PublicContact = *s.public
		}
	}
	free := func(n int, s *saying) bool {
		return seats[n] == nil || !slices.ContainsFunc(seats[n].says, func(o *saying) bool { return r.clash(o, s) })
	}
	var later []*saying
	for _, s := range says { // those with a number, and those who stay where they are
		n := s.seat
		if n == 0 && s.name != "" {
			for i, at := range seats {
				if p, _, ok := r.b.Roster.Holder(at.seat.ID, r.b.Now); ok && p.ID == s.person && !s.deputy && free(i, s) && (n == 0 || i < n) {
					n = i
				}
			}
		}
		switch {
		case n == 0:
			later = append(later, s)
		case !free(n, s):
			r.twoAtOnce(k, s)
		default:
			put(n, s)
		}
	}
	for _, s := range later {
		n := 1
		for ; n <= most && !free(n, s); n++ {
		}
		if s.deputy {
			n = 1
		}
		if n > most {
			r.twoAtOnce(k, s)
			continue
		}
		put(n, s)
	}
	r.twice(k, says)
	var out []seatSayings
	for n := 1; n <= most; n++ {
		if at := seats[n]; at != nil && len(at.says) > 0 {
			out = append(out, *at)
		}
	}
	return out
}

// clash tells whether two sayings cannot be of one seat: two holders at one time.
func (r *rosterReader) clash(a, b *saying) bool {
	if a.deputy || b.deputy {
		return false
	}
	return a.begins(r.b.Now).Before(b.ends()) && b.begins(r.b.Now).Before(a.ends())
}

// begins is when what is said of a seat holds from, for comparing: what has no
// day begins with today, or before it ends.
func (s *saying) begins(now time.Time) time.Time {
	if !s.from.IsZero() {
		return s.from
	}
	if !s.to.IsZero() && s.to.Before(now) {
		return time.Time{}
	}
	return now
}

func (s *saying) ends() time.Time {
	if s.to.IsZero() {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return s.to
}

func (r *rosterReader) twoAtOnce(k spot, s *saying) {
	r.number, r.line = s.feature, s.line
	_, most := k.post.Seats()
	r.fault(importers.ProblemCardinality, k.place.code, fmt.Sprintf("more people hold %s at one time than the %d there may be", k.post, most),
		map[string]any{"post": string(k.post), "most": most})
}

// twice faults a person who holds a post of a place twice at one time.
func (r *rosterReader) twice(k spot, says []*saying) {
	for i, s := range says {
		for _, o := range says[:i] {
			if s.name != "" && s.person == o.person && s.deputy == o.deputy && !(s.deputy && s.seat != o.seat) && s.begins(r.b.Now).Before(o.ends()) && o.begins(r.b.Now).Before(s.ends()) {
				r.number, r.line = s.feature, s.line
				r.fault(importers.ProblemCardinality, k.place.code, fmt.Sprintf("the person is named for %s in row %d already", k.post, o.feature),
					map[string]any{"post": string(k.post), "first": o.feature})
			}
		}
	}
}
