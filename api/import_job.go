package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The states of an import.
const (
	importReady   = "ready"   // uploaded, and its layers are known
	importRunning = "running" // being checked or written
	importChecked = "checked"
	importFailed  = "failed" // the last check or write ended with an error
	importWritten = "written"
)

// importJob is one upload on its way in. What does not change stands first; mu
// guards the rest.
type importJob struct {
	id      geo.ID
	owner   geo.ID
	what    string
	dir     string   // of its own; gone when the job is
	lock    *os.File // of dir, so that other servers leave it; nil before there is one
	path    string   // what importers.Open reads: a file, or the folder of several
	files   []uploadedFile
	sum     string
	around  *orb.Bound // the district's, for what is looked at of much larger files; nil where nobody knows
	layers  []layerAnswer
	began   time.Time
	expires time.Time
	arrived bool // of the desk's lock: its files are here, and looked into; nobody sees it before

	mu       sync.Mutex
	version  int64
	changed  chan struct{} // closed when version counts up
	state    string
	options  ImportOptions
	checking bool // what runs is a check, not a write
	progress *importProgress
	checked  CheckedImport // zero before the first check
	failure  error
	written  bool
	done     ImportDone
	revision int
	stop     context.CancelFunc // of what is running; nil where nothing is
	idle     chan struct{}      // closed when what was running has ended
}

type uploadedFile struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// importProgress is how far a step is.
type importProgress struct {
	stage    string
	done, of int64
	began    time.Time // of the stage
	at       time.Time // of done
}

// change does f to the job and tells who waits for it.
func (j *importJob) change(f func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f()
	j.version++
	close(j.changed)
	j.changed = make(chan struct{})
}

// advance notes how far the step is; readers are told five times a second at
// most.
func (j *importJob) advance(stage string, done, of int64, now time.Time) {
	j.mu.Lock()
	p := j.progress
	fresh := p == nil || p.stage != stage
	quiet := !fresh && now.Sub(p.at) < 200*time.Millisecond
	j.mu.Unlock()
	if quiet {
		return
	}
	next := &importProgress{stage, done, of, now, now}
	if !fresh {
		next.began = p.began
	}
	j.change(func() { j.progress = next })
}

// importDesk keeps the imports of this server: files on disk, the rest in
// memory, for as long as importKept after they came.
type importDesk struct {
	dir string
	log *slog.Logger
	mu  sync.Mutex
	// jobs that can be asked for.
	jobs map[geo.ID]*importJob
	// running are the goroutines of all jobs, also of those that are gone.
	running sync.WaitGroup
	slots   chan struct{} // a token for each check or write that may run
	looks   chan struct{} // a token for each file that may be looked into meanwhile
	ctx     context.Context
	cancel  context.CancelFunc
}

// How long an import is kept, how many one account may have, and how many run
// at once.
const (
	importKept     = 2 * time.Hour
	importsOfOne   = 8
	importsRunning = 2
)

func newImportDesk(dir string, log *slog.Logger) *importDesk {
	d := &importDesk{dir: dir, log: log, jobs: map[geo.ID]*importJob{}, slots: make(chan struct{}, importsRunning), looks: make(chan struct{}, importsRunning)}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// add keeps a job, unless its owner has too many.
func (d *importDesk) add(j *importJob) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	own := 0
	for _, other := range d.jobs {
		if other.owner == j.owner {
			own++
		}
	}
	if own >= importsOfOne {
		return fail("too-many-imports", "there are imports that were begun and not thrown away: eight is the most")
	}
	d.jobs[j.id] = j
	return nil
}

// of gives an import to its owner, and to nobody else.
func (d *importDesk) of(owner, id geo.ID) (*importJob, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j, ok := d.jobs[id]
	return j, ok && j.arrived && j.owner == owner
}

// show lets the owner of an import see it.
func (d *importDesk) show(j *importJob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	j.arrived = true
}

