package cql

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func parse(t testing.TB, text string) Expr {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%s): %v", text, err)
	}
	return e
}

func TestParsePrintsWhatItRead(t *testing.T) {
	for text, want := range map[string]string{
		"a=1":                                     `"a" = 1`,
		"a = 1 and b<>2 or not (c >= 'x')":        `"a" = 1 AND "b" <> 2 OR NOT "c" >= 'x'`,
		"a=1 AND (b=2 OR c=3)":                    `"a" = 1 AND ("b" = 2 OR "c" = 3)`,
		"(a=1 AND b=2) AND (c=3)":                 `"a" = 1 AND "b" = 2 AND "c" = 3`,
		"NOT (NOT (a=1))":                         `NOT (NOT "a" = 1)`,
		"NOT (a=1 OR a=2)":                        `NOT ("a" = 1 OR "a" = 2)`,
		"(a=1) IS NULL":                           `("a" = 1) IS NULL`,
		"(a=1 OR TRUE) is not null":               `NOT ("a" = 1 OR TRUE) IS NULL`,
		"S_INTERSECTS(g,POINT(1 2)) IS NULL":      `S_INTERSECTS("g", POINT(1 2)) IS NULL`,
		"true":                                    "TRUE",
		"TRUE = a":                                `TRUE = "a"`,
		"-1.5e3 < +.5":                            "-1500 < 0.5",
		`"date" = DATE('2026-07-01')`:             `"date" = DATE('2026-07-01')`,
		`s_x = 1 AND t_x = 2 AND a_x = 3`:         `"s_x" = 1 AND "t_x" = 2 AND "a_x" = 3`,
		"网格='17'":                                 `"网格" = '17'`,
		`a = 'it''s' OR a = 'it\'s'`:              `"a" = 'it''s' OR "a" = 'it''s'`,
		`a = '\t\\\%\x'`:                          `"a" = '` + "\t" + `\\\\%\\x'`,
		`a LIKE '\t\\\%\_\x''%_'`:                 `"a" LIKE '` + "\t" + `\\\%\_x''%_'`,
		"a LIKE CASEI(casei('X'))":                `"a" LIKE CASEI('X')`,
		"a NOT IN (1,b)":                          `NOT "a" IN (1, "b")`,
		"a not between 1 and 2 AND b = 1":         `NOT "a" BETWEEN 1 AND 2 AND "b" = 1`,
		"t > TIMESTAMP('2026-07-01T08:30:00.5Z')": `"t" > TIMESTAMP('2026-07-01T08:30:00.5Z')`,
		"T_BEFORE(INTERVAL('..',a),INTERVAL('2026-07-01','2026-07-01T00:00:00Z'))": `T_BEFORE(INTERVAL('..', "a"), INTERVAL('2026-07-01', '2026-07-01T00:00:00Z'))`,
		"S_INTERSECTS(g, MULTIPOINT(1 2, (3 4 5)))":                                `S_INTERSECTS("g", MULTIPOINT((1 2),(3 4)))`,
		"S_INTERSECTS(g, POLYGON Z((0 0 9,1 0 9,1 1 9,0 0 9)))":                    `S_INTERSECTS("g", POLYGON((0 0,1 0,1 1,0 0)))`,
		"S_INTERSECTS(g, BBOX(1,2,-9,3,4,9))":                                      `S_INTERSECTS("g", BBOX(1, 2, 3, 4))`,
		"a\u3000=\u00a01":                                                          `"a" = 1`,
	} {
		e := parse(t, text)
		if e.String() != want {
			t.Errorf("Parse(%s) = %s, want %s", text, e, want)
		}
		if again := parse(t, e.String()); again.String() != want {
			t.Errorf("Parse(%s) = %s", want, again)
		}
	}
}

