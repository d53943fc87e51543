package access

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

func TestToken(t *testing.T) {
	text, hash, err := NewToken(id("token"), rand.Reader)
	if err != nil || !strings.HasPrefix(text, "gp_") || len(text) != 3+32+1+64 {
		t.Fatalf("NewToken = %q, %v", text, err)
	}
	gotID, secret, err := ParseToken(text)
	if err != nil || gotID != id("token") || !bytes.Equal(HashSecret(secret), hash) {
		t.Fatalf("ParseToken = %v, %v, want what went in", gotID, err)
	}
	_, other, err := NewToken(id("token"), rand.Reader)
	if err != nil || bytes.Equal(hash, other) {
		t.Error("two tokens have one secret")
	}
	good := Token{ID: id("token"), SecretHash: hash}
	expired, revoked := good, good
	expired.ExpiresAt = noon
	revoked.RevokedAt = noon.Add(time.Hour)
	tests := []struct {
		name   string
		token  Token
		secret string
		at     time.Time
		code   string
	}{
		{"good", good, secret, noon, ""},
		{"wrong secret", good, strings.Repeat("0", 64), noon, "token-unknown"},
		{"empty secret", good, "", noon, "token-unknown"},
		{"token without a hash", Token{ID: id("token")}, secret, noon, "token-unknown"},
		{"just before it expires", expired, secret, noon.Add(-1), ""},
		{"as it expires", expired, secret, noon, "token-expired"},
		{"expired, and the secret is wrong", expired, "0", noon, "token-unknown"},
		{"revoked", revoked, secret, noon, "token-revoked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.token.Check(tt.secret, tt.at)
			var p *geo.Problem
			switch {
			case tt.code == "" && err != nil:
				t.Errorf("Check: %v, want nil", err)
			case tt.code != "" && (!errors.As(err, &p) || p.Code != tt.code || !errors.Is(err, geo.ErrUnauthorized)):
				t.Errorf("Check: %v, want %s", err, tt.code)
			}
		})
	}
}

func TestParseTokenRefuses(t *testing.T) {
	good, _, err := NewToken(id("token"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{
		"empty":                 "",
		"prefix alone":          "gp_",
		"no prefix":             good[3:],
		"another prefix":        "gh" + good[2:],
		"one digit short":       good[:len(good)-1],
		"one digit long":        good + "0",
		"no secret":             good[:35],
		"capitals":              "gp_" + strings.ToUpper(good[3:]),
		"digit that is none":    good[:len(good)-1] + "g",
		"id that is none":       "gp_x" + good[4:],
		"another part":          good + "_",
		"space":                 good + " ",
		"secret with a newline": good[:len(good)-1] + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ParseToken(s)
			if !errors.Is(err, geo.ErrUnauthorized) {
				t.Fatalf("ParseToken(%q): %v, want geo.ErrUnauthorized", s, err)
			}
			if len(s) > 40 && strings.Contains(err.Error(), s[40:]) {
				t.Error("the error repeats the secret")
			}
		})
	}
}

func FuzzParseToken(f *testing.F) {
	good, _, err := NewToken(id("token"), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("gp__")
	f.Fuzz(func(t *testing.T, s string) {
		gotID, secret, err := ParseToken(s)
		if err != nil {
			return
		}
		if again := "gp_" + strings.ReplaceAll(gotID.String(), "-", "") + "_" + secret; again != s {
			t.Errorf("ParseToken(%q) reads %q", s, again)
		}
	})
}

func TestSession(t *testing.T) {
	sid, hash, err := NewSession(rand.Reader)
	if err != nil || len(sid) != 64 || !bytes.Equal(hash, HashSecret(sid)) {
		t.Fatalf("NewSession = %q, %v", sid, err)
	}
	again, _, err := NewSession(rand.Reader)
	if err != nil || again == sid {
		t.Error("two sessions have one id")
	}
	tests := []struct {
		name        string
		began, used time.Duration // before now
		want        bool
	}{
		{"new", 0, 0, true},
		{"idle almost too long", time.Hour, SessionIdle - 1, true},
		{"idle too long", time.Hour, SessionIdle, false},
		{"almost over", SessionAbsolute - 1, 0, true},
		{"over, though in use", SessionAbsolute, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := SessionGood(noon.Add(-tt.began), noon.Add(-tt.used), noon); got != tt.want {
				t.Errorf("SessionGood = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRandomRunsDry(t *testing.T) {
	short := func() io.Reader { return io.LimitReader(rand.Reader, 8) }
	if _, _, err := NewToken(id("x"), short()); err == nil {
		t.Error("NewToken makes a token of too few random bytes")
	}
	if _, _, err := NewSession(short()); err == nil {
		t.Error("NewSession makes an id of too few random bytes")
	}
	if _, err := HashPassword("a long password", short()); err == nil {
		t.Error("HashPassword makes a salt of too few random bytes")
	}
}
