package track

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestVisits(t *testing.T) {
	minute := func(n float64) time.Time { return zero.Add(time.Duration(n * float64(time.Minute))) }
	type stay struct {
		code     string
		from, to time.Time
		dwell    time.Duration
	}
	areas := fields(t) // A south-west, B south-east, C north-west, D north-east with a hole
	tests := []struct {
		name   string
		pieces []Piece
		want   []stay
	}{
		{"nowhere", nil, nil},
		{"a moment", []Piece{walk(t, [2]float64{-50, -50})}, nil},
		{"standing", []Piece{walk(t, [2]float64{-50, -50}, [2]float64{-50, -50})}, []stay{{"A", minute(0), minute(1), time.Minute}}},
		{"across an edge", []Piece{walk(t, [2]float64{-60, -50}, [2]float64{60, -50})},
			[]stay{{"A", minute(0), minute(.5), 30 * time.Second}, {"B", minute(.5), minute(1), 30 * time.Second}}},
		{"too short on the other side", []Piece{walk(t, [2]float64{-180, -50}, [2]float64{20, -50}, [2]float64{-180, -50})},
			[]stay{{"A", minute(0), minute(2), 108 * time.Second}}},
		{"away for two minutes and back", []Piece{walk(t, [2]float64{-60, -50}, [2]float64{60, -50}, [2]float64{60, -50}, [2]float64{-60, -50})},
			[]stay{{"A", minute(0), minute(3), time.Minute}, {"B", minute(.5), minute(2.5), 2 * time.Minute}}},
		{"away for three", []Piece{walk(t, [2]float64{-60, -50}, [2]float64{60, -50}, [2]float64{60, -50}, [2]float64{60, -50}, [2]float64{-60, -50})},
			[]stay{{"A", minute(0), minute(.5), 30 * time.Second}, {"B", minute(.5), minute(3.5), 3 * time.Minute}, {"A", minute(3.5), minute(4), 30 * time.Second}}},
		{"in a hole", []Piece{walk(t, [2]float64{200, 150}, [2]float64{200, 200})}, nil},
		{"outside", []Piece{walk(t, [2]float64{2000, 150}, [2]float64{2000, 200})}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Visits(tt.pieces, locateIn(areas), DefaultRules())
			if len(got) != len(tt.want) {
				t.Fatalf("Visits = %+v, want %+v", got, tt.want)
			}
			near := func(a, b time.Duration) bool { return (a - b).Abs() <= 6*time.Second } // half a step
			for i, w := range tt.want {
				if g := got[i]; g.Area.Code != w.code || !near(g.From.Sub(w.from), 0) || !near(g.To.Sub(w.to), 0) || !near(g.Dwell, w.dwell) {
					t.Errorf("visit %d = %s %v to %v, %v, want %+v", i, g.Area.Code, g.From, g.To, g.Dwell, w)
				}
			}
		})
	}
}

// Nothing goes from one run to the next: the visit ends with the run.
func TestVisitsEndWithTheirRun(t *testing.T) {
	one := walk(t, [2]float64{-50, -50}, [2]float64{-50, -50})
	two := walk(t, [2]float64{-50, -50}, [2]float64{-50, -50})
	for i := range two.Vertices {
		two.Vertices[i].T = two.Vertices[i].T.Add(90 * time.Second)
	}
	two.Run = Span{two.From(), two.To()}
	here := []Checkpoint{{At: at(t, -50, -50), RadiusM: 20}}
	for _, joined := range []bool{false, true} {
		if joined {
			one.Run.To = two.Run.To
			two.Run = one.Run
		}
		want := 2
		if joined {
			want = 1
		}
		pieces := []Piece{one, two}
		if got := Visits(pieces, locateIn(fields(t)), DefaultRules()); len(got) != want {
			t.Errorf("one run %v: visits of areas %+v, want %d", joined, got, want)
		}
		if got := CheckpointVisits(pieces, here, DefaultRules()); len(got) != want {
			t.Errorf("one run %v: visits of the checkpoint %+v, want %d", joined, got, want)
		}
	}
}

