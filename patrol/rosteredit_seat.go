package patrol

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

func (e *rosterEdit) addSeat(c AddSeat) error {
	s := Seat{Post: c.Post, Area: c.Area, PublicContact: c.PublicContact, Number: c.Number}
	if !slices.Contains(Posts(), c.Post) {
		return e.fault("post", "is no post")
	}
	inGroups := c.Post.AreaKind() == geo.VillageGroup
	switch hasArea := c.Area != (geo.ID{}); {
	case hasArea == (c.Committee != ""):
		return e.fault("area", "a seat belongs to an area or to a committee, and not to both")
	case !hasArea && !inGroups:
		return e.fault("committee", "%s is no post of a committee", c.Post)
	case hasArea && c.Post == Volunteer && c.AreaKind != geo.Compound:
		return e.fault("area", "volunteers are a committee's or a compound's")
	case hasArea && inGroups && c.Post != Volunteer:
		return e.fault("area", "%s is a committee's post", c.Post)
	case hasArea && !inGroups && c.AreaKind != c.Post.AreaKind():
		return e.fault("area", "%s is a post of a %s", c.Post, c.Post.AreaKind())
	case !hasArea:
		i := e.committee(c.Committee)
		if i < 0 {
			return e.fault("committee", "there is no such committee")
		}
		s.Committee = e.data.Committees[i].ID
	}
	taken := map[int]bool{}
	for _, o := range e.data.Seats {
		if o.Post == s.Post && o.Area == s.Area && o.Committee == s.Committee {
			taken[o.Number] = true
		}
	}
	_, most := s.Post.Seats()
	for n := 1; s.Number == 0 && n <= most; n++ {
		if !taken[n] {
			s.Number = n
		}
	}
	switch {
	case s.Number == 0:
		return e.fault("post", "there are %d seats of it already, as many as there may be", most)
	case s.Number < 1 || s.Number > most:
		return e.fault("number", "%s has seats 1 to %d", s.Post, most)
	case taken[s.Number]:
		return e.fault("number", "that seat is there already")
	}
	s.ID = e.with.NewID()
	e.data.Seats = append(e.data.Seats, s)
	e.touch(s)
	return nil
}

func (e *rosterEdit) removeSeat(c RemoveSeat) error {
	seat, err := e.seat("seat", c.Seat)
	if err != nil {
		return err
	}
	s := *seat
	if e.held(s.ID) {
		return e.fault("seat", "somebody holds the seat, stands in or will")
	}
	least, _ := s.Post.Seats()
	others := 0
	for _, o := range e.data.Seats {
		if o.Post == s.Post && o.Area == s.Area && o.Committee == s.Committee {
			others++
		}
	}
	if others <= least {
		return e.fault("seat", "there must be %d of %s here", least, s.Post)
	}
	e.drop(func(o Seat) bool { return o.ID == s.ID })
	return nil
}

// drop takes seats away with what was held of them, which the versions before
// remember.
func (e *rosterEdit) drop(which func(Seat) bool) {
	gone := map[geo.ID]bool{}
	e.data.Seats = slices.DeleteFunc(e.data.Seats, func(s Seat) bool {
		gone[s.ID] = which(s)
		return gone[s.ID]
	})
	e.data.Holdings = slices.DeleteFunc(e.data.Holdings, func(h Holding) bool { return gone[h.Seat] })
}

func (e *rosterEdit) setPublicContact(c SetPublicContact) error {
	seat, err := e.seat("seat", c.Seat)
	if err != nil {
		return err
	}
	seat.PublicContact = c.Public
	return nil
}
