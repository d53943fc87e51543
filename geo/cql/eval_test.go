package cql

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

func at(text string) Value {
	v, ok := parseInstant(text)
	if !ok {
		panic(text)
	}
	return v
}

// A feature whose r and u are NULL.
var feature = map[string]Value{
	"s": Text("Straße 017"), "n": Num(2), "i": Num(3), "b": Bool(true), "t": at("2026-07-02T08:00:00Z"), "d": at("2026-07-02"),
	"g": Geom(orb.MultiPolygon{{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{1, 1}, {1, 3}, {3, 3}, {3, 1}, {1, 1}}}}),
}

func expect(t *testing.T, text string, want Tri) {
	t.Helper()
	if got := Eval(checked(t, text), func(name string) Value { return feature[name] }); got != want {
		t.Errorf("%s is %d, want %d", text, got, want)
	}
}

// The tables of the logic with NULL, by the truth of "r" = 'x'.
func TestReqBasicCQL2TruthTables(t *testing.T) {
	word := map[Tri]string{True: "TRUE", False: "FALSE", Unknown: "r = 'x'"}
	for _, a := range []Tri{False, Unknown, True} {
		expect(t, "NOT "+word[a], -a)
		for _, b := range []Tri{False, Unknown, True} {
			expect(t, word[a]+" AND "+word[b], min(a, b))
			expect(t, word[a]+" OR "+word[b], max(a, b))
		}
	}
}

func TestEval(t *testing.T) {
	for want, texts := range map[Tri][]string{
		True: {
			"n = 2", "n <> 3", "n < i", "3 > n", "n <= 2", "n >= 2", "b", "s > 'Straz'", "r IS NULL", "s IS NOT NULL",
			"(r = 'x') IS NULL", "INTERVAL(t, u) IS NULL", "n BETWEEN 2 AND 2", "n NOT BETWEEN 2.5 AND 3", "n IN (1, 2)", "n IN (2, i)",
			"n NOT IN (1)", "s LIKE 'Str%017'", "s LIKE '_tra_e%'", "s LIKE '%'", "s NOT LIKE 'tr%'", "CASEI(s) = CASEI('STRASSE 017')",
			"CASEI(s) LIKE CASEI('%SS_ 01%')", "CASEI(s) IN (CASEI('x'), CASEI('strasse 017'))", `'100%' LIKE '100\%'`, `'a\\b' LIKE 'a\\b'`,
			"t = DATE('2026-07-02')", "t = d", "t >= DATE('2026-07-02')", "t <= d", "t < DATE('2026-07-03')", "d > DATE('2026-07-01')",
			"S_INTERSECTS(g, POINT(0.5 0.5))", "S_INTERSECTS(g, POINT(1 2))", "S_INTERSECTS(g, POINT(4 4))", "S_INTERSECTS(POINT(0 0), g)",
			"S_INTERSECTS(g, BBOX(3.5, 3.5, 9, 9))", "S_INTERSECTS(g, BBOX(-1, -1, 5, 5))", "S_INTERSECTS(g, BBOX(4, 4, 4, 4))",
			"S_INTERSECTS(g, BBOX(3.5, 0, -170, 1))", "S_INTERSECTS(g, BBOX(170, 0, 0.5, 1))", "S_INTERSECTS(g, LINESTRING(-1 5, 5 -1))",
			"S_INTERSECTS(g, MULTIPOINT((9 9),(2 2),(0 1)))", "S_INTERSECTS(g, MULTILINESTRING((9 9,8 8),(2 2,2 3)))",
			"S_INTERSECTS(g, GEOMETRYCOLLECTION(POINT(2 2), POLYGON((0.2 0.2,0.4 0.2,0.4 0.4,0.2 0.2))))",
			"S_INTERSECTS(g, MULTIPOLYGON(((8 8,9 8,9 9,8 8)),((4 1,5 1,5 2,4 1))))", "S_INTERSECTS(POLYGON((0 0,1 0,1 1,0 0)), POINT(1 1))",
		},
		False: {
			"n = 3", "s = 'straße 017'", "r IS NOT NULL", "s LIKE 'Str'", "s LIKE '_'", "s LIKE ''", `s LIKE '%\%'`, `'ab' LIKE 'a\\b'`,
			"n IN (1, 3)", "t > DATE('2026-07-02')", "t <> d", "n NOT BETWEEN 1 AND 2",
			"S_INTERSECTS(g, POINT(2 2))", "S_INTERSECTS(g, BBOX(1.5, 1.5, 2.5, 2.5))", "S_INTERSECTS(g, BBOX(5, 0, -1, 4))",
			"S_INTERSECTS(g, LINESTRING(1.5 1.5, 2.5 2.5))", "S_INTERSECTS(g, MULTIPOINT((9 9),(2 2)))",
			"S_INTERSECTS(g, POLYGON((-9 -9,9 -9,9 9,-9 9,-9 -9),(-1 -1,-1 5,5 5,5 -1,-1 -1)))",
		},
		Unknown: {
			"r = 'x'", "r <> s", "CASEI(r) = 'x'", "r LIKE '%'", "r NOT LIKE 'x'", "r IN ('x')", "s IN ('x', r)", "u < t", "T_AFTER(t, u)",
			"T_BEFORE(INTERVAL(t, u), DATE('2026-08-01'))", "NOT (u = t)",
		},
	} {
		for _, text := range texts {
			if text == "b" {
				text = "b = TRUE"
			}
			expect(t, text, want)
		}
	}
}

