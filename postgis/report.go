package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// selectReport reads reports r with their decisions in force d.
const selectReport = `
	SELECT r.id, r.category, r.description, r.lon_e7, r.lat_e7, r.raw_lon, r.raw_lat, r.raw_crs, r.accuracy_m,
	       r.source, r.observed_at, r.created_at, r.updated_at, r.status, r.due_at, r.hard_due_at, r.version,
	       r.has_contact, r.handled_by, d.revision, d.duty_version, d.rule, d.lon_e7, d.lat_e7, d.edge_m, d.areas, d.area_ids,
	       d.assignments, d.decided_at
	FROM reports r
	JOIN decisions d ON d.district_code = r.district_code AND d.report_id = r.id AND d.seq = r.decision_seq
	WHERE r.district_code = @district`

func scanReport(row pgx.CollectableRow) (r patrol.Report, err error) {
	var at, decided geo.LatticePoint
	var observed, due, hardDue *time.Time
	var areas, assignments []byte
	d := &r.Decision
	err = row.Scan(&r.ID, &r.Category, &r.Description, &at.Lon, &at.Lat, &r.Raw[0], &r.Raw[1], &r.RawCRS, &r.AccuracyM,
		&r.Source, &observed, &r.CreatedAt, &r.UpdatedAt, &r.Status, &due, &hardDue, &r.Version,
		&r.HasContact, &r.HandledBy, &d.Revision, &d.DutyVersion, &d.Rule, &decided.Lon, &decided.Lat, &d.EdgeDistanceM, &areas, &d.AreaIDs,
		&assignments, &d.DecidedAt)
	if err != nil {
		return r, err
	}
	r.Point, d.Point = at.Point(), decided.Point()
	r.ObservedAt, r.DueAt, r.HardDueAt = utc(observed), utc(due), utc(hardDue)
	r.CreatedAt, r.UpdatedAt, d.DecidedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC(), d.DecidedAt.UTC()
	if err := json.Unmarshal(areas, &d.Areas); err != nil {
		return r, err
	}
	return r, json.Unmarshal(assignments, &d.Assignments)
}

func utc(t *time.Time) time.Time { return orZero(t).UTC() }

// inScope limits reports r to a scope; its arguments are scopeArgs.
const inScope = ` AND (@all_areas OR r.area_ids && @scope::uuid[])`

func (s *Store) scopeArgs(scope access.Scope) pgx.NamedArgs {
	return pgx.NamedArgs{"district": s.district, "all_areas": scope.All, "scope": idsOf(scope.Areas)}
}

// Report gives a report with its photos, and its history from the beginning.
// One that is out of scope is geo.ErrNotFound, like one that does not exist.
func (s *Store) Report(ctx context.Context, scope access.Scope, id geo.ID) (patrol.Report, []patrol.HistoryEntry, error) {
	var r patrol.Report
	var history []patrol.HistoryEntry
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) (err error) {
		if r, err = s.report(ctx, tx, scope, id); err != nil {
			return err
		}
		history, err = s.history(ctx, tx, id)
		return err
	})
	if err != nil {
		return patrol.Report{}, nil, wrap("report "+id.String(), err)
	}
	return r, history, nil
}

// PublicReport is Report for whoever has shown the report's follow secret: it
// looks at no scope. What of it the sender may see is the caller's to decide.
func (s *Store) PublicReport(ctx context.Context, id geo.ID) (patrol.Report, []patrol.HistoryEntry, error) {
	return s.Report(ctx, access.Scope{All: true}, id)
}

// report reads one report with its photos; lock is "" or a locking clause.
func (s *Store) report(ctx context.Context, q querier, scope access.Scope, id geo.ID) (r patrol.Report, err error) {
	args := s.scopeArgs(scope)
	args["id"] = id
	rows, err := q.Query(ctx, selectReport+inScope+` AND r.id = @id`, args)
	if err != nil {
		return r, wrap("read a report", err)
	}
	if r, err = pgx.CollectExactlyOneRow(rows, scanReport); err != nil {
		return r, wrap("read a report", err)
	}
	photos, err := s.photos(ctx, q, []geo.ID{id})
	r.Photos = photos[id]
	return r, wrap("read a report", err)
}

func (s *Store) history(ctx context.Context, q querier, id geo.ID) ([]patrol.HistoryEntry, error) {
	const sql = `
		SELECT seq, type, at, actor_kind, actor_id, actor_name, actor_role, from_status, to_status, note, point, detail, occurred_at
		FROM report_events WHERE district_code = @district AND report_id = @id ORDER BY seq`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e patrol.HistoryEntry, err error) {
		var point *geom.Point
		var occurred *time.Time
		err = row.Scan(&e.Seq, &e.Type, &e.At, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Name, &e.Actor.Role,
			&e.From, &e.To, &e.Note, &point, &e.Detail, &occurred)
		e.At = e.At.UTC()
		if occurred != nil {
			e.OccurredAt = occurred.UTC()
		}
		if point != nil {
			e.Point = &orb.Point{point.X(), point.Y()}
		}
		return e, err
	})
}

// Photos gives the pictures of a report, by number; geo.ErrNotFound where the
// report is out of scope.
func (s *Store) Photos(ctx context.Context, scope access.Scope, id geo.ID) ([]patrol.Photo, error) {
	r, err := s.report(ctx, s.pool, scope, id)
	if err != nil {
		return nil, fmt.Errorf("photos of report %s: %w", id, err)
	}
	return r.Photos, nil
}

// photos gives the pictures of several reports, by number.
func (s *Store) photos(ctx context.Context, q querier, ids []geo.ID) (map[geo.ID][]patrol.Photo, error) {
	const sql = `
		SELECT p.report_id, p.number, p.event_seq, e.type, p.sha256, p.bytes, p.width, p.height
		FROM report_photos p
		JOIN report_events e ON e.district_code = p.district_code AND e.report_id = p.report_id AND e.seq = p.event_seq
		WHERE p.district_code = @district AND p.report_id = ANY(@ids) ORDER BY p.report_id, p.number`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return nil, err
	}
	out := map[geo.ID][]patrol.Photo{}
	type owned struct {
		report geo.ID
		photo  patrol.Photo
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o owned, err error) {
		p := &o.photo
		err = row.Scan(&o.report, &p.Number, &p.Event, &p.EventType, &p.SHA256, &p.Bytes, &p.Width, &p.Height)
		return o, err
	})
	for _, o := range list {
		out[o.report] = append(out[o.report], o.photo)
	}
	return out, err
}
