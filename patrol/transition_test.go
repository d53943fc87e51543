package patrol

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// theReport is in that state, due at some time; the chief of a seat answers.
func theReport(s Status) *Report {
	return &Report{
		ID: id("report"), Category: "theft_prevention", Status: s, Version: 4, UpdatedAt: day0,
		DueAt: day1, HardDueAt: day2,
		Decision: Decision{Assignments: []Assignment{
			{Post: GridChief, SeatID: id("seat"), PersonID: id("chief"), Via: ViaHolder},
			{Post: DistrictDesk, Via: ViaPost}, // nobody's: zero ids
		}},
	}
}

// byChief is an action of the chief's own account.
func byChief(e EventType) Action {
	return Action{ReportID: id("report"), Type: e, Note: "因为", At: day1.Add(time.Nanosecond), Person: id("chief"),
		Actor: Actor{Kind: "user", ID: "account of chief", Name: "grid_chief", Role: "officer"}}
}

func byDispatcher(e EventType) Action {
	a := byChief(e)
	a.Person, a.AnyReport, a.Actor = geo.ID{}, true, Actor{Kind: "user", ID: "account of dispatcher", Role: "dispatcher"}
	return a
}

// life is the whole table: what each state makes of each event; absent means a
// conflict.
var life = map[Status]map[EventType]Status{
	Reported:   {EventVerify: Verified, EventDispatch: Dispatched, EventReject: Rejected, EventComment: Reported},
	Verified:   {EventDispatch: Dispatched, EventReject: Rejected, EventComment: Verified},
	Dispatched: {EventAccept: Accepted, EventReturn: Returned, EventReject: Rejected, EventComment: Dispatched},
	Accepted:   {EventHandle: Handled, EventReturn: Returned, EventReject: Rejected, EventComment: Accepted},
	Returned:   {EventDispatch: Dispatched, EventReject: Rejected, EventComment: Returned},
	Handled:    {EventClose: Closed, EventComment: Handled},
	Closed:     {EventComment: Closed},
	Rejected:   {EventComment: Rejected},
	Parked:     {EventComment: Parked},
	Duplicate:  {EventComment: Duplicate},
}

func TestTransitionLife(t *testing.T) {
	book := DefaultRulebook(shanghai)
	if len(life) != len(Statuses()) {
		t.Fatalf("the table has %d states, want all %d", len(life), len(Statuses()))
	}
	for _, s := range Statuses() {
		var allowed []string
		for _, e := range Supported() {
			to, ok := life[s][e]
			t.Run(string(s)+" "+string(e), func(t *testing.T) {
				r := theReport(s)
				before := *r
				c, err := Transition(r, byDispatcher(e), book)
				if r.Status != before.Status || r.Version != before.Version || r.DueAt != before.DueAt {
					t.Error("Transition changed its argument")
				}
				if !ok {
					var p *geo.Problem
					if !errors.As(err, &p) || p.Code != "state-conflict" || !errors.Is(err, geo.ErrConflict) || !slices.Equal(p.Allow, texts(Allowed(s))) {
						t.Fatalf("Transition: %v, want a state conflict that names what is allowed", err)
					}
					return
				}
				if err != nil {
					t.Fatalf("Transition: %v", err)
				}
				if c.Report.Status != to || c.Entry.From != s || c.Entry.To != to {
					t.Errorf("status %s, entry %s to %s, want %s to %s", c.Report.Status, c.Entry.From, c.Entry.To, s, to)
				}
				if c.Report.Version != 5 || c.Entry.Seq != 5 || !c.Report.UpdatedAt.Equal(day1) || !c.Entry.At.Equal(day1) {
					t.Errorf("version %d, entry %d at %s, want 5 at %s", c.Report.Version, c.Entry.Seq, c.Entry.At, day1)
				}
				if c.Entry.Type != e || c.Entry.Note != "因为" || c.Entry.Actor.Role != "dispatcher" {
					t.Errorf("entry %+v does not say what was done", c.Entry)
				}
			})
			if ok {
				allowed = append(allowed, string(e))
			}
		}
		if got := texts(Allowed(s)); !slices.Equal(got, allowed) {
			t.Errorf("Allowed(%s) = %q, want %q", s, got, allowed)
		}
	}
}

