package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// What is marked: a reporter, the place that a photo's metadata give, and
// somebody of the roster who is on no notice board.
const (
	canaryName, canaryPhone = "鸟雀Zq", "13971946820"
	chiefName, chiefPhone   = "燕隼Wx", "13718294056"
)

// canary is a server with marked data that everybody asks for everything.
type canary struct {
	t *testing.T
	*serving
	url    string // of the database
	log    *lockedBuffer
	heard  *lockedBuffer // by the webhook
	grid   *geo.Area
	house  orb.Point // where a report at a private place lies: its photo says so
	taken  orb.Point // where a photo was taken of a report that lies elsewhere
	seat   patrol.Seat
	ids    map[string][]string // what stands for {…} in paths
	secret map[string]string   // by report

	reporter, photo, place, chief []mark
	leaked                        int
}

// lockedBuffer is a buffer that several write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.b.Bytes())
}

// look searches something for marks.
func (c *canary) look(what string, data []byte, marks ...[]mark) {
	c.t.Helper()
	if found := leaks(data, slices.Concat(marks...)); len(found) > 0 {
		if c.leaked++; c.leaked <= 30 {
			c.t.Errorf("%s has %v", what, found)
		}
	}
}

// TestCanary lets marked data go through a whole run of a district, and searches
// everything that comes out for it: every answer to everybody, tiles, events,
// deliveries, files, log lines, measures, and every table of the database.
func TestCanary(t *testing.T) {
	c := newCanary(t)
	streams := map[string]*eventLog{}
	viewers := c.viewers()
	for _, v := range viewers {
		if v.streams {
			streams[v.name] = c.listen(t, v.header)
		}
	}
	c.importRoster()
	c.importPast()
	c.report()
	c.act()
	c.publish()
	c.handOver()
	c.provoke()
	eventually(t, "the webhook has heard", func() bool { return bytes.Contains(c.heard.bytes(), []byte("report.changed")) })
	eventually(t, "the streams have heard of the new revision", func() bool {
		return streams["dispatcher"].has("revision.published", "") && streams["dispatcher"].has("report.changed", c.ids["report"][1])
	})
	asked := 0
	for _, v := range viewers {
		asked += c.ask(v)
		asked += c.tilesOf(v)
	}
	for name, s := range streams {
		s.mu.Lock()
		for _, e := range s.events {
			c.look("the event stream of "+name, []byte(e[0]+e[1]), c.reporter, c.photo, c.place, c.chief)
		}
		s.mu.Unlock()
	}
	c.look("the webhook", c.heard.bytes(), c.reporter, c.photo, c.place, c.chief)
	c.look("the log", c.log.bytes(), c.reporter, c.photo, c.place, c.chief)
	tables := c.dump()
	t.Logf("%d answers, %d bytes of log, %d tables", asked, len(c.log.bytes()), tables)
	if asked < 1000 || len(c.log.bytes()) < 10_000 || tables < 25 {
		t.Errorf("the canary looked at %d answers, %d bytes of log, %d tables: it does not look at what it should", asked, len(c.log.bytes()), tables)
	}
	c.seenByWhoMay()
}

func newCanary(t *testing.T) *canary {
	c := &canary{t: t, url: townshipDatabase(t), log: &lockedBuffer{}, heard: &lockedBuffer{}, ids: map[string][]string{}, secret: map[string]string{}}
	durable(t, c.url)
	c.serving = serveTest(t, c.url, func(s *serverConfig) {
		s.log = slog.New(slog.NewJSONHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(c.heard, r.URL, r.Header)
		_, _ = io.Copy(c.heard, r.Body)
	}))
	t.Cleanup(hook.Close)
	if _, err := c.store.AddRecipient(t.Context(), "webhook", hook.URL, []byte("secret"), nil, system); err != nil {
		t.Fatal(err)
	}
	c.grid, _ = c.serving.place(t, geo.Grid, "")
	middle, _ := geo.PointOnSurface(c.grid.Shape)
	c.house, c.taken = c.unlike(middle, 1), c.unlike(middle, 1000)
	c.reporter = []mark{textMark("the reporter's name", canaryName), phoneMark("the reporter's phone", canaryPhone)}
	c.chief = []mark{textMark("the chief's name", chiefName), phoneMark("the chief's phone", chiefPhone)}
	c.place = []mark{positionMark("the house", c.house)}
	c.photo = []mark{positionMark("where the photo was taken", c.taken)}
	return c
}

