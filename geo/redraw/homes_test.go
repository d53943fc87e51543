package redraw_test

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
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
	index, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	type sum struct{ households, people int }
	sums := map[geo.Ref]sum{}
	for _, h := range homes {
		if h.Hundredths < 100 || h.Hundredths%100 != 0 || h.People%100 != 0 {
			t.Fatalf("home %+v is not of whole households and people", h)
		}
		m := index.LocateLattice(h.At)
		for _, k := range geo.Kinds() {
			if a := m.Area(k); a != nil {
				s := sums[a.Ref()]
				sums[a.Ref()] = sum{s.households + int(h.Hundredths)/100, s.people + int(h.People)/100}
			}
		}
	}
	wrong := 0
	for i := range d.Areas {
		a := &d.Areas[i]
		if got, want := sums[a.Ref()], (sum{a.Households, a.Population}); got != want {
			if wrong++; wrong < 10 {
				t.Errorf("homes in %s are %+v, want %+v", a.Ref(), got, want)
			}
		}
	}
	t.Logf("%d homes, %d areas, %d wrong", len(homes), len(d.Areas), wrong)

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
