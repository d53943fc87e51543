package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// absentAfter is how long nobody may have been seen in the area of a patrol.
const absentAfter = 15 * time.Minute

// guarded is a patrol under way, and when somebody was last in its area.
type guarded struct {
	ID, Area geo.ID
	Areas    []geo.ID
	Kind     *string
	Active   bool
	Paused   bool
	Absent   *time.Time
	Since    time.Time  // its start, or the end of its last pause
	Visit    *time.Time // the end of the last visit to the area
}

// lookForAbsent notes which patrols under way have had nobody in their area for
// absentAfter, and tells of those that changed. A fix that comes late counts for
// when it was taken: somebody who is known to have been there is not absent.
func (t *Tracks) lookForAbsent(ctx context.Context) error {
	now := t.store.now()
	list, err := t.guarded(ctx)
	if err != nil {
		return wrap("look who is away", err)
	}
	for _, g := range list {
		since, err := t.absentSince(ctx, g, now)
		if err == nil {
			err = t.setAbsent(ctx, g, since, now)
		}
		if err != nil {
			return wrap("look who is away", err)
		}
	}
	return nil
}

func (t *Tracks) guarded(ctx context.Context) ([]guarded, error) {
	const sql = `
		SELECT p.id, p.area_id, p.area_ids,
		       (SELECT v.kind FROM area_versions v WHERE v.district_code = p.district_code AND v.area_id = p.area_id
		        ORDER BY v.from_revision DESC LIMIT 1),
		       p.state = 'active',
		       EXISTS (SELECT FROM patrol_pauses u WHERE u.district_code = p.district_code AND u.patrol_id = p.id AND u.to_at IS NULL),
		       p.absent_since,
		       coalesce(greatest(p.started_at, (SELECT max(u.to_at) FROM patrol_pauses u
		        WHERE u.district_code = p.district_code AND u.patrol_id = p.id)), p.created_at),
		       (SELECT max(v.to_t) FROM tracks k
		        JOIN track_visits v ON v.district_code = k.district_code AND v.track_id = k.id AND v.area_id = p.area_id
		        WHERE k.district_code = p.district_code AND k.patrol_id = p.id)
		FROM patrols p
		WHERE p.district_code = @district AND (p.state = 'active' OR p.absent_since IS NOT NULL) ORDER BY p.id`
	rows, err := t.store.pool.Query(ctx, sql, t.district())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[guarded])
}

// absentSince gives since when nobody has been in the area of a patrol; zero
// where somebody has, or need not be.
func (t *Tracks) absentSince(ctx context.Context, g guarded, now time.Time) (time.Time, error) {
	late := now.Add(-absentAfter)
	if !g.Active || g.Paused || g.Since.After(late) || g.Visit != nil && g.Visit.After(late) {
		return time.Time{}, nil
	}
	seen := g.Since
	if g.Visit != nil && g.Visit.After(seen) {
		seen = *g.Visit
	}
	// One usable fix is no visit, and somebody was there all the same.
	pieces, err := t.pieces(ctx, g.ID, geo.ID{})
	if err != nil || g.Kind == nil {
		return time.Time{}, err
	}
	index := t.boundaries.Current().Index
	for _, p := range pieces {
		for _, v := range p.Vertices {
			if !v.T.After(seen) {
				continue
			}
			m := index.LocateLattice(v.At)
			if a := m.Area(geo.Kind(*g.Kind)); a != nil && a.ID == g.Area {
				seen = v.T
			}
		}
	}
	if seen.After(late) {
		return time.Time{}, nil
	}
	return seen.UTC(), nil
}

// setAbsent notes it where it is news, and tells. It is no change of the patrol.
func (t *Tracks) setAbsent(ctx context.Context, g guarded, since, now time.Time) error {
	if before := orZero(g.Absent); before.Equal(since) {
		return nil
	}
	told := false
	err := pgx.BeginFunc(ctx, t.store.pool, func(tx pgx.Tx) error {
		const sql = `
			UPDATE patrols SET absent_since = @since
			WHERE district_code = @district AND id = @id AND absent_since IS NOT DISTINCT FROM @before
			RETURNING id`
		args := t.district()
		args["id"], args["since"], args["before"] = g.ID, orNull(since), g.Absent
		tag, err := tx.Exec(ctx, sql, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err // another server was quicker
		}
		if g.Absent != nil && !since.IsZero() {
			return nil // absent all the same
		}
		p, err := t.store.patrol(ctx, tx, everywhere, geo.ID{}, g.ID)
		if err != nil {
			return err
		}
		told = true
		if err := t.store.tell(ctx, tx, "patrol.changed", now, g.Areas, patrolNews(&p)); err != nil {
			return err
		}
		action := "patrol.present"
		if !since.IsZero() {
			action = "patrol.absent"
		}
		who := patrol.Actor{Kind: "system", ID: "tracks", Name: "tracks", Role: "system"}
		return t.store.audit(ctx, tx, who, auditEntry{action, "patrol", g.ID.String(), nil})
	})
	if told && err == nil {
		t.store.committed()
	}
	return err
}
