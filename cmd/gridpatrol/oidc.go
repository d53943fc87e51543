package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// oidcFlags are the flags of serve and demo about a provider of sign-in.
type oidcFlags struct {
	OIDCIssuer       string `name:"oidc-issuer" env:"GRIDPATROL_OIDC_ISSUER" placeholder:"URL" help:"Let people sign in by this OpenID Connect provider besides: its name for itself, an https address. Needs --public-url and --oidc-client-id."`
	OIDCClientID     string `name:"oidc-client-id" env:"GRIDPATROL_OIDC_CLIENT_ID" placeholder:"ID" help:"What this server is called there."`
	OIDCSecretFile   string `name:"oidc-client-secret-file" env:"GRIDPATROL_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE" help:"File with the client's secret; without one the client has none."`
	OIDCName         string `name:"oidc-name" env:"GRIDPATROL_OIDC_NAME" placeholder:"TEXT" help:"What people know the provider by; its host where it is not given."`
	OIDCAllowPrivate bool   `name:"oidc-allow-private" env:"GRIDPATROL_OIDC_ALLOW_PRIVATE" help:"Let the provider have a private address, and plain http."`
}

// checkOIDC refuses flags that do not go together.
func (f *oidcFlags) checkOIDC(publicURL string) error {
	if f.OIDCIssuer == "" {
		if f.OIDCClientID != "" || f.OIDCSecretFile != "" || f.OIDCName != "" {
			return errors.New("the flags about a provider of sign-in need --oidc-issuer")
		}
		return nil
	}
	u, err := url.Parse(f.OIDCIssuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(f.OIDCAllowPrivate && u.Scheme == "http"):
		return fmt.Errorf("--oidc-issuer %s is no https address", f.OIDCIssuer)
	case f.OIDCClientID == "":
		return errors.New("--oidc-issuer needs --oidc-client-id")
	case publicURL == "":
		return errors.New("--oidc-issuer needs --public-url: the provider sends people back there")
	}
	return nil
}

// oidc is what the flags stand for; nil where people sign in with passwords alone.
func (f *oidcFlags) oidc() (*api.OIDCConfig, error) {
	if f.OIDCIssuer == "" {
		return nil, nil
	}
	c := &api.OIDCConfig{Issuer: f.OIDCIssuer, ClientID: f.OIDCClientID, Name: f.OIDCName,
		Client: providerClient(f.OIDCAllowPrivate), AllowHTTP: f.OIDCAllowPrivate}
	if c.Name == "" {
		if u, err := url.Parse(f.OIDCIssuer); err == nil {
			c.Name = u.Hostname()
		}
	}
	if f.OIDCSecretFile != "" {
		text, err := os.ReadFile(f.OIDCSecretFile)
		if err != nil {
			return nil, fmt.Errorf("--oidc-client-secret-file: %w", err)
		}
		if c.ClientSecret = strings.TrimSpace(string(text)); c.ClientSecret == "" {
			return nil, fmt.Errorf("--oidc-client-secret-file %s is empty", f.OIDCSecretFile)
		}
	}
	return c, nil
}

// withKey gives the configuration the key that all servers of the district share.
func withKey(ctx context.Context, c *api.OIDCConfig, store *postgis.Store) (*api.OIDCConfig, error) {
	if c == nil {
		return nil, nil
	}
	keyed := *c
	var err error
	keyed.Key, err = store.SignInKey(ctx)
	return &keyed, err
}

// What an answer of the provider may be: bytes, and how long in coming.
const (
	maxProviderAnswer = 1 << 20
	providerTimeout   = 10 * time.Second
)

// providerClient reaches public addresses only, unless told otherwise, by no
// proxy, whose own lookups would get round that. It follows no redirect: what a
// provider says of itself stands where it says it is, and secrets go nowhere else.
func providerClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: providerTimeout}
	if !private {
		dialer.Control = notify.PublicOnly(nil)
	}
	return &http.Client{
		Timeout: providerTimeout,
		Transport: bounded{&http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    providerTimeout,
			MaxResponseHeaderBytes: 64 << 10,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded reads no more of an answer than it may have.
type bounded struct{ next http.RoundTripper }

// RoundTrip asks and bounds the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxProviderAnswer), answer.Body}
	return answer, nil
}
