package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reading is that somebody is shown where a person is or was.
type reading struct {
	person, patrol geo.ID
	what           string // "track", "live" or "nearest"
	kind, id       string // of the viewer
}

// note keeps for each person, and in the audit log, that somebody else looked:
// every time for a track, once an hour for what a page asks again and again. One's
// own is nobody's business.
func (t *Tracks) note(ctx context.Context, who patrol.Actor, viewer geo.ID, list []reading) error {
	now := t.store.now().UTC()
	hour := now.Truncate(time.Hour)
	fresh := t.fresh(who, viewer, list, hour)
	if len(fresh) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, t.store.pool, func(tx pgx.Tx) error {
		n := len(fresh)
		people, patrols, what, at := make([]geo.ID, n), make([]geo.ID, n), make([]string, n), make([]time.Time, n)
		for i, r := range fresh {
			people[i], patrols[i], what[i], at[i] = r.person, r.patrol, r.what, hour
			if r.what == "track" {
				at[i] = now.Truncate(time.Microsecond)
			}
		}
		const sql = `
			INSERT INTO track_readings (district_code, person_id, at, what, patrol_id, viewer_kind, viewer_id, viewer_name, viewer_role)
			SELECT @district, r.*, @kind, @id, @name, @role
			FROM unnest(@people::uuid[], @at::timestamptz[], @what::text[], @patrols::uuid[]) AS r
			ON CONFLICT DO NOTHING RETURNING person_id, what, patrol_id`
		args := t.district()
		args["people"], args["at"], args["what"], args["patrols"] = people, at, what, patrols
		args["kind"], args["id"], args["name"], args["role"] = actorKind(who), who.ID, who.Name, who.Role
		rows, err := tx.Query(ctx, sql, args)
		if err != nil {
			return err
		}
		added, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r reading, err error) {
			err = row.Scan(&r.person, &r.what, &r.patrol)
			return r, err
		})
		if err != nil {
			return err
		}
		var b pgx.Batch
		for _, r := range added {
			args, err := t.store.auditArgs(time.Time{}, who, auditEntry{"track.read", "person", r.person.String(),
				map[string]any{"what": r.what, "patrol": r.patrol}})
			if err != nil {
				return err
			}
			b.Queue(auditSQL, args)
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return err
	}
	t.remember(who, fresh, hour)
	return nil
}

// fresh gives the readings of others, of whom it is known who they are, that this server has not noted this hour.
func (t *Tracks) fresh(who patrol.Actor, viewer geo.ID, list []reading, hour time.Time) (out []reading) {
	t.noted.Lock()
	defer t.noted.Unlock()
	for _, r := range list {
		r.kind, r.id = who.Kind, who.ID
		if r.person == viewer || r.person == (geo.ID{}) || t.noted.hour.Equal(hour) && t.noted.seen[r] {
			continue
		}
		out = append(out, r)
	}
	return out
}

func (t *Tracks) remember(who patrol.Actor, list []reading, hour time.Time) {
	t.noted.Lock()
	defer t.noted.Unlock()
	if !t.noted.hour.Equal(hour) {
		t.noted.hour, t.noted.seen = hour, map[reading]bool{}
	}
	for _, r := range list {
		if r.what != "track" {
			t.noted.seen[r] = true
		}
	}
}

// Readings gives who looked at where a person was, the last first, at most limit.
func (t *Tracks) Readings(ctx context.Context, person geo.ID, limit int) ([]patrol.TrackReading, error) {
	const sql = `
		SELECT at, viewer_name, viewer_role, what, patrol_id FROM track_readings
		WHERE district_code = @district AND person_id = @person
		ORDER BY at DESC, what, viewer_kind, viewer_id, patrol_id LIMIT @limit`
	args := t.district()
	args["person"], args["limit"] = person, limit
	rows, err := t.store.pool.Query(ctx, sql, args)
	if err != nil {
		return nil, wrap("read who looked", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[patrol.TrackReading])
	for i := range list {
		list[i].At = list[i].At.UTC()
	}
	return list, wrap("read who looked", err)
}
