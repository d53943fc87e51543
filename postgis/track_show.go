package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// everywhere is the scope of the server itself.
var everywhere = access.Scope{All: true}

// pieces gives the cleaned pieces of a patrol, by who and when; of one person,
// unless that is the zero id.
func (t *Tracks) pieces(ctx context.Context, id, only geo.ID) ([]track.Kept, error) {
	const sql = `
		SELECT ` + keptColumns + ` FROM tracks t
		JOIN track_pieces p ON p.district_code = t.district_code AND p.track_id = t.id
		WHERE t.district_code = @district AND t.patrol_id = @patrol AND (@only::uuid IS NULL OR t.person_id = @only)
		ORDER BY t.person_id, p.from_t`
	args := t.district()
	args["patrol"], args["only"] = id, orNil(only)
	rows, err := t.store.pool.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanKept)
}

// Shown gives where the members of a patrol were: cleaned pieces, by person and
// time, and the fixes as they came, by person, where raw is asked for; of one
// person, unless that is the zero id. That somebody else looked is noted for each
// of them, and audited, before anything is given.
func (t *Tracks) Shown(ctx context.Context, who patrol.Actor, viewer, id, only geo.ID, raw bool) (pieces []track.Kept, fixes map[geo.ID][]track.Fix, err error) {
	people := map[geo.ID]geo.ID{} // to their tracks
	args := t.district()
	args["patrol"], args["only"] = id, orNil(only)
	rows, err := t.store.pool.Query(ctx, `
		SELECT person_id, id FROM tracks
		WHERE district_code = @district AND patrol_id = @patrol AND (@only::uuid IS NULL OR person_id = @only)`, args)
	if err != nil {
		return nil, nil, wrap("read a track", err)
	}
	var person, of geo.ID
	if _, err := pgx.ForEachRow(rows, []any{&person, &of}, func() error { people[person] = of; return nil }); err != nil {
		return nil, nil, wrap("read a track", err)
	}
	var seen []reading
	for person := range people {
		seen = append(seen, reading{person: person, patrol: id, what: "track"})
	}
	if err := t.note(ctx, who, viewer, seen); err != nil {
		return nil, nil, wrap("read a track", err)
	}
	if pieces, err = t.pieces(ctx, id, only); err != nil || !raw {
		return pieces, nil, wrap("read a track", err)
	}
	fixes = map[geo.ID][]track.Fix{}
	all := track.Span{From: time.Unix(0, 0), To: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	for person, id := range people {
		if fixes[person], err = t.fixes(ctx, t.store.pool, id, all); err != nil {
			return nil, nil, wrap("read a track", err)
		}
	}
	return pieces, fixes, nil
}
