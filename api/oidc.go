package api

import (
	"crypto/subtle"
	"errors"
	"net/http"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// oidcPath is where the provider sends people back to.
const oidcPath = "/api/v1/oidc/callback"

// oidcInfo answers GET /api/v1/oidc.
func (s *Server) oidcInfo(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	name := ""
	if s.oidc != nil {
		name = s.oidc.Name
	}
	return writeTagged(w, r, "application/json", map[string]any{"enabled": s.oidc != nil, "name": name})
}

// startOIDC answers GET /api/v1/oidc/start: it sends the browser to the provider.
func (s *Server) startOIDC(w http.ResponseWriter, r *http.Request) error {
	if s.oidc == nil {
		return errNotFound("provider")
	}
	q := newQuery(r)
	back := q.text("return", maxReturn)
	if err := q.err(); err != nil {
		return err
	}
	if err := s.overTLS(r); err != nil {
		return err
	}
	flow, err := newFlow(returnTo(back), s.cfg.Now())
	if err != nil {
		return err
	}
	sealed, err := flow.seal(s.oidc.Key)
	if err != nil {
		return err
	}
	at, err := s.oidc.start(r.Context(), flow)
	if err != nil {
		s.log.WarnContext(r.Context(), "the provider of sign-in could not be asked about itself", "error", err)
		return fail("unavailable", "the provider of sign-in does not answer; try again in a moment")
	}
	s.setFlow(w, r, sealed)
	return redirect(w, at)
}

// finishOIDC answers GET /api/v1/oidc/callback: the provider sends the browser
// back. A person reads the answer, so faults lead to the page for signing in.
func (s *Server) finishOIDC(w http.ResponseWriter, r *http.Request) error {
	if s.oidc == nil {
		return errNotFound("provider")
	}
	// Whatever becomes of it: this flow is over.
	sealed := s.flowOf(r)
	s.setFlow(w, r, "")
	outcome, back, err := s.signInByProvider(w, r, sealed)
	if err != nil {
		return err
	}
	if outcome != "" {
		back = "/#view=signin&oidc=" + outcome
	}
	return redirect(w, back)
}

// signInByProvider checks what the provider sent along and makes a session. The
// outcome is empty when it did; back is then where to go.
func (s *Server) signInByProvider(w http.ResponseWriter, r *http.Request, sealed string) (outcome, back string, err error) {
	failed := func(why error) (string, string, error) {
		s.log.WarnContext(r.Context(), "somebody could not sign in by the provider", "error", why)
		return "failed", "", nil
	}
	flow, err := openFlow(sealed, s.oidc.Key, s.cfg.Now())
	if err != nil {
		return failed(err)
	}
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(flow.State)) != 1 || len(q["state"]) != 1 {
		return failed(errors.New("the answer is to another sign-in"))
	}
	// RFC 9207: a provider that says who it is must be the one that was asked.
	if iss := q.Get("iss"); iss != "" && iss != s.oidc.Issuer {
		return failed(errors.New("another provider answered"))
	}
	if q.Has("error") {
		return "refused", "", nil
	}
	if len(q["code"]) != 1 || q.Get("code") == "" {
		return failed(errors.New("the answer has no code"))
	}
	who, err := s.oidc.finish(r.Context(), q.Get("code"), flow)
	if err != nil {
		return failed(err)
	}
	return s.signInAs(w, r, who, flow.Return)
}

// signInAs makes a session for whom the provider vouches for, or keeps them
// waiting until an administrator says who they are.
func (s *Server) signInAs(w http.ResponseWriter, r *http.Request, who access.PendingIdentity, back string) (string, string, error) {
	account, err := s.cfg.Desk.AccountByIdentity(r.Context(), who.Identity)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return "pending", "", s.cfg.Desk.NotePending(r.Context(), who, s.cfg.Now())
	case err != nil:
		return "", "", err
	case account.Disabled:
		return "disabled", "", nil
	}
	err = s.beginSession(w, r, account, access.Proof{Identity: who.Identity})
	var f *fault
	if errors.As(err, &f) && f.Code == "wrong-password" {
		return "failed", "", nil // unlinked or disabled in this moment
	}
	return "", back, err
}

// redirect sends a browser on, and has nobody keep where to.
func redirect(w http.ResponseWriter, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
	return nil
}
