package api

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// How much of an answer may wait for its reader: in memory, on disk for one
// answer, and on disk for all. Past that the reader has to read before more of
// its body is taken in.
const (
	spoolMemory = 1 << 20
	spoolFile   = 4 << 30
	spoolDisk   = 16 << 30
)

// spooled is how many bytes lie in spool files, over all answers.
type spooled struct{ bytes atomic.Int64 }

// spool carries an answer to a client that may read it only once it has sent
// its whole body, as most do: what the client does not take waits in memory,
// then in a file. Bytes come out in the order they went in.
type spool struct {
	to    io.Writer
	all   *spooled
	limit int64 // of the file

	mu       sync.Mutex
	changed  *sync.Cond
	memory   []byte
	file     *os.File // made when memory is full
	from, up int64    // the part of the file that waits
	closed   bool
	failed   error // of to, or of the file
	done     chan struct{}
}

// newSpool starts carrying to w. close ends it.
func newSpool(w io.Writer, all *spooled) *spool {
	s := &spool{to: w, all: all, limit: spoolFile, done: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	go s.carry()
	return s
}

// Write takes p over; it waits only where too much waits already.
func (s *spool) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.failed == nil && s.from < s.up && (s.up+int64(len(p)) > s.limit || s.all.bytes.Load() > spoolDisk) {
		s.changed.Wait()
	}
	if s.failed != nil {
		return 0, s.failed
	}
	if s.from == s.up && len(s.memory)+len(p) <= max(spoolMemory, len(p)) {
		s.memory = append(s.memory, p...)
		s.changed.Broadcast()
		return len(p), nil
	}
	if err := s.store(p); err != nil {
		s.fail(err)
		return 0, err
	}
	s.changed.Broadcast()
	return len(p), nil
}

// store puts p at the end of the file; s.mu is held.
func (s *spool) store(p []byte) error {
	if s.file == nil {
		f, err := os.CreateTemp("", "gridpatrol-answer-")
		if err != nil {
			return err
		}
		// Without a name it is gone with the process, however that ends.
		if err := os.Remove(f.Name()); err != nil {
			return errors.Join(err, f.Close())
		}
		s.file = f
	}
	n, err := s.file.WriteAt(p, s.up)
	s.up += int64(n)
	s.all.bytes.Add(int64(n))
	return err
}

// carry hands everything on until the spool is closed and empty.
func (s *spool) carry() {
	defer close(s.done)
	buffer := make([]byte, dripSize)
	var spare []byte
	for {
		s.mu.Lock()
		for len(s.memory) == 0 && s.from == s.up && !s.closed && s.failed == nil {
			s.changed.Wait()
		}
		if s.failed != nil || len(s.memory) == 0 && s.from == s.up {
			s.mu.Unlock()
			return
		}
		next := s.memory // older than what is in the file
		if len(next) > 0 {
			s.memory, spare = spare[:0], next
		} else {
			next = buffer[:min(int64(len(buffer)), s.up-s.from)]
			if _, err := s.file.ReadAt(next, s.from); err != nil {
				s.fail(err)
				s.mu.Unlock()
				return
			}
		}
		s.mu.Unlock()
		_, err := s.to.Write(next)
		s.mu.Lock()
		switch {
		case err != nil:
			s.fail(err)
		case &next[0] == &buffer[0]:
			s.from += int64(len(next))
			if s.from == s.up {
				s.release()
			}
		}
		s.changed.Broadcast()
		s.mu.Unlock()
	}
}

// release begins the file anew once all of it was carried; s.mu is held.
func (s *spool) release() {
	s.all.bytes.Add(-s.up)
	s.from, s.up = 0, 0
}

func (s *spool) fail(err error) {
	if s.failed == nil {
		s.failed = err
	}
	s.changed.Broadcast()
}

// close carries what is left and gives what went wrong, if anything did.
func (s *spool) close() error {
	s.mu.Lock()
	s.closed = true
	s.changed.Broadcast()
	s.mu.Unlock()
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		s.release()
		if err := s.file.Close(); err != nil {
			s.fail(err)
		}
		s.file = nil
	}
	return s.failed
}
