package pack

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestHeld(t *testing.T) {
	x := townIndex(t)
	codes := func(h Held, kind geo.Kind) (out []string) {
		for _, a := range h.Areas[kind.Index()] {
			out = append(out, a.Code)
		}
		return out
	}
	h := Around(x, []geo.ID{find(t, x, geo.VillageGroup, "v00").ID, {}})
	if got := codes(h, geo.VillageGroup); !slices.Equal(got, []string{"v00", "v01", "v02", "v10", "v11", "v12", "v20", "v21", "v22"}) {
		t.Errorf("groups round the one in the corner: %v, want its neighbours and theirs", got)
	}
	if got := codes(h, geo.Grid); !slices.Equal(got, []string{"g00", "g01", "g10", "g11"}) {
		t.Errorf("grids: %v", got)
	}
	if got := codes(h, geo.District); !slices.Equal(got, []string{"d"}) || !h.Whole[geo.District.Index()] || h.Whole[geo.Grid.Index()] {
		t.Errorf("district %v, whole %v", got, h.Whole)
	}
	if len(h.Own) != 1 || len(h.Unsure) != 0 {
		t.Errorf("own %v, unsure %v, want one and none", h.Own, h.Unsure)
	}
	// Of compounds in a row that each overlap the next the last is not held: the
	// one before it cannot be sure of its land.
	h = Around(x, []geo.ID{find(t, x, geo.Compound, "c1").ID})
	if got := codes(h, geo.Compound); !slices.Equal(got, []string{"c1", "c2", "c4"}) || len(h.Unsure) != 1 || !h.Unsure[find(t, x, geo.Compound, "c4").ID] {
		t.Errorf("compounds %v, unsure %v, want three and the last of them", got, h.Unsure)
	}
	// A strip through the middle grid and both beside it, with all its corners in
	// others, still has land in common with it.
	strip := find(t, x, geo.Compound, "strip")
	if beside(x, []*geo.Area{find(t, x, geo.Grid, "g11")})[strip.Ref()] == nil {
		t.Error("what runs through an area without a corner in it is not beside it")
	}
	if all := All(x); len(all.Areas[geo.VillageGroup.Index()]) != townSide*townSide || !all.Whole[geo.Compound.Index()] {
		t.Error("All does not hold everything")
	}
}

func TestMayOverlap(t *testing.T) {
	at := func(r ...orb.Ring) *geo.Area { return &geo.Area{Shape: orb.MultiPolygon{r}} }
	square := at(box(0, 0, 10, 10))
	hole := box(2, 2, 8, 8)
	hole.Reverse()
	for _, tt := range []struct {
		name string
		b    *geo.Area
		want bool
	}{
		{"the same", at(box(0, 0, 10, 10)), true},
		{"apart", at(box(20, 0, 30, 10)), false},
		{"beside, with a side in common", at(box(10, 0, 20, 10)), false},
		{"touching in a corner", at(box(10, 10, 20, 20)), false},
		{"across", at(box(3, -5, 6, 15)), true},
		{"a corner within", at(box(5, 5, 15, 15)), true},
		{"inside", at(box(3, 3, 6, 6)), true},
		{"round it", at(box(-5, -5, 15, 15)), true},
		{"with a corner on the middle of a side: in doubt", at(box(10, 5, 20, 15)), true},
		{"in corners alone, but through the inside", at(orb.Ring{box(0, 0, 10, 10)[0], box(0, 0, 10, 10)[2], box(-5, 20, 0, 30)[0], box(0, 0, 10, 10)[0]}), true},
	} {
		if got := mayOverlap(square, tt.b); got != tt.want {
			t.Errorf("%s: mayOverlap = %v, want %v", tt.name, got, tt.want)
		}
		if got := mayOverlap(tt.b, square); got != tt.want {
			t.Errorf("%s, turned round: mayOverlap = %v, want %v", tt.name, got, tt.want)
		}
	}
	if mayOverlap(at(box(0, 0, 10, 10), hole), at(box(2, 2, 8, 8))) {
		t.Error("what fills a hole overlaps nothing")
	}
}

