package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// selectPatrol reads patrols p, without their checkpoints. The area is called
// as it was last.
const selectPatrol = `
	SELECT p.id, p.area_id, v.kind, v.code, v.name, p.area_ids, p.planned_start, p.planned_end, p.state,
	       p.started_at, p.started_seen_at, p.ended_at, p.ended_seen_at, p.note, p.end_note,
	       p.absent_since, p.created_at, p.updated_at, p.version,
	       ARRAY(SELECT m.person_id FROM patrol_members m
	             WHERE m.district_code = p.district_code AND m.patrol_id = p.id ORDER BY m.number),
	       ARRAY(SELECT u.from_at FROM patrol_pauses u
	             WHERE u.district_code = p.district_code AND u.patrol_id = p.id ORDER BY u.number),
	       ARRAY(SELECT u.to_at FROM patrol_pauses u
	             WHERE u.district_code = p.district_code AND u.patrol_id = p.id ORDER BY u.number),
	       ARRAY(SELECT r.report_id FROM patrol_reports r
	             WHERE r.district_code = p.district_code AND r.patrol_id = p.id ORDER BY r.report_id),
	       t.distance_m, t.last_t
	FROM patrols p
	JOIN LATERAL (SELECT a.kind, a.code, a.name FROM area_versions a
	              WHERE a.district_code = p.district_code AND a.area_id = p.area_id
	              ORDER BY a.from_revision DESC LIMIT 1) v ON true
	CROSS JOIN LATERAL (SELECT coalesce(sum(t.distance_m), 0) AS distance_m, max(t.last_t) AS last_t FROM tracks t
	              WHERE t.district_code = p.district_code AND t.patrol_id = p.id) t
	WHERE p.district_code = @district`

// patrolInScope limits patrols p to a scope and the patrols of a person.
const patrolInScope = ` AND (@all_areas OR p.area_ids && @scope::uuid[] OR EXISTS (
	SELECT FROM patrol_members m
	WHERE m.district_code = p.district_code AND m.patrol_id = p.id AND m.person_id = @viewer))`

func (s *Store) patrolArgs(scope access.Scope, person geo.ID) pgx.NamedArgs {
	args := s.scopeArgs(scope)
	args["viewer"] = orNil(person)
	return args
}

func scanPatrol(row pgx.CollectableRow) (p patrol.Patrol, err error) {
	var kind, code string
	var started, startedSeen, ended, endedSeen, absent, last *time.Time
	var pausedFrom []time.Time
	var pausedTo []*time.Time
	err = row.Scan(&p.ID, &p.AreaID, &kind, &code, &p.AreaName, &p.AreaIDs, &p.PlannedStart, &p.PlannedEnd, &p.Stored,
		&started, &startedSeen, &ended, &endedSeen, &p.Note, &p.EndNote,
		&absent, &p.CreatedAt, &p.UpdatedAt, &p.Version, &p.Team, &pausedFrom, &pausedTo, &p.Reports, &p.DistanceM, &last)
	if err != nil {
		return p, err
	}
	p.Area = geo.Ref{Kind: geo.Kind(kind), Code: code}
	p.PlannedStart, p.PlannedEnd = p.PlannedStart.UTC(), p.PlannedEnd.UTC()
	p.CreatedAt, p.UpdatedAt = p.CreatedAt.UTC(), p.UpdatedAt.UTC()
	p.StartedAt, p.StartedSeenAt = utc(started), utc(startedSeen)
	p.EndedAt, p.EndedSeenAt = utc(ended), utc(endedSeen)
	p.AbsentSince, p.LastFixAt = utc(absent), utc(last)
	for i := range pausedFrom {
		p.Pauses = append(p.Pauses, patrol.Pause{From: pausedFrom[i].UTC(), To: utc(pausedTo[i])})
	}
	return p, nil
}

// Patrol gives a patrol with its checkpoints. person is who asks, and sees the
// patrols that they walk wherever those are; the zero id is nobody. One that is
// out of scope otherwise is geo.ErrNotFound, like one that does not exist.
func (s *Store) Patrol(ctx context.Context, scope access.Scope, person, id geo.ID) (patrol.Patrol, error) {
	p, err := s.patrol(ctx, s.pool, scope, person, id)
	return p, wrap("patrol "+id.String(), err)
}

func (s *Store) patrol(ctx context.Context, q querier, scope access.Scope, person, id geo.ID) (p patrol.Patrol, err error) {
	args := s.patrolArgs(scope, person)
	args["id"] = id
	rows, err := q.Query(ctx, selectPatrol+patrolInScope+` AND p.id = @id`, args)
	if err != nil {
		return p, err
	}
	if p, err = pgx.CollectExactlyOneRow(rows, scanPatrol); err != nil {
		return p, err
	}
	list := []patrol.Patrol{p}
	err = s.addStops(ctx, q, list)
	return list[0], err
}

