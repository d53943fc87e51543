package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"math"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
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
	token := func(role access.Role, areas ...geo.ID) []string { return bearer(makeToken(c.t, c.store, role, areas...)) }
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

// importRoster gives the grid's first vacant or held seat that is on no notice
// board to the marked person, by a file.
func (c *canary) importRoster() {
	roster := c.duties.Current().Roster
	for _, post := range []patrol.Post{patrol.GridMember, patrol.GridPolice, patrol.GridChief} {
		for _, seat := range roster.Seats(post, c.grid.ID) {
			if !seat.PublicContact {
				c.seat = seat
			}
		}
	}
	if c.seat.ID == (geo.ID{}) {
		c.seat = roster.Seats(patrol.GridMember, c.grid.ID)[0]
	}
	file := filepath.Join(c.t.TempDir(), "roster.csv")
	text := fmt.Sprintf("area_kind,area,post,seat,public_contact,name,phone\ngrid,%s,%s,%d,false,%s,%s\n", c.grid.Code, c.seat.Post, c.seat.Number, chiefName, chiefPhone)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.bring("roster", file, `{"partial":true}`)
	eventually(c.t, "the marked person holds a seat", func() bool {
		holder, _, ok := c.duties.Current().Roster.Holder(c.seat.ID, time.Now())
		c.ids["person"] = []string{holder.ID.String()}
		return ok && holder.Name == chiefName
	})
}

// bring takes a file through an import over HTTP.
func (c *canary) bring(what, file, options string) {
	d := c.desk(c.t, access.Admin)
	path := d.upload(what, file)
	c.ids["import"] = append(c.ids["import"], filepath.Base(path))
	if i := d.step(path, "check", options); i.State != "checked" {
		problems := d.do(c.t, "GET", path+"/problems", "", d.header...)
		c.t.Fatalf("the check of %s ends %+v %+v: %s", what, i, i.Error, problems.body)
	}
	if i := d.step(path, "write", `{}`); i.State != "written" {
		c.t.Fatalf("the import of %s ends %+v %+v", what, i, i.Error)
	}
}

func (c *canary) importPast() {
	file := filepath.Join(c.t.TempDir(), "past.csv")
	text := fmt.Sprintf("number,time,category,lon,lat,description,status,closed,reporter,phone\nP1,2026-03-02T08:00:00+08:00,fire_safety,%.7f,%.7f,旧事,closed,2026-03-03T08:00:00+08:00,%s,%s\n",
		c.elsewhere()[0], c.elsewhere()[1], canaryName, canaryPhone)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.bring("reports", file, `{"crs":"EPSG:4326"}`)
}

// elsewhere is a place of the grid that is no secret.
func (c *canary) elsewhere() orb.Point {
	middle, _ := geo.PointOnSurface(c.grid.Shape)
	return middle
}

// report sends one with a position of its own and a photo that was taken at the
// marked one, and one at a private place where the photo's position serves.
func (c *canary) report() {
	at := c.elsewhere()
	for n, r := range []struct {
		json  string
		taken orb.Point
	}{
		{fmt.Sprintf(`{"category":"infrastructure","description":"路灯不亮","lon":%.7f,"lat":%.7f,"reporter":{"name":%q,"phone":%q}}`, at[0], at[1], canaryName, canaryPhone), c.taken},
		{fmt.Sprintf(`{"category":"lonely_elder","description":"老人独居","reporter":{"name":%q,"phone":%q}}`, canaryName, "+86 "+canaryPhone), c.house},
	} {
		body, contentType := withPhoto(c.t, "report", r.json, picture(c.t, r.taken))
		sent := c.do(c.t, "POST", "/api/v1/reports", body, "Content-Type", contentType, "Idempotency-Key", fmt.Sprint("canary-", n))
		if sent.status != http.StatusCreated {
			c.t.Fatalf("POST report = %d %s", sent.status, sent.body)
		}
		made := sent.report(c.t)
		c.ids["report"] = append(c.ids["report"], made.ID)
		c.secret[made.ID] = made.Properties.FollowSecret
		c.look("the answer to a reporter", sent.body, c.reporter, c.photo, c.chief)
		c.ids["n"] = []string{"1"}
	}
	eventually(c.t, "the reports are counted", func() bool { return c.tallies.Current().Len() >= 3 })
}