func TestParseFaults(t *testing.T) {
	long := "a = '" + strings.Repeat("x", MaxLength) + "'"
	deep := func(n int) string { return strings.Repeat("(", n) + "a = 1" + strings.Repeat(")", n) }
	list := func(n int) string { return "a IN (1" + strings.Repeat(",1", n-1) + ")" }
	parse(t, deep(MaxDepth))
	parse(t, list(MaxList))
	parse(t, strings.Repeat("a=1 OR ", 1000)+"a=1")
	for _, c := range []struct {
		text string
		at   int
		says string
	}{
		{"", 1, "expected a property or value, found the end"},
		{"a", 2, "expected a comparison"},
		{"a = ", 5, "found the end"},
		{"网格 = 1 x", 8, "expected AND, OR or the end, found x"},
		{"a = 1)", 6, "found )"},
		{"(a = 1", 7, "expected ), found the end"},
		{"a = 'x", 5, "no closing quote"},
		{`a = 'x\'`, 5, "no closing quote"},
		{`"a = 1`, 3, "closing \""},
		{`"" = 1`, 2, "expected a name"},
		{"a ; 1", 3, "no meaning"},
		{"a = \x00", 5, "control character"},
		{"a = '\xff'", 6, "not UTF-8"},
		{"a = 1e", 7, "exponent"},
		{"a = 1e999", 5, "too large"},
		{"a = .", 5, "expected a number"},
		{"NOT NOT a = 1", 5, "found NOT"},
		{"a NOT = 1", 7, "expected LIKE, BETWEEN or IN"},
		{"a IS 1", 6, "expected NULL"},
		{"a LIKE b", 8, "expected a pattern"},
		{"a BETWEEN 1 OR 2", 13, "expected AND"},
		{"a IN ()", 7, "expected a property or value"},
		{"a IN 1", 6, "expected ("},
		{"date = 1", 1, "expected ( after date"},
		{"null = 1", 1, "double quotes"},
		{"t = DATE('2026-02-30')", 10, "expected a date"},
		{"t = DATE('2026-07-01T00:00:00Z')", 10, "expected a date"},
		{"t = TIMESTAMP('2026-07-01')", 15, "expected a time in UTC"},
		{"t = TIMESTAMP('2026-07-01T00:00:00+08:00')", 15, "expected a time in UTC"},
		{"T_AFTER(t, INTERVAL('yesterday', '..'))", 21, "expected a date"},
		{"T_AFTER(t, INTERVAL(1, '..'))", 21, "expected a date"},
		{"S_INTERSECTS(g, POINT(1))", 24, "expected a number"},
		{"S_INTERSECTS(g, POINT EMPTY)", 23, "expected ("},
		{"S_INTERSECTS(g, LINESTRING(1 2))", 27, "two points"},
		{"S_INTERSECTS(g, POLYGON((0 0,1 0,0 0)))", 25, "four points"},
		{"S_INTERSECTS(g, POLYGON((0 0,1 0,1 1,0 1)))", 25, "not closed"},
		{"S_INTERSECTS(g, BBOX(1,2,3))", 21, "four numbers"},
		{"S_INTERSECTS(g, GEOMETRYCOLLECTION(BBOX(1,2,3,4)))", 36, "no collection"},
		{"S_INTERSECTS(g)", 15, "expected ,"},
		{"S_WITHIN(g, POINT(1 2))", 1, "S_WITHIN is not supported"},
		{"a = f(b)", 5, "the function f is not supported"},
		{"a = 1 + 2", 7, "arithmetic (+)"},
		{"a = - b", 5, "arithmetic (-)"},
		{long, MaxLength + 1, "at most 8192 bytes"},
		{deep(MaxDepth + 1), MaxDepth + 1, "at most 64 deep"},
		{list(MaxList + 1), 2*MaxList + 7, "at most 1000 values"},
	} {
		_, err := Parse(c.text)
		var fault *Error
		if !errors.As(err, &fault) || fault.At != c.at || !strings.Contains(fault.Detail, c.says) {
			t.Errorf("Parse(%.60s): %v, want %q at %d", c.text, err, c.says, c.at)
		}
	}
}

// Whatever is read is printed so that it is read as the same, and evaluates
// without a fault when it passes the check.
func FuzzParse(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text)
	}
	f.Add(`(a = 'it\'s' OR NOT b LIKE '\%_') IS NULL AND S_INTERSECTS(g, BBOX(170, -1, -170, 1))`)
	properties := []Property{{"a", String}, {"b", String}, {"n", Number}, {"t", Timestamp}, {"g", Geometry}}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.At < 1 || fault.Detail == "" {
				t.Fatalf("Parse(%q): %v", text, err)
			}
			return
		}
		printed := e.String()
		if len(printed) > MaxLength {
			return
		}
		again, err := Parse(printed)
		if err != nil || again.String() != printed {
			t.Fatalf("%q is printed as %q, which is read as %v, %v", text, printed, again, err)
		}
		if Check(e, properties) == nil {
			Eval(e, func(name string) Value {
				return map[string]Value{"a": Text("x"), "n": Num(1), "g": Geom(orb.Point{1, 2})}[name]
			})
		}
	})
}
