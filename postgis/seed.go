package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// PastReport is a report of earlier days with what was done about it.
type PastReport = patrol.PastReport

// importChunk is how many reports are written between two calls of progress.
const importChunk = 2000

// ImportReports writes many past reports in one transaction. Nobody is told of
// each of them: who follows the event stream is told to read everything anew,
// and recipients nothing. progress hears how many are written so far; nil means
// nobody. The decisions must rest on boundaries and duties that exist. A report
// that is there already is a geo.ErrConflict, and then nothing is written.
func (s *Store) ImportReports(ctx context.Context, list []PastReport, actor patrol.Actor, progress func(done int)) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '120s', true)`); err != nil {
			return err
		}
		for from := 0; from < len(list); from += importChunk {
			to := min(from+importChunk, len(list))
			if err := s.copyReports(ctx, tx, list[from:to]); err != nil {
				return err
			}
			if progress != nil {
				progress(to)
			}
		}
		const reset = `
			INSERT INTO outbox (district_code, id, kind, type, at, area_ids, data)
			VALUES (@district, gen_random_uuid(), 'stream', 'reset', now(), '{}', '{}')`
		if _, err := tx.Exec(ctx, reset, pgx.NamedArgs{"district": s.district}); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"report.import", "district", s.district, map[string]int{"reports": len(list)}})
	})
	if err == nil {
		s.committed()
	}
	return wrap("import reports", err)
}

func (s *Store) copyReports(ctx context.Context, tx pgx.Tx, list []PastReport) error {
	var reports, decisions, assignments, events [][]any
	for i := range list {
		r := list[i].Report
		r.HasContact = false // no contact comes with it
		row, err := s.reportRow(&r, len(list[i].History))
		if err != nil {
			return err
		}
		reports = append(reports, row)
		if row, err = s.decisionRow(&r, 1); err != nil {
			return err
		}
		decisions = append(decisions, row)
		assignments = append(assignments, s.assignmentRows(&r)...)
		for _, e := range list[i].History {
			events = append(events, s.eventRow(r.ID, e))
		}
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"reports", reportColumns, reports},
		{"decisions", decisionColumns, decisions},
		{"assignments", assignmentColumns, assignments},
		{"report_events", eventColumns, events},
	} {
		if err := s.copyInto(ctx, tx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}
