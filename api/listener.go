package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// listener says what one event stream is told.
type listener struct {
	report string       // the id of the only report it is of, whoever listens; empty: of all in
	scope  access.Scope // these areas
	view   view         // how much of them
	plans  bool         // and of changes to boundary plans

	principal access.Principal // who listens
	creds     credentials      // what that rests on; not given for nobody, and for who shows a secret
}

// listen says who listens with a request: with the secret of one report, its
// sender; else the caller. Who reads reports in full is told of those in its
// areas. To everybody else, where the map is public, all reports are, in their
// public form; where it is not, an account is told that of its areas.
func (s *Server) listen(r *http.Request) (listener, error) {
	q := newQuery(r)
	report := q.text("report", 40)
	if err := q.err(); err != nil {
		return listener{}, err
	}
	if q.values.Has("report") {
		return s.follower(r, report)
	}
	p := PrincipalFrom(r.Context())
	l := listener{principal: p, view: viewPublic, plans: access.Can(p, access.PlanBoundaries)}
	if p.SignedIn() {
		l.creds = credentialsOf(r)
	}
	mapped := s.publicMay(need{public: PublicMap})
	switch {
	case !p.SignedIn() && !mapped:
		return listener{}, fail("sign-in-required", "this needs an account, a token, or the secret of a report")
	case access.Can(p, access.ReadEvents) && viewOf(p) == viewFull:
		l.scope, l.view = p.Scope, viewFull
	case mapped:
		l.scope = access.Scope{All: true}
	case access.Can(p, access.ReadEvents):
		l.scope = p.Scope
	}
	return l, nil
}

// still reports whether the listener is the one it was when it began: a session
// or token that has ended does not listen on, nor does anybody who is told of
// other areas or otherwise from now on. The error is that nobody can say.
func (s *Server) still(ctx context.Context, l listener) (bool, error) {
	if !l.creds.given() {
		return true, nil
	}
	c, err := s.credentialOf(ctx, l.creds)
	if err != nil {
		if problemOf(err).Status == http.StatusUnauthorized {
			err = nil
		}
		return false, err
	}
	return reflect.DeepEqual(s.principal(c), l.principal), nil
}

// follower is the sender of a report, who shows its secret. A report that is not
// there and a wrong secret are the same.
func (s *Server) follower(r *http.Request, text string) (listener, error) {
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text || !s.knowsSecret(r, id) {
		return listener{}, errNotFound("report")
	}
	_, _, err = s.cfg.Reports.Report(r.Context(), access.Scope{All: true}, id)
	if errors.Is(err, geo.ErrNotFound) {
		return listener{}, errNotFound("report")
	}
	return listener{report: text, view: viewOwn}, err
}

// hears reports whether the listener is told of an event. It is asked for every
// event and every stream.
func (l listener) hears(e patrol.StreamEvent) bool {
	switch {
	case e.Type == "reset":
		return true
	case l.view == viewOwn:
		// Of what is told of reports only their ids look like this.
		return isReport(e) && bytes.Contains(e.Data, []byte(l.report))
	case isPlan(e):
		return l.plans
	case isPatrol(e):
		// Of no area is that the posts have changed.
		return access.Can(l.principal, access.ReadPatrols) && (len(e.Areas) == 0 || l.principal.Scope.Covers(e.Areas))
	case e.Type == "revision.published":
		return true
	case l.view == viewPublic:
		return isReport(e) && l.scope.Covers(e.Areas)
	}
	return len(e.Areas) == 0 || l.scope.Covers(e.Areas)
}

func isReport(e patrol.StreamEvent) bool { return strings.HasPrefix(e.Type, "report.") }

func isPlan(e patrol.StreamEvent) bool { return strings.HasPrefix(e.Type, "plan.") }

func isPatrol(e patrol.StreamEvent) bool { return strings.HasPrefix(e.Type, "patrol.") }

// publicNews is what everybody is told of a report. What is not here is not told.
type publicNews struct {
	Category  string        `json:"category"`
	Status    patrol.Status `json:"status"`
	Lon       *float64      `json:"lon,omitempty"` // missing in events of older programs
	Lat       *float64      `json:"lat,omitempty"`
	CreatedAt time.Time     `json:"created_at"` // to the second, as in the public collection
	UpdatedAt time.Time     `json:"updated_at"`
}

// told gives an event as the listener is told of it. ok is false for what
// cannot be read, which nobody is told of who is not told everything.
func (l listener) told(e patrol.StreamEvent, book *patrol.Rulebook) (_ patrol.StreamEvent, ok bool) {
	if l.view != viewPublic || !isReport(e) {
		return e, true
	}
	var news publicNews
	if err := json.Unmarshal(e.Data, &news); err != nil {
		return e, false
	}
	if news.Lon == nil || news.Lat == nil {
		news.Lon, news.Lat = nil, nil
	} else {
		// The category may have become private since.
		p := book.Shown(news.Category, orb.Point{*news.Lon, *news.Lat})
		news.Lon, news.Lat = &p[0], &p[1]
	}
	news.CreatedAt, news.UpdatedAt = news.CreatedAt.UTC().Truncate(time.Second), news.UpdatedAt.UTC().Truncate(time.Second)
	data, err := json.Marshal(news)
	e.Data = data
	return e, err == nil
}
