package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// timeline is the boundaries as they were, are, and are planned to be.
type timeline struct {
	*postgis.Boundaries
	plans interface {
		ScheduledBy(ctx context.Context, t time.Time) (id geo.ID, ok bool, err error)
		Snapshot(ctx context.Context, id geo.ID) (*locate.Snapshot, error)
	}
}

// At gives what is in force at t. After now that is what the last plan makes of
// the boundaries that is to be published by then.
func (l timeline) At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error) {
	if !t.After(now) {
		return l.Boundaries.At(ctx, t, now)
	}
	last, ok, err := l.plans.ScheduledBy(ctx, t)
	if err != nil {
		return nil, err
	}
	if !ok {
		return l.Boundaries.At(ctx, t, now) // says why not
	}
	return l.plans.Snapshot(ctx, last)
}

// Plan gives the boundaries as a plan would have them; a text that is no id is
// that of no plan.
func (l timeline) Plan(ctx context.Context, id string) (*locate.Snapshot, error) {
	parsed, err := uuid.Parse(id)
	if err != nil || parsed.String() != id {
		return nil, fmt.Errorf("plan: %w", geo.ErrNotFound)
	}
	return l.plans.Snapshot(ctx, parsed)
}
