package features

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// Tiles draws vector tiles, as tiles.Server does.
type Tiles interface {
	// Layer gives the layer of that name.
	Layer(name string) (tiles.Layer, bool)
	// Limit gives the tiles of a zoom that may show something of the layers; not
	// ok where none of them has the zoom.
	Limit(snapshot *locate.Snapshot, names []string, zoom int) (tiles.Limit, bool)
	// TileJSON describes the tiles at template.
	TileJSON(snapshot *locate.Snapshot, names []string, name, description, template string) any
	// Style gives a MapLibre style of the tiles whose TileJSON is at url.
	Style(snapshot *locate.Snapshot, names []string, url string) any
	// SendTile answers with a tile of the layers.
	SendTile(w http.ResponseWriter, r *http.Request, snapshot *locate.Snapshot, private bool, names []string, t maptile.Tile) error
}

// Relations of links that OGC API – Tiles and OGC 17-083r4 define.
const (
	relTilesets      = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTilingScheme  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relTilingSchemes = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	relStyles        = "http://www.opengis.net/def/rel/ogc/1.0/styles"
	relGeodata       = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
)

// The classes of OGC API – Tiles (OGC 20-057) that are kept.
var tileClasses = []string{
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
}

// tileLink is a link of what describes tiles; its address may be a template.
type tileLink struct {
	link
	Templated bool `json:"templated,omitempty"`
}

// tilesetItem is a tileset as a list of them names it: with what the standard
// asks for there, and what it takes to ask for a tile.
type tilesetItem struct {
	Title         string            `json:"title"`
	DataType      string            `json:"dataType"`
	CRS           string            `json:"crs"`
	TileMatrixURI string            `json:"tileMatrixSetURI"`
	TileMatrixID  string            `json:"tileMatrixSetId"`
	Limits        []tileMatrixLimit `json:"tileMatrixSetLimits"`
	Links         []tileLink        `json:"links"`
}

// tilesetDocument is the metadata of a tileset (OGC 17-083r4, clause 8).
type tilesetDocument struct {
	tilesetItem
	Description string         `json:"description"`
	Layers      []tilesetLayer `json:"layers"`
	BoundingBox boundingBox    `json:"boundingBox"`
	CenterPoint object         `json:"centerPoint"`
	MediaTypes  []string       `json:"mediaTypes"`
}

type boundingBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

// tilesetLayer is a layer of a tileset.
type tilesetLayer struct {
	ID                string      `json:"id"`
	Title             string      `json:"title"`
	Description       string      `json:"description"`
	DataType          string      `json:"dataType"`
	GeometryDimension *int        `json:"geometryDimension,omitempty"` // absent where it differs
	MinTileMatrix     string      `json:"minTileMatrix"`
	MaxTileMatrix     string      `json:"maxTileMatrix"`
	BoundingBox       boundingBox `json:"boundingBox"`
	Schema            object      `json:"propertiesSchema"`
	Links             []link      `json:"links"`
}

// inPath reports whether the path names a collection.
func inPath(r *http.Request) bool { return mux.Vars(r)["collection"] != "" }

// title gives what a tileset is called, in words.
func (t *tileset) title() string {
	if t.of != nil {
		return t.of.title
	}
	return "gridpatrol"
}

func (s *Server) tilesetItem(r *http.Request, t *tileset) tilesetItem {
	base := s.url(r, t.path+"/tiles/"+webMercatorQuad)
	out := tilesetItem{
		Title: t.title(), DataType: "vector", CRS: webMercator, TileMatrixURI: tileMatrixURI, TileMatrixID: webMercatorQuad,
		Links: []tileLink{
			{link: link{base + t.query, "self", "application/json", "This tileset"}},
			{link: pageLink(base + t.query)},
			{link: link{s.url(r, "/tileMatrixSets/"+webMercatorQuad), relTilingScheme, "application/json", webMercatorQuad}},
			{link{base + "/{tileMatrix}/{tileRow}/{tileCol}" + t.query, "item", tileType, "The tiles"}, true},
		},
	}
	for zoom := range tiles.MaxZoom + 1 {
		if l, ok := s.c.Tiles.Limit(t.snapshot, t.names, zoom); ok {
			out.Limits = append(out.Limits, limitOf(l))
		}
	}
	return out
}

// listTilesets answers for /ogc/tiles and for the tiles of a collection.
func (s *Server) listTilesets(w http.ResponseWriter, r *http.Request) error {
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	s.setTileHeaders(w, &t)
	return write(w, r, "application/json", map[string]any{
		"links":    []link{{s.url(r, t.path+"/tiles") + t.query, "self", "application/json", "Tilesets"}, pageLink(s.url(r, t.path+"/tiles") + t.query)},
		"tilesets": []tilesetItem{s.tilesetItem(r, &t)},
	})
}

// oneTileset answers with the metadata of a tileset, or with its TileJSON.
func (s *Server) oneTileset(w http.ResponseWriter, r *http.Request) error {
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	if t.format == formatTileJSON {
		return s.sendTileJSON(w, r, &t, tileJSONType)
	}
	s.setTileHeaders(w, &t)
	return write(w, r, "application/json", s.tilesetDocument(r, &t))
}

