package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// createPatrol answers POST /api/v1/patrols: somebody plans a patrol of an area
// of theirs. Without a list of checkpoints those of the area are on it that have
// to be visited by the end of its day.
func (s *Server) createPatrol(w http.ResponseWriter, r *http.Request) error {
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	f, bad, err := jsonBody(r)
	if err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	f.required("area", "planned_start", "planned_end")
	area := readArea(f, v.world)
	plan := readPlan(f)
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	covering := v.above(area)
	if !v.principal.Scope.Covers(covering) {
		return fail("outside-scope", "this account is limited to areas and plans no patrols of others")
	}
	in := patrol.NewPatrol{Actor: actorOf(v.principal), Patrol: patrol.Patrol{AreaID: area.ID, AreaIDs: covering, CreatedAt: v.at,
		PlannedStart: *plan.PlannedStart, PlannedEnd: *plan.PlannedEnd}}
	if in.Patrol.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	if plan.Team != nil {
		in.Patrol.Team = *plan.Team
	}
	if plan.Note != nil {
		in.Patrol.Note = *plan.Note
	}
	if key != "" {
		in.KeyHash, in.RequestHash = keyHash(v.principal, key), planHash("patrol", area.ID, plan)
	}
	if err := s.checkPlanned(r, &v, plan, nil); err != nil {
		return err
	}
	if plan.Stops == nil {
		if plan.Stops, err = s.stopsDue(r, v.world, area, in.Patrol.PlannedStart); err != nil {
			return err
		}
	}
	for _, id := range *plan.Stops {
		in.Patrol.Stops = append(in.Patrol.Stops, patrol.PatrolStop{Checkpoint: patrol.Checkpoint{ID: id}})
	}
	p, replayed, err := s.cfg.Patrols.AddPatrol(r.Context(), in)
	if err != nil {
		return unprocessable(err)
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("Location", s.baseURL(r)+"/api/v1/patrols/"+p.ID.String())
	return s.answerPatrol(w, r, http.StatusCreated, &p)
}

// changePatrol answers PATCH /api/v1/patrols/{id}: what was planned is changed.
func (s *Server) changePatrol(w http.ResponseWriter, r *http.Request) error {
	return s.doPatrol(w, r, patrol.DeedEdit)
}

// walkPatrol answers POST /api/v1/patrols/{id}/{deed}.
func (s *Server) walkPatrol(deed patrol.PatrolDeed) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.doPatrol(w, r, deed) }
}

// doPatrol does something to a patrol and answers with it as it is then.
func (s *Server) doPatrol(w http.ResponseWriter, r *http.Request, deed patrol.PatrolDeed) error {
	id, err := pathID(r, "patrol")
	if err != nil {
		return err
	}
	key, err := idempotencyKey(r)
	if err != nil {
		return err
	}
	a, err := readDeed(r, deed)
	if err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	before, err := s.findPatrol(r, id)
	if err != nil {
		return err
	}
	a.PatrolID, a.Seen, a.Actor, a.Walker = id, v.at, actorOf(v.principal), walker(v.principal, &before)
	if deed == patrol.DeedEdit {
		if err := s.checkPlanned(r, &v, a.Plan, &before); err != nil {
			return err
		}
	}
	if key != "" {
		a.KeyHash, a.RequestHash = keyHash(v.principal, key), deedHash(&a)
	}
	p, same, err := s.cfg.Patrols.DoPatrol(r.Context(), v.principal.Scope, v.principal.Person, a)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("patrol")
	case err != nil:
		return unprocessable(err)
	}
	if same {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	return s.answerPatrol(w, r, http.StatusOK, &p)
}

// jsonBody reads a body that must be a JSON object, of a request without
// parameters. An empty one is an object without members.
func jsonBody(r *http.Request) (*fields, *faults, error) {
	if err := newQuery(r).err(); err != nil {
		return nil, nil, err
	}
	bad := &faults{}
	if r.ContentLength == 0 {
		return newFields(bad, "", &object{}), bad, nil
	}
	body, err := readObject(r)
	if err != nil {
		return nil, nil, err
	}
	return newFields(bad, "", body), bad, nil
}

