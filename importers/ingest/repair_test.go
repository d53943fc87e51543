package ingest

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

func TestParseRepairs(t *testing.T) {
	for text, want := range map[string]repairs{
		"":                                    {},
		"close-rings":                         {close: true},
		"close-rings,make-valid,snap=0.5":     {close: true, valid: true, snapM: 0.5},
		"snap=0.5m":                           {snapM: 0.5},
		"align-to=village,20m,make-valid":     {valid: true, align: []alignment{{geo.Village, 20}}},
		"align-to=grid":                       {align: []alignment{{geo.Grid, 20}}},
		"align-to=grid,5m,align-to=village,2": {align: []alignment{{geo.Grid, 5}, {geo.Village, 2}}},
	} {
		for _, names := range [][]string{{text}, strings.Split(text, ",")} {
			got, err := parseRepairs(names)
			if err != nil || got.close != want.close || got.valid != want.valid || got.snapM != want.snapM || !slices.Equal(got.align, want.align) {
				t.Errorf("parseRepairs(%q) = %+v, %v, want %+v", names, got, err, want)
			}
		}
	}
	for _, text := range []string{"mend", "snap", "snap=0", "snap=-1m", "snap=11m", "snap=NaN", "align-to", "align-to=road,5m", "5m", "align-to=village,101m"} {
		if got, err := parseRepairs([]string{text}); err == nil {
			t.Errorf("parseRepairs(%q) = %+v, want an error", text, got)
		}
	}
}

// TestRepairs: what a repair mends it says, and it moves no more than it must.
func TestRepairs(t *testing.T) {
	jagged := func(s *layerSource) { // the line between 1 and 2 has 0.3 m between
		for i := 5; i < 10; i++ {
			s.polygon(0)[0][i][0] -= 0.3
		}
	}
	for name, c := range map[string]struct {
		damage func(s *layerSource)
		repair string
		broken string
		told   []int   // features
		movedM float64 // at most
	}{
		"an open ring": {func(s *layerSource) { s.polygon(2)[0] = s.polygon(2)[0][:20] }, "close-rings", importers.ProblemRingNotClosed, []int{3}, 0},
		"a bow-tie at a corner that nobody shares": {func(s *layerSource) {
			r := s.polygon(7)[0]
			s.polygon(7)[0] = slices.Insert(r, 11, orb.Point{townEast + 1960, townNorth + 1000}, orb.Point{townEast + 1940, townNorth + 1005}, orb.Point{townEast + 1960, townNorth + 1005}, orb.Point{townEast + 1940, townNorth + 1000})
		}, "make-valid", importers.ProblemSelfIntersection, []int{8}, 100},
		"a spike": {func(s *layerSource) {
			p := s.polygon(7)
			p[0] = slices.Insert(p[0], 11, orb.Point{townEast + 2050, townNorth + 1000}, orb.Point{townEast + 2000, townNorth + 1000})
		}, "make-valid", importers.ProblemSpike, []int{8}, 0},
		"a gap of 0.3 m": {jagged, "snap=0.5m", importers.ProblemGap, []int{1, 2}, 160},
	} {
		t.Run(name, func(t *testing.T) {
			s := town()
			c.damage(s)
			plain := importAreas(t, s, townBasis(t), Options{Kind: geo.Village})
			if !slices.ContainsFunc(plain.Report.Problems, func(p *importers.Problem) bool { return p.Problem == c.broken && strings.HasPrefix(c.repair, p.Repair) }) {
				t.Errorf("no %s that names %s:\n%s", c.broken, c.repair, tell(plain))
			}
			set := importAreas(t, s, townBasis(t), Options{Kind: geo.Village, Repairs: []string{c.repair}})
			if name == "a bow-tie at a corner that nobody shares" {
				// What sticks out of the district stays an error of its own.
				set.Report.Problems = slices.DeleteFunc(set.Report.Problems, func(p *importers.Problem) bool {
					return p.Problem == importers.ProblemOutsideDistrict || p.Problem == importers.ProblemGap
				})
			}
			if set.Report.Errors() > 0 {
				t.Errorf("repaired, it is still at fault:\n%s", tell(set))
			}
			var told []int
			for _, r := range set.Report.Repairs {
				told = append(told, r.Feature)
				if r.MovedM2 > c.movedM || !strings.HasPrefix(c.repair, r.Repair) || r.Detail == "" {
					t.Errorf("%+v", r)
				}
			}
			slices.Sort(told)
			if !slices.Equal(slices.Compact(told), c.told) {
				t.Errorf("repairs of %v are told, want %v: %+v", told, c.told, set.Report.Repairs)
			}
		})
	}
}

// TestMend holds the land of mended shapes against the even-odd rule, place by
// place, for rings at random.
func TestMend(t *testing.T) {
	failed := 0
	for seed := range uint64(300) {
		rnd := newRand(seed)
		var land outline
		for range 1 + rnd.IntN(3) {
			var r []geo.LatticePoint
			for range 3 + rnd.IntN(9) {
				r = append(r, geo.LatticePoint{Lon: 1_256_600_000 + rnd.Int32N(400), Lat: 435_200_000 + rnd.Int32N(400)})
			}
			land = append(land, r)
		}
		in := &intake{found: newFindings(0)}
		f := &feature{number: 1}
		shape, err := in.mend(f, land)
		if err != nil {
			failed++
			continue
		}
		mended := outlineOf(shape)
		wrong := 0
		for range 400 {
			lon, lat := 1_256_600_000+400*rnd.Float64(), 435_200_000+400*rnd.Float64()
			if mended.covers(lon, lat) != land.covers(lon, lat) {
				wrong++
			}
		}
		// Corners that are put on the lattice move lines by a step.
		if wrong > 30 {
			t.Errorf("seed %d: %d of 400 places lie elsewhere in the mended shape", seed, wrong)
		}
		if math.Abs(in.repaired[0].MovedM2) > 1e6 {
			t.Errorf("seed %d: %+v", seed, in.repaired)
		}
	}
	if failed > 3 { // rounding to so coarse a lattice may leave nothing that is sound
		t.Errorf("%d of 300 could not be mended", failed)
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 11)) }
