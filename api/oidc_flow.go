package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/gridpatrol/gridpatrol/access"
)

// oidcFlow is what the browser keeps, sealed, while it is at the provider's.
type oidcFlow struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // of PKCE
	Return   string    `json:"r"` // where to go afterwards
	Ends     time.Time `json:"e"`
}

// flowLife is how long somebody may take at the provider's.
const flowLife = 10 * time.Minute

// The cookie of a flow; the names follow those of the session's.
const (
	flowName         = "__Host-gp_oidc"
	flowNameLoopback = "gp_oidc"
)

func newFlow(back string, now time.Time) (f oidcFlow, err error) {
	f = oidcFlow{Verifier: oauth2.GenerateVerifier(), Return: back, Ends: now.Add(flowLife)}
	if f.State, err = access.NewSecret(rand.Reader); err != nil {
		return f, err
	}
	f.Nonce, err = access.NewSecret(rand.Reader)
	return f, err
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// seal makes a text of the flow that only who has the key can read or make.
func (f oidcFlow) seal(key []byte) (string, error) {
	aead, err := sealer(key)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, plain, []byte(flowName))), nil
}

var errFlow = errors.New("the sign-in was not begun here, or too long ago")

// openFlow reads what seal made, while it is good.
func openFlow(text string, key []byte, now time.Time) (f oidcFlow, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return f, errFlow
	}
	aead, err := sealer(key)
	if err != nil {
		return f, err
	}
	plain, err := aead.Open(nil, nil, sealed, []byte(flowName))
	if err != nil || json.Unmarshal(plain, &f) != nil || !now.Before(f.Ends) {
		return oidcFlow{}, errFlow
	}
	return f, nil
}

// setFlow gives the browser the flow; an empty one takes it back. Lax, as the
// provider sends the browser back with a plain link.
func (s *Server) setFlow(w http.ResponseWriter, r *http.Request, sealed string) {
	c := &http.Cookie{Name: flowNameLoopback, Value: sealed, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(flowLife.Seconds())}
	if s.secure(r) {
		c.Name, c.Secure = flowName, true
	}
	if sealed == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// flowOf gives the sealed flow that a browser brings back.
func (s *Server) flowOf(r *http.Request) string {
	name := flowNameLoopback
	if s.secure(r) {
		name = flowName
	}
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

// maxReturn is how long the place to go back to may be.
const maxReturn = 1000

// returnTo gives a place of ours to go back to; what is none is the start page.
func returnTo(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") ||
		strings.HasPrefix(text, "/api/") || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	return text
}
