package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ImportRoster makes a roster from a file the next version of posts and people; the
// rules stay. Roster, record and audit are written in one transaction, or nothing. based is
// the version that the file was compared with: geo.ErrConflict, "duties-changed",
// where another is in force by now.
func (s *Store) ImportRoster(ctx context.Context, data patrol.RosterData, based int64, record ImportRecord, actor patrol.Actor) (version int64, err error) {
	if _, err := patrol.NewRoster(data); err != nil {
		return 0, err
	}
	record.What = "roster"
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		before, err := s.dutiesInForce(ctx, tx)
		if err != nil {
			return err
		}
		if before.Version != based {
			return &geo.Problem{Kind: geo.ErrConflict, Code: "duties-changed",
				Detail: "posts or rules were changed since the file was compared with them; import it again"}
		}
		if err := s.recordImport(ctx, tx, &record, actor, s.now()); err != nil {
			return err
		}
		done, err := s.changeDuties(ctx, tx, before, data, before.Rulebook, actor)
		if err != nil {
			return err
		}
		version = done.after.Version
		return s.audit(ctx, tx, actor, auditEntry{"roster.import", "import", record.ID.String(), map[string]any{
			"file": record.File, "sha256": record.SHA256, "duty_version": version, "handovers": len(done.handovers), "reports": done.moved}})
	})
	if err != nil {
		return 0, wrap("import a roster", err)
	}
	s.committed()
	return version, nil
}
