package track

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// somebody gives the fixes of a walk with everything that goes wrong: noise,
// poor and made-up fixes, silences, stands, impossible places, several fixes of one
// instant and of one second, and what the phone did not say.
func somebody(rnd *rand.Rand, n int) []Fix {
	now := zero.Add(time.Duration(rnd.IntN(1e6)) * time.Millisecond)
	east, north, course := rnd.NormFloat64()*300, rnd.NormFloat64()*300, rnd.Float64()*7
	var out []Fix
	for len(out) < n {
		switch k := rnd.IntN(100); {
		case k == 0: // silent
			now = now.Add(time.Duration(60+rnd.IntN(300)) * time.Second)
		case k == 1: // stands
			for range 3 + rnd.IntN(20) {
				now = now.Add(5 * time.Second)
				out = append(out, fixAt(rnd, now, east+rnd.NormFloat64()*4, north+rnd.NormFloat64()*4))
			}
		case k == 2: // a burst of impossible places
			for range 1 + rnd.IntN(5) {
				now = now.Add(time.Duration(rnd.IntN(3000)) * time.Millisecond)
				out = append(out, fixAt(rnd, now, east+3000*rnd.NormFloat64(), north+3000*rnd.NormFloat64()))
			}
		}
		step := time.Duration(rnd.IntN(10_000)) * time.Millisecond
		if rnd.IntN(20) == 0 {
			step = 0
		}
		now = now.Add(step)
		course += rnd.NormFloat64() / 5
		east += 1.4 * step.Seconds() * math.Cos(course)
		north += 1.4 * step.Seconds() * math.Sin(course)
		out = append(out, fixAt(rnd, now, east+rnd.NormFloat64()*3, north+rnd.NormFloat64()*3))
	}
	return out
}

func fixAt(rnd *rand.Rand, at time.Time, east, north float64) Fix {
	f := Fix{T: at, AccuracyM: 3 + rnd.ExpFloat64()*12, SpeedMPS: rnd.Float64() * 2, Mock: rnd.IntN(50) == 0}
	if rnd.IntN(10) == 0 {
		f.AccuracyM, f.SpeedMPS = Unknown, Unknown
	}
	f.At = geo.LatticePoint{
		Lon: origin.Lon + int32(east/metresOfStep/math.Cos(43.52*math.Pi/180)),
		Lat: origin.Lat + int32(north/metresOfStep),
	}
	return f
}

// mixed gives the fixes in another order, some of them again.
func mixed(rnd *rand.Rand, fixes []Fix) []Fix {
	out := append([]Fix(nil), fixes...)
	for range rnd.IntN(len(fixes)/2 + 1) {
		out = append(out, fixes[rnd.IntN(len(fixes))])
	}
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// fields are four grids that share edges, round the origin, the last with a hole.
func fields(t testing.TB) []geo.Area {
	t.Helper()
	box := func(w, s, e, n float64) orb.Ring {
		return ring(t, [2]float64{w, s}, [2]float64{e, s}, [2]float64{e, n}, [2]float64{w, n})
	}
	shapes := []orb.MultiPolygon{
		{{box(-800, -800, 0, 0)}}, {{box(0, -800, 800, 0)}}, {{box(-800, 0, 0, 800)}},
		{{box(0, 0, 800, 800), reversed(box(100, 100, 300, 250))}},
	}
	var out []geo.Area
	for i, s := range shapes {
		out = append(out, geo.Area{Kind: geo.Grid, Code: string(rune('A' + i)), Shape: s})
	}
	return out
}

// locateIn names the field that holds a place, as geo/locate would.
func locateIn(areas []geo.Area) func(geo.LatticePoint) geo.Match {
	corners := make([][][]geo.LatticePoint, len(areas))
	for i, a := range areas {
		for _, polygon := range a.Shape {
			for _, r := range polygon {
				var c []geo.LatticePoint
				for _, p := range r[1:] {
					q, _ := geo.Snap(p)
					c = append(c, q)
				}
				corners[i] = append(corners[i], c)
			}
		}
	}
	return func(q geo.LatticePoint) (m geo.Match) {
		for i := range areas {
			odd, edge := false, false
			for _, c := range corners[i] {
				in, on := geo.MiddleInRing(c, q, q)
				odd, edge = odd != in, edge || on
			}
			if odd || edge {
				m.Set(&areas[i])
				return m
			}
		}
		return m
	}
}

// places are checkpoints round the origin.
func places(t testing.TB, n int, rnd *rand.Rand) []Checkpoint {
	t.Helper()
	var out []Checkpoint
	for i := range n {
		id := uuid.UUID{0: byte(i >> 8), 1: byte(i), 6: 0x70, 8: 0x80}
		out = append(out, Checkpoint{ID: id, At: at(t, rnd.NormFloat64()*400, rnd.NormFloat64()*400), RadiusM: 10 + rnd.Float64()*90})
	}
	return out
}