// act takes the report at the house through its states, with a photo on the way,
// and has a contact revealed, which must leave no trace but in the audit log.
func (c *canary) act() {
	dispatcher := c.desk(c.t, access.Dispatcher)
	path := "/api/v1/reports/" + c.ids["report"][1]
	for _, body := range []string{`{"type":"accept"}`, `{"type":"comment","note":"在路上"}`, `{"type":"handle","note":"好了"}`, `{"type":"close"}`} {
		got := dispatcher.do(c.t, "POST", path+"/events", body, dispatcher.header...)
		if got.status != http.StatusOK {
			c.t.Errorf("%s = %d %s", body, got.status, got.body)
		}
		c.look("an action's answer", got.body, c.reporter, c.photo)
	}
	body, contentType := withPhoto(c.t, "event", `{"type":"comment","note":"照片"}`, picture(c.t, c.taken))
	got := dispatcher.do(c.t, "POST", path+"/events", body, append(slices.Clone(dispatcher.header), "Content-Type", contentType)...)
	if got.status != 200 {
		c.t.Fatalf("a comment with a photo = %d %s", got.status, got.body)
	}
	c.look("an action's answer", got.body, c.reporter, c.photo)
	got = dispatcher.do(c.t, "POST", path+"/contact", `{"reason":"回访"}`, dispatcher.header...)
	if got.status != 200 || !bytes.Contains(got.body, []byte(canaryName)) {
		c.t.Fatalf("revealing = %d %s", got.status, got.body)
	}
}

// publish renames the grid by a plan.
func (c *canary) publish() {
	d := c.desk(c.t, access.Planner)
	made, path := d.plan("改名")
	d.operate(path, rename(c.grid.Code, "改名网格"))
	ask[publicationJSON](d, 200, "POST", path+"/publish", `{"note":"改名"}`)
	open, _ := d.plan("草案")
	c.ids["plan"] = []string{made.ID, open.ID}
}

// handOver gives the seat of the marked person to somebody else, and back.
func (c *canary) handOver() {
	holder, _, _ := c.duties.Current().Roster.Holder(c.seat.ID, time.Now())
	other := c.duties.Current().Roster.AllPeople()[0]
	for _, person := range []geo.ID{other.ID, holder.ID} {
		out, err := c.store.EditRoster(c.t.Context(), []patrol.RosterChange{patrol.Appoint{Seat: c.seat.ID, Person: patrol.Whom{ID: person}}}, patrol.RosterEditOptions{}, system)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, h := range out.Handovers {
			c.ids["handover"] = append(c.ids["handover"], h.ID.String())
		}
	}
	eventually(c.t, "the marked person holds the seat again", func() bool {
		now, _, ok := c.duties.Current().Roster.Holder(c.seat.ID, time.Now())
		return ok && now.Name == chiefName
	})
}

