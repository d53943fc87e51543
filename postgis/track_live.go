package postgis

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const (
	nearM    = 500 // metres in which reports are near somebody
	nearMost = 5   // of one patrol
)

// livePositions reads the last positions of members of patrols p under way.
const livePositions = `
	SELECT k.patrol_id, k.person_id, k.last_t, k.last_lon_e7, k.last_lat_e7, k.last_accuracy_cm, k.last_speed_cms, k.last_mock
	FROM patrols p
	JOIN tracks k ON k.district_code = p.district_code AND k.patrol_id = p.id AND k.last_t IS NOT NULL
	WHERE p.district_code = @district AND p.state = 'active' AND (@all_areas OR p.area_ids && @scope::uuid[])
	  AND (@resting OR NOT EXISTS (SELECT FROM patrol_pauses u
		WHERE u.district_code = p.district_code AND u.patrol_id = p.id AND u.to_at IS NULL))
	ORDER BY k.patrol_id, k.person_id`

// Live gives the patrols under way in scope with where their members are, as the
// phones have said so far, and the open reports near them. Looking is noted for
// each member that is somebody else, once an hour.
func (t *Tracks) Live(ctx context.Context, scope access.Scope, who patrol.Actor, viewer geo.ID) ([]patrol.OnPatrol, error) {
	const sql = `
		SELECT p.id, p.area_id, v.kind, v.code, v.name, p.area_ids, p.planned_end, p.absent_since,
		       EXISTS (SELECT FROM patrol_pauses u WHERE u.district_code = p.district_code AND u.patrol_id = p.id AND u.to_at IS NULL)
		FROM patrols p
		JOIN LATERAL (SELECT a.kind, a.code, a.name FROM area_versions a
		              WHERE a.district_code = p.district_code AND a.area_id = p.area_id
		              ORDER BY a.from_revision DESC LIMIT 1) v ON true
		WHERE p.district_code = @district AND p.state = 'active' AND (@all_areas OR p.area_ids && @scope::uuid[])
		ORDER BY p.planned_end, p.id`
	rows, err := t.store.pool.Query(ctx, sql, t.store.scopeArgs(scope))
	if err != nil {
		return nil, wrap("read who is on patrol", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o patrol.OnPatrol, err error) {
		var absent *time.Time
		err = row.Scan(&o.ID, &o.AreaID, &o.Area.Kind, &o.Area.Code, &o.AreaName, &o.AreaIDs, &o.PlannedEnd, &absent, &o.Paused)
		o.PlannedEnd, o.AbsentSince = o.PlannedEnd.UTC(), utc(absent)
		return o, err
	})
	if err != nil || len(list) == 0 {
		return nil, wrap("read who is on patrol", err)
	}
	positions, err := t.positions(ctx, scope, true)
	if err != nil {
		return nil, wrap("read who is on patrol", err)
	}
	of := make(map[geo.ID]*patrol.OnPatrol, len(list))
	for i := range list {
		of[list[i].ID] = &list[i]
	}
	var seen []reading
	for _, p := range positions {
		if o := of[p.Patrol]; o != nil { // else it has begun between the two statements
			o.Members = append(o.Members, p)
			seen = append(seen, reading{person: p.Person, patrol: p.Patrol, what: "live"})
		}
	}
	if err := t.note(ctx, who, viewer, seen); err != nil {
		return nil, wrap("read who is on patrol", err)
	}
	return list, wrap("read reports near patrols", t.near(ctx, scope, list))
}

func (t *Tracks) positions(ctx context.Context, scope access.Scope, resting bool) ([]patrol.Position, error) {
	args := t.store.scopeArgs(scope)
	args["resting"] = resting
	rows, err := t.store.pool.Query(ctx, livePositions, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p patrol.Position, err error) {
		var r fixRow
		err = row.Scan(&p.Patrol, &p.Person, &r.t, &r.lon, &r.lat, &r.accuracy, &r.speed, &r.mock)
		f := r.fix()
		p.Point, p.At, p.AccuracyM, p.SpeedMPS, p.Mock = f.At.Point(), f.T, f.AccuracyM, f.SpeedMPS, f.Mock
		return p, err
	})
}

