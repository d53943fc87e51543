package postgis

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// PastPatrol is a patrol as another system, or the demo, has it: with its state,
// its times and what its team's phones sent.
type PastPatrol struct {
	patrol.Patrol // everything but the names and what follows from tracks
	Fixes         map[geo.ID][]track.Fix
}

// ImportPatrols writes patrols as they are, with their tracks, in one
// transaction, and one audit line; who follows the event stream is told to read
// everything anew. What follows from the tracks is made by Tracks.Run, as for
// those that phones send: fixes that are outside the patrol's times are left out.
// Checkpoints, areas and reports must be there; a patrol that is there already is
// geo.ErrConflict.
func (s *Store) ImportPatrols(ctx context.Context, list []PastPatrol, actor patrol.Actor) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '120s'`); err != nil {
			return err
		}
		rows, err := s.pastPatrolRows(list)
		if err != nil {
			return err
		}
		for _, t := range rows {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, append([]string{"district_code"}, t.columns...), pgx.CopyFromRows(t.rows)); err != nil {
				return err
			}
		}
		return s.tellOfImport(ctx, tx, actor, auditEntry{"patrol.import", "patrol", "import", map[string]any{"patrols": len(list)}})
	})
	switch {
	case state(err) == "23505":
		err = &geo.Problem{Kind: geo.ErrConflict, Code: "patrol-known", Detail: "one of the patrols is there already"}
	case err == nil:
		s.committed()
	}
	return wrap("import patrols", err)
}

// copied is a table and rows for it.
type copied struct {
	name    string
	columns []string
	rows    [][]any
}

// pastPatrolRows gives the rows of all tables, in an order that foreign keys
// take.
func (s *Store) pastPatrolRows(list []PastPatrol) ([]*copied, error) {
	patrols := &copied{name: "patrols", columns: []string{"id", "area_id", "area_ids", "planned_start", "planned_end", "state", "started_at", "started_seen_at",
		"ended_at", "ended_seen_at", "note", "end_note", "created_at", "updated_at", "version"}}
	members := &copied{name: "patrol_members", columns: []string{"patrol_id", "number", "person_id"}}
	pauses := &copied{name: "patrol_pauses", columns: []string{"patrol_id", "number", "from_at", "to_at"}}
	stops := &copied{name: "patrol_checkpoints", columns: []string{"patrol_id", "number", "checkpoint_id"}}
	reports := &copied{name: "patrol_reports", columns: []string{"report_id", "patrol_id"}}
	tracks := &copied{name: "tracks", columns: []string{"id", "patrol_id", "person_id", "last_t", "last_lon_e7", "last_lat_e7", "last_accuracy_cm", "last_speed_cms", "last_mock"}}
	fixes := &copied{name: "track_fixes", columns: []string{"track_id", "t", "lon_e7", "lat_e7", "accuracy_cm", "speed_cms", "mock"}}
	stale := &copied{name: "track_stale", columns: []string{"track_id", "from_t", "to_t", "since"}}
	now := s.now().UTC()
	add := func(to *copied, values ...any) { to.rows = append(to.rows, append([]any{s.district}, values...)) }
	for i := range list {
		p := &list[i]
		if err := p.Check(); err != nil {
			return nil, err
		}
		add(patrols, p.ID, p.AreaID, p.AreaIDs, p.PlannedStart, p.PlannedEnd, string(p.Stored), orNull(p.StartedAt), orNull(p.StartedSeenAt),
			orNull(p.EndedAt), orNull(p.EndedSeenAt), p.Note, p.EndNote, p.CreatedAt, p.UpdatedAt, p.Version)
		for n, stop := range p.Stops {
			add(stops, p.ID, n+1, stop.ID)
		}
		for n, rest := range p.Pauses {
			add(pauses, p.ID, n+1, rest.From, orNull(rest.To))
		}
		for _, report := range p.Reports {
			add(reports, report, p.ID)
		}
		for n, person := range p.Team {
			add(members, p.ID, n+1, person)
			kept := p.ownFixes(p.Fixes[person])
			if len(kept) == 0 {
				continue
			}
			id, err := uuid.NewV7()
			if err != nil {
				return nil, err
			}
			last := kept[len(kept)-1]
			add(tracks, id, p.ID, person, last.t, last.lon, last.lat, last.accuracy, last.speed, last.mock)
			add(stale, id, kept[0].t, last.t, now)
			for _, f := range kept {
				add(fixes, id, f.t, f.lon, f.lat, f.accuracy, f.speed, f.mock)
			}
		}
	}
	return []*copied{patrols, members, pauses, stops, reports, tracks, fixes, stale}, nil
}

// ownFixes gives the fixes that belong to the patrol as rows, each once, in
// order.
func (p *PastPatrol) ownFixes(list []track.Fix) []fixRow {
	out := make([]fixRow, 0, len(list))
	for _, f := range list {
		if row := rowOfFix(f); p.Running(row.t) {
			out = append(out, row)
		}
	}
	slices.SortFunc(out, compareRows)
	return slices.Compact(out)
}

// AnyPatrol reports whether there is, or ever was, a patrol.
func (s *Store) AnyPatrol(ctx context.Context) (some bool, err error) {
	const sql = `SELECT EXISTS (SELECT FROM patrols WHERE district_code = @district)`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&some)
	return some, wrap("look for patrols", err)
}
