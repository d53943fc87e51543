package postgis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Discard ends a plan without publishing it. It stays readable.
func (p *Plans) Discard(ctx context.Context, id geo.ID, e PlanEdit) error {
	_, err := p.end(ctx, id, e, "plan.discard", func(_ context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status == redraw.Scheduled {
			return redraw.Result{}, errScheduled()
		}
		c.row.Status = redraw.Discarded
		return c.whole(), nil
	})
	return err
}

// Approve says that somebody who made none of the plan agrees with it as it is
// now; an edit takes that back. It is geo.ErrForbidden, "own-work", for who made
// any of it, and geo.ErrConflict, "plan-has-errors", where it could not be published.
func (p *Plans) Approve(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error) {
	// The check is made before anything is locked, and found in memory then.
	if _, _, err := p.Check(ctx, id); err != nil {
		return redraw.Working{}, err
	}
	w, _, err := p.change(ctx, id, e, "plan.approve", func(ctx context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status == redraw.Scheduled {
			return redraw.Result{}, errScheduled()
		}
		if made(&c.row, e.Who) {
			return redraw.Result{}, &geo.Problem{Kind: geo.ErrForbidden, Code: "own-work", Detail: "a plan is approved by somebody who made none of it"}
		}
		if err := p.publishable(c.draft); err != nil {
			return redraw.Result{}, err
		}
		c.row.Status = redraw.Approved
		c.row.ApprovedBy, c.row.ApprovedAt, c.row.approvedETag = authorOf(e.Who), c.now, c.draft.ETag()
		c.row.Failure = ""
		return c.whole(), nil
	})
	return w, err
}

// whole is all that a plan does as the result of one edit, for what is done to
// the plan as a whole.
func (c *planChange) whole() redraw.Result {
	if c.draft.Base() == nil {
		return redraw.Result{}
	}
	return redraw.Result{State: c.draft.State(), Changed: redraw.Compare(c.draft.Base(), c.draft.State())}
}

// made reports whether somebody made a plan or anything in it.
func made(r *planRow, who patrol.Actor) bool {
	return r.CreatedBy.ID == who.ID || slices.ContainsFunc(r.Authors, func(a redraw.Author) bool { return a.ID == who.ID })
}

// approved refuses a plan that has to be approved and is not, as it is now.
func (p *Plans) approved(r *planRow, d redraw.Draft) error {
	if !r.NeedsApproval && !p.cfg.Approve {
		return nil
	}
	if r.ApprovedAt.IsZero() || r.approvedETag != d.ETag() {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "approval-missing", Detail: "the plan must be approved by somebody who made none of it"}
	}
	return nil
}

// Schedule has a plan published by itself at a time to come. It is refused for
// what would refuse publishing it now.
func (p *Plans) Schedule(ctx context.Context, id geo.ID, at time.Time, note string, e PlanEdit) (redraw.Working, error) {
	note, err := planText("note", note, 0, maxNote)
	if err != nil {
		return redraw.Working{}, err
	}
	at = at.UTC().Truncate(time.Microsecond)
	if _, _, err := p.Check(ctx, id); err != nil { // as for Approve
		return redraw.Working{}, err
	}
	w, _, err := p.change(ctx, id, e, "plan.schedule", func(ctx context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status == redraw.Scheduled {
			return redraw.Result{}, errScheduled()
		}
		if !at.After(c.now) || at.After(c.now.AddDate(scheduleYears, 0, 0)) {
			detail := fmt.Sprintf("must be a time to come, within %d years", scheduleYears)
			return redraw.Result{}, geo.Invalid("time-not-in-future", "a plan is scheduled for a time to come", geo.FieldError{Pointer: "/at", Detail: detail})
		}
		d := c.draft
		if err := p.approved(&c.row, d); err != nil {
			return redraw.Result{}, err
		}
		current, err := p.current(ctx, c.tx)
		if err != nil {
			return redraw.Result{}, err
		}
		if current != c.row.Base {
			if d, err = p.rebased(ctx, d, current); err != nil {
				return redraw.Result{}, err
			}
		}
		if err := p.publishable(d); err != nil {
			return redraw.Result{}, err
		}
		if err := p.noted(d, note); err != nil {
			return redraw.Result{}, err
		}
		c.row.Status, c.row.PublishAt, c.row.publisher, c.row.Note = redraw.Scheduled, at, e.Who, note
		c.row.PublishBy, c.row.Failure = authorOf(e.Who), ""
		c.note = map[string]any{"at": at}
		return redraw.Result{State: d.State(), Changed: redraw.Compare(d.Base(), d.State())}, nil
	})
	if err == nil {
		p.wake()
	}
	return w, err
}

// scheduleYears is how far ahead a plan may be scheduled.
const scheduleYears = 5

// Unschedule takes it back that a plan is about to be published; geo.ErrConflict,
// "not-scheduled", where it is not.
func (p *Plans) Unschedule(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error) {
	return p.end(ctx, id, e, "plan.unschedule", func(_ context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status != redraw.Scheduled {
			return redraw.Result{}, &geo.Problem{Kind: geo.ErrConflict, Code: "not-scheduled", Detail: "the plan is not scheduled"}
		}
		c.row.unschedule()
		return c.whole(), nil
	})
}

// unschedule gives a row the state that it had before it was scheduled.
func (r *planRow) unschedule() {
	r.Status = redraw.Drafted
	if !r.ApprovedAt.IsZero() {
		r.Status = redraw.Approved
	}
	r.PublishAt, r.publisher, r.PublishBy = time.Time{}, patrol.Actor{}, redraw.Author{}
}
