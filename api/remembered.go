package api

import (
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// Of what is remembered of who asks: how many credentials, and for how long
// without reading them again, for changes that were made beside the program.
const (
	maxRemembered = 10_000
	rememberedFor = 30 * time.Second
)

// credentialKey is the sort of a credential and the hash of its secret, which is the
// whole text of a token and of a cookie.
type credentialKey struct {
	sort string
	hash [32]byte
}

func keyOfCredential(sort string, hash []byte) credentialKey {
	return credentialKey{sort, [32]byte(hash)}
}

// rememberedCredential is what the database says of a credential. Whether it is still
// good, and what posts are held, is for every request to see.
type rememberedCredential struct {
	account access.Account // of a session
	session access.Session
	token   access.Token
	read    time.Time // from the database
}

// remembered has credentials of one generation of access, see AccessWatch. The
// zero value is empty. Safe for concurrent use.
type remembered struct {
	mu         sync.RWMutex
	generation uint64
	by         map[credentialKey]rememberedCredential
}

// get gives what is remembered; nothing where it is not sure whether that holds.
func (k *remembered) get(key credentialKey, generation uint64, sure bool, now time.Time) (c rememberedCredential, ok bool) {
	if !sure {
		return c, false
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.generation != generation {
		return c, false
	}
	c, ok = k.by[key]
	if ok && (now.Sub(c.read) >= rememberedFor || now.Before(c.read)) {
		return rememberedCredential{}, false
	}
	return c, ok
}

// put remembers what was read after the generation was asked for.
func (k *remembered) put(key credentialKey, generation uint64, sure bool, c rememberedCredential) {
	if !sure {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case generation < k.generation:
		return
	case generation > k.generation || k.by == nil:
		k.generation, k.by = generation, map[credentialKey]rememberedCredential{}
	}
	if _, there := k.by[key]; !there && len(k.by) >= maxRemembered {
		for any := range k.by { // whichever: its owner is asked for again
			delete(k.by, any)
			break
		}
	}
	k.by[key] = c
}
