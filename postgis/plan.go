package postgis

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// PlansConfig says what the plans of a district may do.
type PlansConfig struct {
	// Locked are the kinds whose lines no plan moves; nil stands for the
	// statutory ones, an empty list for none.
	Locked []geo.Kind
	// Approve has every plan approved by somebody who made none of it.
	Approve bool
	// HouseholdBand is that of redraw.Settings.
	HouseholdBand float64
	Logger        *slog.Logger // nil means none
}

// Plans keeps boundary plans: their rows and steps in the database, their drafts
// in memory, made from the steps. Several servers may change one plan: each
// change locks the plan's row, and catches up with what others did before.
// Safe for concurrent use.
type Plans struct {
	store      *Store
	boundaries *Boundaries
	duties     *Duties
	cfg        PlansConfig
	poke       chan struct{} // something was scheduled

	flight    singleflight.Group
	mu        sync.Mutex
	drafts    recent[geo.ID, *draft]
	bases     recent[baseKey, *redraw.State]
	snapshots recent[snapshotKey, *locate.Snapshot]
	checks    recent[checkKey, []redraw.Problem]
}

// How many of each stay in memory. Drafts share their base.
const (
	keptDrafts        = 16
	keptBases         = 4
	keptPlanSnapshots = 8
	keptChecks        = 16
)

// NewPlans keeps plans made from the boundaries, which must be those of the
// store; what is said of vacant posts follows from the duties.
func NewPlans(store *Store, boundaries *Boundaries, duties *Duties, c PlansConfig) *Plans {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Locked == nil {
		c.Locked = []geo.Kind{geo.District, geo.Township, geo.Village}
	}
	return &Plans{
		store: store, boundaries: boundaries, duties: duties, cfg: c, poke: make(chan struct{}, 1),
		drafts:    recent[geo.ID, *draft]{size: keptDrafts},
		bases:     recent[baseKey, *redraw.State]{size: keptBases},
		snapshots: recent[snapshotKey, *locate.Snapshot]{size: keptPlanSnapshots},
		checks:    recent[checkKey, []redraw.Problem]{size: keptChecks},
	}
}

// PlanEdit says what the caller of a change to a plan believes of it. Both are
// ETags, and may be empty.
type PlanEdit struct {
	IfMatch string // the plan must be in this state, else geo.ErrConflict with code "version-conflict"
	BasedOn string // the edit was made on this state, see redraw.Draft.ApplyOn
	Who     patrol.Actor
	// Permit, where it is not nil, looks at what the edit would do before it is
	// kept, and refuses it with an error.
	Permit func(redraw.Result) error
}

// Plans lists the thousand plans that were changed last, the last first.
func (p *Plans) Plans(ctx context.Context) ([]redraw.Plan, error) {
	const sql = `SELECT ` + planColumns + ` FROM plans WHERE district_code = @district
		ORDER BY updated_at DESC, id DESC LIMIT 1000`
	rows, err := p.store.pool.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district})
	if err != nil {
		return nil, wrap("list plans", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (redraw.Plan, error) {
		r, err := scanPlan(row)
		return p.shown(r), err
	})
	return list, wrap("list plans", err)
}

// Plan gives a plan with its draft, geo.ErrNotFound where there is none.
func (p *Plans) Plan(ctx context.Context, id geo.ID) (redraw.Working, error) {
	_, w, err := p.read(ctx, id)
	return w, wrap("plan "+id.String(), err)
}

// read gives a plan's row and its draft.
func (p *Plans) read(ctx context.Context, id geo.ID) (planRow, redraw.Working, error) {
	for {
		row, err := p.row(ctx, p.store.pool, id, false)
		if err != nil {
			return row, redraw.Working{}, err
		}
		d, err := p.draftOf(ctx, p.store.pool, row)
		if errors.Is(err, errOlderRow) {
			continue // somebody was quicker
		}
		if err != nil {
			return row, redraw.Working{}, err
		}
		return row, p.working(row, d), nil
	}
}

// working is a row with its draft, as it is shown.
func (p *Plans) working(row planRow, d *draft) redraw.Working {
	w := redraw.Working{Plan: p.shown(row), Draft: d.draft, Names: d.names}
	w.ETag = d.etag(row)
	return w
}

// shown is a row as it is shown: approval is needed too where the server says so.
func (p *Plans) shown(row planRow) redraw.Plan {
	plan := row.Plan
	if p.cfg.Approve && plan.Status != redraw.Published && plan.Status != redraw.Discarded {
		plan.NeedsApproval = true
	}
	return plan
}
