package main

import (
	"fmt"
	"io"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
)

type fixtureCmd struct {
	Until day    `placeholder:"DATE" help:"Last day of the invented reports, such as 2026-11-22; yesterday where it is not given, as for the demo. The same day gives the same files."`
	Seed  uint64 `help:"Another seed draws another district."`
	Out   string `short:"o" required:"" type:"path" placeholder:"DIR" help:"Directory for the files."`
}

// Run writes the demo district.
func (c *fixtureCmd) Run(out io.Writer) error {
	d, err := fixtures.Generate(fixtures.Config{Seed: c.Seed, Until: c.Until.orYesterday()})
	if err != nil {
		return err
	}
	if err := d.WriteFiles(c.Out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d areas and %d reports, all invented, are in %s\n", len(d.Areas), len(d.Reports), c.Out)
	return err
}

// day is a date on the command line.
type day struct{ time.Time }

// UnmarshalText reads a date such as 2026-11-22.
func (d *day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is no date such as 2026-11-22", text)
	}
	d.Time = t
	return nil
}

// orYesterday is the day, or the last one that is over where none was given: reports of
// a day that is not would lie in the future.
func (d day) orYesterday() time.Time {
	if d.IsZero() {
		return time.Now().AddDate(0, 0, -1)
	}
	return d.Time
}
