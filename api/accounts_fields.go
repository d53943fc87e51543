package api

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// maxOwnAreas is how many areas an account or token can be limited to.
const maxOwnAreas = 1000

// maxAccountName is how many characters a name of an account or token has.
const maxAccountName = 100

// label reads a name that is not empty.
func (f *fields) label(name string) string {
	before := len(f.fields)
	text := strings.TrimSpace(f.text(name, maxAccountName))
	if text == "" && f.obj.members[name] != nil && len(f.fields) == before {
		f.impossible(f.pointer(name), "is empty")
	}
	return text
}

// role reads a role.
func (f *fields) role(name string) access.Role {
	text := f.text(name, 40)
	if text == "" {
		return ""
	}
	r, err := access.ParseRole(text)
	if err != nil {
		f.impossible(f.pointer(name), "must be admin, planner, dispatcher, officer or consumer")
	}
	return r
}

// ownAreas reads the areas that somebody is limited to, in force now.
func (s *Server) ownAreas(f *fields, name string) []geo.ID {
	index := s.cfg.Boundaries.Current().Index
	ids := []geo.ID{}
	for i, text := range f.texts(name, maxOwnAreas) {
		pointer := f.pointer(name) + "/" + decimal(i)
		ref, err := geo.ParseRef(text)
		if err != nil {
			f.impossible(pointer, "must be kind:code, such as grid:220112001001001")
			continue
		}
		a, err := index.Find(ref)
		if err != nil {
			f.impossible(pointer, "there is no such area")
			continue
		}
		if !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// personID reads somebody of the roster; the zero id where it is missing or null.
func (s *Server) personID(f *fields, name string) geo.ID {
	text := f.text(name, 40)
	if text == "" {
		return geo.ID{}
	}
	id, err := uuid.Parse(text)
	if err == nil {
		if _, ok := s.cfg.Duties.Current().Roster.Person(id); ok {
			return id
		}
	}
	f.impossible(f.pointer(name), "the roster has nobody with this id")
	return geo.ID{}
}

// mayName refuses to make an account somebody's who holds posts beyond the
// manager's areas: whatever its role, it answers for that person, and takes over
// what is handed to them.
func (m manager) mayName(a access.Account) error {
	posts := m.server.postAreas(a)
	if len(posts) == 0 || m.within(access.Scope{Areas: posts}) {
		return nil
	}
	return fail("outside-scope", "this account is limited to areas, and the person has posts in others")
}
