package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// window is what was read of a body and not yet used.
type window struct {
	feed   *feed
	buffer []byte // what waits begins at at
	at     int
	offset int64 // of the buffer in the body
}

func (w *window) rest() []byte { return w.buffer[w.at:] }

// more reads at least one byte. It is io.EOF at the end of the body, and
// moves what waits.
func (w *window) more() error {
	if w.at > 0 {
		w.buffer, w.offset, w.at = w.buffer[:copy(w.buffer, w.rest())], w.offset+int64(w.at), 0
	}
	const room = 512 // to read into
	least := 2 * dripSize
	if 0 <= w.feed.size && w.feed.size < dripSize {
		least = int(w.feed.size) + room
	}
	if cap(w.buffer)-len(w.buffer) < room || cap(w.buffer) < least {
		w.buffer = append(make([]byte, 0, max(least, 2*cap(w.buffer))), w.buffer...)
	}
	w.feed.allow(maxFeature)
	for {
		n, err := w.feed.Read(w.buffer[len(w.buffer):cap(w.buffer)])
		w.buffer = w.buffer[:len(w.buffer)+n]
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// extent finds the end of the object that a text begins with, however often the
// text grows meanwhile. It looks at braces and strings alone.
type extent struct {
	i, depth        int
	quoted, escaped bool
}

// find reads on in b; ok is false while the end is not there.
func (e *extent) find(b []byte) (end int, ok bool) {
	for ; e.i < len(b); e.i++ {
		switch ch := b[e.i]; {
		case e.escaped:
			e.escaped = false
		case e.quoted:
			e.quoted, e.escaped = ch != '"', ch == '\\'
		case ch == '"':
			e.quoted = true
		case ch == '{' || ch == '[':
			e.depth++
		case ch == '}' || ch == ']':
			if e.depth--; e.depth == 0 {
				return e.i + 1, true
			}
		}
	}
	return 0, false
}

// window takes over from the decoder, between two tokens.
func (d *document) window() *window {
	ahead, _ := io.ReadAll(d.dec.Buffered()) // memory never fails
	return &window{feed: d.feed, buffer: ahead, offset: d.offset()}
}

// resume gives the rest of the body back to a decoder, inside an array: behind
// an element unless first.
func (d *document) resume(rest io.Reader, offset int64, first bool) {
	before, tokens := `{"":[[]`, 5
	if first {
		before, tokens = `{"":[`, 3
	}
	d.dec = json.NewDecoder(io.MultiReader(strings.NewReader(before), rest))
	d.base = offset - int64(len(before))
	for range tokens {
		_, _ = d.dec.Token() // of what stands above
	}
}

// quickFeatures answers features while they are of the usual forms, or are at
// least JSON, and resumes before the first thing that is not, be it the end of
// the array.
func (d *document) quickFeatures() error {
	w := d.window()
	q := d.newQuick()
	first := true
	for {
		i, err := d.nextFeature(w, first)
		if err != nil {
			return err
		}
		if i < 0 {
			d.resume(io.MultiReader(bytes.NewReader(w.rest()), d.feed), w.offset+int64(w.at), first)
			return nil
		}
		text, end, ok := q.feature(append(d.out.buffer, d.between...), w.rest(), i)
		if ok {
			d.n++
			d.out.buffer = text
			err = d.out.full()
		} else {
			end, err = d.wholeFeature(w, q, i)
		}
		if err != nil {
			return err
		}
		if end < 0 {
			d.resume(io.MultiReader(bytes.NewReader(w.rest()), d.feed), w.offset+int64(w.at), first)
			return nil
		}
		w.at += end
		first, d.between = false, ",\n"
	}
}

// nextFeature finds where in what waits the next feature begins; -1 where
// something else comes next.
func (d *document) nextFeature(w *window, first bool) (int, error) {
	for {
		b := w.rest()
		i := spaceEnd(b, 0)
		if !first && i < len(b) {
			if b[i] != ',' {
				return -1, nil
			}
			i = spaceEnd(b, i+1)
		}
		if i < len(b) {
			if b[i] != '{' {
				return -1, nil
			}
			return i, nil
		}
		if err := d.grow(w); err != nil {
			if errors.Is(err, io.EOF) {
				return -1, nil
			}
			return 0, err
		}
	}
}

// grow reads more of a feature, as far as one may be long.
func (d *document) grow(w *window) error {
	if len(w.rest()) > maxFeature {
		return errTooLong()
	}
	return w.more()
}

// wholeFeature answers a feature that quick did not, at i of what waits, once
// all of it is there. end is -1 where that is no JSON, or not all comes.
func (d *document) wholeFeature(w *window, q *quick, i int) (end int, err error) {
	e, grown := extent{i: i}, false
	end, ok := e.find(w.rest())
	for !ok {
		grown = true
		if len(w.rest()) > maxFeature {
			return tooLong(w.rest()[i:])
		}
		if err := w.more(); err != nil {
			if errors.Is(err, io.EOF) {
				return -1, nil
			}
			return 0, err
		}
		end, ok = e.find(w.rest())
	}
	raw := w.rest()[i:end]
	if len(raw) > maxFeature {
		return tooLong(raw)
	}
	if grown {
		if text, to, ok := q.feature(append(d.out.buffer, d.between...), raw, 0); ok && to == len(raw) {
			d.n++
			d.out.buffer = text
			return end, d.out.full()
		}
	}
	if !json.Valid(raw) {
		return -1, nil
	}
	answer, err := d.feature(raw)
	if err != nil {
		return 0, err
	}
	return end, d.out.write(d.between, string(answer))
}

// tooLong is what wholeFeature gives for a text without an end in sight. Where a
// brace or quote too few made it that long, it is no JSON, and the place of that
// helps more than its length.
func tooLong(text []byte) (end int, err error) {
	var raw json.RawMessage
	var syntax *json.SyntaxError
	if errors.As(json.NewDecoder(bytes.NewReader(text)).Decode(&raw), &syntax) {
		return -1, nil
	}
	return 0, errTooLong()
}
