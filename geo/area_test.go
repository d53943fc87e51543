package geo

import (
	"errors"
	"testing"

	"github.com/paulmach/orb"
)

func TestMatch(t *testing.T) {
	grid := &Area{Kind: Grid, Code: "g", Name: "网格"}
	village := &Area{Kind: Village, Code: "v"}
	var m Match
	if !m.Empty() || m.Area(Grid) != nil || len(m.Names()) != numKinds {
		t.Errorf("the zero Match has %v", m.Names())
	}
	m.Set(grid)
	m.Set(village)
	m.Set(&Area{Kind: "parish", Code: "p"})
	if m.Empty() || m.Area(Grid) != grid || m.Area(Village) != village || m.Area(District) != nil || m.Area("parish") != nil {
		t.Errorf("Match has %v", m.Names())
	}
	if m != NewMatch([6]*Area{nil, nil, village, nil, grid, nil}) {
		t.Error("NewMatch takes the areas in another order than Kinds")
	}
	names := m.Names()
	if len(names) != numKinds || *names[Grid] != (Name{Code: "g", Name: "网格"}) || names[Compound] != nil {
		t.Errorf("Names() = %v", names)
	}
}

func TestErrors(t *testing.T) {
	p := Invalid("bad", "that is bad", FieldError{"/lon", "is text"})
	if got, want := p.Error(), "that is bad; /lon: is text"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got := (&Problem{Kind: ErrConflict, Code: "stale"}).Error(); got != "stale" {
		t.Errorf("Error() without a sentence = %q, want the code", got)
	}
	g := &GeometryError{Rule: RuleSpike, At: orb.Point{125.66, 43.52}}
	if got, want := g.Error(), "ring has a spike near 125.6600000 43.5200000"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(p, ErrInvalid) || !errors.Is(g, ErrInvalid) || errors.Is(p, ErrConflict) {
		t.Error("kinds of error are mixed up")
	}
}
