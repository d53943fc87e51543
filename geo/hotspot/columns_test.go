package hotspot

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

var (
	firstDay   = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	categories = []string{"fire_safety", "garbage", "dispute"}
	states     = []string{"dispatched", "accepted", "handled", "closed", "rejected", "duplicate"}
)

func someID(random *rand.Rand) (id geo.ID) {
	for i := range id {
		id[i] = byte(random.Uint32())
	}
	return id
}

// someRow gives a report in a place some 40 cells on a side.
func someRow(t testing.TB, random *rand.Rand) Row {
	t.Helper()
	place := func() cell.Cell {
		c, err := cell.At(orb.Point{125.6 + random.Float64()*0.06, 43.5 + random.Float64()*0.04}, BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	r := Row{
		ID: someID(random), At: firstDay.Add(time.Duration(random.Int64N(int64(900 * 24 * time.Hour)))),
		Category: categories[random.IntN(len(categories))], Status: states[random.IntN(len(states))], Cell: place(),
		Point: geo.LatticePoint{Lon: 1_256_000_000 + random.Int32N(600_000), Lat: 435_000_000 + random.Int32N(400_000)},
	}
	if random.IntN(3) > 0 {
		r.Due = r.At.Add(time.Duration(random.Int64N(int64(200 * 24 * time.Hour))))
	}
	if random.IntN(10) > 0 {
		r.Public = place()
	}
	return r
}

func someFilter(random *rand.Rand) (f Filter) {
	moment := func() time.Time { return firstDay.Add(time.Duration(random.Int64N(int64(950 * 24 * time.Hour)))) }
	if random.IntN(2) == 0 {
		f.From = moment()
	}
	if random.IntN(2) == 0 {
		f.To = moment()
	}
	for _, c := range append([]string{"dragons"}, categories...) {
		if random.IntN(4) == 0 {
			f.Category = append(f.Category, c)
		}
	}
	for _, s := range states {
		if random.IntN(6) == 0 {
			f.Status = append(f.Status, s)
		}
	}
	if random.IntN(3) == 0 {
		f.Overdue, f.Now = true, moment()
	}
	return f
}

// passes says in plain words what a filter lets through.
func passes(r *Row, f *Filter) bool {
	at, due := r.At.Truncate(time.Microsecond), r.Due.Truncate(time.Microsecond)
	switch {
	case !f.From.IsZero() && at.Before(f.From.Truncate(time.Microsecond)), !f.To.IsZero() && !at.Before(f.To.Truncate(time.Microsecond)):
		return false
	case len(f.Category) > 0 && !slices.Contains(f.Category, r.Category):
		return false
	case len(f.Status) > 0 && !slices.Contains(f.Status, r.Status):
		return false
	case len(f.Status) == 0 && (r.Status == "rejected" || r.Status == "duplicate"):
		return false
	case f.Overdue:
		open := r.Status == "dispatched" || r.Status == "accepted"
		return open && !r.Due.IsZero() && due.Before(f.Now.Truncate(time.Microsecond))
	}
	return true
}

// counted counts by frame with a loop and a map.
func counted(rows map[geo.ID]Row, f Filter, public bool, starts []time.Time) (out []FrameCount) {
	n := make(map[FrameCount]int)
	for _, r := range rows {
		if !passes(&r, &f) {
			continue
		}
		c := FrameCount{Cell: r.Cell}
		if public {
			c.Cell = r.Public
		}
		for i := range starts {
			if !r.At.Truncate(time.Microsecond).Before(starts[i].Truncate(time.Microsecond)) {
				c.Frame = i + 1
			}
		}
		if c.Cell == 0 || len(starts) > 0 && c.Frame == 0 {
			continue
		}
		if len(starts) > 0 {
			c.Frame--
		}
		n[c]++
	}
	for c, k := range n {
		out = append(out, FrameCount{c.Cell, c.Frame, k})
	}
	slices.SortFunc(out, func(a, b FrameCount) int {
		if a.Cell != b.Cell {
			if a.Cell < b.Cell {
				return -1
			}
			return 1
		}
		return a.Frame - b.Frame
	})
	return out
}

// checkCounts compares the columns with the rows they should have, by some
// random filters.
func checkCounts(t *testing.T, random *rand.Rand, c *Columns, rows map[geo.ID]Row) {
	t.Helper()
	if c.Len() != len(rows) {
		t.Fatalf("Len() = %d, want %d", c.Len(), len(rows))
	}
	for i := range 4 {
		f, public := someFilter(random), random.IntN(2) == 0
		if i == 0 {
			f = Filter{Status: states} // everything
		}
		var starts []time.Time
		for j := range random.IntN(30) {
			starts = append(starts, firstDay.AddDate(0, 0, 20*j))
		}
		want := counted(rows, f, public, starts)
		if got := c.FrameCounts(f, public, starts); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("FrameCounts(%+v, %t, %d starts) = %d counts, want %d", f, public, len(starts), len(got), len(want))
		}
		var plain []Count
		for _, k := range counted(rows, f, public, nil) {
			plain = append(plain, Count{k.Cell, k.N})
		}
		if got := c.Counts(f, public); len(got)+len(plain) > 0 && !reflect.DeepEqual(got, plain) {
			t.Fatalf("Counts(%+v, %t) = %d counts, want %d", f, public, len(got), len(plain))
		}
		tally := c.Tally(f, public)
		total := 0
		for res := MinResolution; res <= BaseResolution; res++ {
			rolled, err := rolledUp(plain, res)
			if err != nil {
				t.Fatal(err)
			}
			if got := tally.Counts(res); !reflect.DeepEqual(got, rolled) {
				t.Fatalf("Tally.Counts(%d) = %d counts, want %d", res, len(got), len(rolled))
			}
			total = 0
			for _, k := range rolled {
				total += k.N
			}
			series, err := RollUpFrames(want, max(1, len(starts)), res)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Series(f, public, starts, res); !reflect.DeepEqual(got, series) {
				t.Fatalf("Series at %d = %d, want %d", res, len(got), len(series))
			}
		}
		if tally.Total() != total {
			t.Fatalf("Total() = %d, want %d", tally.Total(), total)
		}
	}
}

// TestColumnsCountAsALoopDoes changes columns at random: most often few rows,
// at times many, so that blocks fill up, are cut and vanish. Columns that were
// changed from stay as they were.
func TestColumnsCountAsALoopDoes(t *testing.T) {
	for _, start := range []int{0, 1, 2*blockRows + 5} {
		t.Run(fmt.Sprint(start), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(start), 7))
			rows := make(map[geo.ID]Row)
			var list []Row
			for range start {
				r := someRow(t, random)
				rows[r.ID] = r
				list = append(list, r)
			}
			c, err := NewColumns(list)
			if err != nil {
				t.Fatal(err)
			}
			checkCounts(t, random, c, rows)
			for round := range 8 {
				old, oldRows := c, make(map[geo.ID]Row, len(rows))
				var ids []geo.ID
				for id, r := range rows {
					oldRows[id] = r
					ids = append(ids, id)
				}
				slices.SortFunc(ids, compareIDs)
				random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
				var changed []Row
				fresh := random.IntN(8)
				if round%4 == 3 {
					fresh = blockRows + random.IntN(blockRows)
				}
				for range fresh {
					changed = append(changed, someRow(t, random))
				}
				for _, id := range ids[:min(len(ids), random.IntN(20))] {
					r := someRow(t, random)
					r.ID = id
					changed = append(changed, r)
				}
				gone := []geo.ID{someID(random)}
				if rest := ids[min(len(ids), 20):]; round%5 == 4 {
					gone = append(gone, rest[:len(rest)*9/10]...)
				} else {
					gone = append(gone, rest[:min(len(rest), 3)]...)
				}
				if c, err = old.With(changed, gone); err != nil {
					t.Fatal(err)
				}
				for _, r := range changed {
					rows[r.ID] = r
				}
				for _, id := range gone {
					delete(rows, id)
				}
				if c.Version() == old.Version() {
					t.Fatalf("changed columns have the version %d of the old ones", c.Version())
				}
				checkCounts(t, random, c, rows)
				checkCounts(t, random, old, oldRows)
			}
		})
	}
}

