package track

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// meander gives the pieces of walks of an hour and a half each, a fix every five
// seconds, spread over a country of so many kilometres a side.
func meander(walks int, km float64, rnd *rand.Rand) [][]Fix {
	out := make([][]Fix, walks)
	perLon := metresOfStep * math.Cos(43.52*math.Pi/180)
	for i := range out {
		east, north, course := rnd.Float64()*km*1000, rnd.Float64()*km*1000, rnd.Float64()*7
		for k := range 1080 {
			if k%40 == 0 {
				course += rnd.NormFloat64()
			}
			east, north = east+6.5*math.Cos(course), north+6.5*math.Sin(course)
			out[i] = append(out[i], Fix{
				T:         zero.Add(time.Duration(k) * 5 * time.Second),
				At:        geo.LatticePoint{Lon: origin.Lon + int32((east+rnd.NormFloat64()*3)/perLon), Lat: origin.Lat + int32((north+rnd.NormFloat64()*3)/metresOfStep)},
				AccuracyM: 8, SpeedMPS: 1.3,
			})
		}
	}
	return out
}

// tiles are squares of some metres that tile a country of so many kilometres a side.
func tiles(t testing.TB, km, sideM float64) (out []orb.MultiPolygon) {
	t.Helper()
	for east := 0.0; east < km*1000; east += sideM {
		for north := 0.0; north < km*1000; north += sideM {
			out = append(out, orb.MultiPolygon{{ring(t, [2]float64{east, north}, [2]float64{east + sideM, north}, [2]float64{east + sideM, north + sideM}, [2]float64{east, north + sideM})}})
		}
	}
	return out
}

// BenchmarkTracks measures what is made of tracks, and coverage beside PostGIS's
// own buffers, unions and intersections of the same pieces.
func BenchmarkTracks(b *testing.B) {
	rnd := rand.New(rand.NewPCG(31, 1))
	r := DefaultRules()
	best := func(turns int, do func()) time.Duration {
		least := time.Duration(math.MaxInt64)
		for range turns {
			began := time.Now()
			do()
			least = min(least, time.Since(began))
		}
		return least
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	row := func(what string, ours float64, unit string) measure.Row {
		return measure.Row{Area: "tracks and coverage", What: what, Ours: ours, Unit: unit}
	}

	one := meander(1, 3, rnd)
	var pieces []Piece
	clean := best(20, func() { pieces = Clean(one[0], r) })
	checkpoints := places(b, 300, rnd)
	stays := best(20, func() { CheckpointVisits(pieces, checkpoints, r) })
	cells := best(20, func() {
		if _, err := CellTimes(pieces, CellResolution); err != nil {
			b.Fatal(err)
		}
	})
	measure.Report(b,
		row("cleaned, a walk of 1,080 fixes", ms(clean), "ms"),
		row("its stays at 300 checkpoints", ms(stays), "ms"),
		row("its time in cells", ms(cells), "ms"),
	)

	for _, size := range []struct {
		walks int
		km    float64
		side  float64
	}{{8, 3, 1000}, {40, 15, 1200}} {
		var tracks [][]Piece
		vertices := 0
		for _, fixes := range meander(size.walks, size.km, rnd) {
			p := Clean(fixes, r)
			tracks = append(tracks, p)
			for _, piece := range p {
				vertices += len(piece.Vertices)
			}
		}
		shapes := tiles(b, size.km, size.side)
		var got []Measure
		took := best(5, func() { got = Covered(tracks, shapes, 30) })
		want, slow := measuredByPostGIS(b, tracks, shapes, 30)
		ours, theirs := 0.0, 0.0
		for i := range got {
			ours, theirs = ours+got[i].CoveredM2, theirs+want[i].CoveredM2
		}
		if math.Abs(ours-theirs) > 1e-3*theirs {
			b.Errorf("%.0f m² covered, PostGIS says %.0f", ours, theirs)
		}
		line := row(fmt.Sprintf("land seen on %d walks, %d vertices, of %d areas", size.walks, vertices, len(shapes)), ms(took), "ms")
		line.Against, line.Reference, line.Aim = "PostGIS: ST_Buffer, ST_Union, ST_Intersection", ms(slow), "≥ 5x"
		measure.Report(b, line)
	}
}
