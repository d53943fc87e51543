package api

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reportProperties is what a report's feature says of it.
type reportProperties struct {
	ID           geo.ID                 `json:"id"`
	Status       patrol.Status          `json:"status"`
	Category     string                 `json:"category"`
	Description  string                 `json:"description,omitempty"`
	Areas        map[geo.Kind]*geo.Name `json:"areas"`
	Assignees    []assignee             `json:"assignees"`
	DueAt        *time.Time             `json:"due_at"`
	HardDueAt    *time.Time             `json:"hard_due_at,omitempty"`
	Overdue      bool                   `json:"overdue"`
	Revision     int                    `json:"revision"`
	CreatedAt    time.Time              `json:"created_at"`
	UpdatedAt    time.Time              `json:"updated_at"`
	ObservedAt   *time.Time             `json:"observed_at,omitempty"`
	AccuracyM    float64                `json:"accuracy_m,omitempty"`
	Source       string                 `json:"source,omitempty"`
	Raw          *rawPosition           `json:"raw,omitempty"`
	Version      int                    `json:"version"`
	HasContact   bool                   `json:"has_contact,omitempty"`
	Photos       []photoAnswer          `json:"photos,omitempty"`
	Allow        []patrol.EventType     `json:"allow,omitempty"`
	History      []historyAnswer        `json:"history,omitempty"`
	Routing      *routingAnswer         `json:"routing,omitempty"`
	FollowSecret string                 `json:"follow_secret,omitempty"`
	Synthetic    bool                   `json:"synthetic,omitempty"`
}

type rawPosition struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
	CRS string  `json:"crs"`
}