func TestTransitionClock(t *testing.T) {
	book := DefaultRulebook(shanghai)
	theft, _ := book.Category("theft_prevention")
	due, hard := book.Limits(theft, day1)
	tests := []struct {
		from      Status
		event     EventType
		due, hard time.Time
	}{
		{Returned, EventDispatch, due, hard},
		{Verified, EventDispatch, due, hard},
		{Accepted, EventReturn, time.Time{}, time.Time{}},
		{Dispatched, EventAccept, day1, day2},
		{Accepted, EventHandle, day1, day2},
		{Handled, EventClose, day1, day2},
		{Accepted, EventComment, day1, day2},
	}
	for _, tt := range tests {
		t.Run(string(tt.event), func(t *testing.T) {
			c, err := Transition(theReport(tt.from), byDispatcher(tt.event), book)
			if err != nil || !c.Report.DueAt.Equal(tt.due) || !c.Report.HardDueAt.Equal(tt.hard) {
				t.Errorf("due %s, %s (%v), want %s, %s", c.Report.DueAt, c.Report.HardDueAt, err, tt.due, tt.hard)
			}
		})
	}
	r := theReport(Returned)
	r.Category = "gone"
	if _, err := Transition(r, byDispatcher(EventDispatch), book); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("dispatching an unknown category: %v, want geo.ErrInvalid", err)
	}
}

func TestTransitionWho(t *testing.T) {
	stranger := func(e EventType) Action {
		a := byChief(e)
		a.Person, a.Seats = id("stranger"), []geo.ID{id("another seat")}
		return a
	}
	noPerson := func(e EventType) Action { // the token of an area's own system
		a := byChief(e)
		a.Person = geo.ID{}
		return a
	}
	zeroSeat := func(e EventType) Action { // matches no assignment without a seat
		a := stranger(e)
		a.Seats = []geo.ID{{}}
		return a
	}
	newChief := func(e EventType) Action {
		a := stranger(e)
		a.Seats = append(a.Seats, id("seat"))
		return a
	}
	tests := []struct {
		name  string
		from  Status
		act   Action
		code  string // of the refusal; empty for none
		wrote string // HandledBy of the report before
	}{
		{"chief accepts", Dispatched, byChief(EventAccept), "", ""},
		{"who holds the seat now accepts", Dispatched, newChief(EventAccept), "", ""},
		{"stranger does not accept", Dispatched, stranger(EventAccept), "not-responsible", ""},
		{"a seat without id is nobody's", Dispatched, zeroSeat(EventAccept), "not-responsible", ""},
		{"a credential without a person accepts in its areas", Dispatched, noPerson(EventAccept), "", ""},
		{"a credential without a person does not dispatch", Returned, noPerson(EventDispatch), "not-responsible", ""},
		{"dispatcher accepts", Dispatched, byDispatcher(EventAccept), "", ""},
		{"stranger does not handle", Accepted, stranger(EventHandle), "not-responsible", ""},
		{"stranger does not return", Accepted, stranger(EventReturn), "not-responsible", ""},
		{"stranger does not reject", Accepted, stranger(EventReject), "not-responsible", ""},
		{"stranger does not close", Handled, stranger(EventClose), "not-responsible", ""},
		{"stranger comments", Closed, stranger(EventComment), "", ""},
		{"chief does not dispatch", Returned, byChief(EventDispatch), "not-responsible", ""},
		{"chief closes what another handled", Handled, byChief(EventClose), "", "account of police"},
		{"chief does not close own work", Handled, byChief(EventClose), "own-work", "account of chief"},
		{"dispatcher closes own entry", Handled, byDispatcher(EventClose), "", "account of dispatcher"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := theReport(tt.from)
			r.HandledBy = tt.wrote
			_, err := Transition(r, tt.act, DefaultRulebook(shanghai))
			var p *geo.Problem
			switch {
			case tt.code == "" && err != nil:
				t.Errorf("Transition: %v, want no error", err)
			case tt.code != "" && (!errors.As(err, &p) || p.Code != tt.code || !errors.Is(err, geo.ErrForbidden)):
				t.Errorf("Transition: %v, want %s", err, tt.code)
			}
		})
	}
	c, err := Transition(theReport(Accepted), byChief(EventHandle), DefaultRulebook(shanghai))
	if err != nil || c.Report.HandledBy != "account of chief" {
		t.Errorf("after handling HandledBy = %q (%v), want the account", c.Report.HandledBy, err)
	}
}