// readDeed reads what is to be done to a patrol.
func readDeed(r *http.Request, deed patrol.PatrolDeed) (a patrol.PatrolAction, err error) {
	a.Deed = deed
	f, bad, err := jsonBody(r)
	if err != nil {
		return a, err
	}
	switch deed {
	case patrol.DeedEdit:
		a.Plan = readPlan(f)
	case patrol.DeedCancel:
		a.Note = f.text("note", patrol.NoteMax)
	case patrol.DeedEnd:
		a.At, a.Note = f.moment("at"), f.text("note", patrol.NoteMax)
	case patrol.DeedStart:
		a.At, a.Point = f.moment("at"), readPlace(f)
	default:
		a.At = f.moment("at")
	}
	f.done()
	if a.IfVersion, err = ifMatch(r); err != nil {
		return a, err
	}
	return a, bad.bodyError()
}

// readPlace reads lon and lat, where they are given.
func readPlace(f *fields) *orb.Point {
	where := reportCommand{positionAt: "/lon"}
	var err error
	if where.crs, err = geo.ParsePointCRS(f.text("crs", 32)); err != nil {
		f.impossible("/crs", "must be wgs84, cgcs2000, gcj02 or bd09")
	}
	where.readLonLat(f)
	where.convert(f)
	if !where.located {
		return nil
	}
	return &orb.Point{where.point[0], where.point[1]}
}

// readArea reads the area of a patrol: its kind and code, as text or as an object.
func readArea(f *fields, world world) *geo.Area {
	v, ok := f.member("area")
	if !ok {
		return nil
	}
	text, isText := v.(string)
	if o, isObject := v.(*object); isObject {
		of := newFields(f.faults, "/area", o)
		text, isText = of.text("kind", 40)+":"+of.text("code", 80), true
		for _, known := range []string{"name", "name_en"} { // as answers have it
			of.member(known)
		}
		of.done()
	}
	if !isText || len(text) > 120 {
		f.unread("/area", "must be kind:code")
		return nil
	}
	ref, err := geo.ParseRef(text)
	if err == nil {
		var a *geo.Area
		if a, err = world.Index.Find(ref); err == nil {
			return a
		}
	}
	f.impossible("/area", "%s", geo.Text(err))
	return nil
}

// readPlan reads what is planned; members that are missing stay nil.
func readPlan(f *fields) (plan patrol.PatrolPlan) {
	if f.obj.members["planned_start"] != nil {
		t := f.moment("planned_start")
		plan.PlannedStart = &t
	}
	if f.obj.members["planned_end"] != nil {
		t := f.moment("planned_end")
		plan.PlannedEnd = &t
	}
	if f.obj.members["note"] != nil {
		note := strings.TrimSpace(f.text("note", patrol.NoteMax))
		plan.Note = &note
	}
	plan.Team, plan.Stops = f.ids("team", patrol.TeamMax), f.ids("checkpoints", patrol.CheckpointsMax)
	for _, name := range []string{"planned_start", "planned_end", "note"} {
		f.read[name] = true
	}
	return plan
}

// ids reads a list of at most max ids; nil where it is missing.
func (f *fields) ids(name string, max int) *[]geo.ID {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		f.unread(f.pointer(name), "must be a list of ids")
		return nil
	}
	if len(list) > max {
		f.impossible(f.pointer(name), "has %d; at most %d are possible", len(list), max)
		return nil
	}
	out := make([]geo.ID, len(list))
	for i, v := range list {
		text, _ := v.(string)
		id, err := uuid.Parse(text)
		if err != nil || id.String() != strings.ToLower(text) {
			f.unread(fmt.Sprintf("%s/%d", f.pointer(name), i), "must be an id")
		}
		out[i] = id
	}
	return &out
}

