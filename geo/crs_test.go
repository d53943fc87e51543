package geo

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/go-spatial/proj/core"
	_ "github.com/go-spatial/proj/operations" // registers etmerc
	"github.com/go-spatial/proj/support"
	"github.com/paulmach/orb"
)

var shuangyang = orb.Point{125.66, 43.52}

// The constants were computed with PROJ 9.1 (cs2cs), those of GCJ-02 and BD-09
// with the published code.
func TestFromWGS84Constants(t *testing.T) {
	tests := []struct {
		crs    CRS
		want   orb.Point
		within float64 // in the unit of the system
	}{
		{WGS84, shuangyang, 0},
		{CGCS2000, shuangyang, 0},
		{"EPSG:4551", orb.Point{472510.999, 4820546.906}, 0.0005},
		{"EPSG:4530", orb.Point{42472510.999, 4820546.906}, 0.0005},
		{"EPSG:4549", orb.Point{957649.631, 4836082.628}, 0.0005},
		{WebMercator, orb.Point{13988407.213, 5391459.079}, 0.0005},
		{GCJ02, orb.Point{125.66613051126086, 43.52237154135960}, 1e-13},
		{BD09, orb.Point{125.67258682712, 43.52844137193}, 1e-11},
	}
	for _, tt := range tests {
		t.Run(string(tt.crs), func(t *testing.T) {
			got, err := FromWGS84(tt.crs, shuangyang)
			if err != nil || math.Abs(got[0]-tt.want[0]) > tt.within || math.Abs(got[1]-tt.want[1]) > tt.within {
				t.Errorf("FromWGS84(%s) = %.9f, %v, want %.9f", tt.crs, got, err, tt.want)
			}
			back, err := ToWGS84(tt.crs, got)
			if d := metresApart(back, shuangyang); err != nil || d > 1e-6 {
				t.Errorf("ToWGS84(%s, %v) = %.12f, %v, %g m off", tt.crs, got, back, err, d)
			}
		})
	}
}

// metresApart is good for near points only.
func metresApart(p, q orb.Point) float64 {
	const degree = 111320
	return degree * math.Hypot((p[0]-q[0])*math.Cos(p[1]*math.Pi/180), p[1]-q[1])
}

func TestRoundTripsInChina(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []CRS{WGS84, CGCS2000, GCJ02, BD09, WebMercator, "EPSG:4551", "EPSG:4513", "EPSG:4500", "EPSG:4512"} {
		worst := 0.0
		for range 20000 {
			p := orb.Point{75 + 60*rnd.Float64(), 18 + 35*rnd.Float64()}
			if z, err := c.projection(); err == nil {
				p[0] = z.meridian - 4 + 8*rnd.Float64()
			}
			there, err := FromWGS84(c, p)
			if err != nil {
				t.Fatalf("FromWGS84(%s, %v): %v", c, p, err)
			}
			back, err := ToWGS84(c, there)
			if err != nil {
				t.Fatalf("ToWGS84(%s, %v): %v", c, there, err)
			}
			worst = max(worst, metresApart(p, back))
		}
		if worst > 1e-6 {
			t.Errorf("%s: there and back is %g m off, want less than a micrometre", c, worst)
		}
	}
}

func TestGaussKrugerAgainstProj(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, epsg := range []int{4551, 4530, 4549, 4534, 4554, 4513, 4533, 4491, 4501, 4502, 4512} {
		z, ok := zone(epsg)
		if !ok {
			t.Fatalf("EPSG:%d is no zone", epsg)
		}
		def, err := support.NewProjString(fmt.Sprintf(
			"+proj=etmerc +lat_0=0 +lon_0=%v +k=1 +x_0=%v +y_0=0 +a=6378137 +rf=298.257222101 +units=m", z.meridian, z.falseEasting))
		if err != nil {
			t.Fatal(err)
		}
		_, op, err := core.NewSystem(def)
		if err != nil {
			t.Fatal(err)
		}
		conv := op.(core.IConvertLPToXY)
		worst := 0.0
		for range 5000 {
			p := orb.Point{z.meridian - 5 + 10*rnd.Float64(), 60 * rnd.Float64()}
			want, err := conv.Forward(&core.CoordLP{Lam: p[0] * math.Pi / 180, Phi: p[1] * math.Pi / 180})
			if err != nil {
				t.Fatal(err)
			}
			x, y := z.forward(p[0], p[1])
			worst = max(worst, math.Hypot(x-want.X, y-want.Y))
		}
		if worst > 1e-6 {
			t.Errorf("EPSG:%d is %g m away from go-spatial/proj, want less than a micrometre", epsg, worst)
		}
	}
}

func TestZones(t *testing.T) {
	tests := []struct {
		epsg     int
		meridian float64
		easting  float64
	}{
		{4551, 126, 500_000}, {4530, 126, 42_500_000}, {4550, 123, 500_000}, {4549, 120, 500_000},
		{4548, 117, 500_000}, {4529, 123, 41_500_000}, {4534, 75, 500_000}, {4554, 135, 500_000},
		{4513, 75, 25_500_000}, {4533, 135, 45_500_000}, {4491, 75, 13_500_000}, {4501, 135, 23_500_000},
		{4502, 75, 500_000}, {4512, 135, 500_000},
	}
	for _, tt := range tests {
		if got, ok := zone(tt.epsg); !ok || got != (transverse{tt.meridian, tt.easting}) {
			t.Errorf("zone(%d) = %v, %v, want %v, %v", tt.epsg, got, ok, tt.meridian, tt.easting)
		}
	}
	for _, n := range []int{4490, 4555, 0, -1, 32651} {
		if got, ok := zone(n); ok {
			t.Errorf("zone(%d) = %v, want none", n, got)
		}
	}
}

