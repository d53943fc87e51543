package tiles

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// TestSendTile asks for tiles of several layers: they are what the layers' own
// tiles are, in the order asked for.
func TestSendTile(t *testing.T) {
	r := newRig(t)
	snapshot := r.history.Current()
	at := maptile.At(snapshot.Index.Bound().Center(), 12)
	send := func(t *testing.T, at maptile.Tile, names ...string) (*httptest.ResponseRecorder, error) {
		t.Helper()
		w := httptest.NewRecorder()
		err := r.SendTile(w, httptest.NewRequest("GET", "/", nil), snapshot, false, names, at)
		return w, err
	}
	for _, names := range [][]string{{"grids"}, {"grids", "villages"}, {"villages", "grids"}, {"roads", "reports", "hotspots", "village_groups"}} {
		for range 2 { // the second time some come from the cache
			w, err := send(t, at, names...)
			if err != nil || w.Code != 200 {
				t.Fatalf("%v: %d %v", names, w.Code, err)
			}
			layers, err := mvt.Unmarshal(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, l := range layers {
				got = append(got, l.Name)
			}
			var alone []byte
			for _, name := range names {
				if own := r.get(tilePath(name, snapshot.Index.Bound().Center(), 12)); own.Code == 200 {
					want = append(want, name)
					alone = append(alone, own.Body.Bytes()...)
				}
			}
			if len(want) == 0 || !slices.Equal(got, want) || !bytes.Equal(w.Body.Bytes(), alone) {
				t.Errorf("SendTile %v has the layers %v, want %v as they are alone", names, got, want)
			}
		}
	}
	if w, err := send(t, maptile.At(snapshot.Index.Bound().Center(), 5), "grids", "districts"); err != nil || w.Code != 200 {
		t.Errorf("a zoom that one of two has: %d %v", w.Code, err)
	}
	for _, names := range [][]string{{"castles"}, {"coverage"}, {"grids", "castles"}} {
		if _, err := send(t, at, names...); !errors.Is(err, geo.ErrNotFound) {
			t.Errorf("SendTile %v = %v, want not found", names, err)
		}
	}
	if _, err := send(t, maptile.At(snapshot.Index.Bound().Center(), 3), "grids"); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a zoom that none has: %v, want not found", err)
	}
	if w, err := send(t, maptile.New(0, 0, 12), "grids", "villages"); err != nil || w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "0" || w.Header().Get("ETag") == "" {
		t.Errorf("a tile that shows nothing: %d %q %v %v, want 200 without a byte", w.Code, w.Body, w.Header(), err)
	}
	r.viewer.own = true
	if w, _ := send(t, at, "grids", "reports"); w.Header().Get("Cache-Control") != ownOnly {
		t.Errorf("a tile with reports as an officer reads them has Cache-Control %q", w.Header().Get("Cache-Control"))
	}
	if w, _ := send(t, at, "grids", "villages"); w.Header().Get("Cache-Control") != revalidate {
		t.Errorf("a tile without reports has Cache-Control %q", w.Header().Get("Cache-Control"))
	}
}

// TestLimit looks at every tile round the limits of every layer: nothing is to be
// seen in those outside.
func TestLimit(t *testing.T) {
	r := newRig(t)
	snapshot := r.history.Current()
	b := snapshot.Index.Bound()
	var rows []hotspot.Row
	for i, p := range []orb.Point{b.Min, b.Max, b.LeftTop(), b.RightBottom()} { // where the most lies beyond
		c, err := cell.At(p, hotspot.BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		for j := range 9 {
			rows = append(rows, hotspot.Row{ID: uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(j)}), At: testNow.Add(-time.Hour),
				Category: "fire", Status: "closed", Cell: c, Public: c})
		}
		r.viewer.points = append(r.viewer.points, ReportPoint{Point: p, Category: "fire", Status: "closed", Accepted: testNow})
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		t.Fatal(err)
	}
	r.ledger.columns = columns
	for name, l := range r.layers {
		if l.source == fromPatrols || l.source == fromAreas && len(snapshot.Index.Areas(l.kind)) == 0 {
			continue
		}
		shown := 0
		for z := l.minZoom; z <= min(l.maxZoom, 14); z++ {
			limit, ok := r.Limit(snapshot, []string{name}, z)
			if !ok || limit.MinCol > limit.MaxCol || limit.MinRow > limit.MaxRow {
				t.Fatalf("%s at zoom %d: %+v %v", name, z, limit, ok)
			}
			for x := limit.MinCol - 1; x <= limit.MaxCol+1; x++ {
				for y := limit.MinRow - 1; y <= limit.MaxRow+1; y++ {
					at := maptile.New(uint32(x), uint32(y), maptile.Zoom(z))
					w := httptest.NewRecorder()
					if err := r.SendTile(w, httptest.NewRequest("GET", "/", nil), snapshot, false, []string{name}, at); err != nil {
						t.Fatal(err)
					}
					if limit.Holds(at) {
						shown += w.Body.Len()
						continue
					}
					layers, err := mvt.Unmarshal(w.Body.Bytes())
					if err != nil {
						t.Fatal(err)
					}
					for _, l := range layers {
						for _, f := range l.Features {
							if b := f.Geometry.Bound(); b.Max[0] >= 0 && b.Max[1] >= 0 && b.Min[0] <= extent && b.Min[1] <= extent {
								t.Fatalf("%s: the tile %v outside its limits %+v shows %v", name, at, limit, f.Properties)
							}
						}
					}
				}
			}
		}
		if shown == 0 {
			t.Errorf("%s: nothing was to be seen anywhere", name)
		}
		if _, ok := r.Limit(snapshot, []string{name}, l.minZoom-1); ok {
			t.Errorf("%s has tiles above its least zoom", name)
		}
	}
}
