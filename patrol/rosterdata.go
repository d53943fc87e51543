package patrol

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// validate gives every fault of the data in one *geo.Problem, nil without one.
func (d *RosterData) validate() error {
	c := rosterCheck{
		people:     make(map[geo.ID]bool, len(d.People)),
		committees: make(map[geo.ID]bool, len(d.Committees)),
		seats:      make(map[geo.ID]bool, len(d.Seats)),
	}
	c.checkPeople(d.People)
	c.checkCommittees(d.Committees)
	c.checkBranches(d.Branches)
	c.checkSeats(d.Seats)
	c.checkHoldings(d.Holdings)
	c.checkLeaves(d.Leaves)
	if len(c.faults) == 0 {
		return nil
	}
	return geo.Invalid("roster-invalid", fmt.Sprintf("the roster has %d faults", len(c.faults)), c.faults...)
}

// rosterCheck collects faults; the sets hold the ids that may be referred to.
type rosterCheck struct {
	faults                    []geo.FieldError
	people, committees, seats map[geo.ID]bool
}

// fault notes a fault of record i (counted from 0) of a list.
func (c *rosterCheck) fault(list string, i int, format string, args ...any) {
	c.faults = append(c.faults, geo.FieldError{
		Pointer: fmt.Sprintf("/%s/%d", list, i),
		Detail:  fmt.Sprintf(format, args...),
	})
}

// identify notes an id as known and faults a missing or repeated one.
func (c *rosterCheck) identify(list string, i int, known map[geo.ID]bool, id geo.ID) {
	switch {
	case id == geo.ID{}:
		c.fault(list, i, "has no id")
	case known[id]:
		c.fault(list, i, "id %s stands twice", id)
	}
	known[id] = true
}

func (c *rosterCheck) checkPeople(people []Person) {
	for i, p := range people {
		c.identify("people", i, c.people, p.ID)
		if p.Name == "" {
			c.fault("people", i, "person %s has no name", p.ID)
		}
	}
}

func (c *rosterCheck) checkCommittees(committees []Committee) {
	codes, groups := map[string]bool{}, map[geo.ID]string{}
	for i, m := range committees {
		c.identify("committees", i, c.committees, m.ID)
		c.checkBody("committees", i, m, codes, groups)
	}
}

func (c *rosterCheck) checkBranches(branches []Branch) {
	ids, codes, groups := map[geo.ID]bool{}, map[string]bool{}, map[geo.ID]string{}
	for i, b := range branches {
		c.identify("branches", i, ids, b.ID)
		c.checkBody("branches", i, Committee(b), codes, groups)
	}
}

// checkBody checks what committees and branches have in common; groups says
// which of the list serves a group already.
func (c *rosterCheck) checkBody(list string, i int, m Committee, codes map[string]bool, groups map[geo.ID]string) {
	switch {
	case m.Code == "":
		c.fault(list, i, "%s has no code", m.ID)
	case codes[m.Code]:
		c.fault(list, i, "code %s stands twice", m.Code)
	}
	codes[m.Code] = true
	if m.Village == (geo.ID{}) {
		c.fault(list, i, "%s names no village", m.Code)
	}
	if len(m.Groups) == 0 {
		c.fault(list, i, "%s serves no village group", m.Code)
	}
	for _, g := range m.Groups {
		switch other, taken := groups[g]; {
		case g == geo.ID{}:
			c.fault(list, i, "%s serves a village group without id", m.Code)
		case taken && other == m.Code:
			c.fault(list, i, "%s names village group %s twice", m.Code, g)
		case taken:
			c.fault(list, i, "%s serves village group %s, which %s serves already", m.Code, g, other)
		}
		groups[g] = m.Code
	}
}

func (c *rosterCheck) checkSeats(seats []Seat) {
	type place struct {
		owner
		number int
	}
	taken := map[place]bool{}
	for i, s := range seats {
		c.identify("seats", i, c.seats, s.ID)
		if !slices.Contains(Posts(), s.Post) {
			c.fault("seats", i, "%q is no post", s.Post)
			continue
		}
		if _, most := s.Post.Seats(); s.Number < 1 || s.Number > most {
			c.fault("seats", i, "%s has seats 1 to %d, not %d", s.Post, most, s.Number)
		}
		hasArea, hasCommittee := s.Area != geo.ID{}, s.Committee != geo.ID{}
		switch {
		case hasArea == hasCommittee:
			c.fault("seats", i, "%s %d must belong to an area or to a committee, and not to both", s.Post, s.Number)
		case hasCommittee && s.Post.AreaKind() != geo.VillageGroup:
			c.fault("seats", i, "%s is no post of a committee", s.Post)
		case hasArea && s.Post.AreaKind() == geo.VillageGroup && s.Post != Volunteer: // compounds have volunteers too
			c.fault("seats", i, "%s is a committee's post, not an area's", s.Post)
		case hasCommittee && !c.committees[s.Committee]:
			c.fault("seats", i, "committee %s is not in the roster", s.Committee)
		}
		p := place{owner{s.Post, s.Area, s.Committee}, s.Number}
		if taken[p] {
			c.fault("seats", i, "%s %d stands twice in the same place", s.Post, s.Number)
		}
		taken[p] = true
	}
}

func (c *rosterCheck) checkHoldings(holdings []Holding) {
	ids := map[geo.ID]bool{}
	bySeat := map[geo.ID][]int{}
	for i, h := range holdings {
		c.identify("holdings", i, ids, h.ID)
		if !c.seats[h.Seat] {
			c.fault("holdings", i, "seat %s is not in the roster", h.Seat)
		}
		if !c.people[h.Person] {
			c.fault("holdings", i, "person %s is not in the roster", h.Person)
		}
		if h.From.IsZero() {
			c.fault("holdings", i, "has no start")
		}
		if !h.To.IsZero() && !h.To.After(h.From) {
			c.fault("holdings", i, "ends at %s, not after its start", h.To)
			continue // an empty stretch overlaps nothing
		}
		if !h.Deputy {
			bySeat[h.Seat] = append(bySeat[h.Seat], i)
		}
	}
	for _, of := range bySeat {
		slices.SortFunc(of, func(a, b int) int { return compareHoldings(holdings[a], holdings[b]) })
	}
	for i, h := range holdings { // in the order of the list, so that faults are
		of := bySeat[h.Seat]
		for k := 1; k < len(of); k++ {
			if of[k] != i {
				continue
			}
			if before := holdings[of[k-1]]; before.To.IsZero() || before.To.After(h.From) {
				c.fault("holdings", i, "seat %s has a holder already from %s", h.Seat, before.From)
			}
		}
	}
}
