package ingest

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// tall makes a layer of three areas beside one line of 17 km that is straight in
// the plane of the file: one west of it, two east, whose common corner lies on
// the line, where the one in the west has none.
func tall(crs geo.CRS, shift float64) *layerSource {
	s := town()
	s.layer.CRS.CRS = crs
	ring := func(p ...orb.Point) orb.Polygon {
		r := orb.Ring{}
		for _, q := range p {
			r = append(r, orb.Point{q[0] + shift, q[1]})
		}
		return orb.Polygon{append(r, r[0])}
	}
	a, b := orb.Point{470_000, 4_812_000}, orb.Point{476_000, 4_828_000}
	mid := orb.Point{a[0] + 0.37*(b[0]-a[0]), a[1] + 0.37*(b[1]-a[1])}
	mid[0], mid[1] = math.Round(mid[0]*1000)/1000, math.Round(mid[1]*1000)/1000
	s.records = s.records[:3]
	s.records[0].Geometry = ring(orb.Point{468_000, 4_812_000}, a, b, orb.Point{468_000, 4_828_000})
	s.records[1].Geometry = ring(a, orb.Point{480_000, 4_812_000}, orb.Point{480_000, mid[1]}, mid)
	s.records[2].Geometry = ring(mid, orb.Point{480_000, mid[1]}, orb.Point{480_000, 4_828_000}, b)
	return s
}

// TestPlaneOpensNoSliver: lines that are one in the plane of the file are one on
// the lattice, corner by corner, and nowhere further than a centimetre or two from where
// they are in the file.
func TestPlaneOpensNoSliver(t *testing.T) {
	for crs, shift := range map[geo.CRS]float64{"EPSG:4551": 0, "EPSG:4530": 42_000_000} {
		set := importAreas(t, tall(crs, shift), nil, Options{Kind: geo.Village})
		if set.Report.Errors() > 0 || len(set.New) != 3 {
			t.Fatalf("%s: conversion opens a sliver:\n%s", crs, tell(set))
		}
		// All the sides of the line have one area on either side.
		sum := sideSum{}
		for _, a := range set.New {
			sum.add(0, 1, outlineOf(a.Shape))
		}
		var north, south geo.LatticePoint
		west := outlineOf(set.New[0].Shape)
		for _, r := range west {
			for _, q := range r {
				if south == (geo.LatticePoint{}) || q.Lat < south.Lat {
					south = q
				}
				if q.Lat > north.Lat {
					north = q
				}
			}
		}
		shared := 0
		for _, r := range outlineOf(set.New[1].Shape) {
			for _, q := range r {
				if slices.Contains(west[0], q) {
					shared++
				}
			}
		}
		if shared < 5 {
			t.Errorf("%s: only %d corners of a line of 6 km are shared", crs, shared)
		}
		for s := range sum {
			for _, part := range []int64{0, 1, 2} {
				p := s.along(part, 2).Point()
				back, err := geo.FromWGS84(crs, p)
				if err != nil {
					t.Fatal(err)
				}
				back[0] -= shift
				if d := offTall(back); d > 0.02 {
					t.Errorf("%s: the middle of a side of the outline is %.3f m off the line in the file", crs, d)
				}
			}
		}
	}
}

// offTall measures how far a place is from the outline of what tall makes.
func offTall(p orb.Point) float64 {
	return min(math.Abs(p[0]-468_000), math.Abs(p[0]-480_000), math.Abs(p[1]-4_812_000), math.Abs(p[1]-4_828_000))
}

// TestPlaneRealSliver: what is wider than rounding is told.
func TestPlaneRealSliver(t *testing.T) {
	for _, width := range []float64{0.03, 0.1, 1} {
		s := tall("EPSG:4551", 0)
		ring := s.polygon(0)[0]
		// A corner of its own, off the line to the west: a thin gap.
		ring = slices.Insert(ring, 2, orb.Point{470_000 + 0.6*6000 - width, 4_812_000 + 0.6*16_000})
		s.records[0].Geometry = orb.Polygon{ring}
		set := importAreas(t, s, nil, Options{Kind: geo.Village})
		across := width * 16 / math.Hypot(6, 16) // from the line
		want := across * math.Hypot(6000, 16_000) / 2
		i := slices.IndexFunc(set.Report.Problems, func(p *importers.Problem) bool { return p.Problem == importers.ProblemGap && !p.Warning })
		if i < 0 || set.Report.Errors() != 1 {
			t.Errorf("a gap of %.2f m: %s", width, tell(set))
			continue
		}
		if p := set.Report.Problems[i]; math.Abs(p.AreaM2-want) > 0.01*want {
			t.Errorf("a gap of %.2f m has %.2f m², want %.2f", width, p.AreaM2, want)
		}
	}
}

