package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// secretBytes is the length of every secret made here: 256 bits.
const secretBytes = 32

// tokenPrefix begins every API token, so that scanners find leaked ones.
const tokenPrefix = "gp_"

// NewSecret reads 256 bits from random and gives them as 64 hexadecimal digits.
func NewSecret(random io.Reader) (string, error) {
	var b [secretBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// HashSecret gives the SHA-256 of a secret's text, the form in which sessions
// and tokens are stored. A plain hash will do: nobody guesses 256 bits.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// NewToken makes the text of an API token, gp_<id>_<secret>, to be shown once,
// and the hash to store as SecretHash.
func NewToken(id geo.ID, random io.Reader) (text string, hash []byte, err error) {
	secret, err := NewSecret(random)
	if err != nil {
		return "", nil, err
	}
	return tokenPrefix + hex.EncodeToString(id[:]) + "_" + secret, HashSecret(secret), nil
}

// ParseToken reads the text of an API token. What is none is a *geo.Problem of
// kind geo.ErrUnauthorized that does not repeat the text.
func ParseToken(text string) (id geo.ID, secret string, err error) {
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	first, secret, cut := strings.Cut(rest, "_")
	raw, good := lowerHex(first, len(id))
	if _, goodSecret := lowerHex(secret, secretBytes); !ok || !cut || !good || !goodSecret {
		return geo.ID{}, "", unauthorized("token-malformed", "the API token is damaged: it reads gp_<id>_<secret>")
	}
	return geo.ID(raw), secret, nil
}

// lowerHex reads n bytes in hexadecimal digits in lower case, so that a token
// has one spelling.
func lowerHex(s string, n int) ([]byte, bool) {
	b, err := hex.DecodeString(s)
	return b, err == nil && len(b) == n && hex.EncodeToString(b) == s
}

// Check reports whether the secret belongs to the token and the token is good
// at t: nil, or a *geo.Problem of kind geo.ErrUnauthorized. The comparison
// takes the same time wherever the texts differ. Who does not have the secret
// does not learn that a token has expired.
func (t Token) Check(secret string, at time.Time) error {
	switch {
	case subtle.ConstantTimeCompare(HashSecret(secret), t.SecretHash) != 1:
		return unauthorized("token-unknown", "there is no such API token")
	case !t.RevokedAt.IsZero():
		return unauthorized("token-revoked", "the API token was revoked")
	case !t.ExpiresAt.IsZero() && !at.Before(t.ExpiresAt):
		return unauthorized("token-expired", "the API token has expired")
	}
	return nil
}

// Alive reports whether the token is neither revoked nor expired at t.
func (t Token) Alive(at time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || at.Before(t.ExpiresAt))
}

func unauthorized(code, detail string) error {
	return &geo.Problem{Kind: geo.ErrUnauthorized, Code: code, Detail: detail}
}
