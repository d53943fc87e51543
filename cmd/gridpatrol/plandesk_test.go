package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// planJSON is what these tests read of a plan.
type planJSON struct {
	ID              string
	Title           string
	Status          string
	BaseRevision    int `json:"base_revision"`
	CurrentRevision int `json:"current_revision"`
	Behind          bool
	Version         int64
	ETag            string
	Operations      int
	Undone          int
	NeedsApproval   bool       `json:"needs_approval"`
	CreatedBy       authorJSON `json:"created_by"`
	PublishAt       *time.Time `json:"publish_at"`
	Revision        int
	Allow           []string
	History         []entryJSON
	Undo, Redo      *entryJSON
}

type authorJSON struct {
	Name string
	Me   bool
}

type entryJSON struct {
	N  int
	Op map[string]any
	By authorJSON
	At time.Time
}

// changeJSON is the answer to an operation.
type changeJSON struct {
	ETag      string
	Version   int64
	Plan      planJSON
	Operation *entryJSON
	Changed   []struct {
		ID, Kind, Code, Change string
		Before                 *struct {
			Code       string
			Households int
			AreaM2     float64 `json:"area_m2"`
		}
		Geometry   *struct{ Type string }
		Properties struct {
			Name   string
			AreaM2 float64 `json:"area_m2"`
		}
	}
	Problems []problemJSON
}

type problemJSON struct {
	Problem, Severity, Detail, Code string
	Lon, Lat                        float64
	Areas                           []string
}

// refusalJSON is a problem document about a plan.
type refusalJSON struct {
	Type     string
	Status   int
	Problem  string
	Problems []problemJSON
	Areas    []string
	ETag     string
	Errors   []struct{ Pointer string }
}

// desk is somebody who works on plans over HTTP.
type desk struct {
	t *testing.T
	*serving
	header []string
}

func (s *serving) desk(t *testing.T, role access.Role, areas ...geo.ID) *desk {
	t.Helper()
	return &desk{t, s, bearer(makeToken(t, s.store, role, areas...))}
}

// ask sends a request and reads the answer, which must have the status.
func ask[T any](d *desk, status int, method, path, body string, header ...string) (out T, got answer) {
	d.t.Helper()
	got = d.do(d.t, method, path, body, append(slices.Clone(d.header), header...)...)
	if got.status != status {
		d.t.Fatalf("%s %s %.200s = %d %.600s, want %d", method, path, body, got.status, got.body, status)
	}
	if len(got.body) > 0 {
		if err := json.Unmarshal(got.body, &out); err != nil {
			d.t.Fatalf("%s %s: %v: %.300s", method, path, err, got.body)
		}
	}
	return out, got
}

// plan starts a plan and gives its path.
func (d *desk) plan(title string) (planJSON, string) {
	d.t.Helper()
	p, _ := ask[planJSON](d, 201, "POST", "/api/v1/plans", fmt.Sprintf(`{"title":%q}`, title))
	return p, "/api/v1/plans/" + p.ID
}

// operate makes an operation of a plan, which must succeed.
func (d *desk) operate(path, op string) changeJSON {
	d.t.Helper()
	c, got := ask[changeJSON](d, 200, "POST", path+"/operations", op)
	if got.header.Get("ETag") != `"`+c.ETag+`"` || c.ETag != c.Plan.ETag || c.Version != c.Plan.Version {
		d.t.Errorf("ETag %s, version %d and plan %+v do not belong together", got.header.Get("ETag"), c.Version, c.Plan)
	}
	return c
}

// refuse checks that a request is refused with a code.
func (d *desk) refuse(status int, code, method, path, body string, header ...string) refusalJSON {
	d.t.Helper()
	r, got := ask[refusalJSON](d, status, method, path, body, header...)
	if r.Type != "urn:gridpatrol:problem:"+code || got.header.Get("Content-Type") != "application/problem+json" {
		d.t.Errorf("%s %s is refused with %s (%s), want %s", method, path, r.Type, got.header.Get("Content-Type"), code)
	}
	return r
}

// crossroads finds a node of each sort: one that only grids, groups and
// compounds use, two grids at least; and one of a village.
func (s *serving) crossroads(t *testing.T) (free, locked geo.LatticePoint) {
	t.Helper()
	var areas []geo.Area
	for _, a := range s.boundaries.Current().Index.All() {
		areas = append(areas, *a)
	}
	state, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, a := range s.boundaries.Current().Index.Areas(geo.Grid) {
		for _, p := range a.Shape[0][0] {
			q, _ := geo.Snap(p)
			users := state.Users(q)
			grids := len(slices.DeleteFunc(slices.Clone(users), func(r geo.Ref) bool { return r.Kind != geo.Grid }))
			statutory := slices.ContainsFunc(users, func(r geo.Ref) bool { return r.Kind.Statutory() })
			switch {
			case statutory && locked == geo.LatticePoint{}:
				locked = q
				found++
			case !statutory && grids > 1 && free == geo.LatticePoint{}:
				free = q
				found++
			}
		}
	}
	if found != 2 {
		t.Fatalf("found %d nodes, want 2", found)
	}
	return free, locked
}

func position(q geo.LatticePoint) string {
	p := q.Point()
	return fmt.Sprintf("[%.7f,%.7f]", p[0], p[1])
}

// eventLog is what came over an event stream.
type eventLog struct {
	mu     sync.Mutex
	events [][2]string // type and data
}

// has reports whether an event came that holds a text.
func (l *eventLog) has(kind, text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.events, func(e [2]string) bool { return e[0] == kind && strings.Contains(e[1], text) })
}

// listen returns when the stream is open, so that nothing can be missed.
func (s *serving) listen(t *testing.T, header []string) *eventLog {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /api/v1/events: %s", resp.Status)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the first line comes once the stream is subscribed
	log, done := &eventLog{}, make(chan struct{})
	go func() {
		defer close(done)
		for kind := ""; lines.Scan(); {
			if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				kind = e
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				log.mu.Lock()
				log.events = append(log.events, [2]string{kind, data})
				log.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { cancel(); resp.Body.Close(); <-done })
	return log
}
