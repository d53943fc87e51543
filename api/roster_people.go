package api

import (
	"cmp"
	"context"
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
	Leave     *leaveAnswer `json:"leave,omitempty"` // that the person is on
	Posts     []postAnswer `json:"posts,omitempty"`
}

type leaveAnswer struct {
	ID   geo.ID     `json:"id"`
	From time.Time  `json:"from"`
	To   *time.Time `json:"to,omitempty"`
	When string     `json:"when,omitempty"` // past, now or future, in a list of all
}

// person gives somebody, and whether on leave at the time of the view.
func (v *rosterView) person(p patrol.Person) *personAnswer {
	a := &personAnswer{ID: p.ID, Name: p.Name, Phone: p.Phone, Synthetic: p.Synthetic}
	if l, away := v.duties.Roster.OnLeave(p.ID, v.at); away {
		a.Leave = &leaveAnswer{ID: l.ID, From: l.From, To: optional(l.To)}
	}
	return a
}

// personByID gives somebody who may have gone from the roster: then without a
// name.
func (v *rosterView) personByID(id geo.ID) *personAnswer {
	if p, ok := v.duties.Roster.Person(id); ok {
		return v.person(p)
	}
	return &personAnswer{ID: id}
}

// shortestPhone is how many digits of a phone say whose it is.
const shortestPhone = 3

// named reports whether somebody's name holds the text, or the phone its digits.
func named(p *personAnswer, text string) bool {
	if strings.Contains(patrol.PlainName(p.Name), patrol.PlainName(text)) {
		return true
	}
	digits := patrol.PlainPhone(text)
	return len(digits) >= shortestPhone && strings.Contains(patrol.PlainPhone(p.Phone), digits)
}

// people gives everybody who holds or stands in for a seat that is asked for.
func (q *rosterRequest) people() map[geo.ID]*personAnswer {
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
			bare.Holder, bare.Deputy, bare.Since, bare.Until = nil, nil, nil, nil
			if bare.DeputyHere = who == p.Deputy; !bare.DeputyHere {
				bare.Since, bare.Until = p.Since, p.Until
			}
			people[who.ID].Posts = append(people[who.ID].Posts, bare)
		}
	}
	return people
}

// listPeople answers GET /api/v1/people: everybody who holds or stands in for a
// post that is asked for, and for a name also those without any.
func (s *Server) listPeople(w http.ResponseWriter, r *http.Request) error {
	params := newQuery(r)
	text, limit := strings.TrimSpace(params.text("q", 80)), params.count("limit", 0, 1000)
	q, err := s.rosterRequest(r, params, params.text("post", 40))
	if err != nil {
		return err
	}
	if err := s.logRoster(r, q, "people"); err != nil {
		return err
	}
	people := q.people()
	if text != "" && q.principal.Scope.All && q.area == nil && q.post == "" {
		for _, p := range q.duties.Roster.AllPeople() {
			if people[p.ID] == nil && p.Name != patrol.ErasedName {
				people[p.ID] = q.person(p)
			}
		}
	}
	out := make([]*personAnswer, 0, len(people))
	for _, p := range people {
		if text == "" || named(p, text) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *personAnswer) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), slices.Compare(a.ID[:], b.ID[:]))
	})
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return writeTagged(w, r, "application/json", map[string]any{"people": out})
}

// personRecord is somebody with everything there is of the posts.
type personRecord struct {
	personAnswer
	Holdings    []holdingAnswer `json:"holdings"`
	Leaves      []leaveAnswer   `json:"leaves"`
	Account     *loginAnswer    `json:"account,omitempty"`
	MayChange   bool            `json:"may_change"`
	DutyVersion int64           `json:"duty_version"`
}

type loginAnswer struct {
	ID       geo.ID `json:"id"`
	Login    string `json:"login"`
	Disabled bool   `json:"disabled"`
}

// readPerson answers GET /api/v1/people/{id}: the posts now, before and to come
// that the caller may see, and the leaves.
func (s *Server) readPerson(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyRosterPath(r, "id", "person")
	if err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	held, err := s.cfg.Roster.PersonHoldings(r.Context(), id)
	if err != nil {
		return err
	}
	person, known := v.duties.Roster.Person(id)
	if !known && len(held) > 0 {
		person, known = held[0].Person, true
	}
	a := personRecord{Holdings: []holdingAnswer{}, Leaves: []leaveAnswer{}, DutyVersion: v.duties.Version}
	for _, h := range held {
		if !v.sees(v.duties.Roster.AreasOfSeat(h.Seat)) {
			continue
		}
		one, seat := v.holding(h), v.bare(h.Seat)
		one.Seat = &seat
		a.Holdings = append(a.Holdings, one)
	}
	if !known || len(a.Holdings) == 0 && !v.principal.Scope.All {
		return errNotFound("person")
	}
	a.personAnswer = *v.person(person)
	for _, l := range slices.Backward(v.duties.Roster.LeavesOf(id)) {
		a.Leaves = append(a.Leaves, leaveAnswer{l.ID, l.From, optional(l.To), v.when(l.From, l.To)})
	}
	a.MayChange = v.mayAlter(id)
	if a.Account, err = s.accountOf(r.Context(), &v, id); err != nil {
		return err
	}
	if err := s.logView(r, &v, "person "+id.String()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, a)
}

// mayAlter reports whether the caller may change what is said of a person: one
// limited to areas where all posts that the person has or will have lie in them,
// and there is one.
func (v *rosterView) mayAlter(person geo.ID) bool {
	if _, there := v.duties.Roster.Person(person); !there || v.manager == nil {
		return false
	}
	var areas []geo.ID
	for _, h := range v.duties.Roster.HoldingsOf(person) {
		if seat, ok := v.duties.Roster.Seat(h.Seat); ok && (h.To.IsZero() || h.To.After(v.at)) {
			areas = append(areas, v.duties.Roster.AreasOfSeat(seat)...)
		}
	}
	return v.mayChange(areas)
}

// accountOf gives the account of a person to who manages it.
func (s *Server) accountOf(ctx context.Context, v *rosterView, person geo.ID) (*loginAnswer, error) {
	if v.manager == nil || !access.Can(v.principal, access.ManageAccounts) {
		return nil, nil
	}
	accounts, err := s.cfg.Desk.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.Person == person && v.manager.mayManage(a) {
			return &loginAnswer{a.ID, a.Login, a.Disabled}, nil
		}
	}
	return nil, nil
}
