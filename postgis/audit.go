package postgis

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// auditEntry is one line of the audit log. Detail must hold no personal data.
type auditEntry struct {
	action      string // such as "report.create"
	subjectKind string // such as "report"
	subject     string // its id or code
	detail      any    // nil for none
}

// auditSQL writes a line and that no seal holds it yet.
const auditSQL = `
	WITH line AS (
		INSERT INTO audit (district_code, id, at, actor_kind, actor_id, actor_name, actor_role,
		                   action, subject_kind, subject, detail)
		VALUES (@district, @audit_id, coalesce(@audit_at, now()), @actor_kind, @actor_id, @actor_name, @actor_role,
		        @action, @subject_kind, @subject, @detail))
	INSERT INTO audit_unsealed (district_code, id) VALUES (@district, @audit_id)`

func (s *Store) auditArgs(at time.Time, actor patrol.Actor, e auditEntry) (pgx.NamedArgs, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	var detail []byte
	if e.detail != nil {
		if detail, err = json.Marshal(e.detail); err != nil {
			return nil, err
		}
	}
	return pgx.NamedArgs{
		"district": s.district, "audit_id": id, "audit_at": orNull(at),
		"actor_kind": actorKind(actor), "actor_id": actor.ID, "actor_name": actor.Name, "actor_role": actor.Role,
		"action": e.action, "subject_kind": e.subjectKind, "subject": e.subject, "detail": detail,
	}, nil
}

// audit writes a line in the transaction of what it tells of.
func (s *Store) audit(ctx context.Context, tx pgx.Tx, actor patrol.Actor, e auditEntry) error {
	args, err := s.auditArgs(time.Time{}, actor, e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, auditSQL, args)
	return err
}

// actorKind takes whoever says nothing for the program itself.
func actorKind(a patrol.Actor) string {
	if a.Kind == "" {
		return "system"
	}
	return a.Kind
}

// orNull is NULL for the zero value, else the value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
