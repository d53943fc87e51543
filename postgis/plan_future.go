package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Future gives the boundaries at a time to come: those in force, and what every
// plan that is to be published by t makes of them, one after the other. A plan
// whose publish would be refused makes nothing of them. The snapshot names the
// revision in force and the last of the plans. ok is false where no plan is to be
// published by t.
func (p *Plans) Future(ctx context.Context, t time.Time) (s *locate.Snapshot, ok bool, err error) {
	ids, err := p.scheduledBy(ctx, t)
	if err != nil || len(ids) == 0 {
		return nil, false, wrap("plans scheduled by "+t.UTC().Format(time.RFC3339), err)
	}
	now := p.boundaries.current.Load()
	drafts, tags := make([]redraw.Draft, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		row, w, err := p.read(ctx, id)
		if unreadable(err) {
			continue
		}
		if err != nil {
			return nil, false, wrap("boundaries of plan "+id.String(), err)
		}
		if len(ids) == 1 && row.Base == now.snapshot.Revision.Number {
			s, err := p.Snapshot(ctx, id)
			return s, err == nil, err
		}
		drafts[i], tags[i] = w.Draft, id.String()+w.Draft.ETag()
	}
	key := snapshotKey{ids[len(ids)-1], now.snapshot.Revision.Number, strings.Join(tags, " "), now.ground}
	p.mu.Lock()
	have, found := p.snapshots.get(key)
	p.mu.Unlock()
	if found {
		return have, true, nil
	}
	made, err, _ := p.flight.Do(fmt.Sprint("future ", key), func() (any, error) {
		s, err := p.fold(context.WithoutCancel(ctx), now.snapshot, ids, drafts)
		if err != nil {
			return nil, err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.snapshots.put(key, s)
		return s, nil
	})
	if err != nil {
		return nil, false, wrap("boundaries to come", err)
	}
	return made.(*locate.Snapshot), true, nil
}

// scheduledBy gives the plans that are to be published by t, in that order.
func (p *Plans) scheduledBy(ctx context.Context, t time.Time) ([]geo.ID, error) {
	const sql = `
		SELECT id FROM plans WHERE district_code = @district AND status = 'scheduled' AND publish_at <= @at
		ORDER BY publish_at, id`
	rows, err := p.store.pool.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district, "at": t})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[geo.ID])
}

// fold makes the plans on the boundaries in force, one on the other.
func (p *Plans) fold(ctx context.Context, now *locate.Snapshot, ids []geo.ID, drafts []redraw.Draft) (*locate.Snapshot, error) {
	state, err := p.base(ctx, now.Revision.Number, p.cfg.Locked)
	if err != nil {
		return nil, err
	}
	s := &locate.Snapshot{Revision: now.Revision, Ground: now.Ground}
	for i, d := range drafts {
		if d.Base() == nil { // it can no longer be made from its steps
			continue
		}
		next, err := rebasedOn(d, state)
		var refused *geo.Problem
		switch {
		case errors.As(err, &refused):
		case err != nil:
			return nil, err
		default:
			state, s.Plan = next.State(), ids[i]
		}
	}
	if s.Plan == (geo.ID{}) {
		return now, nil
	}
	areas := state.Areas()
	s.Revision.Areas, s.Revision.Hash = len(areas), geo.HashAreas(areas)
	s.Index, err = locate.Build(areas, locate.Config{})
	return s, err
}
