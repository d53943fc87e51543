package access

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

func id(name string) geo.ID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)) }

func TestNewPrincipalScope(t *testing.T) {
	own, post := []geo.ID{id("own")}, []geo.ID{id("post"), id("post2")}
	tests := []struct {
		name        string
		role        Role
		areas, post []geo.ID
		all         bool
		sees        []string
		not         []string
	}{
		{"admin", Admin, nil, nil, true, []string{"own", "anywhere"}, nil},
		{"admin with areas", Admin, own, nil, false, []string{"own"}, []string{"anywhere"}},
		{"planner", Planner, nil, nil, true, []string{"anywhere"}, nil},
		{"planner with areas", Planner, own, nil, false, []string{"own"}, []string{"anywhere"}},
		{"dispatcher", Dispatcher, nil, nil, true, []string{"anywhere"}, nil},
		{"dispatcher with areas", Dispatcher, own, nil, false, []string{"own"}, []string{"anywhere"}},
		{"dispatcher with areas and a post elsewhere", Dispatcher, own, post, false, []string{"own"}, []string{"post"}},
		{"consumer", Consumer, nil, nil, true, []string{"anywhere"}, nil},
		{"consumer with areas", Consumer, own, nil, false, []string{"own"}, []string{"anywhere"}},
		{"officer without anything", Officer, nil, nil, false, nil, []string{"own", "anywhere"}},
		{"officer with posts", Officer, nil, post, false, []string{"post", "post2"}, []string{"own"}},
		{"officer with areas", Officer, own, nil, false, []string{"own"}, []string{"post"}},
		{"officer with both", Officer, own, post, false, []string{"own", "post"}, []string{"anywhere"}},
		{"officer with the same twice", Officer, post, post, false, []string{"post", "post2"}, nil},
		{"public", Public, own, post, false, nil, []string{"own", "post"}},
		{"no role", "", own, post, false, nil, []string{"own", "post"}},
		{"unknown role", "king", own, post, false, nil, []string{"own", "post"}},
	}
	for _, tt := range tests {
		for _, c := range []Credential{
			Account{ID: id("x"), Login: "x", Role: tt.role, Person: id("person"), AreaIDs: tt.areas},
			Token{ID: id("x"), Name: "x", Role: tt.role, AreaIDs: tt.areas},
		} {
			p := NewPrincipal(c, tt.post)
			t.Run(tt.name+" "+p.Kind, func(t *testing.T) {
				if p.Scope.All != tt.all || p.ID != id("x") || p.Name != "x" || p.Role != tt.role || !p.SignedIn() {
					t.Errorf("principal %+v, want all %v", p, tt.all)
				}
				if want := len(tt.sees) == 0; p.Scope.Empty() != want {
					t.Errorf("Empty = %v, want %v", p.Scope.Empty(), want)
				}
				for _, a := range tt.sees {
					if !p.Scope.Covers([]geo.ID{id("larger area"), id(a)}) {
						t.Errorf("the scope leaves %s out", a)
					}
				}
				for _, a := range tt.not {
					if p.Scope.Covers([]geo.ID{id(a)}) {
						t.Errorf("the scope holds %s", a)
					}
				}
				if len(slices.Compact(slices.Clone(p.Scope.Areas))) != len(p.Scope.Areas) {
					t.Errorf("areas stand twice: %v", p.Scope.Areas)
				}
			})
		}
	}
	if p := NewPrincipal(Account{Role: Officer, Person: id("person")}, nil); p.Kind != "user" || p.Person != id("person") {
		t.Errorf("principal of an account = %+v, want its person", p)
	}
}

func TestNewPrincipalKeepsItsAreas(t *testing.T) {
	areas := make([]geo.ID, 1, 8) // with room behind, where an append would land
	areas[0] = id("own")
	p := NewPrincipal(Account{Role: Officer, AreaIDs: areas}, []geo.ID{id("post")})
	q := NewPrincipal(Account{Role: Officer, AreaIDs: areas}, []geo.ID{id("other")})
	if !p.Scope.Covers([]geo.ID{id("post")}) || q.Scope.Covers([]geo.ID{id("post")}) || areas[0] != id("own") {
		t.Error("two principals share their areas")
	}
}

func TestEmptyScope(t *testing.T) {
	if (Scope{}).Covers([]geo.ID{id("a")}) || (Scope{}).Covers(nil) || !(Scope{}).Empty() {
		t.Error("the zero scope holds something")
	}
	if !(Scope{All: true}).Covers(nil) {
		t.Error("the whole district does not hold a report without areas")
	}
	if Anonymous().SignedIn() || !Anonymous().Scope.Empty() {
		t.Error("the public is signed in or has a scope")
	}
}

func TestParseRole(t *testing.T) {
	for _, r := range []Role{Admin, Planner, Dispatcher, Officer, Consumer} {
		if got, err := ParseRole(string(r)); err != nil || got != r {
			t.Errorf("ParseRole(%s) = %s, %v", r, got, err)
		}
	}
	for _, s := range []string{"", "public", "Admin", "root"} {
		if _, err := ParseRole(s); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("ParseRole(%q): %v, want geo.ErrInvalid", s, err)
		}
	}
}
