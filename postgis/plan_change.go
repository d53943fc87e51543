package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// planChange is a plan while somebody changes it.
type planChange struct {
	tx    pgx.Tx
	row   planRow
	draft redraw.Draft
	step  *planStep // to be written; nil for none
	now   time.Time
	note  map[string]any // for the audit log
}

// changer changes a plan that is locked. What it gives as a result is what
// Permit looks at.
type changer func(context.Context, *planChange) (redraw.Result, error)

// change locks a plan, has f change row and draft, and writes what came of it.
// Audited as the action.
func (p *Plans) change(ctx context.Context, id geo.ID, e PlanEdit, action string, f changer) (redraw.Working, redraw.Result, error) {
	return p.alter(ctx, id, e, action, false, f)
}

// end is change for what must be possible with a plan that can no longer be made
// from its steps, too: f finds no draft then.
func (p *Plans) end(ctx context.Context, id geo.ID, e PlanEdit, action string, f changer) (redraw.Working, error) {
	w, _, err := p.alter(ctx, id, e, action, true, f)
	return w, err
}

func (p *Plans) alter(ctx context.Context, id geo.ID, e PlanEdit, action string, broken bool, f changer) (w redraw.Working, r redraw.Result, err error) {
	doing := fmt.Sprintf("%s %s", action, id)
	broken = broken && e.Permit == nil // who may do it only where certain areas change
	// What takes long is done before anything is locked.
	if _, _, err := p.read(ctx, id); err != nil && !(broken && unreadable(err)) {
		return w, r, wrap(doing, err)
	}
	var row planRow
	var next *draft
	err = pgx.BeginFunc(ctx, p.store.pool, func(tx pgx.Tx) error {
		var err error
		if row, err = p.row(ctx, tx, id, true); err != nil {
			return err
		}
		if row.Status == redraw.Published || row.Status == redraw.Discarded {
			return errClosed(row.Status)
		}
		was, err := p.draftOf(ctx, tx, row)
		if broken && unreadable(err) {
			was, err = &draft{}, nil
		}
		if err != nil {
			return err
		}
		if e.IfMatch != "" && e.IfMatch != was.etag(row) {
			return errStale()
		}
		c := planChange{tx: tx, row: row, draft: was.draft, now: p.time()}
		if r, err = f(ctx, &c); err != nil {
			return err
		}
		if e.Permit != nil && len(r.Changed) > 0 {
			if err := e.Permit(r); err != nil {
				return err
			}
		}
		if next, err = p.write(ctx, &c, was, e.Who, action); err != nil {
			return err
		}
		row = c.row
		return nil
	})
	if err != nil {
		p.store.leaveStandby(err)
		return redraw.Working{}, redraw.Result{}, wrap(doing, err)
	}
	if next.made() {
		p.keepDraft(id, next)
	}
	p.store.committed()
	return p.working(row, next), r, nil
}

// write puts a change into the database, and gives what to keep in memory once
// it is committed.
func (p *Plans) write(ctx context.Context, c *planChange, was *draft, who patrol.Actor, action string) (*draft, error) {
	next := &draft{draft: c.draft, names: was.names, steps: was.steps}
	c.row.Version++
	if c.now.After(c.row.UpdatedAt) { // else a clock lags
		c.row.UpdatedAt = c.now
	}
	c.row.ETag = next.etag(c.row)
	if s := c.step; s != nil {
		if next.steps++; next.steps > maxSteps {
			return nil, tooMuch(fmt.Sprintf("a plan may have %d steps: publish it, and go on with another", maxSteps))
		}
		s.version = c.row.Version
		if err := p.insertStep(ctx, c.tx, c.row.ID, *s); err != nil {
			return nil, err
		}
		next.names = named(next.names, s.entry.By, s.name)
	}
	if err := p.updateRow(ctx, c.tx, &c.row); err != nil {
		return nil, err
	}
	next.version, next.stored = c.row.Version, c.row.ETag
	return next, p.tellOf(ctx, c.tx, &c.row, who, action, c.note)
}

// tellPlanSQL is tellSQL for those recipients only that ask for the event by
// name: plans are not for everybody.
const tellPlanSQL = tellSQL + ` AND @type = ANY(r.types)`

// tellOf tells others of a change of a plan, and writes it into the audit log.
func (p *Plans) tellOf(ctx context.Context, tx pgx.Tx, r *planRow, who patrol.Actor, action string, detail map[string]any) error {
	args, err := p.store.tellArgs("plan.changed", r.UpdatedAt, nil, map[string]any{
		"plan": r.ID, "version": r.Version, "etag": r.ETag, "status": r.Status, "by": who.ID})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, tellPlanSQL, args); err != nil {
		return err
	}
	noted := map[string]any{"version": r.Version, "etag": r.ETag}
	for k, v := range detail {
		noted[k] = v
	}
	if err := p.store.audit(ctx, tx, who, auditEntry{action, "plan", r.ID.String(), noted}); err != nil {
		return err
	}
	return hint(ctx, tx)
}
