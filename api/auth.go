package api

import (
	"context"
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
	credential, err := s.credentialOf(r.Context(), c)
	if errors.Is(err, errSessionEnded) {
		s.setCookie(w, r, "")
	}
	if err != nil {
		return access.Principal{}, err
	}
	return s.principal(credential), nil
}

// principal gives who has a credential, with the posts that are held now.
func (s *Server) principal(c access.Credential) access.Principal {
	var posts []geo.ID
	if a, ok := c.(access.Account); ok {
		posts = s.postAreas(a)
	}
	return access.NewPrincipal(c, posts)
}

// credentialOf gives the account or token that credentials stand for, while they
// are good, and notes that they were used.
func (s *Server) credentialOf(ctx context.Context, c credentials) (access.Credential, error) {
	if c.header != "" {
		return s.byToken(ctx, c.header)
	}
	return s.bySession(ctx, c.cookie)
}

// bySession finds whose session it is.
func (s *Server) bySession(ctx context.Context, cookie string) (access.Credential, error) {
	hash, now := access.HashSecret(cookie), s.cfg.Now()
	key := keyOfCredential("session", hash)
	generation, sure := s.generation()
	k, known := s.callers.get(key, generation, sure, now)
	// The last use may be longer ago only because another server noted it.
	if !known || !k.session.Good(now) {
		session, account, err := s.cfg.Sessions.Session(ctx, hash, now)
		if errors.Is(err, geo.ErrNotFound) || err == nil && account.Disabled {
			return nil, errSessionEnded
		}
		if err != nil {
			return nil, err
		}
		s.callers.put(key, generation, sure, rememberedCredential{account: account, session: session, read: now})
		return account, nil
	}
	if now.Sub(k.session.SeenAt) > touchEvery {
		if err := s.cfg.Sessions.TouchSession(ctx, hash, now); err != nil {
			return nil, err
		}
		k.session.SeenAt = now
		s.callers.put(key, generation, sure, k)
	}
	return k.account, nil
}

// touchEvery is how exactly it is noted when credentials were last used.
const touchEvery = time.Minute

// byToken finds whose API token stands in the header.
func (s *Server) byToken(ctx context.Context, header string) (access.Credential, error) {
	scheme, text, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, fail("invalid-token", "the Authorization header must read: Bearer gp_<id>_<secret>")
	}
	text = strings.TrimSpace(text)
	id, secret, err := access.ParseToken(text)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	key := keyOfCredential("token", access.HashSecret(text))
	generation, sure := s.generation()
	k, known := s.callers.get(key, generation, sure, now)
	if !known {
		k.token, err = s.cfg.Accounts.TokenByID(ctx, id)
		if errors.Is(err, geo.ErrNotFound) {
			return nil, fail("token-unknown", "there is no such API token")
		}
		if err != nil {
			return nil, err
		}
		k.read = now
	}
	if err := k.token.Check(secret, now); err != nil {
		return nil, err
	}
	touch := now.Sub(k.token.LastUsed) > touchEvery
	if touch {
		if err := s.cfg.Accounts.TouchToken(ctx, id, now); err != nil {
			s.log.WarnContext(ctx, "the use of a token was not noted", "token", id, "error", err)
		}
		k.token.LastUsed = now
	}
	if touch || !known {
		s.callers.put(key, generation, sure, k)
	}
	return k.token, nil
}

// generation is that of the watch; sure is false where nothing may be remembered.
func (s *Server) generation() (generation uint64, sure bool) {
	if s.cfg.Access == nil {
		return 0, false
	}
	return s.cfg.Access.Generation()
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
