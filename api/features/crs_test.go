package features

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// ring gives the outer ring of the first polygon of a feature.
func (d *document) ring(t *testing.T) []orb.Point {
	t.Helper()
	var polygons [][][]orb.Point
	if err := json.Unmarshal(d.Geometry.Coordinates, &polygons); err != nil {
		t.Fatal(err)
	}
	return polygons[0][0]
}

// The south-west corner of the town in the systems of degrees.
var cornerIn = map[string]orb.Point{
	crs84:         {125.6, 43.5},
	epsg + "4326": {43.5, 125.6},
	epsg + "4490": {43.5, 125.6},
}

func TestReqCrsFcResponse(t *testing.T) {
	r := newRig(t)
	const items = "/ogc/collections/village_groups/items"
	for _, in := range systems {
		want, degrees := cornerIn[in.uri]
		w := r.get(items + "?limit=1&crs=" + in.uri)
		if got := w.Header().Get("Content-Crs"); w.Code != http.StatusOK || got != "<"+in.uri+">" {
			t.Fatalf("crs=%s: %d, Content-Crs %q", in.uri, w.Code, got)
		}
		a := r.page(t, items+"?limit=1&crs="+in.uri)
		ring := a.Features[0].ring(t)
		if degrees && ring[0] != want {
			t.Errorf("crs=%s: the corner is %v, want %v", in.uri, ring[0], want)
		}
		if !strings.Contains(a.link("next"), "crs=http") {
			t.Errorf("crs=%s: next = %s forgets it", in.uri, a.link("next"))
		}
		back, err := in.to(ring[0])
		if err != nil || math.Abs(back[0]-125.6) > 1e-7 || math.Abs(back[1]-43.5) > 1e-7 {
			t.Errorf("crs=%s: the corner %v is %v in degrees: %v", in.uri, ring[0], back, err)
		}
		// A box well within the square of the first group finds that one.
		low, high := ring[0], ring[0]
		for _, p := range ring {
			low, high = orb.Point{min(low[0], p[0]), min(low[1], p[1])}, orb.Point{max(high[0], p[0]), max(high[1], p[1])}
		}
		dx, dy := (high[0]-low[0])/5, (high[1]-low[1])/5
		box := fmt.Sprintf("%f,%f,%f,%f", low[0]+dx, low[1]+dy, high[0]-dx, high[1]-dy)
		found := ids(r.page(t, items+"?bbox="+box+"&bbox-crs="+in.uri))
		if !slices.Equal(found, []string{a.Features[0].ID}) {
			t.Errorf("bbox=%s in %s finds %v", box, in.uri, found)
		}
		one := r.get(items + "/" + a.Features[0].ID + "?crs=" + in.uri)
		if got := one.Header().Get("Content-Crs"); one.Code != http.StatusOK || got != "<"+in.uri+">" {
			t.Errorf("one feature in %s: %d, Content-Crs %q", in.uri, one.Code, got)
		}
	}
	if got := r.get(items).Header().Get("Content-Crs"); got != "<"+crs84+">" {
		t.Errorf("without crs Content-Crs is %q", got)
	}
}

// Clients whose tables know no order of axes send the box of the first group
// with longitude, or easting, first.
func TestBoxesWithTheirAxesTurned(t *testing.T) {
	r := newRig(t)
	const items = "/ogc/collections/village_groups/items"
	first := ids(r.page(t, items+"?limit=1"))
	for _, in := range systems {
		ring := r.page(t, items+"?limit=1&crs="+in.uri).Features[0].ring(t)
		low, high := ring[0], ring[0]
		for _, p := range ring {
			low, high = orb.Point{min(low[0], p[0]), min(low[1], p[1])}, orb.Point{max(high[0], p[0]), max(high[1], p[1])}
		}
		dx, dy := (high[0]-low[0])/5, (high[1]-low[1])/5
		turned := items + fmt.Sprintf("?bbox=%f,%f,%f,%f&bbox-crs=%s", low[1]+dy, low[0]+dx, high[1]-dy, high[0]-dx, in.uri)
		switch in.uri {
		case epsg + "4490", epsg + "4551":
			if found := ids(r.page(t, turned)); !slices.Equal(found, first) {
				t.Errorf("%s finds %v, want %v", turned, found, first)
			}
			if w := r.get(items + "?bbox=200,300,201,301&bbox-crs=" + epsg + "4490"); w.Code != http.StatusBadRequest {
				t.Errorf("a box that is nowhere in either order: %d", w.Code)
			}
		case epsg + "4326", crs84:
			if w := r.get(turned); w.Code != http.StatusBadRequest {
				t.Errorf("%s: %d, want 400", turned, w.Code)
			}
		}
	}
}

// TestAxesInMetres holds the order of axes to what PROJ 9.1 makes of the corner.
func TestAxesInMetres(t *testing.T) {
	for _, c := range []struct {
		code string
		want orb.Point
	}{
		{"4551", orb.Point{4818346.4217, 467649.3144}},
		{"3857", orb.Point{13981728.0436, 5388389.2728}},
	} {
		i := slices.IndexFunc(systems, func(s *system) bool { return s.uri == epsg+c.code })
		got, err := systems[i].from(orb.Point{125.6, 43.5})
		if err != nil || math.Abs(got[0]-c.want[0]) > 1e-3 || math.Abs(got[1]-c.want[1]) > 1e-3 {
			t.Errorf("EPSG:%s: %v, want %v: %v", c.code, got, c.want, err)
		}
	}
}
