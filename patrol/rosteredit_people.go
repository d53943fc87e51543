package patrol

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The longest names and phones of people, and names of committees and branches,
// in characters.
const (
	personNameMax  = 100
	personPhoneMax = 40
	bodyNameMax    = 200
)

func (e *rosterEdit) takeLeave(c TakeLeave) error {
	if _, err := e.someone("person", c.Person); err != nil {
		return err
	}
	from, to := e.orNow(c.From), time.Time{}
	if !c.To.IsZero() {
		if to = micro(c.To); !to.After(from) {
			return e.fault("to", "is not after its start")
		}
	}
	var last time.Time
	for _, l := range e.data.Leaves {
		if l.Person != c.Person {
			continue
		}
		if overlap(l.From, l.To, from, to) {
			return e.fault("from", "the person is on leave then already")
		}
		last = e.later(e.later(last, l.From), l.To)
	}
	if from.Before(last) {
		return e.fault("from", "the person's leaves last changed at %s; a change before that is not possible", stamp(last))
	}
	e.data.Leaves = append(e.data.Leaves, Leave{ID: e.with.NewID(), Person: c.Person, From: from, To: to})
	return nil
}

func (e *rosterEdit) endLeave(c EndLeave) error {
	i := slices.IndexFunc(e.data.Leaves, func(l Leave) bool { return l.ID == c.Leave })
	if i < 0 {
		return e.fault("leave", "there is no such leave")
	}
	l := &e.data.Leaves[i]
	if _, err := e.someone("leave", l.Person); err != nil {
		return err
	}
	at := e.orNow(c.At)
	switch {
	case !l.To.IsZero() && !l.To.After(e.with.Now):
		return e.fault("leave", "it has ended already")
	case !at.After(l.From): // not begun, or never taken
		if at.Before(l.From) && !l.From.After(e.with.Now) {
			return e.fault("at", "it began after that, at %s", stamp(l.From))
		}
		e.data.Leaves = slices.Delete(e.data.Leaves, i, i+1)
		return nil
	case !l.To.IsZero() && at.After(l.To):
		return e.fault("at", "it ends before that")
	}
	l.To = at
	return nil
}

func (e *rosterEdit) alterPerson(c AlterPerson) error {
	p, err := e.someone("person", c.Person)
	if err != nil {
		return err
	}
	name, phone := p.Name, p.Phone
	if c.Name != nil {
		name = *c.Name
	}
	if c.Phone != nil {
		phone = *c.Phone
	}
	if name, phone, err = e.named("", name, phone); err != nil {
		return err
	}
	for _, o := range e.data.People {
		if o.ID != p.ID && phone != "" && o.Phone == phone && c.Phone != nil {
			return e.fault("phone", "is another person's")
		}
	}
	p.Name, p.Phone = name, phone
	return nil
}

// named checks a name and phone; at stands before the fields' names.
func (e *rosterEdit) named(at, name, phone string) (string, string, error) {
	name, phone = strings.TrimSpace(name), strings.TrimSpace(phone)
	switch {
	case name == "":
		return "", "", e.fault(at+"name", "is missing")
	case !legible(name, personNameMax):
		return "", "", e.fault(at+"name", "has more than %d characters, or some that cannot be shown", personNameMax)
	case !legible(phone, personPhoneMax):
		return "", "", e.fault(at+"phone", "has more than %d characters, or some that cannot be shown", personPhoneMax)
	}
	return name, phone, nil
}

// legible reports whether a text is at most that long and can be shown.
func legible(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// held reports whether anybody holds a seat or stands in, now or later.
func (e *rosterEdit) held(seat geo.ID) bool {
	return slices.ContainsFunc(e.data.Holdings, func(h Holding) bool {
		return h.Seat == seat && (h.To.IsZero() || h.To.After(e.with.Now))
	})
}