// provoke sends what is refused, with marks in it: an error says what is wrong and
// not with what, and no log line has it.
func (c *canary) provoke() {
	admin := bearer(makeToken(c.t, c.store, access.Admin))
	report := "/api/v1/reports/" + c.ids["report"][1]
	for _, r := range []struct {
		method, path, body string
		header             []string
		status             int
	}{
		{"POST", "/api/v1/reports", `{"category":"` + canaryPhone + `","lon":125.66,"lat":43.52}`, nil, 422},
		{"POST", "/api/v1/reports", `{"category":"infrastructure","lon":125.66,"lat":43.52,"reporter":{"name":["` + canaryName + `"],"phone":"` + canaryPhone + `x"}}`, nil, 400},
		{"POST", "/api/v1/reports", `{"category":"infrastructure","lon":125.66,"lat":43.52,"reporter":{"name":"` + strings.Repeat(canaryName, 60) + `","phone":"` + canaryPhone + `x"}}`, nil, 422},
		{"POST", "/api/v1/reports", `{"reporter":{"name":"` + canaryName + `","phone":"` + canaryPhone, nil, 400},
		{"POST", "/api/v1/session", `{"login":"` + canaryName + `","password":"` + canaryPhone + `"}`, nil, 401},
		{"GET", "/api/v1/reports?q=" + canaryPhone, "", admin, 400},
		{"GET", "/api/v1/reports/" + canaryPhone, "", admin, 404},
		{"GET", "/api/v1/reports?from=" + canaryPhone, "", admin, 400},
		{"GET", "/api/v1/reports/" + canaryPhone + "/contact", "", admin, 404},
		{"POST", report + "/contact", `{"reason":"给` + canaryName + `打电话"}`, admin, 422},
		{"POST", report + "/contact", `{"reason":"` + canaryPhone + `"}`, admin, 422},
		{"POST", report + "/events", `{"type":"` + canaryPhone + `"}`, admin, 0},
		{"POST", "/api/v1/personal/search", `{"name":"` + canaryName + `","phone":"` + canaryPhone + `","person":"x"}`, admin, 422},
		{"POST", "/api/v1/personal/erase", `{"subject":{"phone":"` + canaryPhone + `"},"reason":"` + canaryPhone + `"}`, admin, 422},
		{"GET", "/nothing/" + canaryPhone, "", nil, 404},
		{"GET", "/api/v1/search?q=" + canaryPhone, "", nil, 200},
		{"GET", "/ogc/collections/reports/items?" + canaryPhone + "=1", "", nil, 0},
		{"GET", "/api/v1/locate?lon=x&lat=y", "", []string{"User-Agent", canaryName, "Referer", "http://x/" + canaryPhone}, 400},
	} {
		got := c.do(c.t, r.method, r.path, r.body, r.header...)
		if r.status != 0 && got.status != r.status {
			c.t.Errorf("%s %.60s %.80s = %d %.200s, want %d", r.method, r.path, r.body, got.status, got.body, r.status)
		}
		if !strings.Contains(r.path, "?"+canaryPhone) && !strings.HasSuffix(r.path, "/events") { // what is not known is said to who sent it
			c.look(fmt.Sprintf("the refusal of %s %.60s", r.method, r.path), got.body, c.reporter)
		}
	}
	// Looking for the person is allowed, and leaves nothing behind.
	for _, purpose := range []string{"search", "export"} {
		if got := c.do(c.t, "POST", "/api/v1/personal/"+purpose, `{"phone":"`+canaryPhone+`"}`, admin...); got.status != 200 || bytes.Count(got.body, []byte(`"created_at"`)) != 3 {
			c.t.Errorf("%s = %d %s, want three contacts", purpose, got.status, got.body)
		} else if purpose == "search" {
			c.look("a search", got.body, c.reporter)
		}
	}
}

var routeLine = regexp.MustCompile(`\{(?:method: "([A-Z]+)", )?path: "([^"]+)"`)

