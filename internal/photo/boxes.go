package photo

import (
	"encoding/binary"
	"errors"
	"iter"
)

// errTruncated says that a structure ends before it should.
var errTruncated = errors.New("truncated")

// box is one box of an ISO base media file (ISO/IEC 14496-12 §4.2).
type box struct {
	kind string
	body []byte
}

// boxes iterates over the boxes in b. A size beyond the end is cut to it, as
// decoders do.
func boxes(b []byte) iter.Seq[box] {
	return func(yield func(box) bool) {
		for len(b) >= 8 {
			size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
			kind := string(b[4:8])
			switch {
			case size == 1 && len(b) >= 16:
				size, head = binary.BigEndian.Uint64(b[8:]), 16
			case size == 0:
				size = uint64(len(b))
			}
			if size < head {
				return
			}
			size = min(size, uint64(len(b)))
			if !yield(box{kind, b[head:size]}) {
				return
			}
			b = b[size:]
		}
	}
}

// cursor reads big-endian numbers and remembers whether it ran out.
type cursor struct {
	b   []byte
	err error
}

// take gives the next n bytes, or nil after the end.
func (c *cursor) take(n int) []byte {
	if c.err != nil || n < 0 || n > len(c.b) {
		c.err = errTruncated
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

// uint reads a number of n bytes, 0 to 8.
func (c *cursor) uint(n int) uint64 {
	var v uint64
	for _, b := range c.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// version reads the head of a full box and gives its version and flags.
func (c *cursor) version() (v uint8, flags uint32) {
	x := uint32(c.uint(4))
	return uint8(x >> 24), x & 0xffffff
}

// id reads an item's id, of 4 bytes where wide, else of 2.
func (c *cursor) id(wide bool) uint32 {
	if wide {
		return uint32(c.uint(4))
	}
	return uint32(c.uint(2))
}
