package tiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

func cellAt(t testing.TB, p orb.Point) cell.Cell {
	t.Helper()
	c, err := cell.At(p, hotspot.BaseResolution)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hotRig has 12 reports at the middle of the town and 2 some kilometres off,
// of yesterday; three of the latter's place are in the viewer's areas.
func hotRig(t *testing.T) *rig {
	r := newRig(t)
	near, off := cellAt(t, townMiddle()), cellAt(t, orb.Point{townMiddle()[0] - 0.03, townMiddle()[1]})
	yesterday := testNow.AddDate(0, 0, -1)
	r.ledger.accept(t, yesterday, near, 12)
	r.ledger.accept(t, yesterday, off, 2)
	r.viewer.counts, r.viewer.counted = []hotspot.Count{{Cell: off, N: 3}}, new([]hotspot.Filter)
	return r
}

func TestHotspotTileSuppressesForThePublic(t *testing.T) {
	for _, c := range []struct {
		name                string
		own, every          bool
		areas               string
		suppressed, counted int
	}{
		{"public", false, false, "", 1, 12},
		{"consumer of some areas", false, false, "here", 1, 0},
		{"officer of some areas", true, false, "here", 0, 3},
		{"dispatcher of the district", true, true, "", 0, 14},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := hotRig(t)
			r.viewer.own, r.viewer.every, r.viewer.areas = c.own, c.every, c.areas
			w := r.get(tilePath("hotspots", townMiddle(), 11))
			if w.Code != http.StatusOK {
				t.Fatalf("GET = %d %s", w.Code, w.Body)
			}
			_, features := decodeTile(t, w.Body.Bytes(), maptile.At(townMiddle(), 11))
			suppressed, counted := 0, 0
			for _, f := range features {
				if f.Properties["suppressed"] == true {
					suppressed++
					if _, ok := f.Properties["count"]; ok {
						t.Errorf("suppressed cell with properties %v", f.Properties)
					}
				} else {
					n, _ := f.Properties["count"].(float64)
					counted += int(n)
				}
				got, err := cell.Parse(f.Properties["h3"].(string))
				if err != nil || cell.Resolution(got) != 8 {
					t.Errorf("cell %v at zoom 11: %v, want resolution 8", f.Properties["h3"], err)
				}
			}
			if suppressed != c.suppressed || counted != c.counted {
				t.Errorf("%d cells suppressed and %d reports counted, want %d and %d", suppressed, counted, c.suppressed, c.counted)
			}
			wantCache := "public, no-cache"
			if c.own || c.areas != "" {
				wantCache = "private, no-cache"
			}
			if got := w.Header().Get("Cache-Control"); got != wantCache {
				t.Errorf("Cache-Control = %q, want %q", got, wantCache)
			}
		})
	}
}

func TestHotspotWindows(t *testing.T) {
	tomorrow := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	from, to := testNow.AddDate(0, 0, -20), testNow.AddDate(0, 0, -10)
	day := time.Date(2026, 9, 29, 12, 0, 0, 0, time.UTC)
	august := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		q          HotspotQuery
		own, every bool
		from, to   time.Time
	}{
		{"public, no window", HotspotQuery{}, false, false, tomorrow.AddDate(0, 0, -365), tomorrow},
		{"public, a window", HotspotQuery{From: from, To: to}, false, false, tomorrow.AddDate(0, 0, -30), tomorrow},
		{"public, a day ago", HotspotQuery{From: day}, false, false, tomorrow.AddDate(0, 0, -7), tomorrow},
		{"public, a month", HotspotQuery{From: august, To: august.AddDate(0, 1, 0)}, false, false, august, august.AddDate(0, 1, 0)},
		{"officer, a window", HotspotQuery{From: from, To: to}, true, false, from, to},
		{"dispatcher, no window", HotspotQuery{}, true, true, tomorrow.AddDate(0, 0, -365), tomorrow},
		{"dispatcher, a window", HotspotQuery{From: from, To: to}, true, true, from, to},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := hotRig(t)
			r.viewer.own, r.viewer.every = c.own, c.every
			near := cellAt(t, townMiddle())
			for _, at := range []time.Time{c.from.Add(-time.Second), c.from, c.to.Add(-time.Second), c.to} {
				r.ledger.accept(t, at, near, 100)
			}
			c.q.Resolution = 8
			got, err := r.Hotspots(t.Context(), r.viewer, c.q)
			if err != nil || !got.From.Equal(c.from) || !got.To.Equal(c.to) {
				t.Fatalf("Hotspots = %v to %v, %v, want %v to %v", got.From, got.To, err, c.from, c.to)
			}
			if c.own && !c.every {
				if asked := (*r.viewer.counted)[0]; !asked.From.Equal(c.from) || !asked.To.Equal(c.to) {
					t.Errorf("counted %+v, want %v to %v", asked, c.from, c.to)
				}
				return
			}
			sum := 0
			for _, c := range got.Cells {
				sum += c.N
			}
			if sum < 200 || sum > 214 {
				t.Errorf("%d reports, want the two hundred within the window and no others but the rig's", sum)
			}
		})
	}
}

