package ingest

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// elsewhere moves a place by some metres, the same place always by the same.
func elsewhere(p orb.Point, most float64) orb.Point {
	q, _ := geo.Snap(p)
	h := fnv.New64a()
	for i := range 4 {
		h.Write([]byte{byte(q.Lon >> (8 * i)), byte(q.Lat >> (8 * i))})
	}
	x := h.Sum64()
	angle, away := float64(x&0xffff)/65536*2*math.Pi, most*math.Sqrt(float64(x>>16&0xffff)/65536)
	return orb.Point{p[0] + away*math.Cos(angle)/80_800, p[1] + away*math.Sin(angle)/111_100}
}

// ofOtherOffice gives areas as another office would have surveyed them: no corner
// is ours, but neighbours agree.
func ofOtherOffice(areas []geo.Area, most float64) []geo.Area {
	out := make([]geo.Area, len(areas))
	for i, a := range areas {
		a.Shape = a.Shape.Clone()
		for _, polygon := range a.Shape {
			for k, ring := range polygon {
				var next orb.Ring
				for m, p := range ring[:len(ring)-1] {
					q := ring[m+1]
					next = append(next, elsewhere(p, most))
					if geo.DistanceM(p, q) > 60 { // and they have more of them
						lo, hi := p, q
						if lo[0] > hi[0] || lo[0] == hi[0] && lo[1] > hi[1] {
							lo, hi = hi, lo
						}
						next = append(next, elsewhere(orb.Point{lo[0] + 0.4*(hi[0]-lo[0]), lo[1] + 0.4*(hi[1]-lo[1])}, most))
					}
				}
				polygon[k] = append(next, next[0])
			}
		}
		out[i] = a
	}
	return out
}

// TestAlign: a layer of another office that shares no corner with the villages
// ends on their lines, without a gap or an overlap.
func TestAlign(t *testing.T) {
	all := demoAreas(t)
	groups := ofKind(all, geo.VillageGroup)
	basis := ofKind(all, geo.District, geo.Township, geo.Village)
	for _, crs := range []geo.CRS{geo.WGS84, "EPSG:4551"} {
		if crs != geo.WGS84 { // a township will do
			town := ofKind(all, geo.Township)[2].Code
			basis = slices.DeleteFunc(slices.Clone(basis), func(a geo.Area) bool { return a.Kind == geo.Village && a.Parent.Code != town })
			groups = slices.DeleteFunc(slices.Clone(groups), func(a geo.Area) bool { return !strings.HasPrefix(a.Code, town) })
		}
		some := len(groups) / 2
		src := func() importers.Source { return layerOf(t, crs, ofOtherOffice(groups, 6)...) }
		plain := importAreas(t, src(), basis, Options{Kind: geo.VillageGroup})
		if plain.Report.Errors() < some {
			t.Fatalf("%s: only %d errors in a layer that shares no corner", crs, plain.Report.Errors())
		}
		set := importAreas(t, src(), basis, Options{Kind: geo.VillageGroup, Repairs: []string{"align-to=village,20m"}})
		if set.Report.Errors() > 0 {
			t.Fatalf("%s: %d errors are left:\n%s", crs, set.Report.Errors(), tell(set))
		}
		if len(set.Report.Repairs) < some {
			t.Errorf("%s: %d repairs are told, want one of nearly every group", crs, len(set.Report.Repairs))
		}
		var moved float64
		for _, r := range set.Report.Repairs {
			moved += r.MovedM2
			if r.Repair != "align-to" || r.MovedM > 200 {
				t.Errorf("%s: %+v", crs, r)
			}
		}
		if moved < 1000 || moved > 100e6 {
			t.Errorf("%s: %.0f m² moved", crs, moved)
		}
		var villages []orb.MultiPolygon
		for _, v := range ofKind(basis, geo.Village) {
			if v.UnitType == "village" {
				villages = append(villages, v.Shape)
			}
		}
		if problems := geo.CheckTiling(set.New, villages); len(problems) > 0 {
			t.Errorf("%s: %d stretches do not share their corners, first %+v", crs, len(problems), problems[0])
		}
	}
}

