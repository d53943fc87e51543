package importers

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"github.com/gridpatrol/gridpatrol/geo"
)

// datum is one that is taken.
type datum struct {
	crs geo.CRS // the geographic system on it
	// guess says that its ellipsoid alone tells, since its name is none that is known.
	guess string
}

var datumWGS84 = datum{crs: geo.WGS84}

// semiMajor is the semi-major axis of WGS 84, GRS 1980 and CGCS2000, in metres.
const semiMajor = 6_378_137

// ellipsoidOf gives the node of the ellipsoid of a geographic system, or nil.
func ellipsoidOf(geographic *crsNode) *crsNode {
	if d := geographic.child("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE"); d != nil {
		return d.child("SPHEROID", "ELLIPSOID")
	}
	return nil
}

// datumOf says which datum a system is on: its ellipsoid first, since that is
// where those before CGCS2000 differ whatever they are called, then what the
// datum is called, since WGS 84, CGCS2000 and a dozen datums of other countries
// have the same ellipsoid to a tenth of a millimetre.
func datumOf(root, geographic *crsNode) (datum, error) {
	node := geographic.child("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE")
	name := node.name()
	a, okA := ellipsoidOf(geographic).number(0)
	inverse, okF := ellipsoidOf(geographic).number(1)
	if !okA || !okF {
		return datum{}, &notTaken{why: "it names no ellipsoid"}
	}
	if u, ok := ellipsoidOf(geographic).child("LENGTHUNIT", "UNIT").number(0); ok {
		a *= u
	}
	named := datumNamed(name)
	if strings.HasPrefix(named, "!") {
		return datum{}, &notTaken{legacy: named[1:]}
	}
	is := func(wantA, wantF, tolerance float64) bool {
		return math.Abs(a-wantA) < 0.5 && math.Abs(inverse-wantF) < tolerance
	}
	switch {
	case is(6378245, 298.3, 0.01): // Krassowsky 1940
		if said := legacyNamed(root, geographic); said != "" {
			return datum{}, &notTaken{legacy: said}
		}
		return datum{}, &notTaken{legacy: "Beijing 1954"}
	case is(6378140, 298.257, 0.001): // IAG 1975
		return datum{}, &notTaken{legacy: "Xi'an 1980"}
	case !is(semiMajor, 298.257222, 0.001):
		return datum{}, &notTaken{why: fmt.Sprintf("its ellipsoid has a semi-major axis of %v m and an inverse flattening of %v", a, inverse)}
	}
	if shift := node.child("TOWGS84"); shift != nil {
		for _, v := range shift.numbers {
			if v != 0 {
				return datum{}, &notTaken{why: "it names a shift to WGS 84 (TOWGS84) that CGCS2000 does not have"}
			}
		}
	}
	byEllipsoid := geo.WGS84
	if math.Abs(inverse-298.257222101) < math.Abs(inverse-298.257223563) {
		byEllipsoid = geo.CGCS2000
	}
	switch named {
	case "":
		for _, n := range []*crsNode{geographic, root} { // a shift has no parameters to go by
			if shifted := geo.CRS(datumNamed(n.name())); shifted == geo.GCJ02 || shifted == geo.BD09 {
				return datum{crs: shifted}, nil
			}
		}
		return datum{crs: byEllipsoid, guess: name}, nil
	case "other":
		return datum{}, &notTaken{why: fmt.Sprintf("its datum is %q", clipText(name, 80))}
	}
	return datum{crs: geo.CRS(named)}, nil
}

// legacyNamed gives the datum before CGCS2000 that the names speak of, or "".
func legacyNamed(nodes ...*crsNode) string {
	for _, n := range nodes {
		if said, ok := strings.CutPrefix(datumNamed(n.name()), "!"); ok {
			return said
		}
	}
	return ""
}

// datumNamed says which datum a name speaks of: a geo.CRS; "!" and the datum for
// those refused; "other" for those of other countries; "" where it tells nothing.
func datumNamed(name string) string {
	plain := plainName(name)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(plain, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("newbeijing", "新北京"):
		return "!New Beijing"
	case has("beijing1954", "beijing54", "bj54", "bj1954", "北京54", "北京1954", "1954北京", "54北京"):
		return "!Beijing 1954"
	case has("xian1980", "xian80", "西安80", "西安1980", "1980西安", "80西安"):
		return "!Xi'an 1980"
	case has("pulkovo", "krasovsk", "krassovsk", "krassowsk"):
		return "!Pulkovo 1942"
	case has("gcj02", "火星坐标"):
		return string(geo.GCJ02)
	case has("bd09", "百度坐标"):
		return string(geo.BD09)
	case has("cgcs2000", "cgcs", "china2000", "chinageodeticcoordinatesystem2000", "国家大地坐标", "国家2000", "大地2000"):
		return string(geo.CGCS2000)
	case has("wgs84", "wgs1984", "worldgeodeticsystem1984", "worldgeodeticsystem84"):
		return string(geo.WGS84)
	case has("northamerican", "nad83", "nad27", "etrs", "europeanterrestrial", "gda94", "gda2020", "geocentricdatumofaustralia",
		"jgd20", "japanesegeodetic", "sirgas", "nzgd", "newzealand", "korea", "kgd2002", "taiwan", "twd97", "hongkong",
		"hartebeesthoek", "russia", "gsk2011", "vn2000", "indonesia", "rgf93", "reseaugeodesique", "posgar", "malaysia", "mongol", "wgs72", "wgs1972", "tokyo"):
		return "other"
	}
	return ""
}

// plainName gives the letters and digits of a name in small letters, full-width
// ones folded, without accents: spellings differ in everything else.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, strings.ReplaceAll(name, "ü", "u"))
}