type photoAnswer struct {
	Number int    `json:"number"`
	Href   string `json:"href"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type historyAnswer struct {
	Seq  int              `json:"seq"`
	Type patrol.EventType `json:"type"`
	At   time.Time        `json:"at"`
	// When it was done by the clock of who did it, where that was said.
	OccurredAt *time.Time      `json:"occurred_at,omitempty"`
	By         string          `json:"by"` // a role
	Actor      string          `json:"actor,omitempty"`
	From       patrol.Status   `json:"from,omitempty"`
	To         patrol.Status   `json:"to"`
	Note       string          `json:"note,omitempty"`
	Point      *lonLat         `json:"point,omitempty"`
	Detail     json.RawMessage `json:"detail,omitempty"`
	Photos     []photoAnswer   `json:"photos,omitempty"` // those that came with it
}

// routingAnswer is the decision record: what it rested on and what came out.
type routingAnswer struct {
	Revision      int                    `json:"revision"`
	DutyVersion   int64                  `json:"duty_version"`
	Rule          string                 `json:"rule"`
	Point         *lonLat                `json:"point,omitempty"`
	EdgeDistanceM float64                `json:"edge_distance_m"`
	Areas         map[geo.Kind]*geo.Name `json:"areas"`
	Assignments   []assignmentAnswer     `json:"assignments"`
	DecidedAt     time.Time              `json:"decided_at"`
}

// assignmentAnswer is who was named then; assignees say who holds the posts now.
type assignmentAnswer struct {
	assignee
	SeatID   *geo.ID `json:"seat_id,omitempty"`
	PersonID *geo.ID `json:"person_id,omitempty"`
}

// report gives the feature of a report, as much of it as the view shows.
func (c *contacts) report(r *patrol.Report, v view) feature[reportProperties] {
	p := reportProperties{
		ID: r.ID, Status: r.Status, Category: r.Category, Areas: r.Decision.Areas,
		DueAt: instant(r.DueAt), Overdue: r.Overdue(c.at), Revision: r.Decision.Revision,
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), Version: r.Version,
		// On an invented map a real report is still in an invented grid.
		Synthetic: r.Source == "demo" || c.invented(),
	}
	if p.Areas == nil {
		p.Areas = (&geo.Match{}).Names()
	}
	if v == viewPublic {
		p.Assignees = []assignee{}
		return reportFeature(p, c.shown(r, v))
	}
	p.Assignees = c.assignees(r.Decision.Assignments, r.Decision.AreaIDs)
	p.Description, p.ObservedAt, p.AccuracyM, p.HardDueAt = r.Description, instant(r.ObservedAt), r.AccuracyM, instant(r.HardDueAt)
	p.Photos = photoAnswers(r, v, 0)
	if v == viewFull {
		p.Source, p.HasContact = r.Source, r.HasContact
		p.Raw = &rawPosition{r.Raw[0], r.Raw[1], r.RawCRS}
		p.Allow = c.allowed(r)
	}
	return reportFeature(p, r.Point)
}

// shown is where the view has the report: the public's is moved, farther where
// the matter is private.
func (c *contacts) shown(r *patrol.Report, v view) orb.Point {
	if v != viewPublic {
		return r.Point
	}
	return c.duties.Rulebook.Shown(r.Category, r.Point)
}

func reportFeature(p reportProperties, at orb.Point) feature[reportProperties] {
	return feature[reportProperties]{Type: "Feature", ID: p.ID, Geometry: geojson.NewGeometry(at), Properties: p}
}

// detailed adds history and routing.
func (c *contacts) detailed(r *patrol.Report, history []patrol.HistoryEntry, v view) feature[reportProperties] {
	f := c.report(r, v)
	if v == viewPublic {
		return f
	}
	for _, h := range history {
		entry := historyAnswer{Seq: h.Seq, Type: h.Type, At: h.At.UTC(), By: h.Actor.Role, From: h.From, To: h.To}
		if v == viewFull {
			entry.Actor, entry.Note, entry.Detail, entry.OccurredAt = h.Actor.Name, h.Note, h.Detail, instant(h.OccurredAt)
			if h.Point != nil {
				entry.Point = &lonLat{h.Point[0], h.Point[1]}
			}
		} else if h.Type.ForReporter() {
			entry.Note = h.Note
		} else if h.Type == patrol.EventComment {
			continue
		}
		entry.Photos = photoAnswers(r, v, h.Seq)
		f.Properties.History = append(f.Properties.History, entry)
	}
	f.Properties.Routing = c.routing(r, v)
	return f
}

func (c *contacts) routing(r *patrol.Report, v view) *routingAnswer {
	d := &r.Decision
	out := &routingAnswer{
		Revision: d.Revision, DutyVersion: d.DutyVersion, Rule: d.Rule, Point: &lonLat{d.Point[0], d.Point[1]},
		EdgeDistanceM: d.EdgeDistanceM, Areas: d.Areas, DecidedAt: d.DecidedAt.UTC(), Assignments: []assignmentAnswer{},
	}
	for _, a := range d.Assignments {
		line := assignmentAnswer{assignee: assignee{Post: a.Post, AreaKind: a.AreaKind, AreaCode: a.AreaCode, Via: a.Via, StandsFor: a.StandsFor, Lead: a.Lead}}
		if v == viewFull && c.may(d.AreaIDs) {
			if a.SeatID != (geo.ID{}) {
				line.SeatID = &a.SeatID
			}
			if person, ok := c.duties.Roster.Person(a.PersonID); ok {
				line.PersonID, line.Name = &a.PersonID, person.Name
				c.private = true
			}
		}
		out.Assignments = append(out.Assignments, line)
	}
	return out
}

// photoAnswers gives the photos in the view that came with an event of the
// report, or, where event is 0, with any.
func photoAnswers(r *patrol.Report, v view, event int) (out []photoAnswer) {
	for _, p := range r.Photos {
		if v.shows(&p) && (event == 0 || event == p.Event) {
			out = append(out, photoAnswer{p.Number, photoHref(r.ID, p.Number), p.Width, p.Height})
		}
	}
	return out
}

func photoHref(id geo.ID, n int) string {
	return "/api/v1/reports/" + id.String() + "/photos/" + strconv.Itoa(n)
}

// instant gives a time for an answer, nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
