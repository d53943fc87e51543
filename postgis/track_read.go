package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// keptColumns are those of a piece, in the order scanKept reads them.
const keptColumns = `t.patrol_id, t.person_id, p.coarse, p.run_t, p.run_to, p.from_t, p.offsets_ms, p.path`

func scanKept(row pgx.CollectableRow) (k track.Kept, err error) {
	var from time.Time
	var offsets []int32
	var path geom.LineString
	if err := row.Scan(&k.Patrol, &k.Person, &k.Coarse, &k.Run.From, &k.Run.To, &from, &offsets, &path); err != nil {
		return k, err
	}
	k.Run.From, k.Run.To = k.Run.From.UTC(), k.Run.To.UTC()
	k.Vertices = make([]track.Vertex, 0, len(offsets))
	for i, ms := range offsets {
		p := path.Coord(i)
		at, _ := geo.Snap(orb.Point{p[0], p[1]}) // which it was before
		v := track.Vertex{T: from.UTC().Add(time.Duration(ms) * time.Millisecond), At: at}
		if i == 1 && len(offsets) == 2 && v == k.Vertices[0] {
			break // a single fix: no line has just one
		}
		k.Vertices = append(k.Vertices, v)
	}
	return k, nil
}

// AreaVisits sums the visits to areas that began from from (included) to to
// (excluded), as far back as tracks are kept. An area without any is missing.
func (s *Store) AreaVisits(ctx context.Context, areas []geo.ID, from, to time.Time) (map[geo.ID]track.AreaSum, error) {
	const sql = `
		SELECT area_id, count(*), coalesce(sum(dwell_s ORDER BY dwell_s), 0), coalesce(sum(distance_m ORDER BY distance_m), 0), max(to_t)
		FROM track_visits
		WHERE district_code = @district AND area_id = ANY(@areas) AND from_t >= @from AND from_t < @to
		GROUP BY area_id`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "areas": idsOf(areas), "from": from, "to": to})
	if err != nil {
		return nil, wrap("read visits", err)
	}
	out := map[geo.ID]track.AreaSum{}
	var id geo.ID
	var sum track.AreaSum
	var dwell float64
	_, err = pgx.ForEachRow(rows, []any{&id, &sum.Visits, &dwell, &sum.DistanceM, &sum.Last}, func() error {
		sum.Dwell, sum.Last = seconds(dwell), sum.Last.UTC()
		out[id] = sum
		return nil
	})
	return out, wrap("read visits", err)
}

// CheckpointStays gives the visits to checkpoints that began from from (included)
// to to (excluded), in the order of time.
func (s *Store) CheckpointStays(ctx context.Context, checkpoints []geo.ID, from, to time.Time) ([]track.CheckpointStay, error) {
	const sql = `
		SELECT v.checkpoint_id, t.patrol_id, v.from_t, v.to_t, v.dwell_s FROM checkpoint_visits v
		JOIN tracks t ON t.district_code = v.district_code AND t.id = v.track_id
		WHERE v.district_code = @district AND v.checkpoint_id = ANY(@checkpoints) AND v.from_t >= @from AND v.from_t < @to
		ORDER BY v.from_t, v.checkpoint_id, v.track_id`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "checkpoints": idsOf(checkpoints), "from": from, "to": to})
	if err != nil {
		return nil, wrap("read visits to checkpoints", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v track.CheckpointStay, err error) {
		var dwell float64
		err = row.Scan(&v.Checkpoint, &v.Patrol, &v.From, &v.To, &dwell)
		v.From, v.To, v.Dwell = v.From.UTC(), v.To.UTC(), seconds(dwell)
		return v, err
	})
	return list, wrap("read visits to checkpoints", err)
}

// TrackRetention gives until when what is left of tracks is coarse, and until
// when there is none left; zero where that is so of none.
func (s *Store) TrackRetention(ctx context.Context) (coarse, erased time.Time, err error) {
	const sql = `
		SELECT coalesce(max(coarse_before), '0001-01-01Z'), coalesce(max(erased_before), '0001-01-01Z')
		FROM track_retention WHERE district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&coarse, &erased)
	return coarse.UTC(), erased.UTC(), wrap("read how long tracks are kept", err)
}

// seconds is a duration the database has as a number of seconds, kept to the
// millisecond there.
func seconds(s float64) time.Duration {
	return time.Duration(s*1000+0.5) * time.Millisecond
}
