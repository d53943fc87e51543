package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// TestSignInCommands resets a password, links somebody from a provider and
// rotates a token on the command line beside a running server.
func TestSignInCommands(t *testing.T) {
	url := districtDatabase(t)
	s := serveTest(t, url)
	dir := t.TempDir()
	all := ""
	command := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(context.Background(), append(args, "--database-url", url, "--data-dir", dir), &stdout, &stderr); got != want {
			t.Fatalf("gridpatrol %s = %d, want %d\n%s%s", strings.Join(args, " "), got, want, &stdout, &stderr)
		}
		all += stderr.String()
		return strings.TrimSpace(stdout.String() + stderr.String())
	}
	command(0, "user", "add", "root", "--role", "admin", "--generate")
	command(0, "user", "add", "ann", "--role", "dispatcher", "--generate")
	link := command(0, "user", "reset", "ann", "--public-url", "https://grid.example.org/")
	secret, found := strings.CutPrefix(link, "https://grid.example.org/#view=signin&reset=")
	if !found || len(secret) != 64 {
		t.Fatalf("user reset prints %q", link)
	}
	command(2, "user", "reset", "ann", "--public-url", "ftp://x")
	command(1, "user", "reset", "bob")
	use := func() int {
		return s.do(t, "POST", "/api/v1/password-reset", `{"secret":"`+secret+`","password":"a new password"}`).status
	}
	if a, b := use(), use(); a != 204 || b != 422 {
		t.Errorf("using the link = %d, again %d; want 204, 422", a, b)
	}
	if got := s.do(t, "POST", "/api/v1/session", `{"login":"ann","password":"a new password"}`).status; got != 200 {
		t.Errorf("signing in with the new password = %d", got)
	}
	command(0, "user", "disable", "ann")
	command(0, "user", "enable", "ann")
	if said := command(1, "user", "disable", "root"); !strings.Contains(said, "last account") {
		t.Errorf("disabling the last administrator says %q", said)
	}

	who := access.PendingIdentity{Identity: access.Identity{Issuer: "https://issuer.example", Subject: "s1"}, Username: "ann.w"}
	if err := s.store.NotePending(t.Context(), who, time.Now()); err != nil {
		t.Fatal(err)
	}
	list := command(0, "user", "pending")
	fields := strings.Fields(strings.Split(list, "\n")[1])
	if !strings.Contains(list, "ann.w") || strings.Contains(list, "s1") {
		t.Errorf("user pending:\n%s", list)
	}
	command(2, "user", "link", "ann")
	command(2, "user", "link", "ann", "x")
	command(2, "user", "link", "ann", fields[0], "--issuer", "https://issuer.example", "--subject", "s1")
	command(1, "user", "link", "ann", "01900000-0000-7000-8000-000000000001")
	command(0, "user", "link", "ann", fields[0])
	if a, err := s.store.AccountByIdentity(t.Context(), who.Identity); err != nil || a.Login != "ann" {
		t.Errorf("linked to %+v, %v", a, err)
	}
	command(0, "user", "unlink", "ann")
	command(1, "user", "unlink", "ann")
	command(0, "user", "link", "ann", "--issuer", "https://issuer.example", "--subject", "s1")

	first := command(0, "token", "create", "--role", "consumer", "--name", "gis")
	second := command(0, "token", "rotate", first)
	for _, token := range []string{first, second} {
		if got := s.do(t, "GET", "/api/v1/session", "", bearer(token)...).status; got != 200 {
			t.Errorf("a token after the rotation = %d", got)
		}
	}
	command(1, "token", "rotate", first)
	command(2, "token", "rotate", second, "--keep", "721h")
	third := command(0, "token", "rotate", second, "--keep", "0s")
	if a, b := s.do(t, "GET", "/api/v1/session", "", bearer(third)...).status, strings.Count(command(0, "token", "list"), "good"); a != 200 || b != 1 {
		t.Errorf("the third token = %d, %d are good; want 200 and 1", a, b)
	}
	for _, word := range []string{secret, first, second, third} {
		if strings.Contains(all, word) {
			t.Errorf("standard error holds a secret")
		}
	}
}
