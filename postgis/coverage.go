package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// CoveragePieces gives the cleaned pieces that meet a bound (lon/lat in degrees) and have
// anything from from to to, both included, whole, a list for each track. more is
// true, and there are none, where they have more than limit vertices: no more than
// that is ever read.
func (s *Store) CoveragePieces(ctx context.Context, bound orb.Bound, from, to time.Time, limit int) (tracks [][]track.Piece, more bool, err error) {
	const sql = `
		SELECT ` + keptColumns + ` FROM track_pieces p
		JOIN tracks t ON t.district_code = p.district_code AND t.id = p.track_id
		WHERE p.district_code = @district AND p.path && ST_MakeEnvelope(@west, @south, @east, @north, 4326)
		  AND p.during && tstzrange(@from, @to, '[]')
		ORDER BY p.track_id, p.from_t`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "from": from, "to": to,
		"west": bound.Min[0], "south": bound.Min[1], "east": bound.Max[0], "north": bound.Max[1]})
	if err != nil {
		return nil, false, wrap("read pieces for coverage", err)
	}
	defer rows.Close()
	type owner struct{ patrol, person geo.ID }
	var last owner
	n := 0
	for rows.Next() {
		k, err := scanKept(rows)
		if err != nil {
			return nil, false, wrap("read pieces for coverage", err)
		}
		if n += len(k.Vertices); n > limit {
			return nil, true, nil
		}
		if of := (owner{k.Patrol, k.Person}); len(tracks) == 0 || of != last {
			tracks, last = append(tracks, nil), of
		}
		tracks[len(tracks)-1] = append(tracks[len(tracks)-1], k.Piece)
	}
	return tracks, false, wrap("read pieces for coverage", rows.Err())
}

// AreasSeen gives when each area was visited last before a time; who is there then
// is until then. An area that was not visited is missing.
func (s *Store) AreasSeen(ctx context.Context, areas []geo.ID, before time.Time) (map[geo.ID]time.Time, error) {
	// Days outlive the visits they are sums of. The last visit of the day that the time
	// lies in may come after it: for that day, and who came the day before, the visits count.
	const sql = `
		SELECT a.id, greatest(
			(SELECT max(d.last_visit) FROM area_days d WHERE d.district_code = @district AND d.area_id = a.id AND d.last_visit < @before),
			(SELECT max(least(v.to_t, @before)) FROM track_visits v WHERE v.district_code = @district AND v.area_id = a.id
			 AND v.from_t < @before AND v.from_t >= @before::timestamptz - interval '2 days'))
		FROM unnest(@areas::uuid[]) AS a (id)`
	return s.seenBefore(ctx, sql, areas, before)
}

// CheckpointsSeen is AreasSeen of checkpoints.
func (s *Store) CheckpointsSeen(ctx context.Context, checkpoints []geo.ID, before time.Time) (map[geo.ID]time.Time, error) {
	const sql = `
		SELECT a.id, greatest(
			(SELECT max(d.last_visit) FROM checkpoint_days d WHERE d.district_code = @district AND d.checkpoint_id = a.id AND d.last_visit < @before),
			(SELECT max(least(v.to_t, @before)) FROM checkpoint_visits v WHERE v.district_code = @district AND v.checkpoint_id = a.id
			 AND v.from_t < @before AND v.from_t >= @before::timestamptz - interval '2 days'))
		FROM unnest(@areas::uuid[]) AS a (id)`
	return s.seenBefore(ctx, sql, checkpoints, before)
}

func (s *Store) seenBefore(ctx context.Context, sql string, ids []geo.ID, before time.Time) (map[geo.ID]time.Time, error) {
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "areas": idsOf(ids), "before": before})
	if err != nil {
		return nil, wrap("read last visits", err)
	}
	out := make(map[geo.ID]time.Time, len(ids))
	var id geo.ID
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		if at != nil {
			out[id] = at.UTC()
		}
		return nil
	})
	return out, wrap("read last visits", err)
}

// Walked gives what patrols did by cell of a resolution from hotspot.MinResolution to
// hotspot.BaseResolution, from from (included) to to (excluded), ascending by cell. A piece
// of a track that reaches beyond either end counts with the part of its time in a cell that lies
// between.
func (s *Store) Walked(ctx context.Context, from, to time.Time, res int) ([]hotspot.Walked, error) {
	// Where the bits of a cell say its resolution, and which of its ancestors it
	// lies in: https://h3geo.org/docs/core-library/h3Indexing.
	const sql = `
		SELECT cell & ~(15::bigint << 52) & ~((1::bigint << (3 * (15 - @res))) - 1) | (@res::bigint << 52) | ((1::bigint << (3 * (15 - @res))) - 1) AS up,
		       sum(part ORDER BY part), count(DISTINCT patrol_id), max(last)
		FROM (
			SELECT c.cell, t.patrol_id, least(c.last_t, @to) AS last,
			       CASE WHEN c.first_t >= @from AND c.last_t < @to OR c.last_t = c.first_t THEN c.dwell_s
			            ELSE c.dwell_s * extract(epoch FROM least(c.last_t, @to) - greatest(c.first_t, @from)) / extract(epoch FROM c.last_t - c.first_t) END::float8 AS part
			FROM track_cells c JOIN tracks t ON t.district_code = c.district_code AND t.id = c.track_id
			WHERE c.district_code = @district AND c.last_t >= @from AND c.first_t < @to
		) AS within
		GROUP BY 1 ORDER BY 1`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "from": from, "to": to, "res": res})
	if err != nil {
		return nil, wrap("add up where patrols were", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w hotspot.Walked, err error) {
		var number int64 // cells fit: their first bit is 0
		err = row.Scan(&number, &w.Seconds, &w.Visits, &w.Last)
		w.Cell, w.Last = cell.Cell(number), w.Last.UTC()
		return w, err
	})
	return list, wrap("add up where patrols were", err)
}