func TestCheckpointVisits(t *testing.T) {
	second := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	school := []Checkpoint{{At: at(t, 0, 0), RadiusM: 50}}
	type stay struct{ from, to, dwell time.Duration }
	tests := []struct {
		name  string
		piece Piece
		want  []stay
	}{
		{"past it between two fixes", walk(t, [2]float64{-300, 0}, [2]float64{300, 0}), []stay{{second(25), second(35), second(10)}}},
		{"past it, off the middle", walk(t, [2]float64{-300, 30}, [2]float64{300, 30}), []stay{{second(26), second(34), second(8)}}},
		{"only just", walk(t, [2]float64{-300, 49.9}, [2]float64{300, 49.9}), nil},
		{"by", walk(t, [2]float64{-300, 51}, [2]float64{300, 51}), nil},
		{"standing in it", walk(t, [2]float64{20, 0}, [2]float64{20, 0}), []stay{{0, second(60), second(60)}}},
		{"standing beside", walk(t, [2]float64{60, 0}, [2]float64{60, 0}), nil},
		{"into it", walk(t, [2]float64{-100, 0}, [2]float64{0, 0}), []stay{{second(30), second(60), second(30)}}},
		{"out and in", walk(t, [2]float64{0, 0}, [2]float64{100, 0}, [2]float64{0, 0}), []stay{{0, second(120), second(60)}}},
		{"one fix", walk(t, [2]float64{0, 0}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := CheckpointVisits([]Piece{tt.piece}, school, DefaultRules())
			if len(got) != len(tt.want) {
				t.Fatalf("CheckpointVisits = %+v, want %+v", got, tt.want)
			}
			near := func(a, b time.Duration) bool { return (a - b).Abs() <= 200*time.Millisecond }
			for i, w := range tt.want {
				if g := got[i]; !near(g.From.Sub(zero), w.from) || !near(g.To.Sub(zero), w.to) || !near(g.Dwell, w.dwell) {
					t.Errorf("visit %d from %v to %v, %v, want %+v", i, g.From.Sub(zero), g.To.Sub(zero), g.Dwell, w)
				}
			}
		})
	}
}

// The boxes that find checkpoints against asking all of them.
func TestNearbyFindsAll(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 1))
	all := places(t, 200, rnd)
	near := newNearby(all)
	met := 0
	for range 500 {
		a := at(t, rnd.NormFloat64()*500, rnd.NormFloat64()*500)
		b := at(t, rnd.NormFloat64()*500, rnd.NormFloat64()*500)
		found := map[*Checkpoint]int{}
		near.each(a, b, func(c *Checkpoint) { found[c]++ })
		for i := range all {
			c := &near.checkpoints[i]
			if found[c] > 1 {
				t.Fatalf("%v is told of %d times", c.ID, found[c])
			}
			if _, _, ok := within(c, a, b); ok {
				met++
				if found[c] == 0 {
					t.Fatalf("%v lies on the way from %v to %v and was not found", c.ID, a, b)
				}
			}
		}
	}
	if met < 1000 {
		t.Errorf("only %d meetings", met)
	}
}

func TestCellTimesAddUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(12, 1))
	pieces := Clean(somebody(rnd, 400), DefaultRules())
	var want time.Duration
	for _, p := range pieces {
		want += p.To().Sub(p.From())
	}
	for _, res := range []int{8, 10, 12} {
		cells, err := CellTimes(pieces, res)
		if err != nil {
			t.Fatal(err)
		}
		var got time.Duration
		last := zero
		for _, c := range cells {
			got += c.Dwell
			if c.First.After(c.Last) || c.Dwell > c.Last.Sub(c.First) {
				t.Errorf("%s: %v from %v to %v", c.Cell, c.Dwell, c.First, c.Last)
			}
			if c.Last.After(last) {
				last = c.Last
			}
		}
		if got != want || !last.Equal(pieces[len(pieces)-1].To()) {
			t.Errorf("resolution %d: %v in %d cells until %v, want %v", res, got, len(cells), last, want)
		}
	}
	if _, err := CellTimes(pieces, 16); err == nil {
		t.Error("there are cells of resolution 16")
	}
}

func TestDistance(t *testing.T) {
	pieces := []Piece{walk(t, [2]float64{0, 0}, [2]float64{300, 400}, [2]float64{300, 400}), walk(t, [2]float64{0, 0})}
	if got := Distance(pieces); got < 499.9 || got > 500.1 {
		t.Errorf("Distance = %.2f m, want 500", got)
	}
}
