package api

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// manager is who manages accounts and tokens: the whole district's, or those
// that see nothing beyond the areas the manager is limited to.
type manager struct {
	access.Principal
	server *Server
	land   geo.Territory // of a limited one
}

func (s *Server) manager(r *http.Request) manager {
	m := manager{Principal: PrincipalFrom(r.Context()), server: s}
	if !m.Scope.All {
		m.land = s.territory(m.Scope)
	}
	return m
}

// within reports whether a scope lies wholly in the manager's. An empty one lies
// in nobody's: it may be given areas from elsewhere tomorrow.
func (m manager) within(scope access.Scope) bool {
	if m.Scope.All {
		return true
	}
	if scope.All || scope.Empty() {
		return false
	}
	index := m.server.cfg.Boundaries.Current().Index
	return !slices.ContainsFunc(scope.Areas, func(id geo.ID) bool {
		if slices.Contains(m.Scope.Areas, id) {
			return false
		}
		a, ok := index.ByID(id)
		return !ok || !m.land.Covers(a)
	})
}

// mayManage reports whether the manager may see and change what has that
// credential. A disabled account counts as what it would be.
func (m manager) mayManage(c access.Credential) bool {
	return m.within(m.server.scopeOf(c))
}

// scopeOf is what a credential may see.
func (s *Server) scopeOf(c access.Credential) access.Scope {
	return s.principal(c).Scope
}

// mayMake refuses to make or change what could then do or see more than the
// manager.
func (m manager) mayMake(c access.Credential, role access.Role) error {
	switch {
	case !access.CanGrant(m.Role, role):
		return fail("forbidden", "nobody gives a role that may do more than the own one")
	case !m.mayManage(c):
		return fail("outside-scope", "this account is limited to areas and gives nobody others")
	}
	return nil
}

// pathID gives the id in a path; where it is none, there is no such thing.
func pathID(r *http.Request, what string) (geo.ID, error) {
	text := mux.Vars(r)["id"]
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return id, errNotFound(what)
	}
	return id, nil
}

// onlyPath gives the id in the path of a request that takes no parameters.
func onlyPath(r *http.Request, what string) (geo.ID, error) {
	if err := newQuery(r).err(); err != nil {
		return geo.ID{}, err
	}
	return pathID(r, what)
}
