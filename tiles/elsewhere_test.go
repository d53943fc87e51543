package tiles

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// TestTilesFarFromAChangeWaitForNothing publishes a change of one corner of the
// demo district, which two or more areas of each of several kinds share, and
// asks for tiles all over it before anything of the new revision is drawn.
func TestTilesFarFromAChangeWaitForNothing(t *testing.T) {
	r, _ := districtRig(t)
	before := r.prepared.of(r.history.Current())
	rnd := rand.New(rand.NewPCG(15, 16))
	after := nudged(t, before.snapshot, rnd)
	alone := &prepared{snapshot: after}
	for _, name := range []string{"village_groups", "villages", "grids", "compounds", "districts"} {
		l := r.layers[name]
		for _, z := range []int{11, 13, maxZoom} {
			before.level(l.kind, z)
			tiles := sample(before, l.kind, maptile.Zoom(z), 40, rnd)
			r.prepared.recent = []*prepared{before}
			now := r.prepared.of(after)
			waited := 0
			for _, at := range tiles {
				if now.shownBefore(l.kind, at) == nil {
					waited++
					continue
				}
				f, err := r.cached(after, l, at)
				if err != nil {
					t.Fatal(err)
				}
				if want := finish(alone.level(l.kind, z).render(name, at)).hash; f.hash != want {
					t.Errorf("%s %v: what was drawn before is not what the new revision shows", name, at)
				}
			}
			if now.ready(l.kind, z) != nil {
				t.Errorf("%s: zoom %d was drawn for tiles far from the change", name, z)
			}
			switch {
			case name == "districts":
				if waited != len(tiles) {
					t.Errorf("the district has changed, and %d of %d tiles of zoom %d come from before", len(tiles)-waited, len(tiles), z)
				}
			case waited*2 > len(tiles) && z > 11:
				t.Errorf("%s, zoom %d: %d of %d tiles wait", name, z, waited, len(tiles))
			}
		}
	}
}

// nudged moves a corner that village groups share, in all areas that have it.
func nudged(t testing.TB, s *locate.Snapshot, rnd *rand.Rand) *locate.Snapshot {
	t.Helper()
	groups := s.Index.Areas(geo.VillageGroup)
	ring := groups[rnd.IntN(len(groups))].Shape[0][0]
	from := ring[len(ring)/3]
	p, _ := geo.Snap(from)
	to := geo.LatticePoint{Lon: p.Lon + 700, Lat: p.Lat + 300}.Point()
	var areas []geo.Area
	moved := 0
	for _, a := range s.Index.All() {
		next := *a
		next.Shape = a.Shape.Clone()
		for _, polygon := range next.Shape {
			for _, ring := range polygon {
				for i := range ring {
					if ring[i] == from {
						ring[i] = to
						moved++
					}
				}
			}
		}
		areas = append(areas, next)
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if moved < 2 {
		t.Fatalf("the corner %v is of %d rings alone", from, moved)
	}
	return &locate.Snapshot{Revision: geo.Revision{Number: s.Revision.Number + 1, PublishedAt: testNow}, Index: index}
}

// TestTilesOfAChangeAreItsOwn asks for every tile at and round a change before
// the new revision is drawn.
func TestTilesOfAChangeAreItsOwn(t *testing.T) {
	r := newRig(t)
	after, codes := changed(t)
	old := r.prepared.of(r.history.Current())
	alone := &prepared{snapshot: after}
	for _, name := range []string{"village_groups", "grids", "districts"} {
		l := r.layers[name]
		for z := l.minZoom; z <= maxZoom; z++ {
			old.level(l.kind, z)
			r.prepared.recent = []*prepared{old}
			for _, p := range []orb.Point{townMiddle(), after.Index.Bound().Min, after.Index.Bound().Center()} {
				at := maptile.At(p, maptile.Zoom(z))
				f, err := r.cached(after, l, at)
				if err != nil {
					t.Fatal(err)
				}
				if want := finish(alone.level(l.kind, z).render(name, at)).hash; f.hash != want {
					t.Errorf("%s %v shows what was before the change of %v", name, at, codes)
				}
			}
		}
	}
}

// TestLooksTheSame changes one thing at a time.
func TestLooksTheSame(t *testing.T) {
	r := newRig(t)
	a := r.history.Current().Index.Areas(geo.VillageGroup)[0]
	for name, change := range map[string]func(*geo.Area){
		"name":       func(a *geo.Area) { a.Name += "!" },
		"households": func(a *geo.Area) { a.Households++ },
		"parent":     func(a *geo.Area) { a.Parent.Code += "1" },
		"class":      func(a *geo.Area) { a.Class = "urban" },
		"English":    func(a *geo.Area) { a.NameEn = "Group" },
		"unit type":  func(a *geo.Area) { a.UnitType = "special" },
		"population": func(a *geo.Area) { a.Population++ },
		"size":       func(a *geo.Area) { a.AreaM2++ },
		"origin":     func(a *geo.Area) { a.Synthetic = !a.Synthetic },
		"shape":      func(a *geo.Area) { a.Shape = a.Shape.Clone(); a.Shape[0][0][1][0] += 1e-7 },
	} {
		b := *a
		if !looksTheSame(a, &b) {
			t.Fatal("a copy looks different")
		}
		if change(&b); looksTheSame(a, &b) {
			t.Errorf("another %s looks the same", name)
		}
	}
}

// TestSamePropertiesLooksAtAll fills a whole area by reflection: a property that
// is added and not compared fails here.
func TestSamePropertiesLooksAtAll(t *testing.T) {
	empty := reflect.ValueOf(geo.Area{})
	for i := range empty.NumField() {
		a := geo.Area{Kind: geo.Grid, Code: "1"}
		f := reflect.ValueOf(&a).Elem().Field(i)
		switch f.Kind() {
		case reflect.String:
			f.SetString("district")
		case reflect.Int, reflect.Int64:
			f.SetInt(7)
		case reflect.Float64:
			f.SetFloat(7)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Struct:
			for j := range f.NumField() {
				if g := f.Field(j); g.Kind() == reflect.String && g.CanSet() {
					g.SetString("7")
				}
			}
		}
		b := geo.Area{Kind: geo.Grid, Code: "1"}
		if a.Ref() == b.Ref() && !maps.Equal(areaProperties(&a), areaProperties(&b)) && sameProperties(&a, &b) {
			t.Errorf("%s makes another property and is not compared", empty.Type().Field(i).Name)
		}
	}
}
