package access

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// How long a session lasts: so long after the last request, and so long after
// signing in whatever happens.
const (
	SessionIdle     = 30 * time.Minute
	SessionAbsolute = 12 * time.Hour
)

// Session is a session as it is stored: its secret only as a hash.
type Session struct {
	ID        geo.ID // to be shown and ended by; it opens nothing
	Hash      []byte // HashSecret of what the cookie holds
	Account   geo.ID
	CreatedAt time.Time
	SeenAt    time.Time // when it was last used; coarse
	ExpiresAt time.Time // whatever happens; SessionIdle may come before
	Agent     string    // what the browser called itself, see Agent
}

// agentMax is how many characters of a browser's name for itself are kept.
const agentMax = 200

// Agent gives what is kept of a browser's name for itself: no more than its
// first 200 characters, and none that could not be shown.
func Agent(header string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, header)
	for i, n := 0, 0; i < len(clean); n++ {
		if n == agentMax {
			return clean[:i]
		}
		_, size := utf8.DecodeRuneInString(clean[i:])
		i += size
	}
	return clean
}

// Proof is what somebody signed in with: a password that was verified, or a
// provider's word. The session is only made while that still holds.
type Proof struct {
	Login        string   // as typed, whose wrong passwords are then forgotten
	PasswordHash string   // that the password was verified against
	Identity     Identity // whom a provider vouched for; zero with a password
}

// NewSession makes the secret of a session, 256 bits from random, for the cookie,
// and its hash, the only form in which it is stored. HashSecret gives the hash
// of an id that comes back.
func NewSession(random io.Reader) (id string, hash []byte, err error) {
	id, err = NewSecret(random)
	if err != nil {
		return "", nil, err
	}
	return id, HashSecret(id), nil
}

// Good reports whether the session is still good at t, by SessionGood.
func (s Session) Good(t time.Time) bool { return SessionGood(s.CreatedAt, s.SeenAt, t) }

// SessionGood reports whether a session that began and was last used then is
// still good at t. Both limits are excluded.
func SessionGood(began, used, t time.Time) bool {
	return t.Before(began.Add(SessionAbsolute)) && t.Before(used.Add(SessionIdle))
}
