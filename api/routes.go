package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// need is what a route asks of its caller. Every route says it.
type need struct {
	// anyone: nobody is asked who they are, credentials are not even read.
	anyone bool
	// signedIn: any account or token may, and nobody else.
	signedIn bool
	// public: people without an account may at this grade of openness and the
	// ones above; empty: never.
	public Public
	// action: what an account or token must be allowed. Where only public is
	// set, any account or token may too.
	action access.Action
}

// handler answers a request or gives the error to answer with.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one line of the table.
type route struct {
	method  string // HEAD comes with GET; empty: all, of a handler that knows its own
	path    string // a mux template; with a * at the end: everything below
	need    need
	handler handler
	body    int64 // bytes a body may have; 0: maxBody; streams: no limit
	raw     bool  // the handler compresses, or must not be compressed
	limiter *limiter
	own     bool // about one's own sign-in: also while the password has to be changed
	// leaving is set where the route is deprecated, see docs/api.md for the rules.
	leaving *deprecation
}

const (
	maxBody      = 8 << 20
	maxMultipart = 64 << 20
	streams      = -1
)

// routes is every route there is, the hot ones first: the router tries them in
// this order.
func (s *Server) routes() []route {
	anyone := need{anyone: true}
	lookup, open, follow := need{public: PublicLookup}, need{public: PublicMap}, need{public: PublicNone}
	signedIn := need{signedIn: true} // what an import is about decides who may, see importRights
	roster, planner, publisher := need{action: access.ReadRoster}, need{action: access.PlanBoundaries}, need{action: access.Publish}
	patrols, planning := need{action: access.ReadPatrols}, need{action: access.PlanPatrols}
	walking, places := need{action: access.WalkPatrols}, need{action: access.ManageCheckpoints}
	accounts := need{action: access.ManageAccounts} // whose and which, see manager
	return []route{
		{method: "GET", path: "/api/v1/locate", need: lookup, handler: s.locate},
		{path: "/tiles/*", need: open, handler: mounted(s.cfg.Tiles), raw: true},
		{method: "GET", path: "/basemap/*", need: open, handler: mounted(s.cfg.BasemapTiles), raw: true},
		{method: "POST", path: "/api/v1/reports", need: lookup, handler: s.createReport, body: maxMultipart, limiter: s.reports},
		{method: "POST", path: "/api/v1/locate", need: lookup, handler: s.locateMany, body: streams, raw: true},
		{method: "GET", path: "/api/v1/reports", need: need{action: access.ReadReports}, handler: s.listReports},
		{method: "GET", path: "/api/v1/reports/{id}", need: follow, handler: s.readReport},
		{method: "POST", path: "/api/v1/reports/{id}/events", need: need{action: access.ActOnReports}, handler: s.actOnReport, body: maxMultipart},
		{method: "GET", path: "/api/v1/reports/{id}/photos/{n}", need: follow, handler: s.readPhoto, raw: true},
		{method: "GET", path: "/api/v1/reports/{id}/contact", need: need{action: access.ReadContacts}, handler: s.readContact},
		{method: "POST", path: "/api/v1/reports/{id}/contact", need: need{action: access.ReadContacts}, handler: s.revealContact},
		{method: "GET", path: "/api/v1/events", need: follow, handler: s.streamEvents, raw: true},
		{method: "GET", path: "/api/v1/app", need: anyone, handler: s.app},
		{method: "GET", path: "/api/v1/openapi.json", need: anyone, handler: s.readDocument},
		{method: "GET", path: docsPath, need: anyone, handler: s.readDocs},
		{method: "GET", path: docsPath + "/{tag}", need: anyone, handler: s.readDocs},
		{method: "GET", path: "/api/v1/areas/{kind}", need: open, handler: s.listAreas},
		{method: "GET", path: "/api/v1/areas/{kind}/{code}", need: open, handler: s.readArea},
		{method: "GET", path: "/api/v1/areas/{kind}/{code}/coverage", need: need{action: access.ReadPatrols}, handler: s.readCoverage},
		{method: "GET", path: "/api/v1/search", need: open, handler: s.search},
		{method: "GET", path: "/api/v1/pack", need: need{action: access.ReadPatrols}, handler: s.readPack},
		{method: "GET", path: "/api/v1/categories", need: lookup, handler: s.listCategories},
		{method: "GET", path: "/api/v1/revisions", need: open, handler: s.listRevisions},
		{method: "POST", path: "/api/v1/revisions/{n}/undo", need: publisher, handler: s.undoRevision},
		{method: "GET", path: "/api/v1/plans", need: planner, handler: s.listPlans},
		{method: "POST", path: "/api/v1/plans", need: planner, handler: s.createPlan},
		{method: "GET", path: "/api/v1/plans/{id}", need: planner, handler: s.readPlan},
		{method: "PATCH", path: "/api/v1/plans/{id}", need: planner, handler: s.retitlePlan},
		{method: "DELETE", path: "/api/v1/plans/{id}", need: planner, handler: s.discardPlan},
		{method: "POST", path: "/api/v1/plans/{id}/operations", need: planner, handler: s.operate},
		{method: "POST", path: "/api/v1/plans/{id}/operations/redo", need: planner, handler: s.redoOperation},
		{method: "DELETE", path: "/api/v1/plans/{id}/operations/last", need: planner, handler: s.undoOperation},
		{method: "GET", path: "/api/v1/plans/{id}/check", need: planner, handler: s.checkPlan},
		{method: "GET", path: "/api/v1/plans/{id}/impact", need: planner, handler: s.planImpact},
		{method: "GET", path: "/api/v1/plans/{id}/basis", need: planner, handler: s.planBasis},
		{method: "POST", path: "/api/v1/plans/{id}/rebase", need: planner, handler: s.rebasePlan},
		{method: "POST", path: "/api/v1/plans/{id}/approve", need: publisher, handler: s.approvePlan},
		{method: "POST", path: "/api/v1/plans/{id}/publish", need: publisher, handler: s.publishPlan},
		{method: "DELETE", path: "/api/v1/plans/{id}/publish", need: publisher, handler: s.unschedulePlan},
		{method: "GET", path: "/api/v1/compare", need: planner, handler: s.compare},
		{method: "GET", path: "/api/v1/imports", need: signedIn, handler: s.listImports},
		{method: "POST", path: "/api/v1/imports", need: signedIn, handler: s.upload, body: maxImport},
		{method: "GET", path: "/api/v1/imports/{id}", need: signedIn, handler: s.readImport},
		{method: "DELETE", path: "/api/v1/imports/{id}", need: signedIn, handler: s.discardImport},
		{method: "POST", path: "/api/v1/imports/{id}/check", need: signedIn, handler: s.checkImport},
		{method: "DELETE", path: "/api/v1/imports/{id}/check", need: signedIn, handler: s.stopCheck},
		{method: "GET", path: "/api/v1/imports/{id}/layers", need: signedIn, handler: s.importLayers},
		{method: "POST", path: "/api/v1/imports/{id}/write", need: signedIn, handler: s.writeImport},
		{method: "GET", path: "/api/v1/imports/{id}/preview", need: signedIn, handler: s.previewImport},
		{method: "GET", path: "/api/v1/imports/{id}/shapes", need: signedIn, handler: s.importShapes},
		{method: "GET", path: "/api/v1/imports/{id}/problems", need: signedIn, handler: s.importProblems},
		{method: "GET", path: "/api/v1/patrols", need: patrols, handler: s.patrolling(s.listPatrols)},
		{method: "POST", path: "/api/v1/patrols", need: planning, handler: s.patrolling(s.createPatrol)},
		{method: "GET", path: "/api/v1/patrols/live", need: need{action: access.ReadTracks}, handler: s.tracking(s.readLive)},
		{method: "POST", path: "/api/v1/patrols/{id}/track", need: walking, handler: s.tracking(s.addTrack)},
		{method: "GET", path: "/api/v1/patrols/{id}/track", need: patrols, handler: s.tracking(s.readTrack)},
		{method: "GET", path: "/api/v1/track-readings", need: signedIn, handler: s.tracking(s.readTrackReadings)},
		{method: "GET", path: "/api/v1/reports/{id}/nearest", need: need{action: access.ReadTracks}, handler: s.tracking(s.readNearest)},
		{method: "GET", path: "/api/v1/patrols/{id}", need: patrols, handler: s.patrolling(s.readPatrol)},
		{method: "PATCH", path: "/api/v1/patrols/{id}", need: planning, handler: s.patrolling(s.changePatrol)},
		{method: "POST", path: "/api/v1/patrols/{id}/start", need: walking, handler: s.patrolling(s.walkPatrol(patrol.DeedStart))},
		{method: "POST", path: "/api/v1/patrols/{id}/pause", need: walking, handler: s.patrolling(s.walkPatrol(patrol.DeedPause))},
		{method: "POST", path: "/api/v1/patrols/{id}/resume", need: walking, handler: s.patrolling(s.walkPatrol(patrol.DeedResume))},
		{method: "POST", path: "/api/v1/patrols/{id}/end", need: walking, handler: s.patrolling(s.walkPatrol(patrol.DeedEnd))},
		{method: "POST", path: "/api/v1/patrols/{id}/cancel", need: planning, handler: s.patrolling(s.walkPatrol(patrol.DeedCancel))},
		{method: "GET", path: "/api/v1/areas/{kind}/{code}/sheet", need: patrols, handler: s.patrolling(s.readSheet)},
		{method: "GET", path: "/api/v1/checkpoints", need: patrols, handler: s.patrolling(s.listCheckpoints)},
		{method: "POST", path: "/api/v1/checkpoints", need: places, handler: s.patrolling(s.createCheckpoint)},
		{method: "GET", path: "/api/v1/checkpoints/{id}", need: patrols, handler: s.patrolling(s.readCheckpoint)},
		{method: "PATCH", path: "/api/v1/checkpoints/{id}", need: places, handler: s.patrolling(s.changeCheckpoint)},
		{method: "DELETE", path: "/api/v1/checkpoints/{id}", need: places, handler: s.patrolling(s.retireCheckpoint)},
		{method: "GET", path: "/api/v1/checkpoint-kinds", need: patrols, handler: s.patrolling(s.listCheckpointKinds)},
		{method: "POST", path: "/api/v1/hotspots", need: open, handler: mounted(s.cfg.Hotspots)},
		{method: "GET", path: "/api/v1/posts", need: roster, handler: s.listPosts},
		{method: "GET", path: "/api/v1/people", need: roster, handler: s.listPeople},
		{method: "GET", path: "/api/v1/vacancies", need: roster, handler: s.listVacancies},
		{method: "GET", path: "/api/v1/posts/{seat}", need: roster, handler: s.readPost},
		{method: "GET", path: "/api/v1/people/{id}", need: roster, handler: s.readPerson},
		{method: "GET", path: "/api/v1/committees", need: roster, handler: s.listCommittees},
		{method: "GET", path: "/api/v1/branches", need: roster, handler: s.listBranches},
		{method: "POST", path: "/api/v1/roster/changes", need: need{action: access.ManageDuties}, handler: s.changeRoster},
		{method: "GET", path: "/api/v1/handovers", need: roster, handler: s.listHandovers},
		{method: "POST", path: "/api/v1/handovers/{id}/acknowledge", need: roster, handler: s.acknowledgeHandover},
		{method: "GET", path: "/api/v1/export/posts", need: roster, handler: s.exportPosts, body: streams},
		{method: "GET", path: "/api/v1/export/roster", need: roster, handler: s.exportRoster, body: streams},
		{method: "GET", path: "/api/v1/export/committees", need: roster, handler: s.exportBodies, body: streams},
		{method: "GET", path: "/api/v1/export/checkpoints", need: patrols, handler: s.exportCheckpoints, body: streams},
		{method: "GET", path: "/api/v1/export/{collection}", need: open, handler: s.exportCollection, body: streams},
		{method: "GET", path: "/api/v1/session", need: signedIn, handler: s.whoAmI, own: true},
		{method: "POST", path: "/api/v1/session", need: anyone, handler: s.openSession, limiter: s.signIn},
		{method: "DELETE", path: "/api/v1/session", need: anyone, handler: s.closeSession},
		{method: "PUT", path: "/api/v1/session/password", need: signedIn, handler: s.changePassword, own: true},
		{method: "POST", path: "/api/v1/password-reset", need: anyone, handler: s.useReset, limiter: s.signIn},
		{method: "GET", path: "/api/v1/oidc", need: anyone, handler: s.oidcInfo},
		{method: "GET", path: "/api/v1/oidc/start", need: anyone, handler: s.startOIDC},
		{method: "GET", path: oidcPath, need: anyone, handler: s.finishOIDC, limiter: s.signIn},
		{method: "GET", path: "/api/v1/sessions", need: signedIn, handler: s.listSessions, own: true},
		{method: "DELETE", path: "/api/v1/sessions", need: signedIn, handler: s.endOthers, own: true},
		{method: "DELETE", path: "/api/v1/sessions/{id}", need: signedIn, handler: s.endSession, own: true},
		{method: "GET", path: "/api/v1/accounts", need: accounts, handler: s.listAccounts},
		{method: "POST", path: "/api/v1/accounts", need: accounts, handler: s.createAccount},
		{method: "GET", path: "/api/v1/accounts/{id}", need: accounts, handler: s.readAccount},
		{method: "PATCH", path: "/api/v1/accounts/{id}", need: accounts, handler: s.changeAccount},
		{method: "POST", path: "/api/v1/accounts/{id}/reset", need: accounts, handler: s.resetAccount},
		{method: "GET", path: "/api/v1/accounts/{id}/sessions", need: accounts, handler: s.listAccountSessions},
		{method: "DELETE", path: "/api/v1/accounts/{id}/sessions", need: accounts, handler: s.endAccountSessions},
		{method: "PUT", path: "/api/v1/accounts/{id}/identity", need: accounts, handler: s.linkIdentity},
		{method: "DELETE", path: "/api/v1/accounts/{id}/identity", need: accounts, handler: s.unlinkIdentity},
		{method: "GET", path: "/api/v1/identities", need: accounts, handler: s.listIdentities},
		{method: "GET", path: "/api/v1/tokens", need: accounts, handler: s.listTokens},
		{method: "POST", path: "/api/v1/tokens", need: accounts, handler: s.createToken},
		{method: "POST", path: "/api/v1/tokens/{id}/rotate", need: accounts, handler: s.rotateToken},
		{method: "DELETE", path: "/api/v1/tokens/{id}", need: accounts, handler: s.revokeToken},
		{method: "POST", path: "/api/v1/personal/search", need: accounts, handler: s.findPersonal},
		{method: "POST", path: "/api/v1/personal/export", need: accounts, handler: s.exportPersonal},
		{method: "POST", path: "/api/v1/personal/erase", need: accounts, handler: s.erasePersonal},
		{method: "GET", path: "/api/v1/personal/erasures", need: accounts, handler: s.listErasures},
		{method: "GET", path: "/api/v1/audit", need: need{action: access.ReadAudit}, handler: s.readAudit},
		{path: "/ogc", need: open, handler: mounted(s.cfg.Features)},
		{path: "/ogc/*", need: open, handler: mounted(s.cfg.Features)},
		{method: "GET", path: "/healthz", need: anyone, handler: s.healthz},
		{method: "GET", path: "/readyz", need: anyone, handler: s.readyz},
		{method: "GET", path: "/metrics", need: anyone, handler: s.serveMetrics, raw: true},
		{method: "GET", path: "/", need: anyone, handler: s.start},
		{method: "GET", path: "/sw.js", need: anyone, handler: mounted(s.cfg.App), raw: true},
		{method: "GET", path: "/manifest.webmanifest", need: anyone, handler: mounted(s.cfg.App), raw: true},
		{method: "GET", path: "/assets/*", need: anyone, handler: mounted(s.cfg.App), raw: true},
		{method: "GET", path: "/about", need: anyone, handler: s.page},
	}
}

