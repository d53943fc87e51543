package importers

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestReadWKT(t *testing.T) {
	ring := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 0}}
	for text, c := range map[string]struct {
		g    orb.Geometry
		srid int
		z    bool
	}{
		"POINT (125.6600001 43.52)":                           {orb.Point{125.6600001, 43.52}, 0, false},
		" point(1e2 -.5) ":                                    {orb.Point{100, -0.5}, 0, false},
		"POINT Z (1 2 3)":                                     {orb.Point{1, 2}, 0, true},
		"POINTZ(1 2 3)":                                       {orb.Point{1, 2}, 0, true},
		"POINT(1 2 3)":                                        {orb.Point{1, 2}, 0, true},
		"POINT M (1 2 3)":                                     {orb.Point{1, 2}, 0, false},
		"POINT ZM (1 2 3 4)":                                  {orb.Point{1, 2}, 0, true},
		"SRID=4551;POINT(472510.999 4820546.906)":             {orb.Point{472510.999, 4820546.906}, 4551, false},
		"POINT EMPTY":                                         {},
		"POLYGON ZM EMPTY":                                    {},
		"MULTIPOINT (1 2, (3 4), EMPTY)":                      {orb.MultiPoint{{1, 2}, {3, 4}}, 0, false},
		"LINESTRING(1 2,3 4\n,\t5 6)":                         {orb.LineString{{1, 2}, {3, 4}, {5, 6}}, 0, false},
		"POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 2))":            {orb.Polygon{ring, {{1, 1}, {2, 1}, {2, 2}}}, 0, false},
		"MULTILINESTRING((1 2,3 4),EMPTY)":                    {orb.MultiLineString{{{1, 2}, {3, 4}}}, 0, false},
		"MultiPolygon(((0 0,4 0,4 4,0 0)),EMPTY)":             {orb.MultiPolygon{{ring}}, 0, false},
		"GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))":  {orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, 0, false},
		"GEOMETRYCOLLECTION(POINT EMPTY,POINT M(1 2 3))":      {orb.Collection{orb.Point{1, 2}}, 0, false},
		"GEOMETRYCOLLECTION(POINT EMPTY,POLYGON((EMPTY)))":    {nil, -1, false},
		"MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((1 1, 2 2)))": {orb.MultiPolygon{{ring}, {{{1, 1}, {2, 2}}}}, 0, false},
	} {
		g, srid, z, fault := ReadWKT(text, DefaultLimits())
		if c.srid < 0 {
			if fault == nil {
				t.Errorf("ReadWKT(%s) = %v, want a fault", text, g)
			}
			continue
		}
		if fault != nil || !reflect.DeepEqual(g, c.g) || srid != c.srid || z != c.z {
			t.Errorf("ReadWKT(%s) = %v, %d, %v, %v, want %+v", text, g, srid, z, fault, c)
		}
	}
}

func TestReadWKTRefuses(t *testing.T) {
	many := strings.Repeat("1 2,", 50_000)
	for text, want := range map[string]string{
		"":                            ProblemFileCorrupt,
		"POINT":                       ProblemFileCorrupt,
		"POINT()":                     ProblemFileCorrupt,
		"POINT(1)":                    ProblemFileCorrupt,
		"POINT(1 2 3 4 5)":            ProblemFileCorrupt,
		"POINT(1 2":                   ProblemFileCorrupt,
		"POINT(1 2)x":                 ProblemFileCorrupt,
		"POINT(1,2)":                  ProblemFileCorrupt,
		"POINT(1 0x2)":                ProblemFileCorrupt,
		"POINT(1 NaN)":                ProblemValueDamaged,
		"POINT(1 1e400)":              ProblemValueDamaged,
		"POINT(1 -inf)":               ProblemValueDamaged,
		"LINESTRING(1 2,)":            ProblemFileCorrupt,
		"POLYGON(1 2,3 4)":            ProblemFileCorrupt,
		"CIRCULARSTRING(1 2,3 4)":     ProblemWrongType,
		"SRID=x;POINT(1 2)":           ProblemFileCorrupt,
		"SRID=4551 POINT(1 2)":        ProblemFileCorrupt,
		"village":                     ProblemFileCorrupt,
		"LINESTRING(" + many + "1 2)": ProblemLimit,
		"POLYGON(" + strings.Repeat("(1 2),", 500) + "(1 2))":                              ProblemLimit,
		"MULTIPOINT(" + strings.Repeat("EMPTY,", 50_000) + "1 2)":                          ProblemLimit,
		strings.Repeat("GEOMETRYCOLLECTION(", 100_000):                                     ProblemLimit,
		strings.Repeat("GEOMETRYCOLLECTION(", 33) + "POINT(1 2)" + strings.Repeat(")", 33): ProblemLimit,
	} {
		if g, _, _, fault := ReadWKT(text, DefaultLimits()); fault == nil || fault.Problem != want || g != nil {
			t.Errorf("ReadWKT(%.60s) = %v, %v, want %s", text, g, fault, want)
		}
	}
	for _, text := range []string{
		"LINESTRING(" + strings.TrimSuffix(many, ",") + ")",
		"POLYGON(" + strings.Repeat("(1 2),", 499) + "(1 2))",
		strings.Repeat("GEOMETRYCOLLECTION(", 31) + "POINT(1 2)" + strings.Repeat(")", 31),
	} {
		if _, _, _, fault := ReadWKT(text, DefaultLimits()); fault != nil {
			t.Errorf("ReadWKT(%.60s), at the limit: %v", text, fault)
		}
	}
}

// FuzzReadWKT: no text makes it panic, and what it takes is read alike once
// written.
func FuzzReadWKT(f *testing.F) {
	for _, s := range []string{"POINT (1 2)", "SRID=4551;MULTIPOLYGON Z (((0 0 1,4 0 1,4 4 1,0 0 1)),EMPTY)", "MULTIPOINT((1 2),3 4)", "POLYGON((1e3 -.5,2 2))", "LINESTRING M EMPTY", "GEOMETRYCOLLECTION(POINT(1 2))"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, _, _, fault := ReadWKT(text, DefaultLimits())
		if fault != nil || g == nil {
			return
		}
		if _, collection := g.(orb.Collection); collection {
			return // is not written
		}
		written, err := AppendWKT(nil, g)
		if err != nil {
			t.Fatal(err)
		}
		if back, _, _, fault := ReadWKT(string(written), DefaultLimits()); fault != nil || !reflect.DeepEqual(back, g) {
			t.Errorf("%q reads as %v, is written as %s and reads as %v, %v", text, g, written, back, fault)
		}
	})
}