// unlike gives a place near p, the nth that is tried or a later one, whose degrees
// no boundary has, and which the public sees moved by more than tiles could hide.
func (c *canary) unlike(p orb.Point, n int) orb.Point {
	var seen [2]map[int32]bool // in 1e-6°
	for axis := range seen {
		seen[axis] = map[int32]bool{}
	}
	for _, a := range c.boundaries.Current().Index.All() {
		for _, polygon := range a.Shape {
			for _, ring := range polygon {
				for _, vertex := range ring {
					q, _ := geo.Snap(vertex)
					seen[0][q.Lon/10], seen[1][q.Lat/10] = true, true
				}
			}
		}
	}
	for ; ; n++ {
		q, _ := geo.Snap(p)
		q.Lon, q.Lat = q.Lon+int32(n*13), q.Lat+int32(n*17)
		near := func(axis int, v int32) bool { return seen[axis][v/10-1] || seen[axis][v/10] || seen[axis][v/10+1] }
		if at := q.Point(); !near(0, q.Lon) && !near(1, q.Lat) && metres(at, patrol.PublicPoint(at)) > 8 && metres(at, patrol.CoarsePoint(at)) > 8 {
			return at
		}
	}
}

// metres is about the distance of two points of the district.
func metres(a, b orb.Point) float64 { return math.Hypot((a[0]-b[0])*80_880, (a[1]-b[1])*111_106) }

// viewer is somebody who asks, and what of the marks may come to them.
type viewer struct {
	name     string
	header   []string
	position bool // sees where exactly reports lie
	roster   bool // sees who holds posts
	streams  bool
}

func (c *canary) viewers() []viewer {
	far := c.boundaries.Current().Index.Areas(geo.Grid)
	stranger := far[len(far)-1]
	if stranger.ID == c.grid.ID {
		stranger = far[0]
	}
	token := func(role access.Role, areas ...geo.ID) []string {
		return bearer(makeToken(c.t, c.store, role, areas...))
	}
	return []viewer{
		{name: "nobody known", streams: true},
		{name: "consumer", header: token(access.Consumer), streams: true},
		{name: "officer of another grid", header: token(access.Officer, stranger.ID), streams: true},
		{name: "planner of another grid", header: token(access.Planner, stranger.ID)},
		{name: "admin of another grid", header: token(access.Admin, stranger.ID)},
		{name: "officer of the grid", header: token(access.Officer, c.grid.ID), position: true, roster: true},
		{name: "planner", header: token(access.Planner), position: true, roster: true},
		{name: "dispatcher", header: token(access.Dispatcher), position: true, roster: true, streams: true},
		{name: "admin", header: token(access.Admin), position: true, roster: true},
	}
}

// hidden are the marks that must not come to a viewer.
func (c *canary) hidden(v viewer) []mark {
	out := slices.Concat(c.reporter, c.photo)
	if !v.position {
		out = append(out, c.place...)
	}
	if !v.roster {
		out = append(out, c.chief...)
	}
	return out
}

// seenByWhoMay makes sure that the marks were there to be found: whoever may see
// them does.
func (c *canary) seenByWhoMay() {
	dispatcher := bearer(makeToken(c.t, c.store, access.Dispatcher))
	got := c.do(c.t, "GET", "/api/v1/reports/"+c.ids["report"][1], "", dispatcher...)
	if len(leaks(got.body, c.place)) == 0 {
		c.t.Errorf("a dispatcher does not see where the report lies: %s", got.body)
	}
	got = c.do(c.t, "GET", "/api/v1/posts?area=grid:"+c.grid.Code, "", dispatcher...)
	if len(leaks(got.body, c.chief)) != 2 {
		c.t.Errorf("a dispatcher does not see who holds the post: %s", got.body)
	}
	if n := count(c.t, c.url, `SELECT count(*) FROM gridpatrol.reporter_contacts`); n != 3 {
		c.t.Errorf("%d contacts are kept, want 3", n)
	}
	if n := count(c.t, c.url, `SELECT count(*) FROM gridpatrol.audit WHERE action = 'contact.reveal'`); n != 1 {
		c.t.Errorf("%d reveals are in the audit log, want 1", n)
	}
}
