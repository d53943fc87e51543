package ingest

import (
	"context"

	"github.com/gridpatrol/gridpatrol/importers"
)

// How much may be done to mend the areas of a layer, to give them common corners, and
// to find where they overlap or leave gaps: steps of
// all sweeps together, some ten nanoseconds each, and strips of land of one, some
// hundred bytes each. A layer whose areas are all laid on each other would take
// days and more memory than there is; one of a district with a few faults takes a
// hundredth of it.
const (
	mostSteps  = 2_000_000_000
	mostStrips = 2_000_000
	mostCuts   = 8_000_000 // parallels of one sweep
)

// What may be done for each file to find the places where outlines cross
// themselves, and how often the sides of one that is mended may: more
// corners than that it could not have.
const (
	mostPlaces    = 300_000_000
	mostCrossings = 2 * maxFeatureVertices
)

// overlaySteps is what laying one area on another takes, however few corners they have.
const overlaySteps = 2_000

// effort is what may still be done for one file. nil: as much as it takes.
type effort struct {
	ctx   context.Context
	steps int
	spent bool // it was not enough: what was found then is not all
}

func newEffort(ctx context.Context, steps int) *effort { return &effort{ctx: ctx, steps: steps} }

// take takes some steps. It gives false where there are none left, or nobody waits
// any more.
func (e *effort) take(steps int) bool {
	if e == nil {
		return true
	}
	if e.steps -= steps; e.steps < 0 || e.ctx.Err() != nil {
		e.spent = true
	}
	return !e.spent
}

// room ends it where a list has got too long.
func (e *effort) room(length, most int) bool {
	if e != nil && length > most {
		e.spent = true
	}
	return !e.over()
}

// over tells whether it was not enough.
func (e *effort) over() bool { return e != nil && e.spent }

// tooTangled says that areas cross each other too often to find every place.
func (in *intake) tooTangled() {
	if !in.effort.over() || in.ctx.Err() != nil {
		return
	}
	in.found.add(&importers.Problem{Problem: importers.ProblemLimit,
		Detail: "the areas cross themselves, or cross or cover each other in so many places that overlaps and gaps cannot all be found; mend those that are named, or see whether the layer holds other areas than meant, and check again"})
}
