package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// hold gives who holds a seat, and when, after the file has been heard: what it
// says, in the holdings there are where they are the same; those in force that it does
// not have end now, and earlier ones stay.
func (r *rosterReader) hold(s seatSayings, was []patrol.Holding) []patrol.Holding {
	left := slices.Clone(was)
	var out []patrol.Holding
	for _, say := range s.says {
		if say.name == "" {
			continue
		}
		h := patrol.Holding{Seat: s.seat.ID, Person: say.person, Deputy: say.deputy, From: say.from, To: say.to}
		if i := r.matching(left, say); i >= 0 {
			old := left[i]
			left = slices.Delete(left, i, i+1)
			h.ID = old.ID
			if sameMoment(old.From, h.From) {
				h.From = old.From
			}
			if sameMoment(old.To, h.To) {
				h.To = old.To
			}
			if h.From.IsZero() {
				h.From = old.From
				if h.To.IsZero() && old.To.After(r.b.Now) {
					h.To = old.To
				}
			}
		} else {
			h.ID = newID()
			if h.From.IsZero() {
				h.From = r.b.Now
				if !h.To.IsZero() && !h.To.After(h.From) {
					continue // somebody who has gone, and nobody knows since when he was there
				}
			}
		}
		out = append(out, h)
	}
	said := slices.Clone(out)
	for _, h := range left {
		if h = r.end(h, said); !h.From.IsZero() {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b patrol.Holding) int { return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.ID[:], b.ID[:])) })
	return out
}

// matching gives the holding that a saying is of; -1 where there is none.
func (r *rosterReader) matching(list []patrol.Holding, s *saying) int {
	same := func(h patrol.Holding) bool { return h.Person == s.person && h.Deputy == s.deputy }
	if s.from.IsZero() {
		return slices.IndexFunc(list, func(h patrol.Holding) bool { return same(h) && h.At(r.b.Now) })
	}
	if i := slices.IndexFunc(list, func(h patrol.Holding) bool { return same(h) && sameMoment(h.From, s.from) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(list, func(h patrol.Holding) bool { // its day is put right
		return same(h) && h.From.Before(s.ends()) && (h.To.IsZero() || s.from.Before(h.To))
	})
}

// end gives a holding that the file does not have as it is then: what is past
// stays, what is in force ends now or when another begins. The zero Holding where nothing
// is left of it.
func (r *rosterReader) end(h patrol.Holding, said []patrol.Holding) patrol.Holding {
	if h.To.IsZero() || h.To.After(r.b.Now) {
		h.To = r.b.Now
	}
	for _, o := range said {
		overlaps := !h.Deputy && !o.Deputy && o.From.Before(h.To) && (o.To.IsZero() || h.From.Before(o.To))
		switch {
		case !overlaps:
		case o.From.After(h.From):
			h.To = o.From
		case !o.To.IsZero() && o.To.Before(h.To):
			h.From = o.To
		default:
			return patrol.Holding{}
		}
	}
	if !h.From.Before(h.To) {
		return patrol.Holding{}
	}
	return h
}

// sameHoldings tells whether two lists have the same holdings in any order.
func sameHoldings(a, b []patrol.Holding) bool {
	if len(a) != len(b) {
		return false
	}
	byID := make(map[geo.ID]patrol.Holding, len(a))
	for _, h := range a {
		byID[h.ID] = h
	}
	same := func(x, y time.Time) bool { return x.Equal(y) || x.IsZero() && y.IsZero() }
	for _, h := range b {
		o, ok := byID[h.ID]
		if !ok || o.Seat != h.Seat || o.Person != h.Person || o.Deputy != h.Deputy || !same(o.From, h.From) || !same(o.To, h.To) {
			return false
		}
	}
	return true
}
