package postgis

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var everything = access.Scope{All: true}

// scopeOf is the scope of one area.
func (w *world) scopeOf(t testing.TB, kind geo.Kind, code string) access.Scope {
	t.Helper()
	a, ok := w.b.Current().Index.Area(kind, code)
	if !ok {
		t.Fatalf("no %s %s", kind, code)
	}
	return access.Scope{Areas: []geo.ID{a.ID}}
}

func TestScope(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "")
	in.Contact = patrol.Contact{Name: "李四", Phone: "13812345678"}
	west := w.accept(t, in)
	east := w.accept(t, w.intake(t, place(7, 1), ""))
	g1, g4 := w.scopeOf(t, geo.Grid, "220112001000001"), w.scopeOf(t, geo.Grid, "220112001000004")
	for _, c := range []struct {
		name  string
		scope access.Scope
		want  []geo.ID
	}{
		{"everything", everything, []geo.ID{east.ID, west.ID}},
		{"nothing", access.Scope{}, nil},
		{"own grid", g1, []geo.ID{west.ID}},
		{"other grid", g4, []geo.ID{east.ID}},
		{"township", w.scopeOf(t, geo.Township, "220112001"), []geo.ID{west.ID}},
		{"empty grid", w.scopeOf(t, geo.Grid, "220112001000003"), nil},
		{"area of nowhere", access.Scope{Areas: []geo.ID{newID()}}, nil},
	} {
		list, err := w.Reports(t.Context(), c.scope, patrol.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		if got := idsOfReports(list); !slices.Equal(got, c.want) {
			t.Errorf("%s: Reports = %v, want %v", c.name, got, c.want)
		}
		for _, r := range []patrol.Report{west, east} {
			want := slices.Contains(c.want, r.ID)
			_, _, err := w.Report(t.Context(), c.scope, r.ID)
			if (err == nil) != want || err != nil && !errors.Is(err, geo.ErrNotFound) {
				t.Errorf("%s: Report(%s) = %v, want found %v", c.name, r.ID, err, want)
			}
			if _, err := w.Photos(t.Context(), c.scope, r.ID); (err == nil) != want {
				t.Errorf("%s: Photos(%s) = %v, want found %v", c.name, r.ID, err, want)
			}
			_, err = w.act(t, c.scope, patrol.Action{ReportID: r.ID, Type: patrol.EventComment, Note: "x", AnyReport: true, At: time.Now()})
			if (err == nil) != want {
				t.Errorf("%s: Act(%s) = %v, want allowed %v", c.name, r.ID, err, want)
			}
			if _, err := w.Contact(t.Context(), c.scope, west.ID, patrol.Actor{}); (err == nil) != slices.Contains(c.want, west.ID) {
				t.Errorf("%s: Contact = %v", c.name, err)
			}
		}
	}
}

