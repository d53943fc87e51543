package api

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// planAnswer is a plan without its operations.
type planAnswer struct {
	ID              geo.ID        `json:"id"`
	Title           string        `json:"title"`
	Status          redraw.Status `json:"status"`
	BaseRevision    int           `json:"base_revision"`
	CurrentRevision int           `json:"current_revision"`
	Behind          bool          `json:"behind"`
	Version         int64         `json:"version"`
	ETag            string        `json:"etag"`
	Operations      int           `json:"operations"`
	Undone          int           `json:"undone"`
	NeedsApproval   bool          `json:"needs_approval"`
	CreatedBy       authorAnswer  `json:"created_by"`
	CreatedAt       time.Time     `json:"created_at"`
	UpdatedAt       time.Time     `json:"updated_at"`
	ApprovedBy      *authorAnswer `json:"approved_by,omitempty"`
	ApprovedAt      *time.Time    `json:"approved_at,omitempty"`
	PublishAt       *time.Time    `json:"publish_at,omitempty"`
	PublishBy       *authorAnswer `json:"publish_by,omitempty"`
	Note            string        `json:"note,omitempty"`
	Revision        int           `json:"revision,omitempty"`
	Failure         string        `json:"failure,omitempty"`
	Allow           []string      `json:"allow"`
}

// authorAnswer is somebody who works on plans.
type authorAnswer struct {
	Name string `json:"name"`
	Me   bool   `json:"me"`
}

// planView says what plans look like to a caller.
type planView struct {
	who     access.Principal
	current int // revision in force
}

func (v planView) author(a redraw.Author) authorAnswer {
	return authorAnswer{a.Name, a.ID == v.who.ID.String()}
}

func (v planView) perhaps(a redraw.Author) *authorAnswer {
	if a.Zero() {
		return nil
	}
	out := v.author(a)
	return &out
}

// plan gives a plan.
func (v planView) plan(p *redraw.Plan) planAnswer {
	return planAnswer{
		ID: p.ID, Title: p.Title, Status: p.Status, BaseRevision: p.Base, CurrentRevision: v.current, Behind: v.behind(p),
		Version: p.Version, ETag: p.ETag, Operations: p.Operations, Undone: p.Undone, NeedsApproval: p.NeedsApproval,
		CreatedBy: v.author(p.CreatedBy), CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(),
		ApprovedBy: v.perhaps(p.ApprovedBy), ApprovedAt: instant(p.ApprovedAt),
		PublishAt: instant(p.PublishAt), PublishBy: v.perhaps(p.PublishBy),
		Note: p.Note, Revision: p.Revision, Failure: p.Failure, Allow: v.allow(p),
	}
}

// behind reports whether another revision than the plan's base is in force,
// which a plan that is done with does not mind.
func (v planView) behind(p *redraw.Plan) bool { return open(p.Status) && p.Base != v.current }

// open reports whether something can still become of a plan.
func open(s redraw.Status) bool { return s != redraw.Published && s != redraw.Discarded }

// allow lists what the caller may do to the plan now.
func (v planView) allow(p *redraw.Plan) []string {
	out := []string{}
	if !open(p.Status) {
		return out
	}
	scheduled := p.Status == redraw.Scheduled
	made := v.author(p.CreatedBy).Me || slices.ContainsFunc(p.Authors, func(a redraw.Author) bool { return v.author(a).Me })
	add := func(what string, may bool) {
		if may {
			out = append(out, what)
		}
	}
	publisher := access.Can(v.who, access.Publish)
	ready := publisher && !scheduled && p.Operations > 0 && (!p.NeedsApproval || p.Status == redraw.Approved)
	add("edit", !scheduled)
	add("approve", publisher && p.Status == redraw.Drafted && p.Operations > 0 && !made)
	add("publish", ready)
	add("schedule", ready)
	add("unschedule", publisher && scheduled)
	add("discard", !scheduled)
	add("rebase", !scheduled && v.behind(p))
	return out
}

