package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// PastReport is a report of earlier days with what was done about it.
type PastReport = patrol.PastReport

// ImportReports writes past reports that are at hand, as ImportPast does with
// those of a file. progress hears how many are handed over so far; nil means nobody.
func (s *Store) ImportReports(ctx context.Context, list []PastReport, actor patrol.Actor, progress func(done int)) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		w, err := s.newReportImport(ctx, tx)
		if err != nil {
			return err
		}
		for from := 0; from < len(list) && err == nil; from += importChunk {
			to := min(from+importChunk, len(list))
			if err = w.Write(list[from:to]); err == nil && progress != nil {
				progress(to)
			}
		}
		if err := w.wait(); err != nil {
			return err
		}
		return s.tellOfImport(ctx, tx, actor, auditEntry{"report.import", "district", s.district, map[string]int{"reports": len(list)}})
	})
	if err == nil {
		s.committed()
	}
	return wrap("import reports", err)
}
