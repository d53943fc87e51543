package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// asProgram makes the test binary behave as the program itself, so that tests
// can start, signal and kill it without building it again.
const asProgram = "GRIDPATROL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	pgtest.Main(m)
}

// until is the last day of the fixture in every test here.
var until = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// district is the demo district, drawn once.
var district = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: until})
})

// publishDistrict gives a store the demo's boundaries and duties, no reports.
func publishDistrict(ctx context.Context, store *postgis.Store) error {
	d, err := district()
	if err != nil {
		return err
	}
	return publishAreas(ctx, store, d)
}

// publishAreas gives a store the boundaries and duties of d.
func publishAreas(ctx context.Context, store *postgis.Store, d *fixtures.District) error {
	if _, err := store.Publish(ctx, postgis.Publication{
		Areas: d.Areas, Note: fixtures.Note, At: until.AddDate(-3, -1, 0), Actor: system,
	}); err != nil {
		return err
	}
	_, err := store.ReplaceDuties(ctx, d.Roster, d.Rulebook, system)
	return err
}
