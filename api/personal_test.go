package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakePersonal is the contacts that a test put into the store, and what was asked.
type fakePersonal struct {
	contacts map[geo.ID]patrol.Contact
	err      error // of whatever is asked next
	asked    []string
	found    patrol.Personal
	subject  patrol.Subject
}

func (f *fakeStore) Contact(_ context.Context, scope access.Scope, id geo.ID, who patrol.Actor) (patrol.Contact, error) {
	c, err := f.contact(scope, id)
	f.personal.asked = append(f.personal.asked, "read by "+who.Role)
	return c.Masked(), err
}

func (f *fakeStore) contact(scope access.Scope, id geo.ID) (patrol.Contact, error) {
	for _, r := range f.reports {
		if c, ok := f.personal.contacts[id]; ok && r.ID == id && scope.Covers(r.Decision.AreaIDs) {
			return c, f.personal.err
		}
	}
	return patrol.Contact{}, geo.ErrNotFound
}

func (f *fakeStore) RevealContact(_ context.Context, scope access.Scope, id geo.ID, reason string, who patrol.Actor) (patrol.Contact, error) {
	f.personal.asked = append(f.personal.asked, "revealed to "+who.Role+": "+reason)
	return f.contact(scope, id)
}

func (f *fakeStore) Personal(_ context.Context, subject patrol.Subject, purpose string, who patrol.Actor) (patrol.Personal, error) {
	f.personal.subject = subject
	f.personal.asked = append(f.personal.asked, purpose+" by "+who.Role)
	if err := subject.Check(); err != nil {
		return patrol.Personal{}, err
	}
	return f.personal.found, f.personal.err
}

func (f *fakeStore) ErasePersonal(_ context.Context, subject patrol.Subject, reason string, who patrol.Actor) (patrol.Erasure, error) {
	f.personal.subject = subject
	if reason == "" {
		return patrol.Erasure{}, geo.Invalid("reason-missing", "say why")
	}
	f.personal.asked = append(f.personal.asked, "erased by "+who.Role)
	return patrol.Erasure{ID: id(9), At: testNow, Kind: "person", Contacts: 2, Actor: who, Reason: reason}, f.personal.err
}

func (f *fakeStore) Erasures(context.Context, int) ([]patrol.Erasure, error) {
	return []patrol.Erasure{{ID: id(9), At: testNow, Kind: "retention", Contacts: 7}}, nil
}

