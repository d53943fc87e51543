package ingest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestLimits compares with the rules themselves, across holidays and far beyond
// the months that are at hand.
func TestLimits(t *testing.T) {
	book := patrol.DefaultRulebook(shanghai(t))
	l := limiter{book: book}
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 5000 {
		c := book.Categories[rnd.IntN(len(book.Categories))]
		if i%50 == 0 {
			c.TargetHours, c.HardHours = 300*rnd.Float64()+1, 2000
		}
		at := time.Date(2023, 12, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rnd.Int64N(int64(3 * 365 * 24 * time.Hour))))
		due, hard := l.limits(c, at)
		wantDue, wantHard := book.Limits(c, at)
		if !due.Equal(wantDue) || !hard.Equal(wantHard) {
			t.Fatalf("limits of %s at %s = %s, %s, want %s, %s", c.Code, at, due, hard, wantDue, wantHard)
		}
	}
}
