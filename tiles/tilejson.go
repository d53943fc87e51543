package tiles

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// tileSet is a TileJSON 3.0.0 document
// (https://github.com/mapbox/tilejson-spec/tree/master/3.0.0).
type tileSet struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Attribution  string        `json:"attribution,omitempty"`
	Scheme       string        `json:"scheme"`
	Format       string        `json:"format"` // for readers of MBTiles metadata
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	Center       [3]float64    `json:"center"`
	Revision     int           `json:"revision"`
	VectorLayers []vectorLayer `json:"vector_layers"`
}

type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// synthetic is said wherever invented shapes are shown.
const synthetic = "synthetic data: every boundary is invented"

// tileJSON answers for {layer}.json and {layer}/metadata.json, where GDAL
// looks.
func (s *Server) tileJSON(w http.ResponseWriter, r *http.Request) error {
	l, ok := s.layers[mux.Vars(r)["layer"]]
	if !ok {
		return fmt.Errorf("layer %q: %w", mux.Vars(r)["layer"], geo.ErrNotFound)
	}
	q, err := query(r, "at", "plan")
	if err != nil {
		return err
	}
	snapshot, err := s.snapshot(r, q)
	if err != nil {
		return err
	}
	caching := caching(q)
	if l.source == fromPatrols {
		if v := s.c.Viewer(r); !v.ReadsPatrols() {
			return noPatrols(v)
		}
		caching = ownOnly
		w.Header().Set("Vary", "Authorization, Cookie")
	}
	tiles := s.c.PublicURL(r) + "/tiles/" + l.name + "/{z}/{x}/{y}.mvt"
	if l.source == fromAreas || l.source == fromGround {
		tiles += which(q)
	}
	bounds := bounds(snapshot)
	center := bounds.Center()
	return writeJSON(w, r, caching, tileSet{
		TileJSON:     "3.0.0",
		Name:         l.name,
		Description:  l.description,
		Attribution:  attribution(snapshot),
		Scheme:       "xyz",
		Format:       "pbf",
		Tiles:        []string{tiles},
		MinZoom:      l.minZoom,
		MaxZoom:      l.maxZoom,
		Bounds:       [4]float64{bounds.Min[0], bounds.Min[1], bounds.Max[0], bounds.Max[1]},
		Center:       [3]float64{center[0], center[1], float64(min(max(l.minZoom, 10), l.maxZoom))},
		Revision:     snapshot.Revision.Number,
		VectorLayers: []vectorLayer{{l.name, l.description, l.minZoom, l.maxZoom, l.fields}},
	})
}

// TileJSON describes tiles of several layers as TileJSON 3.0.0. Template is
// where they are, with {z}, {x} and {y} in it. The document is ready to be
// encoded; names there are no layers of are left out.
func (s *Server) TileJSON(snapshot *locate.Snapshot, names []string, name, description, template string) any {
	out := tileSet{TileJSON: "3.0.0", Name: name, Description: description, Attribution: attribution(snapshot),
		Scheme: "xyz", Format: "pbf", Tiles: []string{template}, MinZoom: maxZoom, Revision: snapshot.Revision.Number}
	for _, name := range names {
		if l := s.layers[name]; l != nil {
			out.MinZoom, out.MaxZoom = min(out.MinZoom, l.minZoom), max(out.MaxZoom, l.maxZoom)
			out.VectorLayers = append(out.VectorLayers, vectorLayer{l.name, l.description, l.minZoom, l.maxZoom, l.fields})
		}
	}
	b := s.Bounds(snapshot, names)
	center := bounds(snapshot).Center()
	out.Bounds = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
	out.Center = [3]float64{center[0], center[1], float64(min(max(out.MinZoom, 10), out.MaxZoom))}
	return out
}

// bounds is the box round all areas; without any, all the map.
func bounds(s *locate.Snapshot) orb.Bound {
	if s.Index.Len() == 0 {
		return orb.Bound{Min: orb.Point{-180, -85.051129}, Max: orb.Point{180, 85.051129}}
	}
	return s.Index.Bound()
}

func attribution(s *locate.Snapshot) string {
	invented := func(a *geo.Area) bool { return a.Synthetic }
	for _, k := range geo.Kinds() {
		if slices.ContainsFunc(s.Index.Areas(k), invented) {
			return synthetic
		}
	}
	return ""
}

// which gives the query that asks for the same boundaries again.
func which(q url.Values) string {
	for _, name := range []string{"at", "plan"} {
		if q.Has(name) {
			return "?" + name + "=" + url.QueryEscape(q.Get(name))
		}
	}
	return ""
}

// writeJSON sends a description of tiles as tiles are sent: with an ETag, 304 to
// who has it, and gzipped for who takes that.
func writeJSON(w http.ResponseWriter, r *http.Request, caching string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	send(w, r, finish(data), caching, headerJSON)
	return nil
}
