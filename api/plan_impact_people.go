package api

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/impact"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// loadOfOne is what somebody has before and after, in all their grids.
type loadOfOne struct {
	Post   patrol.Post `json:"post"`
	Name   string      `json:"name,omitempty"`
	Person *geo.ID     `json:"person,omitempty"`
	Before personCount `json:"before"`
	After  personCount `json:"after"`
}

type personCount struct {
	Areas      []string `json:"areas"`
	Reports    int      `json:"reports"`
	Open       int      `json:"open"`
	Households int      `json:"households"`
}

func (p *personCount) add(a *geo.Area, t impact.Tally) {
	if a == nil {
		return
	}
	p.Areas = append(p.Areas, a.Ref().String())
	p.Reports += t.Reports
	p.Open += t.Open
	p.Households += a.Households
}

func (p *personCount) same(q *personCount) bool {
	return p.Reports == q.Reports && p.Open == q.Open && p.Households == q.Households && slices.Equal(p.Areas, q.Areas)
}

// people gives the grid chiefs and police officers: all, or those for whom
// something changes. Who may not be named is left without a name.
func (c *consequences) people(all bool) []loadOfOne {
	type key struct {
		post   patrol.Post
		person geo.ID
	}
	byPerson := map[key]*loadOfOne{}
	var order []key
	for i := range c.Grids {
		l := &c.Grids[i]
		area := l.Before
		if area == nil {
			area = l.After
		}
		for _, post := range []patrol.Post{patrol.GridChief, patrol.GridPolice} {
			for _, seat := range c.now.duties.Roster.Seats(post, area.ID) {
				holder, _, ok := c.now.duties.Roster.Holder(seat.ID, c.now.at)
				if !ok {
					holder, _, ok = c.now.duties.Roster.Deputy(seat.ID, c.now.at)
				}
				if !ok {
					continue
				}
				k := key{post, holder.ID}
				one := byPerson[k]
				if one == nil {
					one = &loadOfOne{Post: post, Before: personCount{Areas: []string{}}, After: personCount{Areas: []string{}}}
					byPerson[k] = one
					order = append(order, k)
				}
				if known, _, may := c.now.of(seat.ID, c.now.lineage(area)); may {
					one.Name, one.Person = known.Name, &known.ID
				}
				one.Before.add(l.Before, l.TallyBefore)
				one.After.add(l.After, l.TallyAfter)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b key) int { return cmp.Compare(a.post, b.post) })
	out := []loadOfOne{}
	for _, k := range order {
		if one := byPerson[k]; all || !one.Before.same(&one.After) {
			out = append(out, *one)
		}
	}
	return out
}

// tellAnswer is a post whose holder must be told of the plan, and why.
type tellAnswer struct {
	Post  patrol.Post `json:"post"`
	Area  string      `json:"area"`
	Name  string      `json:"name,omitempty"`
	Phone string      `json:"phone,omitempty"`
	Why   []string    `json:"why"` // of "new_area", "lost_area", "area_changed", "open_reports"
}

// audience collects whom a plan is to be told.
type audience struct {
	c    *consequences
	list []*tellAnswer
	at   map[tellKey]*tellAnswer
}

// tellKey is a seat, or the place of one that nobody has set up yet.
type tellKey struct {
	seat geo.ID
	post patrol.Post
	area geo.ID
}

// newAudience begins with the posts of areas that are new, gone or redrawn. Of a new
// area they are to be filled. Volunteers hear it from their committee.
func (c *consequences) newAudience() *audience {
	t := &audience{c: c, at: map[tellKey]*tellAnswer{}}
	for _, p := range c.Changed {
		if !p.Redrawn() {
			continue
		}
		area, why := p.Before, "area_changed"
		switch {
		case p.Before == nil:
			area, why = p.After, "new_area"
		case p.After == nil:
			why = "lost_area"
		}
		for _, post := range patrol.Posts() {
			if post.AreaKind() != area.Kind || post == patrol.Volunteer {
				continue
			}
			seats := c.now.duties.Roster.Seats(post, area.ID)
			for _, seat := range seats {
				t.note(seat.ID, post, area, why, c.knows(area).lineage(area))
			}
			if least, _ := post.Seats(); len(seats) == 0 && p.Before == nil && least > 0 {
				t.note(geo.ID{}, post, area, why, nil)
			}
		}
	}
	return t
}

// opened notes who would get an open report. areas are those that cover it.
func (t *audience) opened(answering []patrol.Assignment, areas []geo.ID) {
	for _, a := range answering {
		if area, ok := t.c.after.ByID(a.AreaID); ok && a.SeatID != (geo.ID{}) {
			t.note(a.SeatID, a.Post, area, "open_reports", areas)
		}
	}
}

func (t *audience) note(seat geo.ID, post patrol.Post, area *geo.Area, why string, covering []geo.ID) {
	k := tellKey{seat: seat}
	if seat == (geo.ID{}) {
		k.post, k.area = post, area.ID
	}
	a := t.at[k]
	if a == nil {
		a = &tellAnswer{Post: post, Area: area.Ref().String()}
		person, _, _ := t.c.knows(area).of(seat, covering)
		a.Name, a.Phone = person.Name, person.Phone
		t.at[k] = a
		t.list = append(t.list, a)
	}
	if !slices.Contains(a.Why, why) {
		a.Why = append(a.Why, why)
	}
}

// answer gives them by area, then as posts are listed.
func (t *audience) answer() []tellAnswer {
	posts := patrol.Posts()
	slices.SortStableFunc(t.list, func(a, b *tellAnswer) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(slices.Index(posts, a.Post), slices.Index(posts, b.Post)))
	})
	out := make([]tellAnswer, len(t.list))
	for i, a := range t.list {
		out[i] = *a
	}
	return out
}
