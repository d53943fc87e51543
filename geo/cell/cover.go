package cell

import (
	"fmt"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
	h3 "github.com/uber/h3-go/v4"
)

// Cover gives all cells of a resolution that intersect the bound, a touch
// included, in ascending order.
//
// The bound is in lon/lat degrees; a single point is a bound too. The sides of
// a cell are taken as straight in lon/lat, as maps draw them. geo.ErrInvalid
// where the bound is empty or not finite, reaches (with two edges of a cell
// added on all sides) past ±179, ±89 or across 180° of longitude, or needs
// more than a million cells ("too-many-cells").
func Cover(bound orb.Bound, res int) ([]Cell, error) {
	found, err := around(bound, res)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(found, func(c Cell) bool { return !geo.Intersects(orb.MultiPolygon{Boundary(c)}, bound) })
	slices.Sort(out)
	return out, nil
}

// around gives all cells that Cover gives and some more, in no particular order.
func around(bound orb.Bound, res int) ([]Cell, error) {
	if err := checkResolution(res); err != nil {
		return nil, err
	}
	_, minOK := geo.Snap(bound.Min)
	_, maxOK := geo.Snap(bound.Max)
	if !minOK || !maxOK || bound.IsEmpty() {
		return nil, geo.Invalid("not-a-bound", fmt.Sprintf("%v is no bound in lon/lat degrees", bound))
	}
	// H3 takes the cells whose centres lie in a polygon. Every cell that meets
	// the bound has its centre within its own circumradius of it, which is
	// nowhere twice the mean edge of the resolution.
	edgeM, err := h3.HexagonEdgeLengthAvgM(res)
	if err != nil {
		return nil, invalid(err, "the edge of resolution %d", res)
	}
	const degreeM = 110574 // a degree of latitude is nowhere shorter
	padLat := 2 * edgeM / degreeM
	south, north := bound.Min[1]-padLat, bound.Max[1]+padLat
	farthest := max(math.Abs(south), math.Abs(north))
	if farthest > 89 {
		return nil, tooFar(bound, res)
	}
	padLon := padLat / math.Cos(farthest*math.Pi/180)
	west, east := bound.Min[0]-padLon, bound.Max[0]+padLon
	if west < -179 || east > 179 || east-west >= 180 {
		return nil, tooFar(bound, res)
	}
	areaM2, err := h3.HexagonAreaAvgM2(res)
	if err != nil {
		return nil, invalid(err, "the area of resolution %d", res)
	}
	if n := (east - west) * (north - south) * degreeM * degreeM / areaM2; n > maxCells {
		return nil, geo.Invalid("too-many-cells", fmt.Sprintf("%v would take about %.0f cells of resolution %d", bound, n, res))
	}
	found, err := h3.PolygonToCells(h3.GeoPolygon{GeoLoop: h3.GeoLoop{
		latLng(orb.Point{west, south}), latLng(orb.Point{east, south}),
		latLng(orb.Point{east, north}), latLng(orb.Point{west, north}),
	}}, res)
	if err != nil {
		return nil, invalid(err, "the cells of %v", bound)
	}
	return cells(found), nil
}

func tooFar(bound orb.Bound, res int) error {
	return geo.Invalid("bound-too-large", fmt.Sprintf(
		"%v with the cells of resolution %d round it reaches a pole or the 180th meridian, or is half the world wide", bound, res))
}
