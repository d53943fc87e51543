package postgis

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// redrawn publishes what operations make of the areas in force, with the
// lineage, and takes it over.
func (w *world) redrawn(t testing.TB, ops ...redraw.Operation) geo.Revision {
	t.Helper()
	base := w.b.Current()
	state, err := redraw.New(asAreas(base.Index.All()), redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := redraw.NewDraft(state)
	for _, op := range ops {
		if d, _, err = d.Apply(redraw.Entry{Op: op, ID: newID()}); err != nil {
			t.Fatalf("%s: %v", op.Op(), err)
		}
	}
	p := Publication{Base: base.Revision.Number, Areas: d.State().Areas(), Note: "redrawn", Actor: planner, Lineage: redraw.Lineage(d)}
	r, err := w.Publish(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	return r
}

func gridRef(n int) geo.Ref {
	return geo.Ref{Kind: geo.Grid, Code: testDistrict + "00100000" + string(rune('0'+n))}
}

// splitFirst cuts grid 1 across, from west to east.
func splitFirst() redraw.Split {
	return redraw.Split{Area: gridRef(1), Line: []geo.LatticePoint{nodeAt(0, 2), nodeAt(2, 2)}, NewName: "五网格"}
}

func TestUndoRevision(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		op   redraw.Operation
	}{
		{"split", splitFirst()},
		{"merge", redraw.Merge{Kind: geo.Grid, Codes: []string{gridRef(2).Code}, Into: gridRef(1).Code}},
		{"move_node", redraw.MoveNode{From: nodeAt(2, 2), To: geo.LatticePoint{Lon: nodeAt(2, 2).Lon + 12345, Lat: nodeAt(2, 2).Lat - 321}}},
		{"recode", redraw.Recode{Area: gridRef(3), NewCode: "220112001000009"}},
		{"rename", redraw.Rename{Area: gridRef(3), Name: "新网格"}},
		{"retire", redraw.Retire{Area: geo.Ref{Kind: geo.Compound, Code: "220112002001C001"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := openWorld(t, townURL(t))
			first := w.b.Current()
			w.accept(t, w.intake(t, place(1, 3), ""))
			w.redrawn(t, c.op)
			if bytes.Equal(w.b.Current().Revision.Hash, first.Revision.Hash) {
				t.Fatal("nothing was redrawn")
			}
			r, err := w.UndoRevision(t.Context(), 2, "", planner)
			if err != nil {
				t.Fatal(err)
			}
			if r.Number != 3 || r.Note != "undo of revision 2" || !bytes.Equal(r.Hash, first.Revision.Hash) {
				t.Errorf("UndoRevision = %+v, want the hash of revision 1", r)
			}
			w.refresh(t)
			for _, want := range first.Index.All() {
				got, ok := w.b.Current().Index.ByID(want.ID)
				if !ok || got.Ref() != want.Ref() || got.Name != want.Name || got.Parent != want.Parent || !got.Shape.Equal(want.Shape) {
					t.Errorf("%s = %+v, want it as it was", want.Ref(), got)
				}
			}
			const changed = `
				SELECT count(*) FROM area_versions a JOIN area_versions b USING (area_id)
				WHERE a.revs @> 1 AND b.revs @> 3 AND ST_AsBinary(a.shape) <> ST_AsBinary(b.shape)`
			if n := w.count(t, changed); n != 0 || w.b.Current().Index.Len() != first.Index.Len() {
				t.Errorf("%d shapes are other bytes than before, %d areas", n, w.b.Current().Index.Len())
			}
			if n := w.count(t, `SELECT undoes FROM revisions WHERE number = 3`); n != 2 {
				t.Errorf("revision 3 undoes %d, want 2", n)
			}
			// What takes the undo back makes revision 2 again.
			again, err := w.UndoRevision(t.Context(), 3, "doch", planner)
			w.refresh(t)
			second, _ := w.b.Revision(t.Context(), 2)
			if err != nil || again.Note != "doch" || !bytes.Equal(again.Hash, second.Revision.Hash) {
				t.Errorf("the undo of the undo = %+v, %v; want the hash of revision 2", again, err)
			}
			w.verify(t)
			if n := w.misrouted(t); n > 0 {
				t.Errorf("%d reports are misrouted", n)
			}
		})
	}
}

func nodeAt(x, y int) geo.LatticePoint {
	q, _ := geo.Snap(box(x, y, x+1, y+1)[0][0][0])
	return q
}

func TestUndoTurnsLineageRound(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.redrawn(t, splitFirst())
	if _, err := w.UndoRevision(t.Context(), 2, "", planner); err != nil {
		t.Fatal(err)
	}
	const turned = `
		SELECT count(*) FROM area_lineage a JOIN area_lineage b ON a.from_id = b.to_id AND a.to_id = b.from_id
		WHERE a.revision = 2 AND b.revision = 3`
	if n := w.count(t, turned); n != 1 {
		t.Errorf("%d lines of lineage are turned round, want 1", n)
	}
}

func TestUndoIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		ops  []redraw.Operation // each its own revision, from 2 on
		undo int
		kind error
		code string
		what string // named in the error
	}{
		{"no such revision", nil, 2, geo.ErrNotFound, "", ""},
		{"none before the first", nil, 1, geo.ErrNotFound, "", ""},
		{"zero", nil, 0, geo.ErrNotFound, "", ""},
		{"changed since", []redraw.Operation{splitFirst(), redraw.Rename{Area: gridRef(1), Name: "新"}}, 2, geo.ErrConflict, "areas-changed", gridRef(1).String()},
		{"gone since", []redraw.Operation{splitFirst(), redraw.Merge{Kind: geo.Grid, Codes: []string{gridRef(2).Code}, Into: gridRef(1).Code}}, 2,
			geo.ErrConflict, "areas-changed", gridRef(1).String()},
		{"others rest on it", []redraw.Operation{
			redraw.Split{Area: gridRef(1), Line: []geo.LatticePoint{nodeAt(0, 1), nodeAt(2, 1)}, NewCode: gridRef(5).Code},
			redraw.Create{Area: geo.Area{Kind: geo.Compound, Code: "220112001201C001", Name: "西院", Shape: box(0, 0, 1, 1), Parent: gridRef(5)}},
		}, 2, geo.ErrConflict, "areas-changed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := openWorld(t, townURL(t))
			for _, op := range c.ops {
				w.redrawn(t, op)
			}
			was := w.b.Current().Revision.Number
			_, err := w.UndoRevision(t.Context(), c.undo, "", planner)
			var p *geo.Problem
			if !errors.Is(err, c.kind) || c.code != "" && (!errors.As(err, &p) || p.Code != c.code) {
				t.Fatalf("UndoRevision = %v, want %v %s", err, c.kind, c.code)
			}
			if c.what != "" && !slices.ContainsFunc(p.Fields, func(f geo.FieldError) bool { return strings.Contains(f.Pointer+f.Detail, c.what) }) {
				t.Errorf("UndoRevision = %v, want it to name %s", err, c.what)
			}
			if n := w.currentRevision(t); n != was {
				t.Errorf("revision %d is in force, want %d", n, was)
			}
		})
	}
}

