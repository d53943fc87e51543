package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"time"
)

// patience is how long a stream may stand still, in either direction.
const patience = 60 * time.Second

// feed is a body of any length, read in pieces of limited size by a client
// that may be slow but must not stop.
type feed struct {
	body    io.Reader
	control *http.ResponseController
	size    int64 // of the whole body, -1 where nobody knows
	left    int   // bytes until the piece being read is too large
	failed  error // why no more comes, once it does not
}

func newFeed(w http.ResponseWriter, r *http.Request) *feed {
	return &feed{body: r.Body, control: http.NewResponseController(w), size: r.ContentLength, left: maxFeature}
}

// allow starts a piece of at most n bytes, and what is read ahead.
func (f *feed) allow(n int) { f.left = n }

func errTooLong() error { return fail("too-large", "a feature has more than 1 MiB") }

// Read reads from the body.
func (f *feed) Read(p []byte) (int, error) {
	if f.failed != nil {
		return 0, f.failed
	}
	if f.left <= 0 {
		f.failed = errTooLong()
		return 0, f.failed
	}
	if len(p) > f.left {
		p = p[:f.left]
	}
	// Not every connection has deadlines, and those of tests need none.
	deadline := time.Now().Add(patience)
	_ = f.control.SetReadDeadline(deadline)
	// While it sends, a client need not read: the answer waits for it.
	_ = f.control.SetWriteDeadline(deadline)
	n, err := f.body.Read(p)
	f.left -= n
	if err == io.EOF {
		_ = f.control.SetReadDeadline(time.Time{}) // see untimed
	}
	if err != nil && err != io.EOF {
		f.failed = readError(err)
		err = f.failed
	}
	return n, err
}

// records gives the records of a text: its lines, or what stands between record
// separators (RFC 8142) where it begins with one. Blank ones are left out. A
// record is only good until the next.
func (f *feed) records() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		in := bufio.NewReaderSize(f, 64<<10)
		end := byte('\n')
		if first, err := in.Peek(1); err == nil && first[0] == '\x1e' {
			end = '\x1e'
		}
		var record []byte
		for {
			f.allow(maxFeature)
			piece, err := in.ReadSlice(end)
			record = append(record, piece...)
			if len(record) > maxFeature {
				yield(nil, errTooLong())
				return
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && err != io.EOF {
				yield(nil, err)
				return
			}
			text := bytes.TrimSpace(bytes.Trim(record, "\x1e"))
			if len(text) > 0 && !yield(text, nil) || err == io.EOF {
				return
			}
			record = record[:0]
		}
	}
}

// drip is an answer of any length. Until its first bytes leave, an error can
// still be a problem with a status; afterwards it ends the stream. stop must be
// called at the end.
type drip struct {
	w       http.ResponseWriter
	control *http.ResponseController
	kind    string
	all     *spooled
	buffer  []byte
	out     *spool // once it has begun
	failed  error
}

const dripSize = 64 << 10

func newDrip(w http.ResponseWriter, contentType string, all *spooled) *drip {
	return &drip{w: w, control: http.NewResponseController(w), kind: contentType, all: all}
}

// write adds text and sends what has come together.
func (d *drip) write(text ...string) error {
	for _, t := range text {
		d.buffer = append(d.buffer, t...)
	}
	return d.full()
}

// full sends what has come together in the buffer, if that is enough.
func (d *drip) full() error {
	if len(d.buffer) >= dripSize {
		d.flush()
	}
	return d.failed
}

func (d *drip) flush() {
	if d.failed != nil {
		return
	}
	if d.out == nil {
		// HTTP/1 would otherwise stop reading when the answer begins; HTTP/2
		// and tests do both anyway.
		_ = d.control.EnableFullDuplex()
		d.w.Header().Set("Content-Type", d.kind)
		d.w.WriteHeader(http.StatusOK)
		d.out = newSpool(patient{d.w, d.control}, d.all)
	}
	if _, err := d.out.Write(d.buffer); err != nil {
		d.failed = err
	}
	d.buffer = d.buffer[:0]
}

// patient writes to a client that may be slow but must not stop.
type patient struct {
	w       io.Writer
	control *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(patience))
	return p.w.Write(b)
}

// stop waits until everything has left, or cannot. A second call does nothing.
func (d *drip) stop() {
	if d.out == nil {
		return
	}
	if err := d.out.close(); err != nil && d.failed == nil {
		d.failed = err
	}
}

// end sends the rest.
func (d *drip) end() error {
	d.flush()
	d.stop()
	if d.failed == nil {
		d.failed = d.control.Flush()
	}
	return nil
}

// abort ends with an error: as a problem where nothing was sent; else with a
// record that holds the problem, between before and after, and a cut
// connection, so that nobody takes the part for the whole.
func (d *drip) abort(err error, before, after string) error {
	if d.out == nil {
		return err
	}
	text, encodeErr := json.Marshal(problemOf(err))
	if encodeErr == nil && d.failed == nil {
		d.buffer = append(append(append(d.buffer, before...), text...), after...)
		d.flush()
		d.stop()
		_ = d.control.Flush()
	}
	panic(http.ErrAbortHandler)
}
