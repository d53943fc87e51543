package postgis

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestWhoHeldWhat: who was chief of a grid on a day is one query, also of a seat
// that has been taken away, and never of what was written by mistake.
func TestWhoHeldWhat(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	now := time.Now().UTC().Truncate(time.Microsecond)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	chief := w.seat(t, patrol.GridChief, 1)
	first := w.holder(t, chief)
	w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("误"), From: ago(90)}, patrol.Deputise{Seat: chief.ID, Person: somebody("代"), From: ago(80), To: ago(70)})
	w.edit(t, patrol.SetPublicContact{Seat: chief.ID}, patrol.AddSeat{Post: patrol.GridMember, Area: chief.Area, AreaKind: geo.Grid})
	extra := w.d.Current().Roster.Seats(patrol.GridMember, chief.Area)[1]
	w.edit(t, patrol.Appoint{Seat: extra.ID, Person: patrol.Whom{ID: first.ID}, From: ago(30)})
	w.edit(t, patrol.SetPublicContact{Seat: extra.ID, Public: true})
	w.edit(t, patrol.Relieve{Seat: extra.ID, At: ago(1)})
	w.edit(t, patrol.RemoveSeat{Seat: extra.ID})
	for _, tt := range []struct {
		post  patrol.Post
		place geo.ID
		at    time.Time
		want  []string
	}{
		{patrol.GridChief, chief.Area, ago(100), []string{first.Name}},
		{patrol.GridChief, chief.Area, ago(90), []string{"误"}},
		{patrol.GridChief, chief.Area, ago(75), []string{"代", "误"}},
		{patrol.GridChief, chief.Area, now, []string{"误"}},
		{patrol.GridMember, chief.Area, ago(10), []string{first.Name}},
		{patrol.GridMember, chief.Area, now, nil},
		{patrol.GridChief, newID(), now, nil},
	} {
		list, err := w.HeldAt(t.Context(), tt.post, tt.place, tt.at)
		var got []string
		for _, h := range list {
			got = append(got, h.Person.Name)
			if h.Seat.Post != tt.post || h.Seat.Area != tt.place || !h.Holding.At(tt.at) || h.Holding.Deputy != (h.Person.Name == "代") {
				t.Errorf("held %+v", h)
			}
		}
		if err != nil || len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
			t.Errorf("%s on %s: %q, %v; want %q", tt.post, tt.at.Format(time.DateOnly), got, err, tt.want)
		}
	}
	if list, err := w.SeatHoldings(t.Context(), extra.ID); err != nil || len(list) != 1 || !list[0].Seat.PublicContact || !list[0].Holding.To.Equal(ago(1)) {
		t.Errorf("holdings of the seat that is gone: %+v, %v", list, err)
	}
	list, err := w.PersonHoldings(t.Context(), first.ID)
	if err != nil || len(list) != 2 || list[0].Seat.ID != extra.ID || list[1].Seat.ID != chief.ID || !list[1].Holding.To.Equal(ago(90)) {
		t.Errorf("posts of the first chief: %+v, %v", list, err)
	}
	// A mistake is put right from the day it began.
	w.edit(t, patrol.EndDeputy{Holding: w.standIn(t, chief)}, patrol.Appoint{Seat: chief.ID, Person: somebody("正")})
	if list, err := w.SeatHoldings(t.Context(), chief.ID); err != nil || len(list) != 4 {
		t.Errorf("%d holdings of the chief's seat, %v; want 4", len(list), err)
	}
}

// standIn adds somebody who is to stand in next week, and gives the holding.
func (w *world) standIn(t testing.TB, seat patrol.Seat) geo.ID {
	t.Helper()
	w.edit(t, patrol.Deputise{Seat: seat.ID, Person: somebody("替"), From: time.Now().AddDate(0, 0, 7)})
	for _, h := range w.d.Current().Roster.AllHoldings() {
		if h.Seat == seat.ID && h.Deputy && h.To.IsZero() {
			return h.ID
		}
	}
	t.Fatal("nobody is to stand in")
	return geo.ID{}
}
