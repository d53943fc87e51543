package tiles

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"strconv"
	"sync"

	"github.com/cespare/xxhash/v2"
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

// String is another text for every key.
func (k key) String() string {
	b := make([]byte, 0, 64)
	for _, n := range [...]uint64{k.number, k.mark[0], k.mark[1], uint64(k.tile.X)<<32 | uint64(k.tile.Y), uint64(k.tile.Z)} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	return string(append(b, k.layer...))
}

// finished is an encoded tile, as it is and, from the first who asks for it so,
// gzipped; both nil for an empty one.
type finished struct {
	plain []byte
	hash  string // of plain, for ETags; empty for an empty tile

	asIs, asGzip form
	once         sync.Once
	gzipped      []byte
	grown        func(n int) // told of the bytes that gzipped takes; may be nil
}

// form is what headers say of a tile in one encoding, as net/http keeps them.
type form struct{ etag, length []string }

// overhead is about what an entry of the cache takes besides its bytes.
const overhead = 600

// gzipLevel takes well under half of the time of level 5, for a tenth more
// bytes.
const gzipLevel = 2

// finish makes an encoded tile ready to be sent.
func finish(plain []byte) *finished {
	if len(plain) == 0 {
		return &finished{}
	}
	hash := strconv.FormatUint(xxhash.Sum64(plain), 36)
	return &finished{
		plain: plain, hash: hash,
		asIs:   form{[]string{`"` + hash + `"`}, []string{strconv.Itoa(len(plain))}},
		asGzip: form{etag: []string{`"` + hash + `-gzip"`}},
	}
}

// compressor is a writer with what it writes to; making one costs more than
// compressing a tile.
type compressor struct {
	w *gzip.Writer
	b bytes.Buffer
}

var compressors = sync.Pool{New: func() any {
	c := new(compressor)
	var err error
	if c.w, err = gzip.NewWriterLevel(&c.b, gzipLevel); err != nil {
		panic(err) // there is no such level
	}
	return c
}}

// zipped gives the tile gzipped; compressed once for all who ask.
func (f *finished) zipped() []byte {
	f.once.Do(func() {
		c := compressors.Get().(*compressor)
		c.b.Reset()
		c.w.Reset(&c.b)
		_, _ = c.w.Write(f.plain) // a bytes.Buffer takes all
		_ = c.w.Close()
		f.gzipped = bytes.Clone(c.b.Bytes())
		f.asGzip.length = []string{strconv.Itoa(len(f.gzipped))}
		compressors.Put(c)
		if f.grown != nil {
			f.grown(len(f.gzipped))
		}
	})
	return f.gzipped
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
	size int64 // in bytes, as it counts in the cache
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
	v, err, _ := c.flights.Do(k.String(), func() (any, error) {
		if t := c.lookup(k); t != nil {
			return t, nil // made since
		}
		plain, err := make()
		if err != nil {
			return nil, err
		}
		t := finish(plain)
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
	n := int64(len(t.plain)) + overhead
	if _, ok := c.byKey[k]; ok || n > c.limit {
		return
	}
	e := c.order.PushFront(&entry{k, t, n})
	t.grown = func(n int) { c.grow(e, int64(n)) }
	c.byKey[k] = e
	c.size += n
	c.shrink()
}

// grow counts n bytes more for an entry, where it is still kept.
func (c *cache) grow(e *list.Element, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := e.Value.(*entry)
	if c.byKey[kept.key] != e {
		return
	}
	kept.size += n
	c.size += n
	c.shrink()
}

// shrink lets go of what was used longest ago until the rest is within the
// limit. The lock is held.
func (c *cache) shrink() {
	for c.size > c.limit {
		e := c.order.Remove(c.order.Back()).(*entry)
		delete(c.byKey, e.key)
		c.size -= e.size
	}
}
