package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// personAnswer is somebody of the roster.
type personAnswer struct {
	ID        geo.ID       `json:"id"`
	Name      string       `json:"name"`
	Phone     string       `json:"phone,omitempty"`
	Synthetic bool         `json:"synthetic,omitempty"`
	Posts     []postAnswer `json:"posts,omitempty"`
}

// postAnswer is one seat of a post and who holds it.
type postAnswer struct {
	SeatID        geo.ID        `json:"seat_id"`
	Post          patrol.Post   `json:"post"`
	Number        int           `json:"number"`
	Areas         []areaRef     `json:"areas"`
	Committee     *geo.Name     `json:"committee,omitempty"`
	PublicContact bool          `json:"public_contact"`
	Holder        *personAnswer `json:"holder,omitempty"`
	Deputy        *personAnswer `json:"deputy,omitempty"`
	Since         *time.Time    `json:"since,omitempty"`
}

type areaRef struct {
	Kind geo.Kind `json:"kind"`
	Code string   `json:"code"`
	Name string   `json:"name"`
}

// vacancyAnswer is a place that nobody holds.
type vacancyAnswer struct {
	Post     patrol.Post   `json:"post"`
	Number   int           `json:"number"`
	Areas    []areaRef     `json:"areas"`
	Required bool          `json:"required"`
	Deputy   *personAnswer `json:"deputy,omitempty"`
}

// rosterRequest narrows a roster: to the caller's scope, to an area and what
// lies in it, to a post, at a time.
type rosterRequest struct {
	world
	principal access.Principal
	area      *geo.Area
	post      patrol.Post
}

func (s *Server) readRosterRequest(r *http.Request) (*rosterRequest, error) {
	q := newQuery(r)
	at, plan := q.world()
	area, post := q.text("area", 80), q.text("post", 40)
	out := &rosterRequest{principal: PrincipalFrom(r.Context())}
	var ref geo.Ref
	var err error
	if area != "" {
		if ref, err = geo.ParseRef(area); err != nil {
			q.unread("area", "must be kind:code")
		}
	}
	if post != "" {
		if out.post, err = patrol.ParsePost(post); err != nil {
			q.unread("post", "is no post")
		}
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	if out.world, err = s.worldAt(r.Context(), at, plan); err != nil {
		return nil, err
	}
	if area != "" {
		if out.area, err = out.Index.Find(ref); err != nil {
			return nil, badArea(err)
		}
	}
	return out, nil
}

// badArea is the error for an area parameter that names none.
func badArea(err error) error {
	return fail("invalid-parameters", "some parameters are not valid", geo.FieldError{Pointer: "area", Detail: geo.Text(err)})
}

// takes reports whether a seat of the post that answers for these areas is
// asked for, and may be seen.
func (q *rosterRequest) takes(post patrol.Post, areas []geo.ID) bool {
	if q.post != "" && q.post != post {
		return false
	}
	var covering []geo.ID
	for _, id := range areas {
		covering = append(covering, id)
		if a, ok := q.Index.ByID(id); ok {
			covering = append(covering, q.lineage(a)...)
		}
	}
	return q.principal.Scope.Covers(covering) && (q.area == nil || slices.Contains(covering, q.area.ID))
}

func (q *rosterRequest) refs(ids []geo.ID) []areaRef {
	out := []areaRef{}
	for _, id := range ids {
		if a, ok := q.Index.ByID(id); ok {
			out = append(out, areaRef{a.Kind, a.Code, a.Name})
		}
	}
	return out
}

// posts gives the seats asked for, by post, area and number.
func (q *rosterRequest) posts() []postAnswer {
	out := []postAnswer{}
	roster := q.duties.Roster
	for _, seat := range roster.AllSeats() {
		areas := roster.AreasOfSeat(seat)
		if !q.takes(seat.Post, areas) {
			continue
		}
		p := postAnswer{SeatID: seat.ID, Post: seat.Post, Number: seat.Number, Areas: q.refs(areas), PublicContact: seat.PublicContact}
		if c, ok := roster.Committee(seat.Committee); ok {
			p.Committee = &geo.Name{Code: c.Code, Name: c.Name}
		}
		if person, held, ok := roster.Holder(seat.ID, q.at); ok {
			p.Holder, p.Since = answerPerson(person), &held.From
		}
		if person, _, ok := roster.Deputy(seat.ID, q.at); ok {
			p.Deputy = answerPerson(person)
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b postAnswer) int {
		return strings.Compare(a.key(), b.key())
	})
	return out
}

// key sorts seats.
func (p *postAnswer) key() string {
	k := string(p.Post) + " "
	if len(p.Areas) > 0 {
		k += p.Areas[0].Code
	}
	return k + " " + string(rune('0'+p.Number))
}

func answerPerson(p patrol.Person) *personAnswer {
	return &personAnswer{ID: p.ID, Name: p.Name, Phone: p.Phone, Synthetic: p.Synthetic}
}

// listPosts answers GET /api/v1/posts.
func (s *Server) listPosts(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readRosterRequest(r)
	if err != nil {
		return err
	}
	if err := s.logRoster(r, q, "posts"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, map[string]any{"posts": q.posts()})
}

// listPeople answers GET /api/v1/people: everybody who holds or stands in for a
// post that is asked for.
func (s *Server) listPeople(w http.ResponseWriter, r *http.Request) error {
	q, err := s.readRosterRequest(r)
	if err != nil {
		return err
	}
	if err := s.logRoster(r, q, "people"); err != nil {
		return err
	}
	people := map[geo.ID]*personAnswer{}
	for _, p := range q.posts() {
		for _, who := range []*personAnswer{p.Holder, p.Deputy} {
			if who == nil {
				continue
			}
			if people[who.ID] == nil {
				people[who.ID] = who
			}
			bare := p
			bare.Holder, bare.Deputy = nil, nil
			people[who.ID].Posts = append(people[who.ID].Posts, bare)
		}
	}
	out := make([]*personAnswer, 0, len(people))
	for _, p := range people {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *personAnswer) int { return strings.Compare(a.ID.String(), b.ID.String()) })
	return writeJSON(w, http.StatusOK, map[string]any{"people": out})
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
		a := vacancyAnswer{Post: v.Seat.Post, Number: v.Seat.Number, Areas: q.refs(v.Areas), Required: v.Required}
		if v.HasDeputy {
			a.Deputy, named = answerPerson(v.Deputy), true
		}
		out = append(out, a)
	}
	if named {
		if err := s.logRoster(r, q, "vacancies"); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"vacancies": out})
}

// logRoster notes in the audit log who was shown the roster, and what of it.
func (s *Server) logRoster(r *http.Request, q *rosterRequest, what string) error {
	if q.area != nil {
		what += " " + q.area.Ref().String()
	}
	return s.cfg.ReadLog.LogRead(r.Context(), actorOf(q.principal), "roster", what)
}
