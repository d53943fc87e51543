package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// TestWrongCalls checks that a wrong command line ends with status 2 and one
// line that says what, before anything is made.
func TestWrongCalls(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want int
		says string
	}{
		"no such command":         {[]string{"frob"}, 2, "frob"},
		"no such flag":            {[]string{"serve", "--port", "1"}, 2, "--port"},
		"no address":              {[]string{"serve", "--listen", "foo"}, 2, "HOST:PORT"},
		"no public address":       {[]string{"serve", "--public-url", "foo"}, 2, "--public-url"},
		"half a certificate":      {[]string{"serve", "--tls-cert", "x.pem"}, 2, "go together"},
		"no time to keep":         {[]string{"serve", "--keep-contacts", "soon"}, 2, "1d to 3650d"},
		"kept for no time":        {[]string{"serve", "--keep-contacts", "0d"}, 2, "1d to 3650d"},
		"no grade of openness":    {[]string{"serve", "--public", "all"}, 2, "--public"},
		"no district":             {[]string{"serve", "--district", "abc"}, 2, "six digits"},
		"no role":                 {[]string{"token", "create", "--name", "x", "--role", "king"}, 2, "king"},
		"an officer of nowhere":   {[]string{"token", "create", "--name", "x", "--role", "officer"}, 2, "--area"},
		"an area without a kind":  {[]string{"token", "create", "--name", "x", "--role", "officer", "--area", "220112"}, 1, "there is no database"},
		"a login with a space":    {[]string{"user", "add", "a b", "--role", "admin"}, 2, "without spaces"},
		"a place beyond the pole": {[]string{"locate", "125", "99"}, 2, "longitude and latitude"},
		"an unknown system":       {[]string{"locate", "125", "43", "--crs", "epsg:0"}, 2, "epsg:0"},
		"no day":                  {[]string{"fixture", "-o", "x", "--until", "soon"}, 2, "soon"},
		"no database":             {[]string{"doctor"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			args := append(c.args, "--data-dir", dir+"/none")
			if got := run(context.Background(), args, &stdout, &stderr); got != c.want {
				t.Errorf("gridpatrol %s = %d, want %d\n%s", strings.Join(c.args, " "), got, c.want, &stderr)
			}
			if !strings.Contains(stderr.String(), c.says) {
				t.Errorf("gridpatrol %s says %q, want %q in it", strings.Join(c.args, " "), &stderr, c.says)
			}
		})
	}
}

// TestOperatorCommands makes, lists and takes back accounts and tokens beside a
// running server, which heeds them.
func TestOperatorCommands(t *testing.T) {
	url := districtDatabase(t)
	durable(t, url) // doctor insists on it
	s := serveTest(t, url)
	dir := t.TempDir()
	command := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(context.Background(), append(args, "--database-url", url, "--data-dir", dir), &stdout, &stderr); got != want {
			t.Fatalf("gridpatrol %s = %d, want %d\n%s%s", strings.Join(args, " "), got, want, &stdout, &stderr)
		}
		return strings.TrimSpace(stdout.String() + stderr.String())
	}
	grid := s.boundaries.Current().Index.Areas(geo.Grid)[0]
	token := command(0, "token", "create", "--role", "officer", "--area", grid.Code, "--name", "desk")
	if _, _, err := access.ParseToken(token); err != nil {
		t.Fatalf("token create prints %q, want the token and nothing else", token)
	}
	if got := s.do(t, "GET", "/api/v1/session", "", bearer(token)...); got.status != 200 || !strings.Contains(string(got.body), "grid:"+grid.Code) {
		t.Errorf("the new token is %d %s, want the scope grid:%s", got.status, got.body, grid.Code)
	}
	command(0, "token", "create", "--role", "consumer", "--name", "gis", "--no-rate-limit")
	list := command(0, "token", "list")
	for name, limit := range map[string]string{"desk": "yes", "gis": "no"} {
		if !regexp.MustCompile(` `+name+` .* `+limit+` +good\n?`).MatchString(list) || strings.Contains(list, token) {
			t.Errorf("token list, want %s with the limit %q:\n%s", name, limit, list)
		}
	}
	command(0, "token", "revoke", token)
	eventually(t, "the server heeds that a token is revoked", func() bool {
		return s.do(t, "GET", "/api/v1/session", "", bearer(token)...).status == 401
	})
	command(1, "token", "create", "--role", "officer", "--area", "grid:000", "--name", "nowhere")

	signIn := func(password string) int {
		return s.do(t, "POST", "/api/v1/session", `{"login":"ann","password":"`+password+`"}`).status
	}
	first := command(0, "user", "add", "ann", "--role", "dispatcher", "--generate")
	if got := signIn(first); got/100 != 2 {
		t.Errorf("signing in with the first password = %d", got)
	}
	second := command(0, "user", "password", "ann", "--generate")
	if a, b := signIn(first), signIn(second); a != 401 || b/100 != 2 {
		t.Errorf("signing in with the old password = %d, with the new one %d", a, b)
	}
	command(0, "user", "disable", "ann")
	if got := signIn(second); got != 401 {
		t.Errorf("signing in to a disabled account = %d, want 401", got)
	}
	if list := command(0, "user", "list"); !strings.Contains(list, "ann") || !strings.Contains(list, "disabled") {
		t.Errorf("user list:\n%s", list)
	}
	if said := command(1, "user", "disable", "bob"); !strings.Contains(said, "no account") {
		t.Errorf("an unknown login: %s", said)
	}
	command(1, "user", "add", "ann", "--role", "admin", "--generate")
	// Test clusters run without fsync: that, and nothing else, is wrong here.
	if said := command(1, "doctor"); strings.Count(said, "FAIL") != 1 || !strings.Contains(said, "fsync off") {
		t.Errorf("doctor:\n%s", said)
	}
	command(0, "migrate")
	if place := command(0, "locate", "125.66", "43.52"); !strings.Contains(place, "220112001009001") {
		t.Errorf("locate: %s", place)
	}
}
