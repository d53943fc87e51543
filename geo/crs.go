package geo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// CRS is a coordinate system that positions may come in. Its text is one of the
// constants, or "EPSG:" and the number of a Gauss-Krüger zone of CGCS2000.
type CRS string

// The coordinate systems with a name of their own.
const (
	WGS84       CRS = "wgs84"     // EPSG:4326, what everything is kept in
	CGCS2000    CRS = "cgcs2000"  // EPSG:4490, the same numbers as WGS 84
	GCJ02       CRS = "gcj02"     // the shifted WGS 84 of AMap, Tencent and WeChat
	BD09        CRS = "bd09"      // Baidu's shift on top of GCJ-02
	WebMercator CRS = "EPSG:3857" // metres of the world's web maps
)

// ParsePointCRS reads a system that a request may name: wgs84, cgcs2000, gcj02
// or bd09, in small letters or capitals; "" is wgs84. Anything else is ErrInvalid.
func ParsePointCRS(s string) (CRS, error) {
	switch c := CRS(strings.ToLower(s)); c {
	case "":
		return WGS84, nil
	case WGS84, CGCS2000, GCJ02, BD09:
		return c, nil
	}
	return "", &Problem{
		Kind: ErrInvalid, Code: "crs-unknown",
		Detail: fmt.Sprintf("%q is no coordinate system known here", s),
		Allow:  []string{string(WGS84), string(CGCS2000), string(GCJ02), string(BD09)},
	}
}

// ParseCRS reads a system that a file may be in: those of ParsePointCRS, and
// EPSG:n, or n alone, for 4326 and 4490 (which give WGS84 and CGCS2000), 3857, and the
// Gauss-Krüger zones of CGCS2000: 4491 to 4512 of 6 degrees, 4513 to 4554 of 3
// degrees (4551 and 4530 for Shuangyang, 126°E without and with the zone number
// 42 before the easting). Beijing 1954, Xi'an 1980 and New Beijing are refused with a
// *Problem of code "datum-refused", others with "crs-unknown"; both are
// ErrInvalid.
func ParseCRS(s string) (CRS, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(s), "EPSG:"))
	if err != nil {
		return ParsePointCRS(s)
	}
	switch n {
	case 4326:
		return WGS84, nil
	case 4490:
		return CGCS2000, nil
	case 3857:
		return WebMercator, nil
	}
	if _, ok := zone(n); ok {
		return CRS("EPSG:" + strconv.Itoa(n)), nil
	}
	if datum := legacyDatum(n); datum != "" {
		return "", Invalid("datum-refused", fmt.Sprintf(
			"EPSG:%d is on the datum %s, some 50 to 150 m away from WGS 84 by an amount that differs from county to county "+
				"and is in no public table; have the file transformed to CGCS2000 (EPSG:4490, EPSG:4551) by the surveying office", n, datum))
	}
	return ParsePointCRS(s)
}

// Geographic reports whether coordinates are longitude and latitude in degrees;
// otherwise they are easting and northing in metres.
func (c CRS) Geographic() bool {
	return c == WGS84 || c == CGCS2000 || c == GCJ02 || c == BD09
}

// zone gives the projection of an EPSG number of CGCS2000 / Gauss-Krüger: four
// blocks, of 6 and 3 degrees, with the zone number before the easting and
// without. ok is false for other numbers.
func zone(epsg int) (t transverse, ok bool) {
	switch {
	case epsg >= 4491 && epsg <= 4501: // 6 degrees, zones 13 to 23
		z := float64(epsg - 4491 + 13)
		return transverse{6*z - 3, z*1e6 + 500_000}, true
	case epsg >= 4502 && epsg <= 4512: // 6 degrees, 75°E to 135°E
		return transverse{float64(75 + 6*(epsg-4502)), 500_000}, true
	case epsg >= 4513 && epsg <= 4533: // 3 degrees, zones 25 to 45
		z := float64(epsg - 4513 + 25)
		return transverse{3 * z, z*1e6 + 500_000}, true
	case epsg >= 4534 && epsg <= 4554: // 3 degrees, 75°E to 135°E
		return transverse{float64(75 + 3*(epsg-4534)), 500_000}, true
	}
	return transverse{}, false
}

