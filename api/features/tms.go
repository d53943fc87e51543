package features

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// The one tile matrix set: the squares of the Mercator map, as OGC 17-083r4
// (annex D.1) defines them.
const (
	webMercatorQuad = "WebMercatorQuad"
	tileMatrixURI   = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	webMercator     = "http://www.opengis.net/def/crs/EPSG/0/3857"
)

// Measures of the set: half the side of the map in metres, the side of a tile
// in pixels, and the size of a pixel that scale denominators count with (OGC
// 17-083r4, 6.2), in metres.
const (
	mercatorHalf = math.Pi * 6378137
	tilePixels   = 256
	pixelM       = 0.00028
)

// tileMatrix is one zoom of a tile matrix set.
type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      int        `json:"matrixWidth"`
	MatrixHeight     int        `json:"matrixHeight"`
}

// tileMatrixSet is a tile matrix set as the standard encodes it.
type tileMatrixSet struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       [2]string    `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet"`
	TileMatrices      []tileMatrix `json:"tileMatrices"`
	Links             []link       `json:"links"`
}

// cellSize gives the side of a pixel of a zoom, in metres at the equator.
func cellSize(zoom int) float64 { return 2 * mercatorHalf / tilePixels / math.Exp2(float64(zoom)) }

func tileMatrices() []tileMatrix {
	const deepest = 24 // of the set as registered
	out := make([]tileMatrix, deepest+1)
	for z := range out {
		out[z] = tileMatrix{
			ID: strconv.Itoa(z), ScaleDenominator: cellSize(z) / pixelM, CellSize: cellSize(z),
			CornerOfOrigin: "topLeft", PointOfOrigin: [2]float64{-mercatorHalf, mercatorHalf},
			TileWidth: tilePixels, TileHeight: tilePixels, MatrixWidth: 1 << z, MatrixHeight: 1 << z,
		}
	}
	return out
}

// listTileMatrixSets answers for /ogc/tileMatrixSets.
func (s *Server) listTileMatrixSets(w http.ResponseWriter, r *http.Request) error {
	if _, err := values(r, "f"); err != nil {
		return err
	}
	return write(w, r, "application/json", map[string]any{
		"links": []link{{s.url(r, "/tileMatrixSets"), "self", "application/json", "Tile matrix sets"}, pageLink(s.url(r, "/tileMatrixSets"))},
		"tileMatrixSets": []map[string]any{{
			"id": webMercatorQuad, "title": "Google Maps Compatible for the World", "uri": tileMatrixURI, "crs": webMercator,
			"links": []link{{s.url(r, "/tileMatrixSets/"+webMercatorQuad), "self", "application/json", webMercatorQuad}},
		}},
	})
}

// oneTileMatrixSet answers for /ogc/tileMatrixSets/{tileMatrixSetId}.
func (s *Server) oneTileMatrixSet(w http.ResponseWriter, r *http.Request) error {
	if id := mux.Vars(r)["tileMatrixSetId"]; id != webMercatorQuad {
		return fmt.Errorf("tile matrix set %q: %w", id, geo.ErrNotFound)
	}
	if _, err := values(r, "f"); err != nil {
		return err
	}
	return write(w, r, "application/json", tileMatrixSet{
		ID: webMercatorQuad, Title: "Google Maps Compatible for the World", URI: tileMatrixURI, CRS: webMercator,
		OrderedAxes: [2]string{"X", "Y"}, WellKnownScaleSet: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
		TileMatrices: tileMatrices(),
		Links: []link{
			{s.url(r, "/tileMatrixSets/"+webMercatorQuad), "self", "application/json", webMercatorQuad},
			pageLink(s.url(r, "/tileMatrixSets/"+webMercatorQuad)),
		},
	})
}

// tileMatrixLimit is the part of a tile matrix that has tiles.
type tileMatrixLimit struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow int    `json:"minTileRow"`
	MaxTileRow int    `json:"maxTileRow"`
	MinTileCol int    `json:"minTileCol"`
	MaxTileCol int    `json:"maxTileCol"`
}

func limitOf(l tiles.Limit) tileMatrixLimit {
	return tileMatrixLimit{strconv.Itoa(l.Zoom), l.MinRow, l.MaxRow, l.MinCol, l.MaxCol}
}
