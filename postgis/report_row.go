package postgis

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The rows of a report's tables, in one order for COPY and for single inserts;
// so the arguments of these statements are by place, not by name.

var reportColumns = []string{
	"district_code", "id", "category", "description", "lon_e7", "lat_e7", "point", "raw_lon",
	"raw_lat", "raw_crs", "accuracy_m", "source", "observed_at", "created_at", "updated_at", "status",
	"due_at", "hard_due_at", "version", "cell", "area_ids", "decision_seq", "last_event",
	"has_contact", "handled_by",
}

const insertReportSQL = `
	INSERT INTO reports (district_code, id, category, description, lon_e7, lat_e7, point, raw_lon, raw_lat, raw_crs,
		accuracy_m, source, observed_at, created_at, updated_at, status, due_at, hard_due_at, version,
		cell, area_ids, decision_seq, last_event, has_contact, handled_by)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
		$22, $23, $24, $25)`

func (s *Store) reportRow(r *patrol.Report, events int) ([]any, error) {
	q, ok := geo.Snap(r.Point)
	if !ok || q.Point() != r.Point {
		return nil, fmt.Errorf("report %s is not on the lattice: %w", r.ID, geo.ErrInvalid)
	}
	c, err := cell.At(r.Point, hotspot.BaseResolution)
	if err != nil {
		return nil, err
	}
	return []any{s.district, r.ID, r.Category, r.Description, q.Lon, q.Lat, pointGeom(r.Point), r.Raw[0],
		r.Raw[1], r.RawCRS, r.AccuracyM, r.Source, orNull(r.ObservedAt), r.CreatedAt, r.UpdatedAt, string(r.Status), orNull(r.DueAt),
		orNull(r.HardDueAt), max(r.Version, 1), int64(c), idsOf(r.Decision.AreaIDs), 1, max(events, 1), r.HasContact, r.HandledBy}, nil
}

var decisionColumns = []string{
	"district_code", "report_id", "seq", "revision", "duty_version", "category", "rule", "lon_e7",
	"lat_e7", "edge_m", "areas", "area_ids", "assignments", "decided_at",
}

const insertDecisionSQL = `
	INSERT INTO decisions (district_code, report_id, seq, revision, duty_version, category, rule, lon_e7, lat_e7, edge_m,
		areas, area_ids, assignments, decided_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// decisionRow is the decision on a report as the one of that number.
func (s *Store) decisionRow(r *patrol.Report, seq int) ([]any, error) {
	d := &r.Decision
	q, ok := geo.Snap(d.Point)
	if !ok || q.Point() != d.Point {
		return nil, fmt.Errorf("the decision on report %s is not on the lattice: %w", r.ID, geo.ErrInvalid)
	}
	areas, err := json.Marshal(d.Areas)
	if err != nil {
		return nil, err
	}
	assignments, err := json.Marshal(d.Assignments)
	if err != nil {
		return nil, err
	}
	return []any{s.district, r.ID, seq, d.Revision, d.DutyVersion, r.Category, d.Rule,
		q.Lon, q.Lat, d.EdgeDistanceM, areas, idsOf(d.AreaIDs), assignments, d.DecidedAt}, nil
}

var assignmentColumns = []string{"district_code", "report_id", "number", "post", "area_id", "seat_id", "person_id", "lead"}

// assignmentRows are the posts that answer for a report, in the order of its
// decision.
func (s *Store) assignmentRows(r *patrol.Report) [][]any {
	rows := make([][]any, len(r.Decision.Assignments))
	for i, a := range r.Decision.Assignments {
		rows[i] = []any{s.district, r.ID, i + 1, string(a.Post), a.AreaID, orNil(a.SeatID), orNil(a.PersonID), a.Lead}
	}
	return rows
}

var eventColumns = []string{
	"district_code", "report_id", "seq", "type", "at", "actor_kind", "actor_id", "actor_name",
	"actor_role", "from_status", "to_status", "note", "point", "detail",
}

const insertEventSQL = `
	INSERT INTO report_events (district_code, report_id, seq, type, at, actor_kind, actor_id, actor_name, actor_role, from_status,
		to_status, note, point, detail)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// insertActedSQL writes what somebody did, with when that was by their own clock.
const insertActedSQL = `
	INSERT INTO report_events (district_code, report_id, seq, type, at, actor_kind, actor_id, actor_name, actor_role, from_status,
		to_status, note, point, detail, occurred_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

func (s *Store) eventRow(report geo.ID, e patrol.HistoryEntry) []any {
	var point, detail any
	if e.Point != nil {
		point = pointGeom(*e.Point)
	}
	if len(e.Detail) > 0 {
		detail = []byte(e.Detail)
	}
	return []any{s.district, report, e.Seq, string(e.Type), e.At.UTC().Truncate(time.Microsecond), actorKind(e.Actor), e.Actor.ID,
		e.Actor.Name, e.Actor.Role, string(e.From), string(e.To), e.Note, point, detail}
}

const insertPhotoSQL = `
	INSERT INTO report_photos (district_code, report_id, number, event_seq, sha256, bytes, width, height)
	VALUES (@district, @report, @number, @event, @sha256, @bytes, @width, @height)`

func (s *Store) photoArgs(report geo.ID, p patrol.Photo) pgx.NamedArgs {
	return pgx.NamedArgs{"district": s.district, "report": report, "number": p.Number, "event": p.Event,
		"sha256": p.SHA256, "bytes": p.Bytes, "width": p.Width, "height": p.Height}
}