// TestColumnsKeepBlocksThatNothingTouches holds a change to one block.
func TestColumnsKeepBlocksThatNothingTouches(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	rows := make([]Row, 5*blockRows)
	for i := range rows {
		rows[i] = someRow(t, random)
	}
	c, err := NewColumns(rows)
	if err != nil {
		t.Fatal(err)
	}
	changed := rows[2*blockRows]
	changed.Status = "closed"
	next, err := c.With([]Row{changed}, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := 0
	for i, b := range next.blocks {
		if b != c.blocks[i] {
			other++
		}
	}
	if len(next.blocks) != 5 || other != 1 {
		t.Errorf("one changed row made %d of %d blocks anew, want one of 5", other, len(next.blocks))
	}
	if got := c.Bytes() / int64(c.Len()); got < rowBytes || got > rowBytes+10 {
		t.Errorf("Bytes() = %d a row, want little more than %d", got, rowBytes)
	}
}

func TestColumnsRefuse(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	a, b := someRow(t, random), someRow(t, random)
	twin, nowhere, coarse, hidden := b, b, b, b
	twin.ID, nowhere.Cell, hidden.Public = a.ID, 12345, 12345
	coarse.Cell = at(t, 125.66, 43.52, 9)
	c, err := NewColumns([]Row{a})
	if err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string][]Row{
		"one id twice": {a, b, twin}, "no cell": {nowhere}, "a coarse cell": {a, coarse}, "no public cell": {hidden},
	} {
		if _, err := NewColumns(rows); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("NewColumns with %s = %v, want geo.ErrInvalid", name, err)
		}
		if _, err := c.With(rows, nil); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("With %s = %v, want geo.ErrInvalid", name, err)
		}
	}
	if _, err := c.With([]Row{b}, []geo.ID{b.ID}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("With one id changed and gone = %v, want geo.ErrInvalid", err)
	}
	if next, err := c.With([]Row{b}, []geo.ID{a.ID, a.ID}); err != nil || next.Len() != 1 || c.Len() != 1 {
		t.Errorf("With one in place of another = %v, %v", next, err)
	}
}

