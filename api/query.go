package api

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// query reads the parameters of a URL one by one and notes what is wrong, so
// that all of it is said at once.
type query struct {
	faults
	values url.Values
	read   map[string]bool
}

func newQuery(r *http.Request) *query { return parseQuery(r.URL.RawQuery) }

func parseQuery(raw string) *query {
	values, err := url.ParseQuery(raw)
	q := &query{values: values, read: map[string]bool{}}
	if err != nil {
		q.unread("", "the query string cannot be read: bad escapes")
	}
	return q
}

// err gives the error for everything noted, and for parameters nobody read.
func (q *query) err() error {
	var unknown []string
	for name := range q.values {
		if !q.read[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		if len(name) > 80 || !utf8.ValidString(name) {
			name = "?"
		}
		q.unread(name, "is no parameter here")
	}
	if len(q.fields) == 0 {
		return nil
	}
	return fail("invalid-parameters", q.sentence("some parameters are not valid"), q.fields...)
}

// text gives a parameter of at most max bytes; empty where it is missing.
func (q *query) text(name string, max int) string {
	q.read[name] = true
	v := q.values[name]
	switch {
	case len(v) == 0:
		return ""
	case len(v) > 1:
		q.unread(name, "is given %d times", len(v))
		return ""
	case len(v[0]) > max || !utf8.ValidString(v[0]) || strings.ContainsRune(v[0], 0):
		q.unread(name, "is longer than %d bytes or no text", max)
		return ""
	}
	return v[0]
}

// number gives a finite number; ok is false where it is missing or none.
func (q *query) number(name string) (x float64, ok bool) {
	s := q.text(name, 64)
	if s == "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	// Go also reads 0x1p3 and 1_2, which nobody means here.
	if err != nil || strings.Trim(s, "0123456789+-.eE") != "" || math.IsNaN(x) || math.IsInf(x, 0) {
		q.unread(name, "is no number")
		return 0, false
	}
	return x, true
}

// lonLat reads lon, lat and crs and gives the place in WGS 84, on the lattice.
func (q *query) lonLat() orb.Point {
	before := len(q.fields)
	lon, okLon := q.number("lon")
	lat, okLat := q.number("lat")
	crs := q.crs()
	if !okLon && q.values.Get("lon") == "" {
		q.unread("lon", "is missing")
	}
	if !okLat && q.values.Get("lat") == "" {
		q.unread("lat", "is missing")
	}
	if len(q.fields) > before {
		return orb.Point{}
	}
	if !(math.Abs(lon) <= 180) {
		q.unread("lon", "must be from -180 to 180 degrees")
	}
	if !(math.Abs(lat) <= 90) {
		q.unread("lat", "must be from -90 to 90 degrees%s", swapped(orb.Point{lon, lat}))
	}
	if len(q.fields) > before {
		return orb.Point{}
	}
	p, err := onLattice(crs, orb.Point{lon, lat})
	if err != nil {
		q.unread("lon", "%s", geo.Text(err))
	}
	return p
}

// onLattice gives the place of p, lon/lat in degrees in crs, in WGS 84 on the
// lattice.
func onLattice(crs geo.CRS, p orb.Point) (orb.Point, error) {
	w, err := geo.ToWGS84(crs, p)
	if err != nil {
		return orb.Point{}, err
	}
	r, ok := geo.Round(w)
	if !ok {
		return orb.Point{}, geo.Invalid("not-a-position", "the position is no longitude and latitude in degrees")
	}
	return r, nil
}

// crs reads crs, WGS 84 where it is missing.
func (q *query) crs() geo.CRS {
	c, err := geo.ParsePointCRS(q.text("crs", 32))
	if err != nil {
		q.unread("crs", "must be wgs84, cgcs2000, gcj02 or bd09")
	}
	return c
}

// moment reads an RFC 3339 time; zero where it is missing. A plus sign that a
// form decoder turned into a space is one again.
func (q *query) moment(name string) time.Time {
	s := strings.ReplaceAll(q.text(name, 64), " ", "+")
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		q.unread(name, "must be a time such as 2026-09-01T08:00:00Z")
		return time.Time{}
	}
	return t.UTC()
}

// bbox reads minLon,minLat,maxLon,maxLat in degrees; nil where it is missing.
func (q *query) bbox() *orb.Bound {
	s := q.text("bbox", 200)
	if s == "" {
		return nil
	}
	b, err := parseBBox(s)
	if err != nil {
		q.unread("bbox", "%s", geo.Text(err))
		return nil
	}
	return &b
}

// parseBBox reads minLon,minLat,maxLon,maxLat in degrees, WGS 84. A box over
// the antimeridian is not supported.
func parseBBox(s string) (orb.Bound, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return orb.Bound{}, fmt.Errorf("must be minLon,minLat,maxLon,maxLat: %w", geo.ErrInvalid)
	}
	var v [4]float64
	for i, part := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if limit := []float64{180, 90}[i%2]; err != nil || !(math.Abs(x) <= limit) {
			return orb.Bound{}, fmt.Errorf("number %d is no degree from %g to %g: %w", i+1, -limit, limit, geo.ErrInvalid)
		}
		v[i] = x
	}
	if v[0] > v[2] || v[1] > v[3] {
		return orb.Bound{}, fmt.Errorf("the first corner must be the south-west one: %w", geo.ErrInvalid)
	}
	return orb.Bound{Min: orb.Point{v[0], v[1]}, Max: orb.Point{v[2], v[3]}}, nil
}

// count reads a whole number from 1 to max, fallback where it is missing.
func (q *query) count(name string, fallback, max int) int {
	s := q.text(name, 32)
	if s == "" {
		return fallback
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > max {
		q.unread(name, "must be a whole number from 1 to %d", max)
		return fallback
	}
	return n
}

// list reads values separated by commas.
func (q *query) list(name string) []string {
	s := q.text(name, 2000)
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// flag reads true or false, false where it is missing.
func (q *query) flag(name string) bool {
	switch s := q.text(name, 8); s {
	case "", "false", "0":
		return false
	case "true", "1":
		return true
	}
	q.unread(name, "must be true or false")
	return false
}

// world reads at= and plan= as every reading route takes them.
func (q *query) world() (at time.Time, plan string) {
	at, plan = q.moment("at"), q.text("plan", 64)
	switch { // by the names, as at the door: an empty at is no time, and no leave to see a plan
	case q.values.Has("at") && q.values.Has("plan"):
		q.unread("plan", "and at exclude each other")
	case q.values.Has("plan") && plan == "":
		q.unread("plan", "is empty") // else what is in force would be taken for the plan
	}
	return at, plan
}
