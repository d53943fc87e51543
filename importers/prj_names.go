package importers

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/gridpatrol/gridpatrol/geo"
)

var (
	// cmInName finds a central meridian in the name of a system: CM_126E, CM 126E,
	// 中央经线126.
	cmInName = regexp.MustCompile(`(?i)(?:\bCM|_CM|中央经线|中央子午线)[ _-]*([0-9]{2,3}(?:\.[0-9]+)?)`)
	// zoneInName finds the number of a zone: Zone_42, zone 42, 42带, 42 N.
	zoneInName = regexp.MustCompile(`(?i)(?:zone[ _-]*([0-9]{1,2})|([0-9]{1,2})[ _-]*(?:度)?带)`)
)

// contradictions says what the names and numbers of a text say that its
// parameters do not. Nothing of it keeps the file from being taken.
func contradictions(root *crsNode, s system, found geo.CRS) []Problem {
	var problems []Problem
	say := func(problem, says string) {
		problems = append(problems, Problem{
			Problem: problem, Warning: true,
			Detail: fmt.Sprintf("the coordinate system is called %q, which says %s; its parameters say %s, and that is how it is read: "+
				"name the right one with --crs if the name is true", clipText(root.name(), 120), says, describe(s, found)),
			Values: map[string]any{"crs": string(found), "name": clipText(root.name(), 120), "name_says": says},
		})
	}
	geographic := root
	if s.projection != "" {
		geographic = root.child("GEOGCS", "BASEGEOGCRS", "BASEGEODCRS")
	}
	if said := legacyNamed(root, geographic); said != "" {
		say(ProblemDatumRefused, "the datum "+said)
	}
	for _, n := range []*crsNode{root, geographic} {
		if named := geo.CRS(datumNamed(n.name())); (named == geo.GCJ02 || named == geo.BD09) && named != found {
			say(ProblemLooksGCJ02, "the shifted system "+string(named))
			break
		}
	}
	if s.datum.guess != "" && s.projection != "web" {
		problems = append(problems, Problem{
			Problem: ProblemCRSUnknown, Warning: true,
			Detail: fmt.Sprintf("the datum is called %q, which says nothing; its ellipsoid is that of %s, and that is how it is read",
				clipText(s.datum.guess, 80), s.datum.crs),
			Values: map[string]any{"crs": string(found), "name": clipText(s.datum.guess, 80)},
		})
	}
	if s.projection == "transverse" {
		if says := zoneSaid(root.name(), s.meridian); says != "" {
			say(ProblemCRSOutOfZone, says)
		}
	}
	if n, ok := epsgOf(root); ok {
		if hint := crsFromEPSG(n, "", ""); !sameSystem(hint.CRS, found) {
			say(ProblemCRSOutOfZone, fmt.Sprintf("EPSG:%d", n))
		}
	}
	return problems
}

// zoneSaid gives what a name says of the central meridian, where that is another.
func zoneSaid(name string, meridian float64) string {
	if m := cmInName.FindStringSubmatch(name); m != nil {
		if v, err := strconv.ParseFloat(m[1], 64); err == nil && v != meridian {
			return "the central meridian " + m[1] + "°"
		}
		return ""
	}
	if m := zoneInName.FindStringSubmatch(name); m != nil {
		digits := m[1] + m[2]
		z, err := strconv.ParseFloat(digits, 64)
		if err == nil && z > 6 && 3*z != meridian && 6*z-3 != meridian { // "3度带" and "6度带" are widths
			return "zone " + digits
		}
	}
	return ""
}

// epsgOf gives the EPSG number that a text names for the whole system.
func epsgOf(root *crsNode) (int, bool) {
	id := root.child("AUTHORITY", "ID")
	if id == nil || plainName(id.name()) != "epsg" {
		return 0, false
	}
	if v, ok := id.number(0); ok {
		return int(v), true
	}
	if len(id.texts) < 2 {
		return 0, false
	}
	n, err := strconv.Atoi(id.texts[1])
	return n, err == nil
}

// sameSystem reports whether two systems have the same numbers for a place:
// WGS 84 and CGCS2000, and zones of 3 and of 6 degrees with one meridian.
func sameSystem(a, b geo.CRS) bool {
	if a == b || a.Geographic() && b.Geographic() && a != geo.GCJ02 && a != geo.BD09 && b != geo.GCJ02 && b != geo.BD09 {
		return true
	}
	if a == "" || b == "" || a.Geographic() || b.Geographic() || a == geo.WebMercator || b == geo.WebMercator {
		return false
	}
	za, fa := zoneOf(a)
	zb, fb := zoneOf(b)
	return za == zb && fa == fb
}

// zoneOf gives meridian and false easting of a Gauss-Krüger zone.
func zoneOf(c geo.CRS) (meridian, easting float64) {
	var n int
	if _, err := fmt.Sscanf(string(c), "EPSG:%d", &n); err != nil {
		return 0, 0
	}
	switch {
	case n <= 4501:
		z := float64(n - 4491 + 13)
		return 6*z - 3, z*1e6 + 500_000
	case n <= 4512:
		return float64(75 + 6*(n-4502)), 500_000
	case n <= 4533:
		z := float64(n - 4513 + 25)
		return 3 * z, z*1e6 + 500_000
	}
	return float64(75 + 3*(n-4534)), 500_000
}

// describe says in words what the parameters mean.
func describe(s system, found geo.CRS) string {
	switch s.projection {
	case "":
		return string(found)
	case "web":
		return "the projection of the web's maps, EPSG:3857"
	}
	return fmt.Sprintf("%s, a Gauss-Krüger zone of CGCS2000 about %.10g° with the false easting %.0f m", found, s.meridian, s.easting)
}
