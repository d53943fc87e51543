package tiles

import (
	"encoding/json"
	"errors"
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

func countAt(t *testing.T, p orb.Point, n int) hotspot.Count {
	t.Helper()
	c, err := cell.At(p, hotspot.BaseResolution)
	if err != nil {
		t.Fatal(err)
	}
	return hotspot.Count{Cell: c, N: n}
}

// hotRig has 12 reports at the middle of the town and 2 some kilometres off.
func hotRig(t *testing.T) *rig {
	r := newRig(t)
	middle := townMiddle()
	r.ledger.counts = []hotspot.Count{countAt(t, middle, 12), countAt(t, orb.Point{middle[0] - 0.03, middle[1]}, 2)}
	return r
}

func TestHotspotTileSuppressesForThePublic(t *testing.T) {
	for _, c := range []struct {
		name       string
		viewer     reader
		suppressed int
	}{
		{"public", reader{}, 1},
		{"officer of some areas", reader{own: true}, 1},
		{"dispatcher of the district", reader{own: true, every: true}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := hotRig(t)
			*r.viewer = c.viewer
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
			if want := 14 - 2*c.suppressed; suppressed != c.suppressed || counted != want {
				t.Errorf("%d cells suppressed and %d reports counted, want %d and %d", suppressed, counted, c.suppressed, want)
			}
			wantCache := "public, no-cache"
			if c.viewer.every {
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
	query := "?from=" + from.Format(time.RFC3339) + "&to=" + to.Format(time.RFC3339)
	for _, c := range []struct {
		name, query string
		every       bool
		from, to    time.Time
	}{
		{"public, no window", "", false, tomorrow.AddDate(0, 0, -365), tomorrow},
		{"public, a window", query, false, tomorrow.AddDate(0, 0, -30), tomorrow},
		{"public, a day ago", "?from=2026-09-29T12:00:00Z", false, tomorrow.AddDate(0, 0, -7), tomorrow},
		{"public, a month", "?from=2026-08-01T00:00:00Z&to=2026-09-01T00:00:00Z", false, time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)},
		{"dispatcher, no window", "", true, tomorrow.AddDate(0, 0, -365), tomorrow},
		{"dispatcher, a window", query, true, from, to},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := hotRig(t)
			r.viewer.every, r.viewer.own = c.every, c.every
			if w := r.get(tilePath("hotspots", townMiddle(), 11) + c.query); w.Code != http.StatusOK {
				t.Fatalf("GET = %d %s", w.Code, w.Body)
			}
			if len(r.ledger.asked) != 1 || !r.ledger.asked[0].From.Equal(c.from) || !r.ledger.asked[0].To.Equal(c.to) {
				t.Errorf("counted %+v, want %v to %v", r.ledger.asked, c.from, c.to)
			}
		})
	}
}

func TestHotspotTilesAskTheStoreOnce(t *testing.T) {
	r := hotRig(t)
	for z := maptile.Zoom(6); z <= 14; z++ {
		if w := r.get(tilePath("hotspots", townMiddle(), z) + "?category=fire,rubbish&status=closed"); w.Code != http.StatusOK {
			t.Fatalf("zoom %d = %d %s", z, w.Code, w.Body)
		}
	}
	r.get(tilePath("hotspots", townMiddle(), 9) + "?category=rubbish,fire&status=closed")
	if len(r.ledger.asked) != 1 {
		t.Errorf("ten tiles asked the store %d times, want once", len(r.ledger.asked))
	}
}

func TestHotspotBadParameters(t *testing.T) {
	r := hotRig(t)
	r.viewer.every = true
	path := tilePath("hotspots", townMiddle(), 11)
	for _, query := range []string{"?from=monday", "?to=1", "?category=dragons", "?status=asleep", "?category=fire,", "?at=2026-09-15T00:00:00Z",
		"?resolution=3", "?from=2026-09-02T00:00:00Z&to=2026-09-01T00:00:00Z", "?from=2026-09-01T00:00:00Z&to=2026-09-01T00:00:00Z", "?category=fire&category=rubbish"} {
		if w := r.get(path + query); w.Code != http.StatusBadRequest {
			t.Errorf("GET %s = %d %s, want 400", query, w.Code, w.Body)
		}
	}
	if len(r.ledger.asked) != 0 {
		t.Errorf("bad parameters reached the store: %v", r.ledger.asked)
	}
	r.ledger.err = errors.New("database is away")
	if w := r.get(path + "?from=" + url.QueryEscape("2026-09-01T08:00:00+08:00")); w.Code != http.StatusInternalServerError {
		t.Errorf("GET with the store away = %d, want 500", w.Code)
	}
}

func post(r *rig, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.PostHotspots(w, httptest.NewRequest(http.MethodPost, "/api/v1/hotspots", strings.NewReader(body)))
	return w
}

func TestPostHotspots(t *testing.T) {
	r := hotRig(t)
	w := post(r, `{"from": "2026-09-29T00:00:00Z", "category": ["fire"], "status": "closed", "resolution": 7}`)
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
	asked := r.ledger.asked[0]
	if len(asked.Category) != 1 || asked.Category[0] != "fire" || len(asked.Status) != 1 || asked.Status[0] != "closed" {
		t.Errorf("counted %+v", asked)
	}
	if w := post(r, `{}`); w.Code != http.StatusOK {
		t.Errorf("POST {} = %d %s, want the defaults", w.Code, w.Body)
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
