package locate

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

func TestLookups(t *testing.T) {
	id := uuid.MustParse("0190a0a0-0000-7000-8000-000000000007")
	areas := []geo.Area{
		square(geo.Grid, "b", 1, 0, 2, 1), square(geo.Grid, "a", 0, 0, 1, 1), square(geo.Grid, "B", 5, 5, 6, 6),
		square(geo.Village, "a", 0, 0, 2, 1), square(geo.Village, "v", 7, 0, 8, 1),
	}
	areas[4].ID = id
	x := mustBuild(t, areas)
	areas[0].Code = "changed afterwards"
	codes := func(as []*geo.Area) string {
		s := ""
		for _, a := range as {
			s += a.Code
		}
		return s
	}
	if got := codes(x.Areas(geo.Grid)); got != "Bab" {
		t.Errorf("Areas(grid) = %q, want Bab: bytewise order", got)
	}
	if got := codes(x.All()); got != "avBab" {
		t.Errorf("All() = %q, want avBab", got)
	}
	if a, ok := x.Area(geo.Village, "v"); !ok || a.Code != "v" {
		t.Errorf("Area(village, v) = %v, %v", a, ok)
	}
	if _, ok := x.Area(geo.Village, "b"); ok {
		t.Error("Area(village, b) is there, want none")
	}
	if a, ok := x.ByID(id); !ok || a.Code != "v" {
		t.Errorf("ByID = %v, %v, want v", a, ok)
	}
	if _, ok := x.ByID(uuid.UUID{}); ok {
		t.Error("ByID(zero) is there, want none")
	}
	if got := codes(x.Within(geo.Grid, orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{3, 3}})); got != "ab" {
		t.Errorf("Within = %q, want ab: a touch counts", got)
	}
	if got := x.Within("parish", orb.Bound{Max: orb.Point{9, 9}}); len(got) != 0 {
		t.Errorf("Within(parish) = %v, want none", got)
	}
	if got, want := x.Bound(), (orb.Bound{Max: orb.Point{8, 6}}); got != want {
		t.Errorf("Bound() = %v, want %v", got, want)
	}
	for ref, want := range map[string]error{
		"grid:a": nil, "village:a": nil, "b": nil, "v": nil, "a": geo.ErrInvalid, "zz": geo.ErrNotFound, "grid:v": geo.ErrNotFound,
	} {
		r, err := geo.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		a, err := x.Find(r)
		if !errors.Is(err, want) || (want == nil && (a == nil || a.Code != r.Code)) {
			t.Errorf("Find(%s) = %v, %v, want error %v", ref, a, err, want)
		}
	}
}
