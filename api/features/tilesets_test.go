package features

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/access"
)

// The tests named TestReq… hold the requirements of OGC API – Tiles – Part 1
// (OGC 20-057) of that name.

// read gives a JSON document.
func (r *rig) read(t *testing.T, path string, headers ...string) map[string]any {
	t.Helper()
	w := r.get(path, headers...)
	var out map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
	}
	return out
}

// links gives the addresses of the links of a relation, below the root.
func (r *rig) links(t *testing.T, document map[string]any, rel string) (out []string) {
	t.Helper()
	for _, l := range document["links"].([]any) {
		l := l.(map[string]any)
		href := l["href"].(string)
		if !strings.HasPrefix(href, r.base+"/ogc") || l["type"] == "" {
			t.Errorf("the link %v", l)
		}
		if l["rel"] == rel {
			out = append(out, strings.TrimPrefix(href, r.base))
		}
	}
	return out
}

// origins gives the paths of what has tilesets.
func (r *rig) origins(t *testing.T) []string {
	t.Helper()
	out := []string{"/ogc"}
	for _, c := range r.read(t, "/ogc/collections")["collections"].([]any) {
		out = append(out, "/ogc/collections/"+c.(map[string]any)["id"].(string))
	}
	if len(out) < 9 {
		t.Fatalf("there are only %v", out)
	}
	return out
}

func TestReqTilesCoreConformanceSuccess(t *testing.T) {
	r := newRig(t)
	var got []string
	for _, c := range r.read(t, "/ogc/conformance")["conformsTo"].([]any) {
		got = append(got, c.(string))
	}
	for _, class := range []string{"core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "collections-selection", "mvt", "oas30"} {
		if !slices.Contains(got, "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"+class) {
			t.Errorf("%s is not declared", class)
		}
	}
}

func TestReqDatasetTilesetsLandingpage(t *testing.T) {
	r := newRig(t)
	if got := r.links(t, r.read(t, "/ogc"), relTilesets); !slices.Equal(got, []string{"/ogc/tiles"}) {
		t.Errorf("the landing page leads to the tilesets %v", got)
	}
}

func TestReqGeodataTilesetsDescLinks(t *testing.T) {
	r := newRig(t)
	for _, c := range r.read(t, "/ogc/collections")["collections"].([]any) {
		c := c.(map[string]any)
		want := "/ogc/collections/" + c["id"].(string) + "/tiles"
		if got := r.links(t, c, relTilesets); !slices.Equal(got, []string{want}) {
			t.Errorf("%v leads to the tilesets %v", c["id"], got)
		}
		if got := r.links(t, r.read(t, "/ogc/collections/"+c["id"].(string)), relTilesets); !slices.Equal(got, []string{want}) {
			t.Errorf("%v by itself leads to the tilesets %v", c["id"], got)
		}
	}
}

// TestReqTilesetsListTilesetLinks reads the lists of the dataset and of every
// collection, and checks that a list is a part of what the tileset says itself.
func TestReqTilesetsListTilesetLinks(t *testing.T) {
	r := newRig(t)
	for _, origin := range r.origins(t) {
		sets := r.read(t, origin+"/tiles", "Accept", "application/json")["tilesets"].([]any)
		if len(sets) != 1 {
			t.Fatalf("%s has %d tilesets", origin, len(sets))
		}
		set := sets[0].(map[string]any)
		if set["dataType"] != "vector" || set["crs"] != webMercator || set["tileMatrixSetURI"] != tileMatrixURI || set["title"] == "" {
			t.Errorf("%s: %v", origin, set)
		}
		self := r.links(t, set, "self")
		if !slices.Equal(self, []string{origin + "/tiles/WebMercatorQuad"}) || !slices.Equal(r.links(t, set, relTilingScheme), []string{"/ogc/tileMatrixSets/WebMercatorQuad"}) {
			t.Fatalf("%s: links %v", origin, set["links"])
		}
		whole := r.read(t, self[0])
		for _, name := range []string{"title", "dataType", "crs", "tileMatrixSetURI", "tileMatrixSetId", "tileMatrixSetLimits"} {
			if set[name] == nil || !reflect.DeepEqual(whole[name], set[name]) {
				t.Errorf("%s: %s is %v in the list, %v in the tileset", origin, name, set[name], whole[name])
			}
		}
	}
}

