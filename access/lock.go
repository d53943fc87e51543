package access

import "time"

// How wrong passwords are met: the LockAfter-th in a row locks the login for
// LockFirst, every further one after a lock for twice as long as the one before,
// LockMost at most. They are forgotten with the right one, and LockForget after
// the last.
const (
	LockAfter  = 10
	LockFirst  = 15 * time.Minute
	LockMost   = 4 * time.Hour
	LockForget = 24 * time.Hour
)

// ResetLife is how long a link to set a password is good.
const ResetLife = 24 * time.Hour

// ResetLink is the address at which a password is set with a secret. Browsers
// send nobody what stands after the #: no server and no log sees it.
func ResetLink(base, secret string) string { return base + "/#view=signin&reset=" + secret }