// TestNothingIsOverdueWithoutNow: columns have no clock.
func TestNothingIsOverdueWithoutNow(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	r := someRow(t, random)
	r.Status, r.Due = "dispatched", r.At
	c, err := NewColumns([]Row{r})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Counts(Filter{Overdue: true}, false); len(got) != 0 {
		t.Errorf("without a moment %v are overdue", got)
	}
	if got := c.Counts(Filter{Overdue: true, Now: r.Due.Add(time.Microsecond)}, false); len(got) != 1 {
		t.Errorf("a microsecond later %v are overdue, want one", got)
	}
}

// TestTallyOf compares a tally of counts with the one that the counts are of.
func TestTallyOf(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 11))
	rows := make([]Row, 500)
	for i := range rows {
		rows[i] = someRow(t, random)
	}
	c, err := NewColumns(rows)
	if err != nil {
		t.Fatal(err)
	}
	want := c.Tally(Filter{}, false)
	counts := want.Counts(BaseResolution)
	got, err := TallyOf(append(counts[1:], Count{counts[0].Cell, counts[0].N}, Count{counts[1].Cell, 0}))
	if err != nil {
		t.Fatal(err)
	}
	for res := MinResolution; res <= BaseResolution; res++ {
		if !reflect.DeepEqual(got.Counts(res), want.Counts(res)) {
			t.Errorf("TallyOf at resolution %d counts otherwise than what it is of", res)
		}
		if cells, numbers := got.Cells(res), got.Numbers(res); cells[0] != 0 || numbers[0] != 0 || len(cells) != len(numbers) {
			t.Errorf("resolution %d has %d cells and %d numbers", res, len(cells), len(numbers))
		}
	}
	if got.Total() != want.Total() || got.Book() == want.Book() || want.Book() != c.Tally(Filter{}, true).Book() {
		t.Errorf("TallyOf counts %d of %d reports", got.Total(), want.Total())
	}
	if _, err := TallyOf([]Count{{at(t, 125.66, 43.52, 9), 1}}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("TallyOf a coarse cell = %v, want geo.ErrInvalid", err)
	}
}