// ask sends a viewer's GET to every route that the table of the API has, with
// everything there is for what stands in braces, and says how many there were.
func (c *canary) ask(v viewer) (n int) {
	source, err := os.ReadFile("../../api/routes.go")
	if err != nil {
		c.t.Fatal(err)
	}
	lines := routeLine.FindAllStringSubmatch(string(source), -1)
	if len(lines) < 60 {
		c.t.Fatalf("found %d routes in the table: the test does not read it", len(lines))
	}
	var paths []string
	for _, line := range lines {
		switch method, path := line[1], line[2]; {
		case method != "" && method != "GET", path == "/api/v1/events", strings.HasSuffix(path, "*"):
		case path == "/api/v1/locate":
		default:
			paths = append(paths, c.fill(path)...)
		}
	}
	at := c.elsewhere()
	paths = append(paths, fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&accuracy_m=80", at[0], at[1]), "/assets/", "/basemap/1/1/1", "/api/v1/reports?limit=100&bbox=125,43,126,44",
		"/api/v1/reports?assignee=me", "/api/v1/search?q=改名", "/api/v1/audit?limit=1000", "/api/v1/audit?format=csv", "/api/v1/compare?from=1&to=2",
		"/api/v1/plans/"+c.ids["plan"][1]+"/impact?days=90", "/api/v1/posts?area=grid:"+c.grid.Code, "/api/v1/people?q="+string([]rune(chiefName)[0]),
		"/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/api", "/tiles/style.json", "/tiles/reports.json", "/tiles/reports/metadata.json")
	for _, collection := range append(kinds(), "reports", "hotspots") {
		base := "/ogc/collections/" + collection
		paths = append(paths, base, base+"/items?limit=1000", base+"/items?bbox=125,43,126,44")
		if collection == "reports" {
			for _, id := range c.ids["report"] {
				paths = append(paths, base+"/items/"+id)
			}
		}
	}
	for _, collection := range api.ExportCollections() {
		for _, format := range []string{"geojson", "gpkg", "csv", "xlsx"} {
			paths = append(paths, "/api/v1/export/"+collection+"?format="+format)
		}
	}
	hidden := c.hidden(v)
	for _, path := range paths {
		header := v.header
		if slices.ContainsFunc(hidden, func(m mark) bool { _, in := m.in([]byte(path)); return in }) {
			c.t.Fatalf("the question %s has a mark in it", path)
		}
		got := c.do(c.t, "GET", path, "", header...)
		n++
		if got.status >= 500 {
			c.t.Errorf("%s asks GET %s = %d %s", v.name, path, got.status, got.body)
		}
		c.look(fmt.Sprintf("%s: GET %s (%d)", v.name, path, got.status), got.body, hidden)
		for name, values := range got.header {
			c.look(fmt.Sprintf("%s: header %s of GET %s", v.name, name, path), []byte(strings.Join(values, " ")), hidden)
		}
		if strings.Contains(path, "/photos/") && bytes.Contains(got.body, []byte("Exif")) {
			c.t.Errorf("%s: GET %s still has metadata", v.name, path)
		}
	}
	got := c.do(c.t, "POST", "/api/v1/hotspots", `{}`, v.header...)
	c.look(v.name+": hot spots", got.body, hidden)
	if v.header != nil {
		return n + 1
	}
	for id, secret := range c.secret { // the reporter's own view
		for _, path := range []string{"/api/v1/reports/" + id, "/api/v1/reports/" + id + "/photos/1", "/api/v1/reports/" + id + "/contact"} {
			got := c.do(c.t, "GET", path, "", "X-Follow-Secret", secret)
			c.look("a reporter: GET "+path, got.body, c.reporter, c.photo, c.chief)
			n++
		}
	}
	return n + 1
}

// fill gives the paths that a template stands for.
func (c *canary) fill(template string) []string {
	paths := []string{template}
	for strings.Contains(paths[0], "{") {
		before, rest, _ := strings.Cut(paths[0], "{")
		name, _, _ := strings.Cut(rest, "}")
		var values []string
		switch of := before[strings.LastIndex(before[:len(before)-1], "/")+1:]; {
		case name == "kind":
			values = texts(geo.Kinds())
		case name == "code":
			values = []string{c.grid.Code}
		case name == "n":
			values = []string{"1", "2"}
		case name == "collection":
			values = []string{"reports"}
		case of == "plans/":
			values = c.ids["plan"]
		case of == "imports/":
			values = c.ids["import"]
		case of == "people/":
			values = c.ids["person"]
		case of == "posts/":
			values = []string{c.seat.ID.String()}
		case of == "handovers/":
			values = c.ids["handover"]
		default:
			values = c.ids["report"]
		}
		if len(values) == 0 {
			values = []string{geo.ID{}.String()}
		}
		var filled []string
		for _, p := range paths {
			for _, v := range values {
				filled = append(filled, strings.Replace(p, "{"+name+"}", v, 1))
			}
		}
		paths = filled
	}
	return paths
}

func kinds() (out []string) {
	for _, k := range geo.Kinds() {
		out = append(out, k.Plural())
	}
	return out
}

// tilesOf asks for the tiles round the marked places, as they come and decoded,
// and looks where the reports on them lie.
func (c *canary) tilesOf(v viewer) (n int) {
	hidden := c.hidden(v)
	for _, layer := range append(kinds(), "roads", "reports", "hotspots") {
		for _, z := range []maptile.Zoom{8, 12, 14, 16, 18} {
			path := tileAt(layer, c.house, z)
			got := c.do(c.t, "GET", path, "", v.header...)
			n++
			c.look(v.name+": "+path, got.body, hidden)
			if got.status != http.StatusOK {
				continue
			}
			layers, err := mvt.Unmarshal(got.body)
			if err != nil {
				c.t.Fatalf("%s: %s: %v", v.name, path, err)
			}
			layers.ProjectToWGS84(maptile.At(c.house, z))
			for _, l := range layers {
				for _, f := range l.Features {
					c.look(v.name+": "+path, []byte(fmt.Sprint(f.ID, f.Properties)), hidden)
					c.lookAt(v, path, z, f)
				}
			}
		}
	}
	return n
}