// router serves the table with guard before every handler.
func (s *Server) router() http.Handler { return s.served(s.routes()) }

// served serves routes with what their lines say.
func (s *Server) served(routes []route) http.Handler {
	// Sizes under this do not shrink; a suffix would make the ETag another one.
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // the options are constants
	}
	return s.routed(routes, func(rt route) http.Handler {
		guarded := s.guard(rt)
		if rt.leaving != nil {
			guarded = outgoing(*rt.leaving, guarded)
		}
		if s.forOthers(rt) {
			guarded = shared(guarded)
		}
		if rt.raw {
			return guarded
		}
		compressed := compress(guarded)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.Header["Accept-Encoding"]) > 0 {
				compressed(w, r)
				return
			}
			w.Header()["Vary"] = acceptEncoding
			guarded.ServeHTTP(w, r)
		})
	})
}

// acceptEncoding is the Vary of what is compressed for who asks for it, as a
// header holds it. Not to be changed: all answers share it.
var acceptEncoding = []string{"Accept-Encoding"}

// routed leads requests to what serve gives for their line of the table; what
// is not in it is a 404 or 405 problem.
func (s *Server) routed(routes []route, serve func(route) http.Handler) http.Handler {
	m := mux.NewRouter().SkipClean(true)
	of := map[*mux.Route]*route{}
	fixed := fixedPaths(routes)
	for _, rt := range routes {
		h := serve(rt)
		var registered *mux.Route
		// Only templates need the router's expressions.
		if prefix, below := strings.CutSuffix(rt.path, "*"); below {
			registered = m.MatcherFunc(func(r *http.Request, _ *mux.RouteMatch) bool { return strings.HasPrefix(r.URL.Path, prefix) })
		} else if strings.Contains(rt.path, "{") {
			registered = m.Path(rt.path)
		} else {
			registered = m.MatcherFunc(func(r *http.Request, _ *mux.RouteMatch) bool { return r.URL.Path == rt.path })
		}
		registered.Handler(h)
		of[registered] = &rt
		switch rt.method {
		case "":
		case http.MethodGet:
			registered.Methods(http.MethodGet, http.MethodHead)
		default:
			registered.Methods(rt.method)
		}
	}
	m.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeError(w, r, fail("not-found", "there is nothing at this path"))
	})
	m.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allow := allowed(m, fixed, r)
		w.Header().Set("Allow", strings.Join(allow, ", "))
		err := fail("method-not-allowed", "this path takes "+strings.Join(allow, ", "))
		err.(*fault).Allow = allow
		s.writeError(w, r, err)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			// Of a handler that knows its own methods it is known that it only reads.
			if allow, read := allowed(m, fixed, r), of[routeOf(m, r, http.MethodGet)]; len(allow) > 0 {
				exchangeOf(r).principal = access.Anonymous() // whatever came along: it tells nobody anything
				if read != nil {
					exchangeOf(r).route = read.path
					if read.method == "" {
						allow = []string{http.MethodGet, http.MethodHead}
					}
				}
				s.options(w, allow, read)
				return
			}
		}
		if methods := fixed[r.URL.Path]; methods != nil && !slices.Contains(methods, r.Method) {
			m.MethodNotAllowedHandler.ServeHTTP(w, r)
			return
		}
		var match mux.RouteMatch
		m.Match(r, &match) // there is always a handler, if only of errors
		// The router itself would copy the request twice, whatever there is to tell.
		if len(match.Vars) > 0 {
			r = mux.SetURLVars(r, match.Vars)
		}
		match.Handler.ServeHTTP(w, r)
	})
}

