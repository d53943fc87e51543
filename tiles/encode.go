package tiles

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
)

// feature is a feature in the coordinates of one tile.
type feature struct {
	id         uint64       // 0 for none
	geometry   orb.Geometry // tile units, whole numbers; never nil or empty
	properties map[string]any
}

// encode writes a tile of one layer, as version 2 of the Mapbox Vector Tile
// specification has it. Without features it is nil: an empty tile.
func encode(name string, features []feature) ([]byte, error) {
	if len(features) == 0 {
		return nil, nil
	}
	l := &mvt.Layer{Name: name, Version: 2, Extent: extent, Features: make([]*geojson.Feature, len(features))}
	for i, f := range features {
		g := &geojson.Feature{Geometry: f.geometry, Properties: f.properties}
		if f.id != 0 {
			g.ID = f.id
		}
		l.Features[i] = g
	}
	data, err := mvt.Marshal(mvt.Layers{l})
	if err != nil {
		return nil, fmt.Errorf("encode tile of %s: %w", name, err)
	}
	return data, nil
}
