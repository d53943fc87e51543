package patrol

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Vacancy is a place that nobody holds.
type Vacancy struct {
	Seat      Seat     // its ID is zero where the seat was never set up
	Areas     []geo.ID // the areas it answers for; a committee's are its groups
	Deputy    Person   // who stands in
	HasDeputy bool     // false where nobody does
	Required  bool     // the post has fewer holders here than it must have
}

// Vacancies lists the seats nobody holds at t: those that were set up, and of
// every committee, grid and compound that has any seat the posts it must have.
// Volunteers come forward, so theirs are never vacant. The order is by area or
// committee id, then as Posts has them, then by number. The caller owns the
// slice.
func (r *Roster) Vacancies(t time.Time) []Vacancy { return r.vacancies(t, nil) }

// NewVacancies lists the vacancies at t in the areas and committees of the seats
// that were none in the roster before. The caller owns the slice.
func (r *Roster) NewVacancies(before *Roster, t time.Time, seats []geo.ID) []Vacancy {
	among := map[owner]bool{}
	for _, id := range seats {
		s, ok := r.seats[id]
		if !ok {
			s = before.seats[id]
		}
		among[owner{area: s.Area, committee: s.Committee}] = true
	}
	type place struct {
		owner
		number int
	}
	at := func(v Vacancy) place { return place{owner{v.Seat.Post, v.Seat.Area, v.Seat.Committee}, v.Seat.Number} }
	was := map[place]bool{}
	for _, v := range before.vacancies(t, among) {
		was[at(v)] = true
	}
	return slices.DeleteFunc(r.vacancies(t, among), func(v Vacancy) bool { return was[at(v)] })
}

// vacancies lists those of some areas and committees, nil for all.
func (r *Roster) vacancies(t time.Time, among map[owner]bool) []Vacancy {
	var out []Vacancy
	for _, o := range r.ownerOrder {
		if among != nil && !among[o] {
			continue
		}
		for _, post := range Posts() {
			least, _ := post.Seats()
			if least == 0 || !r.mustHave(o, post) {
				continue
			}
			out = append(out, r.vacant(o, post, least, t)...)
		}
	}
	return out
}

// mustHave reports whether an area or committee has a post at all: it has a
// seat of it, or is of the sort that must have one.
func (r *Roster) mustHave(o owner, post Post) bool {
	counts := r.ownedByPost[o]
	if counts[post] > 0 {
		return true
	}
	if o.committee != (geo.ID{}) {
		return post.AreaKind() == geo.VillageGroup
	}
	for other, n := range counts {
		if n > 0 && other != Volunteer && other.AreaKind() == post.AreaKind() {
			return true
		}
	}
	return false
}

// vacant gives the vacancies of one post in one area or committee.
func (r *Roster) vacant(o owner, post Post, least int, t time.Time) []Vacancy {
	var out []Vacancy
	o.post = post
	held := 0
	for _, s := range r.byOwner[o] {
		if _, _, ok := r.Holder(s.ID, t); ok {
			held++
			continue
		}
		v := Vacancy{Seat: s, Areas: r.AreasOfSeat(s)}
		v.Deputy, _, v.HasDeputy = r.Deputy(s.ID, t)
		out = append(out, v)
	}
	for n := len(r.byOwner[o]) + 1; n <= least; n++ {
		s := Seat{Post: post, Area: o.area, Committee: o.committee, Number: n}
		out = append(out, Vacancy{Seat: s, Areas: r.AreasOfSeat(s)})
	}
	slices.SortFunc(out, func(a, b Vacancy) int {
		return cmp.Or(cmp.Compare(a.Seat.Number, b.Seat.Number), bytes.Compare(a.Seat.ID[:], b.Seat.ID[:]))
	})
	for i := 0; i < len(out) && held+i < least; i++ {
		out[i].Required = true
	}
	return out
}
