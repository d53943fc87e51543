package main

import (
	"context"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// comingPlans are plans for one command. They need boundaries and duties in
// memory, which take as long to make ready as a file takes to check: so they are made
// while it is checked, against areas as the database has them, and not at all
// where nobody asks for them.
type comingPlans struct {
	store   *postgis.Store
	cfg     postgis.PlansConfig
	needed  bool // they will be asked for
	once    sync.Once
	plans   *postgis.Plans
	err     error
	pending sync.WaitGroup
}

func newComingPlans(store *postgis.Store, cfg postgis.PlansConfig, needed bool) *comingPlans {
	return &comingPlans{store: store, cfg: cfg, needed: needed}
}

// get makes the plans, or waits for those that are being made.
func (c *comingPlans) get(ctx context.Context) (*postgis.Plans, error) {
	c.once.Do(func() {
		boundaries, duties, err := inForce(ctx, c.store)
		if err != nil {
			c.err = err
			return
		}
		c.plans = postgis.NewPlans(c.store, boundaries, duties, c.cfg)
	})
	return c.plans, c.err
}

// wait is until nothing is being made any more.
func (c *comingPlans) wait() { c.pending.Wait() }

// ImportBasis is that of postgis.Plans.
func (c *comingPlans) ImportBasis(ctx context.Context, plan geo.ID) (postgis.ImportBasis, error) {
	if plan == (geo.ID{}) {
		basis, err := c.store.AreasInForce(ctx)
		if err == nil && c.needed {
			c.pending.Go(func() { c.get(ctx) }) // what it fails with the next who asks hears
		}
		return basis, err
	}
	plans, err := c.get(ctx)
	if err != nil {
		return postgis.ImportBasis{}, err
	}
	return plans.ImportBasis(ctx, plan)
}

// ImportAreas is that of postgis.Plans.
func (c *comingPlans) ImportAreas(ctx context.Context, imp redraw.Import, record postgis.ImportRecord, plan geo.ID, title string, e postgis.PlanEdit) (redraw.Working, error) {
	plans, err := c.get(ctx)
	if err != nil {
		return redraw.Working{}, err
	}
	return plans.ImportAreas(ctx, imp, record, plan, title, e)
}
