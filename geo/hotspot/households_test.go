package hotspot

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

func box(w, s, e, n float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
}

func area(kind geo.Kind, code string, households int, parent geo.Kind, parentCode string, shape orb.MultiPolygon) geo.Area {
	return geo.Area{Kind: kind, Code: code, Households: households, Shape: shape, Parent: geo.Ref{Kind: parent, Code: parentCode}}
}

// in sums up the households of the finest cells whose middle lies in a box.
func in(t *testing.T, d *District, w, s, e, n float64) float64 {
	t.Helper()
	sum := 0.0
	for i, c := range d.levels[0].cells {
		p, err := cell.Center(c)
		if err != nil {
			t.Fatal(err)
		}
		if p[0] > w && p[0] < e && p[1] > s && p[1] < n {
			sum += d.levels[0].households[i]
		}
	}
	return sum
}

// village A, 300 in all      village B, 40, of which its group has 100
// +-----------+-----------+-----------+
// | group 200 |  (empty)  | group 100 |
// +-----------+-----------+-----------+
// 125.6     125.63      125.66      125.69
func TestHouseholdsGoToTheFinestAreas(t *testing.T) {
	areas := []geo.Area{
		area(geo.District, "d", 450, "", "", box(125.6, 43.5, 125.69, 43.53)),
		area(geo.Township, "t", 0, geo.District, "d", box(125.6, 43.5, 125.69, 43.53)),
		area(geo.Village, "a", 300, geo.Township, "t", box(125.6, 43.5, 125.66, 43.53)),
		area(geo.Village, "b", 40, geo.Township, "t", box(125.66, 43.5, 125.69, 43.53)),
		area(geo.VillageGroup, "a1", 200, geo.Village, "a", box(125.6, 43.5, 125.63, 43.53)),
		area(geo.VillageGroup, "a2", 0, geo.Village, "a", box(125.63, 43.5, 125.645, 43.53)),
		area(geo.VillageGroup, "b1", 100, geo.Village, "b", box(125.66, 43.5, 125.69, 43.53)),
		area(geo.Grid, "g", 9999, geo.Township, "t", box(125.6, 43.5, 125.69, 43.53)),
		area(geo.Compound, "c", 0, geo.Grid, "g", box(125.61, 43.51, 125.615, 43.515)),
	}
	d, err := NewDistrict(areas)
	if err != nil {
		t.Fatal(err)
	}
	// The district has 50 more than its villages, which leave it no land: they go
	// everywhere, by area.
	third := 50. / 3
	total := 0.0
	for _, c := range []struct {
		name       string
		w, e, want float64
	}{
		{"group of A", 125.6, 125.63, 200 + third}, {"rest of A", 125.63, 125.66, 100 + third}, {"group of B", 125.66, 125.69, 100 + third},
	} {
		got := in(t, d, c.w, 43.4, c.e, 43.6)
		total += got
		if math.Abs(got-c.want) > 4 { // cells on the line between
			t.Errorf("%s has %.2f households, want %.2f", c.name, got, c.want)
		}
	}
	total += in(t, d, 125.5, 43.4, 125.6, 43.6) + in(t, d, 125.69, 43.4, 125.8, 43.6)
	if math.Abs(total-450) > 1e-9 {
		t.Errorf("all cells have %.9f households, want the district's 450", total)
	}
}

// Without units, the grids are the finest there are.
func TestHouseholdsOfGridsWhereUnitsHaveNone(t *testing.T) {
	d, err := NewDistrict([]geo.Area{
		area(geo.District, "d", 0, "", "", box(125.6, 43.5, 125.66, 43.53)),
		area(geo.Village, "v", 0, geo.District, "d", box(125.6, 43.5, 125.66, 43.53)),
		area(geo.Grid, "g1", 60, geo.Village, "v", box(125.6, 43.5, 125.63, 43.53)),
		area(geo.Grid, "g2", 30, geo.Village, "v", box(125.63, 43.5, 125.66, 43.53)),
	})
	if err != nil {
		t.Fatal(err)
	}
	west, east := in(t, d, 125, 43, 125.63, 44), in(t, d, 125.63, 43, 126, 44)
	if math.Abs(west-60) > 2 || math.Abs(west+east-90) > 1e-9 {
		t.Errorf("the grids have %.2f and %.2f households, want 60 and 30", west, east)
	}
}

// A parent that is its own, or none, does no harm.
func TestHouseholdsOfOddFamilies(t *testing.T) {
	shape := box(125.6, 43.5, 125.62, 43.52)
	for name, areas := range map[string][]geo.Area{
		"own parent":    {area(geo.Village, "v", 10, geo.Village, "v", shape)},
		"in a circle":   {area(geo.Grid, "g", 5, geo.Grid, "h", shape), area(geo.Grid, "h", 5, geo.Grid, "g", shape), area(geo.Compound, "c", 10, geo.Grid, "g", shape)},
		"no such":       {area(geo.District, "d", 0, "", "", shape), area(geo.Compound, "c", 10, geo.Village, "none", shape)},
		"larger parent": {area(geo.Compound, "c", 4, "", "", shape), area(geo.Village, "v", 6, geo.Compound, "c", shape)},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := NewDistrict(areas)
			if err != nil {
				t.Fatal(err)
			}
			if got := in(t, d, 125, 43, 126, 44); math.Abs(got-10) > 1e-9 {
				t.Errorf("the cells have %v households, want 10", got)
			}
		})
	}
}
