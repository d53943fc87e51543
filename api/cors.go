package api

import (
	"net/http"
	"strings"
)

// Pages of other sites may read what anybody may read: with the cross-origin
// headers of the Fetch standard (section 3.2, CORS protocol), always the same
// ones, so that caches need not keep an answer for each origin. They never say
// Access-Control-Allow-Credentials, and a preflight does not allow
// Authorization: browsers then show no other site what somebody's session or
// token would give. All answers share the values, which are not to be changed.
var (
	corsOrigin  = []string{"*"}
	corsExpose  = []string{"Content-Crs, Deprecation, ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Sunset, X-Request-Id"}
	corsMethods = []string{"GET, HEAD, OPTIONS"}
	corsHeaders = []string{"Accept, Accept-Language, Content-Type, If-None-Match, X-Request-Id"}
	corsMaxAge  = []string{"86400"}
)

// forOthers reports whether pages of other sites may read what a route answers:
// it reads, and gives people without an account something.
func (s *Server) forOthers(rt route) bool {
	if rt.method != http.MethodGet && rt.method != "" || !rt.need.anyone && !s.publicMay(rt.need) {
		return false
	}
	for _, below := range []string{"/api/v1/", "/tiles/", "/ogc"} {
		if strings.HasPrefix(rt.path, below) {
			return true
		}
	}
	return false
}

// shared lets pages of other sites read the answers of a route that is forOthers.
func shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			h := w.Header()
			h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = corsOrigin, corsExpose
		}
		next.ServeHTTP(w, r)
	})
}

// options answers OPTIONS: which methods a path takes, and to a browser that
// asks for a page of another site, whether that may read it. read is the route
// that reads the path; nil: there is none.
func (s *Server) options(w http.ResponseWriter, allow []string, read *route) {
	h := w.Header()
	h.Set("Allow", strings.Join(append(allow, http.MethodOptions), ", "))
	if read != nil && s.forOthers(*read) {
		h["Access-Control-Allow-Origin"], h["Access-Control-Allow-Methods"] = corsOrigin, corsMethods
		h["Access-Control-Allow-Headers"], h["Access-Control-Max-Age"] = corsHeaders, corsMaxAge
	}
	w.WriteHeader(http.StatusNoContent)
}
