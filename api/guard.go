package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// ownHeader marks a form that a script of ours sends.
const ownHeader = "X-Gridpatrol"

// guard lets a request through to the handler of its route when it may pass:
// its encoding, its credentials, its address's limits, what its caller may do,
// where a browser sent it from, its size. This is the only way to a handler.
func (s *Server) guard(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		exchangeOf(r).route = rt.path
		whole := r.Body
		err := s.admit(w, r, rt)
		if err == nil {
			err = meant(r, exchangeOf(r).principal)
		}
		if err == nil {
			bounded, done := bound(w, r, rt)
			defer done()
			err = rt.handler(w, bounded)
		}
		if err != nil {
			drain(w, whole)
			s.writeError(w, r, err)
		}
	})
}

// accountHeader names the account a request is sent for. A phone that was
// offline sends what its owner did once somebody is signed in, who may be
// somebody else by then, or nobody.
const accountHeader = "X-Account"

// meant refuses what is sent for another account than the one that is signed in.
func meant(r *http.Request, p access.Principal) error {
	for _, id := range r.Header[accountHeader] {
		if !p.SignedIn() || id != p.ID.String() {
			return fail("other-account", "this is sent for an account that is not the one signed in; sign in with it")
		}
	}
	return nil
}

// bound limits what a request may take: bytes of its body, and time. Streams
// look after themselves. done is to be called at the end.
func bound(w http.ResponseWriter, r *http.Request, rt route) (bounded *http.Request, done context.CancelFunc) {
	if rt.body == streams {
		return r, func() {}
	}
	limit, within := int64(maxBody), 30*time.Second
	if rt.body > 0 {
		limit, within = rt.body, 5*time.Minute // photos over a bad line
	}
	return timed(w, r, limit, exchangeOf(r).began.Add(within))
}

// timed limits the body of a request, and the time until it must have been read and
// answered.
func timed(w http.ResponseWriter, r *http.Request, limit int64, until time.Time) (*http.Request, context.CancelFunc) {
	ctx, done := context.WithDeadline(r.Context(), until)
	r = r.WithContext(ctx)
	// Not every connection has deadlines, and those of tests need none.
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(until.Add(patience))
	if r.Body != nil && r.Body != http.NoBody {
		_ = control.SetReadDeadline(until)
		r.Body = &untimed{http.MaxBytesReader(w, r.Body, limit), control}
	}
	return r, done
}

// untimed is a body at whose end the deadline for reading is lifted. From there on
// the server listens for the next request while this one is answered, and a
// deadline that passes meanwhile would be the end of all requests to come on the
// connection: they would be cancelled before they begin.
type untimed struct {
	io.ReadCloser
	control *http.ResponseController
}

func (u *untimed) Read(p []byte) (n int, err error) {
	if n, err = u.ReadCloser.Read(p); err == io.EOF {
		_ = u.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// drain reads some of what a refused client still sends: most clients only
// look for an answer when they have sent everything, and a connection cut
// before that loses it.
func drain(w http.ResponseWriter, body io.Reader) {
	if body == nil {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.CopyN(io.Discard, body, 32<<20)
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request, rt route) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return fail("encoding-refused", "send the body as it is, without Content-Encoding")
	}
	x := exchangeOf(r)
	if rt.need.anyone {
		x.principal = access.Anonymous()
		return s.limit(x, rt)
	}
	if s.cfg.Boundaries.Current() == nil || s.cfg.Duties.Current() == nil {
		return fail("unavailable", "boundaries and duties are being loaded")
	}
	creds := credentialsOf(r)
	if !creds.given() {
		x.principal = access.Anonymous()
		if err := s.limit(x, rt); err != nil {
			return err
		}
		if !s.publicMay(rt.need) {
			return fail("sign-in-required", "this needs an account or a token")
		}
		if hidesPlans(r, rt, x.principal) {
			return errNotFound("plan")
		}
		return nil
	}
	// A broken token is never silently nobody: its sender believes to be somebody.
	// A session that has ended is: its cookie goes along unasked, and a map that
	// everybody may see must not go blank over night.
	p, err := s.authenticate(w, r, creds)
	if err != nil {
		x.principal = access.Anonymous()
		if limited := s.limit(x, rt); limited != nil {
			return limited
		}
		if errors.Is(err, errSessionEnded) && s.publicMay(rt.need) && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !hidesPlans(r, rt, x.principal) {
			return nil
		}
		return err
	}
	if p.MustChange && !rt.own {
		x.principal = access.Anonymous()
		if s.publicMay(rt.need) && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !hidesPlans(r, rt, x.principal) {
			return s.limit(x, rt)
		}
		return fail("change-password", "somebody else has set this password; choose an own one first")
	}
	x.principal = p
	if hidesPlans(r, rt, p) {
		return errNotFound("plan")
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	w.Header().Set("Cache-Control", "private, no-cache")
	if err := s.limitToken(x, p); err != nil {
		return err
	}
	if creds.cookie != "" {
		// Only a browser sends cookies unasked, so only they need this.
		if err := s.origin.Check(r); err != nil {
			return fail("cross-origin", "a page of another site may not do this with your session")
		}
		// What a plain form of another site could send needs a header that it cannot.
		switch mediaType(r) {
		case "multipart/form-data", "application/x-www-form-urlencoded", "text/plain":
			if r.Header.Get(ownHeader) == "" {
				return fail("cross-origin", "with a session, send a form with the header "+ownHeader+": 1")
			}
		}
	}
	if rt.need.action != "" && !access.Can(p, rt.need.action) {
		return fail("forbidden", "this account may not do that")
	}
	return nil
}

// hidesPlans reports whether a request asks for the boundaries of a plan, on
// whatever route, and its sender may not know that there is one. What asks for
// a time besides is refused as it would be for everybody; no text is no time. A
// handler that takes in all methods refuses by itself those it has not.
func hidesPlans(r *http.Request, rt route, p access.Principal) bool {
	if rt.method == "" && r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	// The name may be escaped; nearly no request has either.
	raw := r.URL.RawQuery
	if raw == "" || !strings.Contains(raw, "plan") && !strings.Contains(raw, "%") {
		return false
	}
	q := r.URL.Query()
	return q.Has("plan") && q.Get("at") == "" && !access.Can(p, access.PlanBoundaries)
}

// limit takes a token of the address's bucket for the route.
func (s *Server) limit(x *exchange, rt route) error {
	l := rt.limiter
	if l == nil {
		l = s.reads
	}
	if !x.address.IsValid() {
		return nil // a Unix socket: the operator's own
	}
	wait, left, ok := l.take(bucketKey{address: oneClient(x.address)}, s.cfg.Now())
	l.tell(x.Header(), left)
	if !ok {
		return tooMany(wait)
	}
	return nil
}

// limitToken takes a token of the bucket of an API token, for whatever route.
func (s *Server) limitToken(x *exchange, p access.Principal) error {
	if p.Kind != "token" || p.NoRateLimit {
		return nil
	}
	wait, left, ok := s.tokens.take(bucketKey{token: p.ID}, s.cfg.Now())
	s.tokens.tell(x.Header(), left)
	if !ok {
		return tooManyFrom("token", wait)
	}
	return nil
}

// publicMay reports whether people without an account may use a route with
// that need, at the grade of openness configured.
func (s *Server) publicMay(n need) bool {
	switch n.public {
	case PublicNone:
		return true
	case PublicLookup:
		return s.cfg.Public != PublicNone
	case PublicMap:
		return s.cfg.Public == PublicMap
	}
	return false
}
