package postgis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Check gives every problem of a plan, errors first. The slice is not to be
// changed.
func (p *Plans) Check(ctx context.Context, id geo.ID) (redraw.Working, []redraw.Problem, error) {
	_, w, err := p.read(ctx, id)
	if err != nil {
		return w, nil, wrap("check plan "+id.String(), err)
	}
	return w, p.problems(w.Draft), nil
}

// checkKey names the problems of a draft in memory. States with one ETag have
// the same areas.
type checkKey struct {
	base, etag string
	duties     int64
	day        string // posts are held from one day to another
	imported   string // kinds, whose lines may move although they are locked
}

// problems gives those of a draft, errors first. The slice is not to be changed.
func (p *Plans) problems(d redraw.Draft) []redraw.Problem {
	duties, now := p.duties.Current(), p.time()
	key := checkKey{d.Base().ETag(), d.ETag(), duties.Version, now.Format(time.DateOnly), strings.Join(texts(d.State().Imported()), " ")}
	p.mu.Lock()
	list, ok := p.checks.get(key)
	p.mu.Unlock()
	if ok {
		return list
	}
	settings := redraw.Settings{Locked: p.cfg.Locked, HouseholdBand: p.cfg.HouseholdBand}
	if len(duties.Roster.AllSeats()) > 0 { // else the roster has still to come
		settings.Vacant = func(a geo.Area) []string { return vacantPosts(duties.Roster, a, now) }
	}
	list = redraw.Check(d.Base(), d.State(), settings)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks.put(key, list)
	return list
}

// vacantPosts names the posts that an area must have and that nobody holds, nor
// stands in for.
func vacantPosts(roster *patrol.Roster, a geo.Area, now time.Time) (vacant []string) {
	for _, post := range patrol.Posts() {
		if least, _ := post.Seats(); least == 0 || post.AreaKind() != a.Kind {
			continue
		}
		held := false
		for _, seat := range roster.Seats(post, a.ID) {
			_, _, holder := roster.Holder(seat.ID, now)
			_, _, deputy := roster.Deputy(seat.ID, now)
			held = held || holder || deputy
		}
		if !held {
			vacant = append(vacant, string(post))
		}
	}
	return vacant
}

// publishable refuses a draft that changes nothing or has errors.
func (p *Plans) publishable(d redraw.Draft) error {
	if d.ETag() == d.Base().ETag() {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "nothing-to-publish", Detail: "the plan changes nothing"}
	}
	out := &geo.Problem{Kind: geo.ErrConflict, Code: "plan-has-errors"}
	n := 0
	for _, problem := range p.problems(d) {
		if problem.Warning {
			break
		}
		if n++; n <= maxNamedProblems {
			names := make([]string, len(problem.Areas))
			for k, r := range problem.Areas {
				names[k] = r.String()
			}
			out.Fields = append(out.Fields, geo.FieldError{Pointer: strings.Join(names, " "), Detail: problem.Error()})
		}
	}
	if n == 0 {
		return nil
	}
	out.Detail = fmt.Sprintf("the plan has %d errors", n)
	return out
}

// maxNamedProblems is how many errors of a plan a refusal names.
const maxNamedProblems = 20

// noted refuses a draft with warnings about which nothing is said.
func (p *Plans) noted(d redraw.Draft, note string) error {
	n := len(p.problems(d))
	if note != "" || n == 0 {
		return nil
	}
	return geo.Invalid("note-missing", fmt.Sprintf("the plan has %d warnings: say in a note why it is published all the same", n),
		geo.FieldError{Pointer: "/note", Detail: "is needed where there are warnings"})
}
