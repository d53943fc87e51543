package hotspot

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

func at(t *testing.T, lon, lat float64, res int) cell.Cell {
	t.Helper()
	c, err := cell.At(orb.Point{lon, lat}, res)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rolledUp adds counts up into the cells of a resolution, one by one.
func rolledUp(counts []Count, res int) ([]Count, error) {
	sums := make(map[cell.Cell]int, len(counts))
	for _, c := range counts {
		if c.N <= 0 {
			continue
		}
		p, err := cell.Parent(c.Cell, res)
		if err != nil {
			return nil, fmt.Errorf("roll up to resolution %d: %w", res, err)
		}
		sums[p] += c.N
	}
	out := make([]Count, 0, len(sums))
	for c, n := range sums {
		out = append(out, Count{c, n})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Compare(a.Cell, b.Cell) })
	return out, nil
}

func TestSuppress(t *testing.T) {
	c := at(t, 125.66, 43.52, 8)
	got := Suppress([]Count{{c, 4}, {c, 5}, {c, 1}}, 5)
	want := []Cell{{Cell: c, Suppressed: true}, {Cell: c, N: 5}, {Cell: c, Suppressed: true}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Suppress(counts, 5) = %v, want %v", got, want)
	}
	if got := Suppress([]Count{{c, 1}}, 0); got[0].Suppressed || got[0].N != 1 {
		t.Errorf("Suppress(counts, 0) = %v, want nothing suppressed", got)
	}
}
