package main

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/basemap"
)

// baseSource is an outside map of one colour, and hangs or fails when it is
// told to: POST /ok, /hang, /fail.
func baseSource(t *testing.T) *httptest.Server {
	t.Helper()
	m := image.NewPaletted(image.Rect(0, 0, 256, 256), color.Palette{color.RGBA{220, 40, 220, 255}})
	var mode atomic.Value
	mode.Store("ok")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			mode.Store(r.URL.Path[1:])
			return
		}
		switch mode.Load() {
		case "hang":
			<-r.Context().Done()
		case "fail":
			http.Error(w, "broken", http.StatusInternalServerError)
		default:
			w.Header().Set("Cache-Control", "max-age=600")
			_ = png.Encode(w, m) // the client may have gone
		}
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// withBasemap gives a server the base map of a source.
func withBasemap(source *httptest.Server) func(*serverConfig) {
	return func(c *serverConfig) {
		c.basemap = basemap.Config{
			Source: source.URL + "/{z}/{x}/{y}.png", Attribution: "测试底图", Review: "GS(0000)0000号", Timeout: time.Second,
		}
	}
}

// TestBasemap asks a whole server for its base map.
func TestBasemap(t *testing.T) {
	s := serveTest(t, districtDatabase(t), withBasemap(baseSource(t)))
	var app struct{ Basemap *api.BasemapInfo }
	if err := json.Unmarshal(s.do(t, "GET", "/api/v1/app", "").body, &app); err != nil {
		t.Fatal(err)
	}
	want := api.BasemapInfo{
		Tiles: "/basemap/{z}/{x}/{y}", Kind: "raster", TileSize: 256, MaxZoom: 18, Attribution: "测试底图", ReviewNumber: "GS(0000)0000号",
	}
	if app.Basemap == nil || *app.Basemap != want {
		t.Errorf("basemap = %+v, want %+v", app.Basemap, want)
	}
	tile := s.do(t, "GET", "/basemap/14/13905/5989", "")
	if tile.status != http.StatusOK || tile.header.Get("Content-Type") != "image/png" || tile.header.Get("Cache-Control") == "" {
		t.Errorf("a tile of the district = %d %v", tile.status, tile.header)
	}
	if far := s.do(t, "GET", "/basemap/14/8187/5448", ""); far.status != http.StatusNoContent {
		t.Errorf("a tile of London = %d, want 204", far.status)
	}
	if none := s.do(t, "GET", "/basemap/14/x/y", ""); none.status != http.StatusNotFound {
		t.Errorf("no tile = %d, want 404", none.status)
	}
	if text := string(s.do(t, "GET", "/metrics", "").body); !strings.Contains(text, `gridpatrol_basemap_fetches_total{result="ok"} 1`) {
		t.Error("the metrics do not count the fetch")
	}
}

func TestBasemapFlags(t *testing.T) {
	const xyz = "https://e.org/{z}/{x}/{y}.png"
	for name, c := range map[string]struct {
		flags basemapFlags
		says  string
	}{
		"none":                {basemapFlags{BasemapCRS: "wgs84"}, ""},
		"XYZ":                 {basemapFlags{Basemap: xyz, BasemapAttribution: "x", BasemapCRS: "gcj02"}, ""},
		"without attribution": {basemapFlags{Basemap: xyz, BasemapCRS: "wgs84"}, "attribution"},
		"without a source":    {basemapFlags{BasemapReview: "GS(0000)0000号"}, "need --basemap"},
		"Baidu":               {basemapFlags{Basemap: xyz, BasemapAttribution: "x", BasemapCRS: "bd09"}, "scheme of their own"},
	} {
		err := c.flags.checkBasemap()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
	}
}
