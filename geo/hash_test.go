package geo

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

func hashSample() []Area {
	return []Area{
		{ID: uuid.UUID{1}, Kind: Grid, Code: "220112001000001", Name: "一", Parent: Ref{Township, "220112001"}, Shape: orb.MultiPolygon{{units(0, 0, 9, 0, 9, 9)}}},
		{ID: uuid.UUID{2}, Kind: Grid, Code: "220112001000002", Name: "二", Shape: orb.MultiPolygon{{units(0, 0, 9, 9, 0, 9)}}},
		{ID: uuid.UUID{3}, Kind: District, Code: "220112", Name: "双阳区", Shape: orb.MultiPolygon{{units(0, 0, 9, 0, 9, 9, 0, 9), units(2, 1, 3, 2, 3, 1)}}},
	}
}

func TestHashAreas(t *testing.T) {
	want := HashAreas(hashSample())
	if len(want) != 32 {
		t.Fatalf("HashAreas gives %d bytes, want 32", len(want))
	}
	// Revisions are stored with it: it must not change from one release to the next.
	const stored = "9e922f8c46396f28aeab9ee67cddfbba2ae596e3d7846cdfc793a0b8346d2513"
	if got := hex.EncodeToString(want); got != stored {
		t.Errorf("HashAreas = %s, want %s", got, stored)
	}
	back := hashSample()
	slices.Reverse(back)
	if got := HashAreas(back); !bytes.Equal(got, want) {
		t.Error("HashAreas depends on the order of the areas")
	}
	if back[0].Code != "220112" {
		t.Error("HashAreas changed the order of its argument")
	}
	changes := map[string]func(a []Area) []Area{
		"kind":        func(a []Area) []Area { a[0].Kind = Village; return a },
		"code":        func(a []Area) []Area { a[0].Code = "220112001000003"; return a },
		"id":          func(a []Area) []Area { a[0].ID[15] = 9; return a },
		"name":        func(a []Area) []Area { a[0].Name = "壹"; return a },
		"parent":      func(a []Area) []Area { a[0].Parent.Code = "220112002"; return a },
		"parent kind": func(a []Area) []Area { a[0].Parent.Kind = District; return a },
		"vertex":      func(a []Area) []Area { a[0].Shape[0][0][1][0] += 1e-7; return a },
		"split rings": func(a []Area) []Area {
			a[2].Shape = orb.MultiPolygon{{a[2].Shape[0][0]}, {a[2].Shape[0][1]}}
			return a
		},
		"letters between fields": func(a []Area) []Area { a[0].Code, a[0].Name = a[0].Code+"一", ""; return a },
		"one less":               func(a []Area) []Area { return a[:2] },
		"one twice":              func(a []Area) []Area { return append(a, a[1]) },
	}
	seen := map[string]string{string(want): "unchanged"}
	for name, change := range changes {
		h := string(HashAreas(change(hashSample())))
		if other, ok := seen[h]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		seen[h] = name
	}
	if !bytes.Equal(HashAreas(nil), HashAreas([]Area{})) {
		t.Error("nil and empty have different hashes")
	}
}

// What an area carries beside is not part of what lookups rest on.
func TestHashAreasLeavesOut(t *testing.T) {
	a := hashSample()
	a[0].Households, a[0].AreaM2, a[0].FromRevision, a[0].Alias = 5, 7, 9, []string{"x"}
	if !bytes.Equal(HashAreas(a), HashAreas(hashSample())) {
		t.Error("HashAreas depends on more than it says")
	}
}