// TestReqTilesetDescription checks the metadata of every tileset.
func TestReqTilesetDescription(t *testing.T) {
	r := newRig(t)
	for _, origin := range r.origins(t) {
		set := r.read(t, origin+"/tiles/WebMercatorQuad", "Accept", "application/json")
		items := 0
		for _, l := range set["links"].([]any) {
			if l := l.(map[string]any); l["rel"] == "item" {
				items++
				if l["templated"] != true || l["type"] != tileType || l["href"] != r.base+origin+"/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}" {
					t.Errorf("%s: %v", origin, l)
				}
			}
		}
		if items != 1 || len(r.links(t, set, relTilingScheme)) != 1 {
			t.Errorf("%s: links %v", origin, set["links"])
		}
		if id, one := strings.CutPrefix(origin, "/ogc/collections/"); one {
			if !slices.Equal(r.links(t, set, relGeodata), []string{origin}) {
				t.Errorf("%s: links %v", origin, set["links"])
			}
			layers := set["layers"].([]any)
			if len(layers) != 1 || layers[0].(map[string]any)["id"] != id {
				t.Errorf("%s has the layers %v", origin, layers)
			}
		}
		limits := set["tileMatrixSetLimits"].([]any)
		first, last := limits[0].(map[string]any), limits[len(limits)-1].(map[string]any)
		least, most := math.MaxInt, 0
		for _, l := range set["layers"].([]any) {
			l := l.(map[string]any)
			a, errA := strconv.Atoi(l["minTileMatrix"].(string))
			b, errB := strconv.Atoi(l["maxTileMatrix"].(string))
			if errA != nil || errB != nil || l["dataType"] != "vector" || len(l["propertiesSchema"].(map[string]any)["properties"].(map[string]any)) == 0 {
				t.Errorf("%s has the layer %v", origin, l)
			}
			least, most = min(least, a), max(most, b)
		}
		if first["tileMatrix"] != strconv.Itoa(least) || last["tileMatrix"] != strconv.Itoa(most) || len(limits) != most-least+1 {
			t.Errorf("%s: limits %v, layers from %d to %d", origin, limits, least, most)
		}
	}
}

// limitAt gives the limits of a zoom as a tileset says them.
func (r *rig) limitAt(t *testing.T, path string, zoom int) (minRow, maxRow, minCol, maxCol int) {
	t.Helper()
	for _, l := range r.read(t, path)["tileMatrixSetLimits"].([]any) {
		l := l.(map[string]any)
		if l["tileMatrix"] == strconv.Itoa(zoom) {
			n := func(name string) int { return int(l[name].(float64)) }
			return n("minTileRow"), n("maxTileRow"), n("minTileCol"), n("maxTileCol")
		}
	}
	t.Fatalf("%s has no zoom %d", path, zoom)
	return 0, 0, 0, 0
}

// TestReqTilesCoreTcSuccess asks for every tile within the limits of zoom 12: what
// comes is what the layer shows there, rows before columns.
func TestReqTilesCoreTcSuccess(t *testing.T) {
	r := newRig(t)
	own := r.tiles.Handler()
	for _, origin := range r.origins(t) {
		path := origin + "/tiles/WebMercatorQuad"
		minRow, maxRow, minCol, maxCol := r.limitAt(t, path, 12)
		id, one := strings.CutPrefix(origin, "/ogc/collections/")
		full := 0
		for row := minRow; row <= maxRow; row++ {
			for col := minCol; col <= maxCol; col++ {
				w := r.get(fmt.Sprintf("%s/12/%d/%d", path, row, col), "Accept", tileType)
				if w.Code != http.StatusOK || w.Header().Get("Content-Type") != tileType || w.Header().Get("ETag") == "" {
					t.Fatalf("GET %s/12/%d/%d = %d %v", path, row, col, w.Code, w.Header())
				}
				if w.Body.Len() == 0 {
					continue // it shows nothing
				}
				layers, err := mvt.Unmarshal(w.Body.Bytes())
				if err != nil || len(layers) == 0 || one && (len(layers) != 1 || layers[0].Name != id) {
					t.Fatalf("%s/12/%d/%d: layers %v, %v", path, row, col, layers, err)
				}
				full++
				if one {
					other := &rig{handler: own}
					if want := other.get(fmt.Sprintf("/tiles/%s/12/%d/%d.mvt", id, col, row)); want.Body.String() != w.Body.String() {
						t.Errorf("%s/12/%d/%d is another tile than the layer's own", path, row, col)
					}
				}
			}
		}
		switch id { // the town has nothing of the others
		case "/ogc", "districts", "grids", "village_groups", "compounds", "reports":
			if full == 0 {
				t.Errorf("%s has no tile at zoom 12", path)
			}
		}
	}
}