// TestExactPack holds the lookup of a pack that lost no point against the index,
// where it is decided: at every vertex, beside it, and on the middle of sides.
func TestExactPack(t *testing.T) {
	x := townIndex(t)
	p := Make(All(x), nil, 1e-9)
	if p.DisplacementM != 0 || slices.ContainsFunc(p.Arcs, func(a Arc) bool { return !a.Exact }) {
		t.Fatalf("points were lost: moved by %v m", p.DisplacementM)
	}
	l := NewLookup(p)
	asked := 0
	ask := func(q geo.LatticePoint) {
		asked++
		want, got := x.LocateLattice(q), l.Locate(q)
		for k, kind := range geo.Kinds() {
			if w := want.Area(kind); got[k].Server || (w == nil) != (got[k].Area == nil) || w != nil && w.Code != got[k].Area.Code {
				t.Fatalf("Locate(%v) of %s = %+v, want %v", q, kind, got[k], w)
			}
		}
	}
	for _, a := range x.All() {
		eachVertex(a, func(q geo.LatticePoint) bool {
			for _, d := range [][2]int32{{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}, {-10_000, 0}} {
				ask(geo.LatticePoint{Lon: q.Lon + d[0], Lat: q.Lat + d[1]})
			}
			return true
		})
	}
	c := corner([2]int32{2, 2})
	for lon := range int32(60) {
		for lat := range int32(60) {
			ask(geo.LatticePoint{Lon: c.Lon + 2_000*lon, Lat: c.Lat + 2_000*lat}) // many on the sides of compounds
		}
	}
	t.Log(asked, "places")
}

// TestSimplify tries to find a point of a line that is farther from what stands
// for it than is said.
func TestSimplify(t *testing.T) {
	p := planeOf(43.2, 43.9)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		line := []geo.LatticePoint{townOrigin}
		for range 1 + rnd.IntN(60) {
			q := line[len(line)-1]
			line = append(line, geo.LatticePoint{Lon: q.Lon + int32(rnd.IntN(800)-300), Lat: q.Lat + int32(rnd.IntN(800)-400)})
		}
		if rnd.IntN(4) == 0 {
			line = append(line, line[0]) // closed
		}
		short, moved := p.simplify(line, 5)
		if moved > 5 || short[0] != line[0] || short[len(short)-1] != line[len(line)-1] {
			t.Fatalf("moved by %v m, or an end was", moved)
		}
		at, worst := 0, 0.0
		for i := 1; i < len(short); i++ {
			from := at
			for at++; line[at] != short[i] || i == len(short)-1 && at < len(line)-1; at++ {
			}
			for _, q := range line[from : at+1] {
				// To some place of the segment, on the ellipsoid.
				near := 1e9
				for k := range 201 {
					s := float64(k) / 200
					a, b := short[i-1].Point(), short[i].Point()
					near = min(near, geo.DistanceM(q.Point(), orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}))
				}
				worst = max(worst, near)
			}
		}
		if worst > moved*1.001+0.5 { // the places on the segment lie up to a metre apart
			t.Fatalf("a point is %v m from the segment that stands for it, said were %v", worst, moved)
		}
	}
}

func TestPlane(t *testing.T) {
	for _, lat := range []float64{-60, -0.5, 0, 20, 43.5, 70} {
		p := planeOf(lat-0.3, lat+0.3)
		for _, at := range []float64{lat - 0.3, lat, lat + 0.3} {
			east := geo.DistanceM(orb.Point{10, at}, orb.Point{10.001, at})
			north := geo.DistanceM(orb.Point{10, at - 0.0005}, orb.Point{10, at + 0.0005})
			if got := p.LonM * 0.001 * geo.Scale; got < east*(1-1e-4) || got > east*1.05 {
				t.Errorf("at %v a thousandth of a degree to the east is %v m in the plane, %v m on the ellipsoid", at, got, east)
			}
			if got := p.LatM * 0.001 * geo.Scale; got < north*(1-1e-4) || got > north*1.001 {
				t.Errorf("at %v a thousandth of a degree to the north is %v m in the plane, %v m on the ellipsoid", at, got, north)
			}
		}
	}
}

