package api

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakeRoster is what the fake store keeps besides the duties.
type fakeRoster struct {
	handovers []patrol.Handover
	gone      []patrol.Held // of seats that were taken away
	editors   []patrol.Actor
}

func (f *fakeStore) holdings(which func(patrol.Holding) bool) []patrol.Held {
	r := f.duties.Roster
	var out []patrol.Held
	for _, h := range r.AllHoldings() {
		if which(h) {
			seat, _ := r.Seat(h.Seat)
			person, _ := r.Person(h.Person)
			out = append(out, patrol.Held{Holding: h, Seat: seat, Person: person})
		}
	}
	for _, h := range f.roster.gone {
		if which(h.Holding) {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b patrol.Held) int { return b.Holding.From.Compare(a.Holding.From) })
	return out
}

func (f *fakeStore) SeatHoldings(_ context.Context, seat geo.ID) ([]patrol.Held, error) {
	return f.holdings(func(h patrol.Holding) bool { return h.Seat == seat }), nil
}

func (f *fakeStore) PersonHoldings(_ context.Context, person geo.ID) ([]patrol.Held, error) {
	return f.holdings(func(h patrol.Holding) bool { return h.Person == person }), nil
}

func (f *fakeStore) HeldAt(_ context.Context, post patrol.Post, place geo.ID, at time.Time) ([]patrol.Held, error) {
	return slices.DeleteFunc(f.holdings(func(h patrol.Holding) bool { return h.At(at) }), func(h patrol.Held) bool {
		return h.Seat.Post != post || h.Seat.Area != place && h.Seat.Committee != place
	}), nil
}

// EditRoster edits the duties in memory; no report moves.
func (f *fakeStore) EditRoster(_ context.Context, changes []patrol.RosterChange, o patrol.RosterEditOptions, actor patrol.Actor) (patrol.RosterOutcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o.BasedOn > 0 && o.BasedOn != f.duties.Version {
		return patrol.RosterOutcome{}, &geo.Problem{Kind: geo.ErrConflict, Code: "duties-changed", Detail: "changed meanwhile"}
	}
	edited, err := patrol.Edit(f.duties.Roster, changes, patrol.Editing{Now: testNow, NewID: uuid.New, Permit: o.Permit})
	if err != nil {
		return patrol.RosterOutcome{}, err
	}
	roster, err := patrol.NewRoster(edited.Data)
	if err != nil {
		return patrol.RosterOutcome{}, err
	}
	after := &patrol.Duties{Version: f.duties.Version + 1, Roster: roster, Rulebook: f.duties.Rulebook, Since: testNow}
	out := patrol.RosterOutcome{DutyVersion: after.Version, Seats: edited.Seats, After: after, Vacancies: roster.Vacancies(testNow)}
	for _, h := range patrol.Succession(f.duties.Roster, testNow, roster, testNow) {
		if h.To != (geo.ID{}) {
			h.ID, h.DutyVersion = id(600+len(f.roster.handovers)), after.Version
			out.Handovers = append(out.Handovers, h)
		}
	}
	if !o.DryRun {
		f.duties = after
		f.roster.handovers = append(f.roster.handovers, out.Handovers...)
		f.roster.editors = append(f.roster.editors, actor)
	}
	return out, nil
}

func (f *fakeStore) Handovers(_ context.Context, q patrol.HandoverFilter) ([]patrol.Handover, error) {
	return slices.DeleteFunc(slices.Clone(f.roster.handovers), func(h patrol.Handover) bool {
		return q.Open && !h.AcknowledgedAt.IsZero() || q.To != geo.ID{} && q.To != h.To || q.Seats != nil && !slices.Contains(q.Seats, h.Seat)
	}), nil
}

func (f *fakeStore) Handover(_ context.Context, id geo.ID) (patrol.Handover, error) {
	for _, h := range f.roster.handovers {
		if h.ID == id {
			return h, nil
		}
	}
	return patrol.Handover{}, geo.ErrNotFound
}

func (f *fakeStore) AcknowledgeHandover(_ context.Context, id, person geo.ID, actor patrol.Actor) (patrol.Handover, error) {
	for i := range f.roster.handovers {
		if h := &f.roster.handovers[i]; h.ID == id && h.To == person {
			h.AcknowledgedAt, h.AcknowledgedBy = testNow, actor.ID
			return *h, nil
		}
	}
	return patrol.Handover{}, geo.ErrForbidden
}
