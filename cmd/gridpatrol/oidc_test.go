package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/notify"
)

func TestProviderFlags(t *testing.T) {
	good := oidcFlags{OIDCIssuer: "https://id.example/realms/x", OIDCClientID: "c"}
	if err := good.checkOIDC("https://grid.example"); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*oidcFlags){
		"no client":             func(f *oidcFlags) { f.OIDCClientID = "" },
		"plain http":            func(f *oidcFlags) { f.OIDCIssuer = "http://id.example" },
		"a client of no issuer": func(f *oidcFlags) { f.OIDCIssuer = "" },
	} {
		bad := good
		change(&bad)
		if bad.checkOIDC("https://grid.example") == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if good.checkOIDC("") == nil {
		t.Error("a provider without --public-url is taken")
	}
	file := filepath.Join(t.TempDir(), "secret")
	good.OIDCSecretFile = file
	if _, err := good.oidc(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	for text, want := range map[string]string{"s3cret\n": "s3cret", "\n": ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := good.oidc()
		if (err == nil) != (want != "") || err == nil && (c.ClientSecret != want || c.Name != "id.example") {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

// The provider is asked where it says it is, on public addresses only.
func TestProviderClient(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
			return
		}
		_, _ = io.Copy(w, strings.NewReader(strings.Repeat("x", maxProviderAnswer+10)))
	}))
	defer server.Close()
	var refused *notify.AddressError
	if _, err := providerClient(false).Get(server.URL); !errors.As(err, &refused) {
		t.Errorf("a loopback address: %v, want it refused", err)
	}
	client := providerClient(true)
	defer client.CloseIdleConnections()
	answer, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || len(body) != maxProviderAnswer {
		t.Errorf("read %d bytes, %v; want no more than %d", len(body), err, maxProviderAnswer)
	}
	away, err := client.Get(server.URL + "/away")
	if err != nil {
		t.Fatal(err)
	}
	away.Body.Close()
	if away.StatusCode != http.StatusTemporaryRedirect || elsewhere != 0 {
		t.Errorf("a redirect = %d, followed %d times", away.StatusCode, elsewhere)
	}
}