func TestParse(t *testing.T) {
	x := townIndex(t)
	roads := []geo.Feature{
		{Class: "road", Name: "Road", Geometry: orb.LineString{corner([2]int32{0, 0}).Point(), corner([2]int32{3, 3}).Point()}},
		{Class: "road", Geometry: orb.LineString{{10, 10}, {10.1, 10}}}, // far away
		{Class: "houses", Geometry: corner([2]int32{1, 1}).Point()},
	}
	p := Make(Around(x, []geo.ID{find(t, x, geo.Grid, "g11").ID}), roads, 0)
	if len(p.Lines) != 1 || p.DisplacementM <= 0 || p.DisplacementM > usualDisplacementM {
		t.Fatalf("%d lines, moved by %v m", len(p.Lines), p.DisplacementM)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(data)
	if err != nil || !reflect.DeepEqual(p, back) {
		t.Fatalf("the pack came back another one (%v)", err)
	}
	for name, bad := range map[string]string{
		"no JSON":          `{"arcs":`,
		"no measures":      `{"arcs":[]}`,
		"a point":          `{"lon_m":1,"lat_m":1,"arcs":[[1,2]]}`,
		"half a place":     `{"lon_m":1,"lat_m":1,"arcs":[[1,2,3]]}`,
		"off the globe":    `{"lon_m":1,"lat_m":1,"arcs":[[1,2,2000000000,3]]}`,
		"more than all":    `{"lon_m":1,"lat_m":1,"exact":1,"arcs":[]}`,
		"an arc too far":   `{"lon_m":1,"lat_m":1,"arcs":[[0,0,1,1]],"areas":{"grid":{"areas":[{"code":"g","label":[0,0],"shape":[[[1]]]}]}}}`,
		"an open ring":     `{"lon_m":1,"lat_m":1,"arcs":[[0,0,1,1]],"areas":{"grid":{"areas":[{"code":"g","label":[0,0],"shape":[[[0]]]}]}}}`,
		"out of order":     `{"lon_m":1,"lat_m":1,"arcs":[],"areas":{"grid":{"areas":[{"code":"h","label":[0,0],"shape":[]},{"code":"g","label":[0,0],"shape":[]}]}}}`,
		"narrower than it": `{"lon_m":1,"lat_m":1,"displacement_m":5,"band_m":4,"arcs":[]}`,
	} {
		if _, err := Parse([]byte(bad)); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: Parse = %v, want ErrInvalid", name, err)
		}
	}
	if empty := NewLookup(Make(Around(x, nil), nil, 0)).Locate(townOrigin); !empty[0].Server || empty[0].Area != nil {
		t.Errorf("a pack of nothing says %+v", empty[0])
	}
}

func FuzzParse(f *testing.F) {
	data, err := json.Marshal(Make(Held{}, nil, 0))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"lon_m":1,"lat_m":1,"exact":1,"arcs":[[0,0,9,0,0,9,-9,-9]],"areas":{"grid":{"whole":true,"areas":[{"code":"g","label":[0,0],"shape":[[[0]]]}]}},"lines":[{"class":"road","places":[1,2,3,4]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Parse(again)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		l, m := NewLookup(p), NewLookup(q)
		for _, at := range []geo.LatticePoint{{}, {Lon: 1, Lat: 1}, {Lon: 1_800_000_000, Lat: 900_000_000}} {
			if !reflect.DeepEqual(l.Locate(at), m.Locate(at)) {
				t.Fatalf("the pack that came back says something else of %v", at)
			}
		}
	})
}
