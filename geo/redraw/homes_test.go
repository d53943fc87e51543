package redraw_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
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

// rectangle is an area of a kind from corner to corner, in steps of the lattice
// from a place in the district.
func rectangle(k geo.Kind, code string, households int, west, south, east, north int32) geo.Area {
	at := func(x, y int32) orb.Point {
		return geo.LatticePoint{Lon: 1_256_000_000 + x, Lat: 435_000_000 + y}.Point()
	}
	return geo.Area{Kind: k, Code: code, Name: code, Households: households, Population: 3 * households,
		Shape: orb.MultiPolygon{{{at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)}}}}
}

// TestHomesOfRests: what an area has beyond its parts lives where they are not, and
// every home keeps away from lines where there is room.
func TestHomesOfRests(t *testing.T) {
	village := rectangle(geo.Village, "1", 100, 0, 0, 40_000, 40_000)
	for name, c := range map[string]struct {
		areas []geo.Area
		want  map[string]dwellers // by code: what the lookup finds
	}{
		"a village alone":      {[]geo.Area{village}, map[string]dwellers{"1": {100, 300}}},
		"the rest of it":       {[]geo.Area{village, rectangle(geo.VillageGroup, "2", 60, 0, 0, 20_000, 40_000)}, map[string]dwellers{"1": {100, 300}, "2": {60, 180}}},
		"parts that fill it":   {[]geo.Area{village, rectangle(geo.VillageGroup, "2", 60, 0, 0, 40_000, 40_000)}, map[string]dwellers{"1": {60, 180}, "2": {60, 180}}},
		"parts that have more": {[]geo.Area{village, rectangle(geo.VillageGroup, "2", 160, 0, 0, 20_000, 40_000)}, map[string]dwellers{"1": {160, 480}, "2": {160, 480}}},
		"a part nobody counted": {[]geo.Area{village, rectangle(geo.VillageGroup, "2", 60, 0, 0, 20_000, 40_000), rectangle(geo.VillageGroup, "3", 0, 20_000, 0, 40_000, 40_000)},
			map[string]dwellers{"1": {100, 300}, "2": {60, 180}, "3": {40, 120}}},
		"a compound in it": {[]geo.Area{village, rectangle(geo.VillageGroup, "2", 60, 0, 0, 20_000, 40_000), rectangle(geo.Compound, "4", 25, 1000, 1000, 3000, 3000)},
			map[string]dwellers{"1": {100, 300}, "2": {60, 180}, "4": {25, 75}}},
		"a narrow one":   {[]geo.Area{rectangle(geo.Grid, "5", 9, 0, 0, 90_000, 6)}, map[string]dwellers{"5": {9, 27}}},
		"one household":  {[]geo.Area{rectangle(geo.Grid, "5", 1, 0, 0, 90_000, 60_000)}, map[string]dwellers{"5": {1, 3}}},
		"grids over it":  {[]geo.Area{village, rectangle(geo.Grid, "5", 900, 0, 0, 40_000, 40_000)}, map[string]dwellers{"1": {100, 300}, "5": {100, 300}}},
		"grids beyond":   {[]geo.Area{village, rectangle(geo.Grid, "5", 130, 0, 0, 80_000, 40_000)}, map[string]dwellers{"1": {100, 300}, "5": {130, 390}}},
		"nobody counted": {[]geo.Area{rectangle(geo.Grid, "5", 0, 0, 0, 900, 600)}, map[string]dwellers{}},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.areas {
				c.areas[i].ID = geo.ID{15: byte(i + 1)}
			}
			homes := redraw.NewHomes(c.areas)
			got := map[string]dwellers{}
			for ref, d := range housed(t, c.areas, homes) {
				got[ref.Code] = d
			}
			if !maps.Equal(got, c.want) {
				t.Errorf("homes %v, want %v", got, c.want)
			}
		})
	}
}
