package track

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// rounds says how many random orders are tried: few with the other tests, as
// many as GRIDPATROL_TRACK_ORDERS says where all of them are wanted.
func rounds(t testing.TB, few int) int {
	s := os.Getenv("GRIDPATROL_TRACK_ORDERS")
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("GRIDPATROL_TRACK_ORDERS: %v", err)
	}
	return n
}

// derived is everything that is made of tracks, in bytes.
func derived(t testing.TB, tracks [][]Fix, areas []geo.Area, checkpoints []Checkpoint) []byte {
	t.Helper()
	r := DefaultRules()
	locate := locateIn(areas)
	var shapes []orb.MultiPolygon
	for _, a := range areas {
		shapes = append(shapes, a.Shape)
	}
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	all := make([][]Piece, 0, len(tracks))
	var each []string
	for _, fixes := range tracks {
		pieces := Clean(fixes, r)
		cells, err := CellTimes(pieces, 10)
		if err != nil {
			t.Fatal(err)
		}
		var one bytes.Buffer
		if err := json.NewEncoder(&one).Encode([]any{pieces, Distance(pieces), cells, CheckpointVisits(pieces, checkpoints, r)}); err != nil {
			t.Fatal(err)
		}
		for _, v := range Visits(pieces, locate, r) {
			fmt.Fprintln(&one, v.Area.Ref(), v.Run, v.From, v.To, v.Dwell)
		}
		all = append(all, pieces)
		each = append(each, one.String())
	}
	slices.Sort(each) // the tracks themselves may come in any order
	if err := w.Encode([]any{each, Covered(all, shapes, 30)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnyOrderGivesTheSame(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 1))
	areas, checkpoints := fields(t), places(t, 40, rnd)
	tracks := [][]Fix{somebody(rnd, 250), somebody(rnd, 120), somebody(rnd, 80)}
	want := derived(t, tracks, areas, checkpoints)
	if !bytes.Contains(want, []byte("grid:")) || !regexp.MustCompile(`"CoveredM2":[1-9]`).Match(want) {
		t.Fatalf("the walks went nowhere: %s", want)
	}
	n := rounds(t, 60)
	for i := range n {
		other := make([][]Fix, len(tracks))
		for k, p := range rnd.Perm(len(tracks)) {
			other[k] = mixed(rnd, tracks[p])
		}
		if got := derived(t, other, areas, checkpoints); !bytes.Equal(got, want) {
			t.Fatalf("order %d gives\n%s\nwant\n%s", i, got, want)
		}
	}
	t.Logf("%d orders", n)
}

// What is computed again round what came new, batch by batch, equals what is
// computed of everything at once.
func TestRecomputationInParts(t *testing.T) {
	r := DefaultRules()
	for seed := range uint64(rounds(t, 300)) {
		if got, want := inParts(seed, r, r); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: in parts\n%v\nwant\n%v", seed, got, want)
		}
	}
}

// The proof that the test above can fail: who looks less far round what came
// new than the gap of the rules gets something else.
func TestRecomputationNeedsTheGap(t *testing.T) {
	r := DefaultRules()
	narrow := r
	narrow.Gap = time.Second
	for seed := range uint64(20) {
		if got, want := inParts(seed, r, narrow); !reflect.DeepEqual(got, want) {
			return
		}
	}
	t.Error("recomputation with too narrow a gap gives the same: nothing is being tested")
}

// inParts gives the pieces of a walk that came in batches, and those of all at
// once; affected are the rules that say what is computed again.
func inParts(seed uint64, r, affected Rules) (got, want []Piece) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	fixes := mixed(rnd, somebody(rnd, 20+rnd.IntN(300)))
	if seed%3 == 0 {
		slices.SortFunc(fixes, Compare) // as a phone with signal sends them
	}
	var have []Fix
	for len(fixes) > 0 {
		n := min(1+rnd.IntN(40), len(fixes))
		have = append(have, fixes[:n]...)
		got = recomputed(got, have, fixes[:n], r, affected)
		fixes = fixes[n:]
	}
	return got, Clean(have, r)
}

// recomputed does what a store does with new fixes.
func recomputed(pieces []Piece, have, batch []Fix, r, affected Rules) []Piece {
	from, to := batch[0].T, batch[0].T
	for _, f := range batch {
		if f.T.Before(from) {
			from = f.T
		}
		if f.T.After(to) {
			to = f.T
		}
	}
	var runs []Span
	for _, p := range pieces {
		runs = append(runs, p.Run)
	}
	again := Affected(runs, from, to, affected)
	holds := func(at time.Time) bool { return !at.Before(again.From) && !at.After(again.To) }
	var inside []Fix
	for _, f := range have {
		if holds(f.T) {
			inside = append(inside, f)
		}
	}
	var out []Piece
	for _, p := range pieces {
		if !holds(p.Run.From) || !holds(p.Run.To) {
			out = append(out, p)
		}
	}
	out = append(out, Clean(inside, r)...)
	slices.SortStableFunc(out, func(a, b Piece) int { return a.From().Compare(b.From()) })
	return out
}

func TestAffected(t *testing.T) {
	r := DefaultRules()
	minute := func(n int) time.Time { return zero.Add(time.Duration(n) * time.Minute) }
	spans := []Span{{minute(0), minute(10)}, {minute(13), minute(20)}, {minute(40), minute(41)}}
	tests := []struct {
		name     string
		from, to int
		want     Span
	}{
		{"inside a run", 5, 6, Span{minute(0), minute(10)}},
		{"joins two", 11, 11, Span{minute(0), minute(20)}},
		{"on the border", 22, 22, Span{minute(13), minute(22)}},
		{"past it", 23, 24, Span{minute(23), minute(24)}},
		{"over all", -5, 60, Span{minute(-5), minute(60)}},
		{"before all", -2, -2, Span{minute(-2), minute(10)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Affected(spans, minute(tt.from), minute(tt.to), r); got != tt.want {
				t.Errorf("Affected(%d, %d) = %v, want %v", tt.from, tt.to, got, tt.want)
			}
		})
	}
}
