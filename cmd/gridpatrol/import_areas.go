package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type importAreasCmd struct {
	importFlags
	planFlags
	Kind    string   `required:"" placeholder:"KIND" help:"What the areas are: district, township, village, village_group, grid or compound."`
	Repair  []string `placeholder:"NAME" help:"Repairs to make: close-rings, make-valid, snap=0.5m, align-to=village,20m."`
	Partial bool     `help:"The file holds some of the areas of its kind: those it lacks stay."`
	Plan    string   `placeholder:"ID" help:"Add to this draft plan, and compare with it."`
	Title   string   `placeholder:"TEXT" help:"Title of the new plan; the name of the file where it is not given."`
	Publish bool     `help:"Publish the plan where it has no errors."`
	Note    string   `placeholder:"TEXT" help:"Why, for the publish; the name of the file where it is not given."`
}

// Validate refuses what cannot be meant.
func (c *importAreasCmd) Validate() error {
	if _, err := geo.ParseKind(c.Kind); err != nil {
		return fmt.Errorf("--kind: %s", geo.Text(err))
	}
	if _, err := c.plan(); err != nil {
		return fmt.Errorf("--plan: %w", err)
	}
	return c.importFlags.Validate()
}

// plan is the one to add to, zero for a new one.
func (c *importAreasCmd) plan() (geo.ID, error) {
	if c.Plan == "" {
		return geo.ID{}, nil
	}
	return uuid.Parse(c.Plan)
}

// Run imports the areas.
func (c *importAreasCmd) Run(ctx context.Context, common *Common, out io.Writer, said messages) error {
	quiet := *common
	if quiet.LogLevel == "info" {
		quiet.LogLevel = "warn" // the command says itself what it does
	}
	return quiet.withStore(ctx, func(store *postgis.Store) error {
		ctx, cancel := context.WithCancel(ctx)
		plans := newComingPlans(store, c.config(), !c.DryRun)
		defer plans.wait()
		defer cancel()
		p := newImportProgress(said)
		defer p.done()
		return c.bring(ctx, common.District, plans, out, p)
	})
}

// bring reads the file, compares it, and where it has no errors and differs
// writes and publishes it.
func (c *importAreasCmd) bring(ctx context.Context, district string, coming *comingPlans, out io.Writer, p *importProgress) error {
	plan, _ := c.plan() // Validate has looked
	o := api.ImportOptions{Options: c.options(p), Plan: plan, Who: operator()}
	o.Kind, o.Repairs, o.Partial = geo.Kind(c.Kind), c.Repair, c.Partial
	var checked api.CheckedImport
	report, err := c.understand(ctx, func(src importers.Source) (r *ingest.Report, err error) {
		checked, err = areaImporter{district, coming}.Check(ctx, src, o)
		return checked.Report, err
	})
	p.done()
	if err != nil {
		return err
	}
	if err := c.conclude(out, report); err != nil {
		return err
	}
	if c.DryRun {
		_, err := fmt.Fprintln(out, "nothing was written, as --dry-run says")
		return err
	}
	done, err := checked.Write(ctx, api.ImportWrite{Title: c.Title, Who: o.Who, Progress: p.hear})
	p.done()
	if err != nil {
		return err
	}
	switch {
	case done.Plan == geo.ID{} && plan == geo.ID{}:
		_, err = fmt.Fprintln(out, "nothing differs from what is in force: no plan was made")
		return err
	case done.Plan == geo.ID{}:
		fmt.Fprintf(out, "nothing differs from plan %s, which stays as it is\n", plan)
	default:
		plan = done.Plan
		fmt.Fprintf(out, "plan %s has it\n", plan)
	}
	if !c.Publish {
		return nil
	}
	plans, err := coming.get(ctx)
	if err != nil {
		return err
	}
	return c.publish(ctx, plans, plan, out, p)
}

// publish makes the plan the next revision, or says why it stays a draft.
func (c *importAreasCmd) publish(ctx context.Context, plans *postgis.Plans, plan geo.ID, out io.Writer, p *importProgress) error {
	p.hear(ingest.StagePublish, 0, -1)
	_, published, err := plans.PublishPlan(ctx, plan, c.Note, postgis.PlanEdit{Who: operator()})
	var refused *geo.Problem
	if errors.As(err, &refused) && refused.Code == "note-missing" {
		// It has warnings: they are said, and the file is why.
		p.done()
		if _, problems, err := plans.Check(ctx, plan); err == nil {
			for _, w := range problems[:min(len(problems), listedProblems)] {
				fmt.Fprintln(out, "warning ", w.Error())
			}
		}
		_, published, err = plans.PublishPlan(ctx, plan, filepath.Base(c.File), postgis.PlanEdit{Who: operator()})
	}
	p.done()
	if err == nil {
		_, err = fmt.Fprintf(out, "published as revision %d\n", published.Number)
		return err
	}
	if !errors.As(err, &refused) {
		return err
	}
	fmt.Fprintln(out, "not published:", refused.Detail)
	for _, f := range refused.Fields {
		fmt.Fprintln(out, " ", f.Detail)
	}
	fmt.Fprintf(out, "the draft stays: plan %s\n", plan)
	return exitError(1)
}
