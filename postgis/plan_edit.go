package postgis

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Limits of plans.
const (
	maxOpenPlans  = 500
	maxOperations = 10_000  // of a plan, with those that were undone
	maxSteps      = 100_000 // of a plan
	// Vertices that the operations of a plan brought, or that areas had after they were
	// put together anew: what it takes to make the plan from its steps is in proportion,
	// at about a second for a million.
	maxPlanVertices   = 20_000_000
	maxOperationBytes = 4 << 20 // of an operation as JSON
	maxTitle          = 200     // characters
	maxNote           = 2000    // characters
)

// CreatePlan starts a plan from the revision in force.
func (p *Plans) CreatePlan(ctx context.Context, title string, needsApproval bool, who patrol.Actor) (redraw.Working, error) {
	revision, _, err := p.store.boundaryVersions(ctx)
	if err != nil {
		return redraw.Working{}, err
	}
	row, state, err := p.newPlan(ctx, title, revision, needsApproval, who)
	if err != nil {
		return redraw.Working{}, err
	}
	err = pgx.BeginFunc(ctx, p.store.pool, func(tx pgx.Tx) error { return p.insertPlan(ctx, tx, &row, who) })
	if err != nil {
		p.store.leaveStandby(err)
		return redraw.Working{}, wrap("create a plan", err)
	}
	d := newDraftOf(row, state)
	p.keepDraft(row.ID, d)
	p.store.committed()
	return p.working(row, d), nil
}

// newPlan gives the row of a plan that is not there yet, and the state it starts from.
func (p *Plans) newPlan(ctx context.Context, title string, revision int, needsApproval bool, who patrol.Actor) (planRow, *redraw.State, error) {
	title, err := planText("title", title, 1, maxTitle)
	if err != nil {
		return planRow{}, nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return planRow{}, nil, err
	}
	state, err := p.base(ctx, revision, p.cfg.Locked)
	if err != nil {
		return planRow{}, nil, wrap("create a plan", err)
	}
	now := p.time()
	return planRow{locked: p.cfg.Locked, Plan: redraw.Plan{ID: id, Title: title, Status: redraw.Drafted, Base: revision, Version: 1,
		ETag: state.ETag(), NeedsApproval: needsApproval, CreatedBy: authorOf(who), CreatedAt: now, UpdatedAt: now}}, state, nil
}

// newDraftOf is what is in memory of a plan without operations.
func newDraftOf(row planRow, state *redraw.State) *draft {
	return &draft{version: row.Version, stored: row.ETag, draft: redraw.NewDraft(state),
		names: map[string]string{row.CreatedBy.ID: row.CreatedBy.Name}, steps: 1}
}

// insertPlan writes a new plan's row and its first step.
func (p *Plans) insertPlan(ctx context.Context, tx pgx.Tx, row *planRow, who patrol.Actor) error {
	const open = `SELECT count(*) FROM plans WHERE district_code = @district AND status NOT IN ('published', 'discarded')`
	n := 0
	// One after another, else several count before any of them has written.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(@key)`, pgx.NamedArgs{"key": lockKey("plans", p.store.district)}); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, open, pgx.NamedArgs{"district": p.store.district}).Scan(&n); err != nil {
		return err
	}
	if n >= maxOpenPlans {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "too-many-plans", Detail: fmt.Sprintf("there are %d open plans: publish or discard some", n)}
	}
	if err := p.insertRow(ctx, tx, row); err != nil {
		return err
	}
	s := stepBy(stepBase, row.CreatedBy, row.CreatedAt)
	s.version, s.base = row.Version, row.Base
	if err := p.insertStep(ctx, tx, row.ID, s); err != nil {
		return err
	}
	return p.tellOf(ctx, tx, row, who, "plan.create", map[string]any{"base": row.Base})
}

// Operate makes an operation on a plan. Where others changed the plan since the
// state that the edit was based on, both stand if they concern different areas;
// else it is geo.ErrConflict, "areas-changed". A redraw.Import goes by ImportAreas.
func (p *Plans) Operate(ctx context.Context, id geo.ID, op redraw.Operation, e PlanEdit) (redraw.Working, redraw.Result, error) {
	newID, err := uuid.NewV7()
	if err != nil {
		return redraw.Working{}, redraw.Result{}, err
	}
	text, err := op.MarshalJSON()
	if err == nil && len(text) > maxOperationBytes {
		err = geo.Invalid("operation-too-large", fmt.Sprintf("an operation may have %d bytes", maxOperationBytes))
	}
	if err != nil {
		return redraw.Working{}, redraw.Result{}, err
	}
	return p.step(ctx, id, e, op.Op(), func(c *planChange) (redraw.Result, error) {
		s := stepBy(stepDo, authorOf(e.Who), c.now)
		s.entry.Op, s.entry.ID, s.text = op, newID, text
		return c.do(s, e)
	})
}

