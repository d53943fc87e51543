package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// postAnswer is one seat of a post and who holds it.
type postAnswer struct {
	SeatID        geo.ID        `json:"seat_id"`
	Post          patrol.Post   `json:"post"`
	Number        int           `json:"number"`
	Areas         []areaRef     `json:"areas"`
	Committee     *geo.Name     `json:"committee,omitempty"`
	PublicContact bool          `json:"public_contact"`
	Holder        *personAnswer `json:"holder,omitempty"`
	Since         *time.Time    `json:"since,omitempty"`
	Until         *time.Time    `json:"until,omitempty"`
	Deputy        *personAnswer `json:"deputy,omitempty"`
	AnsweredBy    string        `json:"answered_by,omitempty"` // holder, deputy or above
	DeputyHere    bool          `json:"deputy_here,omitempty"` // among a person's posts: stands in
	Removed       bool          `json:"removed,omitempty"`
}

// vacancyAnswer is a place that nobody holds.
type vacancyAnswer struct {
	SeatID    *geo.ID       `json:"seat_id,omitempty"` // missing where the seat was never set up
	Post      patrol.Post   `json:"post"`
	Number    int           `json:"number"`
	Areas     []areaRef     `json:"areas"`
	Within    []areaRef     `json:"within"` // what the first of them lies in, the nearest first
	Committee *geo.Name     `json:"committee,omitempty"`
	Required  bool          `json:"required"`
	Deputy    *personAnswer `json:"deputy,omitempty"`
}

// holdingAnswer is that somebody holds or held a seat, or stands or stood in.
type holdingAnswer struct {
	ID     geo.ID        `json:"id"`
	Person *personAnswer `json:"person,omitempty"` // of a seat's holdings
	Seat   *postAnswer   `json:"seat,omitempty"`   // of a person's
	Deputy bool          `json:"deputy"`
	From   time.Time     `json:"from"`
	To     *time.Time    `json:"to,omitempty"`
	When   string        `json:"when"` // past, now or future
}

// bare gives a seat without the people.
func (v *rosterView) bare(s patrol.Seat) postAnswer {
	roster := v.duties.Roster
	p := postAnswer{SeatID: s.ID, Post: s.Post, Number: s.Number, Areas: v.refs(roster.AreasOfSeat(s)), PublicContact: s.PublicContact}
	if c, ok := roster.Committee(s.Committee); ok {
		p.Committee = &geo.Name{Code: c.Code, Name: c.Name}
	}
	if _, there := roster.Seat(s.ID); !there {
		p.Removed = true
	}
	return p
}

// staffed gives a seat with who holds it at the time of the view.
func (v *rosterView) staffed(s patrol.Seat) postAnswer {
	p, roster := v.bare(s), v.duties.Roster
	if person, held, ok := roster.Holder(s.ID, v.at); ok {
		p.Holder, p.Since, p.Until = v.person(person), &held.From, optional(held.To)
	}
	if person, _, ok := roster.Deputy(s.ID, v.at); ok {
		p.Deputy = v.person(person)
	}
	if p.Removed {
		return p
	}
	switch _, held, ok := roster.Answers(s.ID, v.at); {
	case !ok:
		p.AnsweredBy = "above"
	case held.Deputy:
		p.AnsweredBy = "deputy"
	default:
		p.AnsweredBy = "holder"
	}
	return p
}

// optional gives a time that may be missing.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// when says where a stretch of time lies, seen from the time of the view.
func (v *rosterView) when(from, to time.Time) string {
	switch {
	case v.at.Before(from):
		return "future"
	case !to.IsZero() && !v.at.Before(to):
		return "past"
	}
	return "now"
}

// posts gives the seats asked for, by post, area and number.
func (q *rosterRequest) posts() []postAnswer {
	out := []postAnswer{}
	for _, seat := range q.duties.Roster.AllSeats() {
		if q.takes(seat.Post, q.duties.Roster.AreasOfSeat(seat)) {
			out = append(out, q.staffed(seat))
		}
	}
	sortPosts(out)
	return out
}

func sortPosts(list []postAnswer) {
	slices.SortStableFunc(list, func(a, b postAnswer) int { return strings.Compare(a.key(), b.key()) })
}

// key sorts seats.
func (p *postAnswer) key() string {
	k := string(p.Post) + " "
	if len(p.Areas) > 0 {
		k += p.Areas[0].Code
	}
	return k + " " + string(rune('0'+p.Number))
}

