package importers

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// crsFromText says which coordinate system a text such as a .prj describes:
// WKT1 as ESRI or OGC writes it, WKT2, or "EPSG:n". Datum, meridian, scale, false
// easting and units decide, not names or EPSG numbers: ESRI's texts have no
// number, and people put one office's name on another's file. A name that says
// something else comes as a warning beside the hint. from goes into the hint,
// which is empty where the text is.
func crsFromText(text, from string) (CRSHint, []Problem) {
	trimmed := strings.Trim(strings.TrimPrefix(text, "\ufeff"), "\x00 \t\r\n")
	if trimmed == "" {
		return CRSHint{}, nil
	}
	if digits, ok := strings.CutPrefix(strings.ToUpper(trimmed), "EPSG:"); ok {
		if n, err := strconv.Atoi(digits); err == nil {
			return crsFromEPSG(n, trimmed, from), nil
		}
	}
	root, err := parseCRSText(trimmed)
	if err != nil {
		said := clipText(strings.ToValidUTF8(trimmed, "\ufffd"), 80)
		return CRSHint{Text: said, From: from, Err: crsUnknown(said, "it is no well-known text of a coordinate system")}, nil
	}
	root = horizontal(root)
	hint := CRSHint{Text: clipText(root.name(), 200), From: from}
	s, err := systemOf(root)
	if err == nil {
		hint.CRS, err = s.crs()
	}
	if err != nil {
		hint.Err = refusal(err, hint.Text)
		return hint, nil
	}
	return hint, contradictions(root, s, hint.CRS)
}

// crsFromEPSG says which system a number of the EPSG data set names, for formats
// that have no more than the number. text is what the file says.
func crsFromEPSG(n int, text, from string) CRSHint {
	hint := CRSHint{Text: clipText(strings.ToValidUTF8(text, "\ufffd"), 200), From: from}
	switch n {
	case 3785, 900913, 102100, 102113: // earlier numbers, EPSG's, OpenLayers' and ESRI's
		n = 3857
	}
	c, err := geo.ParseCRS("EPSG:" + strconv.Itoa(n))
	if err == nil {
		hint.CRS = c
		return hint
	}
	hint.Err = crsUnknown("EPSG:"+strconv.Itoa(n), "")
	if p, ok := err.(*geo.Problem); ok && p.Code == "datum-refused" {
		hint.Err = &Problem{Problem: ProblemDatumRefused, Detail: p.Detail, Values: map[string]any{"crs": "EPSG:" + strconv.Itoa(n)}}
	}
	return hint
}

// crsUnknown is the problem of a system that is named and not known; why may be empty.
func crsUnknown(said, why string) *Problem {
	if why != "" {
		why = ": " + why
	}
	return &Problem{
		Problem: ProblemCRSUnknown,
		Detail: fmt.Sprintf("the coordinate system %q is none of those known here%s; name the right one with --crs, "+
			"or have the file transformed to CGCS2000 (EPSG:4490, EPSG:4551)", said, why),
		Values: map[string]any{"crs": said, "reason": strings.TrimPrefix(why, ": ")},
	}
}

// notTaken is why a system is not taken; legacy is the datum, where that is why.
type notTaken struct{ why, legacy string }

func (e *notTaken) Error() string { return e.why + e.legacy }

// refusal makes the problem of err, for a system that is called said.
func refusal(err error, said string) *Problem {
	n, ok := err.(*notTaken)
	if !ok || n.legacy == "" {
		return crsUnknown(said, err.Error())
	}
	return &Problem{
		Problem: ProblemDatumRefused,
		Detail: fmt.Sprintf("%q is on the datum %s, some 50 to 150 m away from WGS 84 by an amount that differs from county to county "+
			"and is in no public table; have the file transformed to CGCS2000 (EPSG:4490, EPSG:4551) by the surveying office", said, n.legacy),
		Values: map[string]any{"crs": said, "datum": n.legacy},
	}
}

// horizontal gives the horizontal part of a compound system, and the system
// itself of one that comes with a transformation.
func horizontal(n *crsNode) *crsNode {
	for range maxCRSDepth {
		var inner *crsNode
		switch n.keyword {
		case "COMPD_CS", "COMPOUNDCRS":
			inner = n.child("PROJCS", "PROJCRS", "PROJECTEDCRS", "GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS", "BOUNDCRS")
		case "BOUNDCRS":
			if source := n.child("SOURCECRS"); source != nil && len(source.children) > 0 {
				inner = source.children[0]
			}
		}
		if inner == nil {
			return n
		}
		n = inner
	}
	return n
}