func TestReportContact(t *testing.T) {
	s := newSite(t)
	r := s.send("fire_safety", orb.Point{125.62, 43.55})
	s.store.personal.contacts = map[geo.ID]patrol.Contact{uuid.MustParse(r.ID): {Name: "欧阳修远", Phone: "13912345678"}}
	path := "/api/v1/reports/" + r.ID + "/contact"
	own, other := s.token(access.Officer, id(4)), s.token(access.Officer, id(5))

	w := s.get(path, own)
	if c := want[contactAnswer](t, w, 200); c != (contactAnswer{"欧**", "****5678", true}) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the masked contact = %+v, %s", c, w.Header())
	}
	reveal := func(token, body string) call {
		return call{method: "POST", path: path, body: body, header: map[string]string{"Authorization": "Bearer " + token}}
	}
	w = s.do(reveal(own, `{"reason":"回访"}`))
	if c := want[contactAnswer](t, w, 200); c != (contactAnswer{"欧阳修远", "13912345678", false}) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the contact in clear = %+v, %s", c, w.Header())
	}
	if got := strings.Join(s.store.personal.asked, "; "); got != "read by officer; revealed to officer: 回访" {
		t.Errorf("asked of the store: %s", got)
	}
	for name, token := range map[string]string{"another area": other, "nowhere": s.token(access.Officer)} {
		wantProblem(t, s.get(path, token), 404, "not-found")
		if p := wantProblem(t, s.do(reveal(token, `{"reason":"x"}`)), 404, "not-found"); strings.Contains(p.Detail, "139") {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, role := range []access.Role{access.Planner, access.Consumer} {
		wantProblem(t, s.get(path, s.token(role)), 403, "forbidden")
		wantProblem(t, s.do(reveal(s.token(role), `{"reason":"x"}`)), 403, "forbidden")
	}
	wantProblem(t, s.get(path, ""), 401, "sign-in-required")
	wantProblem(t, s.do(call{method: "GET", path: path, header: map[string]string{"X-Follow-Secret": "secret-of-" + r.ID}}), 401, "sign-in-required")
	wantProblem(t, s.do(reveal(own, `{"reason":7}`)), 400, "invalid-body")
	wantProblem(t, s.do(reveal(own, `{"why":"x"}`)), 400, "invalid-body")
	wantProblem(t, s.get("/api/v1/reports/x/contact", own), 404, "not-found")

	s.store.personal.err = &patrol.TooOftenError{Wait: 90 * time.Second}
	w = s.do(reveal(own, `{"reason":"x"}`))
	if p := wantProblem(t, w, 429, "too-many-requests"); w.Header().Get("Retry-After") != "90" || strings.Contains(p.Detail, "欧阳") {
		t.Errorf("too often: %+v, Retry-After %s", p, w.Header().Get("Retry-After"))
	}
	s.store.personal.err = geo.Invalid("reason-personal", "no names")
	wantProblem(t, s.do(reveal(own, `{"reason":"x"}`)), 422, "reason-personal")
	s.store.personal.err = errors.New("the disk of 欧阳修远 is full")
	if w := s.do(reveal(own, `{"reason":"x"}`)); w.Code != 500 || strings.Contains(w.Body.String(), "欧阳") {
		t.Errorf("a fault = %d %s", w.Code, w.Body)
	}
}

func TestPersonalOverHTTP(t *testing.T) {
	s := newSite(t)
	s.store.personal.found = patrol.Personal{
		People: []patrol.PersonalPerson{{ID: chiefWest, Versions: []patrol.PersonVersion{{Name: "旧名", Phone: "1", From: 1, To: 2}, {Name: "新名", Phone: "13912345678", From: 2}},
			Holdings: []patrol.Holding{{Seat: id(8), Person: chiefWest, From: testNow.AddDate(-1, 0, 0)}}}},
		Accounts: []patrol.PersonalAccount{{ID: id(701), Login: "chief", Name: "新名", Role: "officer"}},
		Contacts: []patrol.PersonalContact{{Contact: patrol.Contact{Name: "新名", Phone: "13912345678"}, Report: id(3), Status: patrol.Accepted, Description: "楼道"}},
		Actions:  5, Scanned: 100, Unreadable: 2, Before: []patrol.Erasure{{ID: id(9), At: testNow}},
	}
	admin := s.token(access.Admin)
	post := func(token, path, body string) call {
		return call{method: "POST", path: "/api/v1/personal/" + path, body: body, header: map[string]string{"Authorization": "Bearer " + token}}
	}
	w := s.do(post(admin, "search", `{"phone":"13912345678"}`))
	got := want[foundAnswer](t, w, 200)
	if len(got.People) != 1 || got.People[0].Name != "新名" || got.People[0].Seats != 1 || !got.People[0].Now || got.Accounts[0].Login != "chief" ||
		got.Contacts[0].Phone != "****5678" || got.Counts.Contacts != 1 || got.Counts.Actions != 5 || got.Searched.Unreadable != 2 || len(got.Erased) != 1 {
		t.Errorf("found %+v", got)
	}
	if w.Header().Get("Cache-Control") != "no-store" || s.store.personal.subject != (patrol.Subject{Phone: "13912345678"}) {
		t.Errorf("%s, subject %+v", w.Header(), s.store.personal.subject)
	}
	w = s.do(post(admin, "export", fmt.Sprintf(`{"person":%q}`, chiefWest)))
	all := want[PersonalDocument](t, w, 200)
	if len(all.People[0].Versions) != 2 || *all.People[0].Versions[0].ToVersion != 2 || all.Reports[0].Phone != "13912345678" || all.Reports[0].Description != "楼道" ||
		len(all.People[0].Posts) != 1 || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") || s.store.personal.subject.Person != chiefWest {
		t.Errorf("exported %+v, %s", all, w.Header())
	}
	w = s.do(post(admin, "erase", `{"subject":{"name":"新名"},"reason":"本人要求"}`))
	if e := want[erasureAnswer](t, w, 200); e.Contacts != 2 || e.ID != id(9) || s.store.fresh == 0 {
		t.Errorf("erased %+v, duties read again %d times", e, s.store.fresh)
	}
	if got := strings.Join(s.store.personal.asked, "; "); got != "search by admin; export by admin; erased by admin" {
		t.Errorf("asked of the store: %s", got)
	}
	wantProblem(t, s.do(post(admin, "erase", `{"subject":{"name":"新名"}}`)), 422, "reason-missing")
	wantProblem(t, s.do(post(admin, "erase", `{"reason":"x"}`)), 422, "invalid-values")
	wantProblem(t, s.do(post(admin, "search", `{}`)), 422, "subject-unclear")
	wantProblem(t, s.do(post(admin, "search", `{"person":"x"}`)), 422, "invalid-values")
	wantProblem(t, s.do(post(admin, "search", `{"email":"x"}`)), 400, "invalid-body")
	s.store.personal.err = geo.ErrNotFound
	wantProblem(t, s.do(post(admin, "erase", `{"subject":{"name":"新名"},"reason":"x"}`)), 404, "not-found")
	if w := s.get("/api/v1/personal/erasures", admin); w.Code != 200 || !strings.Contains(w.Body.String(), `"kind":"retention"`) {
		t.Errorf("the erasure log = %d %s", w.Code, w.Body)
	}

	limited := s.token(access.Admin, id(4))
	for _, path := range []string{"search", "export", "erase"} {
		body := `{"name":"新名"}`
		wantProblem(t, s.do(post(limited, path, body)), 403, "outside-scope")
		for _, role := range []access.Role{access.Dispatcher, access.Planner, access.Officer, access.Consumer} {
			wantProblem(t, s.do(post(s.token(role, id(4)), path, body)), 403, "forbidden")
		}
	}
	wantProblem(t, s.get("/api/v1/personal/erasures", limited), 403, "outside-scope")
}
