package impact

import (
	"testing"

	"github.com/paulmach/orb"
)

func TestAlike(t *testing.T) {
	ring := func(points ...orb.Point) orb.MultiPolygon {
		return orb.MultiPolygon{{append(points, points[0])}}
	}
	square := ring(orb.Point{125, 43}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01})
	for name, c := range map[string]struct {
		shape orb.MultiPolygon
		want  bool
	}{
		"itself":                      {square.Clone(), true},
		"a corner on a side":          {ring(orb.Point{125, 43}, orb.Point{125.005, 43}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01}), true},
		"a corner a step off":         {ring(orb.Point{125, 43}, orb.Point{125.003, 42.9999999}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01}), true},
		"two corners on a side":       {ring(orb.Point{125, 43}, orb.Point{125.003, 43}, orb.Point{125.006, 43}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01}), true},
		"a corner a metre off":        {ring(orb.Point{125, 43}, orb.Point{125.005, 42.99999}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01}), false},
		"a corner moved by one step":  {ring(orb.Point{125, 43}, orb.Point{125.0100001, 43}, orb.Point{125.01, 43.01}, orb.Point{125, 43.01}), false},
		"a corner less":               {ring(orb.Point{125, 43}, orb.Point{125.01, 43}, orb.Point{125.01, 43.01}), false},
		"a hole":                      {orb.MultiPolygon{{square[0][0], orb.Ring{{125.002, 43.002}, {125.002, 43.003}, {125.003, 43.003}, {125.002, 43.002}}}}, false},
		"as much ground, other sides": {ring(orb.Point{125, 43}, orb.Point{125.02, 43}, orb.Point{125.02, 43.005}, orb.Point{125, 43.005}), false},
	} {
		if got := alike(square, c.shape); got != c.want {
			t.Errorf("%s: alike = %t, want %t", name, got, c.want)
		}
		if got := alike(c.shape, square); got != c.want {
			t.Errorf("%s, the other way: alike = %t, want %t", name, got, c.want)
		}
	}
}
