package geo

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestCheckTiling(t *testing.T) {
	area := func(code string, rings ...orb.Ring) Area {
		a := Area{Kind: Grid, Code: code}
		for _, r := range rings {
			a.Shape = append(a.Shape, orb.Polygon{r})
		}
		return a
	}
	// 0,20 ─ 10,20 ─ 20,20
	//   │  a   │  b   │
	// 0,0 ── 10,0 ── 20,0
	whole := []orb.MultiPolygon{{{units(0, 0, 10, 0, 20, 0, 20, 20, 10, 20, 0, 20)}}}
	a := area("a", units(0, 0, 10, 0, 10, 20, 0, 20))
	b := area("b", units(10, 0, 20, 0, 20, 20, 10, 20))
	halves := []orb.MultiPolygon{a.Shape, b.Shape}
	ring := Area{Kind: Grid, Code: "ring", Shape: orb.MultiPolygon{{
		units(0, 0, 10, 0, 20, 0, 20, 20, 10, 20, 0, 20), units(5, 5, 5, 15, 15, 15, 15, 5),
	}}}
	tests := []struct {
		name  string
		parts []Area
		whole []orb.MultiPolygon
		want  []string // problem @lon,lat edges areas
	}{
		{"two halves", []Area{a, b}, whole, nil},
		{"two halves of a whole that has two itself", []Area{a, b}, halves, nil},
		{"quarters across a line of the whole", []Area{
			area("n", units(0, 10, 10, 10, 20, 10, 20, 20, 10, 20, 0, 20)), area("s", units(0, 0, 10, 0, 20, 0, 20, 10, 10, 10, 0, 10)),
		}, []orb.MultiPolygon{{{units(0, 0, 10, 0, 10, 10, 10, 20, 0, 20, 0, 10)}}, {{units(10, 0, 20, 0, 20, 10, 20, 20, 10, 20, 10, 10)}}}, nil},
		{"ring and filling", []Area{ring, area("in", units(5, 5, 15, 5, 15, 15, 5, 15))}, whole, nil},
		{"nothing of nothing", nil, nil, nil},
		{"two halves, whole not given", []Area{a, b}, nil, nil},
		{"half missing", []Area{a}, whole, []string{"GAP @10,0 4 [grid:a]"}},
		{"all missing", nil, whole, []string{"GAP @0,0 6 []"}},
		{"half missing, whole not given", []Area{a}, nil, nil},
		{"hole not filled", []Area{ring}, whole, []string{"GAP @5,5 4 [grid:ring]"}},
		{"one twice", []Area{a, b, area("c", units(10, 0, 20, 0, 20, 20, 10, 20))}, whole, []string{"OVERLAP @10,0 4 [grid:a grid:b grid:c]"}},
		{"whole lies over its half", []Area{area("w", whole[0][0][0]), a}, whole, []string{"OVERLAP @0,0 4 [grid:a grid:w]"}},
		{"island upon another", []Area{a, b, area("i", units(2, 2, 4, 2, 4, 4, 2, 4))}, whole, []string{"OVERLAP @2,2 4 [grid:a grid:i]"}},
		{"island upon another, whole not given", []Area{a, b, area("i", units(2, 2, 4, 2, 4, 4, 2, 4))}, nil, []string{"OVERLAP @2,2 4 [grid:a grid:i]"}},
		{"sliver open", []Area{a, area("b", units(10, 0, 20, 0, 20, 20, 10, 20, 11, 10))}, whole,
			[]string{"GAP @10,0 3 [grid:a grid:b]"}},
		{"sliver doubled", []Area{a, area("b", units(10, 0, 20, 0, 20, 20, 10, 20, 9, 10))}, whole,
			[]string{"OVERLAP @9,10 3 [grid:a grid:b]"}},
		{"vertex missing on a side", []Area{area("a", units(0, 0, 10, 0, 10, 10, 10, 20, 0, 20)), b}, whole, []string{"GAP @10,0 3 [grid:a grid:b]"}},
		{"reaches beyond the whole", []Area{a, area("b", units(10, 0, 20, 0, 30, 10, 20, 20, 10, 20))}, whole,
			[]string{"OVERLAP @20,0 3 [grid:b]"}},
		{"one far outside", []Area{a, b, area("c", units(90, 0, 99, 0, 99, 9))}, whole, []string{"OVERLAP @90,0 3 [grid:c]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range CheckTiling(tt.parts, tt.whole) {
				q, _ := Snap(p.At)
				got = append(got, fmt.Sprintf("%s @%d,%d %d %v", p.Problem, q.Lon, q.Lat, p.Edges, p.Areas))
				if !(p.LengthM > 0 && p.LengthM < 2) {
					t.Errorf("the stretch is %v m long, want some decimetres", p.LengthM)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("CheckTiling = %q, want %q", got, tt.want)
			}
		})
	}
}

// A lattice of many parts is whole; moving one vertex of one part by one unit
// is found there and nowhere else.
func TestCheckTilingFindsOneUnit(t *testing.T) {
	const n, step = 30, 1000
	var parts []Area
	outline := orb.Ring{}
	for i := int32(0); i < n; i++ {
		outline = append(outline, LatticePoint{i * step, 0}.Point())
	}
	for i := int32(0); i < n; i++ {
		outline = append(outline, LatticePoint{n * step, i * step}.Point())
	}
	for i := int32(n); i > 0; i-- {
		outline = append(outline, LatticePoint{i * step, n * step}.Point())
	}
	for i := int32(n); i > 0; i-- {
		outline = append(outline, LatticePoint{0, i * step}.Point())
	}
	outline = append(outline, outline[0])
	for y := int32(0); y < n; y++ {
		for x := int32(0); x < n; x++ {
			parts = append(parts, Area{Kind: VillageGroup, Code: fmt.Sprint(len(parts)), Shape: orb.MultiPolygon{{
				units(x*step, y*step, (x+1)*step, y*step, (x+1)*step, (y+1)*step, x*step, (y+1)*step),
			}}})
		}
	}
	whole := []orb.MultiPolygon{{{outline}}}
	if got := CheckTiling(parts, whole); len(got) != 0 {
		t.Fatalf("CheckTiling = %v, want none", got)
	}
	at := parts[333].Shape[0][0][2]
	parts[333].Shape[0][0][2] = orb.Point{at[0] + 1e-7, at[1] + 1e-7}
	got := CheckTiling(parts, whole)
	if len(got) == 0 {
		t.Fatal("CheckTiling finds nothing wrong with a vertex moved by one unit")
	}
	for _, p := range got {
		if math.Abs(p.At[0]-at[0]) > 1.5*step/Scale || math.Abs(p.At[1]-at[1]) > 1.5*step/Scale {
			t.Errorf("a problem at %v, want all near %v", p.At, at)
		}
	}
}
