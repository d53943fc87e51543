package access

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestPassword(t *testing.T) {
	const password = "双阳区的密码，够长了"
	hash, err := HashPassword(password, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=47104,t=1,p=1$") || strings.Contains(hash, password) {
		t.Errorf("HashPassword = %q, want a PHC text", hash)
	}
	again, err := HashPassword(password, rand.Reader)
	if err != nil || again == hash {
		t.Error("two hashes of a password have one salt")
	}
	tests := []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", hash, password, true},
		{"right, another salt", again, password, true},
		{"wrong", hash, password + "1", false},
		{"empty", hash, "", false},
		{"longer than any", hash, strings.Repeat("x", PasswordMax+1), false},
		{"unknown login", "", password, false},
		{"unknown login, empty", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := VerifyPassword(tt.hash, tt.password); got != tt.want || err != nil {
				t.Errorf("VerifyPassword = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// A hash made elsewhere (the reference implementation's own test vector, PHC
// form, cheap parameters) is read and found right.
func TestPasswordOfTheReference(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := VerifyPassword(hash, "password"); !ok || err != nil {
		t.Errorf("VerifyPassword of the reference = %v, %v, want true", ok, err)
	}
}

func TestPasswordRules(t *testing.T) {
	for name, p := range map[string]string{
		"too short":        "123456789",
		"short in letters": "双阳区双阳区双阳区", // nine characters of three bytes
		"too long":         strings.Repeat("x", PasswordMax+1),
		"not UTF-8":        "0123456789\xff",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := HashPassword(p, rand.Reader); !errors.Is(err, geo.ErrInvalid) {
				t.Errorf("HashPassword: %v, want geo.ErrInvalid", err)
			}
		})
	}
	for name, p := range map[string]string{"shortest": "0123456789", "longest": strings.Repeat("x", PasswordMax)} {
		t.Run(name, func(t *testing.T) {
			if _, err := HashPassword(p, rand.Reader); err != nil {
				t.Errorf("HashPassword: %v", err)
			}
		})
	}
}

func TestVerifyDamagedHash(t *testing.T) {
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, hash := range map[string]string{
		"plain text":     "password",
		"bcrypt":         "$2a$10$abcdefghijklmnopqrstuv",
		"argon2i":        "$argon2i$v=19$m=47104,t=1,p=1$" + salt + "$" + key,
		"old version":    "$argon2id$v=16$m=47104,t=1,p=1$" + salt + "$" + key,
		"all the memory": "$argon2id$v=19$m=4294967295,t=1,p=1$" + salt + "$" + key,
		"all the time":   "$argon2id$v=19$m=47104,t=4294967295,p=1$" + salt + "$" + key,
		"no pass":        "$argon2id$v=19$m=47104,t=0,p=1$" + salt + "$" + key,
		"no lane":        "$argon2id$v=19$m=47104,t=1,p=0$" + salt + "$" + key,
		"odd parameters": "$argon2id$v=19$m=47104,t=1,p=1x$" + salt + "$" + key,
		"no salt":        "$argon2id$v=19$m=47104,t=1,p=1$$" + key,
		"no key":         "$argon2id$v=19$m=47104,t=1,p=1$" + salt + "$",
		"not base64":     "$argon2id$v=19$m=47104,t=1,p=1$" + salt + "$" + key[:42] + "*",
		"a part more":    "$argon2id$v=19$m=47104,t=1,p=1$" + salt + "$" + key + "$",
	} {
		t.Run(name, func(t *testing.T) {
			ok, err := VerifyPassword(hash, "password")
			if ok || err == nil || strings.Contains(err.Error(), key[:8]) {
				t.Errorf("VerifyPassword = %v, %v, want an error that does not repeat the hash", ok, err)
			}
		})
	}
}

// Nobody learns from the time an answer takes whether a login exists. The
// bound is wide, the machine is shared: without the dummy it would be a
// thousandth.
func TestUnknownLoginTakesAsLong(t *testing.T) {
	hash, err := HashPassword("a long password", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	fastest := func(hash string) time.Duration {
		best := time.Hour
		for range 5 {
			start := time.Now()
			if ok, err := VerifyPassword(hash, "wrong password"); ok || err != nil {
				t.Fatalf("VerifyPassword = %v, %v", ok, err)
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	known, unknown := fastest(hash), fastest("")
	if unknown < known/3 {
		t.Errorf("an unknown login takes %s, a known one %s", unknown, known)
	}
}