func TestTransitionInput(t *testing.T) {
	point := func(lon, lat float64) func(a *Action) {
		return func(a *Action) { a.Point = &orb.Point{lon, lat} }
	}
	tests := []struct {
		name   string
		event  EventType
		change func(a *Action)
		code   string
		kind   error
	}{
		{"unknown event", "explode", nil, "event-unsupported", geo.ErrInvalid},
		{"event of a later time", EventPark, nil, "event-unsupported", geo.ErrInvalid},
		{"create", EventCreate, nil, "event-unsupported", geo.ErrInvalid},
		{"empty event", "", nil, "event-unsupported", geo.ErrInvalid},
		{"return without a reason", EventReturn, func(a *Action) { a.Note = " \n " }, "note-missing", geo.ErrInvalid},
		{"reject without a reason", EventReject, func(a *Action) { a.Note = "" }, "note-missing", geo.ErrInvalid},
		{"empty comment", EventComment, func(a *Action) { a.Note = "" }, "note-missing", geo.ErrInvalid},
		{"handle without a note", EventHandle, func(a *Action) { a.Note = "" }, "", nil},
		{"longest note", EventComment, func(a *Action) { a.Note = strings.Repeat("长", NoteMax) }, "", nil},
		{"note too long", EventComment, func(a *Action) { a.Note = strings.Repeat("长", NoteMax+1) }, "note-too-long", geo.ErrInvalid},
		{"version that is right", EventHandle, func(a *Action) { a.IfVersion = 4 }, "", nil},
		{"version that is old", EventHandle, func(a *Action) { a.IfVersion = 3 }, "version-conflict", geo.ErrConflict},
		{"point", EventHandle, point(125.66, 43.52), "", nil},
		{"point that is none", EventHandle, point(math.NaN(), 43.52), "point-invalid", geo.ErrInvalid},
		{"swapped axes", EventHandle, point(43.52, 125.66), "point-invalid", geo.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := byChief(tt.event)
			if tt.change != nil {
				tt.change(&a)
			}
			_, err := Transition(theReport(Accepted), a, DefaultRulebook(shanghai))
			var p *geo.Problem
			switch {
			case tt.code == "" && err != nil:
				t.Errorf("Transition: %v, want no error", err)
			case tt.code != "" && (!errors.As(err, &p) || p.Code != tt.code || !errors.Is(err, tt.kind)):
				t.Errorf("Transition: %v, want %s", err, tt.code)
			}
			if tt.code == "event-unsupported" && !slices.Equal(p.Allow, texts(Supported())) {
				t.Errorf("Allow = %q, want what is supported", p.Allow)
			}
		})
	}
	a := byChief(EventHandle)
	a.Note, a.Point = "  好了 ", &orb.Point{125.660000004, 43.52}
	c, err := Transition(theReport(Accepted), a, DefaultRulebook(shanghai))
	if err != nil || c.Entry.Note != "好了" || *c.Entry.Point != (orb.Point{125.66, 43.52}) {
		t.Errorf("entry %q %v (%v), want the note trimmed and the point on the lattice", c.Entry.Note, c.Entry.Point, err)
	}
	if *a.Point != (orb.Point{125.660000004, 43.52}) {
		t.Error("Transition changed the point it was given")
	}
}

// A photo says as much as the words of a comment, but is no reason for a return.
func TestTransitionPhotos(t *testing.T) {
	book := DefaultRulebook(shanghai)
	r := theReport(Accepted)
	r.Photos = append(make([]Photo, 0, 8), Photo{Number: 1, Event: 1, EventType: EventCreate}, Photo{Number: 4, Event: 2, EventType: EventComment})
	for _, c := range []struct {
		event  EventType
		photos int
		ok     bool
	}{{EventComment, 0, false}, {EventComment, 2, true}, {EventHandle, 2, true}, {EventReturn, 2, false}} {
		a := byChief(c.event)
		a.Note, a.Photos = " ", make([]Photo, c.photos)
		change, err := Transition(r, a, book)
		var p *geo.Problem
		if !c.ok {
			if !errors.As(err, &p) || p.Code != "note-missing" {
				t.Errorf("%s with %d photos and no note: %v, want note-missing", c.event, c.photos, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s with %d photos: %v", c.event, c.photos, err)
		}
		all := change.Report.Photos
		if len(all) != 4 || len(change.Photos) != 2 || len(r.Photos) != 2 || a.Photos[0].Number != 0 {
			t.Fatalf("%s: the report has %+v, new are %+v, before %+v", c.event, all, change.Photos, r.Photos)
		}
		for i, p := range all[2:] {
			if p.Number != 5+i || p.Event != 5 || p.EventType != c.event || change.Photos[i].Number != p.Number {
				t.Errorf("%s: photo %+v, want number %d of event 5", c.event, p, 5+i)
			}
		}
	}
	// What is appended to one outcome is not in another.
	first, _ := Transition(r, Action{Type: EventComment, AnyReport: true, Photos: []Photo{{Bytes: 1}}, At: day1}, book)
	if _, err := Transition(r, Action{Type: EventComment, AnyReport: true, Photos: []Photo{{Bytes: 2}}, At: day1}, book); err != nil || first.Report.Photos[2].Bytes != 1 {
		t.Errorf("photos of %d bytes, %v; want those of the first", first.Report.Photos[2].Bytes, err)
	}
}

func TestEventForReporter(t *testing.T) {
	for event, want := range map[EventType]bool{
		EventCreate: true, EventHandle: true, EventHandleOnSpot: true, EventReject: true, EventClose: true,
		EventComment: false, EventReturn: false, EventAccept: false,
	} {
		if got := event.ForReporter(); got != want {
			t.Errorf("%s: for the reporter = %t, want %t", event, got, want)
		}
	}
}
