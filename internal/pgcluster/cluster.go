// Package pgcluster runs a private PostgreSQL + PostGIS cluster as a child
// process: it makes the data directory, starts postgres on a Unix socket that
// nobody else can open, recovers it after a crash and stops it in order.
//
// The programs are those installed on the machine. Started by root, postgres
// runs as an unprivileged user. Every failure is one line that says what to do.
package pgcluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Cluster is a running private cluster. Its methods are safe for concurrent use.
type Cluster struct {
	cfg       Config
	programs  programs
	owner     owner
	dataDir   string
	socketDir string
	lock      *lock

	mu      sync.Mutex
	run     *process
	done    chan struct{}
	stopped bool
	err     error
}

// Start opens the cluster in cfg.Dir, which it makes when there is none, and
// returns when it accepts connections. A cluster left running by a server that
// was killed is stopped first. When ctx ends before, everything begun is undone.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	c, err := open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	return c, nil
}

func open(ctx context.Context, cfg Config) (_ *Cluster, err error) {
	if cfg.Dir == "" {
		return nil, errors.New("no directory given")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.binDirs == nil {
		cfg.binDirs = usualBinDirs()
	}
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, err
	}
	if err := makePath(cfg.Dir); err != nil {
		return nil, notWritable(cfg.Dir, err)
	}
	c := &Cluster{cfg: cfg, dataDir: filepath.Join(cfg.Dir, "data")}
	var oldSocketDir string
	if c.lock, oldSocketDir, err = takeLock(cfg.Dir); err != nil {
		return nil, notWritable(cfg.Dir, err)
	}
	defer func() {
		if err != nil {
			c.letGo()
		}
	}()
	removeSocketDir(oldSocketDir)
	if err := c.lock.note(""); err != nil { // no socket to be reached yet
		return nil, notWritable(cfg.Dir, err)
	}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	if err := c.lock.note(c.socketDir); err != nil {
		return nil, notWritable(cfg.Dir, err)
	}
	if err := c.launch(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// prepare finds the programs and the user, and sees to the data directory.
func (c *Cluster) prepare(ctx context.Context) error {
	major, err := dataMajor(c.dataDir)
	if err != nil {
		return err
	}
	if c.programs, err = choose(installed(ctx, c.cfg.binDirs), major, c.dataDir); err != nil {
		return err
	}
	if c.owner, err = findOwner(c.cfg.User, c.dataDir); err != nil {
		return err
	}
	if err := c.owner.reach(c.cfg.Dir); err != nil {
		return err
	}
	if major == 0 {
		c.cfg.Logger.Info("creating the private database", "dir", c.dataDir, "postgresql", c.programs.major, "user", c.owner.name)
		if err := create(ctx, c.programs, c.owner, c.cfg.Dir, c.cfg.Settings); err != nil {
			return notWritable(c.cfg.Dir, err)
		}
	}
	if err := c.owner.giveAll(c.dataDir); err != nil {
		return err
	}
	c.socketDir, err = makeSocketDir(c.cfg.Dir, c.owner)
	return err
}

// launch starts postgres and waits until it accepts connections.
func (c *Cluster) launch(ctx context.Context) error {
	const patience = 20 * time.Second // for processes of an earlier postgres to end
	for begun := time.Now(); ; {
		if err := stopLeftovers(ctx, c.dataDir, c.cfg.Logger); err != nil {
			return err
		}
		// Nothing serves the cluster any more and its lock is ours, so a socket
		// left behind is nobody's, whoever has the process number in its lock.
		removeSocket(c.socketDir)
		run, err := startProcess(c.programs, c.owner, c.dataDir, arguments(c.dataDir, c.socketDir, c.cfg.Settings), c.cfg.Logger)
		if err != nil {
			return err
		}
		err = c.awaitReady(ctx, run)
		if err == nil {
			c.watch(run)
			return nil
		}
		if !strings.Contains(err.Error(), "is still in use") || time.Since(begun) > patience {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// awaitReady returns when run accepts connections, as its pid file tells.
// Crash recovery may take long: only ctx limits it.
func (c *Cluster) awaitReady(ctx context.Context, run *process) error {
	begun := time.Now()
	slow := time.NewTicker(5 * time.Second)
	defer slow.Stop()
	for {
		if f, ok := readPidFile(c.dataDir); ok && f.pid == run.pid() && f.status == "ready" {
			return nil
		}
		select {
		case <-run.exited:
			return remedy("postgres", run.ending(), c.cfg.Dir)
		case <-ctx.Done():
			end(run, expired())
			return fmt.Errorf("the start of the database was interrupted: %w", ctx.Err())
		case <-slow.C:
			c.cfg.Logger.Info("waiting for the database, which may be recovering from a crash", "seconds", int(time.Since(begun).Seconds()))
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// watch makes run the current process and announces its end.
func (c *Cluster) watch(run *process) {
	done := make(chan struct{})
	c.mu.Lock()
	c.run, c.done, c.err = run, done, nil
	c.mu.Unlock()
	go func() {
		<-run.exited
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.stopped {
			return
		}
		c.err = fmt.Errorf("private database: postgres (process %d) has ended: %s", run.pid(), run.ending())
		close(done)
	}()
}

// URL is the connection string for a database of the cluster, over its socket,
// as Superuser. It stays the same over Restart.
func (c *Cluster) URL(database string) string { return socketURL(c.socketDir, database) }

func socketURL(socketDir, database string) string {
	// libpq and pgx read a plus sign as itself, not as a space.
	q := url.Values{"host": {socketDir}, "port": {port}, "user": {Superuser}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}).String()
}

// Major is the version of PostgreSQL that runs, such as 15.
func (c *Cluster) Major() int { return c.programs.major }

// PID is the process id of postgres.
func (c *Cluster) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.run.pid()
}

// Done is closed when postgres has ended without Stop; Err then says how.
// Restart gives a new channel.
func (c *Cluster) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

// Err says how postgres ended once Done is closed, nil before and after Stop.
func (c *Cluster) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Restart starts postgres again, under the same URL, after Done was closed.
func (c *Cluster) Restart(ctx context.Context) error {
	c.mu.Lock()
	run, stopped := c.run, c.stopped
	c.mu.Unlock()
	if stopped {
		return errors.New("private database: stopped already")
	}
	select {
	case <-run.exited:
	default:
		return errors.New("private database: postgres still runs")
	}
	if err := c.launch(ctx); err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	c.cfg.Logger.Info("the private database runs again", "pid", c.PID())
	return nil
}

// Supervise restarts postgres whenever it ends by itself. It returns nil when
// ctx ends, and the failure when postgres cannot be started any more: it is
// tried for two minutes, as a full disk or memory may come free.
func (c *Cluster) Supervise(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.Done():
		}
		c.cfg.Logger.Error("the private database has ended; starting it again", "err", c.Err())
		begun := time.Now()
		for pause := 50 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
			err := c.Restart(ctx)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return nil
			}
			if time.Since(begun) > 2*time.Minute {
				return err
			}
			c.cfg.Logger.Error("the private database does not start", "err", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
		}
	}
}

// Stop shuts postgres down: open transactions are rolled back, what was
// committed is written out. When ctx ends before that is done, postgres is
// ended at once and recovers at its next start. A second call does nothing.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	run, stopped := c.run, c.stopped
	c.stopped, c.err = true, nil
	c.mu.Unlock()
	if stopped {
		return nil
	}
	clean := end(run, ctx)
	c.letGo()
	if !clean {
		return fmt.Errorf("private database: stopped the hard way, it will recover at its next start: %w", ctx.Err())
	}
	return nil
}

// end stops run, ever harder; clean is false when it could not be waited for.
func end(run *process, ctx context.Context) (clean bool) {
	if run.signal(syscall.SIGINT, ctx.Done()) {
		return true
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if !run.signal(syscall.SIGQUIT, grace.Done()) {
		run.signal(syscall.SIGKILL, nil)
	}
	return false
}

// expired is a context that ends at once.
func expired() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// letGo gives up the socket directory and the lock.
func (c *Cluster) letGo() {
	removeSocketDir(c.socketDir)
	c.lock.release()
}