// What a later revision changed elsewhere stays, and what it took back itself
// does not stand in the way.
func TestUndoLeavesWhatIsNotConcerned(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	first := w.b.Current()
	w.redrawn(t, splitFirst())                                             // 2
	w.redrawn(t, redraw.Rename{Area: gridRef(4), Name: "新四"})              // 3
	w.redrawn(t, redraw.Rename{Area: gridRef(1), Name: "x"})               // 4
	if _, err := w.UndoRevision(t.Context(), 4, "", planner); err != nil { // 5
		t.Fatal(err)
	}
	if _, err := w.UndoRevision(t.Context(), 2, "", planner); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	for _, want := range first.Index.Areas(geo.Grid) {
		got, ok := w.b.Current().Index.ByID(want.ID)
		name := want.Name
		if want.Ref() == gridRef(4) {
			name = "新四"
		}
		if !ok || !got.Shape.Equal(want.Shape) || got.Name != name {
			t.Errorf("%s = %+v, want its shape of revision 1 and the name %s", want.Ref(), got, name)
		}
	}
	if n := len(w.b.Current().Index.Areas(geo.Grid)); n != 4 {
		t.Errorf("%d grids, want 4", n)
	}
}

// Two who undo the same revision at once: one does, the other is told.
func TestUndoOnce(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.redrawn(t, splitFirst())
	errs := make(chan error)
	for range 2 {
		go func() {
			_, err := w.UndoRevision(t.Context(), 2, "", patrol.Actor{Kind: "user", ID: newID().String(), Role: "planner"})
			errs <- err
		}()
	}
	one, two := <-errs, <-errs
	if one != nil {
		one, two = two, one
	}
	var p *geo.Problem
	if one != nil || !errors.As(two, &p) || p.Code != "areas-changed" {
		t.Errorf("two at once: %v and %v, want areas-changed once", one, two)
	}
	if n := w.currentRevision(t); n != 3 {
		t.Errorf("revision %d is in force, want 3", n)
	}
}
