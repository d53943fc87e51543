package postgis

import (
	"context"
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// snapshotKey names the boundaries of a plan in memory.
type snapshotKey struct {
	plan   geo.ID
	base   int
	etag   string
	ground int64
}

// Snapshot gives the boundaries as the plan would have them, geo.ErrNotFound
// where there is no such plan. The revision is the one that the plan starts
// from, with the number and hash of the plan's areas; the base map is that of now.
func (p *Plans) Snapshot(ctx context.Context, id geo.ID) (*locate.Snapshot, error) {
	row, w, err := p.read(ctx, id)
	if err != nil {
		return nil, wrap("boundaries of plan "+id.String(), err)
	}
	now := p.boundaries.current.Load()
	key := snapshotKey{id, row.Base, w.Draft.ETag(), now.ground}
	p.mu.Lock()
	have, ok := p.snapshots.get(key)
	p.mu.Unlock()
	if ok {
		return have, nil
	}
	made, err, _ := p.flight.Do(fmt.Sprint("snapshot ", key), func() (any, error) {
		s := &locate.Snapshot{Plan: id, Ground: now.snapshot.Ground}
		if row.Base > 0 {
			base, err := p.boundaries.Revision(context.WithoutCancel(ctx), row.Base)
			if err != nil {
				return nil, err
			}
			s.Revision = base.Revision
		}
		areas := w.Draft.State().Areas()
		s.Revision.Areas, s.Revision.Hash = len(areas), geo.HashAreas(areas)
		var err error
		if s.Index, err = locate.Build(areas, locate.Config{}); err != nil {
			return nil, err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.snapshots.put(key, s)
		return s, nil
	})
	if err != nil {
		return nil, wrap("boundaries of plan "+id.String(), err)
	}
	return made.(*locate.Snapshot), nil
}
