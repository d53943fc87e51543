package tiles

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// MaxZoom is the deepest zoom that any layer has.
const MaxZoom = maxZoom

// Layer is what is known of a layer without drawing it.
type Layer struct {
	Name, Description string
	MinZoom, MaxZoom  int
	// Fields are the properties of its features: name → "String", "Number" or
	// "Boolean", as TileJSON has it. Not to be changed.
	Fields map[string]string
	// Dimension is that of its geometries: 0 for points, 2 for polygons; -1
	// where they differ.
	Dimension int
	// Personal is a layer of which not everybody is shown the same.
	Personal bool
}

// Layer gives the layer of that name.
func (s *Server) Layer(name string) (l Layer, ok bool) {
	found, ok := s.layers[name]
	if !ok {
		return Layer{}, false
	}
	l = Layer{Name: found.name, Description: found.description, MinZoom: found.minZoom, MaxZoom: found.maxZoom, Fields: found.fields, Dimension: 2}
	switch found.source {
	case fromGround:
		l.Dimension = -1
	case fromReports:
		l.Dimension, l.Personal = 0, true
	case fromCounts, fromPatrols:
		l.Personal = true
	}
	return l, true
}

// SendTile answers with a tile of several layers, in their order. Boundaries are
// those of the snapshot, which only the sender may keep where it is private;
// reports and hot spots are as without a filter. Layers that the zoom does not
// have are left out; without any at all, and for names there are no layers of,
// it is geo.ErrNotFound. A tile that shows nothing is one of no bytes and not 204:
// what tests servers by OGC API – Tiles takes every tile within the limits for one
// with content.
func (s *Server) SendTile(w http.ResponseWriter, r *http.Request, snapshot *locate.Snapshot, private bool, names []string, t maptile.Tile) error {
	caching := revalidate
	if private {
		caching = ownOnly
	}
	var parts []*finished
	personal, drawn := false, 0
	for _, name := range names {
		l, ok := s.layers[name]
		if !ok {
			return fmt.Errorf("layer %q: %w", name, geo.ErrNotFound)
		}
		if int(t.Z) < l.minZoom || int(t.Z) > l.maxZoom {
			continue
		}
		drawn++
		part, keep, err := s.part(r, snapshot, l, t)
		if err != nil {
			return err
		}
		if keep == ownOnly {
			caching = ownOnly
		}
		personal = personal || keep != ""
		if part.hash != "" {
			parts = append(parts, part)
		}
	}
	if drawn == 0 {
		return fmt.Errorf("zoom %d of %s: %w", t.Z, strings.Join(names, ", "), geo.ErrNotFound)
	}
	if personal {
		w.Header().Set("Vary", "Authorization, Cookie")
	}
	tile, err := s.together(parts, t, personal)
	if err != nil {
		return err
	}
	if tile.hash == "" {
		tile = blank
	}
	write(w, r, tile, caching)
	return nil
}

// blank is a tile without layers, which in this format has no bytes.
var blank = &finished{hash: "blank", asIs: form{[]string{`"blank"`}, []string{"0"}}, asGzip: form{etag: []string{`"blank"`}}}

// part draws one layer of a tile. Keep is empty where it follows from the
// snapshot alone, else it says who may keep it.
func (s *Server) part(r *http.Request, snapshot *locate.Snapshot, l *layer, t maptile.Tile) (part *finished, keep string, err error) {
	switch l.source {
	case fromReports:
		data, keep, err := s.reportsIn(r, l, t, HotspotQuery{})
		if err != nil {
			return nil, "", err
		}
		return finish(data), keep, nil
	case fromCounts:
		return s.hotspotsIn(r, l, t, HotspotQuery{})
	case fromPatrols:
		return nil, "", fmt.Errorf("layer %q among others: %w", l.name, geo.ErrNotFound)
	}
	part, err = s.cached(snapshot, l, t)
	return part, "", err
}

// together makes one tile of parts: a tile is a message whose layers repeat
// (specification 4.1), so its parts only have to follow each other. What
// follows from boundaries alone is kept, by what it is made of.
func (s *Server) together(parts []*finished, t maptile.Tile, personal bool) (*finished, error) {
	switch len(parts) {
	case 0:
		return &finished{}, nil
	case 1:
		return parts[0], nil
	}
	join := func() ([]byte, error) {
		var out []byte
		for _, p := range parts {
			out = append(out, p.plain...)
		}
		return out, nil
	}
	if personal {
		data, err := join()
		return finish(data), err
	}
	var hashes []byte
	for _, p := range parts {
		hashes = append(append(hashes, p.hash...), ' ')
	}
	mark := [2]uint64{xxhash.Sum64(hashes), uint64(len(hashes))}
	return s.cache.get(key{layer: "together", number: uint64(len(parts)), mark: mark, tile: t}, join)
}
