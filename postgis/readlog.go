package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// LogRead notes in the audit log that somebody was shown names or phones of a
// subject, such as a "report" and its id.
func (s *Store) LogRead(ctx context.Context, who patrol.Actor, subjectKind, subject string) error {
	return wrap("note a reading", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return s.audit(ctx, tx, who, auditEntry{action: "personal.read", subjectKind: subjectKind, subject: subject})
	}))
}
