package basemap

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// matrices writes a tile matrix set of Web Mercator, or of another system.
func matrices(name, crs string, tile, from, to int, level string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<TileMatrixSet><ows:Identifier>%s</ows:Identifier><ows:SupportedCRS>%s</ows:SupportedCRS>", name, crs)
	for z := from; z <= to; z++ {
		fmt.Fprintf(&b, "<TileMatrix><ows:Identifier>"+level+"</ows:Identifier><ScaleDenominator>%f</ScaleDenominator>"+
			"<TopLeftCorner>-20037508.3428 20037508.3428</TopLeftCorner><TileWidth>%d</TileWidth><TileHeight>%[3]d</TileHeight></TileMatrix>",
			z, wholeWorld256/float64(int(1)<<z)*256/float64(tile), tile)
	}
	return b.String() + "</TileMatrixSet>"
}

func capabilitiesOf(layers, sets string) string {
	return `<?xml version="1.0"?><Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"><Contents>` +
		layers + sets + `</Contents></Capabilities>`
}

func layerOf(name, format, set, more string) string {
	return fmt.Sprintf(`<Layer><ows:Identifier>%s</ows:Identifier><Style isDefault="true"><ows:Identifier>plain</ows:Identifier></Style>`+
		`<Format>%s</Format><TileMatrixSetLink><TileMatrixSet>%s</TileMatrixSet></TileMatrixSetLink>%s</Layer>`, name, format, set, more)
}

const mercator = "urn:ogc:def:crs:EPSG:6.18:3:3857"

func TestWMTS(t *testing.T) {
	sets := matrices("c", "urn:ogc:def:crs:EPSG::4490", 256, 1, 5, "%d") + matrices("w", mercator, 256, 1, 17, "%d") +
		matrices("big", mercator, 512, 0, 9, "L%02d")
	for name, c := range map[string]struct {
		layers, sets, chosen string
		want                 string // the request for a tile, or
		says                 string // what the error says
		info                 [3]int // tile size, zooms
	}{
		"by query": {layers: layerOf("img", "image/jpeg", "w", ""), info: [3]int{256, 1, 17},
			want: "/wmts?FORMAT=image%2Fjpeg&LAYER=img&REQUEST=GetTile&SERVICE=WMTS&STYLE=plain&TILEMATRIXSET=w&VERSION=1.0.0&tk=secret&TILEMATRIX=9&TILEROW=187&TILECOL=434"},
		"by path": {layers: layerOf("img", "image/png", "big", `<ResourceURL format="image/png" resourceType="tile" template="HOST/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"/>`),
			info: [3]int{512, 0, 9}, want: "/plain/big/L09/187/434.png"},
		"the layer that was chosen": {layers: layerOf("a", "image/png", "w", "") + layerOf("b", "image/png", "w", ""), chosen: "#b", info: [3]int{256, 1, 17},
			want: "/wmts?FORMAT=image%2Fpng&LAYER=b&REQUEST=GetTile&SERVICE=WMTS&STYLE=plain&TILEMATRIXSET=w&VERSION=1.0.0&tk=secret&TILEMATRIX=9&TILEROW=187&TILECOL=434"},
		"the first that can be used": {layers: layerOf("a", "image/png", "c", "") + layerOf("b", "image/png", "w", ""), info: [3]int{256, 1, 17},
			want: "/wmts?FORMAT=image%2Fpng&LAYER=b&REQUEST=GetTile&SERVICE=WMTS&STYLE=plain&TILEMATRIXSET=w&VERSION=1.0.0&tk=secret&TILEMATRIX=9&TILEROW=187&TILECOL=434"},
		"degrees alone": {layers: layerOf("a", "image/png", "c", ""), says: "no layer of pictures in a Web Mercator tile matrix set; its other sets are c (urn:ogc:def:crs:EPSG::4490)"},
		"no such layer": {layers: layerOf("a", "image/png", "w", ""), chosen: "#z", says: `no layer "z"; it has a`},
		"no pictures":   {layers: layerOf("a", "application/pdf", "w", ""), says: "no layer of pictures"},
		"another host":  {layers: layerOf("a", "image/png", "w", `<ResourceURL format="image/png" resourceType="tile" template="http://192.0.2.7/{TileMatrix}/{TileRow}/{TileCol}"/>`), says: "another host"},
		"cut in its own way": {layers: layerOf("a", "image/png", "odd", ""), sets: strings.ReplaceAll(matrices("odd", mercator, 256, 1, 5, "%d"), "20037508.3428", "1000"),
			says: "no layer of pictures"},
		"scales in its own way": {layers: layerOf("a", "image/png", "odd", ""), sets: matrices("odd", mercator, 300, 1, 5, "%d"), says: "no layer of pictures"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked string
			var u *upstream
			u = newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.RawQuery, "GetCapabilities") {
					fmt.Fprint(w, capabilitiesOf(strings.ReplaceAll(c.layers, "HOST", u.URL), sets+c.sets))
					return
				}
				asked = r.URL.RequestURI()
				picture(w, r)
			})
			s, err := New(t.Context(), Config{
				Source: u.URL + "/wmts?service=WMTS&request=GetCapabilities&tk={key}" + c.chosen, Key: "secret",
				Attribution: "x", Logger: (&logged{}).logger(),
			})
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("New = %v, want it to say %q", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if i := s.Info(); i.TileSize != c.info[0] || i.MinZoom != c.info[1] || i.MaxZoom != c.info[2] {
				t.Errorf("Info = %+v, want %v", i, c.info)
			}
			if got := ask(s, "/basemap/9/434/187"); got.Code != 200 || asked != c.want {
				t.Errorf("tile = %d, asked %s\nwant %s", got.Code, asked, c.want)
			}
		})
	}
}

// TestWMTSLater starts while the service is away.
func TestWMTSLater(t *testing.T) {
	u := newUpstream(t, status(503))
	now := newClock()
	s := open(t, Config{Source: u.URL + "/wmts?request=GetCapabilities", Now: now.Now})
	if got := ask(s, "/basemap/9/434/187"); got.Code != 204 {
		t.Errorf("while it is away = %d, want 204", got.Code)
	}
	u.set(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RawQuery, "GetCapabilities") {
			fmt.Fprint(w, capabilitiesOf(layerOf("a", "image/png", "w", ""), matrices("w", mercator, 256, 1, 17, "%d")))
			return
		}
		picture(w, r)
	})
	now.add(time.Hour)
	if got := ask(s, "/basemap/9/434/187"); got.Code != 200 {
		t.Errorf("when it is back = %d, want 200", got.Code)
	}
	if got := ask(s, "/basemap/18/217/93"); got.Code != 204 {
		t.Errorf("a zoom it has not = %d, want 204", got.Code)
	}
}
