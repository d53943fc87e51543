package geo

import (
	"errors"
	"testing"
)

func TestKinds(t *testing.T) {
	for i, k := range Kinds() {
		if k.Index() != i {
			t.Errorf("%s.Index() = %d, want its place in Kinds, %d", k, k.Index(), i)
		}
		if got, err := ParseKind(string(k)); err != nil || got != k {
			t.Errorf("ParseKind(%q) = %q, %v", k, got, err)
		}
		if got, ok := ParsePlural(k.Plural()); !ok || got != k {
			t.Errorf("ParsePlural(%q) = %q, %v, want %q", k.Plural(), got, ok, k)
		}
	}
	if len(Kinds()) != numKinds {
		t.Errorf("there are %d kinds, numKinds is %d", len(Kinds()), numKinds)
	}
	for _, s := range []string{"", "grids", "Grid", "parish"} {
		if k, err := ParseKind(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseKind(%q) = %q, %v, want ErrInvalid", s, k, err)
		}
		if Kind(s).Index() != -1 {
			t.Errorf("Kind(%q).Index() = %d, want -1", s, Kind(s).Index())
		}
	}
	for _, s := range []string{"", "grid", "s", "parishs"} {
		if k, ok := ParsePlural(s); ok {
			t.Errorf("ParsePlural(%q) = %q, want none", s, k)
		}
	}
	if !Village.Statutory() || Grid.Statutory() || VillageGroup.Statutory() {
		t.Error("district, township and village are statutory, the others are not")
	}
}

func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"grid:220112001001001", "220112", "", ":", "grid:", "parish:1", "grid:a:b", "a b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRef(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("ParseRef(%q): %v is not ErrInvalid", s, err)
			}
			return
		}
		if back, err := ParseRef(r.String()); err != nil || back != r || r.Code == "" {
			t.Fatalf("ParseRef(%q) = %v, and back %v, %v", s, r, back, err)
		}
	})
}
