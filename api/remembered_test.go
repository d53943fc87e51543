package api

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakeAccess is an AccessWatch that a test turns.
type fakeAccess struct {
	generation uint64
	blind      bool
}

func (f *fakeAccess) Generation() (uint64, bool) { return f.generation, !f.blind }

// TestCredentialsAreRemembered asks with a session and a token while nothing
// changes, something does, and nobody knows.
func TestCredentialsAreRemembered(t *testing.T) {
	watch, now := &fakeAccess{}, testNow
	s := newSite(t, func(c *Config) { c.Access, c.Now = watch, func() time.Time { return now } })
	text, hash, err := access.NewToken(id(900), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.store.tokens = []access.Token{{ID: id(900), Name: "t", Role: access.Dispatcher, SecretHash: hash, ExpiresAt: now.Add(2 * time.Hour)}}
	s.store.accounts = []access.Account{{ID: id(901), Login: "a", Role: access.Dispatcher}}
	s.store.sessions[string(access.HashSecret("cookie"))] = id(901)
	ways := map[string]map[string]string{"token": {"Authorization": "Bearer " + text}, "session": {"Cookie": "gp_session=cookie"}}
	for name, header := range ways {
		asked := func(step string, want, status int) {
			t.Helper()
			before := s.store.asked
			if w := s.do(call{method: "GET", path: "/api/v1/session", header: header}); w.Code != status {
				t.Errorf("%s: %s is answered %d %s, want %d", name, step, w.Code, w.Body, status)
			}
			if got := s.store.asked - before; got != want {
				t.Errorf("%s: %s asks the store %d times, want %d", name, step, got, want)
			}
		}
		asked("the first request", 1, 200)
		asked("the second", 0, 200)
		watch.generation++
		asked("one after a change", 1, 200)
		asked("the next", 0, 200)
		watch.blind = true
		asked("one while nobody knows of changes", 1, 200)
		watch.blind = false
		asked("one when it is known again", 0, 200)
		now = now.Add(rememberedFor)
		asked("one after a while", 1, 200)
		if name == "token" {
			touched := s.store.touched
			now = now.Add(touchEvery + time.Second)
			asked("one much later", 1, 200)
			asked("the one after that", 0, 200)
			if got := s.store.touched - touched; got != 1 {
				t.Errorf("its use was noted %d times, want once", got)
			}
			// What has expired is not good for being remembered.
			s.store.tokens[0].ExpiresAt = now.Add(time.Second)
			watch.generation++
			asked("one just before it expires", 1, 200)
			now = now.Add(time.Second)
			asked("one as it expires", 0, 401)
		}
	}
}

// TestRememberedPostsEndByTheClock holds a post of which the end lies ahead.
func TestRememberedPostsEndByTheClock(t *testing.T) {
	watch, now := &fakeAccess{}, testNow
	s := newSite(t, func(c *Config) { c.Access, c.Now = watch, func() time.Time { return now } })
	data := s.store.duties.Roster.Data()
	data.Holdings = slices.Clone(data.Holdings)
	for i := range data.Holdings {
		if data.Holdings[i].Person == chiefWest {
			data.Holdings[i].To = now.Add(time.Second)
		}
	}
	roster, err := patrol.NewRoster(data)
	if err != nil {
		t.Fatal(err)
	}
	changed := *s.store.duties
	changed.Roster = roster
	s.store.duties = &changed
	s.store.accounts = []access.Account{{ID: id(901), Login: "a", Role: access.Officer, Person: chiefWest}}
	s.store.sessions[string(access.HashSecret("cookie"))] = id(901)
	for i, areas := range []int{1, 0} {
		who := want[whoAnswer](t, s.do(call{method: "GET", path: "/api/v1/session", header: map[string]string{"Cookie": "gp_session=cookie"}}), 200)
		if len(who.Scope.Areas) != areas {
			t.Errorf("request %d has the areas %v, want %d", i, who.Scope.Areas, areas)
		}
		now = now.Add(time.Second)
	}
	if s.store.asked != 1 {
		t.Errorf("the store was asked %d times, want once", s.store.asked)
	}
}

// TestRememberedIsBounded puts more than there is room for, and what is late.
func TestRememberedIsBounded(t *testing.T) {
	var r remembered
	key := func(n int) credentialKey {
		hash := make([]byte, 32)
		binary.BigEndian.PutUint64(hash, uint64(n))
		return keyOfCredential("token", hash)
	}
	one := rememberedCredential{read: testNow}
	for n := range maxRemembered + 10 {
		r.put(key(n), 5, true, one)
	}
	if len(r.by) != maxRemembered {
		t.Errorf("%d are remembered, want %d", len(r.by), maxRemembered)
	}
	r.put(key(1), 4, true, one)
	if _, ok := r.get(key(1), 4, true, testNow); ok {
		t.Error("what was read before a change is remembered after it")
	}
	r.put(key(2), 6, true, one)
	if _, ok := r.get(key(2), 6, true, testNow); !ok || len(r.by) != 1 {
		t.Errorf("after a change %d are remembered, want the new one alone", len(r.by))
	}
	if _, ok := r.get(key(2), 6, true, testNow.Add(-time.Second)); ok {
		t.Error("what was read in the future is believed")
	}
}
