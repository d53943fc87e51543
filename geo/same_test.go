package geo

import (
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// TestSame changes the fields of an area one by one.
func TestSame(t *testing.T) {
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	whole := func() Area {
		return Area{ID: uuid.UUID{1}, Kind: Grid, Code: "1", Name: "a", NameEn: "a", Parent: Ref{Township, "2"}, Alias: []string{"b"},
			Shape: orb.MultiPolygon{{ring}}, UnitType: "u", Class: "c", Households: 1, Population: 2, AreaM2: 3, FromRevision: 4}
	}
	a, b := whole(), whole()
	b.Shape = a.Shape.Clone()
	if !a.Same(&b) || !a.Same(&a) {
		t.Error("an area is another than itself")
	}
	fields := reflect.TypeFor[Area]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		other := whole()
		reflect.ValueOf(&other).Elem().Field(i).SetZero()
		if name == "Synthetic" {
			other.Synthetic = true
		}
		if want := name == "AreaM2" || name == "FromRevision"; a.Same(&other) != want {
			t.Errorf("with another %s it is the same: %v, want %v", name, !want, want)
		}
	}
}

func TestSameShape(t *testing.T) {
	a := orb.MultiPolygon{{{{0, 0}, {2, 0}, {2, 2}, {0, 0}}, {{1, 0.5}, {1.5, 1}, {1.5, 0.5}, {1, 0.5}}}}
	for name, change := range map[string]func(orb.MultiPolygon) orb.MultiPolygon{
		"a vertex elsewhere": func(b orb.MultiPolygon) orb.MultiPolygon { b[0][1][1][0] = 1.4; return b },
		"a vertex less":      func(b orb.MultiPolygon) orb.MultiPolygon { b[0][0] = b[0][0][1:]; return b },
		"no hole":            func(b orb.MultiPolygon) orb.MultiPolygon { b[0] = b[0][:1]; return b },
		"two parts":          func(b orb.MultiPolygon) orb.MultiPolygon { return append(b, b[0]) },
		"nothing":            func(orb.MultiPolygon) orb.MultiPolygon { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			if b := change(a.Clone()); SameShape(a, b) || SameShape(b, a) {
				t.Errorf("SameShape(%v, %v) = true, want false", a, b)
			}
		})
	}
	if !SameShape(a, a.Clone()) || !SameShape(nil, nil) {
		t.Error("a shape is another than its copy")
	}
}