func idsOfReports(list []patrol.Report) (ids []geo.ID) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	a := w.accept(t, w.intake(t, place(1, 1), "")) // grid 1
	b := w.accept(t, w.intake(t, place(7, 1), "")) // grid 4, compound
	late := w.intake(t, place(3, 3), "")           // grid 2, whose chief has a deputy
	late.Report.Category = "theft_prevention"
	late.Report.DueAt = late.Report.CreatedAt.Add(-time.Hour)
	c := w.accept(t, late)
	if _, err := w.act(t, everything, patrol.Action{ReportID: b.ID, Type: patrol.EventReject, Note: "不实", AnyReport: true, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	compound, _ := w.b.Current().Index.Area(geo.Compound, "220112002001C001")
	lead := func(r patrol.Report, post patrol.Post) *geo.ID {
		for _, a := range r.Decision.Assignments {
			if a.Post == post {
				return &a.PersonID
			}
		}
		t.Fatalf("no %s answers for %s", post, r.ID)
		return nil
	}
	bound := orb.MultiPoint{place(0, 0), place(1, 1)}.Bound()
	nobody := newID()
	for name, f := range map[string]struct {
		filter patrol.Filter
		want   []geo.ID
	}{
		"all":               {patrol.Filter{}, []geo.ID{c.ID, b.ID, a.ID}},
		"status":            {patrol.Filter{Status: []patrol.Status{patrol.Rejected}}, []geo.ID{b.ID}},
		"two statuses":      {patrol.Filter{Status: []patrol.Status{patrol.Rejected, patrol.Dispatched}}, []geo.ID{c.ID, b.ID, a.ID}},
		"category":          {patrol.Filter{Category: []string{"theft_prevention"}}, []geo.ID{c.ID}},
		"area":              {patrol.Filter{Area: &compound.ID}, []geo.ID{b.ID}},
		"bound, edge in":    {patrol.Filter{Bound: &bound}, []geo.ID{a.ID}},
		"assignee":          {patrol.Filter{Assignee: lead(a, patrol.GridChief)}, []geo.ID{a.ID}},
		"assignee, deputy":  {patrol.Filter{Assignee: lead(c, patrol.GridChief)}, []geo.ID{c.ID}},
		"assignee, of both": {patrol.Filter{Assignee: lead(c, patrol.GroupDirector)}, []geo.ID{c.ID, a.ID}},
		"assignee, nobody":  {patrol.Filter{Assignee: &nobody}, nil},
		"overdue":           {patrol.Filter{Overdue: true, Now: time.Now()}, []geo.ID{c.ID}},
		"overdue, earlier":  {patrol.Filter{Overdue: true, Now: time.Now().Add(-2 * time.Hour)}, nil},
		"from is included":  {patrol.Filter{From: b.CreatedAt}, []geo.ID{c.ID, b.ID}},
		"to is excluded":    {patrol.Filter{To: b.CreatedAt}, []geo.ID{a.ID}},
		"after a":           {patrol.Filter{AfterTime: b.CreatedAt, AfterID: b.ID}, []geo.ID{a.ID}},
		"public":            {patrol.Filter{OnlyPublic: true}, []geo.ID{c.ID, b.ID, a.ID}},
		"limit":             {patrol.Filter{Limit: 1}, []geo.ID{c.ID}},
	} {
		if f.filter.Limit == 0 {
			f.filter.Limit = 100
		}
		list, err := w.Reports(t.Context(), everything, f.filter)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := idsOfReports(list); !slices.Equal(got, f.want) {
			t.Errorf("%s: %v, want %v", name, got, f.want)
		}
		for _, r := range list {
			if f.filter.OnlyPublic && (r.Description != "" || r.Raw != orb.Point{}) {
				t.Errorf("the public collection holds %q and %v", r.Description, r.Raw)
			}
		}
	}
	for _, limit := range []int{0, -1, maxPage + 1} {
		if _, err := w.Reports(t.Context(), everything, patrol.Filter{Limit: limit}); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("limit %d: %v, want geo.ErrInvalid", limit, err)
		}
	}
}

