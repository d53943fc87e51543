package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// patrolAnswer is a patrol as answers have it. Times called seen are by the
// server's clock, the others of the walk by the phone's.
type patrolAnswer struct {
	ID            geo.ID              `json:"id"`
	Area          patrolArea          `json:"area"`
	Team          []memberAnswer      `json:"team"`
	PlannedStart  time.Time           `json:"planned_start"`
	PlannedEnd    time.Time           `json:"planned_end"`
	State         patrol.PatrolState  `json:"state"`
	Paused        bool                `json:"paused"`
	StartedAt     *time.Time          `json:"started_at"`
	StartedSeenAt *time.Time          `json:"started_seen_at"`
	EndedAt       *time.Time          `json:"ended_at"`
	EndedSeenAt   *time.Time          `json:"ended_seen_at"`
	Pauses        [][2]*time.Time     `json:"pauses"`
	Checkpoints   []stopAnswer        `json:"checkpoints"`
	Reports       []geo.ID            `json:"reports"`
	DistanceM     float64             `json:"distance_m"`
	LastFixAt     *time.Time          `json:"last_fix_at"`
	AbsentSince   *time.Time          `json:"absent_since"`
	Note          string              `json:"note"`
	EndNote       string              `json:"end_note,omitempty"`
	Version       int                 `json:"version"`
	Allow         []patrol.PatrolDeed `json:"allow"`
	Synthetic     bool                `json:"synthetic,omitempty"`
}

type patrolArea struct {
	Kind   geo.Kind `json:"kind"`
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	NameEn string   `json:"name_en,omitempty"`
}

// memberAnswer is one of a team; Name is given where the caller may know it.
type memberAnswer struct {
	Person geo.ID `json:"person"`
	Name   string `json:"name,omitempty"`
}

// stopAnswer is a checkpoint of a patrol. VisitedAt and DwellS are of this
// patrol, the rest of the checkpoint.
type stopAnswer struct {
	ID        geo.ID                 `json:"id"`
	Code      string                 `json:"code"`
	Name      string                 `json:"name"`
	Kind      string                 `json:"kind"`
	Lon       float64                `json:"lon"`
	Lat       float64                `json:"lat"`
	RadiusM   int                    `json:"radius_m"`
	LookAt    []string               `json:"look_at"`
	VisitedAt *time.Time             `json:"visited_at"`
	DwellS    *float64               `json:"dwell_s"`
	LastVisit *time.Time             `json:"last_visit"`
	DueAt     time.Time              `json:"due_at"`
	State     patrol.CheckpointState `json:"state"`
}

// desk reports whether the caller does things for teams: tells that one has
// started by radio, or sends what a receiver recorded.
func desk(p access.Principal) bool { return p.Role == access.Admin || p.Role == access.Dispatcher }

// walker is what the caller may do to a patrol.
func walker(p access.Principal, of *patrol.Patrol) patrol.Walker {
	here := p.Scope.Covers(of.AreaIDs)
	return patrol.Walker{
		Person: p.Person, Walks: access.Can(p, access.WalkPatrols),
		AnyPatrol: desk(p) && here, Joins: !desk(p) && here,
		Plans: access.Can(p, access.PlanPatrols) && here,
	}
}

// patrolView gives patrols to one caller, and knows whose names it gave.
type patrolView struct {
	rosterView
	named bool // somebody's beside the caller's own
}

// patrol gives a patrol as it is at the time of the view.
func (v *patrolView) patrol(p *patrol.Patrol) patrolAnswer {
	a := patrolAnswer{
		ID: p.ID, Area: patrolArea{Kind: p.Area.Kind, Code: p.Area.Code, Name: p.AreaName}, Team: []memberAnswer{},
		PlannedStart: p.PlannedStart, PlannedEnd: p.PlannedEnd, State: p.StateAt(v.at), Paused: p.Paused(),
		StartedAt: optional(p.StartedAt), StartedSeenAt: optional(p.StartedSeenAt),
		EndedAt: optional(p.EndedAt), EndedSeenAt: optional(p.EndedSeenAt),
		Pauses: [][2]*time.Time{}, Checkpoints: []stopAnswer{}, Reports: p.Reports, DistanceM: toDecimals(p.DistanceM, 10),
		LastFixAt: optional(p.LastFixAt), AbsentSince: optional(p.AbsentSince),
		Note: p.Note, EndNote: p.EndNote, Version: p.Version, Allow: p.PatrolDeeds(walker(v.principal, p)),
	}
	if area, ok := v.Index.ByID(p.AreaID); ok { // by the name it has now
		a.Area, a.Synthetic = patrolArea{area.Kind, area.Code, area.Name, area.NameEn}, area.Synthetic
	}
	if a.Reports == nil {
		a.Reports = []geo.ID{}
	}
	for _, person := range p.Team {
		a.Team = append(a.Team, v.member(p, person))
	}
	for _, pause := range p.Pauses {
		a.Pauses = append(a.Pauses, [2]*time.Time{optional(pause.From), optional(pause.To)})
	}
	for i := range p.Stops {
		a.Checkpoints = append(a.Checkpoints, v.stop(&p.Stops[i]))
	}
	return a
}

func (v *patrolView) stop(stop *patrol.PatrolStop) stopAnswer {
	a := stopAnswer{ID: stop.ID, Code: stop.Code, Name: stop.Name, Kind: stop.Kind, Lon: stop.Point[0], Lat: stop.Point[1],
		RadiusM: stop.RadiusM, LookAt: lines(stop.LookAt), VisitedAt: optional(stop.VisitedAt),
		LastVisit: optional(stop.LastVisit), DueAt: stop.DueAt(), State: stop.StateAt(v.at)}
	if !stop.VisitedAt.IsZero() {
		dwell := thousandths(stop.Dwell.Seconds())
		a.DwellS = &dwell
	}
	return a
}

// lines is never nil, which would be null.
func lines(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// member gives one of a team, with the name as rosters have it for the caller,
// and for who walks along.
func (v *patrolView) member(p *patrol.Patrol, id geo.ID) memberAnswer {
	a := memberAnswer{Person: id}
	if person, ok := v.duties.Roster.Person(id); ok && (p.HasMember(v.principal.Person) || v.knowsPerson(id)) {
		a.Name = person.Name
		v.named = v.named || id != v.principal.Person
	}
	return a
}

// knowsPerson reports whether the roster shows somebody to the caller: a post of
// theirs lies in the caller's areas.
func (v *rosterView) knowsPerson(id geo.ID) bool {
	if !access.Can(v.principal, access.ReadRoster) {
		return false
	}
	return v.principal.Scope.All || id == v.principal.Person ||
		slices.ContainsFunc(v.duties.Roster.HoldingsOf(id), func(h patrol.Holding) bool { return v.seesSeat(h.Seat) })
}

// logTeams notes in the audit log that names of teams were shown, before they are.
func (s *Server) logTeams(ctx context.Context, v *patrolView, what string) error {
	if !v.named {
		return nil
	}
	return s.cfg.ReadLog.LogRead(ctx, actorOf(v.principal), "patrol", what)
}

// zone is the district's time zone.
func (s *Server) zone() *time.Location {
	zone, err := time.LoadLocation(s.cfg.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// patrolTag is the ETag of a patrol for If-Match: its version. It says nothing of
// what its tracks tell meanwhile.
func patrolTag(p *patrol.Patrol) string { return fmt.Sprintf(`"v%d"`, p.Version) }
