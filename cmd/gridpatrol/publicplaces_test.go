package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestPublicPlaces sends a report of an ordinary matter and one of private life,
// and reads where they lie through every door that people without a right to know
// have: the middle of the square of 50 m, or of 500 m, and never nearer.
func TestPublicPlaces(t *testing.T) {
	s := serveTest(t, townshipDatabase(t))
	told := &lockedBuffer{}
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		line, _ := io.ReadAll(r.Body)
		fmt.Fprintf(told, "%s\n", line)
	}))
	t.Cleanup(hook.Close)
	if _, err := s.store.AddRecipient(t.Context(), "webhook", hook.URL, []byte("secret"), nil, system); err != nil {
		t.Fatal(err)
	}
	consumer := bearer(makeToken(t, s.store, access.Consumer))
	dispatcher := bearer(makeToken(t, s.store, access.Dispatcher))
	streams := map[string]*eventLog{"nobody known": s.listen(t, nil), "consumer": s.listen(t, consumer), "dispatcher": s.listen(t, dispatcher)}

	grid, _ := s.place(t, geo.Grid, "")
	middle, _ := geo.PointOnSurface(grid.Shape)
	at, _ := geo.Round(orb.Point{middle[0] + 0.0000111, middle[1] + 0.0000222})
	shown := map[string]orb.Point{"infrastructure": patrol.PublicPoint(at), "lonely_elder": patrol.CoarsePoint(at)}
	ids := map[string]string{}
	for category, p := range shown {
		if m := metres(p, at); m < 2 || category == "lonely_elder" && metres(p, patrol.PublicPoint(at)) < 30 {
			t.Fatalf("%s is shown %.1f m away: choose another place", category, m)
		}
		sent := s.do(t, "POST", "/api/v1/reports", fmt.Sprintf(`{"category":%q,"lon":%.7f,"lat":%.7f}`, category, at[0], at[1]))
		if sent.status != http.StatusCreated {
			t.Fatalf("POST = %d %s", sent.status, sent.body)
		}
		ids[category] = sent.report(t).ID
	}
	doors := 0
	// lies checks a place that was read; exact says that the door leads to who may know.
	lies := func(door, category string, p orb.Point, tolerance float64) {
		t.Helper()
		want, ok := shown[category]
		if doors++; !ok || metres(p, want) > tolerance {
			t.Errorf("%s: %s lies at %v, %.1f m from where everybody may see it, %v", door, category, p, metres(p, want), want)
		}
	}
	features := func(door string, header []string, path string, want int) {
		t.Helper()
		got := s.do(t, "GET", path, "", header...)
		f, err := geojson.UnmarshalFeatureCollection(got.body)
		if err != nil || len(f.Features) != want {
			t.Errorf("%s: %d %.300s", door, got.status, got.body)
			return
		}
		for _, one := range f.Features {
			lies(door, one.Properties.MustString("category"), one.Geometry.(orb.Point), 0.01)
		}
	}
	for name, header := range map[string][]string{"nobody known": nil, "consumer": consumer} {
		features(name+": /ogc items", header, "/ogc/collections/reports/items", 2)
		features(name+": /ogc items in a box", header, "/ogc/collections/reports/items?bbox=125,43,126,44", 2)
		features(name+": export as GeoJSON", header, "/api/v1/export/reports?format=geojson", 2)
		for category, id := range ids {
			got := s.do(t, "GET", "/ogc/collections/reports/items/"+id, "", header...)
			if f, err := geojson.UnmarshalFeature(got.body); err != nil {
				t.Errorf("%s: /ogc item: %d %s", name, got.status, got.body)
			} else {
				lies(name+": /ogc item", category, f.Geometry.(orb.Point), 0.01)
			}
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(s.do(t, "GET", "/api/v1/export/reports?format=csv", "", header...).body, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) != 3 {
			t.Errorf("%s: export as CSV: %v, %v", name, rows, err)
			continue
		}
		column := map[string]int{}
		for i, c := range rows[0] {
			column[c] = i
		}
		for _, row := range rows[1:] {
			lon, _ := strconv.ParseFloat(row[column["lon"]], 64)
			lat, _ := strconv.ParseFloat(row[column["lat"]], 64)
			lies(name+": export as CSV", row[column["category"]], orb.Point{lon, lat}, 0.01)
		}
		for _, p := range shown {
			path := tileAt("reports", p, 16)
			tile := s.do(t, "GET", path, "", header...)
			layers, err := mvt.Unmarshal(tile.body)
			if err != nil || len(layers) != 1 {
				t.Errorf("%s: %s = %d, %v", name, path, tile.status, err)
				continue
			}
			layers.ProjectToWGS84(maptile.At(p, 16))
			for _, f := range layers[0].Features {
				lies(name+": "+path, f.Properties.MustString("category"), f.Geometry.(orb.Point), 0.5)
			}
		}
	}
	features("consumer: the list", consumer, "/api/v1/reports", 2)
	for category, id := range ids {
		f, err := geojson.UnmarshalFeature(s.do(t, "GET", "/api/v1/reports/"+id, "", consumer...).body)
		if err != nil {
			t.Error(err)
			continue
		}
		lies("consumer: one", category, f.Geometry.(orb.Point), 0.01)
	}
	type news struct {
		Category string
		Lon, Lat float64
	}
	heard := func(door, data string) {
		var n news
		if err := json.Unmarshal([]byte(data), &n); err != nil || n.Category == "" {
			t.Errorf("%s: %s, %v", door, data, err)
			return
		}
		lies(door, n.Category, orb.Point{n.Lon, n.Lat}, 0.01)
	}
	for name, stream := range streams {
		eventually(t, name+" hears of both", func() bool {
			return stream.has("report.created", `"lonely_elder"`) && stream.has("report.created", `"infrastructure"`)
		})
		stream.mu.Lock()
		for _, e := range stream.events {
			if e[0] == "report.created" {
				heard(name+": event", e[1])
			}
		}
		stream.mu.Unlock()
	}
	eventually(t, "the webhook hears of both", func() bool { return bytes.Count(told.bytes(), []byte(`"report.created"`)) >= 2 })
	for line := range strings.Lines(string(told.bytes())) {
		var message struct {
			Type string
			Data json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			t.Errorf("the webhook was sent %s: %v", line, err)
		} else if message.Type == "report.created" {
			heard("webhook", string(message.Data))
		}
	}
	if doors < 30 {
		t.Errorf("looked through %d doors only", doors)
	}
	// Who may know, knows.
	if f, err := geojson.UnmarshalFeature(s.do(t, "GET", "/api/v1/reports/"+ids["lonely_elder"], "", dispatcher...).body); err != nil || f.Geometry.(orb.Point) != at {
		t.Errorf("a dispatcher sees the report at %v, %v; want %v", f.Geometry, err, at)
	}
}
