package api

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The reports of one page: unless asked, and at most.
const (
	pageReports    = 100
	maxPageReports = 10_000
)

// listReports answers GET /api/v1/reports: those in the caller's areas, newest
// first or by when they are due, with a link to the next page.
func (s *Server) listReports(w http.ResponseWriter, r *http.Request) error {
	p := PrincipalFrom(r.Context())
	world := s.now()
	filter, err := readFilter(newQuery(r), world, p)
	if err != nil {
		return err
	}
	box := filter.Bound
	if box != nil && filter.OnlyPublic {
		// Who is shown moved points asks about those: boxes round the true
		// places would give them away, one smaller than the other.
		wide := box.Pad(patrol.PublicMargin)
		filter.Bound = &wide
	}
	reports, err := s.cfg.Reports.Reports(r.Context(), p.Scope, filter)
	if err != nil {
		return err
	}
	c, view := world.contacts(p), viewOf(p)
	out := collection[reportProperties]{Type: "FeatureCollection", Features: make([]feature[reportProperties], 0, len(reports))}
	for i := range reports {
		if box == nil || box.Contains(c.shown(&reports[i], view)) {
			out.Features = append(out.Features, c.report(&reports[i], view))
		}
	}
	out.Links = []link{{Rel: "self", Href: s.baseURL(r) + r.URL.RequestURI(), Type: "application/geo+json"}}
	if len(reports) == filter.Limit {
		out.Links = append(out.Links, link{Rel: "next", Href: s.nextPage(r, cursorAfter(&reports[len(reports)-1], filter.ByDue)), Type: "application/geo+json"})
	}
	if err := s.logContacts(r.Context(), c, "report", "list"); err != nil {
		return err
	}
	return writeGeoJSON(w, http.StatusOK, out)
}

// readFilter reads the parameters of a list of reports.
func readFilter(q *query, world world, p access.Principal) (patrol.Filter, error) {
	f := patrol.Filter{
		Bound: q.bbox(), From: q.moment("from"), To: q.moment("to"), Overdue: q.flag("overdue"), Now: world.at,
		Limit: q.count("limit", pageReports, maxPageReports), OnlyPublic: viewOf(p) == viewPublic,
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		q.unread("to", "must be after from")
	}
	for _, s := range q.list("status") {
		if status := patrol.Status(s); slices.Contains(patrol.Statuses(), status) {
			f.Status = append(f.Status, status)
		} else {
			q.unread("status", "there is no state %.40q", s)
		}
	}
	for _, code := range q.list("category") {
		if _, ok := world.duties.Rulebook.Category(code); !ok {
			q.unread("category", "there is no category %.40q", code)
		}
		f.Category = append(f.Category, code)
	}
	f.Area, f.Assignee = areaParam(q, world), assigneeParam(q, world, p)
	switch sort := q.text("sort", 20); sort {
	case "":
	case "due":
		f.ByDue = true
	default:
		q.unread("sort", "must be due; without it the newest come first")
	}
	if cursor := q.text("cursor", 64); cursor != "" {
		var ok bool
		if f.AfterTime, f.AfterID, ok = parseCursor(cursor, f.ByDue); !ok {
			q.unread("cursor", "is none of ours for this order; take it from a next link")
		}
	}
	return f, q.err()
}

func areaParam(q *query, world world) *geo.ID {
	text := q.text("area", 80)
	if text == "" {
		return nil
	}
	ref, err := geo.ParseRef(text)
	if err == nil {
		var a *geo.Area
		if a, err = world.Index.Find(ref); err == nil {
			return &a.ID
		}
	}
	q.unread("area", "%s", geo.Text(err))
	return nil
}

// assigneeParam reads "me", or a person's id where the caller may see the roster.
func assigneeParam(q *query, world world, p access.Principal) *geo.ID {
	switch text := q.text("assignee", 40); text {
	case "":
		return nil
	case "me":
		if p.Person == (geo.ID{}) && p.Role == access.Officer {
			return nil // whatever lies in its areas is for it
		}
		if p.Person == (geo.ID{}) {
			q.unread("assignee", "nobody stands behind this account, so nothing is assigned to me")
			return nil
		}
		return &p.Person
	default:
		id, err := uuid.Parse(text)
		if _, known := world.duties.Roster.Person(id); err != nil || !known || !access.Can(p, access.ReadRoster) {
			q.unread("assignee", "must be me or the id of a person")
			return nil
		}
		return &id
	}
}

// nextPage gives the address of the page after a cursor, with the same filter.
func (s *Server) nextPage(r *http.Request, cursor string) string {
	values, _ := url.ParseQuery(r.URL.RawQuery) // it was read once already
	values.Set("cursor", cursor)
	return s.baseURL(r) + r.URL.Path + "?" + values.Encode()
}

// dueCursor ends the cursors of lists by due time, which name other places.
const dueCursor = 'd'

// cursorAfter names a report's place in the list; nothing in it is meant to be
// read by anybody else.
func cursorAfter(r *patrol.Report, byDue bool) string {
	at := r.CreatedAt.UnixMicro()
	if byDue {
		at = math.MaxInt64 // after all that are due
		if !r.DueAt.IsZero() {
			at = r.DueAt.UnixMicro()
		}
	}
	b := append(binary.BigEndian.AppendUint64(nil, uint64(at)), r.ID[:]...)
	if byDue {
		b = append(b, dueCursor)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(text string, byDue bool) (at time.Time, id geo.ID, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if byDue && err == nil {
		b, ok = bytes.CutSuffix(b, []byte{dueCursor})
	}
	if err != nil || ok != byDue || len(b) != 24 {
		return at, id, false
	}
	copy(id[:], b[8:])
	if micros := int64(binary.BigEndian.Uint64(b)); micros != math.MaxInt64 || !byDue {
		at = time.UnixMicro(micros).UTC()
	}
	return at, id, true
}