// system is a coordinate system by its parameters.
type system struct {
	datum      datum
	projection string // "", "transverse" or "web"
	meridian   float64
	easting    float64 // false
}

// systemOf reads the parameters.
func systemOf(root *crsNode) (s system, err error) {
	geographic, projected := root, false
	switch root.keyword {
	case "GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS":
	case "PROJCS", "PROJCRS", "PROJECTEDCRS":
		projected = true
		geographic = root.child("GEOGCS", "BASEGEOGCRS", "BASEGEODCRS")
	default:
		return s, &notTaken{why: "it is neither geographic nor projected"}
	}
	if geographic == nil {
		return s, &notTaken{why: "it names no datum"}
	}
	if p, ok := geographic.child("PRIMEM", "PRIMEMERIDIAN").number(0); ok && p != 0 {
		return s, &notTaken{why: "its longitudes do not count from Greenwich"}
	}
	if !projected {
		if s.datum, err = datumOf(root, geographic); err == nil {
			err = axes(root, "degrees", degree, "UNIT", "ANGLEUNIT")
		}
		return s, err
	}
	if err := s.project(root, geographic); err != nil {
		return s, err
	}
	if s.datum, err = datumOf(root, geographic); err != nil && s.projection == "web" {
		if n, ok := err.(*notTaken); ok && n.legacy == "" { // ESRI's and the first EPSG forms name a sphere
			s.datum, err = datumWGS84, nil
		}
	}
	return s, err
}

const degree = math.Pi / 180

// axes checks the units and directions of the axes, which stand behind each axis
// or once behind all of them.
func axes(root *crsNode, unit string, want float64, keywords ...string) error {
	check := func(n *crsNode) error {
		if u := n.child(keywords...); u != nil {
			if v, ok := u.number(0); !ok || math.Abs(v/want-1) > 1e-8 {
				return &notTaken{why: fmt.Sprintf("its coordinates are in %q, not in %s", clipText(u.name(), 40), unit)}
			}
		}
		return nil
	}
	for _, c := range root.children {
		if c.keyword != "AXIS" {
			continue
		}
		for _, w := range c.words {
			if w = strings.ToLower(w); w == "west" || w == "south" {
				return &notTaken{why: "its axes point to the " + w}
			}
		}
		if err := check(c); err != nil {
			return err
		}
	}
	return check(root)
}

// project reads the projection of a projected system.
func (s *system) project(root, geographic *crsNode) error {
	if err := axes(root, "metres", 1, "UNIT", "LENGTHUNIT"); err != nil {
		return err
	}
	conversion := root
	if c := root.child("CONVERSION"); c != nil {
		conversion = c
	}
	parameters, err := parametersOf(conversion, geographic)
	if err != nil {
		return err
	}
	method := conversion.child("PROJECTION", "METHOD")
	switch name := plainName(method.name()); {
	case strings.Contains(name, "south"):
		return &notTaken{why: "its axes point to the south"}
	case name == "gausskruger" || name == "gaussboaga" || strings.HasPrefix(name, "transversemercator"):
		s.projection, s.meridian, s.easting = "transverse", parameters["meridian"], parameters["easting"]
		if scale, ok := parameters["scale"]; ok && math.Abs(scale-1) > 1e-12 {
			return &notTaken{why: fmt.Sprintf("its scale is %v (a Gauss-Krüger zone has 1; 0.9996 is UTM)", scale)}
		}
	case name == "mercatorauxiliarysphere" || name == "popularvisualisationpseudomercator" || spherical(root, geographic, name, parameters):
		s.projection = "web"
		if scale, ok := parameters["scale"]; ok && scale != 1 || parameters["meridian"] != 0 || parameters["easting"] != 0 || parameters["sphere"] != 0 {
			return &notTaken{why: "it is a Mercator projection, but not that of the web's maps"}
		}
	case strings.HasPrefix(name, "mercator"):
		return &notTaken{why: "it is a Mercator projection of the ellipsoid, up to 34 km away from that of the web's maps (EPSG:3857)"}
	default:
		return &notTaken{why: fmt.Sprintf("its projection is %q", clipText(method.name(), 60))}
	}
	if parameters["northing"] != 0 || parameters["latitude"] != 0 {
		return &notTaken{why: "it does not count its northings from the equator"}
	}
	return nil
}

