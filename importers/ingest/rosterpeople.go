package ingest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// whoIs is how a person is known: by name and phone, and without a phone by
// where the post is.
type whoIs struct {
	name, phone string
	place       place
}

// roll gives every saying its person.
type roll struct {
	r       *rosterReader
	people  map[geo.ID]patrol.Person
	known   map[whoIs][]geo.ID // of those there are; without places
	used    map[whoIs]bool     // with phone, in the file
	found   map[whoIs]geo.ID
	changed map[geo.ID]bool // whose phone is another now
}

// identify finds out who everybody in the file is.
func (r *rosterReader) identify(people []patrol.Person) *roll {
	l := &roll{r: r, people: make(map[geo.ID]patrol.Person, len(people)), known: map[whoIs][]geo.ID{}, used: map[whoIs]bool{},
		found: map[whoIs]geo.ID{}, changed: map[geo.ID]bool{}}
	for _, p := range people {
		l.people[p.ID] = p
		key := whoIs{name: p.Name, phone: p.Phone}
		l.known[key] = append(l.known[key], p.ID)
	}
	l.samePhones()
	besideName := map[whoIs]string{} // the phone that a name has in a place
	for _, s := range r.sayings {
		if s.phone != "" {
			l.used[whoIs{name: s.name, phone: s.phone}] = true
			besideName[whoIs{name: s.name, place: s.place}] = s.phone
		}
	}
	for _, s := range r.sayings {
		if s.name == "" {
			continue
		}
		if s.phone == "" {
			s.phone = besideName[whoIs{name: s.name, place: s.place}]
		}
		s.person = l.person(s)
	}
	return l
}

// samePhones faults mobile numbers that stand beside two names.
func (l *roll) samePhones() {
	type first struct {
		name    string
		feature int
	}
	seen := map[string]first{}
	for _, s := range slices.Concat(l.r.sayings, l.r.leaves) {
		if len(s.phone) != 11 || s.phone[0] != '1' {
			continue // a desk's number is many people's
		}
		f, twice := seen[s.phone]
		switch {
		case !twice:
			seen[s.phone] = first{s.name, s.feature}
		case f.name != s.name:
			l.r.number, l.r.line = s.feature, s.line
			l.r.fault(importers.ProblemValueDamaged, s.place.code, fmt.Sprintf("the mobile number is that of another name in row %d", f.feature),
				map[string]any{"column": l.r.cols.Name("phone"), "first": f.feature})
		}
	}
}

// person gives the id of who is meant: of somebody there is, or of somebody new.
func (l *roll) person(s *saying) geo.ID {
	key := whoIs{name: s.name, phone: s.phone}
	if s.phone == "" {
		key.place = s.place
	}
	if s.name == patrol.ErasedName { // each another, as far as anybody knows
		key.place.code += fmt.Sprint("/", s.feature)
	}
	if id, ok := l.found[key]; ok {
		return id
	}
	begun := l.begun(s)
	holders := slices.Concat(begun, l.holders(s))
	id := geo.ID{}
	same := l.known[whoIs{name: s.name, phone: s.phone}]
	if s.name == patrol.ErasedName {
		holders, same = nil, nil
	}
	exact := slices.IndexFunc(begun, func(id geo.ID) bool { return l.people[id].Name == s.name && l.people[id].Phone == s.phone })
	switch i := slices.IndexFunc(same, func(id geo.ID) bool { return slices.Contains(holders, id) }); {
	case exact >= 0:
		id = begun[exact]
	case i >= 0:
		id = same[i]
	case s.phone != "" && len(same) > 0:
		id = same[0]
	default:
		for _, h := range holders { // the same name in the same seats: with another phone, or none said
			p := l.people[h]
			if p.Name != s.name || l.used[whoIs{name: p.Name, phone: p.Phone}] && s.phone != "" {
				continue
			}
			id = h
			if s.phone != "" && p.Phone != s.phone {
				p.Phone = s.phone
				l.people[h], l.changed[h] = p, true
			}
			break
		}
	}
	if id == (geo.ID{}) {
		id = newID()
		l.people[id] = patrol.Person{ID: id, Name: s.name, Phone: s.phone, Synthetic: s.synthetic}
	}
	l.found[key] = id
	return id
}

// begun gives who took up the post there, or began to stand in, on the day that
// is said: in the seat with its number, where it has one.
func (l *roll) begun(s *saying) (out []geo.ID) {
	for _, seat := range l.r.seatsOf(s.post, s.place) {
		for _, h := range l.r.b.Roster.HoldingsOfSeat(seat.ID) {
			if h.Deputy == s.deputy && sameMoment(h.From, s.from) && (s.seat == 0 || s.seat == seat.Number) {
				out = append(out, h.Person)
			}
		}
	}
	return out
}

// holders gives who holds or stands in for the post there now.
func (l *roll) holders(s *saying) (out []geo.ID) {
	for _, seat := range l.r.seatsOf(s.post, s.place) {
		for _, deputy := range []bool{s.deputy, !s.deputy} {
			var p patrol.Person
			var ok bool
			if deputy {
				p, _, ok = l.r.b.Roster.Deputy(seat.ID, l.r.b.Now)
			} else {
				p, _, ok = l.r.b.Roster.Holder(seat.ID, l.r.b.Now)
			}
			if ok {
				out = append(out, p.ID)
			}
		}
	}
	return out
}

// seatsOf gives the seats of a post that there are in a place, by number.
func (r *rosterReader) seatsOf(post patrol.Post, where place) []patrol.Seat {
	if where.committee != (geo.ID{}) {
		return r.b.Roster.SeatsOfCommittee(post, where.committee)
	}
	return r.b.Roster.Seats(post, where.area)
}

// list gives everybody who is in the roster, by id: those who hold a post in it
// or are on leave, and those who were there before.
func (l *roll) list(holdings []patrol.Holding, leaves []patrol.Leave) []patrol.Person {
	held := make(map[geo.ID]bool, len(holdings))
	for _, h := range holdings {
		held[h.Person] = true
	}
	for _, away := range leaves {
		held[away.Person] = true
	}
	out := make([]patrol.Person, 0, len(l.people))
	before := map[geo.ID]bool{}
	for _, p := range l.r.b.Roster.Data().People {
		before[p.ID] = true
	}
	for id, p := range l.people {
		if held[id] || before[id] {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b patrol.Person) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return out
}