// tilesetMetadata answers for metadata.json at the root of the tiles, in the
// form of TileJSON, where readers of MVT folders look.
func (s *Server) tilesetMetadata(w http.ResponseWriter, r *http.Request) error {
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	return s.sendTileJSON(w, r, &t, "application/json")
}

func (s *Server) sendTileJSON(w http.ResponseWriter, r *http.Request, t *tileset, contentType string) error {
	template := s.url(r, t.path+"/tiles/"+webMercatorQuad) + "/{z}/{y}/{x}" + t.query
	s.setTileHeaders(w, t)
	return write(w, r, contentType, s.c.Tiles.TileJSON(t.snapshot, t.names, t.title(), t.description(), template))
}

func (t *tileset) description() string {
	if t.of != nil {
		return t.of.description
	}
	return "Vector tiles of " + strings.Join(t.names, ", ")
}

func (s *Server) tilesetDocument(r *http.Request, t *tileset) tilesetDocument {
	box := boundingBox{[2]float64{-180, -90}, [2]float64{180, 90}, crs84}
	center := [2]float64{}
	if t.snapshot.Index.Len() > 0 {
		b := t.snapshot.Index.Bound()
		box.LowerLeft, box.UpperRight, center = b.Min, b.Max, b.Center()
	}
	d := tilesetDocument{
		tilesetItem: s.tilesetItem(r, t), Description: t.description(), BoundingBox: box, MediaTypes: []string{tileType},
		CenterPoint: object{"coordinates": center, "crs": crs84},
	}
	base := s.url(r, t.path+"/tiles/"+webMercatorQuad)
	more := t.query
	if more == "" {
		more = "?"
	} else {
		more += "&"
	}
	d.Links = append(d.Links, tileLink{link: link{base + more + "f=" + formatTileJSON, "alternate", tileJSONType, "This tileset as TileJSON"}})
	if t.of != nil {
		d.Links = append(d.Links, tileLink{link: link{s.url(r, t.path), relGeodata, "application/json", t.of.title}})
	}
	for _, name := range t.names {
		d.Layers = append(d.Layers, s.tilesetLayer(r, name, box))
	}
	return d
}

func (s *Server) tilesetLayer(r *http.Request, name string, box boundingBox) tilesetLayer {
	l, _ := s.c.Tiles.Layer(name)
	out := tilesetLayer{
		ID: name, Title: name, Description: l.Description, DataType: "vector",
		MinTileMatrix: strconv.Itoa(l.MinZoom), MaxTileMatrix: strconv.Itoa(l.MaxZoom), BoundingBox: box,
		Links: []link{{s.url(r, "/collections/"+name), relGeodata, "application/json", name}},
	}
	if l.Dimension >= 0 {
		out.GeometryDimension = &l.Dimension
	}
	properties := make(object, len(l.Fields))
	for field, kind := range l.Fields {
		properties[field] = object{"type": strings.ToLower(kind)}
	}
	out.Schema = object{"type": "object", "properties": properties}
	return out
}

// sendTile answers with a tile. What lies outside the limits is not found, and
// what shows nothing inside is empty.
func (s *Server) sendTile(w http.ResponseWriter, r *http.Request) error {
	return s.sendTileWithin(w, r, func(missing error) error { return missing })
}

// sendTileOfFolder is sendTile where what lies outside the limits is empty:
// GDAL reads a column and a row more, and gives up at one that is not found.
func (s *Server) sendTileOfFolder(w http.ResponseWriter, r *http.Request) error {
	return s.sendTileWithin(w, r, func(error) error {
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

func (s *Server) sendTileWithin(w http.ResponseWriter, r *http.Request, outside func(missing error) error) error {
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	vars := mux.Vars(r)
	number := func(name string, most int) (n int, ok bool) {
		n, err := strconv.Atoi(vars[name])
		return n, err == nil && n >= 0 && n <= most && strconv.Itoa(n) == vars[name]
	}
	missing := fmt.Errorf("tile %s/%s/%s: %w", vars["tileMatrix"], vars["tileRow"], vars["tileCol"], geo.ErrNotFound)
	zoom, ok := number("tileMatrix", tiles.MaxZoom)
	if !ok {
		return missing
	}
	row, okRow := number("tileRow", 1<<zoom-1)
	column, okColumn := number("tileCol", 1<<zoom-1)
	if !okRow || !okColumn {
		return missing
	}
	at := maptile.New(uint32(column), uint32(row), maptile.Zoom(zoom))
	if limit, ok := s.c.Tiles.Limit(t.snapshot, t.names, zoom); !ok || !limit.Holds(at) {
		return outside(missing)
	}
	return s.c.Tiles.SendTile(w, r, t.snapshot, t.private, t.names, at)
}

// setTileHeaders says who may keep what describes tiles.
func (s *Server) setTileHeaders(w http.ResponseWriter, t *tileset) {
	if t.private {
		w.Header().Set("Cache-Control", "private, no-cache")
	}
}

// tilesetLink leads from the landing page, or from a collection, to its tiles.
func (s *Server) tilesetLink(r *http.Request, path, query string) link {
	return link{s.url(r, path+"/tiles") + query, relTilesets, "application/json", "Vector tiles"}
}
