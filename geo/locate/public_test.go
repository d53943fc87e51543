package locate_test

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Real boundaries, which nobody drew for this index, give the answers of
// PostGIS, at corners, beside corners, on edges and elsewhere.

func TestCountiesAgainstPostGIS(t *testing.T) {
	all := append(countiesOf(t, "counties", geo.Village), countiesOf(t, "states", geo.Township)...)
	// The Aleutian Islands go on beyond 180°, and Guam lies there: the rest fits.
	areas := normalised(t, within(all, orb.Bound{Min: orb.Point{-170, 10}, Max: orb.Point{-60, 75}}), 60)
	if len(areas) < 3100 {
		t.Errorf("%d counties and states, want over 3,100", len(areas))
	}
	sameAsPostGIS(t, areas)
}

func TestTimeZonesAgainstPostGIS(t *testing.T) {
	// Europe, Africa, and Asia as far as India.
	areas := normalised(t, within(timeZones(t), orb.Bound{Min: orb.Point{-30, -36}, Max: orb.Point{76, 71.3}}), 30)
	if len(areas) < 100 {
		t.Errorf("%d time zones, want over 100", len(areas))
	}
	sameAsPostGIS(t, areas)
}

// What goes round the globe is refused, not computed wrongly.
func TestWholeWorldsAreRefused(t *testing.T) {
	for name, areas := range map[string][]geo.Area{
		"states with Guam and the Aleutians": countiesOf(t, "states", geo.Township),
		"time zones":                         timeZones(t),
	} {
		_, err := locate.Build(normalised(t, areas, 60), locate.Config{})
		var p *geo.Problem
		if !errors.Is(err, geo.ErrInvalid) || !errors.As(err, &p) || p.Code != "extent-too-large" {
			t.Errorf("%s: Build = %v, want extent-too-large", name, err)
		}
	}
}

// within gives the areas that lie in the bound whole.
func within(areas []geo.Area, b orb.Bound) []geo.Area {
	return slices.DeleteFunc(areas, func(a geo.Area) bool {
		own := a.Shape.Bound()
		return !b.Contains(own.Min) || !b.Contains(own.Max)
	})
}

// normalised gives the areas as they would be published. Their files were
// rounded and thinned, which made some shapes invalid (Illinois does not close):
// at most so many may be
// refused, each with a rule and a place in its bound.
func normalised(t *testing.T, areas []geo.Area, most int) (out []geo.Area) {
	t.Helper()
	rules := map[string]int{}
	refused := 0
	for _, a := range areas {
		shape, err := geo.NormalizeShape(a.Shape)
		if err == nil {
			a.Shape = shape
			out = append(out, a)
			continue
		}
		var fault *geo.GeometryError
		if !errors.As(err, &fault) || fault.Rule == "" || !placeIn(a.Shape, fault.At) {
			t.Fatalf("%s is refused without a rule and a place: %v", a.Ref(), err)
		}
		rules[fault.Rule]++
		refused++
	}
	t.Logf("%d shapes taken, refused %v", len(out), rules)
	if refused > most {
		t.Errorf("%d of %d shapes were refused, want %d at most", refused, len(areas), most)
	}
	return out
}

// placeIn tells whether a point lies among the corners of a shape, of holes too,
// which orb's bound leaves out.
func placeIn(shape orb.MultiPolygon, p orb.Point) bool {
	var corners orb.MultiPoint
	for _, polygon := range shape {
		for _, ring := range polygon {
			corners = append(corners, ring...)
		}
	}
	return corners.Bound().Pad(1 / geo.Scale).Contains(p)
}

// sameAsPostGIS compares 20,000 points, three quarters of them touchy.
func sameAsPostGIS(t *testing.T, areas []geo.Area) {
	t.Helper()
	x, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	near := touchy(areas, 0, rnd)
	bound := x.Bound()
	points := make([]geo.LatticePoint, 20_000)
	for i := range points {
		if i%4 != 0 {
			points[i] = near[rnd.IntN(len(near))]
			continue
		}
		points[i], _ = geo.Snap(orb.Point{bound.Min[0] + rnd.Float64()*(bound.Max[0]-bound.Min[0]),
			bound.Min[1] + rnd.Float64()*(bound.Max[1]-bound.Min[1])})
	}
	differences, hits := againstPostGIS(t, x, areas, points)
	t.Logf("%d areas, %d points, %d answers, %d differences", len(areas), len(points), hits, len(differences))
	if len(differences) > 0 || hits < len(points)/2 {
		t.Errorf("%d differences in %d answers:\n%s", len(differences), hits, strings.Join(differences[:min(5, len(differences))], "\n"))
	}
}

// byCode puts areas in order, whatever the order of the file.
func byCode(areas []geo.Area) []geo.Area {
	slices.SortFunc(areas, func(a, b geo.Area) int { return cmp.Compare(a.Code, b.Code) })
	return areas
}