// TestOwnHotspotsAskTheStoreOnce asks for a screenful of tiles as an officer,
// and as one of other areas.
func TestOwnHotspotsAskTheStoreOnce(t *testing.T) {
	r := hotRig(t)
	r.viewer.own = true
	for z := maptile.Zoom(6); z <= 14; z++ {
		w := r.get(tilePath("hotspots", townMiddle(), z) + "?category=fire,rubbish&status=closed")
		if w.Code != http.StatusOK && z < 13 {
			t.Fatalf("zoom %d = %d %s", z, w.Code, w.Body)
		}
	}
	r.get(tilePath("hotspots", townMiddle(), 9) + "?category=rubbish,fire&status=closed")
	if n := len(*r.viewer.counted); n != 1 {
		t.Errorf("ten tiles asked the store %d times, want once", n)
	}
	r.viewer.areas = "elsewhere"
	if r.get(tilePath("hotspots", townMiddle(), 9) + "?category=rubbish,fire&status=closed"); len(*r.viewer.counted) != 2 {
		t.Errorf("an officer of other areas was answered what another's areas have")
	}
	r.viewer.areas, r.viewer.err = "away", errors.New("database is away")
	if w := r.get(tilePath("hotspots", townMiddle(), 9)); w.Code != http.StatusInternalServerError {
		t.Errorf("GET with the store away = %d, want 500", w.Code)
	}
}

// TestOwnHotspotsFollowReports has reports come while an officer looks.
func TestOwnHotspotsFollowReports(t *testing.T) {
	r := hotRig(t)
	r.viewer.own, r.viewer.areas = true, "here"
	now := testNow
	r.ownHeat = newRecent[string, *heat](3*time.Second, 64, func() time.Time { return now })
	asked := func() int {
		if w := r.get(tilePath("hotspots", townMiddle(), 9)); w.Code != http.StatusOK {
			t.Fatalf("GET = %d %s", w.Code, w.Body)
		}
		return len(*r.viewer.counted)
	}
	asked()
	now = now.Add(time.Second)
	if n := asked(); n != 1 {
		t.Errorf("the store was asked %d times while nothing happened, want once", n)
	}
	r.ledger.accept(t, now, cellAt(t, townMiddle()), 1)
	if n := asked(); n != 2 {
		t.Errorf("the store was asked %d times after a report came, want twice", n)
	}
	r.ledger.accept(t, now, cellAt(t, townMiddle()), 1)
	now = now.Add(ownAtOnce / 2)
	if n := asked(); n != 2 {
		t.Errorf("the store was asked %d times at two reports in a row, want twice", n)
	}
	now = now.Add(ownAtOnce)
	if n := asked(); n != 3 {
		t.Errorf("the store was asked %d times after the second, want three times", n)
	}
}

func TestHotspotBadParameters(t *testing.T) {
	r := hotRig(t)
	r.viewer.own, r.viewer.every = true, true
	path := tilePath("hotspots", townMiddle(), 11)
	for _, query := range []string{"?from=monday", "?to=1", "?category=dragons", "?status=asleep", "?category=fire,", "?at=2026-09-15T00:00:00Z", "?variable=height",
		"?resolution=3", "?from=2026-09-02T00:00:00Z&to=2026-09-01T00:00:00Z", "?from=2026-09-01T00:00:00Z&to=2026-09-01T00:00:00Z", "?category=fire&category=rubbish"} {
		if w := r.get(path + query); w.Code != http.StatusBadRequest {
			t.Errorf("GET %s = %d %s, want 400", query, w.Code, w.Body)
		}
	}
	if w := r.get(path + "?from=" + url.QueryEscape("2026-09-01T08:00:00+08:00")); w.Code != http.StatusOK {
		t.Errorf("GET from a local time = %d %s, want 200", w.Code, w.Body)
	}
}

func post(r *rig, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.PostHotspots(w, httptest.NewRequest(http.MethodPost, "/api/v1/hotspots", strings.NewReader(body)))
	return w
}

