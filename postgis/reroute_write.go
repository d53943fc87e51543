package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// writeReroutes writes decisions, history, who answers now, the reports
// themselves, and what is to be told, for many reports at once.
func (s *Store) writeReroutes(ctx context.Context, tx pgx.Tx, list []reroute) error {
	if len(list) == 0 {
		return nil
	}
	ids, statuses, times := make([]geo.ID, len(list)), make([]string, len(list)), make([]time.Time, len(list))
	var decisions, assignments, events, told [][]any
	for i := range list {
		r, c := &list[i].Report, &list[i]
		ids[i], statuses[i], times[i] = r.ID, string(r.Status), r.UpdatedAt
		row, err := s.decisionRow(r, c.seq)
		if err != nil {
			return err
		}
		decisions = append(decisions, row)
		assignments = append(assignments, s.assignmentRows(r)...)
		events = append(events, s.eventRow(r.ID, c.Entry))
		if row, err = s.toldRow(r, c); err != nil {
			return err
		}
		told = append(told, row)
	}
	args := pgx.NamedArgs{"district": s.district, "ids": ids, "statuses": statuses, "times": times}
	const dismiss = `DELETE FROM assignments WHERE district_code = @district AND report_id = ANY(@ids)`
	if _, err := tx.Exec(ctx, dismiss, args); err != nil {
		return err
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"decisions", decisionColumns, decisions},
		{"assignments", assignmentColumns, assignments},
		{"report_events", eventColumns, events},
		{"outbox", toldColumns, told},
	} {
		if err := s.copyInto(ctx, tx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	const update = `
		UPDATE reports r SET area_ids = d.area_ids, decision_seq = d.seq, version = r.version + 1,
		       last_event = r.last_event + 1, status = c.status, updated_at = c.at
		FROM unnest(@ids::uuid[], @statuses::text[], @times::timestamptz[]) AS c (id, status, at)
		JOIN decisions d ON d.district_code = @district AND d.report_id = c.id
		WHERE r.district_code = @district AND r.id = c.id AND d.seq = r.decision_seq + 1`
	tag, err := tx.Exec(ctx, update, args)
	if err != nil {
		return err
	}
	if n := tag.RowsAffected(); n != int64(len(list)) {
		return fmt.Errorf("%d reports were to be routed anew, and %d were", len(list), n)
	}
	return s.tellRecipients(ctx, tx, told)
}

// toldColumns are those of a row of the outbox for the live stream.
var toldColumns = []string{"district_code", "id", "kind", "type", "at", "area_ids", "data"}

func (s *Store) toldRow(r *patrol.Report, c *reroute) ([]any, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(eventData(r, c.Shown))
	if err != nil {
		return nil, err
	}
	return []any{s.district, id, "stream", "report.changed", r.UpdatedAt, idsOf(c.areas), data}, nil
}

// tellRecipients writes for the recipients what is told to the stream.
func (s *Store) tellRecipients(ctx context.Context, tx pgx.Tx, told [][]any) error {
	ids := make([]geo.ID, len(told))
	for i, row := range told {
		ids[i] = row[1].(geo.ID)
	}
	const sql = `
		INSERT INTO outbox (district_code, id, kind, recipient_id, type, at, area_ids, data)
		SELECT o.district_code, gen_random_uuid(), r.kind, r.id, o.type, o.at, o.area_ids, o.data
		FROM outbox o CROSS JOIN recipients r
		WHERE o.district_code = @district AND o.id = ANY(@ids) AND r.district_code = @district
		  AND r.disabled_at IS NULL AND (cardinality(r.types) = 0 OR o.type = ANY(r.types))`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	return err
}