// The seat has it: when a post changes hands, its reports do too.
func TestAssigneeFollowsThePost(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	i := slices.IndexFunc(r.Decision.Assignments, func(a patrol.Assignment) bool { return a.Post == patrol.GridChief })
	chief := r.Decision.Assignments[i]
	data := w.d.Current().Roster.Data()
	now := time.Now().UTC()
	data.Holdings = slices.Clone(data.Holdings)
	for k := range data.Holdings {
		if h := &data.Holdings[k]; h.Seat == chief.SeatID && !h.Deputy {
			h.To = now
		}
	}
	next := patrol.Person{ID: newID(), Name: "新任", Synthetic: true}
	data.People = append(slices.Clone(data.People), next)
	data.Holdings = append(data.Holdings, patrol.Holding{ID: newID(), Seat: chief.SeatID, Person: next.ID, From: now})
	if _, err := w.ReplaceDuties(t.Context(), data, w.d.Current().Rulebook, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	for person, want := range map[geo.ID]int{chief.PersonID: 0, next.ID: 1} {
		list, err := w.Reports(t.Context(), everything, patrol.Filter{Assignee: &person, Now: now.Add(time.Second), Limit: 10})
		if err != nil || len(list) != want {
			t.Errorf("%s answers for %d reports, %v; want %d", person, len(list), err, want)
		}
	}
}

func TestPagingWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	want := map[geo.ID]bool{}
	at := time.Now().UTC().Truncate(time.Microsecond)
	for i := range 25 {
		in := w.intake(t, place(i%8, i%4), "")
		in.Report.CreatedAt = at.Add(time.Duration(i/5) * time.Microsecond) // five at each instant
		want[w.accept(t, in).ID] = true
	}
	got := map[geo.ID]int{}
	f := patrol.Filter{Limit: 4}
	for {
		page, err := w.Reports(t.Context(), everything, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got[r.ID]++
		}
		if len(page) < f.Limit {
			break
		}
		last := page[len(page)-1]
		f.AfterTime, f.AfterID = last.CreatedAt, last.ID
		w.accept(t, w.intake(t, place(1, 1), "")) // newer than every page to come
	}
	for id := range want {
		if got[id] != 1 {
			t.Errorf("report %s came %d times", id, got[id])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d reports came, want %d", len(got), len(want))
	}
}

func TestActLife(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	chief := r.Decision.Assignments[0]
	step := func(kind patrol.EventType, actor string) (patrol.Report, error) {
		return w.act(t, everything, patrol.Action{ReportID: r.ID, Type: kind, Note: "记录", Point: &orb.Point{125.6, 43.5},
			Actor: patrol.Actor{Kind: "user", ID: actor, Name: "网格长", Role: "officer"}, Seats: []geo.ID{chief.SeatID}, At: time.Now()})
	}
	for i, s := range []struct {
		kind  patrol.EventType
		actor string
		want  patrol.Status
	}{{patrol.EventAccept, "a", patrol.Accepted}, {patrol.EventComment, "a", patrol.Accepted}, {patrol.EventHandle, "a", patrol.Handled}, {patrol.EventClose, "b", patrol.Closed}} {
		got, err := step(s.kind, s.actor)
		if err != nil || got.Status != s.want || got.Version != i+2 {
			t.Fatalf("%s = status %s version %d, %v; want %s version %d", s.kind, got.Status, got.Version, err, s.want, i+2)
		}
		stored, history, err := w.Report(t.Context(), everything, r.ID)
		if err != nil || stored.Status != s.want || stored.Version != got.Version || !stored.UpdatedAt.Equal(got.UpdatedAt) || stored.HandledBy != got.HandledBy {
			t.Errorf("after %s %+v is stored, %v", s.kind, stored, err)
		}
		last := history[len(history)-1]
		if len(history) != i+2 || last.Seq != i+2 || last.Type != s.kind || last.To != s.want || last.Actor.ID != s.actor || last.Point == nil {
			t.Errorf("after %s history ends with %+v", s.kind, last)
		}
	}
	var p *geo.Problem
	if _, err := step(patrol.EventAccept, "a"); !errors.As(err, &p) || !errors.Is(err, geo.ErrConflict) || len(p.Allow) == 0 {
		t.Errorf("accepting a closed report: %v, want a conflict that says what is allowed", err)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'report.changed'`); n != 4 {
		t.Errorf("%d events of changes, want 4", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE subject = $1`, r.ID.String()); n != 5 {
		t.Errorf("%d audit rows, want 5", n)
	}
}

func TestActsAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	const n = 8
	results := make(chan error, n)
	for range n {
		go func() {
			_, err := w.act(t, everything, patrol.Action{ReportID: r.ID, Type: patrol.EventAccept, AnyReport: true, At: time.Now()})
			results <- err
		}()
	}
	done := 0
	for range n {
		switch err := <-results; {
		case err == nil:
			done++
		case !errors.Is(err, geo.ErrConflict):
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d accepted the report, want 1", done)
	}
}

func TestContact(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "")
	in.Contact = patrol.Contact{Name: "欧阳修远", Phone: "13912345678"}
	r := w.accept(t, in)
	if c, err := w.Contact(t.Context(), everything, r.ID, patrol.Actor{}); err != nil || c.Name != "欧**" || c.Phone != "****5678" {
		t.Errorf("Contact = %+v, %v; want it masked", c, err)
	}
	if _, err := w.RevealContact(t.Context(), everything, r.ID, " ", patrol.Actor{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("revealing without a reason: %v, want geo.ErrInvalid", err)
	}
	c, err := w.RevealContact(t.Context(), everything, r.ID, "回访", patrol.Actor{Kind: "user", ID: "u1"})
	if err != nil || c != in.Contact {
		t.Errorf("RevealContact = %+v, %v; want %+v", c, err, in.Contact)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'contact.reveal' AND actor_id = 'u1' AND detail->>'reason' = '回访'`); n != 1 {
		t.Errorf("%d audit rows of the reading, want 1", n)
	}
	for _, table := range []string{"reports", "reporter_contacts", "outbox", "audit", "report_events", "decisions"} {
		if n := w.count(t, `SELECT count(*) FROM `+table+` x WHERE x::text LIKE '%13912345678%' OR x::text LIKE '%欧阳%'`); n != 0 {
			t.Errorf("%s holds the contact in clear", table)
		}
	}
	// Sealed for one report, it does not open for another.
	other := w.accept(t, w.intake(t, place(1, 1), ""))
	if err := w.exec(t, `UPDATE reporter_contacts SET report_id = $1`, other.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Contact(t.Context(), everything, other.ID, patrol.Actor{}); err == nil || errors.Is(err, geo.ErrNotFound) {
		t.Errorf("the contact of another report opened: %v", err)
	}
	blind := testConfig(w.url)
	blind.ContactKey, blind.SkipMigrate = nil, true
	s, err := Open(t.Context(), blind)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Contact(t.Context(), everything, other.ID, patrol.Actor{}); !errors.Is(err, errNoContactKey) {
		t.Errorf("Contact without a key: %v", err)
	}
}

func TestPurgeContacts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	open, closed := w.intake(t, place(1, 1), ""), w.intake(t, place(1, 1), "")
	open.Contact, closed.Contact = patrol.Contact{Name: "甲"}, patrol.Contact{Name: "乙"}
	w.accept(t, open)
	w.accept(t, closed)
	if _, err := w.act(t, everything, patrol.Action{ReportID: closed.Report.ID, Type: patrol.EventReject, Note: "x", AnyReport: true, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.PurgeContacts(t.Context(), time.Now().Add(time.Minute), patrol.Actor{}); err != nil || n != 1 {
		t.Errorf("PurgeContacts = %d, %v; want 1", n, err)
	}
	if _, err := w.Contact(t.Context(), everything, open.Report.ID, patrol.Actor{}); err != nil {
		t.Errorf("the contact of an open report is gone: %v", err)
	}
}

func TestFollowSecret(t *testing.T) {
	t.Parallel()
	url := emptyURL(t)
	w, again := openWorld(t, url), openWorld(t, url)
	id := newID()
	secret := w.FollowSecret(id)
	if secret != again.FollowSecret(id) || len(secret) != 43 || strings.Contains(secret, id.String()[:8]) {
		t.Errorf("FollowSecret = %q and %q, want the same from every server", secret, again.FollowSecret(id))
	}
	if !w.FollowsWith(id, secret) || w.FollowsWith(newID(), secret) || w.FollowsWith(id, "") {
		t.Error("FollowsWith takes another secret")
	}
}
