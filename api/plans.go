package api

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// PlanEdit says what the caller of a change to a plan believes of it. Both are
// ETags without quotes, and may be empty.
type PlanEdit struct {
	IfMatch string // the plan must be in this state, else geo.ErrConflict with code "version-conflict"
	BasedOn string // the edit was made on this state, see redraw.Draft.ApplyOn
	Who     patrol.Actor
	// Permit, where it is not nil, looks at what the edit would do before it is
	// kept, and refuses it with an error.
	Permit func(redraw.Result) error
}

// Plans keep boundary plans. One that is not there is geo.ErrNotFound; a change
// to one that is published or discarded is geo.ErrConflict, "plan-closed".
type Plans interface {
	CreatePlan(ctx context.Context, title string, needsApproval bool, who patrol.Actor) (redraw.Working, error)
	// Plans lists plans, those changed last first.
	Plans(ctx context.Context) ([]redraw.Plan, error)
	Plan(ctx context.Context, id geo.ID) (redraw.Working, error)
	Operate(ctx context.Context, id geo.ID, op redraw.Operation, e PlanEdit) (redraw.Working, redraw.Result, error)
	// Undo takes back the last operation; geo.ErrConflict, "nothing-to-undo",
	// where there is none. Redo is the same the other way.
	Undo(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, redraw.Result, error)
	Redo(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, redraw.Result, error)
	Retitle(ctx context.Context, id geo.ID, title string, e PlanEdit) (redraw.Working, error)
	Discard(ctx context.Context, id geo.ID, e PlanEdit) error
	// Rebase makes the operations anew on the revision in force;
	// geo.ErrConflict, "areas-changed", where that changed what they change.
	Rebase(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error)
	// Check gives every problem of the plan, errors first.
	Check(ctx context.Context, id geo.ID) (redraw.Working, []redraw.Problem, error)
	// Approve is geo.ErrForbidden, "own-work", for who made any of it.
	Approve(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error)
	// PublishPlan makes the plan the next revision. geo.ErrConflict:
	// "plan-has-errors", "approval-missing", "areas-changed";
	// geo.ErrInvalid: "note-missing" where there are warnings.
	PublishPlan(ctx context.Context, id geo.ID, note string, e PlanEdit) (redraw.Working, redraw.Publication, error)
	// Schedule has it published by itself at a time to come, with the same
	// errors now; Unschedule takes that back.
	Schedule(ctx context.Context, id geo.ID, at time.Time, note string, e PlanEdit) (redraw.Working, error)
	Unschedule(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error)
	// UndoRevision publishes what takes a revision back. geo.ErrConflict,
	// "areas-changed", where a later one changed the same areas.
	UndoRevision(ctx context.Context, number int, note string, who patrol.Actor) (redraw.Publication, error)
	// Publications lists every revision, oldest first.
	Publications(ctx context.Context) ([]redraw.Publication, error)
	// Snapshot gives the boundaries as the plan would have them.
	Snapshot(ctx context.Context, id geo.ID) (*locate.Snapshot, error)
}
