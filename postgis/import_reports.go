package postgis

import (
	"bytes"
	"context"
	"runtime"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// importChunk is how many past reports are written by one COPY of each table.
const importChunk = 2000

// ReportImport is many past reports on the way into the database, in one
// transaction: until Commit there is none of them, and where it is not reached there never is.
// Use Store.ImportPast.
type ReportImport struct {
	store *Store
	tx    pgx.Tx
	ctx   context.Context // of ImportPast, which it does not outlive

	turns chan chan madeRows // batches in the order in which they came, each once its rows are made
	jobs  chan job
	done  chan struct{} // closed when everything handed in is written, or writing has failed
	stop  chan struct{} // closed when writing has failed
	work  sync.WaitGroup
	err   error // why writing failed; read after done
	count int

	revision int // in force at the beginning, with the duties of version
	version  int64
}

// job is reports whose rows are to be made.
type job struct {
	list []patrol.PastReport
	out  chan madeRows
}

type madeRows struct {
	tables *reportTables
	err    error
}

// ImportPast writes past reports that fill hands to its ReportImport, in one
// transaction, with the record of the import and the audit. Nobody is told of
// each of them: who follows the event stream is told to read everything anew,
// and recipients nothing. The decisions must rest on boundaries and duties that
// exist; where others come into force meanwhile it is a geo.ErrConflict,
// "boundaries-changed", so that no open report is left with those that are gone.
// A report that is there already is a geo.ErrConflict, too. Where fill gives
// an error nothing is written, and it is returned; finish gives the record once fill has returned.
func (s *Store) ImportPast(ctx context.Context, actor patrol.Actor, fill func(*ReportImport) error, finish func() ImportRecord) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		w, err := s.newReportImport(ctx, tx)
		if err != nil {
			return err
		}
		err = fill(w)
		if failed := w.wait(); failed != nil { // which fill was told, if it wrote again
			return failed
		}
		if err != nil {
			return err
		}
		record := finish()
		if n = w.count; n == 0 {
			return nil
		}
		if err := w.steady(ctx); err != nil {
			return err
		}
		record.What = "reports"
		if err := s.recordImport(ctx, tx, &record, actor, s.now()); err != nil {
			return err
		}
		return s.tellOfImport(ctx, tx, actor, auditEntry{"report.import", "import", record.ID.String(), map[string]any{
			"reports": n, "file": record.File, "sha256": record.SHA256}})
	})
	if err == nil && n > 0 {
		s.committed()
	}
	return n, wrap("import reports", err)
}

func (s *Store) newReportImport(ctx context.Context, tx pgx.Tx) (*ReportImport, error) {
	// A COPY of some thousand rows takes tenths of a second; the pool's limits are for single statements.
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '120s', true), set_config('idle_in_transaction_session_timeout', '600s', true)`); err != nil {
		return nil, err
	}
	revision, version, err := s.inForce(ctx, tx)
	if err != nil {
		return nil, err
	}
	workers := max(2, runtime.GOMAXPROCS(0))
	w := &ReportImport{store: s, tx: tx, ctx: ctx, turns: make(chan chan madeRows, 2*workers), jobs: make(chan job), done: make(chan struct{}), stop: make(chan struct{}),
		revision: revision, version: version}
	for range workers {
		w.work.Add(1)
		go func() {
			defer w.work.Done()
			for j := range w.jobs {
				tables, err := s.reportTables(j.list)
				j.out <- madeRows{tables, err}
			}
		}()
	}
	go w.write()
	return w, nil
}

// Write takes some reports over; the caller does not change them any more. An error is that
// of what was handed in before; nothing is written then.
func (w *ReportImport) Write(list []patrol.PastReport) error {
	for len(list) > 0 {
		n := min(len(list), importChunk)
		out := make(chan madeRows, 1)
		select {
		case <-w.stop: // closed after err was set, which does not change any more
			return w.err
		case w.turns <- out:
		}
		w.jobs <- job{list[:n:n], out}
		list = list[n:]
	}
	return nil
}

// write copies what the workers made, in the order in which it was handed in.
func (w *ReportImport) write() {
	defer close(w.done)
	for out := range w.turns {
		m := <-out
		if w.err != nil {
			continue
		}
		if w.err = m.err; w.err == nil {
			w.err = m.tables.each(func(sql string, c *copyRows) error {
				_, err := w.tx.Conn().PgConn().CopyFrom(w.ctx, bytes.NewReader(c.end()), sql)
				return err
			})
		}
		if w.err == nil {
			w.err = w.store.writeContacts(w.ctx, w.tx, &m.tables.contacts)
			w.count += m.tables.n
		}
		if w.err != nil {
			close(w.stop)
		}
	}
}

// wait is until everything handed in is written, or has failed.
func (w *ReportImport) wait() error {
	close(w.jobs)
	close(w.turns)
	w.work.Wait()
	<-w.done
	return w.err
}

// steady makes sure that boundaries and duties are those of the beginning, and
// keeps them so until the transaction ends, as accepting a report does.
func (w *ReportImport) steady(ctx context.Context) error {
	_, err := w.tx.Exec(ctx, `SELECT begin_accept($1, $2, $3, $4, NULL, NULL, NULL, now())`, w.store.acceptKey, w.store.district, w.revision, w.version)
	if state(err) == stateStale {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "boundaries-changed",
			Detail: "boundaries, posts or rules were changed while the reports were read; import the file again"}
	}
	return err
}

// tellOfImport tells those who follow the event stream to read everything anew.
func (s *Store) tellOfImport(ctx context.Context, tx pgx.Tx, actor patrol.Actor, e auditEntry) error {
	const reset = `
		INSERT INTO outbox (district_code, id, kind, type, at, area_ids, data)
		VALUES (@district, gen_random_uuid(), 'stream', 'reset', now(), '{}', '{}')`
	if _, err := tx.Exec(ctx, reset, pgx.NamedArgs{"district": s.district}); err != nil {
		return err
	}
	return s.audit(ctx, tx, actor, e)
}

// KnownReports gives those of some reports that there are.
func (s *Store) KnownReports(ctx context.Context, ids []geo.ID) (map[geo.ID]bool, error) {
	const sql = `SELECT id FROM reports WHERE district_code = @district AND id = ANY(@ids)`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return nil, wrap("look for reports", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[geo.ID])
	if err != nil {
		return nil, wrap("look for reports", err)
	}
	known := make(map[geo.ID]bool, len(list))
	for _, id := range list {
		known[id] = true
	}
	return known, nil
}
