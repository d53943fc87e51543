package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// locateQuery is what GET /api/v1/locate is asked.
type locateQuery struct {
	point     orb.Point // WGS 84, on the lattice
	accuracyM float64
	at        time.Time // zero: now
	plan      string
}

// readLocateQuery reads the parameters. Nearly all requests are read by plain,
// which gives up on whatever is unusual, so that every error has one source.
func readLocateQuery(raw string) (locateQuery, error) {
	if out, ok := plainLocateQuery(raw); ok {
		return out, nil
	}
	q := parseQuery(raw)
	var out locateQuery
	out.point = q.lonLat()
	out.accuracyM, _ = q.number("accuracy_m")
	if out.accuracyM < 0 || out.accuracyM > maxAccuracyM {
		q.unread("accuracy_m", "must be from 0 to %d metres", maxAccuracyM)
	}
	out.at, out.plan = q.world()
	return out, q.err()
}

// plainLocateQuery reads lon, lat and accuracy_m where each stands there at
// most once, as a plain decimal that is in range, and nothing else does.
func plainLocateQuery(raw string) (out locateQuery, ok bool) {
	var p orb.Point
	var haveLon, haveLat, haveAccuracy bool
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, text, _ := strings.Cut(pair, "=")
		x, ok := plainDecimal(text)
		if !ok {
			return out, false
		}
		switch {
		case name == "lon" && !haveLon && x >= -180 && x <= 180:
			p[0], haveLon = x, true
		case name == "lat" && !haveLat && x >= -90 && x <= 90:
			p[1], haveLat = x, true
		case name == "accuracy_m" && !haveAccuracy && x >= 0 && x <= maxAccuracyM:
			out.accuracyM, haveAccuracy = x, true
		default:
			return out, false
		}
	}
	if !haveLon || !haveLat {
		return out, false
	}
	var err error
	out.point, err = onLattice(geo.WGS84, p)
	return out, err == nil
}

// plainDecimal reads a number of digits, a point and a sign.
func plainDecimal(s string) (float64, bool) {
	if s == "" || len(s) > 64 {
		return 0, false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '.' && c != '-' {
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}
