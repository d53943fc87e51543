package tiles

import (
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

// areaFeatures draws the tile of a layer of areas and reads it back.
func areaFeatures(p *prepared, l *layer, t maptile.Tile) (out []feature) {
	data := p.level(l.kind, int(t.Z)).render(l.name, t)
	if data == nil {
		return nil
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		panic(err)
	}
	for _, f := range layers[0].Features {
		id, _ := f.ID.(float64)
		out = append(out, feature{uint64(id), f.Geometry, f.Properties})
	}
	return out
}
