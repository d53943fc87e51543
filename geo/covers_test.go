package geo

import (
	"testing"

	"github.com/paulmach/orb"
)

// The blocks of the table, in units of 1e-4°; all share their corners.
//
//	2 +---+---+
//	  | c | d |
//	1 +---+---+---+
//	  | a | b | e |
//	0 +---+---+---+
//	  0   1   2   3
func TestCovers(t *testing.T) {
	block := func(west, south float64) orb.MultiPolygon {
		return orb.MultiPolygon{{ringAt(west, south, west+1, south, west+1, south+1, west, south+1)}}
	}
	a, b, c, d, e := block(0, 0), block(1, 0), block(0, 1), block(1, 1), block(2, 0)
	four := orb.MultiPolygon{{ringAt(0, 0, 1, 0, 2, 0, 2, 1, 2, 2, 1, 2, 0, 2, 0, 1)}}
	row := orb.MultiPolygon{{ringAt(0, 0, 1, 0, 2, 0, 3, 0, 3, 1, 2, 1, 1, 1, 0, 1)}}
	apart := orb.MultiPolygon{a[0], e[0]}
	// A frame round the middle block of nine, and that block.
	frame := orb.MultiPolygon{{ringAt(10, 10, 13, 10, 13, 13, 10, 13), ringAt(11, 11, 11, 12, 12, 12, 12, 11)}}
	yard := block(11, 11)
	inFrame := block(10.2, 10.2)
	inFrame[0][0] = ringAt(10.2, 10.2, 10.8, 10.2, 10.8, 10.8, 10.2, 10.8)
	for _, tt := range []struct {
		name   string
		others []orb.MultiPolygon
		shape  orb.MultiPolygon
		want   bool
	}{
		{"itself", []orb.MultiPolygon{a}, a, true},
		{"one of four", []orb.MultiPolygon{four}, d, true},
		{"four of one", []orb.MultiPolygon{a}, four, false},
		{"one by its four parts", []orb.MultiPolygon{a, b, c, d}, four, true},
		{"one by three of its parts", []orb.MultiPolygon{a, b, c}, four, false},
		{"beside", []orb.MultiPolygon{a}, b, false},
		{"corner to corner", []orb.MultiPolygon{a}, d, false},
		{"over the line", []orb.MultiPolygon{a, b}, row, false},
		{"a row by its parts", []orb.MultiPolygon{e, b, a}, row, true},
		{"two parts with nothing between", []orb.MultiPolygon{row}, apart, true},
		{"what lies between two parts", []orb.MultiPolygon{apart}, b, false},
		{"a yard by what is round it", []orb.MultiPolygon{frame}, yard, false},
		{"the frame with its yard filled", []orb.MultiPolygon{frame, yard}, yard, true},
		{"inside the frame", []orb.MultiPolygon{frame}, inFrame, true},
		{"the frame by a part of it", []orb.MultiPolygon{inFrame}, frame, false},
		{"by nothing", nil, a, false},
		{"nothing", []orb.MultiPolygon{a}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Covers(tt.others, tt.shape); got != tt.want {
				t.Errorf("Covers(%v, %v) = %v, want %v", tt.others, tt.shape, got, tt.want)
			}
		})
	}
}

// ringAt closes the ring through corners in thousands of lattice units.
func ringAt(corners ...float64) orb.Ring {
	var r orb.Ring
	for i := 0; i < len(corners); i += 2 {
		p, _ := Round(orb.Point{corners[i] * 1e-4, corners[i+1] * 1e-4})
		r = append(r, p)
	}
	return append(r, r[0])
}
