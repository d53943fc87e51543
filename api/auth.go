package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The session cookie. Over TLS its name has the prefix that keeps other hosts
// and plain http from setting it; on plain loopback no browser takes that.
const (
	cookieName         = "__Host-gp_session"
	cookieNameLoopback = "gp_session"
)

// credentials are what a request shows of who sends it.
type credentials struct {
	header string // Authorization
	cookie string // of a session
}

func (c credentials) given() bool { return c.header != "" || c.cookie != "" }

// credentialsOf reads them; a header beats a cookie.
func credentialsOf(r *http.Request) credentials {
	if values, ok := r.Header["Authorization"]; ok {
		// Two, or an empty one, are broken rather than absent.
		return credentials{header: strings.Join(values, ",") + " "}
	}
	for _, name := range []string{cookieName, cookieNameLoopback} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return credentials{cookie: c.Value}
		}
	}
	return credentials{}
}

// errSessionEnded says that a session is over, which every session once is.
var errSessionEnded = fail("invalid-token", "the session has ended; sign in again")

// authenticate finds out whose credentials these are. Broken ones are
// geo.ErrUnauthorized; an ended session's cookie is taken back, so that the
// browser can go on as nobody.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request, c credentials) (access.Principal, error) {
	if c.header != "" {
		return s.byToken(r, c.header)
	}
	account, err := s.cfg.Sessions.SessionAccount(r.Context(), access.HashSecret(c.cookie), s.cfg.Now())
	switch {
	case errors.Is(err, geo.ErrNotFound) || err == nil && account.Disabled:
		s.setCookie(w, r, "")
		return access.Principal{}, errSessionEnded
	case err != nil:
		return access.Principal{}, err
	}
	return access.NewPrincipal(account, s.postAreas(account)), nil
}

// byToken finds whose API token stands in the header.
func (s *Server) byToken(r *http.Request, header string) (access.Principal, error) {
	scheme, text, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return access.Principal{}, fail("invalid-token", "the Authorization header must read: Bearer gp_<id>_<secret>")
	}
	id, secret, err := access.ParseToken(strings.TrimSpace(text))
	if err != nil {
		return access.Principal{}, err
	}
	token, err := s.cfg.Accounts.TokenByID(r.Context(), id)
	if errors.Is(err, geo.ErrNotFound) {
		return access.Principal{}, fail("token-unknown", "there is no such API token")
	}
	if err != nil {
		return access.Principal{}, err
	}
	now := s.cfg.Now()
	if err := token.Check(secret, now); err != nil {
		return access.Principal{}, err
	}
	if now.Sub(token.LastUsed) > time.Minute {
		if err := s.cfg.Accounts.TouchToken(r.Context(), id, now); err != nil {
			s.log.WarnContext(r.Context(), "the use of a token was not noted", "token", id, "error", err)
		}
	}
	return access.NewPrincipal(token, nil), nil
}

// postAreas gives the areas of the posts that the account's person holds now.
func (s *Server) postAreas(a access.Account) []geo.ID {
	if a.Person == (geo.ID{}) {
		return nil
	}
	return s.cfg.Duties.Current().Roster.AreasOf(a.Person, s.cfg.Now())
}

// actorOf gives a principal as history and audit name it: by role, so that
// nobody's name gets into a report's history.
func actorOf(p access.Principal) patrol.Actor {
	if !p.SignedIn() {
		return patrol.Actor{Kind: "public", Name: string(access.Public), Role: string(access.Public)}
	}
	return patrol.Actor{Kind: p.Kind, ID: p.ID.String(), Name: string(p.Role), Role: string(p.Role)}
}

// setCookie gives the browser the session's id; an empty one takes it back.
func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, id string) {
	c := &http.Cookie{Name: cookieNameLoopback, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if s.secure(r) {
		c.Name, c.Secure = cookieName, true
	}
	if id == "" {
		c.MaxAge = -1
	} else {
		c.MaxAge = int(access.SessionAbsolute.Seconds())
	}
	http.SetCookie(w, c)
}
