package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
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
