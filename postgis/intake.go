package postgis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Accept stores a report with its decision, history and everything that is to
// be told, in one transaction and one round trip. When it returns without an
// error the report is on disk.
//
// A key that was used before gives the report it stands for, as it is now, and
// replayed; with another request it is a geo.ErrConflict with code
// "idempotency-key-reused". Twins that come at once wait for the first. A
// decision on boundaries or duties that are no longer in force is
// patrol.ErrStale, and nothing is written. geo.ErrUnavailable may mean that the
// report was stored all the same: the client repeats with its key.
func (s *Store) Accept(ctx context.Context, in patrol.Intake) (r patrol.Report, replayed bool, err error) {
	r = in.Report
	r.CreatedAt = r.CreatedAt.UTC().Truncate(time.Microsecond)
	r.ObservedAt = r.ObservedAt.UTC().Truncate(time.Microsecond)
	r.UpdatedAt, r.Version, r.HasContact = r.CreatedAt, 1, !in.Contact.Empty()
	in.Report = r
	batch, err := s.acceptance(in)
	if err != nil {
		return patrol.Report{}, false, wrap("accept a report", err)
	}
	// Only Close tells of the commit, which comes after every statement's result.
	err = s.pool.SendBatch(ctx, batch).Close()
	switch {
	case err == nil:
		s.committed()
		return r, false, nil
	case state(err) == stateStale:
		return patrol.Report{}, false, patrol.ErrStale
	case state(err) == stateKeyTaken:
		r, err = s.replay(ctx, in)
		return r, err == nil, err
	}
	s.leaveStandby(err)
	return patrol.Report{}, false, wrap("accept a report", err)
}

// PurgeKeys forgets idempotency keys used before the given time. Phones that
// were offline come back late: 30 days is the least to keep.
func (s *Store) PurgeKeys(ctx context.Context, before time.Time) (n int64, err error) {
	const sql = `DELETE FROM idempotency WHERE district_code = @district AND created_at < @before`
	tag, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "before": before})
	return tag.RowsAffected(), wrap("purge keys", err)
}

// replay gives what came of the key the first time.
func (s *Store) replay(ctx context.Context, in patrol.Intake) (patrol.Report, error) {
	id, err := s.keyStandsFor(ctx, s.pool, in.KeyHash, in.RequestHash)
	if err != nil {
		return patrol.Report{}, err
	}
	return s.report(ctx, s.pool, access.Scope{All: true}, id)
}

// keyStandsFor gives the report that a key was used for; where that was with
// another request it is a geo.ErrConflict.
func (s *Store) keyStandsFor(ctx context.Context, q querier, key, request []byte) (id geo.ID, err error) {
	const sql = `
		SELECT request_hash, report_id FROM idempotency
		WHERE district_code = @district AND key_hash = @key`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "key": key})
	if err != nil {
		return id, wrap("read what a key stands for", err)
	}
	type use struct {
		Request []byte
		Report  geo.ID
	}
	first, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[use])
	switch {
	case errors.Is(err, pgx.ErrNoRows): // forgotten this moment: free for the next attempt
		return id, fmt.Errorf("read what a key stands for: %w", geo.ErrUnavailable)
	case err != nil:
		return id, wrap("read what a key stands for", err)
	case !bytes.Equal(first.Request, request):
		return id, &geo.Problem{Kind: geo.ErrConflict, Code: "idempotency-key-reused",
			Detail: "the Idempotency-Key was used before with another request"}
	}
	return first.Report, nil
}

