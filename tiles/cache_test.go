package tiles

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb/maptile"
)

func TestCacheStaysWithinItsBytes(t *testing.T) {
	const limit = 20_000
	c := newCache(limit)
	made := 0
	get := func(x uint32) *finished {
		tile, err := c.get(key{layer: "grids", number: 1, tile: maptile.New(x, 0, 10)}, func() ([]byte, error) {
			made++
			return bytes.Repeat([]byte{byte(x)}, 2000), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tile
	}
	for x := range uint32(50) {
		get(x).zipped()
		get(0) // the one used all the time stays
		if c.size > limit {
			t.Fatalf("the cache has %d bytes, at most %d allowed", c.size, limit)
		}
	}
	if made != 50 {
		t.Errorf("tiles were made %d times, want 50: the tile in use fell out", made)
	}
	get(1)
	if made != 51 {
		t.Error("the tile used longest ago was kept")
	}
	sum := int64(0)
	for e := c.order.Front(); e != nil; e = e.Next() {
		kept := e.Value.(*entry).tile
		sum += int64(len(kept.plain)+len(kept.gzipped)) + overhead
	}
	if sum != c.size || len(c.byKey) != c.order.Len() {
		t.Errorf("the cache counts %d bytes and has %d", c.size, sum)
	}
}

func TestCacheDoesNotKeepWhatIsTooLarge(t *testing.T) {
	c := newCache(1000)
	if _, err := c.get(key{layer: "a"}, func() ([]byte, error) { return make([]byte, 5000), nil }); err != nil {
		t.Fatal(err)
	}
	if c.size != 0 || len(c.byKey) != 0 {
		t.Errorf("a tile larger than the cache is kept: %d bytes", c.size)
	}
}

func TestCacheMakesATileOnce(t *testing.T) {
	c := newCache(1 << 20)
	var made atomic.Int32
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			_, err := c.get(key{layer: "a"}, func() ([]byte, error) {
				made.Add(1)
				time.Sleep(20 * time.Millisecond)
				return []byte("tile"), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if made.Load() != 1 {
		t.Errorf("16 askers had the tile made %d times, want once", made.Load())
	}
	broken := errors.New("broken")
	if _, err := c.get(key{layer: "b"}, func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("get = %v, want the error of make", err)
	}
	if c.lookup(key{layer: "b"}) != nil {
		t.Error("a failure was kept")
	}
}