// entryAnswer is an operation of a plan.
type entryAnswer struct {
	N  int             `json:"n"` // counts from 1
	Op json.RawMessage `json:"op"`
	By authorAnswer    `json:"by"`
	At time.Time       `json:"at"`
}

// entries gives operations, the first of which is number first.
func (v planView) entries(w *redraw.Working, list []redraw.Entry, first int) ([]entryAnswer, error) {
	out := make([]entryAnswer, len(list))
	for i, e := range list {
		op, err := json.Marshal(e.Op)
		if err != nil {
			return nil, err
		}
		out[i] = entryAnswer{first + i, op, v.author(redraw.Author{ID: e.By, Name: w.Names[e.By]}), e.At.UTC()}
	}
	return out, nil
}

// last gives the last operation in force; nil where there is none.
func (v planView) last(w *redraw.Working) (*entryAnswer, error) {
	return v.lastOf(w, w.Draft.Entries())
}

// next gives the operation that would be redone; nil where there is none.
func (v planView) next(w *redraw.Working) (*entryAnswer, error) {
	again, _, ok := w.Draft.Redo()
	if !ok {
		return nil, nil
	}
	return v.lastOf(w, again.Entries())
}

func (v planView) lastOf(w *redraw.Working, all []redraw.Entry) (*entryAnswer, error) {
	if len(all) == 0 {
		return nil, nil
	}
	list, err := v.entries(w, all[len(all)-1:], len(all))
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// planDetail is a plan with its operations.
type planDetail struct {
	planAnswer
	History []entryAnswer `json:"history"`
	Undo    *entryAnswer  `json:"undo"`
	Redo    *entryAnswer  `json:"redo"`
}

func (v planView) detail(w *redraw.Working) (out planDetail, err error) {
	out.planAnswer = v.plan(&w.Plan)
	if out.History, err = v.entries(w, w.Draft.Entries(), 1); err != nil {
		return out, err
	}
	if n := len(out.History); n > 0 {
		out.Undo = &out.History[n-1]
	}
	out.Redo, err = v.next(w)
	return out, err
}

// changeAnswer is the answer to a change of a plan's boundaries.
type changeAnswer struct {
	ETag      string          `json:"etag"`
	Version   int64           `json:"version"`
	Plan      planAnswer      `json:"plan"`
	Operation *entryAnswer    `json:"operation,omitempty"`
	Changed   []changedAnswer `json:"changed"`
	Problems  []planProblem   `json:"problems"`
}

// changedAnswer is an area that was changed, as a feature.
type changedAnswer struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"` // "kind:code"
	Kind       geo.Kind          `json:"kind"`
	Code       string            `json:"code"`
	Change     string            `json:"change"` // "new", "changed" or "gone"
	Before     *areaBefore       `json:"before"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties areaProperties    `json:"properties"`
}

type areaBefore struct {
	Code       string  `json:"code"`
	Households int     `json:"households"`
	AreaM2     float64 `json:"area_m2"`
}

// changed gives what an operation on a draft of the revision changed.
func changed(list []redraw.Change, revision int) []changedAnswer {
	out := make([]changedAnswer, len(list))
	for i, c := range list {
		ref := c.Ref()
		a := changedAnswer{Type: "Feature", ID: ref.String(), Kind: ref.Kind, Code: ref.Code, Change: "changed"}
		if c.Before != nil {
			a.Before = &areaBefore{c.Before.Code, c.Before.Households, c.Before.AreaM2}
		} else {
			a.Change = "new"
		}
		if c.After != nil {
			a.Geometry, a.Properties = geojson.NewGeometry(c.After.Shape), propertiesOf(c.After, revision)
		} else {
			a.Change, a.Properties = "gone", propertiesOf(c.Before, revision)
		}
		out[i] = a
	}
	return out
}