// legacyDatum names the datum of an EPSG number that is on one of China's
// datums before CGCS2000, by the ranges of the EPSG data set 10; else "".
func legacyDatum(epsg int) string {
	in := func(from, to int) bool { return epsg >= from && epsg <= to }
	switch {
	case epsg == 4610, in(2327, 2390):
		return "Xi'an 1980"
	case epsg == 4214, in(2401, 2442), in(21413, 21423), in(21453, 21463), in(21473, 21483):
		return "Beijing 1954"
	case epsg == 4555, in(4568, 4589), in(4652, 4656), in(4766, 4800), epsg == 4812, epsg == 4822:
		return "New Beijing"
	}
	return ""
}

// reachM is how far from its central meridian a Gauss-Krüger coordinate may
// lie: beyond it the number is taken for one of another zone or of none.
const reachM = 1_000_000

// ToWGS84 gives the place of p in WGS 84, lon/lat in degrees, not rounded.
//
// p is lon/lat in degrees, or easting and northing in metres, in that order.
// CGCS2000 is the same to the bit: the two frames agree to some centimetres and no
// public transformation exists. GCJ-02 and BD-09 are undone to less than a micrometre;
// outside the box round China GCJ-02 shifts nothing. ErrInvalid, a *Problem,
// where p is not finite, no lon/lat ("not-a-position") or lies outside the
// zone ("crs-out-of-zone"), or c comes from no Parse function ("crs-unknown").
func ToWGS84(c CRS, p orb.Point) (orb.Point, error) {
	if c.Geographic() {
		if _, ok := Snap(p); !ok {
			return orb.Point{}, noPosition(p)
		}
	}
	switch c {
	case WGS84, CGCS2000:
		return p, nil
	case GCJ02:
		return checked(c, p, wgs84FromGCJ(p))
	case BD09:
		return checked(c, p, wgs84FromBD(p))
	case WebMercator:
		const rad = math.Pi / 180
		return checked(c, p, orb.Point{
			p[0] / (orb.EarthRadius * rad),
			math.Atan(math.Sinh(p[1]/orb.EarthRadius)) / rad,
		})
	}
	t, err := c.projection()
	if err != nil {
		return orb.Point{}, err
	}
	if !(math.Abs(p[0]-t.falseEasting) <= reachM && math.Abs(p[1]) <= 10_002_000) {
		return orb.Point{}, outOfZone(c, p)
	}
	lon, lat := t.inverse(p[0], p[1])
	return checked(c, p, orb.Point{lon, lat})
}

// FromWGS84 gives the place p, lon/lat in degrees WGS 84, in the system c; the
// inverse of ToWGS84, with the same errors. The poles are not in EPSG:3857.
func FromWGS84(c CRS, p orb.Point) (orb.Point, error) {
	if _, ok := Snap(p); !ok {
		return orb.Point{}, noPosition(p)
	}
	switch c {
	case WGS84, CGCS2000:
		return p, nil
	case GCJ02:
		return gcjFromWGS84(p), nil
	case BD09:
		return bdFromWGS84(p), nil
	case WebMercator:
		if math.Abs(p[1]) > 89.9 {
			return orb.Point{}, outOfZone(c, p)
		}
		const rad = math.Pi / 180
		return orb.Point{
			p[0] * rad * orb.EarthRadius,
			math.Asinh(math.Tan(p[1]*rad)) * orb.EarthRadius,
		}, nil
	}
	t, err := c.projection()
	if err != nil {
		return orb.Point{}, err
	}
	if math.Abs(p[0]-t.meridian) > 20 {
		return orb.Point{}, outOfZone(c, p)
	}
	easting, northing := t.forward(p[0], p[1])
	return orb.Point{easting, northing}, nil
}

// projection gives the Gauss-Krüger projection that c names.
func (c CRS) projection() (transverse, error) {
	if digits, ok := strings.CutPrefix(string(c), "EPSG:"); ok {
		if n, err := strconv.Atoi(digits); err == nil {
			if t, ok := zone(n); ok {
				return t, nil
			}
		}
	}
	return transverse{}, Invalid("crs-unknown", fmt.Sprintf("%q is no coordinate system known here", string(c)))
}

// checked gives the converted point w, or an error where it is none.
func checked(c CRS, p, w orb.Point) (orb.Point, error) {
	if _, ok := Snap(w); !ok {
		return orb.Point{}, outOfZone(c, p)
	}
	return w, nil
}

func noPosition(p orb.Point) error {
	return Invalid("not-a-position", fmt.Sprintf("%v, %v is no longitude and latitude in degrees", p[0], p[1]))
}

func outOfZone(c CRS, p orb.Point) error {
	return Invalid("crs-out-of-zone", fmt.Sprintf("%v, %v lies outside the reach of %s", p[0], p[1], c))
}
