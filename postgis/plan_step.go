package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// planStep is a row of plan_steps. Only a stepDo has an Op.
type planStep struct {
	version int64
	action  string
	base    int          // of stepBase
	entry   redraw.Entry // By and At are of every action
	name    string       // of who did it
	text    []byte       // of Op as JSON, for insertStep
}

// The actions of steps.
const (
	stepBase = "base"
	stepDo   = "do"
	stepUndo = "undo"
	stepRedo = "redo"
)

// steps reads those that come after a version, up to another, in order.
func (p *Plans) steps(ctx context.Context, q querier, id geo.ID, after, upTo int64) ([]planStep, error) {
	const sql = `
		SELECT version, action, coalesce(base_revision, 0), op, area_id, actor_id, actor_name, at
		FROM plan_steps
		WHERE district_code = @district AND plan_id = @id AND version > @after AND version <= @upto
		ORDER BY version`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district, "id": id, "after": after, "upto": upTo})
	if err != nil {
		return nil, err
	}
	steps, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s planStep, err error) {
		var op []byte
		var area *geo.ID
		if err = row.Scan(&s.version, &s.action, &s.base, &op, &area, &s.entry.By, &s.name, &s.entry.At); err != nil {
			return s, err
		}
		s.entry.At = s.entry.At.UTC()
		if area != nil {
			s.entry.ID = *area
		}
		if s.action == stepDo {
			if imp, ok, wrong := importOf(op); ok {
				s.entry.Op, err = imp, wrong
			} else {
				s.entry.Op, err = redraw.ParseOperation(op)
			}
			if err != nil {
				err = fmt.Errorf("step %d of plan %s: %w", s.version, id, err)
			}
		}
		return s, err
	})
	for i := range steps {
		if imp, ok := steps[i].entry.Op.(redraw.Import); ok && err == nil {
			err = p.store.readImport(ctx, q, &imp)
			steps[i].entry.Op = imp
		}
	}
	return steps, err
}

func (p *Plans) insertStep(ctx context.Context, tx pgx.Tx, id geo.ID, s planStep) error {
	const sql = `
		INSERT INTO plan_steps (district_code, plan_id, version, action, base_revision, op, area_id, actor_id, actor_name, at)
		VALUES (@district, @id, @version, @action, @base, @op, @area, @actor, @name, @at)`
	args := pgx.NamedArgs{"district": p.store.district, "id": id, "version": s.version, "action": s.action,
		"base": nil, "op": nil, "area": nil, "actor": s.entry.By, "name": s.name, "at": s.entry.At}
	switch s.action {
	case stepBase:
		args["base"] = s.base
	case stepDo:
		args["op"], args["area"] = s.text, s.entry.ID
	}
	_, err := tx.Exec(ctx, sql, args)
	return err
}

// advance does a step to a draft. base gives the state of a revision.
func (s *planStep) advance(d redraw.Draft, base func(int) (*redraw.State, error)) (redraw.Draft, redraw.Result, error) {
	var r redraw.Result
	var err error
	ok := true
	switch s.action {
	case stepDo:
		d, r, err = d.Apply(s.entry)
	case stepUndo:
		d, r, ok = d.Undo()
	case stepRedo:
		d, r, ok = d.Redo()
	case stepBase:
		var state *redraw.State
		if state, err = base(s.base); err == nil {
			d, err = redraw.Replay(state, d.Entries())
		}
	}
	if !ok {
		err = fmt.Errorf("there is nothing to %s: %w", s.action, geo.ErrConflict)
	}
	return d, r, err
}

// rememberedSteps is how many of the last steps a draft made from all of them
// goes through one by one, so that edits can be based on the states between.
const rememberedSteps = 128

// replay makes the draft of all steps of a plan. What was in force before the
// last base, or long ago, is made at once.
func replay(steps []planStep, base func(int) (*redraw.State, error)) (redraw.Draft, error) {
	cut := max(1, len(steps)-rememberedSteps)
	for i := range steps {
		if steps[i].action == stepBase {
			cut = max(cut, i+1)
		}
	}
	if len(steps) == 0 || steps[0].action != stepBase {
		return redraw.Draft{}, fmt.Errorf("the plan does not begin with a revision")
	}
	var done, undone []redraw.Entry // undone: to redo, last first
	from := 0
	for i := range steps[:cut] {
		switch s := &steps[i]; {
		case s.action == stepBase:
			from, undone = s.base, nil
		case s.action == stepDo:
			done, undone = append(done, s.entry), nil
		case s.action == stepUndo && len(done) > 0:
			done, undone = done[:len(done)-1], append(undone, done[len(done)-1])
		case s.action == stepRedo && len(undone) > 0:
			done, undone = append(done, undone[len(undone)-1]), undone[:len(undone)-1]
		default:
			return redraw.Draft{}, fmt.Errorf("step %d: there is nothing to %s", s.version, s.action)
		}
	}
	state, err := base(from)
	if err != nil {
		return redraw.Draft{}, err
	}
	for i := range undone {
		done = append(done, undone[len(undone)-1-i])
	}
	d, err := redraw.Restore(state, done)
	for range undone {
		d, _, _ = d.Undo()
	}
	for i := cut; i < len(steps) && err == nil; i++ {
		if d, _, err = steps[i].advance(d, base); err != nil {
			err = fmt.Errorf("step %d: %w", steps[i].version, err)
		}
	}
	return d, err
}

// stepBy is a step of somebody, at a time as the database keeps it.
func stepBy(action string, who redraw.Author, at time.Time) planStep {
	return planStep{action: action, name: who.Name, entry: redraw.Entry{By: who.ID, At: at}}
}
