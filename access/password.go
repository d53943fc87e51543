package access

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The cost of a password: argon2id with 46 MiB, one pass, one lane (OWASP
// Password Storage Cheat Sheet, first choice for argon2id). Whoever hashes or
// verifies limits how many do so at once: each takes that memory.
const (
	argonMemoryKiB = 46 * 1024
	argonPasses    = 1
	argonLanes     = 1
	argonSalt      = 16 // bytes
	argonKey       = 32 // bytes
)

// The lengths a password may have: characters at least, bytes at most.
const (
	PasswordMin = 10
	PasswordMax = 1024
)

// dummyHash is the hash of a password nobody knows, at the cost of a real one.
const dummyHash = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// HashPassword gives the PHC text to store for a password, with a salt from
// random: $argon2id$v=19$m=…,t=…,p=…$salt$hash. A password shorter than
// PasswordMin characters, longer than PasswordMax bytes or not UTF-8 is
// geo.ErrInvalid.
func HashPassword(password string, random io.Reader) (string, error) {
	if n := utf8.RuneCountInString(password); n < PasswordMin || len(password) > PasswordMax || !utf8.ValidString(password) {
		return "", fmt.Errorf("a password has %d characters or more and at most %d bytes: %w", PasswordMin, PasswordMax, geo.ErrInvalid)
	}
	salt := make([]byte, argonSalt)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemoryKiB, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemoryKiB, argonPasses, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// VerifyPassword reports whether the password belongs to the PHC text. An
// empty text, of an unknown login or an account without a password, takes as
// long as a real one and is never right. The error is a stored text that is
// damaged; it does not repeat it.
func VerifyPassword(hash, password string) (bool, error) {
	none := hash == ""
	if none {
		hash = dummyHash
	}
	h, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	if len(password) > PasswordMax {
		return false, nil
	}
	key := argon2.IDKey([]byte(password), h.salt, h.passes, h.memoryKiB, h.lanes, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1 && !none, nil
}

// phc is a parsed PHC text.
type phc struct {
	memoryKiB, passes uint32
	lanes             uint8
	salt, key         []byte
}

// errHash says that a stored hash is damaged.
var errHash = errors.New("stored password hash is damaged")

// parsePHC reads the text of an argon2id hash (the PHC string format). The
// bounds keep a damaged row from taking all memory or time.
func parsePHC(s string) (phc, error) {
	var h phc
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if _, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &h.memoryKiB, &h.passes, &h.lanes); err != nil {
		return h, errHash
	}
	if fmt.Sprintf("m=%d,t=%d,p=%d", h.memoryKiB, h.passes, h.lanes) != part[3] ||
		h.memoryKiB < 8 || h.memoryKiB > 1<<20 || h.passes < 1 || h.passes > 16 || h.lanes < 1 || h.lanes > 16 {
		return h, errHash
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.Strict().DecodeString(part[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, errHash
	}
	if h.key, err = base64.RawStdEncoding.Strict().DecodeString(part[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return h, errHash
	}
	return h, nil
}