func TestPostHotspots(t *testing.T) {
	r := hotRig(t)
	w := post(r, `{"from": "2026-09-29T00:00:00Z", "category": ["fire"], "status": "dispatched", "resolution": 7}`)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/geo+json" {
		t.Fatalf("POST = %d %s", w.Code, w.Body)
	}
	var got struct {
		Type       string
		From, To   time.Time
		Resolution int
		Features   []struct {
			ID       string
			Geometry struct {
				Type        string
				Coordinates [][][2]float64
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "FeatureCollection" || got.Resolution != 7 || got.To.Sub(got.From) != 7*24*time.Hour {
		t.Errorf("answer = %+v, want a collection of seven days at resolution 7", got)
	}
	if len(got.Features) != 2 {
		t.Fatalf("%d cells, want 2", len(got.Features))
	}
	for _, f := range got.Features {
		if f.Geometry.Type != "Polygon" || f.ID != f.Properties["h3"] {
			t.Errorf("feature = %+v, want a polygon whose id is its cell", f)
		}
	}
	if w := post(r, `{"category": "rubbish"}`); strings.Contains(w.Body.String(), "h3") {
		t.Errorf("POST of rubbish, of which there is none, = %s", w.Body)
	}
	if w := post(r, `{}`); w.Code != http.StatusOK {
		t.Errorf("POST {} = %d %s, want the defaults", w.Code, w.Body)
	}
}

// TestManyUnknownCategories sends so many that naming them all would make the
// answer many times as long as the question.
func TestManyUnknownCategories(t *testing.T) {
	r := hotRig(t)
	body := `{"category": ["x"` + strings.Repeat(`,"x"`, 5000)
	for i := range 5000 {
		body += fmt.Sprintf(`,"%x"`, i)
	}
	w := post(r, body+`]}`)
	if w.Code != http.StatusBadRequest || w.Body.Len() > 4000 {
		t.Errorf("POST of many categories that there are not = %d in %d bytes, want 400 in few", w.Code, w.Body.Len())
	}
}

// TestWindowsAtTheEndOfTheCalendar asks for times that another time zone, or
// the window's length, takes beyond the years that can be written.
func TestWindowsAtTheEndOfTheCalendar(t *testing.T) {
	r := hotRig(t)
	for body, want := range map[string][2]int{ // who reads every report, and the public
		`{"to": "0000-06-01T00:00:00Z"}`:                                                             {400, 200},
		`{"to": "9999-12-31T23:59:59-12:00"}`:                                                        {400, 200},
		`{"from": "0000-01-01T00:00:00+14:00"}`:                                                      {400, 200},
		`{"from": "0000-01-01T00:00:00+14:00", "to": "0000-07-02T00:00:00Z", "step": "month"}`:       {400, 400},
		`{"from": "9999-12-30T00:00:00Z", "to": "9999-12-31T23:59:59-12:00", "step": "month"}`:       {400, 400},
		`{"from": "0000-06-01T00:00:00Z", "to": "0000-07-02T00:00:00Z", "step": "month"}`:            {200, 200},
		`{"from": "2026-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"}`:                             {200, 200},
		`{"from": "0000-02-01T00:00:00+08:00", "to": "9999-12-31T23:59:59Z", "category": "rubbish"}`: {200, 200},
	} {
		for i, every := range []bool{true, false} {
			r.viewer.own, r.viewer.every = every, every
			if w := post(r, body); w.Code != want[i] {
				t.Errorf("POST %s, who reads every report %t, = %d %s, want %d", body, every, w.Code, w.Body, want[i])
			}
		}
	}
}

// TestWindowsFarApartAreNotMixedUp asks for two windows whose beginnings are
// 2⁶⁴ ns apart.
func TestWindowsFarApartAreNotMixedUp(t *testing.T) {
	r := hotRig(t)
	r.viewer.own, r.viewer.every = true, true
	from := testNow.Add(time.Hour)
	for _, c := range []struct {
		from time.Time
		want int
	}{{from, 0}, {from.Add(-1 << 63).Add(-1 << 63), 14}} {
		got, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{From: c.from, To: testNow.Add(2 * time.Hour), Resolution: 8})
		if err != nil || *got.Total != c.want {
			t.Errorf("%d reports since %v, %v, want %d", *got.Total, c.from, err, c.want)
		}
	}
}

func TestPostHotspotsRefuses(t *testing.T) {
	r := hotRig(t)
	for name, body := range map[string]string{
		"nothing":          ``,
		"a list":           `[]`,
		"half an object":   `{"from": `,
		"two objects":      `{} {}`,
		"unknown member":   `{"form": "2026-09-01T00:00:00Z"}`,
		"other case":       `{"From": "2026-09-01T00:00:00Z"}`,
		"repeated member":  `{"resolution": 7, "resolution": 8}`,
		"no time":          `{"from": "monday"}`,
		"number as text":   `{"resolution": "7"}`,
		"too coarse":       `{"resolution": 3}`,
		"too fine":         `{"resolution": 11}`,
		"unknown variable": `{"variable": "height"}`,
		"no variable":      `{"variable": null}`,
		"unknown category": `{"category": "dragons"}`,
		"category of ones": `{"category": [1]}`,
		"overdue as text":  `{"overdue": "true"}`,
		"deep":             `{"category": ` + strings.Repeat("[", 40000) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			if w := post(r, body); w.Code != http.StatusBadRequest {
				t.Errorf("POST %.60s = %d %s, want 400", body, w.Code, w.Body)
			}
		})
	}
	if w := post(r, `{"category": "`+strings.Repeat("x", maxQuestion)+`"}`); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("POST of a long body = %d, want 413", w.Code)
	}
}

// FuzzParseQuestion checks that no body panics, and that what is taken is
// within range when it reaches the store.
func FuzzParseQuestion(f *testing.F) {
	f.Add([]byte(`{"from": "2026-09-29T00:00:00Z", "category": ["fire"], "status": "closed", "resolution": 7}`))
	f.Add([]byte(`{"category": null, "resolution": 1e1}`))
	f.Add([]byte(`{"a": {"b": [1, {}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, _, err := parseQuestion(body); err == nil && !json.Valid(body) {
			t.Errorf("parseQuestion takes %q, which is no JSON", body)
		}
	})
}
