package redraw_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// imported is an entry that brings areas in.
func imported(n byte, k geo.Kind, areas []geo.Area, gone ...string) redraw.Entry {
	return redraw.Entry{At: noon, ID: geo.ID{0: n, 6: 0x70, 8: 0x80},
		Op: redraw.Import{ID: geo.ID{n}, File: "f.shp", Kind: k, Areas: areas, Gone: gone}}
}

// without gives areas as a file has them that is read for the first time.
func without(areas []geo.Area) []geo.Area {
	out := slices.Clone(areas)
	for i := range out {
		out[i].ID, out[i].AreaM2, out[i].FromRevision = geo.ID{}, 0, 0
	}
	return out
}

// TestImportKindByKind fills an empty district: what comes out is what was in the
// files, passes the check at each step, and can be drawn on.
func TestImportKindByKind(t *testing.T) {
	want := newTown(7).state(t, redraw.Config{})
	empty, err := redraw.New(nil, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := redraw.NewDraft(empty)
	for i, k := range []geo.Kind{geo.District, geo.Township, geo.Village, geo.Grid, geo.VillageGroup, geo.Compound} {
		areas := without(ofKind(want.Areas(), k))
		next, r, err := d.Apply(imported(byte(i+1), k, areas))
		if err != nil || len(r.Changed) != len(areas) {
			t.Fatalf("%s: %d changes, %v", k, len(r.Changed), err)
		}
		d = next
		for _, p := range redraw.Check(empty, d.State(), redraw.Settings{}) {
			switch p.Code { // others the town has by itself
			case redraw.ProblemGap, redraw.ProblemOverlap, redraw.ProblemLocked, redraw.ProblemOutsideDistrict, redraw.ProblemOutsideParent, redraw.ProblemUnknownParent:
				t.Errorf("after %s: %v", k, &p)
			}
		}
	}
	ids := map[geo.ID]bool{}
	got := d.State().Areas()
	for i, a := range want.Areas() {
		ids[got[i].ID] = true
		if a.ID = got[i].ID; !a.Same(&got[i]) || got[i].AreaM2 != a.AreaM2 {
			t.Fatalf("%s came in as %+v", a.Ref(), got[i])
		}
	}
	if len(ids) != len(got) || ids[geo.ID{}] {
		t.Errorf("%d areas have %d ids", len(got), len(ids))
	}
	p := planner{rand.New(rand.NewPCG(1, 1)), t, 300}
	p.sameAsFresh(d.State(), true)
	drawn, _, err := d.Apply(redraw.Entry{Op: redraw.Rename{Area: got[len(got)-1].Ref(), Name: "新"}, At: noon, ID: geo.ID{9}})
	if err != nil {
		t.Fatal(err)
	}
	p.sameAsFresh(drawn.State(), true)
	for name, make := range map[string]func(*redraw.State, []redraw.Entry) (redraw.Draft, error){"Replay": redraw.Replay, "Restore": redraw.Restore} {
		again, err := make(empty, drawn.Entries())
		if err != nil || again.ETag() != drawn.ETag() || !reflect.DeepEqual(again.State().Areas(), drawn.State().Areas()) {
			t.Errorf("%s gives another state, %v", name, err)
		}
	}
	back, r, ok := d.Undo()
	if !ok || len(back.State().Areas()) != len(got)-3 || len(r.Changed) != 3 || r.Changed[0].After != nil {
		t.Errorf("Undo leaves %d areas, changes %d", len(back.State().Areas()), len(r.Changed))
	}
	if redone, _, ok := back.Redo(); !ok || redone.ETag() != d.ETag() {
		t.Error("Redo gives another state")
	}
}

// TestImportOfOthers brings new, changed and gone areas of a locked kind at once: nothing
// else is touched, households are those of the file, and the check says whose
// lines moved.
func TestImportOfOthers(t *testing.T) {
	town := newTown(8)
	s := town.state(t, redraw.Config{})
	villages := ofKind(s.Areas(), geo.Village)
	grown := villages[0]
	grown.Shape, grown.Households, grown.Alias = town.boxOf(t, 0, 0, 12, 6), 7, []string{"a"}
	fresh := villages[3]
	fresh.ID, fresh.Code = geo.ID{}, "220112101299"
	d, r, err := redraw.NewDraft(s).Apply(imported(1, geo.Village, []geo.Area{grown, fresh}, villages[1].Code, villages[3].Code))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(r); len(got) != 4 || !slices.Contains(got, fresh.Ref().String()) || !slices.Contains(got, villages[3].Ref().String()) {
		t.Errorf("changed %v", got)
	}
	if v, _ := d.State().Area(grown.Ref()); v.Households != 7 || v.AreaM2 <= 1.5*villages[0].AreaM2 || !slices.Equal(v.Alias, grown.Alias) {
		t.Errorf("the grown village is %+v", v)
	}
	for _, k := range []geo.Kind{geo.District, geo.Township, geo.VillageGroup, geo.Grid, geo.Compound} {
		for i, a := range ofKind(d.State().Areas(), k) {
			if !a.Same(&ofKind(s.Areas(), k)[i]) {
				t.Errorf("%s changed too", a.Ref())
			}
		}
	}
	planner{rand.New(rand.NewPCG(1, 2)), t, 300}.sameAsFresh(d.State(), true)
	if l := redraw.Lineage(d); l != nil {
		t.Errorf("descents %v", l)
	}
	if k := d.State().Imported(); !slices.Equal(k, []geo.Kind{geo.Village}) || s.Imported() != nil {
		t.Errorf("imported %v", k)
	}
	locked := 0
	for _, p := range redraw.Check(s, d.State(), redraw.Settings{}) {
		if p.Code == redraw.ProblemLocked {
			locked++
			if !p.Warning {
				t.Errorf("%v is an error", &p)
			}
		}
	}
	if locked != 4 {
		t.Errorf("%d lines are said to have moved, want 4", locked)
	}
	if _, _, err := d.Apply(imported(2, geo.Village, []geo.Area{grown})); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("the same once more: %v", err)
	}
	renamed := grown
	renamed.Alias = []string{"b"}
	if _, r, err := d.Apply(imported(2, geo.Village, []geo.Area{renamed})); err != nil || len(r.Changed) != 1 {
		t.Errorf("another alias: %v", err)
	}
}

