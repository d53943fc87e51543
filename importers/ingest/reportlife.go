package ingest

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// importActor is who did what a file tells of; it says not who.
var importActor = patrol.Actor{Kind: "system", ID: "import", Name: "import", Role: "system"}

// endings are the events that lead to the states.
var endings = map[patrol.Status]patrol.EventType{
	patrol.Verified: patrol.EventVerify, patrol.Dispatched: patrol.EventDispatch, patrol.Accepted: patrol.EventAccept, patrol.Returned: patrol.EventReturn,
	patrol.Handled: patrol.EventHandle, patrol.Closed: patrol.EventClose, patrol.Rejected: patrol.EventReject, patrol.Parked: patrol.EventPark, patrol.Duplicate: patrol.EventMerge,
}

// live reads what became of a report: its state, its limits and the two entries of its
// history that follow from them.
func (p *reportParser) live(raw *rawReport, out *parsed, c *patrol.Category) {
	r := &out.past.Report
	closed, ok := p.after(raw, out, fieldClosed, r.CreatedAt)
	updated, okToo := p.after(raw, out, fieldUpdated, r.CreatedAt)
	if !ok || !okToo {
		return
	}
	text := Fold(raw.values[fieldStatus].Text)
	status, known := parseStatus(text)
	switch {
	case text != "" && !known:
		p.damaged(raw, out, fieldStatus, "is no state of a report known here")
		return
	case text == "" && !closed.IsZero():
		status = patrol.Closed
	case text == "" && p.columns[fieldStatus] < 0 && p.columns[fieldClosed] < 0:
		status = patrol.Closed
		out.soft = append(out.soft, softened{"all closed", "the file does not say what became of the reports; they are taken for closed", ""})
	case text == "":
		status = patrol.Dispatched
	}
	start := patrol.Dispatched
	if c.VerifyFirst || status == patrol.Reported {
		start = patrol.Reported
	}
	r.Status = status
	if status != patrol.Reported && status != patrol.Verified && status != patrol.Parked && status != patrol.Rejected && status != patrol.Duplicate {
		r.DueAt, r.HardDueAt = p.limiter.limits(*c, r.CreatedAt)
		if due, ok := p.after(raw, out, fieldDue, r.CreatedAt); !ok {
			return
		} else if !due.IsZero() {
			r.DueAt = due
			if r.HardDueAt.Before(due) {
				r.HardDueAt = due
			}
		}
	}
	out.past.History = append(make([]patrol.HistoryEntry, 0, 2), patrol.HistoryEntry{Seq: 1, Type: patrol.EventCreate, At: r.CreatedAt, Actor: importActor, To: start})
	r.UpdatedAt = r.CreatedAt
	if status != start {
		at := closed
		if at.IsZero() || status.Open() && updated.After(at) {
			at = updated
		}
		if at.IsZero() {
			at = r.CreatedAt
		}
		out.past.History = append(out.past.History, patrol.HistoryEntry{Seq: 2, Type: endings[status], At: at, Actor: importActor, From: start, To: status})
		r.UpdatedAt = at
	}
	if updated.After(r.UpdatedAt) {
		r.UpdatedAt = updated
	}
	if status == patrol.Handled || status == patrol.Closed {
		r.HandledBy = importActor.ID
	}
	r.Version = len(out.past.History)
}

// after reads a time that cannot lie before another; zero where there is none.
// A day is its last instant where its first would be before.
func (p *reportParser) after(raw *rawReport, out *parsed, field int, made time.Time) (time.Time, bool) {
	v := raw.values[field]
	if Fold(v.Text) == "" {
		return time.Time{}, true
	}
	m, ok := parseMoment(v, p.b.Zone)
	if !ok {
		p.damaged(raw, out, field, "is no time")
		return time.Time{}, false
	}
	if m.dayOnly && m.at.Before(made) {
		m.at = m.at.AddDate(0, 0, 1).Add(-time.Second)
	}
	if m.at.Before(made) {
		p.damaged(raw, out, field, "lies before the report was made")
		return time.Time{}, false
	}
	return m.at, true
}

// router decides who answered for a report, by the boundaries and posts of its day.
// Safe for concurrent use.
type router struct {
	b     ReportBasis
	first *locate.Snapshot

	loading sync.Mutex
	kept    []*locate.Snapshot // the last used first
}

// keptSnapshots is how many revisions a router keeps.
const keptSnapshots = 4

func newRouter(ctx context.Context, b ReportBasis) (*router, error) {
	if len(b.Revisions) == 0 {
		return nil, &importers.Problem{Problem: importers.ProblemUnknownParent,
			Detail: "no boundaries have been published, so that nobody answers for a report; import and publish areas first"}
	}
	r := &router{b: b}
	var err error
	r.first, err = r.snapshot(ctx, b.Revisions[len(b.Revisions)-1].Number)
	return r, err
}

// snapshot gives the boundaries of a revision.
func (r *router) snapshot(ctx context.Context, n int) (*locate.Snapshot, error) {
	r.loading.Lock()
	defer r.loading.Unlock()
	for i, s := range r.kept {
		if s.Revision.Number == n {
			copy(r.kept[1:i+1], r.kept[:i])
			r.kept[0] = s
			return s, nil
		}
	}
	s, err := r.b.Boundaries(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("boundaries of revision %d: %w", n, err)
	}
	r.kept = append([]*locate.Snapshot{s}, r.kept[:min(len(r.kept), keptSnapshots-1)]...)
	return s, nil
}

// route decides on a report.
func (r *router) route(ctx context.Context, report *patrol.Report, c *patrol.Category) (patrol.Decision, error) {
	list := r.b.Revisions
	n := sort.Search(len(list), func(i int) bool { return list[i].PublishedAt.After(report.CreatedAt) })
	s, err := r.snapshot(ctx, list[max(n-1, 0)].Number)
	if err != nil {
		return patrol.Decision{}, err
	}
	match, _ := s.Index.Locate(report.Point)
	return patrol.Dispatch(r.b.Duties, patrol.Routing{Point: report.Point, Match: match, Revision: s.Revision.Number,
		EdgeDistanceM: s.Index.EdgeDistanceM(geo.Grid, report.Point), Category: *c, At: report.CreatedAt})
}