// TestAreasPartial: with Partial what the file does not name stays, and is a
// neighbour; without, it is gone and its land not covered.
func TestAreasPartial(t *testing.T) {
	all := demoAreas(t)
	var some []geo.Area
	village := ofKind(all, geo.VillageGroup)[0].Parent
	for _, g := range ofKind(all, geo.VillageGroup) {
		if g.Parent == village {
			some = append(some, g)
		}
	}
	set := importAreas(t, layerOf(t, geo.WGS84, some...), all, Options{Kind: geo.VillageGroup, Partial: true})
	if set.Report.Errors() > 0 || set.Report.Unchanged != len(some) || len(set.Gone) > 0 {
		t.Errorf("part of the groups in force: %+v\n%s", set.Report, tell(set))
	}
	set = importAreas(t, layerOf(t, geo.WGS84, some...), all, Options{Kind: geo.VillageGroup})
	if len(set.Gone) != len(ofKind(all, geo.VillageGroup))-len(some) || set.Report.Errors() == 0 {
		t.Errorf("the others: %d gone, %d errors", len(set.Gone), set.Report.Errors())
	}
	set = importAreas(t, layerOf(t, geo.WGS84, some[1:]...), all, Options{Kind: geo.VillageGroup, Partial: true})
	if set.Report.Errors() > 0 {
		t.Errorf("one that is not named stays: %s", tell(set))
	}
	grown := some[0]
	grown.Shape = grown.Shape.Clone()
	ring := grown.Shape[0][0]
	ring[2] = orb.Point{ring[2][0] + 3e-4, ring[2][1] + 1e-4}
	if shape, err := geo.NormalizeShape(grown.Shape); err == nil {
		grown.Shape = shape
	} else {
		t.Fatal(err)
	}
	set = importAreas(t, layerOf(t, geo.WGS84, grown), all, Options{Kind: geo.VillageGroup, Partial: true})
	if set.Report.Errors() == 0 {
		t.Errorf("one that moved a line over those that stay is taken")
	}
}

// TestAreasParents: an area belongs to what the file names, else to what its
// code says, else to what it lies in.
func TestAreasParents(t *testing.T) {
	all := demoAreas(t)
	basis := ofKind(all, geo.District, geo.Township, geo.Village)
	groups := ofKind(all, geo.VillageGroup)
	without := layerOf(t, geo.WGS84, groups...)
	without.layer.Columns[4], without.layer.Columns[5] = "x", "y"
	set := importAreas(t, without, basis, Options{Kind: geo.VillageGroup})
	for i, a := range set.New {
		if a.Parent != groups[i].Parent {
			t.Fatalf("%s belongs to %v by its code, want %v", a.Code, a.Parent, groups[i].Parent)
		}
	}
	for i := range without.records {
		without.records[i].Values[0].Text = "T" + without.records[i].Values[0].Text
	}
	set = importAreas(t, without, basis, Options{Kind: geo.VillageGroup})
	if set.Report.Errors() > 0 {
		t.Fatalf("codes of another form: %s", tell(set))
	}
	for i, a := range set.New {
		if a.Parent != groups[i].Parent {
			t.Fatalf("%s lies in %v, want %v", a.Code, a.Parent, groups[i].Parent)
		}
	}
	named := layerOf(t, geo.WGS84, groups...)
	named.records[3].Values[4].Text = "220112999999"
	named.records[4].Values[4].Text = basis[len(basis)-1].Name
	set = importAreas(t, named, basis, Options{Kind: geo.VillageGroup})
	if n := countOf(set, importers.ProblemUnknownParent); n != 1 {
		t.Errorf("%d unknown parents, want one:\n%s", n, tell(set))
	}
	if n := countOf(set, importers.ProblemOutsideParent); n != 1 {
		t.Errorf("%d groups outside the village that they name, want one:\n%s", n, tell(set))
	}
	if set.Report.FeaturesOK != len(groups)-2 {
		t.Errorf("%d of %d features are sound, want all but two", set.Report.FeaturesOK, len(groups))
	}
}

func countOf(set *AreaSet, problem string) (n int) {
	for _, p := range set.Report.Problems {
		if p.Problem == problem && !p.Warning {
			n++
		}
	}
	return n
}
