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
		Future(ctx context.Context, t time.Time) (s *locate.Snapshot, ok bool, err error)
		Snapshot(ctx context.Context, id geo.ID) (*locate.Snapshot, error)
	}
}

// At gives what is in force at t. After now that is what the plans make of the
// boundaries that are to be published by then.
func (l timeline) At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error) {
	if !t.After(now) {
		return l.Boundaries.At(ctx, t, now)
	}
	s, ok, err := l.plans.Future(ctx, t)
	if err != nil || ok {
		return s, err
	}
	return l.Boundaries.At(ctx, t, now) // says why not
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
