package patrol

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Roster is posts and people, indexed. It never changes and is safe for
// concurrent use. NewRoster is the only way in.
type Roster struct {
	data        RosterData
	people      map[geo.ID]Person
	seats       map[geo.ID]Seat
	committees  map[geo.ID]Committee
	byOwner     map[owner][]Seat       // by number
	byGroup     map[geo.ID]Committee   // a village group's committee
	branchOf    map[geo.ID]Branch      // a village group's Party branch
	bySeat      map[geo.ID][]Holding   // by start, then id
	byPerson    map[geo.ID][]Holding   // by start, then id
	leaves      map[geo.ID][]Leave     // of a person, by start, then id
	turns       []time.Time            // see turnsOf
	ownerOrder  []owner                // every area and committee with seats, without post
	ownedByPost map[owner]map[Post]int // how many seats of each post
}

// owner is what a seat belongs to; with post it is the place seats are counted
// in, without one the area or committee itself.
type owner struct {
	post      Post
	area      geo.ID
	committee geo.ID
}

// NewRoster checks the data and indexes it. It takes the data over: the caller
// must not change the slices afterwards. The error is a *geo.Problem of kind
// geo.ErrInvalid that lists every fault. Empty data is an empty roster.
func NewRoster(data RosterData) (*Roster, error) {
	if err := data.validate(); err != nil {
		return nil, err
	}
	r := &Roster{
		data:        data,
		people:      make(map[geo.ID]Person, len(data.People)),
		seats:       make(map[geo.ID]Seat, len(data.Seats)),
		committees:  make(map[geo.ID]Committee, len(data.Committees)),
		byOwner:     make(map[owner][]Seat, len(data.Seats)),
		byGroup:     make(map[geo.ID]Committee),
		branchOf:    make(map[geo.ID]Branch),
		bySeat:      make(map[geo.ID][]Holding, len(data.Seats)),
		byPerson:    make(map[geo.ID][]Holding, len(data.People)),
		ownedByPost: make(map[owner]map[Post]int),
		leaves:      leavesOf(data.Leaves),
		turns:       turnsOf(data.Holdings, data.Leaves),
	}
	for _, p := range data.People {
		r.people[p.ID] = p
	}
	for _, c := range data.Committees {
		r.committees[c.ID] = c
		for _, g := range c.Groups {
			r.byGroup[g] = c
		}
		r.own(owner{committee: c.ID})
	}
	for _, b := range data.Branches {
		for _, g := range b.Groups {
			r.branchOf[g] = b
		}
	}
	for _, s := range data.Seats {
		r.seats[s.ID] = s
		k := owner{s.Post, s.Area, s.Committee}
		r.byOwner[k] = append(r.byOwner[k], s)
		r.own(owner{area: s.Area, committee: s.Committee})[s.Post]++
	}
	for _, seats := range r.byOwner {
		slices.SortFunc(seats, func(a, b Seat) int { return cmp.Compare(a.Number, b.Number) })
	}
	for _, h := range data.Holdings {
		r.bySeat[h.Seat] = append(r.bySeat[h.Seat], h)
		r.byPerson[h.Person] = append(r.byPerson[h.Person], h)
	}
	for _, held := range []map[geo.ID][]Holding{r.bySeat, r.byPerson} {
		for _, hs := range held {
			slices.SortFunc(hs, compareHoldings)
		}
	}
	slices.SortFunc(r.ownerOrder, func(a, b owner) int {
		return cmp.Or(bytes.Compare(a.area[:], b.area[:]), bytes.Compare(a.committee[:], b.committee[:]))
	})
	return r, nil
}

// own gives the seat counts of an area or committee, noting it when it is new.
func (r *Roster) own(o owner) map[Post]int {
	if r.ownedByPost[o] == nil {
		r.ownedByPost[o] = make(map[Post]int)
		r.ownerOrder = append(r.ownerOrder, o)
	}
	return r.ownedByPost[o]
}

func compareHoldings(a, b Holding) int {
	return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.ID[:], b.ID[:]))
}

// Person gives the person with that id.
func (r *Roster) Person(id geo.ID) (Person, bool) {
	p, ok := r.people[id]
	return p, ok
}

// Seat gives the seat with that id.
func (r *Roster) Seat(id geo.ID) (Seat, bool) {
	s, ok := r.seats[id]
	return s, ok
}

// Seats gives the seats of a post that answer for an area, by number: the
// area's own, and for a village group those of the committee that serves it.
// The caller owns the slice.
func (r *Roster) Seats(post Post, area geo.ID) []Seat {
	if c, ok := r.byGroup[area]; ok && post.AreaKind() == geo.VillageGroup {
		return r.SeatsOfCommittee(post, c.ID)
	}
	return slices.Clone(r.byOwner[owner{post: post, area: area}])
}