// TestReqTilesCoreTcError asks for what there cannot be.
func TestReqTilesCoreTcError(t *testing.T) {
	r := newRig(t)
	path := "/ogc/collections/grids/tiles/WebMercatorQuad"
	minRow, maxRow, minCol, maxCol := r.limitAt(t, path, 12)
	at := func(zoom, row, col any) string { return fmt.Sprintf("%s/%v/%v/%v", path, zoom, row, col) }
	for _, missing := range []string{
		at(12, minRow-1, minCol), at(12, maxRow+1, minCol), at(12, minRow, minCol-1), at(12, minRow, maxCol+1),
		at(12, math.MaxInt32, math.MaxInt32), at(12, 4096, 4096), at(12, -1, minCol), at(12, "x", minCol), at("12.0", minRow, minCol), at("012", minRow, minCol),
		at(5, 11, 27), at(17, 0, 0), at(99, 0, 0), at("99999999999999999999", 0, 0),
		"/ogc/tiles/WebMercatorQuad/3/2/6", "/ogc/tiles/WorldCRS84Quad", "/ogc/tiles/WorldCRS84Quad/3/2/6", "/ogc/collections/castles/tiles",
		"/ogc/collections/castles/tiles/WebMercatorQuad", "/ogc/collections/castles/tiles/WebMercatorQuad/12/0/0", "/ogc/collections/coverage/tiles",
		"/ogc/tileMatrixSets/WorldCRS84Quad", "/ogc/styles/night", "/ogc/tiles?plan=none", at(12, minRow, minCol) + "?plan=none", "/ogc/tiles?at=2020-01-01T00:00:00Z",
	} {
		if w := r.get(missing); w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s = %d %s", missing, w.Code, w.Header().Get("Content-Type"))
		}
	}
	for _, wrong := range []string{
		at(12, minRow, minCol) + "?f=png", at(12, minRow, minCol) + "?fish=1", at(12, minRow, minCol) + "?collections=grids", path + "?f=mvt", "/ogc/tiles?f=tilejson",
		"/ogc/tiles/WebMercatorQuad?collections=castles", "/ogc/tiles/WebMercatorQuad?collections=", "/ogc/tiles?at=monday", "/ogc/styles/gridpatrol?f=sld",
		"/ogc/collections/reports/tiles?at=2026-09-15T00:00:00Z", "/ogc/tileMatrixSets?at=2026-09-15T00:00:00Z", "/ogc/tiles?at=2026-09-15T00:00:00Z&plan=back",
	} {
		if w := r.get(wrong); w.Code != http.StatusBadRequest {
			t.Errorf("GET %s = %d, want 400", wrong, w.Code)
		}
	}
	for accept, good := range map[string]bool{
		"": true, "*/*": true, "application/*": true, "image/png": false, "image/png, application/vnd.mapbox-vector-tile;q=0.2": true,
		"application/vnd.mapbox-vector-tile;q=0, */*": false, "text/html": false, "text/html,*/*;q=0.8": true, "application/octet-stream": false,
	} {
		headers := []string{"Accept", accept}
		if accept == "" {
			headers = nil
		}
		if w := r.get(at(12, minRow, minCol), headers...); (w.Code == http.StatusOK) != good {
			t.Errorf("Accept %q: %d", accept, w.Code)
		}
	}
	if w := r.get(at(12, minRow, minCol)+"?f=mvt", "Accept", "image/png"); w.Code >= 300 {
		t.Errorf("f= does not beat Accept: %d", w.Code)
	}
}

// TestReqCollectionsSelection selects among the layers of the dataset.
func TestReqCollectionsSelection(t *testing.T) {
	r := newRig(t)
	at := maptile.At(r.history.Current().Index.Bound().Center(), 12)
	for query, want := range map[string][]string{
		"grids":                           {"grids"},
		"village_groups,grids":            {"village_groups", "grids"},
		"grids,village_groups,grids":      {"grids", "village_groups"},
		r.base + "/ogc/collections/grids": {"grids"},
		"compounds,districts,reports":     {"compounds", "districts", "reports"},
	} {
		set := r.read(t, "/ogc/tiles/WebMercatorQuad?collections="+query)
		var layers []string
		for _, l := range set["layers"].([]any) {
			layers = append(layers, l.(map[string]any)["id"].(string))
		}
		item := r.links(t, set, "item")
		if !slices.Equal(layers, want) || len(item) != 1 || !strings.Contains(item[0], "collections=") {
			t.Fatalf("collections=%s: layers %v, tiles at %v", query, layers, item)
		}
		path := strings.NewReplacer("{tileMatrix}", "12", "{tileRow}", fmt.Sprint(at.Y), "{tileCol}", fmt.Sprint(at.X)).Replace(item[0])
		tile, err := mvt.Unmarshal(r.get(path).Body.Bytes())
		var got []string
		for _, l := range tile {
			got = append(got, l.Name)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("GET %s has the layers %v, want %v (%v)", path, got, want, err)
		}
	}
}

