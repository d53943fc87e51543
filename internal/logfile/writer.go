// Package logfile writes log lines without making those who log wait for the
// file or pipe that they go to: thousands of lines a second then cost a few
// hundred writes.
package logfile

import (
	"io"
	"sync"
	"time"
)

const (
	// delay is how long a line waits for others at most. What a process that is
	// killed loses of its log is no older.
	delay = 5 * time.Millisecond

	// most is how many bytes wait before who logs has to wait too: no line is
	// dropped.
	most = 1 << 20
)

// Writer collects lines and passes them on, in order. Safe for concurrent use.
// New is the only way in.
type Writer struct {
	mu      sync.Mutex // of what follows
	lines   []byte
	pending bool // timer runs
	closed  bool
	timer   *time.Timer

	writing sync.Mutex // held while lines go out; never taken with mu held
	out     io.Writer
	spare   []byte // for the next lines
}

// New gives a writer to out. Whoever ends the process calls Close before.
func New(out io.Writer) *Writer {
	w := &Writer{out: out}
	w.timer = time.AfterFunc(time.Hour, func() { _ = w.Flush() }) // nobody logs that the log failed
	w.timer.Stop()
	return w
}

// Write takes a copy of p. It waits only while a megabyte has not gone out yet,
// and after Close, when everything goes out at once. It does not fail before.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.lines = append(w.lines, p...)
	atOnce := w.closed || len(w.lines) >= most
	if !atOnce && !w.pending {
		w.pending = true
		w.timer.Reset(delay)
	}
	w.mu.Unlock()
	if atOnce {
		if err := w.Flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Flush returns when everything that was written before is out. The error is
// that of the file; the lines that it would not take are lost.
func (w *Writer) Flush() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.lines
	w.lines, w.spare = w.spare[:0], nil
	w.pending = false
	w.mu.Unlock()
	if cap(lines) <= most {
		w.spare = lines[:0] // nobody looks at it before the next Flush
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := w.out.Write(lines)
	return err
}

// Close writes what is left. It does not close the file.
func (w *Writer) Close() error {
	w.mu.Lock()
	w.closed = true
	w.timer.Stop()
	w.mu.Unlock()
	return w.Flush()
}
