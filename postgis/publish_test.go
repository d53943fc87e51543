package postgis

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestPublishWritesOnlyWhatChanges(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	first := w.b.Current()
	r, err := w.Publish(t.Context(), Publication{Base: 1, Areas: town(3), Note: "moved"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Number != 2 || r.Areas != len(town(3)) || !r.PublishedAt.After(first.Revision.PublishedAt) {
		t.Errorf("Publish = %+v", r)
	}
	if n := w.count(t, `SELECT count(*) FROM area_versions WHERE from_revision = 2`); n != 4 {
		t.Errorf("%d versions are new, want the 4 grids", n)
	}
	if n := w.count(t, `SELECT count(*) FROM area_versions WHERE upper(revs) = 2`); n != 4 {
		t.Errorf("%d versions were closed, want the 4 grids", n)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'revision.published'`); n != 2 {
		t.Errorf("%d events of revisions, want 2", n)
	}
	w.refresh(t)
	second := w.b.Current()
	if second.Revision.Number != 2 || !bytes.Equal(second.Revision.Hash, r.Hash) {
		t.Errorf("Current = %+v, want what was published", second.Revision)
	}
	for _, a := range first.Index.All() {
		b, ok := second.Index.ByID(a.ID)
		if !ok || b.Ref() != a.Ref() {
			t.Errorf("%s lost its id", a.Ref())
		} else if want := map[bool]int{true: 2, false: 1}[a.Kind == geo.Grid]; b.FromRevision != want {
			t.Errorf("%s is from revision %d, want %d", a.Ref(), b.FromRevision, want)
		}
	}
	// What was read is what was written: publishing it again changes nothing.
	var same []geo.Area
	for _, a := range second.Index.All() {
		same = append(same, *a)
	}
	if again, err := w.Publish(t.Context(), Publication{Base: 2, Areas: same}); err != nil || !bytes.Equal(again.Hash, r.Hash) {
		t.Errorf("publishing what was read = %+v, %v", again, err)
	}
	if n := w.count(t, `SELECT count(*) FROM area_versions WHERE from_revision = 3`); n != 0 {
		t.Errorf("%d versions were written for nothing", n)
	}
	m1, _ := first.Index.Locate(place(2, 1))
	m2, _ := second.Index.Locate(place(2, 1))
	if m1.Area(geo.Grid).Code == m2.Area(geo.Grid).Code {
		t.Error("the redrawn line moved nothing")
	}
}

func TestSnapshotEqualsPublished(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	for _, want := range town(2) {
		got, ok := w.b.Current().Index.Area(want.Kind, want.Code)
		if !ok {
			t.Errorf("%s is missing", want.Ref())
			continue
		}
		if got.Name != want.Name || got.NameEn != want.NameEn || got.Parent != want.Parent || got.UnitType != want.UnitType ||
			got.Class != want.Class || got.Households != want.Households || got.Synthetic != want.Synthetic ||
			!slices.Equal(got.Alias, want.Alias) || !got.Shape.Equal(mustNormalise(t, want.Shape)) {
			t.Errorf("%s = %+v, want %+v", want.Ref(), got, want)
		}
		if m2 := geo.AreaM2(want.Shape); got.AreaM2 != m2 {
			t.Errorf("%s has %g m², want %g", want.Ref(), got.AreaM2, m2)
		}
	}
}

func mustNormalise(t *testing.T, shape orb.MultiPolygon) orb.MultiPolygon {
	t.Helper()
	out, err := geo.NormalizeShape(shape)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	current := func(change func([]geo.Area) []geo.Area) []geo.Area { return change(town(2)) }
	at := func(areas []geo.Area, kind geo.Kind, n int) *geo.Area {
		for i := range areas {
			if areas[i].Kind == kind {
				if n == 0 {
					return &areas[i]
				}
				n--
			}
		}
		t.Fatalf("no %s", kind)
		return nil
	}
	for _, c := range []struct {
		name   string
		p      Publication
		kind   error
		code   string
		change func([]geo.Area) []geo.Area
	}{
		{name: "older base", p: Publication{Base: 0}, kind: geo.ErrConflict, code: "revision-moved"},
		{name: "newer base", p: Publication{Base: 2}, kind: geo.ErrConflict, code: "revision-moved"},
		{name: "time before the last", p: Publication{Base: 1, At: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)}, kind: geo.ErrInvalid, code: "time-out-of-order"},
		{name: "time to come", p: Publication{Base: 1, At: time.Now().Add(time.Hour)}, kind: geo.ErrInvalid, code: "time-out-of-order"},
		{name: "gap", p: Publication{Base: 1}, kind: geo.ErrInvalid, code: "areas-do-not-fit", change: func(a []geo.Area) []geo.Area {
			at(a, geo.Grid, 0).Shape = box(0, 0, 1, 4)
			return a
		}},
		{name: "overlap of compounds", p: Publication{Base: 1}, kind: geo.ErrInvalid, code: "areas-do-not-fit", change: func(a []geo.Area) []geo.Area {
			b := *at(a, geo.Compound, 0)
			b.Code, b.Shape = b.Code[:len(b.Code)-1]+"2", box(7, 0, 8, 2)
			return append(a, b)
		}},
		{name: "unknown parent", p: Publication{Base: 1}, kind: geo.ErrInvalid, code: "parent-unknown", change: func(a []geo.Area) []geo.Area {
			at(a, geo.Village, 0).Parent.Code = "999"
			return a
		}},
		{name: "parent of the wrong kind", p: Publication{Base: 1}, kind: geo.ErrInvalid, code: "parent-kind", change: func(a []geo.Area) []geo.Area {
			at(a, geo.Village, 0).Parent = geo.Ref{Kind: geo.District, Code: testDistrict}
			return a
		}},
		{name: "code twice", p: Publication{Base: 1}, kind: geo.ErrInvalid, code: "duplicate-code", change: func(a []geo.Area) []geo.Area {
			return append(a, *at(a, geo.Compound, 0))
		}},
		{name: "code of another area", p: Publication{Base: 1}, kind: geo.ErrConflict, code: "code-reused", change: func(a []geo.Area) []geo.Area {
			at(a, geo.Grid, 0).ID = newID()
			return a
		}},
		{name: "shape that crosses itself", p: Publication{Base: 1}, kind: geo.ErrInvalid, change: func(a []geo.Area) []geo.Area {
			at(a, geo.Compound, 0).Shape = orb.MultiPolygon{{{{125.67, 43.51}, {125.68, 43.52}, {125.68, 43.51}, {125.67, 43.52}, {125.67, 43.51}}}}
			return a
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.p.Areas = town(3)
			if c.change != nil {
				c.p.Areas = current(c.change)
			}
			_, err := w.Publish(t.Context(), c.p)
			var p *geo.Problem
			if !errors.Is(err, c.kind) || c.code != "" && (!errors.As(err, &p) || p.Code != c.code) {
				t.Errorf("Publish = %v, want %v %s", err, c.kind, c.code)
			}
			if n := w.count(t, `SELECT count(*) FROM area_versions WHERE from_revision > 1`) + w.count(t, `SELECT count(*) FROM revisions WHERE number > 1`); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
}

func TestUndoRevivesTheSameAreas(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	without := slices.DeleteFunc(town(2), func(a geo.Area) bool { return a.Kind == geo.Compound })
	before, _ := w.b.Current().Index.Area(geo.Compound, "220112002001C001")
	for i, areas := range [][]geo.Area{without, town(2)} {
		if _, err := w.Publish(t.Context(), Publication{Base: i + 1, Areas: areas}); err != nil {
			t.Fatal(err)
		}
	}
	w.refresh(t)
	after, ok := w.b.Current().Index.Area(geo.Compound, "220112002001C001")
	if !ok || after.ID != before.ID || after.FromRevision != 3 {
		t.Errorf("the revived compound is %+v, want id %s from revision 3", after, before.ID)
	}
	second, err := w.b.Revision(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := second.Index.Area(geo.Compound, before.Code); ok {
		t.Error("revision 2 has the compound")
	}
}

func TestRevisionsAndTimes(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	if n := w.b.Current().Revision.Number; n != 0 {
		t.Errorf("an empty database is at revision %d", n)
	}
	now := time.Now().UTC()
	day := func(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }
	for i := range 3 {
		if _, err := w.Publish(t.Context(), Publication{Base: i, Areas: town(1 + i), At: day(10 * (i + 1))}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.b.At(t.Context(), day(9), now); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("At before the first revision: %v, want geo.ErrNotFound", err)
	}
	if _, err := w.b.At(t.Context(), now.Add(time.Second), now); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("At in the future: %v, want geo.ErrInvalid", err)
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{{day(10), 1}, {day(19), 1}, {day(20), 2}, {day(30), 3}, {now, 3}} {
		s, err := w.b.At(t.Context(), c.at, now)
		if err != nil || s.Revision.Number != c.want {
			t.Errorf("At(%s) = %v, %v; want revision %d", c.at, s, err, c.want)
		}
	}
	for _, n := range []int{-1, 0, 4} {
		if _, err := w.b.Revision(t.Context(), n); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("Revision(%d): %v, want geo.ErrNotFound", n, err)
		}
	}
	list, err := w.Revisions(t.Context())
	if err != nil || len(list) != 3 || list[0].Number != 1 || list[2].Number != 3 {
		t.Errorf("Revisions = %v, %v", list, err)
	}
}

func TestRefreshKeepsWhatIsGood(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	if lag := w.b.Lag(); lag > time.Minute {
		t.Errorf("Lag = %v after a refresh", lag)
	}
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: town(3)}); err != nil {
		t.Fatal(err)
	}
	if err := w.exec(t, `UPDATE area_versions SET name = 'damaged' WHERE kind = 'grid' AND upper_inf(revs)`); err != nil {
		t.Fatal(err)
	}
	if err := w.b.Refresh(t.Context()); err == nil {
		t.Error("Refresh took a revision whose rows are not those that were published")
	}
	if n := w.b.Current().Revision.Number; n != 1 {
		t.Errorf("Current is revision %d, want 1 as before", n)
	}
	if err := w.exec(t, `UPDATE districts SET current_revision = 0`); err != nil {
		t.Fatal(err)
	}
	if err := w.b.Refresh(t.Context()); !errors.Is(err, geo.ErrUnavailable) || w.b.Current().Revision.Number != 1 {
		t.Errorf("Refresh went back: %v, revision %d", err, w.b.Current().Revision.Number)
	}
}

// What a publish left alone is read once, also of a revision of the past.
func TestSnapshotsShareShapes(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	first := w.b.Current()
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: town(3)}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	fresh := NewBoundaries(w.Store) // without anything in memory
	if err := fresh.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	past, err := fresh.Revision(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // asked for, and remembered
		if began, err := fresh.Began(t.Context()); err != nil || !began.Equal(first.Revision.PublishedAt) {
			t.Errorf("Began = %v, %v, want when revision 1 was published: %v", began, err, first.Revision.PublishedAt)
		}
	}
	for what, c := range map[string]struct{ before, after, want *locate.Snapshot }{
		"the next":    {first, w.b.Current(), fresh.Current()},
		"of the past": {fresh.Current(), past, first},
	} {
		shared := 0
		for _, want := range c.want.Index.All() {
			got, ok := c.after.Index.Area(want.Kind, want.Code)
			if !ok || !got.Shape.Equal(want.Shape) || got.Name != want.Name || got.FromRevision != want.FromRevision {
				t.Errorf("%s: %s = %+v, want %+v", what, want.Ref(), got, want)
				continue
			}
			if before, ok := c.before.Index.ByID(want.ID); ok && &before.Shape[0][0][0] == &got.Shape[0][0][0] {
				shared++
			}
		}
		if n := c.want.Index.Len(); shared == 0 || shared == n {
			t.Errorf("%s: %d of %d shapes are shared, want those that did not change", what, shared, n)
		}
	}
}

// A database that was put back and has gone on differently since then has other
// shapes under the numbers that are in memory: they are found by the hash.
func TestRefreshAfterAnotherHistory(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	was := w.b.Current()
	areas := asAreas(was.Index.All())
	for i := range areas { // as a history with other ground might have had them
		areas[i].Shape = town(2)[0].Shape
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, wrong := range map[string]*locate.Index{"other shapes": index, "other areas": NewBoundaries(w.Store).Current().Index} {
		w.b.current.Store(&loaded{snapshot: &locate.Snapshot{Revision: was.Revision, Index: wrong}})
		if _, err := w.Publish(t.Context(), Publication{Base: w.currentRevision(t), Areas: town(2)}); err != nil {
			t.Fatal(err)
		}
		w.refresh(t)
		for _, want := range was.Index.All() {
			if got, ok := w.b.Current().Index.Area(want.Kind, want.Code); !ok || !got.Shape.Equal(want.Shape) {
				t.Errorf("%s in memory: %s has not the shape that was published", name, want.Ref())
			}
		}
	}
}

func (w *world) currentRevision(t *testing.T) int {
	t.Helper()
	n, _, err := w.boundaryVersions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// While reports are accepted by eight writers the boundaries change again and
// again: each decision must be one of the revision it names, and be the
// current one at its commit.
func TestPublishWhileAccepting(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	const publishes = 6
	rerouted := 0
	var stop atomic.Bool
	var accepted, stale atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := 0; !stop.Load(); n++ {
				time.Sleep(5 * time.Millisecond) // or the reports to be routed anew grow faster than one publish comes after another
				_, _, err := w.Accept(t.Context(), w.intake(t, place(n%8, n%4), ""))
				switch {
				case err == nil:
					accepted.Add(1)
				case errors.Is(err, patrol.ErrStale):
					stale.Add(1)
					if err := w.b.Refresh(t.Context()); err != nil {
						t.Error(err)
					}
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	for n := 1; n <= publishes; n++ {
		time.Sleep(20 * time.Millisecond)
		r, err := w.Publish(t.Context(), Publication{Base: n, Areas: town(1 + n%3)})
		if err != nil {
			t.Error(err)
			break
		}
		rerouted += r.Rerouted
	}
	stop.Store(true)
	group.Wait()
	t.Logf("%d accepted, %d too late, %d routed anew", accepted.Load(), stale.Load(), rerouted)
	if stale.Load() == 0 || accepted.Load() < 50 {
		t.Errorf("%d accepted, %d stale: the test did not meet the change", accepted.Load(), stale.Load())
	}
	checked, faults, err := w.VerifyDecisions(t.Context(), w.b, w.d, nil)
	if want := accepted.Load() + int64(rerouted); err != nil || len(faults) > 0 || int64(checked) != want {
		t.Errorf("VerifyDecisions = %d checked, %v, %v; want %d without faults", checked, faults, err, want)
	}
	w.refresh(t)
	if n := w.misrouted(t); n > 0 {
		t.Errorf("%d open reports are with others than the boundaries in force say", n)
	}
	// A decision that fits another revision than its own is found.
	if err := w.exec(t, `UPDATE decisions SET revision = 3 WHERE revision <> 3`); err != nil {
		t.Fatal(err)
	}
	if _, faults, err = w.VerifyDecisions(t.Context(), w.b, w.d, nil); err != nil || len(faults) == 0 {
		t.Errorf("VerifyDecisions found nothing wrong with decisions that were changed: %v", err)
	}
}
