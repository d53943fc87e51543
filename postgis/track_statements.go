package postgis

// The statements that put what follows from tracks in the place of what did
// before.

// deleteRuns takes away what was made of the runs of a span.
var deleteRuns = map[string]string{
	"track_pieces":      `DELETE FROM track_pieces WHERE district_code = $1 AND track_id = $2 AND run_t >= $3 AND run_t <= $4`,
	"track_visits":      `DELETE FROM track_visits WHERE district_code = $1 AND track_id = $2 AND run_t >= $3 AND run_t <= $4`,
	"checkpoint_visits": `DELETE FROM checkpoint_visits WHERE district_code = $1 AND track_id = $2 AND run_t >= $3 AND run_t <= $4`,
	"track_cells":       `DELETE FROM track_cells WHERE district_code = $1 AND track_id = $2 AND run_t >= $3 AND run_t <= $4`,
}

const (
	insertPiece = `
		INSERT INTO track_pieces (district_code, track_id, from_t, to_t, run_t, run_to, path, offsets_ms, distance_m, coarse)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	insertVisits = `
		INSERT INTO track_visits (district_code, track_id, area_id, run_t, from_t, to_t, dwell_s, distance_m)
		SELECT $1, $2, v.* FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::float8[], $8::float8[]) AS v`
	insertStays = `
		INSERT INTO checkpoint_visits (district_code, track_id, checkpoint_id, run_t, from_t, to_t, dwell_s)
		SELECT $1, $2, v.* FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::float8[]) AS v`
	insertCells = `
		INSERT INTO track_cells (district_code, track_id, cell, run_t, first_t, last_t, dwell_s)
		SELECT $1, $2, v.* FROM unnest($3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::float8[]) AS v`
	sumTrack = `
		UPDATE tracks SET distance_m = (SELECT coalesce(sum(p.distance_m ORDER BY p.from_t), 0) FROM track_pieces p
			WHERE p.district_code = $1 AND p.track_id = $2)
		WHERE district_code = $1 AND id = $2`
	freshTrack = `DELETE FROM track_stale WHERE district_code = $1 AND track_id = $2 AND version = $3`
)

// Sums of days are made again from all visits of the day. Numbers are added in
// an order of their own, so that the sum does not depend on who came first.
const (
	deleteAreaDays = `
		DELETE FROM area_days d USING unnest($2::uuid[], $3::date[]) AS x (id, day)
		WHERE d.district_code = $1 AND d.area_id = x.id AND d.day = x.day`
	insertAreaDays = `
		INSERT INTO area_days (district_code, area_id, day, visits, dwell_s, distance_m, last_visit)
		SELECT $1, x.id, x.day, count(*), sum(v.dwell_s ORDER BY v.dwell_s), sum(v.distance_m ORDER BY v.distance_m), max(v.to_t)
		FROM unnest($2::uuid[], $3::date[]) AS x (id, day)
		JOIN track_visits v ON v.district_code = $1 AND v.area_id = x.id
		 AND v.from_t >= x.day::timestamp AT TIME ZONE 'Asia/Shanghai' AND v.from_t < (x.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
		GROUP BY x.id, x.day`
	deleteStopDays = `
		DELETE FROM checkpoint_days d USING unnest($2::uuid[], $3::date[]) AS x (id, day)
		WHERE d.district_code = $1 AND d.checkpoint_id = x.id AND d.day = x.day`
	insertStopDays = `
		INSERT INTO checkpoint_days (district_code, checkpoint_id, day, visits, dwell_s, last_visit)
		SELECT $1, x.id, x.day, count(*), sum(v.dwell_s ORDER BY v.dwell_s), max(v.to_t)
		FROM unnest($2::uuid[], $3::date[]) AS x (id, day)
		JOIN checkpoint_visits v ON v.district_code = $1 AND v.checkpoint_id = x.id
		 AND v.from_t >= x.day::timestamp AT TIME ZONE 'Asia/Shanghai' AND v.from_t < (x.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
		GROUP BY x.id, x.day`
)
