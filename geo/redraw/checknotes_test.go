package redraw_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestCheckAfterEachEdit checks two random plans of one base by turns, each after every
// operation, torn ones too, and now and then after going back: the same is found as in
// states that nothing is known of.
func TestCheckAfterEachEdit(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			base := newTown(seed).state(t, redraw.Config{})
			fresh := func(s *redraw.State) *redraw.State {
				again, err := redraw.New(s.Areas(), redraw.Config{Homes: []redraw.Home{}})
				if err != nil {
					t.Fatal(err)
				}
				return again
			}
			p := planner{rand.New(rand.NewPCG(seed, 37)), t, 9000}
			drafts := []redraw.Draft{redraw.NewDraft(base), redraw.NewDraft(base)}
			codes := map[string]int{}
			for n := range 80 {
				d := &drafts[n%2]
				next, _, err := d.Apply(redraw.Entry{Op: p.operation(d.State()), At: noon, ID: geo.ID{0: byte(n + 1), 6: 0x70, 8: 0x80}})
				switch {
				case p.IntN(5) == 0:
					next, _, _ = d.Undo()
				case err != nil:
					continue
				}
				*d = next
				got := redraw.Check(base, d.State(), redraw.Settings{})
				if want := redraw.Check(fresh(base), fresh(d.State()), redraw.Settings{}); !reflect.DeepEqual(got, want) {
					t.Fatalf("after %d operations the check finds\n%+v\nwant\n%+v", len(d.Entries()), got, want)
				}
				for _, q := range got {
					codes[q.Code]++
				}
			}
			for _, code := range []string{redraw.ProblemNotContiguous, redraw.ProblemSelfIntersection, redraw.ProblemUnitSplit, redraw.ProblemUnitsMixed} {
				if codes[code] == 0 {
					t.Errorf("no %s was ever found, of %v", code, codes)
				}
			}
		})
	}
}
