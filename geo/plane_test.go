package geo

import "testing"

func TestMeet(t *testing.T) {
	p := func(lon, lat int32) LatticePoint { return LatticePoint{lon, lat} }
	for name, c := range map[string]struct {
		a, b, c, d LatticePoint
		want       Contact
	}{
		"cross":       {p(0, 0), p(4, 4), p(0, 4), p(4, 0), Crosses},
		"shared end":  {p(0, 0), p(4, 4), p(4, 4), p(8, 0), Touches},
		"end inside":  {p(0, 0), p(4, 0), p(2, 0), p(2, 5), Touches},
		"along":       {p(0, 0), p(4, 0), p(2, 0), p(8, 0), Crosses},
		"same line":   {p(0, 0), p(4, 0), p(5, 0), p(8, 0), Apart},
		"boxes apart": {p(0, 0), p(4, 0), p(5, 1), p(8, 9), Apart},
	} {
		if got, _ := Meet(c.a, c.b, c.c, c.d); got != c.want {
			t.Errorf("%s: Meet = %v, want %v", name, got, c.want)
		}
	}
}

func TestMiddleInRing(t *testing.T) {
	square := []LatticePoint{{0, 0}, {3, 0}, {3, 3}, {0, 3}}
	if TwiceArea(square) != 18 || TwiceArea(square[:2]) != 0 {
		t.Errorf("TwiceArea = %d, %d, want 18, 0", TwiceArea(square), TwiceArea(square[:2]))
	}
	if in, edge := MiddleInRing(square, LatticePoint{0, 0}, LatticePoint{3, 3}); !in || edge {
		t.Error("the middle of the square is not inside it")
	}
	if in, edge := MiddleInRing(square, LatticePoint{3, 0}, LatticePoint{3, 3}); in || !edge {
		t.Error("the middle of a side is not on the edge")
	}
}
