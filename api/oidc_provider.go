package api

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// OIDCConfig says by which provider people can sign in besides (OpenID Connect
// Core 1.0, the code flow with PKCE, RFC 7636).
type OIDCConfig struct {
	Issuer       string // the provider's name for itself, an https URL
	ClientID     string
	ClientSecret string // empty for a client that has none
	Name         string // what people know the provider by
	// Key seals what the browser keeps between the two halves of a sign-in, 32
	// bytes. Servers that serve the same browsers share it.
	Key []byte
	// Client reaches the provider; it should refuse addresses that are not public.
	Client *http.Client
	// AllowHTTP takes providers without TLS, which is for tests and for networks of
	// one's own.
	AllowHTTP bool
}

func (c *OIDCConfig) check(publicURL string) error {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(c.AllowHTTP && u.Scheme == "http") || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("issuer %q is no https address: %w", c.Issuer, geo.ErrInvalid)
	case c.ClientID == "" || c.Name == "" || len(c.Key) != 32 || c.Client == nil:
		return fmt.Errorf("sign-in by a provider needs a client id, a name, a key of 32 bytes and a client: %w", geo.ErrInvalid)
	case publicURL == "":
		return fmt.Errorf("sign-in by a provider needs the public URL, to which it sends people back: %w", geo.ErrInvalid)
	}
	return nil
}

// How long is waited for the provider, and how soon it is asked again after it
// could not be reached.
const (
	oidcPatience = 10 * time.Second
	oidcRetry    = 5 * time.Second
)

// signers are the ways to sign that are taken: with a key that only the
// provider has. "none" and shared secrets are not among them.
var signers = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// oidcProvider speaks with the provider. What it says of itself is read when it
// is first needed: a provider that is down keeps no server from starting.
type oidcProvider struct {
	OIDCConfig
	redirect string
	now      func() time.Time

	mu       sync.Mutex
	known    *oidc.Provider
	failed   error
	failedAt time.Time
}

// discover gives what the provider says of itself.
func (p *oidcProvider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	if p.failed != nil && p.now().Sub(p.failedAt) < oidcRetry {
		return nil, p.failed
	}
	// Whoever waits for this request asks for all the others.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), oidcPatience)
	defer cancel()
	known, err := oidc.NewProvider(oidc.ClientContext(ctx, p.Client), p.Issuer)
	if err == nil {
		err = p.checkEndpoints(known)
	}
	if err != nil {
		p.failed, p.failedAt = err, p.now()
		return nil, err
	}
	p.known, p.failed = known, nil
	return known, nil
}

// checkEndpoints refuses a provider that would have secrets sent in the clear.
func (p *oidcProvider) checkEndpoints(known *oidc.Provider) error {
	var keys struct {
		URL string `json:"jwks_uri"`
	}
	if err := known.Claims(&keys); err != nil {
		return err
	}
	for _, at := range []string{known.Endpoint().AuthURL, known.Endpoint().TokenURL, keys.URL} {
		u, err := url.Parse(at)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(p.AllowHTTP && u.Scheme == "http") {
			return errors.New("the provider names an endpoint that is no https address")
		}
	}
	return nil
}

func (p *oidcProvider) oauth(known *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: known.Endpoint(),
		RedirectURL: p.redirect, Scopes: []string{oidc.ScopeOpenID, "profile"}}
}

// start gives the address at which the provider asks somebody who they are.
func (p *oidcProvider) start(ctx context.Context, f oidcFlow) (string, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.oauth(known).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// finish trades the code that the provider gave for its word on who somebody
// is, and checks that word. Errors hold nothing secret.
func (p *oidcProvider) finish(ctx context.Context, code string, f oidcFlow) (who access.PendingIdentity, err error) {
	ctx, cancel := context.WithTimeout(ctx, oidcPatience)
	defer cancel()
	known, err := p.discover(ctx)
	if err != nil {
		return who, err
	}
	token, err := p.oauth(known).Exchange(oidc.ClientContext(ctx, p.Client), code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) {
			// The body may repeat what was sent.
			return who, fmt.Errorf("the provider refused the code: status %d", refused.Response.StatusCode)
		}
		return who, errors.New("the provider did not trade the code")
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return who, errors.New("the provider sent no ID token")
	}
	verifier := known.Verifier(&oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: signers, Now: p.now})
	word, err := verifier.Verify(ctx, raw)
	if err != nil {
		return who, errors.New("the provider's ID token is not good: " + whyRefused(err))
	}
	var claims struct {
		Party    string `json:"azp"`
		Name     string `json:"name"`
		Username string `json:"preferred_username"`
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(word.Nonce), []byte(f.Nonce)) != 1:
		return who, errors.New("the provider's ID token is of another sign-in")
	case word.Subject == "" || len(word.Subject) > 255 || !utf8.ValidString(word.Subject) || strings.ContainsRune(word.Subject, 0):
		return who, errors.New("the provider's ID token is of nobody")
	case word.Claims(&claims) != nil:
		return who, errors.New("the provider's ID token cannot be read")
	case claims.Party != "" && claims.Party != p.ClientID:
		return who, errors.New("the provider's ID token was made for another client")
	}
	return access.PendingIdentity{Identity: access.Identity{Issuer: word.Issuer, Subject: word.Subject},
		Name: access.Agent(claims.Name), Username: access.Agent(claims.Username)}, nil
}

// whyRefused says in few words why a token was refused: the library's errors may
// quote it.
func whyRefused(err error) string {
	var expired *oidc.TokenExpiredError
	if errors.As(err, &expired) {
		return "it has expired"
	}
	for _, reason := range []string{"audience", "issuer", "signature", "algorithm", "malformed", "nbf"} {
		if strings.Contains(err.Error(), reason) {
			return reason
		}
	}
	return "refused"
}
