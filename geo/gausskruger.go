package geo

import "math"

// transverse is a transverse Mercator projection of scale 1 with the equator as
// its origin: Gauss-Krüger, as CGCS2000 uses it.
//
// It follows Krüger's series in the third flattening n to the sixth order:
// C. F. F. Karney, Transverse Mercator with an accuracy of a few nanometers,
// Journal of Geodesy 85 (2011), eqs. 7-12, 14, 17-21, 35 and 36
// (https://arxiv.org/abs/1002.1417); it is method 9807 of EPSG guidance note
// 7-2. Its truncation error is below 10 nm within 3,900 km of the central meridian.
type transverse struct {
	meridian     float64 // degrees east
	falseEasting float64 // metres
}

// CGCS2000's ellipsoid, EPSG:1024. It differs from that of WGS 84 by 0.1 mm in
// the semi-minor axis.
const (
	cgcsMajorM  = 6378137.0
	cgcsFlat    = 1 / 298.257222101
	thirdFlat   = cgcsFlat / (2 - cgcsFlat)
	rectifyingM = cgcsMajorM / (1 + thirdFlat) *
		(1 + thirdFlat*thirdFlat/4 + thirdFlat*thirdFlat*thirdFlat*thirdFlat/64)
)

// krugerForward holds α of eq. 35: row j-1 the coefficients of n^j … n^6 in αj.
var krugerForward = [6][]float64{
	{1. / 2, -2. / 3, 5. / 16, 41. / 180, -127. / 288, 7891. / 37800},
	{13. / 48, -3. / 5, 557. / 1440, 281. / 630, -1983433. / 1935360},
	{61. / 240, -103. / 140, 15061. / 26880, 167603. / 181440},
	{49561. / 161280, -179. / 168, 6601661. / 7257600},
	{34729. / 80640, -3418889. / 1995840},
	{212378941. / 319334400},
}

// krugerInverse holds β of eq. 36 in the same way.
var krugerInverse = [6][]float64{
	{1. / 2, -2. / 3, 37. / 96, -1. / 360, -81. / 512, 96199. / 604800},
	{1. / 48, 1. / 15, -437. / 1440, 46. / 105, -1118711. / 3870720},
	{17. / 480, -37. / 840, -209. / 4480, 5569. / 90720},
	{4397. / 161280, -11. / 504, -830251. / 7257600},
	{4583. / 161280, -108847. / 3991680},
	{20648693. / 638668800},
}

// krugerSum gives Σ cj sin 2jξ cosh 2jη and Σ cj cos 2jξ sinh 2jη.
func krugerSum(series *[6][]float64, xi, eta float64) (dXi, dEta float64) {
	nj := 1.0
	for j, row := range series {
		nj *= thirdFlat
		c := 0.0
		for i := len(row) - 1; i >= 0; i-- {
			c = c*thirdFlat + row[i]
		}
		c *= nj
		sin, cos := math.Sincos(2 * float64(j+1) * xi)
		dXi += c * sin * math.Cosh(2*float64(j+1)*eta)
		dEta += c * cos * math.Sinh(2*float64(j+1)*eta)
	}
	return dXi, dEta
}

// forward gives easting and northing in metres of a place in degrees.
func (t transverse) forward(lon, lat float64) (easting, northing float64) {
	const rad = math.Pi / 180
	sinLon, cosLon := math.Sincos((lon - t.meridian) * rad)
	tau := conformal(math.Tan(lat * rad))
	xi, eta := math.Atan2(tau, cosLon), math.Asinh(sinLon/math.Hypot(tau, cosLon))
	dXi, dEta := krugerSum(&krugerForward, xi, eta)
	return rectifyingM*(eta+dEta) + t.falseEasting, rectifyingM * (xi + dXi)
}

// inverse gives the place in degrees of easting and northing in metres.
func (t transverse) inverse(easting, northing float64) (lon, lat float64) {
	const rad = math.Pi / 180
	xi, eta := northing/rectifyingM, (easting-t.falseEasting)/rectifyingM
	dXi, dEta := krugerSum(&krugerInverse, xi, eta)
	xi, eta = xi-dXi, eta-dEta
	sinXi, cosXi := math.Sincos(xi)
	sinhEta := math.Sinh(eta)
	lon = math.Atan2(sinhEta, cosXi)/rad + t.meridian
	lat = math.Atan(geographic(sinXi/math.Hypot(sinhEta, cosXi))) / rad
	return lon, lat
}

// conformal turns the tangent of a latitude into that of the conformal latitude
// (eqs. 7-9).
func conformal(tau float64) float64 {
	e := math.Sqrt(cgcsFlat * (2 - cgcsFlat))
	h := math.Hypot(1, tau)
	sigma := math.Sinh(e * math.Atanh(e*tau/h))
	return tau*math.Hypot(1, sigma) - sigma*h
}

// geographic is the inverse of conformal, by Newton's method (eqs. 19-21); two
// steps reach full precision, it takes at most four, and no more once they change nothing.
func geographic(conf float64) float64 {
	const e2 = cgcsFlat * (2 - cgcsFlat)
	tau := conf / (1 - e2)
	for range 4 {
		c := conformal(tau)
		next := tau + (conf-c)/math.Hypot(1, c)*(1+(1-e2)*tau*tau)/((1-e2)*math.Hypot(1, tau))
		if next == tau {
			break
		}
		tau = next
	}
	return tau
}
