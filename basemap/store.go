package basemap

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"
)

// key names a tile: of a layer of the source, or made of all of them.
type key struct {
	layer int // made for combined tiles
	tile  maptile.Tile
}

const made = -1

// kept is a tile in memory.
type kept struct {
	key     key
	content content
	etag    string
	until   time.Time
}

// store keeps the tiles used last, up to a number of bytes, also past their
// time: an old tile is better than none while the source is away.
type store struct {
	limit   int64
	flights singleflight.Group
	mu      sync.Mutex
	size    int64
	byKey   map[key]*list.Element
	order   *list.List // of *kept, the one used last in front
}

// overhead is about what an entry takes besides its bytes.
const overhead = 400

func newStore(limit int64) *store {
	return &store{limit: limit, byKey: make(map[key]*list.Element), order: list.New()}
}

// get gives what is kept, however old.
func (s *store) get(k key) (*kept, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byKey[k]
	if !ok {
		return nil, false
	}
	s.order.MoveToFront(e)
	return e.Value.(*kept), true
}

// put keeps c until its time is over, or gives it unkept where it has no time.
func (s *store) put(k key, c content, now time.Time) *kept {
	sum := sha256.Sum256(c.body)
	v := &kept{key: k, content: c, etag: hex.EncodeToString(sum[:12]), until: now.Add(c.keep)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.byKey[k]; ok {
		s.drop(e)
	}
	if c.keep <= 0 {
		return v
	}
	s.byKey[k] = s.order.PushFront(v)
	s.size += cost(v)
	for s.size > s.limit && s.order.Len() > 0 {
		s.drop(s.order.Back())
	}
	return v
}

func (s *store) drop(e *list.Element) {
	v := s.order.Remove(e).(*kept)
	delete(s.byKey, v.key)
	s.size -= cost(v)
}

func cost(v *kept) int64 { return int64(len(v.content.body)) + overhead }
