package importers

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// textWindow is the part of a stream of text that is in sight. It slides along
// with what has been read, and grows only as far as a single value needs it.
type textWindow struct {
	jsonScan
	ctx     context.Context
	r       io.Reader
	max     int // how far it may grow, in bytes
	ended   bool
	fresh   func([]byte) // sees what comes into sight, once; nil: nobody
	lines   int          // line ends before counted
	counted int          // place in b
}

const (
	windowBytes    = 256 << 10
	windowMaxBytes = 16 << 20 // a feature of 50,000 vertices takes a quarter of it
)

// What keeps a window from showing all of a value.
var (
	errTextEnds    = errors.New("the stream ends within a value")
	errTextTooLong = errors.New("a value is too long")
)

// newTextWindow gives a window at the beginning of a stream; depth is how deeply
// JSON in it may be nested.
func newTextWindow(ctx context.Context, r io.Reader, depth int) *textWindow {
	return &textWindow{jsonScan: jsonScan{b: make([]byte, 0, windowBytes), depth: depth}, ctx: ctx, r: r, max: windowMaxBytes}
}

// try has f go over something, from the same byte with more in sight as long as
// it says errShort. errTextEnds and errTextTooLong leave the place where f began.
func (w *textWindow) try(f func() error) error {
	for start := w.i; ; start = w.i {
		err := f()
		if err != errShort {
			return err
		}
		w.i = start
		if err := w.more(); err != nil {
			return err
		}
	}
}

// more brings more of the stream into sight, and lets go of what was gone over.
func (w *textWindow) more() error {
	if w.ended {
		return errTextEnds
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.i > 0 {
		w.line(w.i)
		n := copy(w.b, w.b[w.i:])
		w.counted -= w.i
		w.b, w.i = w.b[:n], 0
	}
	if len(w.b) == cap(w.b) {
		if len(w.b) >= w.max {
			return errTextTooLong
		}
		w.b = append(make([]byte, 0, min(2*cap(w.b), w.max)), w.b...)
	}
	had := len(w.b)
	n, err := io.ReadFull(w.r, w.b[had:cap(w.b)])
	w.b = w.b[:had+n]
	if w.fresh != nil {
		w.fresh(w.b[had:])
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		w.ended = true
	case err != nil:
		return err
	}
	if n == 0 {
		return errTextEnds
	}
	return nil
}

// line gives the number of the line that a place in b is in, from 1. It is asked
// for places in their order; of one before it gives the last.
func (w *textWindow) line(at int) int {
	at = max(at, w.counted)
	w.lines += bytes.Count(w.b[w.counted:at], []byte{'\n'})
	w.counted = at
	return w.lines + 1
}

// skipLong goes over a value of any length, which need not be JSON in all.
func (w *textWindow) skipLong() error {
	depth, quoted := 0, false
	for {
		for ; w.i < len(w.b); w.i++ {
			switch c := w.b[w.i]; {
			case quoted && c == '\\':
				if w.i+1 == len(w.b) {
					if err := w.more(); err != nil {
						return err
					}
				}
				w.i++
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '{', c == '[':
				depth++
			case c == '}', c == ']':
				depth--
			}
			if depth == 0 && !quoted && bytes.IndexByte([]byte(`"}]`), w.b[w.i]) >= 0 {
				w.i++
				return nil
			}
		}
		if err := w.more(); err != nil {
			return err
		}
	}
}

// seek goes to the next such byte, or to the end of the stream.
func (w *textWindow) seek(c byte) error {
	for {
		if n := bytes.IndexByte(w.b[w.i:], c); n >= 0 {
			w.i += n
			return nil
		}
		w.i = len(w.b)
		if err := w.more(); err != nil {
			if errors.Is(err, errTextEnds) {
				return nil
			}
			return err
		}
	}
}
