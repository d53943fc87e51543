package main

import (
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// patrolOf gives a patrol of a side's grid, walked by its chief, after these
// deeds; a fresh one is another every time.
func (w *scopeWorld) patrolOf(s *serving, of *side, fresh bool, deeds ...patrol.PatrolDeed) string {
	w.t.Helper()
	key := of.name
	for _, d := range deeds {
		key += " " + string(d)
	}
	if id, made := w.patrols[key]; made && !fresh {
		return id
	}
	now := time.Now().UTC()
	p, _, err := s.store.AddPatrol(w.t.Context(), patrol.NewPatrol{Actor: system, Patrol: patrol.Patrol{ID: uuid.Must(uuid.NewV7()),
		AreaID: of.grid.ID, AreaIDs: []geo.ID{of.grid.ID, of.township.ID}, PlannedStart: now, PlannedEnd: now.Add(time.Hour), Team: []geo.ID{of.chief},
		Stops: []patrol.PatrolStop{{Checkpoint: patrol.Checkpoint{ID: uuid.MustParse(w.checkpointOf(s, of, false))}}}, CreatedAt: now}})
	for _, d := range deeds {
		if err == nil {
			_, _, err = s.store.DoPatrol(w.t.Context(), access.Scope{All: true}, of.chief, patrol.PatrolAction{PatrolID: p.ID, Deed: d, Seen: now,
				Walker: patrol.Walker{Person: of.chief, Walks: true}, Actor: system})
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
	if w.patrols == nil {
		w.patrols = map[string]string{}
	}
	w.patrols[key] = p.ID.String()
	return p.ID.String()
}

// checkpointOf gives a checkpoint in a side's grid.
func (w *scopeWorld) checkpointOf(s *serving, of *side, fresh bool) string {
	w.t.Helper()
	if of.checkpoint != "" && !fresh {
		return of.checkpoint
	}
	id := uuid.Must(uuid.NewV7())
	at, _ := geo.Round(of.grid.Shape.Bound().Center())
	c, _, err := s.store.AddCheckpoint(w.t.Context(), patrol.NewCheckpoint{Actor: system, Checkpoint: patrol.Checkpoint{ID: id, Code: "c-" + id.String()[24:],
		Name: "小学" + of.name, Kind: "school", Point: at, RadiusM: 50, DueEveryH: 24, LookAt: []string{"校门口"}, CreatedAt: time.Now()}})
	if err != nil {
		w.t.Fatal(err)
	}
	if !fresh {
		of.checkpoint = c.ID.String()
	}
	return c.ID.String()
}

// namePatrol is name for patrols and checkpoints.
func (w *scopeWorld) namePatrol(a *question, c *caller, of *side) (id string, ok bool) {
	s := w.serving
	if of == w.abroad {
		s = w.foreign
	}
	fresh := a.fresh && (c.can(access.WalkPatrols) || c.can(access.PlanPatrols) || c.can(access.ManageCheckpoints))
	switch a.of {
	case "checkpoint":
		return w.checkpointOf(s, of, fresh), true
	case "patrol":
		return w.patrolOf(s, of, fresh), true
	case "walked patrol":
		return w.walkedPatrol(s, of), true
	case "active patrol":
		return w.patrolOf(s, of, fresh, patrol.DeedStart), true
	case "paused patrol":
		return w.patrolOf(s, of, fresh, patrol.DeedStart, patrol.DeedPause), true
	}
	return "", false
}

// patrolExpectations are those of scopeExpectations for patrols and checkpoints.
func patrolExpectations() map[access.Action]map[string][]question {
	const refused, unread = 403, 422
	key := []string{"Idempotency-Key", "matrix-{n}-0123456789abcdef"}
	const plan = `{"area":"grid:{id}","planned_start":"2026-09-01T00:00:00Z","planned_end":"2026-09-01T02:00:00Z"}`
	return map[access.Action]map[string][]question{
		access.ReadPatrols: {
			"GET /api/v1/patrols":                   {{}, {of: "grid", query: "?area=grid:{id}", absent: 400}},
			"GET /api/v1/patrols/{id}":              {{of: "patrol", scope: "areas"}},
			"GET /api/v1/checkpoints":               {{}, {of: "grid", query: "?area=grid:{id}", absent: 400}},
			"GET /api/v1/checkpoints/{id}":          {{of: "checkpoint", scope: "areas"}},
			"GET /api/v1/checkpoint-kinds":          {{}},
			"GET /api/v1/export/checkpoints":        {{query: "?format=geojson"}, {query: "?format=csv"}},
			"GET /api/v1/areas/{kind}/{code}/sheet": {{of: "grid", path: "/api/v1/areas/grid/{id}/sheet", scope: "areas"}, {of: "grid", path: "/api/v1/areas/grid/{id}/sheet", query: "?format=gpx", scope: "areas"}},
		},
		access.PlanPatrols: {
			"POST /api/v1/patrols":             {{of: "grid", scope: "areas", beyond: refused, ok: 201, absent: unread, body: plan, header: key}},
			"PATCH /api/v1/patrols/{id}":       {{of: "patrol", scope: "areas", body: `{"note":"n{n}"}`}},
			"POST /api/v1/patrols/{id}/cancel": {{of: "patrol", scope: "areas", body: `{"note":"rain"}`, fresh: true}},
		},
		// Who walks is of the team: those here of what is here, those there of that.
		access.WalkPatrols: {
			"POST /api/v1/patrols/{id}/start":  {{of: "patrol", scope: "areas", fresh: true}},
			"POST /api/v1/patrols/{id}/pause":  {{of: "active patrol", scope: "areas", fresh: true}},
			"POST /api/v1/patrols/{id}/resume": {{of: "paused patrol", scope: "areas", fresh: true}},
			"POST /api/v1/patrols/{id}/end":    {{of: "active patrol", scope: "areas", fresh: true, body: `{"note":"quiet"}`}},
		},
		access.ManageCheckpoints: {
			"POST /api/v1/checkpoints": {{ok: 201, body: `{"name":"校","kind":"school","lon":125.62,"lat":43.55}`},
				{ok: 201, body: `{"name":"校","kind":"school","lon":125.68,"lat":43.55}`, scope: "whole first", beyond: refused}},
			"PATCH /api/v1/checkpoints/{id}":  {{of: "checkpoint", scope: "areas", body: `{"name":"n{n}"}`}},
			"DELETE /api/v1/checkpoints/{id}": {{of: "checkpoint", scope: "areas", fresh: true, ok: 204}},
		},
	}
}

// patrols plans, walks and cancels patrols, and keeps a checkpoint.
func (d *deeds) patrols() {
	d.t.Helper()
	const of, place = "/api/v1/patrols/{id}", "/api/v1/checkpoints/{id}"
	plan := func() []string {
		return []string{d.made("POST /api/v1/patrols", nil, `{"area":"grid:`+d.w.here.grid.Code+`","planned_start":"2026-09-01T00:00:00Z","planned_end":"2026-09-01T02:00:00Z"}`)}
	}
	id, other := plan(), plan()
	d.do("PATCH "+of, id, `{"note":"also the bridge"}`)
	for _, deed := range []string{"start", "pause", "resume", "end"} {
		d.do("POST "+of+"/"+deed, id, "")
	}
	d.do("POST "+of+"/cancel", other, `{"note":"rain"}`)
	c := []string{d.made("POST /api/v1/checkpoints", nil, `{"name":"桥","kind":"bridge","lon":125.62,"lat":43.55}`)}
	d.do("PATCH "+place, c, `{"radius_m":30}`)
	d.do("DELETE "+place, c, "")
}
