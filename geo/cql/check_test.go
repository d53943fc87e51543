package cql

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

var properties = []Property{
	{"s", String}, {"r", String}, {"n", Number}, {"i", Integer}, {"b", Boolean}, {"t", Timestamp}, {"u", Timestamp}, {"d", Date}, {"g", Geometry},
}

// checked reads a filter that is in order.
func checked(t testing.TB, text string) Expr {
	t.Helper()
	e := parse(t, text)
	if err := Check(e, properties); err != nil {
		t.Fatalf("Check(%s): %v", text, err)
	}
	return e
}

func TestCheck(t *testing.T) {
	for _, text := range []string{
		"n = i AND n < 1 AND 'x' > s AND s <> r AND b >= FALSE AND t = d AND t > DATE('2026-07-01')",
		"CASEI(s) IN (CASEI(r), 'x') AND n IN (1, i) AND d IN (t)", "CASEI(s) LIKE CASEI('x%')", "n BETWEEN i AND 3",
		"g IS NULL AND s IS NULL AND POINT(1 2) IS NULL AND INTERVAL(t, '..') IS NULL",
		"S_INTERSECTS(g, g) AND S_INTERSECTS(POINT(1 2), POINT(1 2))", "T_AFTER(t, d) AND T_DURING(INTERVAL(t, u), INTERVAL('..', '..'))",
	} {
		checked(t, text)
	}
	for _, c := range []struct {
		text string
		at   int
		says string
	}{
		{"x = 1", 1, `no property "x" to filter by; there are s, r, n, i, b, t, u, d, g`},
		{"n = 1 OR NOT (x = 1)", 15, `"x"`},
		{"(x = 1) IS NULL", 2, `"x"`},
		{"x IS NULL", 1, `"x"`},
		{"s = x", 5, `"x"`},
		{"s = 1", 5, "a string cannot be compared with a number"},
		{"b = 'true'", 5, "a boolean cannot be compared with a string"},
		{"t > '2026-07-01'", 5, "a timestamp cannot be compared with a string"},
		{"n IN (1, 'x')", 10, "a number cannot be compared with a string"},
		{"g = POINT(1 2)", 1, "a geometry cannot be compared"},
		{"INTERVAL(t, u) = INTERVAL(t, u)", 1, "an interval cannot be compared"},
		{"n LIKE 'x'", 1, "LIKE takes strings, this is a number"},
		{"CASEI(n) = 'x'", 7, "CASEI takes a string, this is a number"},
		{"t BETWEEN 1 AND 2", 1, "BETWEEN takes numbers, this is a timestamp"},
		{"n BETWEEN 1 AND 'x'", 17, "this is a string"},
		{"S_INTERSECTS(s, POINT(1 2))", 14, "takes geometries, this is a string"},
		{"T_AFTER(n, t)", 9, "takes times and intervals, this is a number"},
		{"T_DURING(t, INTERVAL(t, u))", 10, "T_DURING takes intervals, this is a timestamp"},
		{"T_AFTER(t, INTERVAL(s, '..'))", 21, "INTERVAL takes dates and times, this is a string"},
		{"T_AFTER(t, INTERVAL('2026-07-02', '2026-07-01'))", 12, "ends before it begins"},
		{"S_INTERSECTS(g, BBOX(1, 4, 2, 3))", 17, "south north of its north"},
		{"S_INTERSECTS(g, POINT(1e10 0))", 17, "too large"},
		{"S_INTERSECTS(g, LINESTRING(1 1, 1 1))", 17, "two different points"},
		{"S_INTERSECTS(g, POLYGON((1 1,1 1,1 1,1 1)))", 17, "three different points"},
		{"S_INTERSECTS(g, POLYGON((0 0,2 2,2 0,0 2,0 0)))", 17, "crosses itself"},
		{"S_INTERSECTS(g, POLYGON((0 0,2 0,1 0,1 3,0 0)))", 17, "crosses itself"},
		{"S_INTERSECTS(g, POLYGON((0 0,4 0,4 4,0 0),(3 1,5 1,3 2,3 1)))", 17, "crosses itself"},
		{"S_INTERSECTS(g, POLYGON((0 0,4 0,4 4,0 0),(0 3,1 4,0 4,0 3)))", 17, "hole lies outside"},
	} {
		err := Check(parse(t, c.text), properties)
		var fault *Error
		if !errors.As(err, &fault) || fault.At != c.at || !strings.Contains(fault.Detail, c.says) {
			t.Errorf("Check(%s): %v, want %q at %d", c.text, err, c.says, c.at)
		}
	}
	if err := Check(parse(t, "x = 1"), nil); err == nil || !strings.Contains(err.Error(), "there are none") {
		t.Errorf("Check without properties: %v", err)
	}
}

// A filter in another system is asked for with what its geometries turn into.
func TestEachGeometryChangesTheFilter(t *testing.T) {
	e := parse(t, "NOT (S_INTERSECTS(g, POINT(43 126)) OR n = 1) AND (S_INTERSECTS(BBOX(43, 179, 44, -179), g)) IS NULL AND POINT(1 2) IS NULL")
	swap := func(p orb.Point) orb.Point { return orb.Point{p[1], p[0]} }
	n := 0
	err := EachGeometry(e, func(g *orb.Geometry) error {
		n++
		switch old := (*g).(type) {
		case orb.Point:
			*g = swap(old)
		case orb.Bound:
			*g = orb.Bound{Min: swap(old.Min), Max: swap(old.Max)}
		}
		return nil
	})
	want := `NOT (S_INTERSECTS("g", POINT(126 43)) OR "n" = 1) AND S_INTERSECTS(BBOX(179, 43, -179, 44), "g") IS NULL AND POINT(2 1) IS NULL`
	if err != nil || n != 3 || e.String() != want {
		t.Errorf("%d geometries, %v: %s, want %s", n, err, e, want)
	}
	stop := errors.New("stop")
	if err := EachGeometry(e, func(*orb.Geometry) error { return stop }); err != stop {
		t.Errorf("EachGeometry: %v, want the error of the function", err)
	}
}
