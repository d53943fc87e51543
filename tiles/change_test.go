package tiles

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/maptile/tilecover"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// changed gives the town with one vertex moved that two groups share in the
// midst of their edge, and the codes of the two.
func changed(t *testing.T) (*locate.Snapshot, map[string]bool) {
	t.Helper()
	line := edgeOf([2]int{1, 1}, [2]int{2, 1})
	from := line[len(line)/2]
	at, _ := geo.Snap(from)
	to := geo.LatticePoint{Lon: at.Lon, Lat: at.Lat + 4000}.Point()
	before := town(t, 3, "")
	var areas []geo.Area
	codes := make(map[string]bool)
	for _, a := range before.Index.All() {
		moved := *a
		moved.Shape = a.Shape.Clone()
		for _, ring := range moved.Shape[0] {
			for i, p := range ring {
				if p == from {
					ring[i] = to
					codes[a.Code] = true
				}
			}
		}
		areas = append(areas, moved)
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &locate.Snapshot{Revision: geo.Revision{Number: 3, PublishedAt: testNow}, Index: index}, codes
}

// TestAPublishRendersOnlyWhatItTouches counts the tiles that are made anew
// after two groups got another edge between them.
func TestAPublishRendersOnlyWhatItTouches(t *testing.T) {
	r := newRig(t)
	before := r.history.Current()
	after, codes := changed(t)
	if len(codes) != 2 {
		t.Fatalf("the change is to %v, want two groups", codes)
	}
	l := r.layers["village_groups"]
	for z := maptile.Zoom(8); z <= 16; z++ {
		made, touched, all := 0, 0, 0
		for tile := range tilecover.Bound(before.Index.Bound(), z) {
			old, err := r.cached(before, l, tile)
			if err != nil {
				t.Fatal(err)
			}
			kept := len(r.cache.byKey)
			tiles := areaFeatures(r.prepared.of(after), l, tile)
			shows := false
			for _, f := range tiles {
				code, _ := f.properties["code"].(string)
				shows = shows || codes[code]
			}
			now, err := r.cached(after, l, tile)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.cache.byKey) - kept; n > 0 {
				made += n
				if !shows {
					t.Errorf("tile %v was made again and shows neither of the two groups", tile)
				}
			} else if old.hash != now.hash || shows && z >= 12 {
				t.Errorf("tile %v was not made again, and shows one of the two groups", tile)
			}
			if shows {
				touched++
			}
			all++
		}
		t.Logf("zoom %d: %d of %d tiles made again, %d show a group that changed", z, made, all, touched)
		if made > touched || z >= 12 && (made != touched || made == 0) || z >= 13 && made*2 > all {
			t.Errorf("zoom %d: %d of %d tiles were made again, %d show a group that changed", z, made, all, touched)
		}
	}
}

// TestManyAskAtOnce draws under many hands, with two revisions in turn and a
// cache that is always full; the race detector looks on.
func TestManyAskAtOnce(t *testing.T) {
	r := newRig(t)
	r.cache = newCache(20_000)
	after, _ := changed(t)
	want := make(map[string]string)
	p := &prepared{snapshot: after}
	var tiles []maptile.Tile
	for z := maptile.Zoom(9); z <= 15; z++ {
		at := maptile.At(townMiddle(), z)
		tiles = append(tiles, at, maptile.New(at.X+1, at.Y, z))
	}
	names := []string{"grids", "village_groups", "districts"}
	for _, at := range tiles {
		for _, name := range names {
			l := r.layers[name]
			want[name+fmt.Sprint(at)] = finish(p.level(l.kind, int(at.Z)).render(name, at)).hash
		}
	}
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for i := range 40 {
				at, name := tiles[(worker+i)%len(tiles)], names[i%len(names)]
				snapshot := after
				if i%3 == 0 {
					snapshot = r.history[i%2]
				}
				f, err := r.cached(snapshot, r.layers[name], at)
				if err != nil {
					t.Error(err)
					return
				}
				if len(f.zipped()) == 0 && f.hash != "" {
					t.Error("a tile is empty when gzipped")
				}
				if snapshot == after && f.hash != want[name+fmt.Sprint(at)] {
					t.Errorf("%s %v is not what it is when drawn alone", name, at)
				}
			}
		})
	}
	wait.Wait()
	if r.cache.size > 20_000 {
		t.Errorf("the cache has %d bytes, at most 20000 allowed", r.cache.size)
	}
}

// TestAScanLeavesTheCacheWithinItsBytes asks for every tile of a zoom, empty
// ones too, which take no room.
func TestAScanLeavesTheCacheWithinItsBytes(t *testing.T) {
	r := newRig(t)
	r.cache = newCache(50_000)
	b := orb.Bound{Min: orb.Point{125, 43}, Max: orb.Point{126.2, 44}}
	found := 0
	for tile := range tilecover.Bound(b, 15) {
		if w := r.get(pathOf(tile), "Accept-Encoding", "gzip"); w.Code == http.StatusOK {
			found++
		}
		sum := int64(0)
		for e := r.cache.order.Front(); e != nil; e = e.Next() {
			kept := e.Value.(*entry).tile
			sum += int64(len(kept.plain)+len(kept.gzipped)) + overhead
		}
		if sum != r.cache.size || sum > 50_000 {
			t.Fatalf("the cache counts %d bytes and has %d, at most 50000 allowed", r.cache.size, sum)
		}
	}
	before := r.cache.order.Len()
	r.get("/tiles/village_groups/15/0/0.mvt")
	if r.cache.order.Len() != before || found < 10 {
		t.Errorf("%d tiles found; an empty one was kept: %v", found, r.cache.order.Len() != before)
	}
}
