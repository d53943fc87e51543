package api

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// issuer is a provider of sign-in: it hands out codes and signs ID tokens. The
// fields say how it misbehaves.
type issuer struct {
	*httptest.Server
	key, foreign *rsa.PrivateKey

	mu     sync.Mutex
	codes  map[string]url.Values // the request that each code is for; taken once
	claims map[string]any        // set over those of a good token; nil takes one away
	alg    string                // of the token: "RS256", "none" or "HS256"
	stolen bool                  // signed with somebody else's key
	none   bool                  // no ID token at all
	down   bool                  // answers nothing about itself
	traded int
}

const (
	clientID     = "gridpatrol"
	clientSecret = "the client's secret"
)

var issuerKeys = sync.OnceValues(func() (a, b *rsa.PrivateKey) {
	for _, k := range []**rsa.PrivateKey{&a, &b} {
		*k, _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return a, b
})

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{codes: map[string]url.Values{}, alg: "RS256"}
	i.key, i.foreign = issuerKeys()
	m := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	m.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		answer(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token",
			"jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "none", "HS256"}})
	})
	m.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(i.key.E)).Bytes())}}})
	})
	m.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		token, ok := i.trade(r)
		if !ok {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant", "error_description": "the code " + r.PostFormValue("code")})
			return
		}
		body := map[string]any{"access_token": "an access token", "token_type": "Bearer", "expires_in": 60}
		if token != "" {
			body["id_token"] = token
		}
		answer(w, body)
	})
	i.Server = httptest.NewServer(m)
	t.Cleanup(i.Close)
	return i
}

// authorize does what a browser does at the provider's: somebody says who they
// are and comes back with a code for the request.
func (i *issuer) authorize(request url.Values) (code string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	code = "code-" + base64.RawURLEncoding.EncodeToString([]byte{byte(len(i.codes))}) + request.Get("state")[:8]
	i.codes[code] = request
	return code
}

// trade gives an ID token for a code, once, to who can prove to have asked.
func (i *issuer) trade(r *http.Request) (token string, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	request, ok := i.codes[r.PostFormValue("code")]
	delete(i.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	user, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret)
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != request.Get("code_challenge") || request.Get("code_challenge_method") != "S256" ||
		r.PostFormValue("redirect_uri") != request.Get("redirect_uri") || user != clientID || secret != clientSecret {
		return "", false
	}
	i.traded++
	if i.none {
		return "", true
	}
	claims := map[string]any{"iss": i.URL, "sub": "subject-1", "aud": clientID, "nonce": request.Get("nonce"), "iat": testNow.Unix(),
		"exp": testNow.Add(time.Minute).Unix(), "name": "壬\nannounced", "preferred_username": "ren"}
	for name, v := range i.claims {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	return i.sign(claims), true
}

func (i *issuer) sign(claims map[string]any) string {
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(map[string]string{"alg": i.alg, "kid": "1", "typ": "JWT"}) + "." + part(claims)
	var signature []byte
	sum := sha256.Sum256([]byte(text))
	switch i.alg {
	case "RS256":
		key := i.key
		if i.stolen {
			key = i.foreign
		}
		signature, _ = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	case "HS256":
		m := hmac.New(sha256.New, []byte(clientSecret))
		m.Write([]byte(text))
		signature = m.Sum(nil)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}