// TestAlignNothing: lines that lie on those in force already are not told of.
func TestAlignNothing(t *testing.T) {
	all := demoAreas(t)
	villages := ofKind(all, geo.Village)
	set := importAreas(t, layerOf(t, geo.WGS84, villages...), ofKind(all, geo.District, geo.Township, geo.Village),
		Options{Kind: geo.Village, Repairs: []string{"align-to=village,20m"}})
	if len(set.Report.Repairs) > 0 || set.Report.Unchanged != len(villages) {
		t.Errorf("%d repairs of villages that are as they were, of which %d are unchanged, first %+v", len(set.Report.Repairs), set.Report.Unchanged, set.Report.Repairs[:min(1, len(set.Report.Repairs))])
	}
}

// TestSnapToForce: a layer whose neighbours agree with each other, and lie beside
// the villages in force, is put on these; nothing in force is bent for it.
func TestSnapToForce(t *testing.T) {
	all := demoAreas(t)
	town := ofKind(all, geo.Township)[2].Code
	basis := ofKind(all, geo.District, geo.Township, geo.Village)
	basis = slices.DeleteFunc(basis, func(a geo.Area) bool { return a.Kind == geo.Village && a.Parent.Code != town })
	groups := slices.DeleteFunc(ofKind(all, geo.VillageGroup), func(a geo.Area) bool { return !strings.HasPrefix(a.Code, town) })
	for _, crs := range []geo.CRS{geo.WGS84, "EPSG:4551"} {
		o := Options{Kind: geo.VillageGroup, Repairs: []string{"snap=0.5m"}}
		set := importAreas(t, layerOf(t, crs, ofOtherOffice(groups, 0.3)...), basis, o)
		if set.Report.Errors() > 0 {
			t.Fatalf("%s: %d errors are left:\n%s", crs, set.Report.Errors(), tell(set))
		}
		for _, r := range set.Report.Repairs {
			if r.MovedM > 0.7 {
				t.Errorf("%s: %+v", crs, r)
			}
		}
		again := importAreas(t, layerOf(t, crs, ofOtherOffice(groups, 0.3)...), append(slices.Clone(basis), set.New...), o)
		if again.Report.Unchanged != len(groups) {
			t.Errorf("%s: %d of %d areas are unchanged when the same file comes again", crs, again.Report.Unchanged, len(groups))
		}
	}
}

// TestMeet: where a junction of the file is far from every corner in force, it
// goes to the place on the line in force that is next to it.
func TestMeet(t *testing.T) {
	at := func(lon, lat int32) geo.LatticePoint {
		return geo.LatticePoint{Lon: 1_256_600_000 + lon, Lat: 435_200_000 + lat}
	}
	n := &net{withM: 20, ways: map[geo.LatticePoint][]geo.LatticePoint{}, cells: map[[2]int32][]side{}}
	n.x, n.y = stepM(435_200_000)
	n.size = 10_000
	west, east := at(0, 0), at(100_000, 100) // some 800 m
	s, _ := sideOf(west, east)
	n.link(s)
	far, other, near := at(40_000, 1000), at(60_000, -700), at(500, 500)
	n.meet(map[geo.LatticePoint]bool{far: true, other: true, near: true, at(50_000, 9000): true})
	for p, want := range map[geo.LatticePoint]float64{far: 11, other: 9, near: 8} {
		q, ok := n.nearest(p)
		if d := n.distance(p, q); !ok || d > want {
			t.Errorf("%v goes to %v, %.1f m away", p, q, d)
		}
		if q != west && !s.passes(q) {
			t.Errorf("%v is not on the line", q)
		}
	}
	if path, ok := n.path(west, east, 900); !ok || len(path) != 3 {
		t.Errorf("the way along the line is %v", path)
	}
}