// lookAt measures how far a report on a tile is from where it lies. Where the
// tile is as coarse as what the public sees, that says nothing.
func (c *canary) lookAt(v viewer, path string, z maptile.Zoom, f *geojson.Feature) {
	p, isPoint := f.Geometry.(orb.Point)
	if !isPoint || v.position || z < 16 {
		return
	}
	if m := metres(p, c.house); m < 3 {
		c.leaked++
		c.t.Errorf("%s: %s has a report %.1f m from the house", v.name, path, m)
	}
}

// dump searches every row of every table, of contacts too: these are sealed. Where
// reports lie is in the tables of reports alone, and who is on the roster in people.
func (c *canary) dump() (tables int) {
	conn, err := pgx.Connect(c.t.Context(), c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(c.t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'gridpatrol' ORDER BY 1`)
	if err != nil {
		c.t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	for _, table := range names {
		var text string
		sql := `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM ` + pgx.Identifier{"gridpatrol", table}.Sanitize() + ` x`
		if table == "area_versions" || table == "import_areas" {
			continue // boundaries: as large as everything else together, and the same as before
		}
		if err := conn.QueryRow(c.t.Context(), sql).Scan(&text); err != nil {
			c.t.Fatal(err)
		}
		tables++
		marks := slices.Concat(c.reporter, c.photo)
		if !slices.Contains([]string{"reports", "decisions"}, table) {
			marks = append(marks, c.place...)
		}
		if table != "people" {
			marks = append(marks, c.chief...)
		}
		c.look("table "+table, []byte(text), marks)
	}
	return tables
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

// withPhoto gives the body and content type of a form with a photo.
func withPhoto(t *testing.T, part, json string, photo []byte) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormField(part)
	if err == nil {
		_, err = io.WriteString(w, json)
	}
	if err == nil {
		w, err = form.CreateFormFile("photo", canaryName+".jpg")
	}
	if err == nil {
		_, err = w.Write(photo)
	}
	if err = errorsOf(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String(), form.FormDataContentType()
}

// picture is a JPEG whose metadata say where it was taken and, as its artist, by
// whom.
func picture(t *testing.T, at orb.Point) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 96, 64))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	m.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	body := append([]byte("Exif\x00\x00"), gpsTIFF(at, canaryName+canaryPhone)...)
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// gpsTIFF is a TIFF structure (TIFF 6.0, EXIF 2.3) of two directories: an artist,
// and a position in degrees, as whole numbers over ten million.
func gpsTIFF(at orb.Point, artist string) []byte {
	o := binary.BigEndian
	entry := func(b []byte, id, kind uint16, count uint32, value []byte) []byte {
		b = o.AppendUint32(o.AppendUint16(o.AppendUint16(b, id), kind), count)
		return append(b, append(value, make([]byte, 4-len(value))...)...)
	}
	u32 := func(v int) []byte { return o.AppendUint32(nil, uint32(v)) }
	degrees := func(v float64) (b []byte) {
		for _, n := range []uint32{uint32(math.Round(v * 1e7)), 10_000_000, 0, 1, 0, 1} {
			b = o.AppendUint32(b, n)
		}
		return b
	}
	const second = 8 + 2 + 2*12 + 4
	const values = second + 2 + 4*12 + 4
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	b = o.AppendUint16(b, 2)
	b = entry(b, 0x013b, 2, uint32(len(artist)+1), u32(values+48))
	b = entry(b, 0x8825, 4, 1, u32(second))
	b = o.AppendUint32(b, 0)
	b = o.AppendUint16(b, 4)
	b = entry(b, 1, 2, 2, []byte("N\x00"))
	b = entry(b, 2, 5, 3, u32(values))
	b = entry(b, 3, 2, 2, []byte("E\x00"))
	b = entry(b, 4, 5, 3, u32(values+24))
	b = o.AppendUint32(b, 0)
	b = append(append(b, degrees(at[1])...), degrees(at[0])...)
	return append(append(b, artist...), 0)
}