// do makes the operation of a step.
func (c *planChange) do(s planStep, e PlanEdit) (r redraw.Result, err error) {
	if c.row.Operations >= maxOperations {
		return r, tooMuch(fmt.Sprintf("a plan may have %d operations: publish it, and go on with another", maxOperations))
	}
	if e.BasedOn != "" {
		c.draft, r, err = c.draft.ApplyOn(e.BasedOn, s.entry)
	} else {
		c.draft, r, err = c.draft.Apply(s.entry)
	}
	if err != nil {
		return r, err
	}
	vertices := c.row.vertices + int64(verticesOf(s.entry.Op, r))
	if vertices > maxPlanVertices {
		return redraw.Result{}, tooMuch(fmt.Sprintf("the operations of a plan may change %d vertices: publish it, and go on with another", maxPlanVertices))
	}
	c.row.Operations, c.row.Undone, c.row.vertices = c.row.Operations+1, 0, vertices
	c.step = &s
	return r, nil
}

// Undo takes back the last operation; geo.ErrConflict, "nothing-to-undo", where
// there is none.
func (p *Plans) Undo(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, redraw.Result, error) {
	return p.back(ctx, id, e, stepUndo, redraw.Draft.Undo, -1)
}

// Redo makes the operation again that was undone last; geo.ErrConflict,
// "nothing-to-redo", where there is none.
func (p *Plans) Redo(ctx context.Context, id geo.ID, e PlanEdit) (redraw.Working, redraw.Result, error) {
	return p.back(ctx, id, e, stepRedo, redraw.Draft.Redo, 1)
}

func (p *Plans) back(ctx context.Context, id geo.ID, e PlanEdit, action string, do func(redraw.Draft) (redraw.Draft, redraw.Result, bool), by int) (redraw.Working, redraw.Result, error) {
	return p.step(ctx, id, e, action, func(c *planChange) (r redraw.Result, err error) {
		var ok bool
		if c.draft, r, ok = do(c.draft); !ok {
			return r, &geo.Problem{Kind: geo.ErrConflict, Code: "nothing-to-" + action, Detail: "there is nothing to " + action}
		}
		s := stepBy(action, authorOf(e.Who), c.now)
		c.step = &s
		c.row.Operations, c.row.Undone = c.row.Operations+by, c.row.Undone-by
		return r, nil
	})
}

// step changes the boundaries of a plan: an approval of them ends.
func (p *Plans) step(ctx context.Context, id geo.ID, e PlanEdit, action string, f func(*planChange) (redraw.Result, error)) (redraw.Working, redraw.Result, error) {
	return p.change(ctx, id, e, "plan."+action, func(_ context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status == redraw.Scheduled {
			return redraw.Result{}, errScheduled()
		}
		r, err := f(c)
		if err != nil {
			return r, err
		}
		c.row.credit(authorOf(e.Who))
		c.row.withdraw()
		c.row.Failure = ""
		return r, nil
	})
}

// Retitle gives a plan another title.
func (p *Plans) Retitle(ctx context.Context, id geo.ID, title string, e PlanEdit) (redraw.Working, error) {
	title, err := planText("title", title, 1, maxTitle)
	if err != nil {
		return redraw.Working{}, err
	}
	w, _, err := p.change(ctx, id, e, "plan.retitle", func(_ context.Context, c *planChange) (redraw.Result, error) {
		c.row.Title = title
		return redraw.Result{}, nil
	})
	return w, err
}

// time is now, as the database keeps it.
func (p *Plans) time() time.Time { return p.store.now().UTC().Truncate(time.Microsecond) }

func errClosed(s redraw.Status) error {
	return &geo.Problem{Kind: geo.ErrConflict, Code: "plan-closed", Detail: fmt.Sprintf("the plan is %s", s)}
}

func errStale() error {
	return &geo.Problem{Kind: geo.ErrConflict, Code: "version-conflict", Detail: "the plan was changed since then"}
}

func errScheduled() error {
	return &geo.Problem{Kind: geo.ErrConflict, Code: "plan-scheduled", Detail: "the plan is about to be published: take that back first"}
}

func tooMuch(detail string) error {
	return &geo.Problem{Kind: geo.ErrConflict, Code: "plan-too-large", Detail: detail}
}

// planText checks a text of a plan; blanks round it do not count.
func planText(name, s string, least, most int) (string, error) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	broken := !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || r == '\n' && name == "title" })
	if n < least || n > most || broken {
		detail := fmt.Sprintf("must have %d to %d characters, and no control characters", least, most)
		return "", geo.Invalid("invalid-"+name, "the "+name+" is not as it must be", geo.FieldError{Pointer: "/" + name, Detail: detail})
	}
	return s, nil
}

// verticesOf counts the positions that an operation brings, or those of the areas that it
// puts together anew.
func verticesOf(op redraw.Operation, r redraw.Result) (n int) {
	times := 1
	switch op := op.(type) {
	case redraw.Replace:
		return vertexCount(op.Shape)
	case redraw.Create:
		return vertexCount(op.Area.Shape)
	case redraw.Import:
		for i := range op.Areas {
			n += vertexCount(op.Areas[i].Shape)
		}
		return n
	case redraw.Reassign: // one unit after another
		times = len(op.Units)
	case redraw.Split, redraw.Merge:
	default:
		return 1
	}
	for _, c := range r.Changed {
		if c.After != nil {
			n += times * vertexCount(c.After.Shape)
		}
	}
	return n
}
