package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// trimTracks takes away the fixes that do not belong to a patrol any more, once
// its end or both ends of a pause are known, in the transaction that says so: a fix
// outside of a patrol is never kept. A pause of which only the beginning is known takes
// away none of those that are there: it may have been told long after it was over, and
// who walked on would lose what was recorded since. Whoever adds fixes at this moment
// waits for it, and looks again.
func (s *Store) trimTracks(ctx context.Context, tx pgx.Tx, patrol geo.ID) error {
	const trim = `
		WITH gone AS (
			DELETE FROM track_fixes f USING tracks k, patrols p
			WHERE f.district_code = @district AND k.district_code = @district AND p.district_code = @district
			  AND p.id = @patrol AND k.patrol_id = p.id AND f.track_id = k.id
			  AND (f.t < p.started_at OR f.t > p.ended_at OR EXISTS (
					SELECT FROM patrol_pauses u WHERE u.district_code = @district AND u.patrol_id = p.id
					  AND f.t >= u.from_at AND f.t < u.to_at))
			RETURNING f.track_id, f.t
		), stale AS (
			INSERT INTO track_stale AS s (district_code, track_id, from_t, to_t, since)
			SELECT @district, track_id, min(t), max(t), now() FROM gone GROUP BY track_id
			ON CONFLICT (district_code, track_id) DO UPDATE SET
				from_t = least(s.from_t, excluded.from_t), to_t = greatest(s.to_t, excluded.to_t), version = s.version + 1
		)
		SELECT DISTINCT track_id FROM gone`
	args := pgx.NamedArgs{"district": s.district, "patrol": patrol}
	// In the order in which adding fixes locks: the track, then what is stale of it.
	const lock = `SELECT id FROM tracks WHERE district_code = @district AND patrol_id = @patrol ORDER BY id FOR UPDATE`
	if _, err := tx.Exec(ctx, lock, args); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, trim, args)
	if err != nil {
		return err
	}
	tracks, err := pgx.CollectRows(rows, pgx.RowTo[geo.ID])
	if err != nil || len(tracks) == 0 {
		return err
	}
	const last = `
		UPDATE tracks k SET (last_t, last_lon_e7, last_lat_e7, last_accuracy_cm, last_speed_cms, last_mock) = (
			SELECT f.t, f.lon_e7, f.lat_e7, f.accuracy_cm, f.speed_cms, f.mock FROM track_fixes f
			WHERE f.district_code = @district AND f.track_id = k.id
			ORDER BY f.t DESC, f.lon_e7 DESC, f.lat_e7 DESC, f.accuracy_cm DESC, f.speed_cms DESC, f.mock DESC LIMIT 1)
		WHERE k.district_code = @district AND k.id = ANY(@tracks)`
	args["tracks"] = tracks
	_, err = tx.Exec(ctx, last, args)
	return err
}
