package api

import (
	"context"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// checkpoints gives the checkpoints in use in the exporter's areas, to who may
// read patrols.
func (e Exports) checkpoints(ctx context.Context, who Exporter, q ExportQuery) (*importers.Table, error) {
	switch p := who.Principal; {
	case e.Patrols == nil:
		return nil, errNotFound("collection")
	case !p.SignedIn():
		return nil, fail("sign-in-required", "this needs an account or a token")
	case !access.Can(p, access.ReadPatrols):
		return nil, fail("forbidden", "this account may not do that")
	case q.Plan != "" && !access.Can(p, access.PlanBoundaries):
		return nil, errNotFound("plan")
	case q.Plan != "" || !q.At.IsZero():
		return nil, fail("invalid-parameters", "checkpoints are exported as they are now",
			geo.FieldError{Pointer: "at", Detail: "does not go with checkpoints: there is only what is there now"})
	}
	world, err := e.world(ctx, who.Principal, q)
	if err != nil {
		return nil, err
	}
	all, err := e.Patrols.Checkpoints(ctx)
	if err != nil {
		return nil, err
	}
	var list []patrol.Checkpoint
	for i := range all {
		if seesCheckpoint(world, who.Principal, &all[i]) == nil {
			list = append(list, all[i])
		}
	}
	return importers.CheckpointsTable(list, world.invented()), nil
}
