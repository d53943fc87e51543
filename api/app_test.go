package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// TestAppAnswer compares whole answers: a member that is lost breaks the page.
func TestAppAnswer(t *testing.T) {
	basemap := &BasemapInfo{Tiles: "/basemap/{z}/{x}/{y}", Kind: "raster", TileSize: 256, MaxZoom: 18, Attribution: "国家地理信息公共服务平台 <天地图>", ReviewNumber: "GS(2024)0650号"}
	unpublished, err := locate.Build(nil, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"a map with everything", func(c *Config) {
			c.Basemap, c.TimeZone, c.Version = basemap, "Asia/Shanghai", "v1.2.3"
		}, `{"district":{"code":"220112","name":"双阳区","name_en":"Shuangyang"},"bounds":[125.6,43.5,125.7,43.6],"public":"map",` +
			`"revision":3,"synthetic":true,"time_zone":"Asia/Shanghai","public_url":"http://map.example","photos":{"max":6,"max_bytes":20971520},` +
			`"basemap":{"tiles":"/basemap/{z}/{x}/{y}","kind":"raster","tile_size":256,"min_zoom":0,"max_zoom":18,` +
			`"attribution":"国家地理信息公共服务平台 <天地图>","review_number":"GS(2024)0650号"},"version":"v1.2.3"}`},
		{"before the first publish, everything closed", func(c *Config) {
			c.Public, c.PublicURL = PublicNone, ""
			c.Boundaries.(fakeBoundaries).snapshot = &locate.Snapshot{Index: unpublished}
		}, `{"district":{"code":"220112","name":""},"bounds":null,"public":"none","revision":0,"synthetic":false,"time_zone":"UTC",` +
			`"public_url":null,"photos":{"max":6,"max_bytes":20971520},"basemap":null,"version":""}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newSite(t, tt.change).get("/api/v1/app", "")
			if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != tt.want {
				t.Errorf("app = %d\n%s\nwant\n%s", w.Code, got, tt.want)
			}
		})
	}
}

// TestAppTag checks that the answer is asked for again each time, and only sent
// when it has changed.
func TestAppTag(t *testing.T) {
	s := newSite(t)
	w := s.get("/api/v1/app", "")
	tag := w.Header().Get("ETag")
	if tag == "" || w.Header().Get("Cache-Control") != "public, no-cache" || w.Header().Get("Content-Type") != "application/json" || !json.Valid(w.Body.Bytes()) {
		t.Fatalf("app = %v %s", w.Header(), w.Body)
	}
	again := func() *httptest.ResponseRecorder {
		return s.do(call{method: "GET", path: "/api/v1/app", header: map[string]string{"If-None-Match": tag}})
	}
	if w := again(); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("with its ETag: %d with %d bytes, want 304 without", w.Code, w.Body.Len())
	}
	// A session that has ended, or a broken token, must not keep the page from starting.
	if w := s.get("/api/v1/app", "gp_broken"); w.Code != 200 || w.Header().Get("ETag") != tag {
		t.Errorf("with a broken token: %d, want the same answer", w.Code)
	}
	next := *s.store.snapshot
	next.Revision = geo.Revision{Number: 4}
	s.store.snapshot = &next
	if w := again(); w.Code != 200 || w.Header().Get("ETag") == tag {
		t.Errorf("after a publish: %d with tag %s, want a new answer", w.Code, w.Header().Get("ETag"))
	}
	wantProblem(t, s.get("/api/v1/app?x=1", ""), 400, "invalid-parameters")
	s.store.snapshot = nil
	wantProblem(t, s.get("/api/v1/app", ""), 503, "unavailable")
}
