package api

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// sameDegree fails unless degree gives what the double gives, or leaves it to
// the double. It reports which.
func sameDegree(t testing.TB, text string, limit int64) (quick bool) {
	t.Helper()
	for _, after := range []string{"", ",", "]", " ,    \"x\"", "]]]]]]]]]]]"} {
		units, end, ok := degree([]byte(text+after), 0, limit)
		if quick = ok; !ok {
			continue
		}
		if to, number := numberEnd([]byte(text), 0); !number || to != end {
			t.Fatalf("degree(%q) takes %d bytes for a number, which has %d", text+after, end, to)
		}
		if end < len(text) {
			continue // whoever reads on finds what is wrong
		}
		x, err := strconv.ParseFloat(text, 64)
		p := orb.Point{x, 0}
		if limit == 90 {
			p = orb.Point{0, x}
		}
		q, on := geo.Snap(p)
		if want := q.Lon + q.Lat; err != nil || !on || units != want || end != len(text) {
			t.Fatalf("degree(%q) = %d to byte %d, want %d (%v, %v)", text+after, units, end, want, on, err)
		}
	}
	return quick
}

// TestDegree checks that reading a number without a double gives the same
// point of the lattice: at random, at every half, at the ends.
func TestDegree(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	quick := 0
	const many = 300_000
	for range many {
		k := rnd.Int64N(1_800_000_000)
		text := fmt.Sprintf("%d.%07d", k/1e7, k%1e7)
		switch rnd.IntN(8) {
		case 0:
			text = text[:len(text)-rnd.IntN(7)]
		case 1:
			text += strings.Repeat("0", rnd.IntN(20))
		case 2:
			text += fmt.Sprintf("%020d", rnd.Uint64())[rnd.IntN(18):]
		case 3: // the double nearest to a half, and its neighbours
			text = strconv.FormatFloat(float64(2*k+1)/2e7+float64(rnd.IntN(5)-2)*3e-14, 'f', -1, 64)
		case 4: // near a half in text
			text += []string{"4", "5", "49", "499", "4989999", "4999999999999", "5000000000001", "501", "50", "500", "49999999999999999999999", "50000000000000000000001"}[rnd.IntN(12)]
		case 5:
			text = strconv.FormatFloat(rnd.Float64()*180, 'g', -1, 64)
		case 6:
			text = strconv.FormatInt(rnd.Int64N(181), 10)
		}
		if rnd.IntN(3) == 0 {
			text = "-" + text
		}
		if sameDegree(t, text, 180) {
			quick++
		}
		sameDegree(t, text, 90)
	}
	if quick < many/2 {
		t.Errorf("%d of %d numbers were read without the double", quick, many)
	}
	for _, text := range []string{"0", "-0", "0.0", "-0.00000004", "180", "-180", "180.0", "180.00000000", "180.00000001", "180.000000000000000000001", "179.99999996", "179.99999995",
		"181", "90", "-90.0000000", "90.00000000000000000001", "1000", "1e2", "1.5e1", "1E2", "01", "-01.5", "1.", ".5", "-", "", "+1", "--1", "1.2.3", "0x10", "1_0", "NaN", "00", "99999999999999999999"} {
		sameDegree(t, text, 180)
		sameDegree(t, text, 90)
	}
	for _, text := range []string{"125.1234567", "125.62", "43", "-43.5", "125.62000000000000455", "180", "0.5", "125.12345678901234"} {
		if !sameDegree(t, text, 180) {
			t.Errorf("%s was left to the double", text)
		}
	}
}

func FuzzDegree(f *testing.F) {
	for _, s := range []string{"125.66", "-43.00000005", "179.999999995", "180.00000000000000001", "1e2", "0.00000004999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sameDegree(t, s, 180)
		sameDegree(t, s, 90)
	})
}
