package main

import (
	"context"
	"errors"
	"io"

	"github.com/gridpatrol/gridpatrol/geo"
)

type importAreasCmd struct {
	importFlags
	Kind    string   `required:"" placeholder:"KIND" help:"What the areas are: district, township, village, village_group, grid or compound."`
	Repair  []string `placeholder:"NAME,..." help:"Repairs to make: close-rings, make-valid, snap=0.5m, align-to=village,20m."`
	Partial bool     `help:"The file holds some of the areas of its kind: those it lacks stay."`
	Plan    string   `placeholder:"ID" help:"Add to this draft plan, and compare with it."`
	Title   string   `placeholder:"TEXT" help:"Title of the new plan; the name of the file where it is not given."`
	Publish bool     `help:"Publish the plan where it has no errors."`
	Note    string   `placeholder:"TEXT" help:"Why, for the publish; needed where there are warnings."`
}

// Run imports the areas.
func (c *importAreasCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	if _, err := geo.ParseKind(c.Kind); err != nil {
		return asWrongCall(err)
	}
	return errors.New("not yet")
}