// TestTileMatrixSet compares the set with the definition that is registered.
func TestTileMatrixSet(t *testing.T) {
	r := newRig(t)
	list := r.read(t, "/ogc/tileMatrixSets")["tileMatrixSets"].([]any)
	if len(list) != 1 || !slices.Equal(r.links(t, list[0].(map[string]any), "self"), []string{"/ogc/tileMatrixSets/WebMercatorQuad"}) {
		t.Fatalf("the tile matrix sets are %v", list)
	}
	set := r.read(t, "/ogc/tileMatrixSets/WebMercatorQuad")
	if set["id"] != "WebMercatorQuad" || set["uri"] != tileMatrixURI || set["crs"] != webMercator {
		t.Errorf("%v", set)
	}
	matrices := set["tileMatrices"].([]any)
	if len(matrices) != 25 {
		t.Fatalf("there are %d zooms, want 25", len(matrices))
	}
	near := func(got any, want float64) bool { return math.Abs(got.(float64)-want) < want*1e-12 }
	for z, want := range map[int][2]float64{0: {559082264.028717, 156543.033928041}, 12: {136494.693366386, 38.2185141425881}, 24: {33.3238997477, 0.00933069192935}} {
		m := matrices[z].(map[string]any)
		origin := m["pointOfOrigin"].([]any)
		if m["id"] != strconv.Itoa(z) || math.Abs(m["scaleDenominator"].(float64)/want[0]-1) > 1e-9 || math.Abs(m["cellSize"].(float64)/want[1]-1) > 1e-9 ||
			!near(origin[1], 20037508.3427892) || origin[0].(float64) != -origin[1].(float64) || m["tileWidth"] != 256.0 || m["matrixWidth"] != float64(int(1)<<z) {
			t.Errorf("zoom %d: %v", z, m)
		}
	}
}

// TestTileJSON reads the TileJSON of every tileset, at both places.
func TestTileJSON(t *testing.T) {
	r := newRig(t)
	for _, origin := range r.origins(t) {
		set := r.read(t, origin+"/tiles/WebMercatorQuad")
		other := r.links(t, set, "alternate")
		if len(other) != 2 {
			t.Fatalf("%s: links %v", origin, set["links"])
		}
		one := r.read(t, other[1])
		if w := r.get(origin+"/tiles/WebMercatorQuad", "Accept", tileJSONType); w.Header().Get("Content-Type") != tileJSONType || w.Body.String() != r.get(other[1]).Body.String() {
			t.Errorf("%s asked for TileJSON by Accept: %s", origin, w.Header())
		}
		if got := r.get(origin + "/tiles/WebMercatorQuad/metadata.json"); got.Body.String() != r.get(other[1]).Body.String() {
			t.Errorf("%s: metadata.json = %s", origin, got.Body)
		}
		if one["tilejson"] != "3.0.0" || one["tiles"].([]any)[0] != r.base+origin+"/tiles/WebMercatorQuad/{z}/{y}/{x}" || len(one["vector_layers"].([]any)) != len(set["layers"].([]any)) {
			t.Errorf("%s: %v", origin, one)
		}
	}
}

// TestTilesOfOtherBoundaries asks for a time and for a plan, which go on to what
// is linked to.
func TestTilesOfOtherBoundaries(t *testing.T) {
	r := newRig(t)
	at := maptile.At(r.history.Current().Index.Bound().Center(), 12)
	path := fmt.Sprintf("/ogc/collections/grids/tiles/WebMercatorQuad/12/%d/%d", at.Y, at.X)
	now := r.get(path).Body.String()
	for _, query := range []string{"?at=2026-08-15T00:00:00Z", "?plan=back"} {
		w := r.get(path + query)
		if w.Code != http.StatusOK || w.Body.String() == now {
			t.Errorf("GET %s%s = %d, the boundaries in force", path, query, w.Code)
		}
		if private := strings.Contains(query, "plan"); (w.Header().Get("Cache-Control") == "private, no-cache") != private {
			t.Errorf("GET %s%s: Cache-Control %q", path, query, w.Header().Get("Cache-Control"))
		}
		for _, origin := range []string{"/ogc", "/ogc/collections/grids"} {
			set := r.read(t, r.links(t, r.read(t, origin+query), relTilesets)[0])["tilesets"].([]any)[0].(map[string]any)
			for _, l := range append(r.links(t, set, "self"), r.links(t, set, "item")...) {
				if !strings.Contains(l, "?"+strings.SplitN(query[1:], "=", 2)[0]+"=") {
					t.Errorf("%s%s leads to %s", origin, query, l)
				}
			}
		}
	}
}

