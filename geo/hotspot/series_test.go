package hotspot

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestRollUpFrames(t *testing.T) {
	near, close, far := at(t, 125.66, 43.52, BaseResolution), at(t, 125.6605, 43.5204, BaseResolution), at(t, 125.9, 43.7, BaseResolution)
	counts := []FrameCount{{near, 0, 2}, {close, 0, 3}, {close, 2, 1}, {far, 1, 4}, {far, 3, 9}, {far, -1, 9}, {near, 1, 0}}
	got, err := RollUpFrames(counts, 3, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{
		at(t, 125.66, 43.52, 7).String(): {5, 0, 1},
		at(t, 125.9, 43.7, 7).String():   {0, 4, 0},
	}
	if len(got) != len(want) || got[0].Cell >= got[1].Cell {
		t.Fatalf("RollUpFrames = %v, want two cells in ascending order", got)
	}
	for _, s := range got {
		if !reflect.DeepEqual(s.N, want[s.Cell.String()]) {
			t.Errorf("RollUpFrames counts %v in %s, want %v", s.N, s.Cell, want[s.Cell.String()])
		}
	}
	if sum := got[0].Total() + got[1].Total(); sum != 10 {
		t.Errorf("the totals are %d, want 10", sum)
	}
	if _, err := RollUpFrames([]FrameCount{{at(t, 125.66, 43.52, 7), 0, 1}}, 1, 8); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("RollUpFrames to a finer resolution = %v, want geo.ErrInvalid", err)
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct {
		n, k  int
		shown bool
	}{{0, 5, true}, {1, 5, false}, {4, 5, false}, {5, 5, true}, {1, 1, true}} {
		if got := Shown(c.n, c.k); (got != nil) != c.shown || c.shown && *got != c.n {
			t.Errorf("Shown(%d, %d) = %v, want shown: %t", c.n, c.k, got, c.shown)
		}
	}
}
