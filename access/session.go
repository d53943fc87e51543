package access

import (
	"io"
	"time"
)

// How long a session lasts: so long after the last request, and so long after
// signing in whatever happens.
const (
	SessionIdle     = 30 * time.Minute
	SessionAbsolute = 12 * time.Hour
)

// NewSession makes the id of a session, 256 bits from random, for the cookie,
// and its hash, the only form in which it is stored. HashSecret gives the hash
// of an id that comes back.
func NewSession(random io.Reader) (id string, hash []byte, err error) {
	id, err = NewSecret(random)
	if err != nil {
		return "", nil, err
	}
	return id, HashSecret(id), nil
}

// SessionGood reports whether a session that began and was last used then is
// still good at t. Both limits are excluded.
func SessionGood(began, used, t time.Time) bool {
	return t.Before(began.Add(SessionAbsolute)) && t.Before(used.Add(SessionIdle))
}
