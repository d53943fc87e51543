package hotspot

import (
	"errors"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
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

func TestRollUpKeepsTheTotal(t *testing.T) {
	var counts []Count
	total := 0
	for i := range 500 {
		n := i%4 - 1 // -1 and 0 are left out
		lon := 125.5 + float64(i%25)*0.011
		counts = append(counts, Count{at(t, lon, 43.4+float64(i/25)*0.013, BaseResolution), n})
		total += max(n, 0)
	}
	for res := BaseResolution; res >= 4; res-- {
		rolled, err := RollUp(counts, res)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for i, c := range rolled {
			sum += c.N
			if cell.Resolution(c.Cell) != res {
				t.Fatalf("RollUp(counts, %d) has a cell of resolution %d", res, cell.Resolution(c.Cell))
			}
			if i > 0 && rolled[i-1].Cell >= c.Cell {
				t.Fatalf("RollUp(counts, %d) is not in ascending order", res)
			}
		}
		if sum != total {
			t.Errorf("RollUp(counts, %d) counts %d reports, want %d", res, sum, total)
		}
	}
}

func TestRollUpRefusesCoarserCells(t *testing.T) {
	_, err := RollUp([]Count{{at(t, 125.66, 43.52, 7), 1}}, 8)
	if !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("RollUp of a cell of resolution 7 to 8 = %v, want geo.ErrInvalid", err)
	}
	if _, err := RollUp([]Count{{12345, 1}}, 8); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("RollUp of no cell = %v, want geo.ErrInvalid", err)
	}
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