// patrolPage is the most patrols a list gives at once; one more than the pages
// that are served.
const patrolPage = 1001

// Patrols lists patrols in scope and those of a person, see Patrol, by their
// planned start. The next page begins after the last row's PlannedStart and ID.
func (s *Store) Patrols(ctx context.Context, scope access.Scope, person geo.ID, f patrol.PatrolFilter) ([]patrol.Patrol, error) {
	if scope.Empty() && person == (geo.ID{}) {
		return nil, nil
	}
	if f.Limit < 1 || f.Limit > patrolPage {
		return nil, geo.Invalid("limit-out-of-range", fmt.Sprintf("a page has 1 to %d patrols", patrolPage))
	}
	args := s.patrolArgs(scope, person)
	sql := selectPatrol + patrolInScope + patrolConditions(f, args) + ` ORDER BY p.planned_start, p.id LIMIT @limit`
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return nil, wrap("list patrols", err)
	}
	list, err := pgx.CollectRows(rows, scanPatrol)
	if err != nil {
		return nil, wrap("list patrols", err)
	}
	return list, wrap("list patrols", s.addStops(ctx, s.pool, list))
}

// shownState is patrol.Patrol.StateAt at @now.
const shownState = `CASE WHEN p.state <> 'scheduled' OR p.planned_start > @now::timestamptz + @ready_before::interval THEN p.state
	WHEN p.planned_start > @now::timestamptz - @overdue_after::interval THEN 'ready' ELSE 'start_overdue' END`

// patrolConditions gives the conditions of a filter and puts their values into
// args.
func patrolConditions(f patrol.PatrolFilter, args pgx.NamedArgs) (sql string) {
	args["limit"], args["max_length"] = f.Limit, patrol.PatrolMax
	if f.AreaID != (geo.ID{}) {
		sql += ` AND p.area_ids @> ARRAY[@area::uuid]`
		args["area"] = f.AreaID
	}
	if len(f.States) > 0 {
		sql += ` AND ` + shownState + ` = ANY(@states::text[])`
		states := make([]string, len(f.States))
		for i, state := range f.States {
			states[i] = string(state)
		}
		args["states"], args["now"], args["ready_before"], args["overdue_after"] = states, f.Now, patrol.ReadyBefore, patrol.OverdueAfter
	}
	if f.Member != (geo.ID{}) {
		sql += ` AND EXISTS (SELECT FROM patrol_members m
			WHERE m.district_code = p.district_code AND m.patrol_id = p.id AND m.person_id = @member)`
		args["member"] = f.Member
	}
	if !f.From.IsZero() {
		sql += ` AND p.planned_end > @from::timestamptz AND p.planned_start > @from::timestamptz - @max_length::interval`
		args["from"] = f.From
	}
	if !f.To.IsZero() {
		sql += ` AND p.planned_start < @to`
		args["to"] = f.To
	}
	if f.AfterID != (geo.ID{}) {
		sql += ` AND (p.planned_start, p.id) > (@after_start, @after_id)`
		args["after_start"], args["after_id"] = f.AfterStart, f.AfterID
	}
	return sql
}

// addStops gives patrols their checkpoints, and what their own tracks say of them.
func (s *Store) addStops(ctx context.Context, q querier, list []patrol.Patrol) error {
	at := make(map[geo.ID]*patrol.Patrol, len(list))
	ids := make([]geo.ID, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, &list[i]
	}
	if len(ids) == 0 {
		return nil
	}
	const sql = `
		SELECT pc.patrol_id, v.first_t, coalesce(v.dwell_s, 0), ` + checkpointColumns + `
		FROM patrol_checkpoints pc
		JOIN checkpoints c ON c.district_code = pc.district_code AND c.id = pc.checkpoint_id` + checkpointLastVisit + `
		LEFT JOIN LATERAL (
			SELECT min(cv.from_t) AS first_t, sum(cv.dwell_s) AS dwell_s
			FROM tracks t
			JOIN checkpoint_visits cv ON cv.district_code = t.district_code AND cv.track_id = t.id AND cv.checkpoint_id = c.id
			WHERE t.district_code = pc.district_code AND t.patrol_id = pc.patrol_id) v ON true
		WHERE pc.district_code = @district AND pc.patrol_id = ANY(@ids)
		ORDER BY pc.patrol_id, pc.number`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return err
	}
	var of geo.ID
	var first *time.Time
	var dwell float64
	var c checkpointRow
	_, err = pgx.ForEachRow(rows, append([]any{&of, &first, &dwell}, c.targets()...), func() error {
		stop := patrol.PatrolStop{Checkpoint: c.checkpoint(), VisitedAt: utc(first), Dwell: time.Duration(dwell * float64(time.Second))}
		p := at[of]
		p.Stops = append(p.Stops, stop)
		return nil
	})
	return err
}
