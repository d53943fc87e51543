package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// fillHandovers appoints new chiefs where the demo's officers are chiefs, so that
// each finds a handover to acknowledge, with the open reports of the grid.
func fillHandovers(ctx context.Context, store *postgis.Store) error {
	boundaries, duties, err := inForce(ctx, store)
	if err != nil {
		return err
	}
	roster, now := duties.Current().Roster, time.Now()
	var free []geo.ID
	for _, p := range roster.AllPeople() {
		if len(roster.PostsOf(p.ID, now)) == 0 && len(roster.LeavesOf(p.ID)) == 0 {
			free = append(free, p.ID)
		}
	}
	var changes []patrol.RosterChange
	for _, a := range demoAccounts() {
		if a.class == "" || len(free) == len(changes) {
			continue
		}
		if seat, _, ok := chiefOf(a.class, boundaries.Current().Index.Areas(geo.Grid), roster, now); ok {
			changes = append(changes, patrol.Appoint{Seat: seat.ID, Person: patrol.Whom{ID: free[len(changes)]}})
		}
	}
	if _, err := store.EditRoster(ctx, changes, patrol.RosterEditOptions{}, system); err != nil {
		return fmt.Errorf("new chiefs: %w", err)
	}
	return nil
}
