package importers

import (
	"bytes"
	"encoding/hex"
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// wkbShapes are one of each type.
func wkbShapes() []orb.Geometry {
	ring := orb.Ring{{125.1, 43.1}, {125.2000001, 43.1}, {125.2, 43.2}, {125.1, 43.1}}
	hole := orb.Ring{{125.15, 43.12}, {125.16, 43.13}, {125.16, 43.12}, {125.15, 43.12}}
	return []orb.Geometry{
		orb.Point{125.66, 43.52}, orb.MultiPoint{{125, 43}, {-1e-7, 0}},
		orb.LineString{{125.1, 43.1}, {125.1234567, 43.7654321}}, orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
		orb.Polygon{ring, hole}, orb.MultiPolygon{{ring, hole}, {hole}},
	}
}

// TestWKB holds both ways against orb's own codec.
func TestWKB(t *testing.T) {
	for _, g := range wkbShapes() {
		ours, err := AppendWKB(nil, g)
		if err != nil || !bytes.Equal(ours, wkb.MustMarshal(g)) {
			t.Errorf("AppendWKB(%T) = %x, %v, want %x", g, ours, err, wkb.MustMarshal(g))
		}
		if back, hadZ, fault := ReadWKB(ours, DefaultLimits()); fault != nil || hadZ || !reflect.DeepEqual(back, g) {
			t.Errorf("ReadWKB(AppendWKB(%v)) = %v, %v, %v", g, back, hadZ, fault)
		}
		for n := range ours {
			if _, _, fault := ReadWKB(ours[:n], DefaultLimits()); fault == nil || fault.Problem != ProblemFileCorrupt {
				t.Errorf("ReadWKB of the first %d of %d bytes of a %T = %v, want FILE_CORRUPT", n, len(ours), g, fault)
			}
		}
	}
	collection := orb.Collection{orb.Point{1, 2}, orb.Collection{orb.LineString{{1, 2}, {3, 4}}}}
	if back, _, fault := ReadWKB(wkb.MustMarshal(collection), DefaultLimits()); fault != nil || !reflect.DeepEqual(back, collection) {
		t.Errorf("ReadWKB(%v) = %v, %v", collection, back, fault)
	}
	if _, err := AppendWKB(nil, nil); err == nil {
		t.Error("AppendWKB(nil) has no error")
	}
}

// TestReadWKBForms reads what PostGIS and others write; the texts are of
// SELECT encode(ST_AsEWKB(g, …), 'hex') and ST_AsBinary.
func TestReadWKBForms(t *testing.T) {
	for name, tt := range map[string]struct {
		hex     string
		want    orb.Geometry
		hadZ    bool
		problem string
	}{
		"big endian":            {"00000000013ff00000000000004000000000000000", orb.Point{1, 2}, false, ""},
		"EWKB with SRID":        {"0101000020e6100000000000000000f03f0000000000000040", orb.Point{1, 2}, false, ""},
		"EWKB with Z":           {"0101000080000000000000f03f00000000000000400000000000000840", orb.Point{1, 2}, true, ""},
		"ISO Z":                 {"01e9030000000000000000f03f00000000000000400000000000000840", orb.Point{1, 2}, true, ""},
		"ISO M":                 {"01d1070000000000000000f03f00000000000000400000000000000840", orb.Point{1, 2}, false, ""},
		"ISO ZM":                {"01b90b0000000000000000f03f000000000000004000000000000008400000000000001040", orb.Point{1, 2}, true, ""},
		"empty point":           {"0101000000000000000000f87f000000000000f87f", nil, false, ""},
		"empty polygon":         {"010300000000000000", nil, false, ""},
		"parts of both orders":  {"00000000040000000201010000000000000000000000000000000000000000000000013ff00000000000004000000000000000", orb.MultiPoint{{0, 0}, {1, 2}}, false, ""},
		"nothing":               {"", nil, false, ProblemFileCorrupt},
		"no order":              {"0201000000000000000000f03f0000000000000040", nil, false, ProblemFileCorrupt},
		"more behind":           {"0101000000000000000000f03f000000000000004000", nil, false, ProblemFileCorrupt},
		"two billion points":    {"0102000000ffffff7f", nil, false, ProblemFileCorrupt},
		"two billion parts":     {"0106000000ffffff7f", nil, false, ProblemFileCorrupt},
		"line in multi polygon": {"010600000001000000010200000001000000000000000000f03f0000000000000040", nil, false, ProblemFileCorrupt},
		"circular string":       {"010800000000000000", nil, false, ProblemWrongType},
		"curve polygon with Z":  {"01f203000000000000", nil, false, ProblemWrongType},
		"surface":               {"010f00000000000000", nil, false, ProblemWrongType},
		"no type":               {"016300000000000000", nil, false, ProblemFileCorrupt},
		"too many thousands":    {"01a10f000000000000", nil, false, ProblemFileCorrupt},
	} {
		b, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(name, err)
		}
		g, hadZ, fault := ReadWKB(b, DefaultLimits())
		problem := ""
		if fault != nil {
			problem = fault.Problem
		}
		if problem != tt.problem || fault == nil && (hadZ != tt.hadZ || !reflect.DeepEqual(g, tt.want)) {
			t.Errorf("%s: ReadWKB = %v, %v, %v, want %v, %v, %q", name, g, hadZ, fault, tt.want, tt.hadZ, tt.problem)
		}
	}
}

