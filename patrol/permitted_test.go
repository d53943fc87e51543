package patrol

import (
	"errors"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestPermitted asks Transition about every event in every state for everybody,
// and wants Permitted to list those it takes.
func TestPermitted(t *testing.T) {
	book := DefaultRulebook(shanghai)
	stranger := byChief("")
	stranger.Person, stranger.Actor.ID = id("somebody else"), "account of somebody else"
	holder := stranger
	holder.Seats = []geo.ID{id("seat")}
	token := stranger
	token.Person, token.Actor = geo.ID{}, Actor{Kind: "token", ID: "token"}
	people := map[string]Action{"chief": byChief(""), "dispatcher": byDispatcher(""), "stranger": stranger, "holder of the seat now": holder, "token": token}
	for name, who := range people {
		for _, s := range Statuses() {
			for _, handledBy := range []string{"", "account of chief", "account of dispatcher", "token"} {
				r := theReport(s)
				r.HandledBy = handledBy
				var want []EventType
				for _, e := range Supported() {
					a := who
					a.Type = e
					if _, err := Transition(r, a, book); err == nil {
						want = append(want, e)
					} else if !errors.Is(err, geo.ErrForbidden) && !errors.Is(err, geo.ErrConflict) {
						t.Fatalf("%s, %s: Transition of %s: %v", name, s, e, err)
					}
				}
				if got := Permitted(r, who); !slices.Equal(got, want) {
					t.Errorf("%s, %s, handled by %q: Permitted = %q, want %q", name, s, handledBy, got, want)
				}
			}
		}
	}
}

// TestPermittedOwnWork names the cases that matter to people.
func TestPermittedOwnWork(t *testing.T) {
	r := theReport(Handled)
	r.HandledBy = "account of chief"
	checker := byChief("")
	checker.Actor.ID = "account of another in the seat"
	for _, tt := range []struct {
		name string
		who  Action
		want []EventType
	}{
		{"whoever handled it", byChief(""), []EventType{EventComment}},
		{"who answers for it too", checker, []EventType{EventClose, EventComment}},
		{"a dispatcher", byDispatcher(""), []EventType{EventClose, EventComment}},
	} {
		if got := Permitted(r, tt.who); !slices.Equal(got, tt.want) {
			t.Errorf("%s may send %q, want %q", tt.name, got, tt.want)
		}
	}
}
