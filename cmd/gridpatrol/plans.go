package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// planFlags are the flags of serve, demo and import areas about boundary plans.
type planFlags struct {
	ApprovePlans  bool     `env:"GRIDPATROL_APPROVE_PLANS" help:"Have every boundary plan approved by somebody who made none of it, before it can be published."`
	LockedKinds   kindList `env:"GRIDPATROL_LOCKED_KINDS" default:"district,township,village" placeholder:"KIND,..." help:"Kinds of area whose lines no plan may move; empty for none."`
	HouseholdBand float64  `env:"GRIDPATROL_HOUSEHOLD_BAND" default:"0.35" placeholder:"SHARE" help:"How far from the mean of its class a grid's households may be before a plan's check warns, as a share of the mean; negative for no such warning."`
}

// config is what the flags stand for.
func (f *planFlags) config() postgis.PlansConfig {
	return postgis.PlansConfig{Locked: f.LockedKinds, Approve: f.ApprovePlans, HouseholdBand: f.HouseholdBand}
}

// kindList is a list of kinds of area, never nil once it was read.
type kindList []geo.Kind

// UnmarshalText reads kinds that are separated by commas.
func (l *kindList) UnmarshalText(text []byte) error {
	*l = kindList{}
	for item := range strings.SplitSeq(string(text), ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		k, err := geo.ParseKind(item)
		if err != nil {
			return fmt.Errorf("%q is no kind of area", item)
		}
		*l = append(*l, k)
	}
	return nil
}

// plans is the store of plans as the API wants it: who edits says so in the
// API's words, which are the store's.
type plans struct{ *planStore }

// planStore has a name of its own: one of the methods is called Plans.
type planStore = postgis.Plans

// Operate makes an operation.
func (p plans) Operate(ctx context.Context, id geo.ID, op redraw.Operation, e api.PlanEdit) (redraw.Working, redraw.Result, error) {
	return p.planStore.Operate(ctx, id, op, postgis.PlanEdit(e))
}

// Undo takes back the last operation.
func (p plans) Undo(ctx context.Context, id geo.ID, e api.PlanEdit) (redraw.Working, redraw.Result, error) {
	return p.planStore.Undo(ctx, id, postgis.PlanEdit(e))
}

// Redo makes the operation again that was undone last.
func (p plans) Redo(ctx context.Context, id geo.ID, e api.PlanEdit) (redraw.Working, redraw.Result, error) {
	return p.planStore.Redo(ctx, id, postgis.PlanEdit(e))
}

// Retitle gives a plan another title.
func (p plans) Retitle(ctx context.Context, id geo.ID, title string, e api.PlanEdit) (redraw.Working, error) {
	return p.planStore.Retitle(ctx, id, title, postgis.PlanEdit(e))
}

// Discard ends a plan.
func (p plans) Discard(ctx context.Context, id geo.ID, e api.PlanEdit) error {
	return p.planStore.Discard(ctx, id, postgis.PlanEdit(e))
}

// Rebase makes the operations anew on the revision in force.
func (p plans) Rebase(ctx context.Context, id geo.ID, e api.PlanEdit) (redraw.Working, error) {
	return p.planStore.Rebase(ctx, id, postgis.PlanEdit(e))
}

// Approve agrees with a plan.
func (p plans) Approve(ctx context.Context, id geo.ID, e api.PlanEdit) (redraw.Working, error) {
	return p.planStore.Approve(ctx, id, postgis.PlanEdit(e))
}

// PublishPlan makes a plan the next revision.
func (p plans) PublishPlan(ctx context.Context, id geo.ID, note string, e api.PlanEdit) (redraw.Working, redraw.Publication, error) {
	return p.planStore.PublishPlan(ctx, id, note, postgis.PlanEdit(e))
}

// Schedule has a plan published at a time to come.
func (p plans) Schedule(ctx context.Context, id geo.ID, at time.Time, note string, e api.PlanEdit) (redraw.Working, error) {
	return p.planStore.Schedule(ctx, id, at, note, postgis.PlanEdit(e))
}

// Unschedule takes that back.
func (p plans) Unschedule(ctx context.Context, id geo.ID, e api.PlanEdit) (redraw.Working, error) {
	return p.planStore.Unschedule(ctx, id, postgis.PlanEdit(e))
}
