package postgis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster"
)

// Publishes that give open reports to another grid are killed with their
// database, from the first statement to just before the commit. Afterwards the
// boundaries are those of before or those of after, every report is with
// whoever answers for its place in them, and the same can be published again.
func TestKilledPublishIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	const reports = 100
	cluster := ownCluster(t)
	w := openWorld(t, cluster.URL("town"))
	for range reports {
		w.accept(t, w.intake(t, place(2, 1), ""))
	}
	var began time.Time // its transaction: what comes before writes nothing, and needs the database too
	if r, err := w.publishSide(t, Publication{First: func(context.Context, pgx.Tx) error { began = time.Now(); return nil }}); err != nil || r.Rerouted != reports {
		t.Fatalf("Publish = %+v, %v; want %d reports routed anew", r, err, reports)
	}
	took := time.Since(began)
	t.Logf("a whole publish takes %v", took.Round(time.Millisecond))
	kill := func() { killAll(t, cluster.PID()) }
	undone := 0
	shares := []float64{0, 0.3, 0.6, 0.9, 1} // of a publish; the last is when nothing is left but to commit
	for _, share := range shares {
		var hooks Publication
		switch share {
		case 0:
			hooks.First = func(context.Context, pgx.Tx) error { kill(); return nil }
		case 1:
			hooks.Also = func(context.Context, pgx.Tx, geo.Revision) error { kill(); return nil }
		default:
			hooks.First = func(context.Context, pgx.Tx) error {
				time.AfterFunc(time.Duration(share*float64(took)), kill)
				return nil
			}
		}
		w.refresh(t)
		before := w.b.Current().Revision.Number
		_, published := w.publishSide(t, hooks)
		<-cluster.Done()
		if err := cluster.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		w = openWorld(t, cluster.URL("town")) // checks count and hash of the areas
		after := w.b.Current().Revision.Number
		if after < before || after > before+1 || published == nil && after == before {
			t.Fatalf("killed at %g of it: revision %d after %d, and Publish said %v", share, after, before, published)
		}
		if n := w.count(t, `SELECT count(*) FROM area_versions WHERE from_revision > $1 OR upper(revs) > $1`, after); n > 0 {
			t.Errorf("killed at %g of it: %d versions are of a revision that is not there", share, n)
		}
		if n := w.misrouted(t); n > 0 {
			t.Errorf("killed at %g of it: %d reports are with others than the boundaries say", share, n)
		}
		w.wholeHistories(t)
		if after == before {
			undone++
			if r, err := w.publishSide(t, Publication{}); err != nil || r.Rerouted != reports {
				t.Fatalf("killed at %g of it: publishing it again = %+v, %v", share, r, err)
			}
		}
	}
	t.Logf("%d of %d were killed before they were done", undone, len(shares))
	if undone < 2 {
		t.Error("the kills came too late to prove anything")
	}
	w.refresh(t)
	w.verify(t)
}

// killAll kills PostgreSQL with all its processes: left alone, one would finish
// what it is at.
func killAll(t *testing.T, postmaster int) {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", postmaster, postmaster))
	if err != nil {
		t.Error(err)
	}
	for _, text := range append([]string{fmt.Sprint(postmaster)}, strings.Fields(string(children))...) {
		pid, err := strconv.Atoi(text)
		if err == nil {
			err = syscall.Kill(pid, syscall.SIGKILL)
		}
		if err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Errorf("kill %s: %v", text, err)
		}
	}
}

// publishSide gives the reports in column 2 to the other grid than now.
func (w *world) publishSide(t *testing.T, p Publication) (geo.Revision, error) {
	t.Helper()
	w.refresh(t)
	p.Base, p.Actor = w.b.Current().Revision.Number, planner
	p.Areas = town(2 + p.Base%2)
	return w.Publish(t.Context(), p)
}

// ownCluster is a database server for a test that kills it, with the town.
func ownCluster(t *testing.T) *pgcluster.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "gp-kill-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // whoever runs postgres for root passes through
		t.Fatal(err)
	}
	cluster, err := pgcluster.Start(t.Context(), pgcluster.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Stop(context.WithoutCancel(t.Context())) })
	url, err := cluster.EnsureDatabase(t.Context(), "town")
	if err == nil {
		err = settle(t.Context(), url)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cluster
}
