package ingest

import (
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// mend makes a sound shape of rings that are none.
func (in *intake) mend(f *feature, land outline) (orb.MultiPolygon, error) {
	return geo.NormalizeShape(f.nested.polygons(land))
}