// Each function of time is true of the pairs that its drawing in the standard
// shows, and of no others.
func TestReqTemporalFunctions(t *testing.T) {
	second := "INTERVAL('2026-07-10', '2026-07-20')"
	hold := map[string][]TimeFunc{ // by the days of the first interval
		"01 05": {"T_BEFORE", "T_DISJOINT"},
		"01 10": {"T_MEETS", "T_INTERSECTS"},
		"01 15": {"T_OVERLAPS", "T_INTERSECTS"},
		"01 20": {"T_FINISHEDBY", "T_INTERSECTS"},
		"01 25": {"T_CONTAINS", "T_INTERSECTS"},
		"10 15": {"T_STARTS", "T_INTERSECTS"},
		"10 20": {"T_EQUALS", "T_INTERSECTS"},
		"10 25": {"T_STARTEDBY", "T_INTERSECTS"},
		"12 15": {"T_DURING", "T_INTERSECTS"},
		"12 20": {"T_FINISHES", "T_INTERSECTS"},
		"12 25": {"T_OVERLAPPEDBY", "T_INTERSECTS"},
		"20 25": {"T_METBY", "T_INTERSECTS"},
		"22 25": {"T_AFTER", "T_DISJOINT"},
	}
	for days, holds := range hold {
		first := fmt.Sprintf("INTERVAL('2026-07-%s', '2026-07-%s')", days[:2], days[3:])
		for f := range timeTerms {
			want := False
			for _, h := range holds {
				if f == h {
					want = True
				}
			}
			expect(t, fmt.Sprintf("%s(%s, %s)", f, first, second), want)
		}
	}
	for text, want := range map[string]Tri{
		"T_AFTER(t, DATE('2026-07-01'))": True, "T_AFTER(t, DATE('2026-07-02'))": False, "T_EQUALS(t, d)": True,
		"T_INTERSECTS(t, INTERVAL('..', '2026-07-02'))": True, "T_INTERSECTS(t, INTERVAL('2026-07-02T08:00:00.000001Z', '..'))": False,
		"T_DISJOINT(t, INTERVAL('2026-07-03', '..'))": True, "T_EQUALS(INTERVAL('..', t), INTERVAL('..', d))": True,
	} {
		expect(t, text, want)
	}
}

func TestValues(t *testing.T) {
	zone := time.FixedZone("", 8*3600)
	if v := Instant(time.Date(2026, 7, 1, 4, 0, 0, 1999, zone)); !v.Time.Equal(time.Date(2026, 6, 30, 20, 0, 0, 1000, time.UTC)) {
		t.Errorf("Instant: %v", v.Time)
	}
	first, last := Day(time.Date(2026, 7, 1, 4, 0, 0, 0, zone)).Range()
	if first != time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC) || last != first.Add(24*time.Hour-time.Microsecond) {
		t.Errorf("Day: from %v to %v", first, last)
	}
	if Geom(nil).Type != Null {
		t.Error("a geometry that is not there has a type")
	}
}