// spherical reports whether a Mercator projection is that of a sphere of
// 6,378,137 m, as the texts before 2011 write the web's.
func spherical(root, geographic *crsNode, method string, parameters map[string]float64) bool {
	if !strings.HasPrefix(method, "mercator") {
		return false
	}
	if e := root.child("EXTENSION"); e != nil && len(e.texts) > 1 {
		words := strings.Fields(e.texts[1])
		has := func(w string) bool {
			for _, x := range words {
				if x == w {
					return true
				}
			}
			return false
		}
		if has("+proj=merc") && has("+a=6378137") && has("+b=6378137") {
			return true
		}
	}
	if parameters["semiminor"] == semiMajor {
		return true
	}
	a, _ := ellipsoidOf(geographic).number(0)
	inverse, ok := ellipsoidOf(geographic).number(1)
	return ok && a == semiMajor && inverse == 0
}

// parametersOf reads the parameters of a projection, in degrees, metres and
// unity, under names of ours. One that is not known counts only where it is zero.
func parametersOf(conversion, geographic *crsNode) (map[string]float64, error) {
	angle := 1.0 // degrees to one unit of the geographic system
	if u, ok := geographic.child("UNIT", "ANGLEUNIT").number(0); ok {
		angle = u / degree
	}
	parameters := map[string]float64{}
	for _, c := range conversion.children {
		if c.keyword != "PARAMETER" {
			continue
		}
		v, ok := c.number(0)
		if !ok {
			return nil, &notTaken{why: fmt.Sprintf("its parameter %q has no value", clipText(c.name(), 60))}
		}
		name, known := parameterNames[plainName(c.name())]
		switch {
		case !known && v != 0:
			return nil, &notTaken{why: fmt.Sprintf("its parameter %q is %v", clipText(c.name(), 60), v)}
		case !known:
			continue
		case name == "meridian" || name == "latitude":
			unit := angle
			if u, ok := c.child("ANGLEUNIT", "UNIT").number(0); ok {
				unit = u / degree
			}
			v *= unit
		default:
			if u, ok := c.child("LENGTHUNIT", "SCALEUNIT", "UNIT").number(0); ok {
				v *= u
			}
		}
		if near := math.Round(v); name != "scale" && math.Abs(v-near) < 1e-7 {
			v = near // 126 times the rounded number of a degree
		}
		parameters[name] = v
	}
	return parameters, nil
}

// parameterNames are the names that ESRI, OGC and EPSG have for a parameter.
var parameterNames = map[string]string{
	"centralmeridian":            "meridian",
	"longitudeofcenter":          "meridian",
	"longitudeoforigin":          "meridian",
	"longitudeofnaturalorigin":   "meridian",
	"falseeasting":               "easting",
	"falsenorthing":              "northing",
	"scalefactor":                "scale",
	"scalefactoratnaturalorigin": "scale",
	"latitudeoforigin":           "latitude",
	"latitudeofnaturalorigin":    "latitude",
	"standardparallel1":          "latitude",
	"auxiliaryspheretype":        "sphere",
	"semiminor":                  "semiminor",
}

// crs gives the system of geo with these parameters.
func (s system) crs() (geo.CRS, error) {
	switch s.projection {
	case "":
		return s.datum.crs, nil
	case "web":
		return geo.WebMercator, nil
	}
	if s.datum.crs == geo.GCJ02 || s.datum.crs == geo.BD09 {
		return "", &notTaken{why: "no projection of shifted longitudes and latitudes is known here"}
	}
	number := math.Floor(s.easting / 1e6) // of the zone
	if s.easting < 1e6 {
		number = 0
	}
	within := func(first, last, n float64) bool { return n >= first && n <= last && n == math.Trunc(n) }
	switch east := s.easting - number*1e6; {
	case east != 500_000:
		return "", &notTaken{why: fmt.Sprintf("its false easting is %.0f m", s.easting)}
	case number == 0 && within(25, 45, s.meridian/3):
		return epsg(4534 + s.meridian/3 - 25), nil
	case number == 0:
		return "", &notTaken{why: fmt.Sprintf("its central meridian of %.10g° is that of no Gauss-Krüger zone in China", s.meridian)}
	case within(25, 45, number) && s.meridian == 3*number:
		return epsg(4513 + number - 25), nil
	case within(13, 23, number) && s.meridian == 6*number-3:
		return epsg(4491 + number - 13), nil
	}
	return "", &notTaken{why: fmt.Sprintf("its false easting says zone %.0f, its central meridian of %.10g° says another", number, s.meridian)}
}

func epsg(n float64) geo.CRS { return geo.CRS("EPSG:" + strconv.Itoa(int(n))) }