func TestParseCRS(t *testing.T) {
	good := map[string]CRS{
		"": WGS84, "wgs84": WGS84, "WGS84": WGS84, "EPSG:4326": WGS84, "epsg:4326": WGS84,
		"cgcs2000": CGCS2000, "EPSG:4490": CGCS2000, "gcj02": GCJ02, "BD09": BD09,
		"EPSG:3857": WebMercator, "4326": WGS84, "4490": CGCS2000, "4551": "EPSG:4551", "epsg:4551": "EPSG:4551", "EPSG:4530": "EPSG:4530", "EPSG:4549": "EPSG:4549",
	}
	for in, want := range good {
		if got, err := ParseCRS(in); err != nil || got != want {
			t.Errorf("ParseCRS(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	refused := map[string]string{
		"EPSG:4610": "datum-refused", "EPSG:2387": "datum-refused", "EPSG:2366": "datum-refused",
		"EPSG:4214": "datum-refused", "EPSG:2439": "datum-refused", "epsg:2418": "datum-refused",
		"EPSG:21483": "datum-refused", "EPSG:4555": "datum-refused",
		"EPSG:": "crs-unknown", "EPSG:99999": "crs-unknown", "EPSG:4551x": "crs-unknown", "99999": "crs-unknown", "2436": "datum-refused",
		"wgs-84": "crs-unknown", "EPSG:32651": "crs-unknown",
	}
	for in, want := range refused {
		_, err := ParseCRS(in)
		var p *Problem
		if !errors.As(err, &p) || p.Code != want || !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseCRS(%q) = %v, want a problem %s", in, err, want)
		}
	}
	if c, err := ParsePointCRS("EPSG:4551"); err == nil {
		t.Errorf("ParsePointCRS takes %s, want an error", c)
	}
}

func TestConversionRefusals(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name string
		crs  CRS
		p    orb.Point
		code string
	}{
		{"not a number", WGS84, orb.Point{nan, 43}, "not-a-position"},
		{"infinite", GCJ02, orb.Point{125, -inf}, "not-a-position"},
		{"metres as degrees", CGCS2000, orb.Point{472510, 4820546}, "not-a-position"},
		{"swapped", BD09, orb.Point{43.5, 125.6}, "not-a-position"},
		{"zone number missing", "EPSG:4530", orb.Point{472510, 4820546}, "crs-out-of-zone"},
		{"zone number too many", "EPSG:4551", orb.Point{42472510, 4820546}, "crs-out-of-zone"},
		{"easting and northing swapped", "EPSG:4551", orb.Point{4820546, 472510}, "crs-out-of-zone"},
		{"no number of metres", "EPSG:4551", orb.Point{nan, 4820546}, "crs-out-of-zone"},
		{"beyond the pole", "EPSG:4551", orb.Point{472510, 10_003_000}, "crs-out-of-zone"},
		{"beyond the map", WebMercator, orb.Point{3e7, 0}, "crs-out-of-zone"},
		{"mercator of nothing", WebMercator, orb.Point{nan, inf}, "crs-out-of-zone"},
		{"unknown", "EPSG:1", orb.Point{1, 2}, "crs-unknown"},
		{"empty", "", orb.Point{1, 2}, "crs-unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ToWGS84(tt.crs, tt.p)
			var p *Problem
			if !errors.As(err, &p) || p.Code != tt.code || !errors.Is(err, ErrInvalid) {
				t.Errorf("ToWGS84(%s, %v) = %v, %v, want a problem %s", tt.crs, tt.p, got, err, tt.code)
			}
		})
	}
	for _, c := range []CRS{WebMercator, "EPSG:4551", "EPSG:9"} {
		if got, err := FromWGS84(c, orb.Point{0, 90}); !errors.Is(err, ErrInvalid) {
			t.Errorf("FromWGS84(%s, pole) = %v, %v, want ErrInvalid", c, got, err)
		}
	}
	if _, err := FromWGS84(WGS84, orb.Point{200, 0}); !errors.Is(err, ErrInvalid) {
		t.Errorf("FromWGS84(200, 0) = %v, want ErrInvalid", err)
	}
}

func TestGCJ02OnlyInChina(t *testing.T) {
	for _, p := range []orb.Point{{2.35, 48.85}, {-122.4, 37.8}, {151.2, -33.9}, {180, 90}, {-180, -90}} {
		if got, err := ToWGS84(GCJ02, p); err != nil || got != p {
			t.Errorf("ToWGS84(gcj02, %v) = %v, %v, want it unchanged", p, got, err)
		}
	}
	if got, _ := FromWGS84(GCJ02, shuangyang); math.Abs(metresApart(got, shuangyang)-561.3) > 3 {
		t.Errorf("GCJ-02 shifts by %.1f m, want 561.3", metresApart(got, shuangyang))
	}
}

func FuzzToWGS84(f *testing.F) {
	f.Add("gcj02", 125.66, 43.52)
	f.Add("EPSG:4551", 472510.999, 4820546.906)
	f.Add("bd09", 0.0, 0.0)
	f.Fuzz(func(t *testing.T, name string, x, y float64) {
		c, err := ParseCRS(name)
		if err != nil {
			return
		}
		w, err := ToWGS84(c, orb.Point{x, y})
		if err != nil {
			return
		}
		if _, ok := Snap(w); !ok {
			t.Fatalf("ToWGS84(%s, %v, %v) = %v, which is no position", c, x, y, w)
		}
	})
}