// checkPlanned refuses people that the roster does not show to the caller, and
// checkpoints that are not in use or not in the caller's areas. Who and what is
// on the patrol already may stay.
func (s *Server) checkPlanned(r *http.Request, v *rosterView, plan patrol.PatrolPlan, before *patrol.Patrol) error {
	var bad faults
	if plan.Team != nil {
		for i, id := range *plan.Team {
			_, known := v.duties.Roster.Person(id)
			if !(known && v.knowsPerson(id)) && !(before != nil && before.HasMember(id)) {
				bad.impossible(fmt.Sprintf("/team/%d", i), "is nobody of the roster")
			}
		}
	}
	if plan.Stops != nil && len(*plan.Stops) > 0 {
		seen, err := s.checkpointsSeen(r, v.world, v.principal)
		if err != nil {
			return err
		}
		for i, id := range *plan.Stops {
			if _, ok := seen[id]; !ok && !(before != nil && slices.ContainsFunc(before.Stops, func(stop patrol.PatrolStop) bool { return stop.ID == id })) {
				bad.impossible(fmt.Sprintf("/checkpoints/%d", i), "is no checkpoint in use")
			}
		}
	}
	return bad.bodyError()
}

// checkpointsSeen gives the checkpoints in use that the caller may see, by id.
func (s *Server) checkpointsSeen(r *http.Request, world world, p access.Principal) (map[geo.ID]patrol.Checkpoint, error) {
	all, err := s.cfg.Patrols.Checkpoints(r.Context())
	if err != nil {
		return nil, err
	}
	out := make(map[geo.ID]patrol.Checkpoint, len(all))
	for _, c := range all {
		if m, _ := world.Index.Locate(c.Point); p.Scope.Covers(areaIDs(&m)) {
			out[c.ID] = c
		}
	}
	return out, nil
}

// stopsDue gives the checkpoints in an area that have to be visited by the end
// of the day of t, the longest due first.
func (s *Server) stopsDue(r *http.Request, world world, area *geo.Area, t time.Time) (*[]geo.ID, error) {
	all, err := s.cfg.Patrols.Checkpoints(r.Context())
	if err != nil {
		return nil, err
	}
	local := t.In(s.zone())
	dayEnd := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location())
	all = slices.DeleteFunc(all, func(c patrol.Checkpoint) bool {
		m, _ := world.Index.Locate(c.Point)
		at := m.Area(area.Kind)
		return at == nil || at.ID != area.ID || !c.DueAt().Before(dayEnd)
	})
	slices.SortStableFunc(all, func(a, b patrol.Checkpoint) int { return a.DueAt().Compare(b.DueAt()) })
	out := []geo.ID{}
	for _, c := range all[:min(len(all), patrol.CheckpointsMax)] {
		out = append(out, c.ID)
	}
	return &out, nil
}

// planHash gives the hash of what is planned, so that the same key with
// something else is noticed.
func planHash(what string, of geo.ID, plan patrol.PatrolPlan) []byte {
	h := sha256.New()
	writeHashed(h, what)
	writeHashed(h, of.String())
	for _, t := range []*time.Time{plan.PlannedStart, plan.PlannedEnd} {
		if t != nil {
			writeHashed(h, t.UTC().Format(time.RFC3339Nano))
		} else {
			writeHashed(h, "-")
		}
	}
	for _, ids := range []*[]geo.ID{plan.Team, plan.Stops} {
		if ids != nil {
			writeHashed(h, fmt.Sprint(*ids))
		} else {
			writeHashed(h, "-")
		}
	}
	if plan.Note != nil {
		writeHashed(h, *plan.Note)
	}
	return h.Sum(nil)
}

// deedHash is planHash of a deed. The time of one that says none is no part of
// it: it is when, not what.
func deedHash(a *patrol.PatrolAction) []byte {
	h := sha256.New()
	h.Write(planHash("patrol "+string(a.Deed), a.PatrolID, a.Plan))
	writeHashed(h, a.At.Format(time.RFC3339Nano))
	writeHashed(h, strings.TrimSpace(a.Note))
	if a.Point != nil {
		writeHashed(h, fmt.Sprint(*a.Point))
	}
	return h.Sum(nil)
}