// own lists the imports of somebody, the last first.
func (d *importDesk) own(owner geo.ID) (out []*importJob) {
	d.mu.Lock()
	for _, j := range d.jobs {
		if j.arrived && j.owner == owner {
			out = append(out, j)
		}
	}
	d.mu.Unlock()
	slices.SortFunc(out, func(a, b *importJob) int { return strings.Compare(b.id.String(), a.id.String()) })
	return out
}

// remove stops a job and takes its files away.
func (d *importDesk) remove(j *importJob) error {
	d.mu.Lock()
	delete(d.jobs, j.id)
	d.mu.Unlock()
	j.halt()
	err := os.RemoveAll(j.dir)
	if j.lock != nil {
		_ = j.lock.Close() // there is nothing in it
	}
	return err
}

// halt ends what is running, and waits for it.
func (j *importJob) halt() {
	j.mu.Lock()
	stop, idle := j.stop, j.idle
	j.mu.Unlock()
	if stop != nil {
		stop()
		<-idle
	}
}

// start runs a step of the job on a goroutine. begin, which is asked with the
// job locked, may refuse it. What runs already is stopped first.
func (d *importDesk) start(j *importJob, begin func() error, step func(context.Context) error) error {
	j.halt()
	ctx, stop := context.WithCancel(d.ctx)
	idle := make(chan struct{})
	j.mu.Lock()
	if j.stop != nil { // another request was quicker
		j.mu.Unlock()
		stop()
		return fail("import-busy", "the file is being checked or taken over at this moment")
	}
	if err := begin(); err != nil {
		j.mu.Unlock()
		stop()
		return err
	}
	j.stop, j.idle = stop, idle
	j.mu.Unlock()
	j.change(func() { j.state, j.failure, j.progress = importRunning, nil, nil })
	d.running.Go(func() {
		defer close(idle)
		defer stop()
		var err error
		select {
		case d.slots <- struct{}{}:
			err = contained(ctx, step)
			<-d.slots
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil && ctx.Err() == nil && problemOf(importFailure(err)).Status >= http.StatusInternalServerError {
			d.log.ErrorContext(ctx, "import failed", "id", j.id, "what", j.what, "error", err.Error())
		}
		j.change(func() {
			j.stop = nil
			j.progress = nil
			switch {
			case err != nil && ctx.Err() != nil && j.checking: // stopped, not failed
				j.state = importReady
			case err != nil:
				j.state, j.failure = importFailed, err
			}
		})
	})
	return nil
}

// look takes a turn of its own for looking into a file, apart from checks and writes,
// which take longer. done is to be called at the end.
func (d *importDesk) look(ctx context.Context) (done func(), err error) {
	select {
	case d.looks <- struct{}{}:
		return sync.OnceFunc(func() { <-d.looks }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// contained runs a step, and makes an error of a panic: no file, whatever is in
// it, may end the server.
func contained(ctx context.Context, step func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return step(ctx)
}

// Run removes imports whose time is over, until ctx ends; then it stops those
// that are running and waits for them. A server without it keeps every upload.
func (s *Server) Run(ctx context.Context) {
	d := s.desk
	for {
		d.sweep(s.cfg.Now())
		select {
		case <-ctx.Done():
			d.cancel()
			d.running.Wait()
			for _, j := range d.expired(time.Time{}) {
				_ = d.remove(j) // what stays is removed by the next server
			}
			return
		case <-time.After(time.Minute):
		}
	}
}

// expired lists the jobs whose time is over; all for the zero time.
func (d *importDesk) expired(now time.Time) (out []*importJob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.jobs {
		if now.IsZero() || now.After(j.expires) {
			out = append(out, j)
		}
	}
	return out
}

// sweep removes what is over, and what servers left that were killed. Other
// servers may share the folder: what a living one has locked stays.
func (d *importDesk) sweep(now time.Time) {
	for _, j := range d.expired(now) {
		_ = d.remove(j) // tried again below
	}
	if d.dir == "" {
		return
	}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return // there is none yet
	}
	for _, e := range entries {
		path := filepath.Join(d.dir, e.Name())
		if info, err := e.Info(); abandoned(path) || err == nil && now.Sub(info.ModTime()) > 2*importKept {
			_ = os.RemoveAll(path) // tried again in a minute
		}
	}
}
