// Package api is the HTTP interface of gridpatrol for the web application and
// for programs: reports, lookups, areas, rosters, events and sign-in under
// /api/v1, and health, metrics and the page at /about beside them. It mounts the
// handlers for tiles and the OGC API that it is given.
//
// routes.go has every route with what it asks of the caller, guard.go checks
// it, errors.go has every problem a client can be told of. It knows the store
// only by the interfaces of stores.go.
package api

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Server answers requests. It has no state of its own but limits, and indexes
// and answers that it can make again, so any number of them can serve one district.
type Server struct {
	cfg       Config
	log       *slog.Logger
	proxies   proxies
	metrics   *metrics
	origin    *http.CrossOriginProtection
	reports   *limiter // sending reports, by address
	reads     *limiter // everything else, by address
	signIn    *limiter // attempts to sign in, by address and by login
	tokens    *limiter // everything, by API token
	passwords *semaphore.Weighted
	pictures  *semaphore.Weighted
	measuring *semaphore.Weighted    // coverage of long walks
	exporting [2]*semaphore.Weighted // without an account, with one
	finder    finder
	notices   atomic.Pointer[notices]
	bodies    sync.Pool // of *[]byte: answers that are put together by hand
	spooled   spooled
	texts     areaCache
	callers   remembered
	packs     packLands
	desk      *importDesk
	oidc      *oidcProvider // nil: there is none
	closing   chan struct{}
	closeOnce sync.Once
	handler   http.Handler
}

// New makes a server. It checks the configuration and starts nothing.
func New(c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Server{
		cfg:     c,
		log:     c.Logger,
		proxies: proxies(c.TrustedProxies),
		origin:  http.NewCrossOriginProtection(),
		reports: newLimiter("reports", c.Limits.Reports),
		reads:   newLimiter("reads", c.Limits.Reads),
		signIn:  newLimiter("sign-in", c.Limits.SignIn),
		tokens:  newLimiter("token", c.Limits.Tokens),
		// argon2id takes 46 MiB, decoding a large photo more.
		passwords: semaphore.NewWeighted(2),
		pictures:  semaphore.NewWeighted(2),
		measuring: semaphore.NewWeighted(coverageAtOnce),
		exporting: [2]*semaphore.Weighted{semaphore.NewWeighted(exportsAtOnce), semaphore.NewWeighted(exportsAtOnce)},
		desk:      newImportDesk(c.ImportDir, c.Logger),
		closing:   make(chan struct{}),
	}
	if c.PublicURL != "" {
		if err := s.origin.AddTrustedOrigin(c.PublicURL); err != nil {
			return nil, err
		}
	}
	if c.OIDC != nil {
		s.oidc = &oidcProvider{OIDCConfig: *c.OIDC, redirect: c.PublicURL + oidcPath, now: c.Now}
	}
	s.bodies.New = func() any { return new([]byte) }
	s.metrics = newMetrics(s)
	s.handler = s.observe(s.secured(s.router()))
	return s, nil
}

// Handler serves everything. Safe for concurrent use.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends the event streams, which would otherwise hold up a graceful
// shutdown; give it to http.Server.RegisterOnShutdown. Other requests go on.
func (s *Server) Close() { s.closeOnce.Do(func() { close(s.closing) }) }

// safety are the headers that every answer has, in the form in which a header
// holds them. All answers share the values, which are not to be changed.
var safety = []struct {
	name  string
	value []string
}{
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"X-Frame-Options", []string{"DENY"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
	{"Permissions-Policy", []string{"geolocation=(self), camera=(self)"}},
}

// secured sets the headers that every answer has. The page sets its own policy.
func (s *Server) secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, header := range safety {
			h[header.name] = header.value
		}
		if s.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}
