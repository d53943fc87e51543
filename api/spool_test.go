package api

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// TestSpoolKeepsOrder sends pieces of odd sizes through a spool whose reader
// stands still, reads, stands still: past memory, past the file's limit, and
// with the file used again.
func TestSpoolKeepsOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	in, out := io.Pipe()
	var all spooled
	s := newSpool(out, &all)
	s.limit = 8 << 20
	var want bytes.Buffer
	got := make(chan []byte)
	go func() {
		var text bytes.Buffer
		time.Sleep(50 * time.Millisecond)
		for {
			if _, err := io.CopyN(&text, in, int64(1+random.IntN(4<<20))); err != nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		got <- text.Bytes()
	}()
	pieces := rand.New(rand.NewPCG(seed, 2))
	for want.Len() < 64<<20 {
		piece := make([]byte, 1+pieces.IntN(200<<10))
		for i := range piece {
			piece[i] = byte(pieces.Uint32())
		}
		want.Write(piece)
		if n, err := s.Write(piece); n != len(piece) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if text := <-got; !bytes.Equal(text, want.Bytes()) {
		t.Errorf("%d bytes came out otherwise than the %d that went in", len(text), want.Len())
	}
	if n := all.bytes.Load(); n != 0 {
		t.Errorf("%d bytes are still counted, want none", n)
	}
}

// TestSpoolTellsOfALostReader checks that nothing more is taken in, or kept,
// for a client that has gone.
func TestSpoolTellsOfALostReader(t *testing.T) {
	in, out := io.Pipe()
	gone := errors.New("gone")
	in.CloseWithError(gone)
	var all spooled
	s := newSpool(out, &all)
	var err error
	for range 1000 {
		if _, err = s.Write(make([]byte, dripSize)); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if !errors.Is(err, gone) || !errors.Is(s.close(), gone) || all.bytes.Load() != 0 {
		t.Errorf("Write = %v with %d bytes kept, want %v and none", err, all.bytes.Load(), gone)
	}
}
