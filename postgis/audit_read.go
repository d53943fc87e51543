package postgis

import (
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ReadAudit gives lines of the audit log, the newest first, and notes in it who
// read which.
//
// Lines have no area of their own. A scope that is limited to areas sees what
// was done to reports in them, or who was shown their people, and what who did
// themselves; everything else, such as accounts, rosters and plans, concerns
// the district and is for those who see all of it. An empty scope sees nothing.
func (s *Store) ReadAudit(ctx context.Context, scope access.Scope, who patrol.Actor, f patrol.AuditFilter) (lines []patrol.AuditLine, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// What is rare in a log of many years takes longer than a request else
		// may: another index would cost every change there is.
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '20s'`); err != nil {
			return err
		}
		sql, args := s.auditQuery(scope, who, f, " ORDER BY a.id DESC")
		rows, err := tx.Query(ctx, sql, args)
		if err != nil {
			return err
		}
		if lines, err = pgx.CollectRows(rows, scanLine); err != nil {
			return err
		}
		return s.audit(ctx, tx, who, auditEntry{"audit.read", "audit", s.district, filterDetail(f, len(lines))})
	})
	return lines, wrap("read the audit log", err)
}

// ExportAudit gives every line of the audit log that f lets through to each,
// the oldest first, and notes in it who took it away.
func (s *Store) ExportAudit(ctx context.Context, who patrol.Actor, f patrol.AuditFilter, each func(*patrol.AuditLine) error) error {
	// First, and on disk: whoever takes lines away and goes is in it.
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return s.audit(ctx, tx, who, auditEntry{"audit.export", "audit", s.district, filterDetail(f, 0)})
	})
	if err != nil {
		return wrap("export the audit log", err)
	}
	return wrap("export the audit log", pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := s.takeTime(ctx, tx); err != nil {
			return err
		}
		sql, args := s.auditQuery(access.Scope{All: true}, who, f, " ORDER BY a.id")
		rows, err := tx.Query(ctx, sql, args)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			l, err := scanLine(rows)
			if err != nil {
				return err
			}
			if err := each(&l); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
}

// filterDetail is what a filter asks for, for the log. Texts are in it only where
// lines were found, which have them: what else people look for may be a phone.
func filterDetail(f patrol.AuditFilter, found int) any {
	d := map[string]any{}
	if found > 0 {
		d["lines"] = found
	} else {
		f.Actor, f.Action, f.SubjectKind, f.Subject = "", "", "", ""
	}
	for name, v := range map[string]string{"actor": f.Actor, "action": f.Action, "subject_kind": f.SubjectKind, "subject": f.Subject} {
		if v != "" {
			d[name] = v
		}
	}
	for name, t := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !t.IsZero() {
			d[name] = t.UTC()
		}
	}
	if len(d) == 0 {
		return nil
	}
	return d
}

// idSlack is how far the time in a line's id may be from its own: transactions
// take a while, and clocks differ.
const idSlack = 24 * time.Hour

// auditQuery puts the conditions of a filter together. Only those that are
// asked for are there, so that an index serves where one can.
func (s *Store) auditQuery(scope access.Scope, who patrol.Actor, f patrol.AuditFilter, order string) (string, pgx.NamedArgs) {
	args := pgx.NamedArgs{"district": s.district, "scope": scope.Areas, "self": who.ID,
		"actor": f.Actor, "action": f.Action, "kind": f.SubjectKind, "subject": f.Subject, "before": f.Before,
		"from": f.From, "to": f.To, "low": idAt(f.From.Add(-idSlack)), "high": idAt(f.To.Add(idSlack)), "limit": f.Limit}
	var b strings.Builder
	b.WriteString(`SELECT ` + auditColumns + ` FROM audit a WHERE a.district_code = @district`)
	add := func(wanted bool, condition string) {
		if wanted {
			b.WriteString(" AND " + condition)
		}
	}
	add(!scope.All && len(scope.Areas) == 0, `false`)
	add(!scope.All && len(scope.Areas) > 0, `(a.actor_id = @self OR EXISTS (
		SELECT FROM reports r WHERE r.district_code = @district AND r.area_ids && @scope::uuid[]
		  AND r.id = CASE WHEN a.subject_kind = 'report' AND a.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN a.subject::uuid END))`)
	add(!f.From.IsZero(), `a.at >= @from AND a.id >= @low`)
	add(!f.To.IsZero(), `a.at < @to AND a.id < @high`)
	add(f.Actor != "", `(a.actor_id = @actor OR a.actor_name = @actor)`)
	add(f.Action != "" && !strings.HasSuffix(f.Action, "."), `a.action = @action`)
	add(strings.HasSuffix(f.Action, "."), `starts_with(a.action, @action)`)
	add(f.SubjectKind != "", `a.subject_kind = @kind`)
	add(f.Subject != "", `a.subject = @subject`)
	add(f.Before != geo.ID{}, `a.id < @before`)
	b.WriteString(order)
	if f.Limit > 0 {
		b.WriteString(" LIMIT @limit")
	}
	return b.String(), args
}

// idAt is lower than every UUIDv7 that is made at t or later.
func idAt(t time.Time) (id geo.ID) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(t.UnixMilli(), 0)))
	copy(id[:6], ms[2:])
	return id
}