// removed gives who held seats that were taken away since, where one post of one
// area is asked for at a time.
func (s *Server) removed(ctx context.Context, q *rosterRequest) ([]postAnswer, error) {
	if !q.past || q.area == nil || q.post == "" {
		return nil, nil
	}
	held, err := s.cfg.Roster.HeldAt(ctx, q.post, q.area.ID, q.at)
	if err != nil {
		return nil, err
	}
	var out []postAnswer
	for _, h := range held {
		if _, there := q.duties.Roster.Seat(h.Seat.ID); there || !q.sees([]geo.ID{h.Seat.Area}) {
			continue
		}
		i := slices.IndexFunc(out, func(p postAnswer) bool { return p.SeatID == h.Seat.ID })
		if i < 0 {
			i, out = len(out), append(out, q.bare(h.Seat))
		}
		switch p := q.person(h.Person); {
		case !h.Holding.Deputy:
			out[i].Holder, out[i].Since, out[i].Until = p, &h.Holding.From, optional(h.Holding.To)
		case out[i].Deputy == nil:
			out[i].Deputy = p
		}
	}
	return out, nil
}

// listPosts answers GET /api/v1/posts.
func (s *Server) listPosts(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readRosterRequest(r)
	if err != nil {
		return err
	}
	posts := q.posts()
	gone, err := s.removed(r.Context(), q)
	if err != nil {
		return err
	}
	if gone != nil {
		posts = append(posts, gone...)
		sortPosts(posts)
	}
	if err := s.logRoster(r, q, "posts"); err != nil {
		return err
	}
	return writeTagged(w, r, "application/json", map[string]any{"posts": posts, "duty_version": q.duties.Version})
}

// seatAnswer is a seat with everybody who held it.
type seatAnswer struct {
	postAnswer
	Holdings    []holdingAnswer `json:"holdings"`
	MayChange   bool            `json:"may_change"`
	DutyVersion int64           `json:"duty_version"`
}

// readPost answers GET /api/v1/posts/{seat}.
func (s *Server) readPost(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyRosterPath(r, "seat", "seat")
	if err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	held, err := s.cfg.Roster.SeatHoldings(r.Context(), id)
	if err != nil {
		return err
	}
	seat, ok := v.duties.Roster.Seat(id)
	if !ok && len(held) > 0 {
		seat, ok = held[0].Seat, true
	}
	areas := v.duties.Roster.AreasOfSeat(seat)
	if !ok || !v.sees(areas) {
		return errNotFound("seat")
	}
	a := seatAnswer{postAnswer: v.staffed(seat), Holdings: []holdingAnswer{}, DutyVersion: v.duties.Version}
	a.MayChange = !a.Removed && v.mayChange(areas)
	for _, h := range held {
		a.Holdings = append(a.Holdings, v.holding(h))
		a.Holdings[len(a.Holdings)-1].Person = v.person(h.Person)
	}
	if err := s.logView(r, &v, "seat "+id.String()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, a)
}

// holding gives a holding without its seat and its person.
func (v *rosterView) holding(h patrol.Held) holdingAnswer {
	return holdingAnswer{ID: h.Holding.ID, Deputy: h.Holding.Deputy, From: h.Holding.From, To: optional(h.Holding.To),
		When: v.when(h.Holding.From, h.Holding.To)}
}

// vacancy gives a place that nobody holds; named says that it names who stands in.
func (v *rosterView) vacancy(of patrol.Vacancy) (a vacancyAnswer, named bool) {
	a = vacancyAnswer{Post: of.Seat.Post, Number: of.Seat.Number, Areas: v.refs(of.Areas), Within: []areaRef{}, Required: of.Required}
	if len(of.Areas) > 0 {
		if area, ok := v.Index.ByID(of.Areas[0]); ok {
			a.Within = v.refs(v.lineage(area)[1:])
		}
	}
	if of.Seat.ID != (geo.ID{}) {
		a.SeatID = &of.Seat.ID
	}
	if c, ok := v.duties.Roster.Committee(of.Seat.Committee); ok {
		a.Committee = &geo.Name{Code: c.Code, Name: c.Name}
	}
	if of.HasDeputy {
		a.Deputy = v.person(of.Deputy)
	}
	return a, of.HasDeputy
}

// listVacancies answers GET /api/v1/vacancies.
func (s *Server) listVacancies(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readRosterRequest(r)
	if err != nil {
		return err
	}
	out := []vacancyAnswer{}
	named := false
	for _, v := range q.duties.Roster.Vacancies(q.at) {
		if !q.takes(v.Seat.Post, v.Areas) {
			continue
		}
		a, names := q.vacancy(v)
		out, named = append(out, a), named || names
	}
	if named {
		if err := s.logRoster(r, q, "vacancies"); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"vacancies": out})
}
