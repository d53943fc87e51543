package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// publishTries is how often a plan is made anew because a publish came between.
const publishTries = 12

// PublishPlan makes a plan the next revision, after its operations were made
// anew on the revision in force where that is another than its own. It is
// geo.ErrConflict with code "plan-has-errors", "approval-missing",
// "areas-changed" or "nothing-to-publish", and geo.ErrInvalid, "note-missing",
// where there are warnings and no note. Without a note the revision is called
// what the plan is.
func (p *Plans) PublishPlan(ctx context.Context, id geo.ID, note string, e PlanEdit) (redraw.Working, redraw.Publication, error) {
	return p.publish(ctx, id, note, e, false)
}

// publish is PublishPlan, also of a plan that is due by its schedule.
func (p *Plans) publish(ctx context.Context, id geo.ID, note string, e PlanEdit, due bool) (w redraw.Working, out redraw.Publication, err error) {
	doing := "publish plan " + id.String()
	if note, err = planText("note", note, 0, maxNote); err != nil {
		return w, out, err
	}
	for range publishTries {
		w, out, err = p.publishOnce(ctx, id, note, e, due)
		if !revisionMoved(err) && !errors.Is(err, errPlanMoved) {
			return w, out, wrap(doing, err)
		}
	}
	return w, out, fmt.Errorf("%s: others publish all the time: %w", doing, geo.ErrUnavailable)
}

func (p *Plans) publishOnce(ctx context.Context, id geo.ID, note string, e PlanEdit, due bool) (w redraw.Working, out redraw.Publication, err error) {
	// The revision before the plan: a plan that became a revision between the two is
	// then read as published, not as one that a revision of others stands against.
	revision, _, err := p.store.boundaryVersions(ctx)
	if err != nil {
		return w, out, err
	}
	row, w, err := p.read(ctx, id)
	if err != nil {
		return w, out, err
	}
	switch {
	case row.Base > revision:
		return w, out, errPlanMoved
	case row.Status == redraw.Published || row.Status == redraw.Discarded:
		return w, out, errClosed(row.Status)
	case (row.Status == redraw.Scheduled) != due:
		return w, out, errScheduled()
	case e.IfMatch != "" && e.IfMatch != w.Draft.ETag():
		return w, out, errStale()
	}
	if err := p.approved(&row, w.Draft); err != nil {
		return w, out, err
	}
	next := w.Draft
	if revision != row.Base {
		if next, err = p.rebased(ctx, next, revision); err != nil {
			return w, out, err
		}
	}
	if err := p.publishable(next); err != nil {
		return w, out, err
	}
	if err := p.noted(next, note); err != nil {
		return w, out, err
	}
	changes := redraw.Compare(next.Base(), next.State())
	if e.Permit != nil {
		if err := e.Permit(redraw.Result{State: next.State(), Changed: changes}); err != nil {
			return w, out, err
		}
	}
	if !row.ApprovedAt.IsZero() && !sameChanges(redraw.Compare(w.Draft.Base(), w.Draft.State()), changes) {
		return w, out, areasChanged(nil, errors.New("they would come to something else than was approved"))
	}
	return p.flipPlan(ctx, planFlip{row: row, draft: next, revision: revision, changed: len(changes), note: note, who: e.Who})
}

// planFlip is a plan about to become a revision.
type planFlip struct {
	row      planRow
	draft    redraw.Draft // made from revision, which is in force
	revision int
	changed  int
	note     string
	who      patrol.Actor
}

// errPlanMoved says that a plan was changed while it was made ready to publish.
var errPlanMoved = errors.New("the plan was changed meanwhile")

// flipPlan publishes a draft and closes its plan, in one transaction.
func (p *Plans) flipPlan(ctx context.Context, f planFlip) (redraw.Working, redraw.Publication, error) {
	out := redraw.Publication{By: authorOf(f.who), Plan: f.row.ID, Changed: f.changed}
	title := f.note
	if title == "" {
		title = f.row.Title
	}
	var c planChange
	var was, next *draft
	publication := Publication{Base: f.revision, Areas: f.draft.State().Areas(), Note: title, Actor: f.who,
		Lineage: redraw.Lineage(f.draft),
		First: func(ctx context.Context, tx pgx.Tx) error {
			now, err := p.row(ctx, tx, f.row.ID, true)
			if err != nil {
				return err
			}
			if now.Version != f.row.Version || now.ETag != f.row.ETag {
				return errPlanMoved
			}
			c = planChange{tx: tx, row: now, draft: f.draft, now: p.time()}
			was, err = p.draftOf(ctx, tx, now)
			return err
		},
		Also: func(ctx context.Context, tx pgx.Tx, r geo.Revision) (err error) {
			if f.revision != c.row.Base {
				s := stepBy(stepBase, authorOf(f.who), c.now)
				s.base = f.revision
				c.step, c.row.Base, c.row.locked, c.row.Undone = &s, f.revision, p.cfg.Locked, 0
			}
			c.row.Status, c.row.PublishAt, c.row.Revision, c.row.Note, c.row.Failure = redraw.Published, time.Time{}, r.Number, f.note, ""
			c.row.publisher, c.row.PublishBy = f.who, authorOf(f.who)
			c.note = map[string]any{"revision": r.Number, "changed": f.changed}
			next, err = p.write(ctx, &c, was, f.who, "plan.publish")
			return err
		},
	}
	r, err := p.store.Publish(ctx, publication)
	if err != nil {
		return redraw.Working{}, redraw.Publication{}, err
	}
	out.Revision, out.Rerouted = r, r.Rerouted
	p.keepDraft(f.row.ID, next)
	return p.working(c.row, next), out, nil
}

// current is the revision in force, as a transaction sees it.
func (p *Plans) current(ctx context.Context, tx pgx.Tx) (int, error) {
	revision, _, err := p.store.inForce(ctx, tx)
	return revision, err
}
