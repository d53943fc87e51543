package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Patrols keep patrols and the checkpoints that they look at. Patrols outside
// the scope that the person does not walk either are geo.ErrNotFound; where
// checkpoints lie is for the caller to look at.
type Patrols interface {
	// AddPatrol plans a patrol once for its key.
	AddPatrol(ctx context.Context, in patrol.NewPatrol) (p patrol.Patrol, replayed bool, err error)
	Patrol(ctx context.Context, scope access.Scope, person, id geo.ID) (patrol.Patrol, error)
	// Patrols gives at most f.Limit patrols, by planned start.
	Patrols(ctx context.Context, scope access.Scope, person geo.ID, f patrol.PatrolFilter) ([]patrol.Patrol, error)
	// DoPatrol does something to a patrol, once for its key. same: it was done before.
	DoPatrol(ctx context.Context, scope access.Scope, person geo.ID, a patrol.PatrolAction) (p patrol.Patrol, same bool, err error)

	// Checkpoints gives those in use, by code; Checkpoint retired ones too.
	Checkpoints(ctx context.Context) ([]patrol.Checkpoint, error)
	Checkpoint(ctx context.Context, id geo.ID) (patrol.Checkpoint, error)
	CheckpointKinds(ctx context.Context) ([]patrol.CheckpointKind, error)
	// AddCheckpoint makes a checkpoint once for its key.
	AddCheckpoint(ctx context.Context, in patrol.NewCheckpoint) (c patrol.Checkpoint, replayed bool, err error)
	// ChangeCheckpoint changes one in use; RetireCheckpoint takes it out of use.
	// Both refuse what change or permit refuses, and a version other than
	// ifVersion, unless that is 0.
	ChangeCheckpoint(ctx context.Context, id geo.ID, ifVersion int, change func(*patrol.Checkpoint) error, at time.Time, actor patrol.Actor) (patrol.Checkpoint, error)
	RetireCheckpoint(ctx context.Context, id geo.ID, ifVersion int, permit func(*patrol.Checkpoint) error, at time.Time, actor patrol.Actor) error
}

// patrolling is a handler that needs the patrols; without any there is nothing.
func (s *Server) patrolling(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cfg.Patrols == nil {
			return errNotFound("service here")
		}
		return h(w, r)
	}
}