// SeatsOfCommittee gives a committee's seats of a post, by number. The caller
// owns the slice.
func (r *Roster) SeatsOfCommittee(post Post, committee geo.ID) []Seat {
	return slices.Clone(r.byOwner[owner{post: post, committee: committee}])
}

// Committee gives the committee with that id. Its groups are not to be changed.
func (r *Roster) Committee(id geo.ID) (Committee, bool) {
	c, ok := r.committees[id]
	return c, ok
}

// CommitteeOf gives the committee that serves a village group. Its groups are
// not to be changed.
func (r *Roster) CommitteeOf(group geo.ID) (Committee, bool) {
	c, ok := r.byGroup[group]
	return c, ok
}

// BranchOf gives the Party branch of a village group. Its groups are not to be
// changed.
func (r *Roster) BranchOf(group geo.ID) (Branch, bool) {
	b, ok := r.branchOf[group]
	return b, ok
}

// Holder gives who holds a seat at t; ok is false while nobody does.
func (r *Roster) Holder(seat geo.ID, t time.Time) (Person, Holding, bool) {
	return r.held(seat, t, false)
}

// Deputy gives who stands in for a seat's holder at t, whether there is a
// holder or not; of several the one who began first. ok is false without one.
func (r *Roster) Deputy(seat geo.ID, t time.Time) (Person, Holding, bool) {
	return r.held(seat, t, true)
}

func (r *Roster) held(seat geo.ID, t time.Time, deputy bool) (Person, Holding, bool) {
	for _, h := range r.bySeat[seat] {
		if h.Deputy == deputy && h.At(t) {
			return r.people[h.Person], h, true
		}
	}
	return Person{}, Holding{}, false
}

// HoldingsOf gives everything a person holds, held or will hold, or stands in
// for, by start. The caller owns the slice.
func (r *Roster) HoldingsOf(person geo.ID) []Holding { return slices.Clone(r.byPerson[person]) }

// HoldingsOfSeat gives everybody who holds, held or will hold a seat, or stands in
// there, by start. The caller owns the slice.
func (r *Roster) HoldingsOfSeat(seat geo.ID) []Holding { return slices.Clone(r.bySeat[seat]) }

// AreasOfSeat gives the areas a seat answers for: its own, or the groups of
// its committee. The caller owns the slice.
func (r *Roster) AreasOfSeat(s Seat) []geo.ID {
	if s.Committee != (geo.ID{}) {
		return slices.Clone(r.committees[s.Committee].Groups)
	}
	return []geo.ID{s.Area}
}

// HeldPost is a post somebody holds or stands in for, and where.
type HeldPost struct {
	Seat    Seat
	Holding Holding
	Areas   []geo.ID // the areas it answers for; a committee's are its groups
}

// PostsOf gives the posts a person holds or stands in for at t, by the time
// they were taken up. The caller owns the slice.
func (r *Roster) PostsOf(person geo.ID, t time.Time) []HeldPost {
	var out []HeldPost
	for _, h := range r.byPerson[person] {
		if h.At(t) {
			s := r.seats[h.Seat]
			out = append(out, HeldPost{s, h, r.AreasOfSeat(s)})
		}
	}
	return out
}

// SeatsOf gives the seats a person holds or stands in for at t, in the order
// of PostsOf; what Action.Seats wants. The caller owns the slice.
func (r *Roster) SeatsOf(person geo.ID, t time.Time) []geo.ID {
	var out []geo.ID
	for _, h := range r.PostsOf(person, t) {
		out = append(out, h.Seat.ID)
	}
	return out
}

// AreasOf gives the areas of all posts a person holds or stands in for at t,
// each once, by id; a committee's are its groups. The caller owns the slice.
func (r *Roster) AreasOf(person geo.ID, t time.Time) []geo.ID {
	var out []geo.ID
	for _, h := range r.PostsOf(person, t) {
		out = append(out, h.Areas...)
	}
	slices.SortFunc(out, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

// Data gives everything the roster was built from. The slices are the
// roster's: not to be changed.
func (r *Roster) Data() RosterData { return r.data }

// AllCommittees gives every committee as it was read. The caller owns the
// slice, not the groups in it.
func (r *Roster) AllCommittees() []Committee { return slices.Clone(r.data.Committees) }

// AllBranches gives every Party branch as it was read. The caller owns the
// slice, not the groups in it.
func (r *Roster) AllBranches() []Branch { return slices.Clone(r.data.Branches) }

// AllSeats gives every seat as it was read. The caller owns the slice.
func (r *Roster) AllSeats() []Seat { return slices.Clone(r.data.Seats) }

// AllPeople gives every person as it was read. The caller owns the slice.
func (r *Roster) AllPeople() []Person { return slices.Clone(r.data.People) }

// AllHoldings gives every holding, past ones too, as it was read. The caller
// owns the slice.
func (r *Roster) AllHoldings() []Holding { return slices.Clone(r.data.Holdings) }
