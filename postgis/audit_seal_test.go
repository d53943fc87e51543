package postgis

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var auditor = patrol.Actor{Kind: "user", ID: "u1", Name: "admin", Role: "admin"}

// note writes a line of the audit log.
func (w *world) note(t testing.TB, subject string) {
	t.Helper()
	if err := w.LogRead(t.Context(), auditor, "roster", subject); err != nil {
		t.Fatal(err)
	}
}

// sealAll seals until nothing is left, and gives the newest head.
func (w *world) sealAll(t testing.TB) AuditHead {
	t.Helper()
	for {
		switch n, err := w.sealAudit(t.Context(), 2000, nil); {
		case err != nil:
			t.Fatal(err)
		case n == 0:
			h, err := w.AuditHead(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
	}
}

// checkAudit gives what is wrong with the audit log.
func (w *world) checkAudit(t testing.TB, heads ...AuditHead) (AuditCheck, []string) {
	t.Helper()
	var faults []string
	c, err := w.VerifyAudit(t.Context(), givenHeads(heads), func(f AuditFault) { faults = append(faults, f.Text) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if int(c.Faults) != len(faults) {
		t.Errorf("counted %d faults of %d", c.Faults, len(faults))
	}
	return c, faults
}

func givenHeads(heads []AuditHead) func() (AuditHead, bool, error) {
	return func() (AuditHead, bool, error) {
		if len(heads) == 0 {
			return AuditHead{}, false, nil
		}
		h := heads[0]
		heads = heads[1:]
		return h, true, nil
	}
}

// sound fails unless every line is sealed once and nothing is wrong.
func (w *world) sound(t testing.TB, heads ...AuditHead) AuditCheck {
	t.Helper()
	c, faults := w.checkAudit(t, heads...)
	if len(faults) > 0 {
		t.Errorf("faults where there are none:\n%s", strings.Join(faults, "\n"))
	}
	if n := w.count(t, `SELECT count(*) FROM audit`); int64(n) != c.Lines || c.Unsealed != 0 {
		t.Errorf("%d lines sealed and %d waiting of %d", c.Lines, c.Unsealed, n)
	}
	return c
}

// Lines whose transactions commit after later ones were sealed are sealed
// once, and what is rolled back never.
func TestSealsLateCommits(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	begin := func(subject string) pgx.Tx {
		tx, err := w.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.audit(t.Context(), tx, auditor, auditEntry{"report.import", "import", subject, nil}); err != nil {
			t.Fatal(err)
		}
		return tx
	}
	late, never, later := begin("late"), begin("never"), begin("later")
	for i := range 5 {
		w.note(t, fmt.Sprint(i))
		w.sealAll(t)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.sealAudit(t.Context(), 2000, nil); n != 1 || err != nil {
		t.Errorf("sealed %d lines, %v; want the late one", n, err)
	}
	w.note(t, "after")
	if err := errors.Join(never.Rollback(t.Context()), later.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	head := w.sealAll(t)
	w.sound(t, head)
	if n := w.count(t, `SELECT count(*) FROM audit WHERE subject IN ('late', 'later', 'never')`); n != 2 {
		t.Errorf("%d late lines, want 2", n)
	}
}

// A sealer that dies at any point leaves the chain as it was or one seal
// longer, and another goes on at once.
func TestSealerDiesAnywhere(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w, other := openWorld(t, url), openWorld(t, url)
	for _, step := range []string{"locked", "read", "inserted", "deleted"} {
		w.note(t, step)
		before := w.count(t, `SELECT count(*) FROM audit_seals`)
		reached := false
		_, err := w.sealAudit(t.Context(), 2000, func(at string, tx pgx.Tx) error {
			if at != step {
				return nil
			}
			reached = true
			// The other does not wait for it meanwhile.
			if n, err := other.sealAudit(t.Context(), 2000, nil); n != 0 || err != nil {
				t.Errorf("at %s another sealed %d, %v", step, n, err)
			}
			_, err := tx.Exec(context.Background(), `SELECT pg_terminate_backend(pg_backend_pid())`)
			return err
		})
		if !reached || err == nil {
			t.Errorf("at %s: reached %v, %v; want it cut off", step, reached, err)
		}
		if n := w.count(t, `SELECT count(*) FROM audit_seals`); n != before {
			t.Errorf("at %s: %d seals, want %d", step, n, before)
		}
		// The lock goes with the connection that was cut off, which takes a moment to end.
		n, err := 0, error(nil)
		for began := time.Now(); n == 0 && err == nil && time.Since(began) < 10*time.Second; {
			n, err = other.sealAudit(t.Context(), 2000, nil)
		}
		if n == 0 || err != nil {
			t.Errorf("after it died at %s another sealed %d lines, %v", step, n, err)
		}
	}
	head, err := other.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other.sound(t, head)
}

// A sealer that stands still in the middle loses its turn.
func TestSealerThatHangs(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w, other := openWorld(t, url), openWorld(t, url)
	w.note(t, "x")
	_, err := w.sealAudit(t.Context(), 2000, func(at string, tx pgx.Tx) error {
		if at != "inserted" {
			return nil
		}
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if n, err := other.sealAudit(t.Context(), 2000, nil); err != nil || n > 0 {
				return err
			}
		}
		return errors.New("no other could go on")
	})
	if err == nil || strings.Contains(err.Error(), "no other") {
		t.Errorf("the one that hung ended with %v, want its transaction gone", err)
	}
	w.sound(t)
}

// Two servers seal while many write, commit late and roll back: every line is
// in one seal, and both tell heads of one chain.
func TestTwoSealers(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w, other := openWorld(t, url), openWorld(t, url)
	ctx, stop := context.WithCancel(t.Context())
	var told [2][]AuditHead
	var sealers, writers sync.WaitGroup
	for i, s := range []*world{w, other} {
		run := NewSealer(s.Store, SealerConfig{Every: time.Millisecond, Gap: time.Millisecond, Batch: 7,
			Tell: func(h AuditHead) error { told[i] = append(told[i], h); return nil }})
		sealers.Go(func() { run.Run(ctx) })
	}
	for i := range 6 {
		writers.Go(func() {
			for n := range 40 {
				tx, err := w.pool.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				for range n%3 + 1 {
					if err := w.audit(t.Context(), tx, auditor, auditEntry{"plan.edit", "plan", fmt.Sprint(i, n), nil}); err != nil {
						t.Error(err)
					}
				}
				if n%5 == i%5 {
					time.Sleep(20 * time.Millisecond)
				}
				if n%7 == 3 {
					err = tx.Rollback(t.Context())
				} else {
					err = tx.Commit(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	stop()
	sealers.Wait()
	c := w.sound(t, append(told[0], told[1]...)...)
	if len(told[0]) == 0 || len(told[1]) == 0 || c.Heads != int64(len(told[0])+len(told[1])) {
		t.Errorf("told %d and %d heads, compared %d", len(told[0]), len(told[1]), c.Heads)
	}
	for _, heads := range told {
		if len(heads) > 0 && heads[len(heads)-1] != c.Newest {
			t.Errorf("told last %+v, want %+v", heads[len(heads)-1], c.Newest)
		}
	}
}

// What could not be told is told again, and a server that starts again tells
// nothing twice.
func TestSealerTellsAgain(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	w.note(t, "x")
	var told []AuditHead
	full := true
	s := NewSealer(w.Store, SealerConfig{Gap: time.Nanosecond, Tell: func(h AuditHead) error {
		if full {
			return errors.New("no space left")
		}
		told = append(told, h)
		return nil
	}})
	if err := s.round(t.Context(), false); err == nil {
		t.Error("a head that could not be told is no error")
	}
	full = false
	for range 3 {
		if err := s.round(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	head := w.sealAll(t)
	if len(told) != 1 || told[0] != head || s.Seal() != head.Seal || s.Broken() {
		t.Errorf("told %v, want %v once", told, head)
	}
	again := NewSealer(w.Store, SealerConfig{Told: head, Tell: func(AuditHead) error { t.Error("told again"); return nil }})
	if err := again.round(t.Context(), false); err != nil || again.Broken() {
		t.Errorf("%v, broken %v", err, again.Broken())
	}
	// A chain without the head that was told is noticed at the next round.
	for _, lost := range []AuditHead{{District: testDistrict, Seal: head.Seal + 5, Hash: head.Hash}, {District: testDistrict, Seal: head.Seal, Hash: strings.Repeat("0", 64)}} {
		s := NewSealer(w.Store, SealerConfig{Told: lost})
		if err := s.round(t.Context(), false); err != nil || !s.Broken() {
			t.Errorf("with %v told: %v, broken %v, want it noticed", lost, err, s.Broken())
		}
	}
}

// Lines from before there were seals come first and are told apart.
func TestSealsOldLines(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w := openWorld(t, url)
	w.sealAll(t)
	before := migrationText(t, "migrations/00015_seals.sql")
	if err := w.exec(t, `DROP TABLE audit_unsealed, audit_seals`); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := w.exec(t, `INSERT INTO audit SELECT district_code, gen_random_uuid(), at - @years * interval '1 year', actor_kind, actor_id, actor_name,
			actor_role, action, subject_kind, subject, detail FROM audit LIMIT 1`, pgx.NamedArgs{"years": i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.exec(t, before); err != nil {
		t.Fatal(err)
	}
	old := w.count(t, `SELECT count(*) FROM audit`)
	w.note(t, "fresh")
	for {
		if n, err := w.sealAudit(t.Context(), 2, nil); err != nil {
			t.Fatal(err)
		} else if n == 0 {
			break
		}
	}
	c := w.sound(t)
	if want := int64((old+1)/2) + 1; c.Seals != want {
		t.Errorf("%d seals of %d old lines and a new one, want %d", c.Seals, old, want)
	}
	if n := w.count(t, `SELECT count(*) FROM audit_seals WHERE founding`); int64(n) != c.Seals-1 {
		t.Errorf("%d of %d seals are founding", n, c.Seals)
	}
}

func migrationText(t *testing.T, name string) string {
	t.Helper()
	text, err := migrationFiles.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	return up
}

// A dump that is put into another database goes on where it was taken: also
// with a line that was not sealed yet.
func TestSealsGoOnAfterRestore(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w := openWorld(t, url)
	w.note(t, "sealed")
	head := w.sealAll(t)
	w.note(t, "waits")
	restored := pgtest.URL(t)
	dump, err := exec.CommandContext(t.Context(), "sh", "-c", `pg_dump --no-owner --dbname "$0" | psql --quiet --dbname "$1" --set ON_ERROR_STOP=0`, url, restored).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, dump)
	}
	r := openWorld(t, restored)
	r.note(t, "after the restore")
	last := r.sealAll(t)
	if last.Seal != head.Seal+1 {
		t.Errorf("the newest seal is %d, want %d", last.Seal, head.Seal+1)
	}
	r.sound(t, head, last)
	// What was sealed after the dump was taken is missed.
	lost := w.sealAll(t)
	if _, faults := r.checkAudit(t, lost); len(faults) != 1 || !strings.Contains(faults[0], "not the one whose head was kept") {
		t.Errorf("with a head from after the dump: %q, want it missed", faults)
	}
}

// A hundred thousand lines are sealed and verified in memory that does not grow
// with them.
func TestVerifyManyLines(t *testing.T) {
	w := openWorld(t, emptyURL(t))
	const lines = 100_000
	began := time.Now()
	w.fillAudit(t, lines)
	t.Logf("written in %v", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	head := w.sealAll(t)
	t.Logf("sealed in %v, %.0f lines/s", time.Since(began).Round(time.Millisecond), lines/time.Since(began).Seconds())
	if err := w.exec(t, `UPDATE audit SET subject = 'other' WHERE id = (SELECT ids[77] FROM audit_seals WHERE seal = 20)`); err != nil {
		t.Fatal(err)
	}
	var faults []string
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	start, most, steps := stats.HeapAlloc, uint64(0), 0
	began = time.Now()
	c, err := w.VerifyAudit(t.Context(), givenHeads([]AuditHead{head}), func(f AuditFault) { faults = append(faults, f.Text) }, func(done, all int64) {
		steps++
		if all < lines || done > all {
			t.Errorf("%d of %d done", done, all)
		}
		runtime.ReadMemStats(&stats)
		most = max(most, stats.HeapAlloc)
	})
	took := time.Since(began)
	t.Logf("verified in %v, %.0f lines/s, %d steps, %d MiB more at most", took.Round(time.Millisecond), lines/took.Seconds(), steps, (most-min(most, start))>>20)
	if err != nil || c.Lines < lines || len(faults) != 1 || !strings.Contains(faults[0], "of seal 20 was changed") {
		t.Errorf("%+v, %v, faults %q, want one in seal 20", c, err, faults)
	}
	if most > start+64<<20 || steps < 10 {
		t.Errorf("%d MiB of memory in %d steps", (most-start)>>20, steps)
	}
}

// fillAudit writes lines as the program would, all at once.
func (w *world) fillAudit(t testing.TB, lines int) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
		if err := w.takeTime(t.Context(), tx); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `
			WITH line AS (
				INSERT INTO audit SELECT '220112',
					(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 19))::uuid,
					now(), 'user', 'u1', 'admin', 'admin', 'report.comment', 'report', n::text, jsonb_build_object('status', 'handled', 'version', n)
				FROM generate_series(1, $1) n RETURNING district_code, id)
			INSERT INTO audit_unsealed (district_code, id) SELECT district_code, id FROM line`, lines)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
