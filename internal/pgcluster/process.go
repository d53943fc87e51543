package pgcluster

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// process is one run of postgres.
type process struct {
	cmd    *exec.Cmd
	log    *messages
	exited chan struct{} // closed when it has ended and been waited for
	err    error         // how it ended; read after exited is closed
}

// startProcess starts postgres. Should this process die without stopping it,
// the kernel asks it for a fast shutdown; as the kernel does so when the
// *thread* that started it ends, one goroutine keeps its thread until then.
func startProcess(p programs, o owner, dataDir string, args []string, log *slog.Logger) (*process, error) {
	cmd := exec.Command(p.path("postgres"), args...)
	cmd.Dir, cmd.Env = dataDir, environment()
	cmd.SysProcAttr = o.attributes(syscall.SIGINT)
	// Children of a killed postgres hold its standard error for a moment.
	cmd.WaitDelay = 200 * time.Millisecond
	run := &process{cmd: cmd, log: &messages{log: log}, exited: make(chan struct{})}
	cmd.Stderr = run.log
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		err = cmd.Wait()
		if errors.Is(err, exec.ErrWaitDelay) {
			err = nil
		}
		run.err = err
		close(run.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s as user %s: %w", cmd.Path, o.name, err)
	}
	return run, nil
}

func (r *process) pid() int { return r.cmd.Process.Pid }

// ending says how the process ended, in the words of its last message if any.
func (r *process) ending() string {
	if m := r.log.fatal(); m != "" {
		return m
	}
	if r.err != nil {
		return r.err.Error()
	}
	return "it exited by itself"
}

// signal sends s and waits for the end; false when it did not come in time.
func (r *process) signal(s syscall.Signal, giveUp <-chan struct{}) bool {
	r.log.quiet.Store(true)
	_ = r.cmd.Process.Signal(s) // an error means that it has ended
	select {
	case <-r.exited:
		return true
	default:
	}
	select {
	case <-r.exited:
		return true
	case <-giveUp:
		return false
	}
}

// messages takes what postgres writes to its standard error, line by line, to
// the log, and remembers the last failure.
type messages struct {
	log   *slog.Logger
	quiet atomic.Bool // failures are expected, as while stopping

	mu   sync.Mutex
	rest []byte
	last string
}

// longestLine bounds what one message without a line end may hold.
const longestLine = 64 << 10

func (m *messages) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rest = append(m.rest, b...)
	for {
		i := bytes.IndexByte(m.rest, '\n')
		if i < 0 && len(m.rest) < longestLine {
			return len(b), nil
		}
		if i < 0 {
			i = len(m.rest) - 1
		}
		m.line(strings.TrimSpace(string(m.rest[:i])))
		m.rest = append(m.rest[:0], m.rest[i+1:]...)
	}
}

func (m *messages) line(text string) {
	severity, rest, ok := strings.Cut(text, ":")
	if !ok || text == "" {
		return
	}
	switch severity {
	case "FATAL", "PANIC":
		m.last = strings.TrimSpace(rest)
		if !m.quiet.Load() {
			m.log.Warn("postgres", "severity", severity, "message", m.last)
			return
		}
	case "postgres": // before its log is set up: `postgres: could not …`
		m.last = strings.TrimSpace(rest)
	}
	m.log.Debug("postgres", "severity", severity, "message", strings.TrimSpace(rest))
}

func (m *messages) fatal() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}
