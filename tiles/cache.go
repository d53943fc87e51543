package tiles

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/singleflight"
)

// key names a finished tile: of the ground by the serial of the prepared
// snapshot, of boundaries by the mark of all that it shows.
type key struct {
	layer  string
	number uint64
	tile   maptile.Tile
	mark   [2]uint64
}

// finished is an encoded tile, plain and gzipped; both nil for an empty one.
type finished struct {
	plain, gzipped []byte
	hash           string // of plain, for ETags; empty for an empty tile
}

// overhead is about what an entry of the cache takes besides its bytes.
const overhead = 300

func (f *finished) bytes() int64 { return int64(len(f.plain)+len(f.gzipped)) + overhead }

// gzipLevel takes a third of the time of level 6 and of its gain nearly all.
const gzipLevel = 5

// finish compresses an encoded tile, once for all who ask.
func finish(plain []byte) (*finished, error) {
	if len(plain) == 0 {
		return &finished{}, nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzipLevel)
	if err != nil {
		return nil, fmt.Errorf("compress tile: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("compress tile: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress tile: %w", err)
	}
	sum := sha256.Sum256(plain)
	return &finished{plain: plain, gzipped: bytes.Clone(b.Bytes()), hash: hex.EncodeToString(sum[:12])}, nil
}

// cache keeps the finished tiles used last, up to a number of bytes. Safe for
// concurrent use.
type cache struct {
	limit   int64
	flights singleflight.Group
	mu      sync.Mutex
	size    int64
	byKey   map[key]*list.Element
	order   *list.List // of *entry, the one used last in front
}

type entry struct {
	key  key
	tile *finished
}

func newCache(limit int64) *cache {
	return &cache{limit: limit, byKey: make(map[key]*list.Element), order: list.New()}
}

// get gives the tile, made by make where it is not kept; of callers at the
// same time one makes it for all.
func (c *cache) get(k key, make func() ([]byte, error)) (*finished, error) {
	if t := c.lookup(k); t != nil {
		return t, nil
	}
	v, err, _ := c.flights.Do(fmt.Sprint(k), func() (any, error) {
		plain, err := make()
		if err != nil {
			return nil, err
		}
		t, err := finish(plain)
		if err != nil {
			return nil, err
		}
		c.put(k, t)
		return t, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*finished), nil
}

func (c *cache) lookup(k key) *finished {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[k]
	if !ok {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*entry).tile
}

func (c *cache) put(k key, t *finished) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[k]; ok || t.bytes() > c.limit {
		return
	}
	c.byKey[k] = c.order.PushFront(&entry{k, t})
	c.size += t.bytes()
	for c.size > c.limit {
		last := c.order.Back()
		e := c.order.Remove(last).(*entry)
		delete(c.byKey, e.key)
		c.size -= e.tile.bytes()
	}
}
