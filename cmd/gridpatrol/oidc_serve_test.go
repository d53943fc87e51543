package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
)

// testProvider signs in whoever comes, as one person.
func testProvider(t *testing.T) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	var nonce atomic.Value // of the request under way
	var self *httptest.Server
	self = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["ES256"]}`,
				self.URL, self.URL+"/auth", self.URL+"/token", self.URL+"/keys")
		case "/keys":
			fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig","x":%q,"y":%q}]}`, encode(point[1:33]), encode(point[33:]))
		case "/auth":
			nonce.Store(r.URL.Query().Get("nonce"))
			back := url.Values{"state": r.URL.Query()["state"], "code": {"one"}}
			http.Redirect(w, r, r.URL.Query().Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
		case "/token":
			claims, _ := json.Marshal(map[string]any{"iss": self.URL, "sub": "42", "aud": "gridpatrol", "nonce": nonce.Load(),
				"exp": time.Now().Add(time.Minute).Unix(), "preferred_username": "ann.w"})
			text := encode([]byte(`{"alg":"ES256","kid":"1"}`)) + "." + encode(claims)
			sum := sha256.Sum256([]byte(text))
			a, b, _ := ecdsa.Sign(rand.Reader, key, sum[:])
			signature := append(a.FillBytes(make([]byte, 32)), b.FillBytes(make([]byte, 32))...)
			_, _ = io.WriteString(w, `{"access_token":"x","token_type":"Bearer","id_token":"`+text+"."+encode(signature)+`"}`)
		}
	}))
	t.Cleanup(self.Close)
	return self
}

// TestSignInByProviderEndToEnd signs somebody in whom an administrator has
// linked, on the real database.
func TestSignInByProviderEndToEnd(t *testing.T) {
	provider := testProvider(t)
	s := serveTest(t, districtDatabase(t), func(c *serverConfig) {
		c.publicURL = "http://127.0.0.1"
		c.oidc = &api.OIDCConfig{Issuer: provider.URL, ClientID: "gridpatrol", Name: "district", Client: providerClient(true), AllowHTTP: true}
	})
	account, err := s.store.CreateAccount(t.Context(), access.Account{Login: "ann", Name: "ann", Role: access.Dispatcher}, system)
	if err != nil {
		t.Fatal(err)
	}
	still := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(at string, cookies []*http.Cookie) (to string, set []*http.Cookie) {
		t.Helper()
		r, err := http.NewRequest("GET", at, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		a, err := still.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		if a.StatusCode != http.StatusFound {
			body, _ := io.ReadAll(a.Body)
			t.Fatalf("%s = %d %s", at, a.StatusCode, body)
		}
		return a.Header.Get("Location"), a.Cookies()
	}
	flow := func() (to string, set []*http.Cookie) {
		at, cookies := get(s.url+"/api/v1/oidc/start?return=%2F%23view%3Dboard", nil)
		back, _ := get(at, nil)
		// The public address is not where this server listens.
		return get(strings.Replace(back, "http://127.0.0.1/", s.url+"/", 1), cookies)
	}
	if to, _ := flow(); to != "/#view=signin&oidc=pending" {
		t.Errorf("somebody unknown is sent to %s", to)
	}
	list, err := s.store.PendingIdentities(t.Context())
	if err != nil || len(list) != 1 || list[0].Subject != "42" || list[0].Username != "ann.w" {
		t.Fatalf("who waits: %+v, %v", list, err)
	}
	if err := s.store.LinkPending(t.Context(), account.ID, list[0].ID, system); err != nil {
		t.Fatal(err)
	}
	to, cookies := flow()
	if to != "/#view=board" {
		t.Fatalf("ann is sent to %s", to)
	}
	signedIn := func() int {
		for _, c := range cookies {
			if c.Value != "" {
				return s.do(t, "GET", "/api/v1/session", "", "Cookie", c.Name+"="+c.Value).status
			}
		}
		return 0
	}
	if got := signedIn(); got != 200 {
		t.Errorf("ann's session = %d", got)
	}
	if err := s.store.UnlinkIdentity(t.Context(), account.ID, system); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the session of who was unlinked ends", func() bool { return signedIn() == 401 })
}
