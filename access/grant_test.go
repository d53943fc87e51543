package access

import (
	"strings"
	"testing"
	"time"
)

// Nobody gives a role that may do more than the own one.
func TestCanGrant(t *testing.T) {
	order := []Role{Admin, Planner, Dispatcher, Officer, Consumer}
	want := map[Role]string{Admin: "admin planner dispatcher officer consumer", Planner: "planner consumer",
		Dispatcher: "dispatcher officer consumer", Officer: "officer consumer", Consumer: "consumer", Public: ""}
	for giver, roles := range want {
		var got []string
		for _, r := range order {
			if CanGrant(giver, r) {
				got = append(got, string(r))
			}
		}
		if strings.Join(got, " ") != roles {
			t.Errorf("%s can give %v, want %s", giver, got, roles)
		}
	}
	if CanGrant(Admin, "king") || CanGrant(Admin, Public) {
		t.Error("a role that is none can be given")
	}
}

func TestCheckLogin(t *testing.T) {
	for login, want := range map[string]bool{"li.officer": true, "网格长": true, strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
		"": false, "a b": false, "a\u3000b": false, "a\x00": false, "a\u200bb": false, "\xff": false} {
		if got := CheckLogin(login) == nil; got != want {
			t.Errorf("CheckLogin(%q) takes it: %v, want %v", login, got, want)
		}
	}
}

func TestAgent(t *testing.T) {
	for header, want := range map[string]string{"Mozilla/5.0 (X11)": "Mozilla/5.0 (X11)", "a\x00\n\x7fb\xff": "ab",
		strings.Repeat("网", 201): strings.Repeat("网", 200), strings.Repeat("网", 200): strings.Repeat("网", 200)} {
		if got := Agent(header); got != want {
			t.Errorf("Agent(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestAlive(t *testing.T) {
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		token Token
		want  bool
	}{
		{Token{}, true}, {Token{ExpiresAt: now}, false}, {Token{ExpiresAt: now.Add(time.Second)}, true},
		{Token{RevokedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour)}, false},
	} {
		if got := c.token.Alive(now); got != c.want {
			t.Errorf("%+v is alive: %v, want %v", c.token, got, c.want)
		}
	}
}