// fixedPaths gives the methods of paths without variables. Such a path may fit the
// template of another as well, /patrols/live that of /patrols/{id}, and does not
// take its methods: "live" is no patrol.
func fixedPaths(routes []route) map[string][]string {
	out := map[string][]string{}
	for _, rt := range routes {
		switch {
		case rt.method == "" || strings.ContainsAny(rt.path, "{*"):
		case rt.method == http.MethodGet:
			out[rt.path] = append(out[rt.path], http.MethodGet, http.MethodHead)
		default:
			out[rt.path] = append(out[rt.path], rt.method)
		}
	}
	for _, methods := range out {
		slices.Sort(methods)
	}
	return out
}

// allowed lists the methods that the path of a request takes.
func allowed(m *mux.Router, fixed map[string][]string, r *http.Request) []string {
	if methods := fixed[r.URL.Path]; methods != nil {
		return methods
	}
	var out []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if routeOf(m, r, method) != nil {
			out = append(out, method)
		}
	}
	slices.Sort(out)
	return out
}

// routeOf gives the route that takes a method at the path of a request; nil
// where there is none.
func routeOf(m *mux.Router, r *http.Request, method string) *mux.Route {
	probe := r.Clone(r.Context())
	probe.Method = method
	var match mux.RouteMatch
	if m.Match(probe, &match) && match.MatchErr == nil {
		return match.Route
	}
	return nil
}

// mounted serves with a handler from another package, which writes its own
// errors; nil is not found.
func mounted(h http.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if h == nil {
			return errNotFound("service here")
		}
		h.ServeHTTP(w, r)
		return nil
	}
}
