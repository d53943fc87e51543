package api

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Roster keeps posts and people: who held what, changes, and who took over from
// whom. Whether the caller may see it is for this package to say.
type Roster interface {
	rosterPast
	rosterEditor
	handovers
}

type rosterPast interface {
	// SeatHoldings gives everybody who holds or held a seat or stands or stood in,
	// the newest first, also of a seat that was taken away; none where there was
	// no such seat.
	SeatHoldings(ctx context.Context, seat geo.ID) ([]patrol.Held, error)
	// PersonHoldings gives what a person holds or held, the newest first.
	PersonHoldings(ctx context.Context, person geo.ID) ([]patrol.Held, error)
	// HeldAt gives who held the seats of a post in an area or committee at a time,
	// those taken away since too.
	HeldAt(ctx context.Context, post patrol.Post, place geo.ID, at time.Time) ([]patrol.Held, error)
}

type rosterEditor interface {
	// EditRoster makes changes, all or none. What cannot be done is a *geo.Problem
	// of kind geo.ErrInvalid; a change since o.BasedOn a geo.ErrConflict; what
	// o.Permit gives comes back.
	EditRoster(ctx context.Context, changes []patrol.RosterChange, o patrol.RosterEditOptions, actor patrol.Actor) (patrol.RosterOutcome, error)
}

type handovers interface {
	// Handovers gives who took over which seats, the newest first.
	Handovers(ctx context.Context, f patrol.HandoverFilter) ([]patrol.Handover, error)
	Handover(ctx context.Context, id geo.ID) (patrol.Handover, error)
	// AcknowledgeHandover notes that whoever takes over has seen it; for anybody
	// else it is geo.ErrForbidden.
	AcknowledgeHandover(ctx context.Context, id, person geo.ID, actor patrol.Actor) (patrol.Handover, error)
}