// TestImportRevives: an area whose code comes back is the one that had it.
func TestImportRevives(t *testing.T) {
	town := newTown(9)
	past := geo.Ref{Kind: geo.Compound, Code: "220112101201C099"}
	s := town.state(t, redraw.Config{Taken: map[geo.Ref]geo.ID{past: {42}}})
	yards := ofKind(s.Areas(), geo.Compound)
	d, _, err := redraw.NewDraft(s).Apply(imported(1, geo.Compound, nil, yards[0].Code))
	if err != nil {
		t.Fatal(err)
	}
	again, old := yards[0], yards[1]
	again.ID, old.ID, old.Code = geo.ID{}, geo.ID{}, past.Code
	d, _, err = d.Apply(imported(2, geo.Compound, []geo.Area{again, old}, yards[1].Code))
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := d.State().Area(again.Ref()); a.ID != yards[0].ID {
		t.Errorf("the code %s belongs to %v, want %v", a.Code, a.ID, yards[0].ID)
	}
	if a, _ := d.State().Area(past); a.ID != (geo.ID{42}) {
		t.Errorf("the code %s belongs to %v, want 42", a.Code, a.ID)
	}
	if changes := redraw.Compare(s, d.State()); len(changes) != 2 {
		t.Errorf("%d changes, want 2: one area is as it was", len(changes))
	}
}

// TestImportIsRefused where it was compared with something else, or is no sound set of areas.
func TestImportIsRefused(t *testing.T) {
	town := newTown(10)
	s := town.state(t, redraw.Config{})
	yards := ofKind(s.Areas(), geo.Compound)
	yard := func(change func(*geo.Area)) geo.Area {
		a := yards[0]
		change(&a)
		return a
	}
	recoded := must(t, s, redraw.Recode{Area: yards[0].Ref(), NewCode: "220112101201C098"}).State
	bow := slices.Clone(yards[0].Shape[0][0])
	bow[1], bow[2] = bow[2], bow[1]
	for name, c := range map[string]struct {
		on    *redraw.State
		areas []geo.Area
		gone  []string
		code  string
		kind  error
	}{
		"a new one that is there":   {s, without(yards[:1]), nil, "areas-changed", geo.ErrConflict},
		"one of another id":         {s, []geo.Area{yard(func(a *geo.Area) { a.ID[3]++ })}, nil, "areas-changed", geo.ErrConflict},
		"one that is not there":     {s, []geo.Area{yard(func(a *geo.Area) { a.Code = "220112101201C097" })}, nil, "areas-changed", geo.ErrConflict},
		"gone, and not there":       {s, nil, []string{"220112101201C097"}, "areas-changed", geo.ErrConflict},
		"gone twice":                {s, nil, []string{yards[0].Code, yards[0].Code}, "areas-changed", geo.ErrConflict},
		"twice":                     {s, []geo.Area{yards[0], yards[0]}, nil, "invalid-import", geo.ErrInvalid},
		"gone and there":            {s, without(yards[:1]), []string{yards[0].Code}, "invalid-import", geo.ErrInvalid},
		"of another kind":           {s, ofKind(s.Areas(), geo.Grid)[:1], nil, "invalid-import", geo.ErrInvalid},
		"a code that was another's": {recoded, without(yards[:1]), nil, redraw.ProblemDupCode, geo.ErrConflict},
		"a bow-tie":                 {s, []geo.Area{yard(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{bow}} })}, nil, redraw.ProblemSelfIntersection, geo.ErrInvalid},
		"nothing":                   {s, nil, nil, "no-change", geo.ErrInvalid},
		"what is there":             {s, yards, nil, "no-change", geo.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, c.on, imported(1, geo.Compound, c.areas, c.gone...).Op, c.code, c.kind)
		})
	}
	refused(t, s, redraw.Import{Kind: "road"}, "unknown-kind", geo.ErrInvalid)
	text, err := imported(1, geo.Compound, yards).Op.MarshalJSON()
	want := `{"op":"import","import":"01000000-0000-0000-0000-000000000000","kind":"compound","areas":3,"file":"f.shp"}`
	if err != nil || string(text) != want {
		t.Errorf("MarshalJSON = %s, %v, want %s", text, err, want)
	}
	if op, err := redraw.ParseOperation(text); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("ParseOperation takes %+v, %v", op, err)
	}
}
