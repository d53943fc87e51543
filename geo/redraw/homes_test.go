package redraw_test

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestHomesAddUp: in the demo district the homes that the lookup finds in an area
// are its households and its people, of every kind.
func TestHomesAddUp(t *testing.T) {
	d, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	homes := redraw.NewHomes(d.Areas)
	for _, h := range homes {
		if h.Hundredths < 100 || h.Hundredths%100 != 0 || h.People%100 != 0 {
			t.Fatalf("home %+v is not of whole households and people", h)
		}
	}
	t.Logf("%d homes of %d areas", len(homes), len(d.Areas))
	if wrong := unhoused(t, demoState(t)); wrong != "" {
		t.Error(wrong)
	}

	shuffled := slices.Clone(d.Areas)
	slices.Reverse(shuffled)
	if !slices.Equal(redraw.NewHomes(shuffled), homes) {
		t.Error("homes depend on the order of the areas")
	}
}

func BenchmarkNewHomes(b *testing.B) {
	d, err := demo()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		redraw.NewHomes(d.Areas)
	}
}
