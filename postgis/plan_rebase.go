package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Rebase makes the operations of a plan anew on the revision in force, with the
// kinds that are locked now. It is geo.ErrConflict, "areas-changed", where a
// revision since its own changed an area that the plan changes. A plan that is up
// to date stays as it is. What was undone can no more be redone.
func (p *Plans) Rebase(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, error) {
	moved := errors.New("nothing to rebase")
	w, _, err := p.change(ctx, id, e, "plan.rebase", func(ctx context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status == redraw.Scheduled {
			return redraw.Result{}, errScheduled()
		}
		current, err := p.current(ctx, c.tx)
		if err != nil {
			return redraw.Result{}, err
		}
		if current == c.row.Base {
			return redraw.Result{}, moved
		}
		before := redraw.Compare(c.draft.Base(), c.draft.State())
		next, err := p.rebased(ctx, c.draft, current)
		if err != nil {
			return redraw.Result{}, err
		}
		s := stepBy(stepBase, authorOf(e.Who), c.now)
		s.base = current
		c.step, c.draft = &s, next
		c.note = map[string]any{"from": c.row.Base, "to": current}
		c.row.Base, c.row.locked, c.row.Undone, c.row.Failure = current, p.cfg.Locked, 0, ""
		if after := redraw.Compare(next.Base(), next.State()); c.row.Status == redraw.Approved && sameChanges(before, after) {
			c.row.approvedETag = next.ETag()
		} else {
			c.row.withdraw()
		}
		return redraw.Result{}, nil
	})
	if errors.Is(err, moved) {
		return p.Plan(ctx, id)
	}
	return w, err
}

// rebased is a draft with its operations made anew on a newer revision.
func (p *Plans) rebased(ctx context.Context, d redraw.Draft, revision int) (redraw.Draft, error) {
	base, err := p.base(ctx, revision, p.cfg.Locked)
	if err != nil {
		return d, err
	}
	return rebasedOn(d, base)
}

// rebasedOn is a draft with its operations made anew on other boundaries.
func rebasedOn(d redraw.Draft, base *redraw.State) (redraw.Draft, error) {
	since := differingAreas(d.Base().Areas(), base.Areas())
	if hit := changedIn(since, redraw.Compare(d.Base(), d.State())); len(hit) > 0 {
		return d, areasChanged(hit, nil)
	}
	next, err := redraw.Replay(base, d.Entries())
	if err != nil {
		var why *redraw.Problem
		if errors.As(err, &why) {
			return d, areasChanged(why.Areas, err)
		}
		return d, areasChanged(nil, err)
	}
	// An operation may now concern an area that it did not before.
	if hit := changedIn(since, redraw.Compare(base, next.State())); len(hit) > 0 {
		return d, areasChanged(hit, nil)
	}
	return next, nil
}

// differingAreas gives the ids of the areas that two revisions do not both have, or
// not the same way.
func differingAreas(before, after []geo.Area) map[geo.ID]bool {
	was := make(map[geo.ID]*geo.Area, len(before))
	for i := range before {
		was[before[i].ID] = &before[i]
	}
	out := map[geo.ID]bool{}
	for i := range after {
		a := &after[i]
		if b := was[a.ID]; b == nil || !a.Same(b) {
			out[a.ID] = true
		}
		delete(was, a.ID)
	}
	for id := range was {
		out[id] = true
	}
	return out
}

// changedIn names those of some changes whose area is in a set of ids.
func changedIn(ids map[geo.ID]bool, changes []redraw.Change) (refs []geo.Ref) {
	for _, c := range changes {
		if c.Before != nil && ids[c.Before.ID] || c.After != nil && ids[c.After.ID] {
			refs = append(refs, c.Ref())
		}
	}
	return refs
}

// sameChanges reports whether two plans make the same of the same areas.
func sameChanges(a, b []redraw.Change) bool {
	same := func(x, y *geo.Area) bool { return (x == nil) == (y == nil) && (x == nil || x.Same(y)) }
	return slices.EqualFunc(a, b, func(x, y redraw.Change) bool { return same(x.Before, y.Before) && same(x.After, y.After) })
}

// areasChanged says that the boundaries went on in another way than a plan.
func areasChanged(refs []geo.Ref, cause error) error {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.String()
	}
	detail := "a newer revision changed what the plan changes"
	if len(names) > 0 {
		detail += ": " + strings.Join(names, ", ")
	}
	if cause != nil {
		detail = fmt.Sprintf("the plan's operations cannot be made on the revision in force: %v", cause)
	}
	return &geo.Problem{Kind: geo.ErrConflict, Code: "areas-changed", Detail: detail, Areas: refs}
}
