package track

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// fixes gives one fix of 5 m accuracy for each {seconds, metres east, metres north}.
func fixes(t testing.TB, rows ...[3]float64) []Fix {
	t.Helper()
	var out []Fix
	for _, r := range rows {
		out = append(out, Fix{T: zero.Add(time.Duration(r[0] * float64(time.Second))), At: at(t, r[1], r[2]), AccuracyM: 5, SpeedMPS: Unknown})
	}
	return out
}

// vertices gives the seconds of the vertices of a piece, and their metres east.
func vertices(t testing.TB, p Piece) (out [][2]int) {
	t.Helper()
	for _, v := range p.Vertices {
		metres := geo.DistanceM(origin.Point(), v.At.Point())
		out = append(out, [2]int{int(v.T.Sub(zero).Seconds()), int(math.Round(metres))})
	}
	return out
}

func TestClean(t *testing.T) {
	change := func(f []Fix, i int, do func(*Fix)) []Fix { do(&f[i]); return f }
	tests := []struct {
		name  string
		fixes []Fix
		want  [][][2]int
	}{
		{"nothing", nil, nil},
		{"one", fixes(t, [3]float64{0, 0, 0}), [][][2]int{{{0, 0}}}},
		{"a walk", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}, [3]float64{20, 40, 0}), [][][2]int{{{0, 0}, {10, 20}, {20, 40}}}},
		{"a gap of just the length", fixes(t, [3]float64{0, 0, 0}, [3]float64{120, 200, 0}), [][][2]int{{{0, 0}, {120, 200}}}},
		{"a longer one", fixes(t, [3]float64{0, 0, 0}, [3]float64{121, 200, 0}), [][][2]int{{{0, 0}}, {{121, 200}}}},
		{"made up", change(fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}), 1, func(f *Fix) { f.Mock = true }), [][][2]int{{{0, 0}}}},
		{"too vague", change(fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}), 0, func(f *Fix) { f.AccuracyM = 50.1 }), [][][2]int{{{10, 20}}}},
		{"no number", change(fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}), 0, func(f *Fix) { f.AccuracyM = math.NaN() }), [][][2]int{{{10, 20}}}},
		{"nobody knows how vague", change(fixes(t, [3]float64{0, 0, 0}), 0, func(f *Fix) { f.AccuracyM = Unknown }), [][][2]int{{{0, 0}}}},
		{"one second, the better fix", change(fixes(t, [3]float64{0.1, 0, 0}, [3]float64{0.8, 3, 0}), 0, func(f *Fix) { f.AccuracyM = 6 }), [][][2]int{{{0, 3}}}},
		{"a jump", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}, [3]float64{15, 900, 0}, [3]float64{20, 40, 0}), [][][2]int{{{0, 0}, {10, 20}, {20, 40}}}},
		{"a jump at the start", fixes(t, [3]float64{0, 5000, 0}, [3]float64{10, 20, 0}, [3]float64{20, 40, 0}), [][][2]int{{{10, 20}, {20, 40}}}},
		{"a burst", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}, [3]float64{11, 3000, 0}, [3]float64{12, 3010, 0}, [3]float64{20, 40, 0}, [3]float64{30, 60, 0}), [][][2]int{{{0, 0}, {10, 20}, {20, 40}, {30, 60}}}},
		{"a drive is none", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 300, 0}, [3]float64{20, 600, 0}), [][][2]int{{{0, 0}, {10, 300}, {20, 600}}}},
		{"a jump leaves a gap", fixes(t, [3]float64{0, 0, 0}, [3]float64{80, 50000, 0}, [3]float64{160, 100, 0}), [][][2]int{{{0, 0}}, {{160, 100}}}},
		{"standing", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}, [3]float64{40, 24, 0}, [3]float64{70, 16, 0}, [3]float64{80, 40, 0}), [][][2]int{{{0, 0}, {10, 20}, {70, 20}, {80, 40}}}},
		{"pausing", fixes(t, [3]float64{0, 0, 0}, [3]float64{10, 20, 0}, [3]float64{40, 24, 0}, [3]float64{80, 40, 0}), [][][2]int{{{0, 0}, {10, 20}, {40, 24}, {80, 40}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got [][][2]int
			pieces := Clean(tt.fixes, DefaultRules())
			for _, p := range pieces {
				got = append(got, vertices(t, p))
			}
			if !slices.EqualFunc(got, tt.want, func(a, b [][2]int) bool { return slices.Equal(a, b) }) {
				t.Errorf("Clean gives %v, want %v", got, tt.want)
			}
			if len(pieces) > 0 && len(tt.fixes) > 1 && pieces[0].Run.To.Before(pieces[0].To()) {
				t.Errorf("the run %v ends before its piece", pieces[0].Run)
			}
		})
	}
}