// TestReadWKBLimits goes to each limit and one past it.
func TestReadWKBLimits(t *testing.T) {
	limits := Limits{Vertices: 8, Rings: 2, Depth: 3}
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	nested := func(n int) orb.Geometry {
		g := orb.Geometry(orb.Point{1, 2})
		for range n {
			g = orb.Collection{g}
		}
		return g
	}
	for name, tt := range map[string]struct {
		g  orb.Geometry
		ok bool
	}{
		"vertices":           {make(orb.LineString, 8), true},
		"vertices past":      {make(orb.LineString, 9), false},
		"points past":        {make(orb.MultiPoint, 9), false},
		"rings":              {orb.Polygon{ring, ring}, true},
		"rings past":         {orb.MultiPolygon{{ring}, {ring[:1]}, {ring[:1]}}, false},
		"vertices over both": {orb.MultiPolygon{{ring}, {append(ring, ring...)}}, false},
		"depth":              {nested(3), true},
		"depth past":         {nested(4), false},
	} {
		_, _, fault := ReadWKB(wkb.MustMarshal(tt.g), limits)
		if ok := fault == nil; ok != tt.ok || !ok && fault.Problem != ProblemLimit {
			t.Errorf("%s: ReadWKB = %v, want taken %v", name, fault, tt.ok)
		}
	}
}

// FuzzReadWKB: no panic, room only for what is there, and what was read is
// written and read again as the same.
func FuzzReadWKB(f *testing.F) {
	for _, g := range wkbShapes() {
		f.Add(wkb.MustMarshal(g))
	}
	f.Add(wkb.MustMarshal(orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}))
	f.Add([]byte("\x01\xe9\x03\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		g, _, fault := ReadWKB(b, DefaultLimits())
		if fault != nil {
			if g != nil || fault.Detail == "" {
				t.Fatalf("ReadWKB = %v with %v", g, fault)
			}
			return
		}
		if _, mixed := g.(orb.Collection); mixed || g == nil {
			return
		}
		if at, bad := notFinite(g); bad != (math.IsNaN(at[0]+at[1]) || math.IsInf(at[0], 0) || math.IsInf(at[1], 0)) {
			t.Fatalf("notFinite(%v) = %v, %v", g, at, bad)
		} else if bad {
			return
		}
		written, err := AppendWKB(nil, g)
		if err != nil {
			t.Fatal(err)
		}
		back, _, fault := ReadWKB(written, DefaultLimits())
		if fault != nil || !reflect.DeepEqual(back, g) {
			t.Fatalf("ReadWKB(AppendWKB(%v)) = %v, %v", g, back, fault)
		}
	})
}
