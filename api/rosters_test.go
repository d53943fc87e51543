package api

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

func TestRosters(t *testing.T) {
	s := newSite(t)
	west := s.token(access.Officer, id(4))
	for _, path := range []string{"/api/v1/posts", "/api/v1/people", "/api/v1/vacancies"} {
		wantProblem(t, s.get(path, ""), 401, "sign-in-required")
		wantProblem(t, s.get(path, s.token(access.Consumer)), 403, "forbidden")
	}
	all := want[struct{ Posts []postAnswer }](t, s.get("/api/v1/posts", s.token(access.Dispatcher)), 200)
	own := want[struct{ Posts []postAnswer }](t, s.get("/api/v1/posts", west), 200)
	if len(all.Posts) != 5 || len(own.Posts) != 2 {
		t.Errorf("a dispatcher sees %d posts, an officer %d, want 5 and the 2 of the grid", len(all.Posts), len(own.Posts))
	}
	people := want[struct{ People []personAnswer }](t, s.get("/api/v1/people?area=grid:"+gridWest+"&post=grid_police", west), 200)
	if len(people.People) != 1 || people.People[0].ID != policeWest || len(people.People[0].Posts) != 1 {
		t.Errorf("people = %+v", people)
	}
	vacancies := want[struct{ Vacancies []vacancyAnswer }](t, s.get("/api/v1/vacancies", s.token(access.Admin)), 200)
	if len(vacancies.Vacancies) == 0 {
		t.Error("no vacancies in a town that lacks a police officer")
	}
	for _, v := range vacancies.Vacancies {
		if n := len(v.Within); v.Areas[0].Kind != geo.District && (n == 0 || v.Within[n-1].Kind != geo.District || v.Within[0] == v.Areas[0]) {
			t.Errorf("the vacancy in %v lies in %v, want what contains it, up to the district", v.Areas[0], v.Within)
		}
	}
	wantProblem(t, s.get("/api/v1/posts?area=grid:9&post=grid_chief", west), 400, "invalid-parameters")
	if len(s.store.reads) != 3 {
		t.Errorf("audited %v, want three rosters", s.store.reads)
	}
}
