package logfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// Many write lines at once, some of them long: each comes out whole and once,
// those of one writer in order, whoever reads slowly or not.
func TestEveryLineOnceAndInOrder(t *testing.T) {
	const writers, lines = 8, 1000
	r, file, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := New(file)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for n := range lines {
				line := fmt.Sprintf("%d %d %s\n", i, n, strings.Repeat("x", n%700))
				if got, err := w.Write([]byte(line)); got != len(line) || err != nil {
					t.Errorf("Write = %d, %v", got, err)
				}
			}
		})
	}
	go func() {
		all.Wait()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		file.Close()
	}()
	next := make([]int, writers)
	in := bufio.NewScanner(r)
	for in.Scan() {
		var i, n int
		var rest string
		_, _ = fmt.Sscanf(in.Text(), "%d %d %s", &i, &n, &rest) // rest may be empty
		if n != next[i] || len(rest) != n%700 {
			t.Fatalf("line %q, want number %d of writer %d", in.Text(), next[i], i)
		}
		next[i]++
	}
	for i, n := range next {
		if n != lines {
			t.Errorf("%d lines of writer %d, want %d", n, i, lines)
		}
	}
}

// A pipe that nobody reads holds up nobody before the memory is full.
func TestNobodyWaitsForAStuckPipe(t *testing.T) {
	r, file, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := New(file)
	line := append(bytes.Repeat([]byte("y"), 1023), '\n')
	for range most/1024 - 1 {
		if _, err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	full := make(chan struct{})
	go func() {
		defer close(full)
		for range 2 * most / 1024 {
			if _, err := w.Write(line); err != nil {
				t.Error(err)
			}
		}
	}()
	select {
	case <-full:
		t.Fatal("two megabytes went nowhere")
	case <-time.After(50 * time.Millisecond):
	}
	total := make(chan int64)
	go func() {
		n, _ := io.Copy(io.Discard, r)
		total <- n
	}()
	<-full
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file.Close()
	if got, want := <-total, int64(3*most-1024); got != want {
		t.Errorf("%d bytes came out, want %d", got, want)
	}
}

// sink notes what came out, and is told that something did.
type sink struct {
	mu  sync.Mutex
	b   bytes.Buffer
	hit chan struct{}
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.hit <- struct{}{}:
	default:
	}
	return s.b.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// A line comes out without anybody asking, warnings before logging returns, and
// everything at once after Close.
func TestWhenLinesComeOut(t *testing.T) {
	s := &sink{hit: make(chan struct{}, 1)}
	w := New(s)
	log := slog.New(w.Handler(slog.NewTextHandler(w, nil))).With("a", 1).WithGroup("g")
	log.Info("first", "b", 2)
	<-s.hit
	log.Info("second")
	log.Warn("third")
	if got := s.String(); strings.Count(got, "\n") != 3 || !strings.Contains(got, "msg=first a=1 g.b=2") || !strings.Contains(got, "third") {
		t.Errorf("after a warning the log is %q, want three lines", got)
	}
	log.Info("fourth")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.String(); strings.Count(got, "\n") != 4 {
		t.Errorf("after Close the log is %q, want four lines", got)
	}
	log.Info("fifth")
	if got := s.String(); strings.Count(got, "\n") != 5 {
		t.Errorf("a line after Close left %q, want five lines", got)
	}
}

// What a file refuses is said to who can do something about it.
func TestBrokenFile(t *testing.T) {
	r, file, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer file.Close()
	w := New(file)
	if _, err := w.Write([]byte("x\n")); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err == nil {
		t.Error("Close = nil, want the error of the file")
	}
	if _, err := w.Write([]byte("y\n")); err == nil {
		t.Error("Write after Close = nil, want the error of the file")
	}
}
