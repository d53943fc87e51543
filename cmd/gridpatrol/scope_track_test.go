package main

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// walkedPatrol gives a patrol of a side's grid under way, whose member walks in
// its middle, and is looked at.
func (w *scopeWorld) walkedPatrol(s *serving, of *side) string {
	w.t.Helper()
	key := of.name + " walked"
	if id, made := w.patrols[key]; made {
		return id
	}
	id := w.patrolOf(s, of, true, patrol.DeedStart)
	at, _ := geo.Snap(of.grid.Shape.Bound().Center())
	b := track.Batch{Patrol: uuid.MustParse(id), Person: of.chief, ReceivedAt: time.Now()}
	for i := range 20 {
		at.Lon += 500
		b.Fixes = append(b.Fixes, track.Fix{T: time.Now().Add(time.Duration(1+i*5) * time.Second), At: at, AccuracyM: 5, SpeedMPS: 1})
	}
	if _, err := s.tracks.Add(w.t.Context(), access.Scope{All: true}, system, b); err != nil {
		w.t.Fatal(err)
	}
	if err := s.tracks.CatchUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	// Somebody has looked, which the member may see.
	if _, _, err := s.tracks.Shown(w.t.Context(), system, geo.ID{}, b.Patrol, geo.ID{}, false); err != nil {
		w.t.Fatal(err)
	}
	w.patrols[key] = id
	return id
}

// trackExpectations are those of scopeExpectations for tracks, by what they need.
func trackExpectations() map[string]map[string][]question {
	lines := []string{"Content-Type", "application/x-ndjson"}
	return map[string]map[string][]question{
		string(access.ReadTracks): {
			"GET /api/v1/patrols/live":         {{}},
			"GET /api/v1/reports/{id}/nearest": {{of: "report", scope: "areas"}},
		},
		string(access.ReadPatrols): {
			"GET /api/v1/patrols/{id}/track": {{of: "walked patrol", scope: "areas"}, {of: "walked patrol", query: "?format=gpx", scope: "areas"}},
		},
		// Who walks is of the team; administrators send for a team of one.
		string(access.WalkPatrols): {
			"POST /api/v1/patrols/{id}/track": {{of: "walked patrol", scope: "areas", header: lines, body: `{"t":"2026-09-01T00:00:00Z","lon":125.62,"lat":43.55}`}},
		},
		"signed-in": {"GET /api/v1/track-readings": {{}}},
	}
}

// tracks sends where somebody is.
func (d *deeds) tracks() {
	d.t.Helper()
	id := d.w.patrolOf(d.serving, d.w.here, true, patrol.DeedStart)
	line := fmt.Sprintf(`{"t":%q,"lon":125.62,"lat":43.55}`, time.Now().Add(time.Second).UTC().Format(time.RFC3339Nano))
	d.do("POST /api/v1/patrols/{id}/track", []string{id}, line, append([]string{"Content-Type", "application/x-ndjson"}, d.header...)...)
}
