package postgis

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// BenchmarkTallies reads 16,000 reports of the demo and a million into memory,
// beside PostgreSQL handing out the same columns to nobody, and follows changes.
func BenchmarkTallies(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	for _, n := range []int{16_000, 1_000_000} {
		w.grow(b, n)
		what := fmt.Sprintf("%d reports", n)
		var load, copied time.Duration
		tallies := NewTallies(w.Store, w.d)
		for turn := range 4 {
			load = quickest(load, took(b, func() error { return tallies.load(b.Context(), w.d.Current().Rulebook) }), turn)
			copied = quickest(copied, took(b, func() error { return w.copyAway(b.Context()) }), turn)
		}
		if got := tallies.Current().Len(); got != n {
			b.Fatalf("%d reports were read, want %d", got, n)
		}
		var counted, grouped time.Duration
		for turn := range 4 {
			var ours, theirs []hotspot.Count
			counted = quickest(counted, took(b, func() error {
				ours = tallies.Current().Counts(hotspot.Filter{}, false)
				return nil
			}), turn)
			grouped = quickest(grouped, took(b, func() (err error) {
				theirs, err = w.CellCounts(b.Context(), everything, hotspot.Filter{})
				return err
			}), turn)
			if !slices.Equal(ours, theirs) {
				b.Fatal("the columns count otherwise than the database")
			}
		}
		var follow []time.Duration
		for range 20 {
			w.accept(b, w.intake(b, place(1, 1), ""))
			if _, err := w.Sequence(b.Context(), 100); err != nil {
				b.Fatal(err)
			}
			follow = append(follow, took(b, func() error { return tallies.Refresh(b.Context()) }))
		}
		compare := took(b, func() error {
			same, err := tallies.Compare(b.Context())
			if err == nil && !same {
				err = fmt.Errorf("the columns are not like the database")
			}
			return err
		})
		slices.Sort(follow)
		measure.Report(b,
			measure.Row{Area: "hot spots", What: what + ": read into memory", Ours: ms(load), Unit: "ms",
				Against: "COPY of the same columns to nobody", Reference: ms(copied)},
			measure.Row{Area: "hot spots", What: what + ": all counted by cell", Ours: ms(counted), Unit: "ms",
				Against: "GROUP BY in PostgreSQL", Reference: ms(grouped)},
			measure.Row{Area: "hot spots", What: what + ": taking over one more, median", Ours: ms(follow[len(follow)/2]), Unit: "ms"},
			measure.Row{Area: "hot spots", What: what + ": compared with the database", Ours: ms(compare), Unit: "ms"},
		)
	}
}

// BenchmarkCountedElsewhere measures how long after a report was accepted
// another server counts it, through the relay, the hint and the reading of it.
func BenchmarkCountedElsewhere(b *testing.B) {
	url := fixtureURL(b)
	w, second := openWorld(b, url), openWorld(b, url)
	ctx, cancel := context.WithCancel(b.Context())
	relay := notify.NewRelay(w.Store, notify.RelayConfig{})
	w.OnCommit(relay.Poke)
	tallies := NewTallies(second.Store, second.d)
	ended := make(chan struct{}, 3)
	for _, part := range []func(context.Context){relay.Run, tallies.Run, func(ctx context.Context) { _ = second.Listen(ctx, tallies.Poke) }} {
		go func() { part(ctx); ended <- struct{}{} }()
	}
	count := func() int { return tallies.Current().Len() }
	for count() == 0 {
		time.Sleep(time.Millisecond)
	}
	var all []time.Duration
	rnd := rand.New(rand.NewPCG(3, 0))
	for range 40 {
		time.Sleep(time.Duration(rnd.IntN(150)) * time.Millisecond) // reports do not come in step with the relay
		before := count()
		w.accept(b, w.intake(b, place(1, 1), ""))
		began := time.Now()
		for count() == before {
			time.Sleep(200 * time.Microsecond)
		}
		all = append(all, time.Since(began))
	}
	cancel()
	for range 3 {
		<-ended
	}
	slices.Sort(all)
	measure.Report(b,
		measure.Row{Area: "hot spots", What: "a report that was accepted is counted by another server, median", Ours: ms(all[len(all)/2]), Unit: "ms"},
		measure.Row{Area: "hot spots", What: "a report that was accepted is counted by another server, worst of 40", Ours: ms(all[len(all)-1]), Unit: "ms", Aim: "≤ 300 ms"},
	)
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

func took(b *testing.B, f func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func quickest(best, d time.Duration, turn int) time.Duration {
	if turn == 0 {
		return d
	}
	return min(best, d)
}

// grow adds reports like those of the demo, near them and of the same years,
// until there are n, and takes away what reading them all has no use for:
// writing it is what would take time.
func (w *world) grow(b *testing.B, n int) {
	b.Helper()
	have := w.count(b, `SELECT count(*) FROM reports`)
	if have > n {
		b.Fatalf("there are %d reports already", have)
	}
	if have == n {
		return
	}
	d, err := drawing()
	if err != nil {
		b.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(12, uint64(n)))
	err = pgx.BeginFunc(b.Context(), w.pool, func(tx pgx.Tx) error {
		const prepare = `SELECT set_config('statement_timeout', '10min', true)`
		if _, err := tx.Exec(b.Context(), prepare); err != nil {
			return err
		}
		for _, index := range []string{"reports_newest", "reports_shown", "reports_due", "reports_by_due", "reports_point", "reports_areas"} {
			if _, err := tx.Exec(b.Context(), `DROP INDEX `+index); err != nil {
				return err
			}
		}
		source := pgx.CopyFromFunc(func() ([]any, error) {
			if have == n {
				return nil, nil
			}
			have++
			h := &d.Reports[rnd.IntN(len(d.Reports))]
			p, _ := geo.Round([2]float64{h.Point[0] + rnd.NormFloat64()*0.002, h.Point[1] + rnd.NormFloat64()*0.0015})
			id, err := uuid.NewV7()
			if err != nil {
				return nil, err
			}
			moved := -time.Duration(rnd.Int64N(int64(24 * time.Hour))).Truncate(time.Microsecond)
			r := patrol.Report{ID: id, Category: h.Category, Description: h.Description, Point: p, Raw: p, RawCRS: "wgs84", Source: "demo",
				CreatedAt: h.CreatedAt.Add(moved), UpdatedAt: h.UpdatedAt, Status: h.Status, DueAt: h.DueAt, HardDueAt: h.HardDueAt}
			return w.reportRow(&r, 1)
		})
		_, err := tx.CopyFrom(b.Context(), pgx.Identifier{"reports"}, reportColumns, source)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := w.exec(b, `ANALYZE reports`); err != nil {
		b.Fatal(err)
	}
}

// copyAway has PostgreSQL send the columns that are counted, and throws them
// away.
func (w *world) copyAway(ctx context.Context) error {
	conn, err := w.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	const sql = `COPY (SELECT id, created_at, due_at, category, status, cell, lon_e7, lat_e7
		FROM reports WHERE district_code = '` + testDistrict + `') TO STDOUT (FORMAT binary)`
	_, err = conn.Conn().PgConn().CopyTo(ctx, io.Discard, sql)
	return err
}
