package api

// RouteInfo is one line of the table of routes, for who looks at all of them.
type RouteInfo struct {
	Method string // HEAD comes with GET; empty: all, of a mounted handler
	Path   string // a template; with a * at the end: everything below
	// Needs is what the route asks of its caller: "anyone"; "signed-in"; "public
	// none", "public lookup" or "public map", the grade of openness from which on
	// people without an account may; or the action a role must be allowed.
	Needs string
	// Own: also while the password has to be changed.
	Own bool
}

// Routes lists every route, in the order in which they are tried.
func (s *Server) Routes() []RouteInfo {
	var out []RouteInfo
	for _, rt := range s.routes() {
		out = append(out, RouteInfo{rt.method, rt.path, rt.need.String(), rt.own})
	}
	return out
}

func (n need) String() string {
	switch {
	case n.anyone:
		return "anyone"
	case n.signedIn:
		return "signed-in"
	case n.public != "":
		return "public " + string(n.public)
	}
	return string(n.action)
}
