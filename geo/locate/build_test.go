package locate

import (
	"errors"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

func square(kind geo.Kind, code string, west, south, east, north float64) geo.Area {
	return geo.Area{Kind: kind, Code: code, Shape: orb.MultiPolygon{{{
		{west, south}, {east, south}, {east, north}, {west, north}, {west, south},
	}}}}
}

func TestBuildRefuses(t *testing.T) {
	id := uuid.MustParse("0190a0a0-0000-7000-8000-000000000001")
	good := square(geo.Grid, "g1", 125, 43, 126, 44)
	with := func(change func(a *geo.Area)) []geo.Area {
		a := square(geo.Grid, "g2", 125, 43, 126, 44)
		change(&a)
		return []geo.Area{good, a}
	}
	tests := []struct {
		name  string
		areas []geo.Area
		code  string // of the Problem; "" for a GeometryError
	}{
		{"wider than the limit", []geo.Area{square(geo.District, "d", 0, 0, MaxExtent/geo.Scale, 1)}, "extent-too-large"},
		{"higher than the limit", []geo.Area{square(geo.District, "d", 0, -54, 1, 54)}, "extent-too-large"},
		{"apart by more than the limit", []geo.Area{good, square(geo.Grid, "g2", -80, 40, -79, 41)}, "extent-too-large"},
		{"the world", []geo.Area{square(geo.District, "d", -180, -90, 180, 90)}, "extent-too-large"},
		{"kind unknown", with(func(a *geo.Area) { a.Kind = "parish" }), "unknown-kind"},
		{"code missing", with(func(a *geo.Area) { a.Code = "" }), "no-code"},
		{"code twice", with(func(a *geo.Area) { a.Code = "g1" }), "duplicate-code"},
		{"id twice", append(with(func(a *geo.Area) { a.ID = id }), geo.Area{ID: id, Kind: geo.Village, Code: "v", Shape: good.Shape}), "duplicate-id"},
		{"no shape", with(func(a *geo.Area) { a.Shape = nil }), ""},
		{"polygon without rings", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{}} }), ""},
		{"empty ring", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{}}} }), ""},
		{"open ring", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}}} }), ""},
		{"two corners", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {1, 1}}}} }), ""},
		{"off the lattice", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {2.00000003, 2}, {1, 1}}}} }), ""},
		{"not a number", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {math.NaN(), 1}, {2, 2}, {1, 1}}}} }), ""},
		{"out of range", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {181, 1}, {2, 2}, {1, 1}}}} }), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Build(tt.areas, Config{})
			if !errors.Is(err, geo.ErrInvalid) {
				t.Fatalf("Build = %v, want ErrInvalid", err)
			}
			var p *geo.Problem
			var g *geo.GeometryError
			if tt.code == "" && !errors.As(err, &g) {
				t.Errorf("Build = %v, want a GeometryError", err)
			}
			if tt.code != "" && (!errors.As(err, &p) || p.Code != tt.code) {
				t.Errorf("Build = %v, want a problem %s", err, tt.code)
			}
		})
	}
	t.Run("as wide as can be", func(t *testing.T) {
		east := geo.LatticePoint{Lon: MaxExtent - 1}.Point()[0]
		x := mustBuild(t, []geo.Area{square(geo.District, "d", 0, -50, east, 50)})
		for _, p := range []orb.Point{{0, -50}, {east, 50}, {50, 0}, {east, 0}} {
			if m, ok := x.Locate(p); !ok || m.Area(geo.District) == nil {
				t.Errorf("Locate(%v) is empty, want the district", p)
			}
		}
		if m, _ := x.Locate(orb.Point{east + 1e-7, 0}); !m.Empty() {
			t.Errorf("Locate one unit east of it is not empty")
		}
	})
}
