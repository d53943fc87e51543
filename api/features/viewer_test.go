package features

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func point(t *testing.T, raw json.RawMessage) (p orb.Point) {
	t.Helper()
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPublicReports(t *testing.T) {
	r := newRig(t)
	book := patrol.DefaultRulebook(testNow.Location())
	byID := make(map[string]*patrol.Report)
	for i := range r.desk.reports {
		byID[r.desk.reports[i].ID.String()] = &r.desk.reports[i]
	}
	for _, role := range []access.Role{access.Public, access.Consumer} {
		r.principal = access.Principal{Kind: "token", Role: role, Scope: access.Scope{All: role == access.Consumer}}
		private := 0
		a := r.page(t, "/ogc/collections/reports/items?limit=10000")
		if len(a.Features) != len(byID) {
			t.Errorf("%s sees %d reports, want %d", role, len(a.Features), len(byID))
		}
		for _, f := range a.Features {
			report := byID[f.ID]
			want := patrol.PublicPoint(report.Point)
			if c, _ := book.Category(report.Category); c.Private {
				want = patrol.CoarsePoint(report.Point)
				private++
			}
			if got := point(t, f.Geometry.Coordinates); got != want {
				t.Fatalf("%s sees a report of %s at %v, want %v", role, report.Category, got, want)
			}
			for name := range f.Properties {
				if !slices.Contains([]string{"category", "status", "grid", "created_at", "updated_at"}, name) {
					t.Fatalf("%s sees the property %q", role, name)
				}
			}
		}
		if private == 0 {
			t.Error("no report of a private category was looked at")
		}
	}
	all := r.get("/ogc/collections/reports/items?limit=10000").Body.String()
	if strings.Contains(all, "canary") {
		t.Error("a description reached the public")
	}
}

// TestBoundsTellThePublicNothing checks that the public cannot find out where
// a report truly is by asking for ever smaller boxes.
func TestBoundsTellThePublicNothing(t *testing.T) {
	r := newRig(t)
	for i := range r.desk.reports[:20] {
		report := &r.desk.reports[i]
		one := r.get("/ogc/collections/reports/items/" + report.ID.String())
		var f struct {
			Geometry struct{ Coordinates orb.Point }
		}
		if err := json.Unmarshal(one.Body.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		shown := f.Geometry.Coordinates
		if shown == report.Point {
			t.Fatalf("report %s is shown where it is", report.ID)
		}
		asked := func(p orb.Point) []string {
			const e = 1e-5
			return ids(r.page(t, fmt.Sprintf("/ogc/collections/reports/items?limit=1000&bbox=%.18f,%.18f,%.18f,%.18f", p[0]-e, p[1]-e, p[0]+e, p[1]+e)))
		}
		if slices.Contains(asked(report.Point), report.ID.String()) {
			t.Errorf("a box round the true place finds report %s", report.ID)
		}
		if !slices.Contains(asked(shown), report.ID.String()) {
			t.Errorf("a box round the place shown does not find report %s", report.ID)
		}
	}
}

func TestPagesOfABoundAreWhole(t *testing.T) {
	r := newRig(t)
	const box = "&bbox=125.601,43.501,125.609,43.549"
	b := orb.Bound{Min: orb.Point{125.601, 43.501}, Max: orb.Point{125.609, 43.549}}
	want := 0
	for _, f := range r.page(t, "/ogc/collections/reports/items?limit=10000").Features {
		if b.Contains(point(t, f.Geometry.Coordinates)) {
			want++
		}
	}
	if got := walk(t, r, "/ogc/collections/reports/items?limit=9"+box); len(got) != want || want < 20 {
		t.Errorf("pages of a bound have %d reports, want %d", len(got), want)
	}
	got := len(walk(t, r, "/ogc/collections/reports/items?limit=9&bbox=125.601,43.501,125.609,43.52")) +
		len(walk(t, r, "/ogc/collections/reports/items?limit=9&bbox=125.601,43.5200000001,125.609,43.549"))
	if got != want {
		t.Errorf("two halves have %d reports, want %d", got, want)
	}
}

func TestOfficersSeeTheirOwnReports(t *testing.T) {
	r := newRig(t)
	r.principal = r.officerOf(t, 2)
	own := make(map[string]*patrol.Report)
	for i := range r.desk.reports {
		if report := &r.desk.reports[i]; r.principal.Scope.Covers(report.Decision.AreaIDs) {
			own[report.ID.String()] = report
		}
	}
	a := r.page(t, "/ogc/collections/reports/items?limit=1000")
	if len(a.Features) != len(own) || len(own) == 0 || len(own) == len(r.desk.reports) {
		t.Fatalf("the officer sees %d reports, want %d of %d", len(a.Features), len(own), len(r.desk.reports))
	}
	for _, f := range a.Features {
		report := own[f.ID]
		if report == nil {
			t.Fatalf("the officer sees report %s of another grid", f.ID)
		}
		if point(t, f.Geometry.Coordinates) != report.Point || f.Properties["grid"] != "220112000000002" ||
			f.Properties["overdue"] != (report.Status == patrol.Dispatched) {
			t.Errorf("report %s at %s with %v", f.ID, f.Geometry.Coordinates, f.Properties)
		}
	}
	for _, report := range r.desk.reports {
		want := http.StatusNotFound
		if own[report.ID.String()] != nil {
			want = http.StatusOK
		}
		if w := r.get("/ogc/collections/reports/items/" + report.ID.String()); w.Code != want {
			t.Fatalf("GET report %s = %d, want %d", report.ID, w.Code, want)
		}
	}
	if w := r.get("/ogc/collections/reports/items"); w.Header().Get("Cache-Control") != "private, no-cache" || w.Header().Get("Vary") == "" {
		t.Errorf("an officer's reports may be kept: %v", w.Header())
	}
}

// TestReportTilesKeepTheScope looks at the tile of a whole town as the public
// and as an officer.
func TestReportTilesKeepTheScope(t *testing.T) {
	r := newRig(t)
	handler := r.tiles.Handler()
	middle := orb.Point{125.605, 43.525}
	tile := maptile.At(middle, 12)
	look := func() mvt.Layers {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/tiles/reports/%d/%d/%d.mvt", tile.Z, tile.X, tile.Y), nil))
		layers, err := mvt.Unmarshal(w.Body.Bytes())
		if err != nil || len(layers) != 1 || len(layers[0].Features) == 0 {
			t.Fatalf("tile = %d with %d layers: %v", w.Code, len(layers), err)
		}
		return layers
	}
	for _, f := range look()[0].Features {
		day, _ := f.Properties["t"].(float64)
		if len(f.Properties) != 3 || f.Properties["category"] == nil || f.Properties["status"] == nil || int64(day)%(24*60*60) != 0 || day == 0 || f.ID != nil {
			t.Fatalf("the public sees %v, id %v", f.Properties, f.ID)
		}
	}
	r.principal = r.officerOf(t, 2)
	area := r.principal.Scope.Areas[0]
	for _, f := range look()[0].Features {
		id, _ := f.Properties["id"].(string)
		i := slices.IndexFunc(r.desk.reports, func(x patrol.Report) bool { return x.ID.String() == id })
		if i < 0 || !slices.Contains(r.desk.reports[i].Decision.AreaIDs, area) || len(f.Properties) != 5 {
			t.Fatalf("the officer sees %v", f.Properties)
		}
	}
	// A consumer of one grid is shown the public form of that grid's reports.
	r.principal = access.Principal{Kind: "token", Role: access.Consumer, Scope: access.Scope{Areas: []geo.ID{area}}}
	inGrid := 0
	for i := range r.desk.reports {
		if slices.Contains(r.desk.reports[i].Decision.AreaIDs, area) {
			inGrid++
		}
	}
	seen := look()[0].Features
	if len(seen) != inGrid || inGrid == len(r.desk.reports) || len(seen[0].Properties) != 3 || seen[0].ID != nil {
		t.Errorf("a consumer of one grid sees %d reports, the first as %v; want %d without id", len(seen), seen[0].Properties, inGrid)
	}
	if got := len(walk(t, r, "/ogc/collections/reports/items?limit=50")); got != inGrid {
		t.Errorf("a consumer of one grid is listed %d reports, want %d", got, inGrid)
	}
	r.principal = access.Principal{Kind: "user", Role: access.Officer} // holds no post
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/tiles/reports/%d/%d/%d.mvt", tile.Z, tile.X, tile.Y), nil))
	if w.Code != http.StatusNoContent {
		t.Errorf("an officer without areas gets %d, want an empty tile", w.Code)
	}
}

func TestReportFilters(t *testing.T) {
	r := newRig(t)
	count := func(keep func(*patrol.Report) bool) (n int) {
		for i := range r.desk.reports {
			if keep(&r.desk.reports[i]) {
				n++
			}
		}
		return n
	}
	category := r.desk.reports[0].Category
	for query, want := range map[string]int{
		"category=" + category:                  count(func(x *patrol.Report) bool { return x.Category == category }),
		"category=dragons":                      0,
		"status=closed":                         200,
		"status=asleep":                         0,
		"grid=220112000000003":                  count(func(x *patrol.Report) bool { return gridOf(x) == "220112000000003" }),
		"grid=1":                                0,
		"datetime=2026-09-30T12:00:00Z":         4,
		"datetime=2026-09-30T11:00:00Z/..":      8,
		"datetime=../2026-09-28":                count(func(x *patrol.Report) bool { return x.CreatedAt.Day() <= 28 }),
		"datetime=2026-09-30&status=dispatched": count(func(x *patrol.Report) bool { return x.CreatedAt.Day() == 30 && x.Status == patrol.Dispatched }),
	} {
		if got := len(walk(t, r, "/ogc/collections/reports/items?limit=50&"+query)); got != want {
			t.Errorf("%s finds %d reports, want %d", query, got, want)
		}
	}
}

func TestHotspotItems(t *testing.T) {
	r := newRig(t)
	public := r.page(t, "/ogc/collections/hotspots/items?limit=1000&resolution=9")
	r.principal = access.Principal{Kind: "user", Role: access.Dispatcher, Scope: access.Scope{All: true}}
	inside := r.page(t, "/ogc/collections/hotspots/items?limit=1000&resolution=9")
	if len(public.Features) != len(inside.Features) || len(inside.Features) == 0 {
		t.Fatalf("the public sees %d cells, a dispatcher %d", len(public.Features), len(inside.Features))
	}
	byID := func(features []document) (found map[string]document) {
		found = make(map[string]document)
		for _, f := range features {
			found[f.ID] = f
		}
		return found
	}
	rank := func(f document) int {
		switch {
		case f.Properties["suppressed"] == true:
			return 2
		case f.Properties["rate"] == nil:
			return 1
		}
		return 0
	}
	for _, features := range [][]document{public.Features, inside.Features} {
		if !slices.IsSortedFunc(features, func(a, b document) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
		}) {
			t.Error("cells with fewer numbers come before those with all")
		}
	}
	everybodys := byID(public.Features)
	total, suppressed := 0, 0
	for _, f := range inside.Features {
		n, ok := f.Properties["count"].(float64)
		total += int(n)
		shown := everybodys[f.ID]
		if !ok || f.Properties["suppressed"] != false || f.ID != shown.ID || f.ID != f.Properties["h3"] || f.Geometry.Type != "Polygon" {
			t.Errorf("a dispatcher sees %+v", f)
		}
		if shown.Properties["suppressed"] == true {
			suppressed++
		}
		if (shown.Properties["count"] == nil) != (n < 5) {
			t.Errorf("of %v reports the public sees %v", n, shown.Properties)
		}
	}
	if total != len(r.desk.reports) || suppressed == 0 {
		t.Errorf("%d reports counted and %d cells suppressed, want %d and some", total, suppressed, len(r.desk.reports))
	}
	if got := walk(t, r, "/ogc/collections/hotspots/items?limit=3&resolution=9"); len(got) != len(inside.Features) {
		t.Errorf("pages have %d cells, want %d", len(got), len(inside.Features))
	}
	id := inside.Features[0].ID
	if w := r.get("/ogc/collections/hotspots/items/" + id); w.Code != http.StatusOK {
		t.Errorf("GET cell %s = %d %s", id, w.Code, w.Body)
	}
	if got := ids(r.page(t, "/ogc/collections/hotspots/items?resolution=9&h3="+id)); !slices.Equal(got, []string{id}) {
		t.Errorf("h3=%s finds %v", id, got)
	}
	if got := r.page(t, "/ogc/collections/hotspots/items?resolution=9&bbox=0,0,1,1"); len(got.Features) != 0 {
		t.Errorf("%d cells far away", len(got.Features))
	}
}

// TestViewersCountTheirOwnReports checks who is counted what: who is limited to
// areas the reports of these, in cells of the places that are shown; the public
// none, being answered from memory.
func TestViewersCountTheirOwnReports(t *testing.T) {
	r := newRig(t)
	area := r.desk.reports[0].Decision.AreaIDs
	own := access.Scope{Areas: area[len(area)-1:]}
	want := 0
	for _, report := range r.desk.reports {
		if own.Covers(report.Decision.AreaIDs) {
			want++
		}
	}
	if want == 0 || want == len(r.desk.reports) {
		t.Fatalf("%d of %d reports are in scope, which tells nothing", want, len(r.desk.reports))
	}
	book := duties{&patrol.Duties{Rulebook: patrol.DefaultRulebook(time.UTC)}}
	for name, tt := range map[string]struct {
		principal access.Principal
		want      int
	}{
		"officer":             {access.Principal{Kind: "user", Role: access.Officer, Scope: own}, want},
		"consumer":            {access.Principal{Kind: "token", Role: access.Consumer, Scope: own}, want},
		"consumer of no area": {access.Principal{Kind: "token", Role: access.Consumer}, 0},
		"public":              {access.Principal{Role: access.Public}, 0},
	} {
		v := &viewer{principal: tt.principal, reports: r.desk, duties: book, now: testNow}
		list, err := v.CellCounts(t.Context(), hotspot.Filter{To: testNow.Add(time.Hour)})
		got := 0
		for _, c := range list {
			got += c.N
		}
		if err != nil || got != tt.want {
			t.Errorf("%s is counted %d reports, %v, want %d", name, got, err, tt.want)
		}
	}
	v := &viewer{principal: access.Principal{Role: access.Public}, reports: r.desk, now: testNow}
	if list, err := v.FrameCounts(t.Context(), hotspot.Filter{}, nil); list != nil || err != nil {
		t.Errorf("the public is counted frames %v, %v", list, err)
	}
}
