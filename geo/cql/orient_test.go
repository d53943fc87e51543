package cql

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// exactOrient is orient in fractions.
func exactOrient(a, b, c orb.Point) int {
	r := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(r(x), r(y)) }
	left := new(big.Rat).Mul(sub(a[0], c[0]), sub(b[1], c[1]))
	return left.Cmp(new(big.Rat).Mul(sub(a[1], c[1]), sub(b[0], c[0])))
}

func TestOrientIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	on := 0
	for range 20_000 {
		a := orb.Point{126 + random.Float64(), 43 + random.Float64()}
		d := orb.Point{float64(random.IntN(64)) / (1 << 20), float64(random.IntN(64)) / (1 << 20)}
		b, c := orb.Point{a[0] + 3*d[0], a[1] + 3*d[1]}, orb.Point{a[0] + d[0], a[1] + d[1]}
		if random.IntN(2) == 0 {
			c[1] = math.Nextafter(c[1], 1000*(random.Float64()-0.5))
		}
		got, want := orient(a, b, c), exactOrient(a, b, c)
		if got != want {
			t.Fatalf("orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
		if want == 0 {
			on++
		}
	}
	if on < 1000 || on > 19_000 {
		t.Errorf("%d of 20000 lay on the line: the test tries too little", on)
	}
}

// What strips find is what a look at every pair finds.
func TestMeetsEqualsEveryPair(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	point := func() orb.Point { return orb.Point{126 + random.Float64(), 43 + random.Float64()} }
	found := 0
	for range 300 {
		long := make(orb.LineString, 60)
		from := point()
		for i := range long {
			long[i] = orb.Point{from[0] + random.Float64()/5, from[1] + random.Float64()/5}
		}
		p := prepare(long)
		for range 20 {
			a := point()
			line := orb.LineString{a, {a[0] + random.Float64()/9, a[1]}}
			want := false
			for i := 1; i < len(long); i++ {
				want = want || touch(long[i-1], long[i], line[0], line[1])
			}
			if got := p.meets(line); got != want {
				t.Fatalf("%v meets %v is %v, want %v", long, line, got, want)
			}
			if want {
				found++
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d lines met", found)
	}
}
