package cell

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	h3 "github.com/uber/h3-go/v4"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Cells of all resolutions and base cells, whole and with bits turned over,
// against the library.
func TestBitsAgreeWithTheLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	pentagons, err := h3.Pentagons(3)
	if err != nil {
		t.Fatal(err)
	}
	valid, not := 0, 0
	for n := range 20000 {
		at := orb.Point{360*rnd.Float64() - 180, 180*rnd.Float64() - 90}
		if n%3 == 0 { // pentagons and what lies round them are a rare sight
			center, err := Center(Cell(pentagons[n%len(pentagons)]))
			if err != nil {
				t.Fatal(err)
			}
			at = orb.Point{center[0] + rnd.NormFloat64()/10, center[1] + rnd.NormFloat64()/10}
		}
		c, err := At(at, rnd.IntN(MaxResolution+1))
		if err != nil {
			t.Fatal(err)
		}
		for flips := range 4 {
			if flips > 0 {
				c ^= 1 << rnd.IntN(64)
			}
			if got, want := c.Valid(), h3.Cell(c).IsValid(); got != want {
				t.Fatalf("%x.Valid() = %v, want %v", uint64(c), got, want)
			}
			if !c.Valid() {
				not++
				continue
			}
			valid++
			if got, want := Resolution(c), h3.Cell(c).Resolution(); got != want {
				t.Fatalf("Resolution(%s) = %d, want %d", c, got, want)
			}
			for res := range MaxResolution + 1 {
				got, err := Parent(c, res)
				want, wantErr := h3.Cell(c).Parent(res)
				if (err == nil) != (wantErr == nil) || err == nil && got != Cell(want) {
					t.Fatalf("Parent(%s, %d) = %s, %v, want %s, %v", c, res, got, err, want, wantErr)
				}
			}
		}
	}
	if valid < 20000 || not < 20000 {
		t.Errorf("met %d cells and %d others, want 20000 of each", valid, not)
	}
}

func TestSpanHoldsTheChildrenAndNoStranger(t *testing.T) {
	pentagons, err := h3.Pentagons(7)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := At(orb.Point{125.66, 43.52}, 7)
	for _, c := range []Cell{c, Cell(pentagons[3])} {
		for res := 7; res <= 10; res++ {
			children, err := Children(c, res)
			if err != nil {
				t.Fatal(err)
			}
			first, last, err := Span(c, res)
			if err != nil || first != slices.Min(children) || last != slices.Max(children) {
				t.Errorf("Span(%s, %d) = %s to %s, %v, want %s to %s", c, res, first, last, err, slices.Min(children), slices.Max(children))
			}
			round, err := Disk(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, other := range round {
				strangers, err := Children(other, res)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range strangers {
					if within := s >= first && s <= last; within != (other == c) {
						t.Fatalf("%s, a child of %s, is within the span of %s: %v", s, other, c, within)
					}
				}
			}
		}
	}
	for _, f := range []func() error{
		func() error { _, _, err := Span(c, 6); return err },
		func() error { _, _, err := Span(c, 16); return err },
		func() error { _, _, err := Span(7, 8); return err },
	} {
		if err := f(); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("Span gives %v, want geo.ErrInvalid", err)
		}
	}
}