// Whatever comes, pieces are in order, within their run, and no step is faster
// than the rules allow or, but for who stands, longer than the gap.
func TestCleanKeepsItsRules(t *testing.T) {
	r := DefaultRules()
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		var last time.Time
		for _, p := range Clean(mixed(rnd, somebody(rnd, 200)), r) {
			if p.From().Before(p.Run.From) || p.To().After(p.Run.To) || !p.From().After(last) {
				t.Fatalf("seed %d: piece from %v to %v of run %v, after %v", seed, p.From(), p.To(), p.Run, last)
			}
			last = p.To()
			for i, v := range p.Vertices[1:] {
				took := v.T.Sub(p.Vertices[i].T)
				// A stand's place is up to StandM from the fix that was reached.
				if d := apart(p.Vertices[i].At, v.At); took <= 0 || took > r.Gap && d > 0 || d > r.SpeedMPS*took.Seconds()+2*r.StandM {
					t.Fatalf("seed %d: a step of %.0f m in %v", seed, d, took)
				}
			}
		}
	}
}

func TestCompareOrders(t *testing.T) {
	base := Fix{T: zero, At: origin, AccuracyM: 5, SpeedMPS: 1}
	with := func(do func(*Fix)) Fix { f := base; do(&f); return f }
	ordered := []Fix{
		with(func(f *Fix) { f.T = zero.Add(-1) }),
		with(func(f *Fix) { f.AccuracyM = 4 }),
		with(func(f *Fix) { f.At.Lon--; f.SpeedMPS = 3 }),
		with(func(f *Fix) { f.At.Lat--; f.SpeedMPS = 3 }),
		with(func(f *Fix) { f.SpeedMPS = Unknown }),
		base,
		with(func(f *Fix) { f.AccuracyM = 6 }),
		with(func(f *Fix) { f.AccuracyM = Unknown }),
		with(func(f *Fix) { f.Mock, f.AccuracyM = true, 1 }),
		with(func(f *Fix) { f.T = zero.Add(1) }),
	}
	for i := range ordered {
		for j := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := Compare(ordered[i], ordered[j]); got != want {
				t.Errorf("Compare(%+v, %+v) = %d, want %d", ordered[i], ordered[j], got, want)
			}
		}
	}
	if a, b := with(func(f *Fix) { f.T = zero.In(time.FixedZone("", 8*3600)) }), base; Compare(a, b) != 0 {
		t.Error("the same instant in another zone is another fix")
	}
}

// FuzzClean: nothing that a phone may send stops the cleaning or changes with the order.
func FuzzClean(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		var in []Fix
		for len(b) >= 6 {
			in = append(in, Fix{
				T:         zero.Add(time.Duration(b[0])*time.Second + time.Duration(b[1])*time.Hour/256),
				At:        geo.LatticePoint{Lon: origin.Lon + int32(int8(b[2]))<<(b[5]%24), Lat: origin.Lat + int32(int8(b[3]))<<(b[5]%22)},
				AccuracyM: float64(b[4]) - 10, SpeedMPS: Unknown, Mock: b[5] > 200,
			})
			b = b[6:]
		}
		got := Clean(in, DefaultRules())
		slices.Reverse(in)
		back := Clean(append(in, in...), DefaultRules())
		if !slices.EqualFunc(got, back, func(a, b Piece) bool { return a.Run == b.Run && slices.Equal(a.Vertices, b.Vertices) }) {
			t.Fatalf("backwards and twice: %v, want %v", back, got)
		}
		if _, err := CellTimes(got, 10); err != nil {
			t.Fatal(err)
		}
	})
}
