package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const selectHandover = `
	SELECT id, duty_version, seat_id, area_ids, from_person, to_person, at, report_ids, acknowledged_at, acknowledged_by
	FROM handovers WHERE district_code = @district`

// handoversMost is how many handovers are read at a time.
const handoversMost = 1000

// Handovers gives who took over which seats, the newest first.
func (s *Store) Handovers(ctx context.Context, f patrol.HandoverFilter) ([]patrol.Handover, error) {
	sql := selectHandover
	args := pgx.NamedArgs{"district": s.district, "limit": f.Limit}
	if f.Open {
		sql += ` AND acknowledged_at IS NULL`
	}
	if f.To != (geo.ID{}) {
		sql += ` AND to_person = @to`
		args["to"] = f.To
	}
	if f.Seats != nil {
		sql += ` AND seat_id = ANY(@seats)`
		args["seats"] = f.Seats
	}
	if f.Limit < 1 || f.Limit > handoversMost {
		args["limit"] = handoversMost
	}
	rows, err := s.pool.Query(ctx, sql+` ORDER BY at DESC, id DESC LIMIT @limit`, args)
	if err != nil {
		return nil, wrap("read handovers", err)
	}
	list, err := pgx.CollectRows(rows, scanHandover)
	return list, wrap("read handovers", err)
}

// Handover gives one handover, geo.ErrNotFound where there is none.
func (s *Store) Handover(ctx context.Context, id geo.ID) (patrol.Handover, error) {
	rows, err := s.pool.Query(ctx, selectHandover+` AND id = @id`, pgx.NamedArgs{"district": s.district, "id": id})
	if err != nil {
		return patrol.Handover{}, wrap("read handover "+id.String(), err)
	}
	h, err := pgx.CollectExactlyOneRow(rows, scanHandover)
	return h, wrap("read handover "+id.String(), err)
}

func scanHandover(row pgx.CollectableRow) (h patrol.Handover, err error) {
	var from *geo.ID
	var at *time.Time
	var by *string
	err = row.Scan(&h.ID, &h.DutyVersion, &h.Seat, &h.Areas, &from, &h.To, &h.At, &h.Reports, &at, &by)
	h.From, h.At, h.AcknowledgedAt, h.AcknowledgedBy = orZero(from), h.At.UTC(), utc(at), orZero(by)
	return h, err
}

// AcknowledgeHandover notes that the person who takes over has seen it. Once more
// changes nothing. Somebody else's is a geo.ErrForbidden.
func (s *Store) AcknowledgeHandover(ctx context.Context, id, person geo.ID, actor patrol.Actor) (h patrol.Handover, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const lock = selectHandover + ` AND district_code = @district AND id = @id FOR UPDATE`
		rows, err := tx.Query(ctx, lock, pgx.NamedArgs{"district": s.district, "id": id})
		if err != nil {
			return err
		}
		if h, err = pgx.CollectExactlyOneRow(rows, scanHandover); err != nil {
			return err
		}
		if person == (geo.ID{}) || h.To != person {
			return &geo.Problem{Kind: geo.ErrForbidden, Code: "forbidden", Detail: "only who takes over acknowledges a handover"}
		}
		if !h.AcknowledgedAt.IsZero() {
			return nil
		}
		h.AcknowledgedAt, h.AcknowledgedBy = s.now().UTC().Truncate(time.Microsecond), actor.ID
		const sql = `
			UPDATE handovers SET acknowledged_at = @at, acknowledged_by = @by
			WHERE district_code = @district AND id = @id`
		args := pgx.NamedArgs{"district": s.district, "id": id, "at": h.AcknowledgedAt, "by": h.AcknowledgedBy}
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"handover.acknowledge", "handover", id.String(), map[string]any{"seat": h.Seat}})
	})
	if err != nil {
		return patrol.Handover{}, wrap("acknowledge handover "+id.String(), err)
	}
	return h, nil
}
