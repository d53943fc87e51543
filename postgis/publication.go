package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// UndoRevision publishes what takes a revision back, see Store.UndoRevision.
func (p *Plans) UndoRevision(ctx context.Context, number int, note string, who patrol.Actor) (redraw.Publication, error) {
	note, err := planText("note", note, 0, maxNote)
	if err != nil {
		return redraw.Publication{}, err
	}
	r, err := p.store.UndoRevision(ctx, number, note, who)
	if err != nil {
		return redraw.Publication{}, err
	}
	list, err := p.publications(ctx, r.Number)
	if err != nil || len(list) != 1 {
		return redraw.Publication{Revision: r, By: authorOf(who), Rerouted: r.Rerouted}, nil // it is done all the same
	}
	return list[0], nil
}

// Publications lists every revision with how it came about, the oldest first.
func (p *Plans) Publications(ctx context.Context) ([]redraw.Publication, error) {
	return p.publications(ctx, 0)
}

// publications gives one revision, or all where number is 0. An area counts as
// changed by a revision that begins a version of it, or ends its last.
func (p *Plans) publications(ctx context.Context, number int) ([]redraw.Publication, error) {
	const sql = `
		WITH touched AS (
			SELECT from_revision AS number, area_id FROM area_versions WHERE district_code = @district
			UNION
			SELECT upper(revs), area_id FROM area_versions WHERE district_code = @district AND NOT upper_inf(revs)
		), counted AS (SELECT number, count(*) AS areas FROM touched GROUP BY number)
		SELECT r.number, r.published_at, r.note, r.areas, r.hash, r.actor_id, r.actor_name, p.id, coalesce(c.areas, 0), r.rerouted
		FROM revisions r
		LEFT JOIN plans p ON p.district_code = r.district_code AND p.revision = r.number
		LEFT JOIN counted c ON c.number = r.number
		WHERE r.district_code = @district AND (r.number = @number OR @number = 0) ORDER BY r.number`
	rows, err := p.store.pool.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district, "number": number})
	if err != nil {
		return nil, wrap("list publications", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (out redraw.Publication, err error) {
		var plan *geo.ID
		err = row.Scan(&out.Number, &out.PublishedAt, &out.Note, &out.Areas, &out.Hash, &out.By.ID, &out.By.Name, &plan, &out.Changed, &out.Rerouted)
		out.PublishedAt = out.PublishedAt.UTC()
		if plan != nil {
			out.Plan = *plan
		}
		return out, err
	})
	return list, wrap("list publications", err)
}
