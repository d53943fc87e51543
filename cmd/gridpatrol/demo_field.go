package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// checkpointsSince is for how long the demo's checkpoints have been there.
const checkpointsSince = 90 * 24 * time.Hour

// fillField loads checkpoints, and patrols round this moment with their tracks.
// What follows from the tracks is made once the demo is served.
func fillField(ctx context.Context, store *postgis.Store, d *fixtures.District, p *progress) error {
	p.step("invent patrols")
	duties, err := postgis.NewDuties(store)
	if err != nil {
		return err
	}
	if err := duties.Refresh(ctx); err != nil {
		return err
	}
	now := time.Now()
	field, err := d.Field(fixtures.FieldConfig{Now: now, Roster: duties.Current().Roster, Hottest: hotspot.Hottest})
	if err != nil {
		return err
	}
	p.step(fmt.Sprintf("store %d checkpoints", len(field.Checkpoints)))
	if _, err := store.ImportCheckpoints(ctx, field.Checkpoints, now.Add(-checkpointsSince), system); err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	kept, err := store.Checkpoints(ctx) // an import gives ids of its own
	if err != nil {
		return err
	}
	past, fixes := pastPatrols(field, kept)
	p.step(fmt.Sprintf("store %d patrols with %d positions", len(past), fixes))
	if err := postgis.NewTracks(store, nil, postgis.TracksConfig{}).MakeMonths(ctx, now); err != nil {
		return err
	}
	if err := store.ImportPatrols(ctx, past, system); err != nil {
		return fmt.Errorf("patrols: %w", err)
	}
	return nil
}

// pastPatrols gives the patrols as the store takes them, with the checkpoints that it
// has, and how many fixes they have.
func pastPatrols(field *fixtures.Field, kept []patrol.Checkpoint) (out []postgis.PastPatrol, fixes int) {
	byCode := make(map[string]patrol.Checkpoint, len(kept))
	for _, c := range kept {
		byCode[c.Code] = c
	}
	for _, w := range field.Walks {
		past := postgis.PastPatrol{Patrol: w.Patrol, Fixes: map[geo.ID][]track.Fix{}}
		past.Stops = nil
		for _, s := range w.Patrol.Stops {
			if c, ok := byCode[s.Code]; ok {
				past.Stops = append(past.Stops, patrol.PatrolStop{Checkpoint: c})
			}
		}
		for _, t := range w.Tracks {
			past.Fixes[t.Person] = t.Fixes
			fixes += len(t.Fixes)
		}
		out = append(out, past)
	}
	return out, fixes
}