// near gives patrols the open reports in scope that are near any member.
func (t *Tracks) near(ctx context.Context, scope access.Scope, list []patrol.OnPatrol) error {
	args := t.store.scopeArgs(scope)
	var of []int32
	var lon, lat []float64
	for i, o := range list {
		for _, m := range o.Members {
			of, lon, lat = append(of, int32(i)), append(lon, m.Point[0]), append(lat, m.Point[1])
		}
	}
	if len(of) == 0 {
		return nil
	}
	// A box by degrees finds them through the index; how far they are is for geo to say.
	const sql = `
		SELECT m.n, m.lon, m.lat, r.id, r.category, ST_X(r.point), ST_Y(r.point)
		FROM unnest(@of::int[], @lon::float8[], @lat::float8[]) AS m (n, lon, lat)
		JOIN reports r ON r.point && ST_MakeEnvelope(m.lon - @wide / cos(radians(m.lat)), m.lat - @wide,
		                                             m.lon + @wide / cos(radians(m.lat)), m.lat + @wide, 4326)
		WHERE r.district_code = @district AND r.status <> ALL(@over::text[]) AND (@all_areas OR r.area_ids && @scope::uuid[])`
	args["of"], args["lon"], args["lat"], args["wide"], args["over"] = of, lon, lat, nearM/111_000.0, closedStatuses()
	rows, err := t.store.pool.Query(ctx, sql, args)
	if err != nil {
		return err
	}
	var n int32
	var from, at orb.Point
	var r patrol.NearReport
	_, err = pgx.ForEachRow(rows, []any{&n, &from[0], &from[1], &r.ID, &r.Category, &at[0], &at[1]}, func() error {
		if r.DistanceM = geo.DistanceM(from, at); r.DistanceM <= nearM {
			list[n].Near = append(list[n].Near, r)
		}
		return nil
	})
	for i := range list {
		list[i].Near = nearestFirst(list[i].Near)
	}
	return err
}

// nearestFirst keeps the nearest of what may be there once for each member.
func nearestFirst(list []patrol.NearReport) []patrol.NearReport {
	slices.SortFunc(list, func(a, b patrol.NearReport) int {
		return cmp.Or(cmp.Compare(a.DistanceM, b.DistanceM), slices.Compare(a.ID[:], b.ID[:]))
	})
	seen := map[geo.ID]bool{}
	list = slices.DeleteFunc(list, func(r patrol.NearReport) bool {
		twice := seen[r.ID]
		seen[r.ID] = true
		return twice
	})
	return list[:min(len(list), nearMost)]
}

// closedStatuses are those of reports that nobody has anything to do with any more.
func closedStatuses() (out []string) {
	for _, s := range patrol.Statuses() {
		if !s.Open() {
			out = append(out, string(s))
		}
	}
	return out
}

// Nearest gives the members of patrols under way in scope that are nearest to a
// place, at most limit, the nearest first, with how far each is in metres. Those
// on a pause and positions that a program made up are left out. Looking is noted
// for those that are given.
func (t *Tracks) Nearest(ctx context.Context, scope access.Scope, who patrol.Actor, viewer geo.ID, place orb.Point, limit int) ([]patrol.Position, []float64, error) {
	all, err := t.positions(ctx, scope, false)
	if err != nil {
		return nil, nil, wrap("read who is near", err)
	}
	slices.SortStableFunc(all, func(a, b patrol.Position) int {
		return cmp.Or(cmp.Compare(geo.DistanceM(place, a.Point), geo.DistanceM(place, b.Point)), slices.Compare(a.Person[:], b.Person[:]))
	})
	met := map[geo.ID]bool{}
	all = slices.DeleteFunc(all, func(p patrol.Position) bool {
		out := p.Mock || met[p.Person]
		met[p.Person] = met[p.Person] || !p.Mock
		return out
	})
	all = all[:min(len(all), limit)]
	seen, distances := make([]reading, len(all)), make([]float64, len(all))
	for i, p := range all {
		seen[i] = reading{person: p.Person, patrol: p.Patrol, what: "nearest"}
		distances[i] = geo.DistanceM(place, p.Point)
	}
	if err := t.note(ctx, who, viewer, seen); err != nil {
		return nil, nil, wrap("read who is near", err)
	}
	return all, distances, nil
}
