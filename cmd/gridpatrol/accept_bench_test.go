package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// acceptors is how many store reports at once.
const acceptors = 8

// sealerTurns is how often reports are accepted with and without a sealer.
const sealerTurns = 6

// BenchmarkAccept stores reports, each durably and with its decision, history,
// outbox and audit rows, beside bare inserts of one durable row into the same
// cluster.
func BenchmarkAccept(b *testing.B) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "gp")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // for the database's user
		b.Fatal(err)
	}
	c := Common{DataDir: dir, District: "220112"}
	log := slog.New(slog.DiscardHandler)
	db, err := c.openDatabase(ctx, log, own)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.close(ctx); err != nil {
			b.Error(err)
		}
	}()
	store, err := c.openStore(ctx, db.url, dir, log, acceptors)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	if err := publishDistrict(ctx, store); err != nil {
		b.Fatal(err)
	}
	in := newIntakes(b, store)
	accept := func() error {
		_, _, err := store.Accept(ctx, in.next())
		return err
	}
	pool, err := barePool(ctx, db.url)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	bare := func() error {
		_, err := pool.Exec(ctx, "INSERT INTO bare VALUES ($1, $2)", uuid.Must(uuid.NewV7()), "a report of about this length")
		return err
	}
	rate := func(turn time.Duration, do func() error) float64 {
		rate, err := measure.PerSecond(acceptors, turn, func(int, int) error { return do() })
		if err != nil {
			b.Fatal(err)
		}
		return rate
	}
	rate(time.Second, accept) // plans and caches
	var ours, reference, alone, sealed float64
	for b.Loop() {
		reference = rate(2*time.Second, bare)
		ours = rate(2*time.Second, accept)
		// In turns: the pace of a disk changes from second to second.
		alone, sealed = 0, 0
		for range sealerTurns {
			alone += rate(time.Second, accept) / sealerTurns
			sealed += withSealer(store, func() float64 { return rate(time.Second, accept) }) / sealerTurns
		}
	}
	measure.Report(b, measure.Row{Area: "durable report", What: fmt.Sprintf("accepted whole, before HTTP, %d connections", acceptors),
		Ours: ours, Unit: "/s", Against: "bare insert of one row", Reference: reference, Aim: "≥ 0.25 of it"})
	measure.Report(b, measure.Row{Area: "durable report", What: "the same beside the sealer of the audit log",
		Ours: sealed, Unit: "/s", Against: "without it", Reference: alone, Aim: "≥ 0.90 of it"})
	reportAudit(ctx, b, store)
	b.ReportMetric(0, "ns/op") // of no meaning here
}

// withSealer measures while the audit log is sealed, once what waited before is.
func withSealer(store *postgis.Store, measured func() float64) float64 {
	sealer := postgis.NewSealer(store, postgis.SealerConfig{})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { sealer.Run(ctx) })
	for began := time.Now(); sealer.Seal() == 0 || sealer.Lag() > time.Since(began); {
		time.Sleep(10 * time.Millisecond)
	}
	rate := measured()
	stop()
	running.Wait()
	return rate
}

// reportAudit verifies what was sealed meanwhile.
func reportAudit(ctx context.Context, b *testing.B, store *postgis.Store) {
	began := time.Now()
	check, err := store.VerifyAudit(ctx, nil, func(f postgis.AuditFault) { b.Error(f.Text) }, nil)
	if err != nil {
		b.Fatal(err)
	}
	measure.Report(b, measure.Row{Area: "audit log", What: fmt.Sprintf("verified, %d lines in %d seals", check.Lines, check.Seals),
		Ours: float64(check.Lines) / time.Since(began).Seconds(), Unit: "lines/s", Aim: "≥ 50,000 lines/s"})
}

func barePool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = acceptors
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, "CREATE TABLE bare (id uuid PRIMARY KEY, text text NOT NULL)"); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}
