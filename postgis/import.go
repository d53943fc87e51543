package postgis

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// ImportRecord is what is kept of an import besides what it brought.
type ImportRecord struct {
	ID       geo.ID // made where it is zero
	What     string // "areas", "roster", "reports" or "roads"
	File     string // its name, without the way to it
	SHA256   string // of the file, see ingest.Report
	Importer string // the program with its version, see ingest.Report
	Options  any    // that it was read with, becomes JSON; nil for none
	// How many areas, seats, reports or features.
	New, Changed, Unchanged, Gone int
	Warnings                      int
	At                            time.Time // set by who writes it
}

// ImportAreas makes an import an operation of a plan: of a new one, with the
// title, where plan is zero. Everything is written in one transaction, or nothing. The
// plan's check says what the areas do to those of other kinds. It is
// geo.ErrConflict, "areas-changed", where an area of the import is another in the plan
// than it was compared with, and geo.ErrInvalid, "no-change", where the plan has
// all of it already.
func (p *Plans) ImportAreas(ctx context.Context, imp redraw.Import, record ImportRecord, plan geo.ID, title string, e PlanEdit) (redraw.Working, error) {
	if plan == (geo.ID{}) {
		w, err := p.CreatePlan(ctx, title, false, e.Who)
		if err != nil {
			return w, err
		}
		plan = w.ID
	}
	w, _, err := p.Operate(ctx, plan, imp, e)
	return w, err
}