// TestTilesAreOfWhoAsks gives an officer another tile than the public, which
// nobody else may keep.
func TestTilesAreOfWhoAsks(t *testing.T) {
	r := newRig(t)
	at := maptile.At(r.history.Current().Index.Bound().Center(), 12)
	for _, path := range []string{"/ogc/collections/reports/tiles/WebMercatorQuad/12/%d/%d", "/ogc/tiles/WebMercatorQuad/12/%d/%d"} {
		path = fmt.Sprintf(path, at.Y, at.X)
		r.principal = access.Anonymous()
		public := r.get(path)
		r.principal = r.officerOf(t, 0)
		own := r.get(path)
		if public.Code != http.StatusOK || own.Body.String() == public.Body.String() {
			t.Errorf("GET %s: an officer gets what the public gets", path)
		}
		if own.Header().Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(own.Header().Values("Vary"), " "), "Authorization") {
			t.Errorf("GET %s: %v", path, own.Header())
		}
		if strings.Contains(public.Body.String(), r.desk.reports[0].ID.String()) {
			t.Errorf("GET %s has the id of a report for the public", path)
		}
	}
}

// TestStyles reads the style, whose layers are those of the tiles.
func TestStyles(t *testing.T) {
	r := newRig(t)
	styles := r.read(t, "/ogc/styles")["styles"].([]any)
	sheet := r.links(t, styles[0].(map[string]any), "stylesheet")
	if len(styles) != 1 || len(sheet) != 1 {
		t.Fatalf("the styles are %v", styles)
	}
	style := r.read(t, sheet[0])
	source := style["sources"].(map[string]any)["gridpatrol"].(map[string]any)
	described := r.read(t, strings.TrimPrefix(source["url"].(string), r.base))
	var layers []string
	for _, l := range described["vector_layers"].([]any) {
		layers = append(layers, l.(map[string]any)["id"].(string))
	}
	drawn := 0
	for _, l := range style["layers"].([]any) {
		l := l.(map[string]any)
		if from, ok := l["source-layer"]; ok {
			drawn++
			if !slices.Contains(layers, from.(string)) || l["source"] != "gridpatrol" {
				t.Errorf("the style draws %v, of layers %v", l, layers)
			}
		}
	}
	if drawn < 8 {
		t.Errorf("the style draws %d layers", drawn)
	}
}

// TestReqOas30Completeness finds every address that the tilesets lead to in the
// OpenAPI document, with the parameters of tiles and the endings of the ids that
// the standard asks for.
func TestReqOas30Completeness(t *testing.T) {
	r := newRig(t)
	paths := r.read(t, "/ogc/api")["paths"].(map[string]any)
	ids := map[string]bool{}
	for path, item := range paths {
		id := item.(map[string]any)["get"].(map[string]any)["operationId"].(string)
		if ids[id] {
			t.Errorf("two operations are called %s", id)
		}
		ids[id] = true
		if strings.HasSuffix(path, "/{tileCol}") {
			kinds := map[string]string{}
			for _, p := range item.(map[string]any)["get"].(map[string]any)["parameters"].([]any) {
				if p := p.(map[string]any); p["in"] == "path" && p["required"] == true {
					kinds[p["name"].(string)] = p["schema"].(map[string]any)["type"].(string)
				}
			}
			if len(kinds) != 3 || kinds["tileMatrix"] != "string" || kinds["tileRow"] != "integer" || kinds["tileCol"] != "integer" {
				t.Errorf("%s has the parameters %v", path, kinds)
			}
		}
	}
	for _, origin := range r.origins(t) {
		kind := ".collection.vector"
		if origin == "/ogc" {
			kind = ".dataset.vector"
		}
		base := strings.TrimPrefix(origin, "/ogc") + "/tiles"
		for path, suffix := range map[string]string{
			base: ".getTileSetsList", base + "/WebMercatorQuad": ".getTileSet", base + "/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": ".getTile"} {
			item, ok := paths[path].(map[string]any)
			if !ok || !strings.HasSuffix(item["get"].(map[string]any)["operationId"].(string), kind+suffix) {
				t.Errorf("%s is described as %v", path, item)
			}
		}
	}
	for _, path := range []string{"/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/styles", "/styles/gridpatrol", "/tiles/WebMercatorQuad/metadata.json"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}