// acceptance is the whole transaction: sent as one batch it is one.
func (s *Store) acceptance(in patrol.Intake) (*pgx.Batch, error) {
	r, b := &in.Report, &pgx.Batch{}
	b.Queue(`SELECT begin_accept($1, $2, $3, $4, $5, $6, $7, $8)`, s.acceptKey, s.district,
		r.Decision.Revision, r.Decision.DutyVersion, in.KeyHash, in.RequestHash, r.ID, r.CreatedAt)
	report, err := s.reportRow(r, 1)
	if err != nil {
		return nil, err
	}
	b.Queue(insertReportSQL, report...)
	decision, err := s.decisionRow(r, 1)
	if err != nil {
		return nil, err
	}
	b.Queue(insertDecisionSQL, decision...)
	if len(r.Decision.Assignments) > 0 {
		b.Queue(insertAssignmentsSQL, s.assignmentArgs(r))
	}
	b.Queue(insertEventSQL, s.eventRow(r.ID, patrol.HistoryEntry{
		Seq: 1, Type: patrol.EventCreate, At: r.CreatedAt, Actor: in.Actor, To: r.Status})...)
	if !in.Contact.Empty() {
		nonce, sealed, err := s.seal(r.ID, in.Contact)
		if err != nil {
			return nil, err
		}
		b.Queue(`
			INSERT INTO reporter_contacts (district_code, report_id, key_id, nonce, sealed, created_at)
			VALUES (@district, @report, @key, @nonce, @sealed, @at)`, pgx.NamedArgs{"district": s.district,
			"report": r.ID, "key": s.contactID, "nonce": nonce, "sealed": sealed, "at": r.CreatedAt})
	}
	for _, p := range r.Photos {
		b.Queue(insertPhotoSQL, s.photoArgs(r.ID, p))
	}
	if in.Patrol != (geo.ID{}) {
		b.Queue(`INSERT INTO patrol_reports (district_code, report_id, patrol_id) VALUES ($1, $2, $3)`, s.district, r.ID, in.Patrol)
	}
	args, err := s.tellArgs("report.created", r.CreatedAt, r.Decision.AreaIDs, eventData(r, in.Shown))
	if err != nil {
		return nil, err
	}
	b.Queue(tellSQL, args)
	args, err = s.auditArgs(r.CreatedAt, in.Actor, auditEntry{"report.create", "report", r.ID.String(), nil})
	if err != nil {
		return nil, err
	}
	b.Queue(auditSQL, args)
	return b, nil
}

// eventData is what the stream and recipients hear of a report: enough to know
// whether to look, and nothing personal. Its place is where everybody may see
// it, the coarse one unless another is given.
func eventData(r *patrol.Report, shown orb.Point) any {
	if shown == (orb.Point{}) {
		shown = patrol.CoarsePoint(r.Point)
	}
	return map[string]any{"id": r.ID, "category": r.Category, "status": r.Status, "version": r.Version,
		"lon": shown[0], "lat": shown[1], "created_at": r.CreatedAt, "updated_at": r.UpdatedAt}
}

const insertAssignmentsSQL = `
	INSERT INTO assignments (district_code, report_id, number, post, area_id, seat_id, person_id, lead)
	SELECT @district, @report, place, post, area_id, seat_id, person_id, lead
	FROM unnest(@posts::text[], @areas::uuid[], @seats::uuid[], @people::uuid[], @leads::boolean[])
	     WITH ORDINALITY AS a (post, area_id, seat_id, person_id, lead, place)`

func (s *Store) assignmentArgs(r *patrol.Report) pgx.NamedArgs {
	n := len(r.Decision.Assignments)
	posts, areas, leads := make([]string, n), make([]geo.ID, n), make([]bool, n)
	seats, people := make([]*geo.ID, n), make([]*geo.ID, n)
	for i, a := range r.Decision.Assignments {
		posts[i], areas[i], leads[i] = string(a.Post), a.AreaID, a.Lead
		seats[i], people[i] = orNil(a.SeatID), orNil(a.PersonID)
	}
	return pgx.NamedArgs{"district": s.district, "report": r.ID, "posts": posts, "areas": areas,
		"seats": seats, "people": people, "leads": leads}
}

// idsOf is never nil, which would be NULL.
func idsOf(ids []geo.ID) []geo.ID {
	if ids == nil {
		return []geo.ID{}
	}
	return ids
}

// orNil is nil for the zero id.
func orNil(id geo.ID) *geo.ID {
	if id == (geo.ID{}) {
		return nil
	}
	return &id
}
