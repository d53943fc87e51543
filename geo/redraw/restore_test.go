package redraw_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestRestore makes random plans, torn ones too, and makes them once more without
// checks: what is done, undone and done again on either says the same, problems included.
func TestRestore(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := planner{rand.New(rand.NewPCG(seed, 31)), t, []int32{1500, 6000, 20_000}[seed%3]}
			base := newTown(seed).state(t, redraw.Config{})
			d := redraw.NewDraft(base)
			torn := 0
			next := func() (e redraw.Entry, made redraw.Draft, r redraw.Result) {
				for n := 0; ; n++ {
					e = redraw.Entry{Op: p.operation(d.State()), At: noon, ID: geo.ID{0: byte(len(d.Entries())), 1: byte(n), 6: 0x70, 8: 0x80}}
					if made, r, err := d.Apply(e); err == nil {
						torn += min(len(r.Problems), 1)
						return e, made, r
					}
				}
			}
			var results []redraw.Result
			for range 40 {
				var r redraw.Result
				_, d, r = next()
				results = append(results, r)
			}
			again, err := redraw.Restore(base, p.throughJSON(d.Entries()))
			if err != nil || again.ETag() != d.ETag() || !reflect.DeepEqual(again.State().Areas(), d.State().Areas()) {
				t.Fatalf("Restore gives another state, error %v", err)
			}
			for n := len(results) - 1; n >= 20; n-- {
				again, _, _ = again.Undo()
			}
			for n := 20; n < len(results); n++ {
				redone, r, ok := again.Redo()
				if again = redone; !ok || !reflect.DeepEqual(r.Problems, results[n].Problems) || !reflect.DeepEqual(r.Changed, results[n].Changed) {
					t.Fatalf("Redo of %d: problems %v, want %v", n, r.Problems, results[n].Problems)
				}
			}
			if again, err = redraw.Restore(base, d.Entries()); err != nil {
				t.Fatal(err)
			}
			for range 30 {
				e, made, want := next()
				after, r, err := again.Apply(e)
				if d, again = made, after; err != nil || after.ETag() != made.ETag() || !reflect.DeepEqual(r.Problems, want.Problems) {
					t.Fatalf("%s after Restore: problems %v, want %v, error %v", e.Op.Op(), r.Problems, want.Problems, err)
				}
			}
			if torn < 5 {
				t.Errorf("%d operations tore something, want more", torn)
			}
		})
	}
}
