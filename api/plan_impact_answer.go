package api

import (
	"bytes"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/impact"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// impactAnswer is what a plan would do. Areas are "kind:code", null where none
// covers the place.
type impactAnswer struct {
	Plan              geo.ID        `json:"plan"`
	ETag              string        `json:"etag"`
	Days              int           `json:"days"`
	Reports           int           `json:"reports"` // counted
	ReportsMoved      []movedAnswer `json:"reports_moved"`
	ReportsMovedOther []movedOther  `json:"reports_moved_other"`
	Load              []loadAnswer  `json:"load"`
	People            []loadOfOne   `json:"people"`
	Spread            spreadAnswer  `json:"spread"`
	OpenReportsMoved  int           `json:"open_reports_moved"`
	OpenReports       []openAnswer  `json:"open_reports"`
	Tell              []tellAnswer  `json:"tell"`
}

type movedAnswer struct {
	ID   geo.ID  `json:"id"`
	From *string `json:"from"`
	To   *string `json:"to"`
}

type movedOther struct {
	ID   geo.ID   `json:"id"`
	Kind geo.Kind `json:"kind"`
	From *string  `json:"from"`
	To   *string  `json:"to"`
}

// loadAnswer is what a grid has before and after.
type loadAnswer struct {
	Area   string     `json:"area"`
	Name   string     `json:"name"`
	Change string     `json:"change"` // "new", "gone", "changed"; "same" where all are asked for
	Before *gridCount `json:"before"`
	After  *gridCount `json:"after"`
}

type gridCount struct {
	Reports    int         `json:"reports"`
	Open       int         `json:"open"`
	Households int         `json:"households"`
	AreaM2     float64     `json:"area_m2"`
	Posts      []seatShort `json:"posts"`
}

// seatShort is a post of an area with who holds it, as far as the caller may see.
type seatShort struct {
	Post patrol.Post `json:"post"`
	Name string      `json:"name,omitempty"`
}

type spreadAnswer struct {
	Before spreads `json:"before"`
	After  spreads `json:"after"`
}

// spreads are how numbers differ among grids.
type spreads struct {
	Households impact.Spread `json:"households"`
	Reports    impact.Spread `json:"reports"`
	AreaM2     impact.Spread `json:"area_m2"`
}

// openAnswer is an open report that others would answer for.
type openAnswer struct {
	ID       geo.ID       `json:"id"`
	Category string       `json:"category"`
	Status   string       `json:"status"`
	From     *string      `json:"from"`
	To       *string      `json:"to"`
	ToPosts  []postOfArea `json:"to_posts"`
	Lon      float64      `json:"lon"`
	Lat      float64      `json:"lat"`
}

type postOfArea struct {
	Post patrol.Post `json:"post"`
	Area string      `json:"area"`
	Name string      `json:"name,omitempty"`
}

// answer tells what the plan would do; of all grids and people, or of those it
// changes something for.
func (c *consequences) answer(all bool) impactAnswer {
	out := impactAnswer{
		Plan: c.ID, ETag: c.ETag, Days: c.days, Reports: c.Reports, ReportsMoved: []movedAnswer{}, ReportsMovedOther: []movedOther{},
		Load: c.load(all), People: c.people(all), Spread: c.spread(),
	}
	for _, k := range geo.Kinds() {
		for i := range c.Moves[k] {
			m := &c.Moves[k][i]
			switch {
			case !m.Counted || !c.sees(m):
			case k == geo.Grid:
				out.ReportsMoved = append(out.ReportsMoved, movedAnswer{m.ID, refText(m.From), refText(m.To)})
			default:
				out.ReportsMovedOther = append(out.ReportsMovedOther, movedOther{m.ID, k, refText(m.From), refText(m.To)})
			}
		}
	}
	told := c.newAudience()
	out.OpenReports, out.OpenReportsMoved = c.open(told)
	out.Tell = told.answer()
	return out
}

// load gives the grids.
func (c *consequences) load(all bool) []loadAnswer {
	out := []loadAnswer{}
	for i := range c.Grids {
		l := &c.Grids[i]
		change := l.Change()
		if !all && change == "same" && l.TallyBefore == l.TallyAfter {
			continue
		}
		if change == "same" && l.TallyBefore != l.TallyAfter {
			change = "changed" // another code than its own wins where areas overlap
		}
		a := loadAnswer{Area: l.Ref().String(), Change: change}
		if l.Before != nil {
			a.Name, a.Before = l.Before.Name, c.count(l.Before, l.TallyBefore)
		}
		if l.After != nil {
			a.Name, a.After = l.After.Name, c.count(l.After, l.TallyAfter)
		}
		out = append(out, a)
	}
	return out
}

func (c *consequences) count(a *geo.Area, t impact.Tally) *gridCount {
	return &gridCount{Reports: t.Reports, Open: t.Open, Households: a.Households, AreaM2: a.AreaM2, Posts: c.knows(a).seats(a)}
}

// seats gives the posts of an area with who holds them.
func (c *contacts) seats(a *geo.Area) []seatShort {
	out := []seatShort{}
	covering := c.lineage(a)
	for _, post := range patrol.Posts() {
		if post.AreaKind() != a.Kind {
			continue
		}
		for _, seat := range c.duties.Roster.Seats(post, a.ID) {
			person, _, _ := c.of(seat.ID, covering)
			out = append(out, seatShort{post, person.Name})
		}
	}
	return out
}

// spread tells how even the grids are.
func (c *consequences) spread() (out spreadAnswer) {
	type values struct{ households, reports, area []float64 }
	add := func(v *values, a *geo.Area, t impact.Tally) {
		if a != nil {
			v.households = append(v.households, float64(a.Households))
			v.reports = append(v.reports, float64(t.Reports))
			v.area = append(v.area, a.AreaM2)
		}
	}
	var before, after values
	for i := range c.Grids {
		add(&before, c.Grids[i].Before, c.Grids[i].TallyBefore)
		add(&after, c.Grids[i].After, c.Grids[i].TallyAfter)
	}
	of := func(v values) spreads {
		return spreads{impact.SpreadOf(v.households), impact.SpreadOf(v.reports), impact.SpreadOf(v.area)}
	}
	return spreadAnswer{of(before), of(after)}
}

// openMoves gives the open reports that another area of any kind would answer for,
// each once, by id, with the grids where they differ, else the largest kind
// that does.
func (c *consequences) openMoves() []*impact.Move {
	seen := map[geo.ID]bool{}
	var out []*impact.Move
	for _, k := range append([]geo.Kind{geo.Grid}, geo.Kinds()...) {
		for i := range c.Moves[k] {
			if m := &c.Moves[k][i]; m.Open && !seen[m.ID] {
				seen[m.ID] = true
				out = append(out, m)
			}
		}
	}
	slices.SortFunc(out, func(a, b *impact.Move) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return out
}

// open gives the open reports that move with who would get them, as far as the
// caller sees them, and how many there are. All are noted for whom to tell.
func (c *consequences) open(told *audience) ([]openAnswer, int) {
	moves := c.openMoves()
	out := make([]openAnswer, 0, len(moves))
	router := router{c: c, found: map[routeKey][]patrol.Assignment{}}
	for _, m := range moves {
		match := c.after.LocateLattice(m.At)
		areas := areaIDs(&match)
		answering := router.route(m, &match)
		told.opened(answering, areas)
		if !c.sees(m) {
			continue
		}
		at := m.At.Point()
		a := openAnswer{ID: m.ID, Category: m.Category, Status: m.Status, From: refText(m.From), To: refText(m.To),
			ToPosts: []postOfArea{}, Lon: at[0], Lat: at[1]}
		for _, p := range answering {
			person, _, _ := c.then.of(p.SeatID, areas)
			a.ToPosts = append(a.ToPosts, postOfArea{p.Post, geo.Ref{Kind: p.AreaKind, Code: p.AreaCode}.String(), person.Name})
		}
		out = append(out, a)
	}
	return out, len(moves)
}

// router asks who would get reports. Many lie in the same areas.
type router struct {
	c     *consequences
	found map[routeKey][]patrol.Assignment
}

type routeKey struct {
	areas    [6]*geo.Area
	category string
}

func (r *router) route(m *impact.Move, match *geo.Match) []patrol.Assignment {
	key := routeKey{category: m.Category}
	for i, k := range geo.Kinds() {
		key.areas[i] = match.Area(k)
	}
	if known, ok := r.found[key]; ok {
		return known
	}
	category, ok := r.c.then.duties.Rulebook.Category(m.Category)
	if !ok {
		category.Code = m.Category
	}
	// Outside the district nobody answers.
	d, _ := patrol.Dispatch(r.c.then.duties, patrol.Routing{Point: m.At.Point(), Match: *match, Revision: r.c.Base, Category: category, At: r.c.then.at})
	r.found[key] = d.Assignments
	return d.Assignments
}
