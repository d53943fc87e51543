package patrol

import (
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func (e *rosterEdit) appoint(c Appoint) error {
	seat, err := e.seat("seat", c.Seat)
	if err != nil {
		return err
	}
	from := e.orNow(c.From)
	if err := e.notBefore("from", seat.ID, from); err != nil {
		return err
	}
	person, err := e.whom(c.Person)
	if err != nil {
		return err
	}
	if h := e.holding(seat.ID, from); h != nil && h.Person == person {
		return e.fault("person", "the person holds the seat then")
	}
	if e.inSamePost(*seat, person, from) {
		return e.fault("person", "the person holds another seat of this post here then")
	}
	e.cut(seat.ID, from)
	next := e.next(seat.ID, from)
	e.data.Holdings = append(e.data.Holdings, Holding{ID: e.with.NewID(), Seat: seat.ID, Person: person, From: from, To: next})
	for i := range e.data.Holdings { // nobody stands in for themselves
		h := &e.data.Holdings[i]
		if h.Seat == seat.ID && h.Deputy && h.Person == person && h.At(from) && from.After(h.From) {
			h.To = from
		}
	}
	return nil
}

// notBefore refuses a change of a seat before the last one.
func (e *rosterEdit) notBefore(member string, seat geo.ID, at time.Time) error {
	if last := e.settled(seat); at.Before(last) {
		return e.fault(member, "the seat last changed hands at %s; a change before that is not possible", stamp(last))
	}
	return nil
}

func (e *rosterEdit) relieve(c Relieve) error {
	seat, err := e.seat("seat", c.Seat)
	if err != nil {
		return err
	}
	at := e.orNow(c.At)
	if err := e.notBefore("at", seat.ID, at); err != nil {
		return err
	}
	if e.holding(seat.ID, at) == nil {
		return e.fault("seat", "nobody holds the seat then")
	}
	e.cut(seat.ID, at)
	return nil
}

func (e *rosterEdit) deputise(c Deputise) error {
	seat, err := e.seat("seat", c.Seat)
	if err != nil {
		return err
	}
	from, to := e.orNow(c.From), time.Time{}
	if !c.To.IsZero() {
		if to = micro(c.To); !to.After(from) {
			return e.fault("to", "is not after its start")
		}
	}
	if err := e.notBefore("from", seat.ID, from); err != nil {
		return err
	}
	person, err := e.whom(c.Person)
	if err != nil {
		return err
	}
	if h := e.holding(seat.ID, from); h != nil && h.Person == person {
		return e.fault("person", "the person holds the seat then")
	}
	next := Holding{ID: e.with.NewID(), Seat: seat.ID, Person: person, Deputy: true, From: from, To: to}
	for _, h := range e.data.Holdings {
		if h.Seat == seat.ID && h.Deputy && h.Person == person && overlap(h.From, h.To, from, to) {
			return e.fault("person", "the person stands in for the seat then already")
		}
	}
	e.data.Holdings = append(e.data.Holdings, next)
	return nil
}

func (e *rosterEdit) endDeputy(c EndDeputy) error {
	i := slices.IndexFunc(e.data.Holdings, func(h Holding) bool { return h.ID == c.Holding && h.Deputy })
	if i < 0 {
		return e.fault("holding", "nobody stands in under that id")
	}
	h := &e.data.Holdings[i]
	seat, err := e.seat("holding", h.Seat)
	if err != nil {
		return err
	}
	at := e.orNow(c.At)
	switch last := e.settled(seat.ID); {
	case !h.To.IsZero() && !h.To.After(e.with.Now):
		return e.fault("holding", "it has ended already")
	case h.From.After(e.with.Now) && !at.After(h.From): // not begun: taken back
		e.data.Holdings = slices.Delete(e.data.Holdings, i, i+1)
		return nil
	case at.Before(last):
		return e.fault("at", "the seat last changed hands at %s; a change before that is not possible", stamp(last))
	case !h.To.IsZero() && at.After(h.To):
		return e.fault("at", "it ends before that")
	case !at.After(h.From):
		e.data.Holdings = slices.Delete(e.data.Holdings, i, i+1)
		return nil
	}
	h.To = at
	return nil
}

// whom gives the id of a person who is named, after adding one who is new.
// Somebody of the same name and phone is that person.
func (e *rosterEdit) whom(w Whom) (geo.ID, error) {
	if w.ID != (geo.ID{}) {
		if w.Name != "" || w.Phone != "" {
			return w.ID, e.fault("person", "names a person of the roster, or a new one, not both")
		}
		i := slices.IndexFunc(e.data.People, func(p Person) bool { return p.ID == w.ID })
		if i < 0 {
			return w.ID, e.fault("person", "there is no such person")
		}
		if e.data.People[i].Name == ErasedName {
			return w.ID, e.fault("person", "what was known of the person has been erased")
		}
		e.persons[w.ID] = true
		return w.ID, nil
	}
	name, phone, err := e.named("person/", w.Name, w.Phone)
	if err != nil {
		return geo.ID{}, err
	}
	for _, p := range e.data.People {
		switch {
		case phone == "" || p.Phone != phone:
		case p.Name == name:
			return p.ID, nil
		default:
			return p.ID, e.fault("person/phone", "is another person's")
		}
	}
	p := Person{ID: e.with.NewID(), Name: name, Phone: phone}
	e.data.People = append(e.data.People, p)
	e.persons[p.ID] = true
	return p.ID, nil
}

// holding is that of who holds a seat at t, nil where nobody does.
func (e *rosterEdit) holding(seat geo.ID, t time.Time) *Holding {
	for i := range e.data.Holdings {
		if h := &e.data.Holdings[i]; h.Seat == seat && !h.Deputy && h.At(t) {
			return h
		}
	}
	return nil
}

// cut ends what holds a seat at t. What would be left with no time at all is
// taken away: it is put right from its beginning.
func (e *rosterEdit) cut(seat geo.ID, t time.Time) {
	h := e.holding(seat, t)
	switch {
	case h == nil:
	case h.From.Equal(t):
		id := h.ID
		e.data.Holdings = slices.DeleteFunc(e.data.Holdings, func(o Holding) bool { return o.ID == id })
	default:
		h.To = t
	}
}

// next is when somebody takes up a seat after t; zero where nobody will.
func (e *rosterEdit) next(seat geo.ID, t time.Time) (next time.Time) {
	for _, h := range e.data.Holdings {
		if h.Seat == seat && !h.Deputy && h.From.After(t) && (next.IsZero() || h.From.Before(next)) {
			next = h.From
		}
	}
	return next
}

// inSamePost reports whether a person holds another seat of the same post in
// the same place at t.
func (e *rosterEdit) inSamePost(s Seat, person geo.ID, t time.Time) bool {
	for _, o := range e.data.Seats {
		if o.ID == s.ID || o.Post != s.Post || o.Area != s.Area || o.Committee != s.Committee {
			continue
		}
		if h := e.holding(o.ID, t); h != nil && h.Person == person {
			return true
		}
	}
	return false
}

// overlap reports whether two stretches, each without an end where it is zero,
// have an instant in common.
func overlap(from, to, from2, to2 time.Time) bool {
	return (to2.IsZero() || from.Before(to2)) && (to.IsZero() || from2.Before(to))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
