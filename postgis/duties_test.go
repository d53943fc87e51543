package postgis

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestDutiesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	first := w.d.Current()
	data := first.Roster.Data()
	data.People, data.Holdings = slices.Clone(data.People), slices.Clone(data.Holdings)
	data.People[0].Phone = "10086"
	data.Holdings[1].To = time.Date(2025, 6, 1, 12, 0, 0, 123456789, time.UTC)
	data.Seats = slices.DeleteFunc(slices.Clone(data.Seats), func(s patrol.Seat) bool { return s.Post == patrol.GridMember })
	book, err := defaultRulebook()
	if err != nil {
		t.Fatal(err)
	}
	book.Categories[0].TargetHours = 1
	book.Calendar.Off = append(book.Calendar.Off, "2026-10-01")
	n, err := w.ReplaceDuties(t.Context(), data, book, patrol.Actor{Kind: "user", ID: "u"})
	if err != nil || n != first.Version+1 {
		t.Fatalf("ReplaceDuties = %d, %v; want %d", n, err, first.Version+1)
	}
	w.refresh(t)
	second := w.d.Current()
	if second.Version != n {
		t.Errorf("Current is version %d, want %d", second.Version, n)
	}
	// The exact time is cut to what the database keeps.
	data.Holdings[1].To = data.Holdings[1].To.Truncate(time.Microsecond)
	if got := second.Roster.Data(); !reflect.DeepEqual(byID(got), byID(data)) {
		t.Errorf("roster = %+v\nwant %+v", got, data)
	}
	wantBook, err := patrol.NewRulebook(book.Categories, book.Rules, book.Fallbacks, book.Calendar)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 9, 30, 8, 0, 0, 0, time.UTC)
	for _, c := range wantBook.Categories {
		got, ok := second.Rulebook.Category(c.Code)
		gotDue, _ := second.Rulebook.Limits(got, start)
		wantDue, _ := wantBook.Limits(c, start)
		if !ok || got != c || !gotDue.Equal(wantDue) {
			t.Errorf("category %+v due %v, want %+v due %v", got, gotDue, c, wantDue)
		}
	}
	if !reflect.DeepEqual(second.Rulebook.Rules, wantBook.Rules) {
		t.Errorf("rules = %+v, want %+v", second.Rulebook.Rules, wantBook.Rules)
	}
	fresh, err := NewDuties(w.Store)
	if err != nil {
		t.Fatal(err)
	}
	old, err := fresh.Version(t.Context(), first.Version)
	if err != nil || !reflect.DeepEqual(byID(old.Roster.Data()), byID(first.Roster.Data())) || !reflect.DeepEqual(old.Rulebook, first.Rulebook) {
		t.Errorf("version %d is no longer what it was: %v", first.Version, err)
	}
	if rows := w.count(t, `SELECT count(*) FROM people WHERE from_version = $1`, n); rows != 1 {
		t.Errorf("%d people were written anew, want the one who changed", rows)
	}
	for _, n := range []int64{-1, 0, 99} {
		if _, err := w.d.Version(t.Context(), n); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("Version(%d): %v, want geo.ErrNotFound", n, err)
		}
	}
}

// byID puts a roster in an order that does not depend on where it comes from.
func byID(d patrol.RosterData) patrol.RosterData {
	compare := func(a, b geo.ID) int { return slices.Compare(a[:], b[:]) }
	d.People = slices.SortedFunc(slices.Values(d.People), func(a, b patrol.Person) int { return compare(a.ID, b.ID) })
	d.Seats = slices.SortedFunc(slices.Values(d.Seats), func(a, b patrol.Seat) int { return compare(a.ID, b.ID) })
	d.Holdings = slices.SortedFunc(slices.Values(d.Holdings), func(a, b patrol.Holding) int { return compare(a.ID, b.ID) })
	return d
}

func TestReplaceDutiesRefuses(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	now := w.d.Current()
	for name, change := range map[string]func(*patrol.RosterData){
		"second chief": func(d *patrol.RosterData) {
			h := d.Holdings[0]
			h.ID = newID()
			d.Holdings = append(slices.Clone(d.Holdings), h)
		},
		"seat in no area": func(d *patrol.RosterData) {
			d.Seats = append(slices.Clone(d.Seats), patrol.Seat{ID: newID(), Post: patrol.GridChief, Area: newID(), Number: 1})
		},
		"holder unknown": func(d *patrol.RosterData) { d.People = nil },
	} {
		data := now.Roster.Data()
		change(&data)
		if _, err := w.ReplaceDuties(t.Context(), data, now.Rulebook, patrol.Actor{}); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: %v, want geo.ErrInvalid", name, err)
		}
	}
	if _, version, err := w.versions(t.Context()); err != nil || version != now.Version {
		t.Errorf("the duties are at %d, %v; want %d as before", version, err, now.Version)
	}
}

func TestNewDistrictHasTheDefaultRules(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	book, err := defaultRulebook()
	if err != nil {
		t.Fatal(err)
	}
	if d := w.d.Current(); d.Version != 1 || len(d.Rulebook.Categories) != len(book.Categories) || len(d.Roster.AllPeople()) != 0 {
		t.Errorf("a new district is at version %d with %d categories", d.Version, len(d.Rulebook.Categories))
	}
	if empty, err := w.Empty(t.Context()); err != nil || !empty {
		t.Errorf("Empty = %v, %v; want true", empty, err)
	}
}
