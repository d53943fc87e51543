package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

func TestLocate(t *testing.T) {
	s := newSite(t)
	got := want[locateAnswer](t, s.get("/api/v1/locate?lon=125.62&lat=43.55&accuracy_m=50", ""), 200)
	if got.Revision != 3 || got.Areas[geo.Grid].Code != gridWest || got.Areas[geo.VillageGroup] == nil || got.Areas[geo.Compound] != nil || len(got.Areas) != 6 {
		t.Errorf("areas = %v in revision %d", got.Areas, got.Revision)
	}
	if got.BoundaryDistanceM == nil || *got.BoundaryDistanceM < 1500 || *got.BoundaryDistanceM > 1700 {
		t.Errorf("boundary_distance_m = %v, want about 1.6 km", got.BoundaryDistanceM)
	}
	if len(got.Candidates) != 1 || got.Candidates[0].Code != gridWest || got.Candidates[0].Probability < .99 || !got.Synthetic {
		t.Errorf("candidates = %v", got.Candidates)
	}
	names := 0
	for _, r := range got.Responsible {
		if r.Name != "" {
			names++
		}
	}
	if len(got.Responsible) != 3 || names != 1 {
		t.Errorf("responsible = %+v, want three posts and the one public name", got.Responsible)
	}
	if len(s.store.reads) != 0 {
		t.Errorf("audited %v for public names", s.store.reads)
	}
	// An officer of the west sees the names there, and that is audited; one of
	// the east does not.
	if body := s.get("/api/v1/locate?lon=125.62&lat=43.55", s.token(access.Officer, id(4))).Body.String(); !strings.Contains(body, "不公开警") || len(s.store.reads) != 1 {
		t.Errorf("an officer reads %s, audited %v", body, s.store.reads)
	}
	if body := s.get("/api/v1/locate?lon=125.62&lat=43.55", s.token(access.Officer, id(5))).Body.String(); strings.Contains(body, "不公开") {
		t.Errorf("an officer of elsewhere reads %s", body)
	}
}

func TestLocateOutside(t *testing.T) {
	s := newSite(t)
	for _, at := range []string{"lon=126.9&lat=43.55", "lon=180&lat=90", "lon=-180&lat=-90", "lon=43.55&lat=89"} {
		got := want[locateAnswer](t, s.get("/api/v1/locate?"+at, ""), 200)
		for k, a := range got.Areas {
			if a != nil {
				t.Errorf("%s: %s = %v, want null", at, k, a)
			}
		}
		if len(got.Areas) != 6 || got.Responsible == nil || len(got.Responsible) != 0 || got.Candidates == nil {
			t.Errorf("%s: %+v", at, got)
		}
	}
}

func TestLocateBadParameters(t *testing.T) {
	s := newSite(t)
	for query, n := range map[string]int{
		"":                                    2,
		"?lon=NaN&lat=Inf":                    2,
		"?lon=181&lat=91":                     2,
		"?lon=x&lat=&crs=mars&at=now":         4,
		"?lon=125.62&lat=43.55&accuracy_m=-1": 1,
		"?lon=125.62&lat=43.55&lat=43.56":     1,
		"?lon=1_2&lat=0x1p3":                  2,
		"?lon=125.62&lat=43.55&lng=1":         1,
		"?lon=125.62&lat=43.55&at=2026-02-01T00:00:00Z&plan=x":  1,
		"?lon=125.62&lat=43.55&crs=%zz":                         1,
		"?lon=125.62&lat=43.55&crs=" + strings.Repeat("x", 300): 1,
	} {
		p := wantProblem(t, s.get("/api/v1/locate"+query, ""), 400, "invalid-parameters")
		if len(p.Errors) != n {
			t.Errorf("%s: %d parameters are bad, want %d: %v", query, len(p.Errors), n, p.Errors)
		}
	}
}

func TestLocateAt(t *testing.T) {
	s := newSite(t)
	const where = "/api/v1/locate?lon=125.62&lat=43.55"
	want[locateAnswer](t, s.get(where+"&at=2026-02-01T08:00:00+08:00", ""), 200)
	wantProblem(t, s.get(where+"&at=2020-01-01T00:00:00Z", ""), 404, "not-found")
	wantProblem(t, s.get(where+"&at=2030-01-01T00:00:00Z", ""), 400, "time-in-future")
	wantProblem(t, s.get(where+"&plan=draft", ""), 404, "not-found")
	wantProblem(t, s.get(where+"&plan=draft", s.token(access.Planner)), 404, "not-found")
}

func TestLocateCRS(t *testing.T) {
	s := newSite(t)
	for _, crs := range []geo.CRS{geo.WGS84, geo.CGCS2000, geo.GCJ02, geo.BD09} {
		raw, err := geo.FromWGS84(crs, groupPoint)
		if err != nil {
			t.Fatal(err)
		}
		got := want[locateAnswer](t, s.get(fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&crs=%s", raw[0], raw[1], crs), ""), 200)
		if got.Point != (lonLat{groupPoint[0], groupPoint[1]}) {
			t.Errorf("%s: point = %v, want %v", crs, got.Point, groupPoint)
		}
	}
}

func (s *site) locateMany(contentType, body string) *httptest.ResponseRecorder {
	return s.do(call{method: "POST", path: "/api/v1/locate", body: body, header: map[string]string{"Content-Type": contentType}})
}

func TestLocateCollection(t *testing.T) {
	s := newSite(t)
	w := s.locateMany("application/geo+json", `{"type":"FeatureCollection","name":"x","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
		{"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[125.62,43.55,12.50]},"properties":{"n":1.10,"areas":"mine","b":null}},
		{"type":"Feature","properties":null,"geometry":{"coordinates":[126.9,43.55],"type":"Point"}}
	]}`)
	got := want[struct {
		Revision int
		Features []struct {
			ID         string
			Geometry   json.RawMessage
			Properties struct{ Areas map[geo.Kind]*geo.Name }
		}
	}](t, w, 200)
	if got.Revision != 3 || len(got.Features) != 2 || got.Features[0].ID != "a" {
		t.Fatalf("answer = %s", w.Body)
	}
	if got.Features[0].Properties.Areas[geo.Grid].Code != gridWest || got.Features[1].Properties.Areas[geo.Grid] != nil || len(got.Features[1].Properties.Areas) != 6 {
		t.Errorf("answer = %s", w.Body)
	}
	for _, kept := range []string{`"n":1.10`, `[125.62,43.55,12.50]`, `"b":null`} {
		if !strings.Contains(w.Body.String(), kept) {
			t.Errorf("the answer lacks %s as it stood: %s", kept, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "mine") {
		t.Error("the sender's own areas are still there")
	}
	if w := s.locateMany("application/json", `{"type":"FeatureCollection","features":[]}`); w.Code != 200 || !json.Valid(w.Body.Bytes()) {
		t.Errorf("an empty collection = %d %s", w.Code, w.Body)
	}
}

func TestLocateLines(t *testing.T) {
	s := newSite(t)
	const one = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"i":%d}}`
	lines := fmt.Sprintf(one, 0) + "\n\n" + fmt.Sprintf(one, 1) + "\r\n" + fmt.Sprintf(one, 2)
	records := "\x1e" + strings.ReplaceAll(fmt.Sprintf(one, 0), ",", ",\n") + "\n\x1e" + fmt.Sprintf(one, 1) + "\n\x1e" + fmt.Sprintf(one, 2) + "\n"
	for contentType, body := range map[string]string{"application/x-ndjson": lines, "application/geo+json-seq": records} {
		w := s.locateMany(contentType, body)
		if w.Code != 200 || w.Header().Get("Content-Type") != contentType {
			t.Fatalf("%s: %d %s", contentType, w.Code, w.Body)
		}
		n := 0
		for line := range strings.Lines(w.Body.String()) {
			text, marked := strings.CutPrefix(line, "\x1e")
			if marked != (contentType == "application/geo+json-seq") || !json.Valid([]byte(text)) || !strings.Contains(text, fmt.Sprintf(`"i":%d`, n)) {
				t.Errorf("%s: line %d = %q", contentType, n, line)
			}
			n++
		}
		if n != 3 {
			t.Errorf("%s: %d lines, want 3", contentType, n)
		}
	}
	if w := s.locateMany("application/geo+json-seq", lines); strings.Count(w.Body.String(), "\x1e") != 3 {
		t.Errorf("a sequence without separators = %s", w.Body)
	}
}

func TestLocateCompact(t *testing.T) {
	s := newSite(t)
	got := want[struct {
		Revision int
		Areas    map[geo.Kind][]geo.Name
		Results  map[geo.Kind][]*int
	}](t, s.locateMany("application/json", `{"points":[[125.69,43.59],[125.62,43.55],[126.9,43.55],[125.62,43.55]]}`), 200)
	grids, at := got.Areas[geo.Grid], got.Results[geo.Grid]
	if len(got.Results) != 6 || len(grids) != 2 || grids[0].Code != gridEast || *at[0] != 0 || *at[1] != 1 || at[2] != nil || *at[3] != 1 {
		t.Errorf("answer = %+v", got)
	}
	if len(got.Results[geo.Compound]) != 4 || got.Areas[geo.Compound] == nil {
		t.Errorf("compounds = %v, %v, want four nulls and an empty list", got.Results[geo.Compound], got.Areas[geo.Compound])
	}
}

func TestLocateManyBadInput(t *testing.T) {
	s := newSite(t)
	ok := `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}`
	many := strings.Repeat(ok+",", 17)
	for _, tt := range []struct{ name, contentType, body, code, pointer string }{
		{"feature 17", "application/json", `{"type":"FeatureCollection","features":[` + many + strings.Replace(ok, "43.55", "99", 1) + `]}`, "invalid-feature", "/features/17/geometry/coordinates"},
		{"text for a number", "application/json", `{"type":"FeatureCollection","features":[` + strings.Replace(ok, "43.55", `"x"`, 1) + `]}`, "invalid-feature", "/features/0/geometry/coordinates"},
		{"not a point", "application/json", `{"type":"FeatureCollection","features":[` + strings.Replace(ok, "Point", "Line", 1) + `]}`, "invalid-feature", "/features/0/geometry"},
		{"no feature", "application/json", `{"type":"FeatureCollection","features":[1]}`, "invalid-feature", "/features/0"},
		{"properties are a list", "application/json", `{"type":"FeatureCollection","features":[` + strings.Replace(ok, "{}", "[]", 1) + `]}`, "invalid-feature", "/features/0/properties"},
		{"line 2", "application/x-ndjson", ok + "\n" + ok + "\nx", "invalid-feature", "/features/2"},
		{"member twice", "application/x-ndjson", `{"type":"Feature","TYPE":1}`, "invalid-feature", "/features/0"},
		{"cut short", "application/json", `{"type":"FeatureCollection","features":[` + ok, "malformed-json", "/features/1"},
		{"something after", "application/json", `{"type":"FeatureCollection","features":[` + ok + `]} x`, "malformed-json", "/features/1"},
		{"no collection", "application/json", `{"type":"Feature"}`, "invalid-body", "/type"},
		{"neither", "application/json", `{}`, "invalid-body", "/features/0"},
		{"features twice", "application/json", `{"features":[],"Features":[]}`, "malformed-json", "/Features"},
		{"another system", "application/json", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4551"}},"features":[]}`, "invalid-body", "/crs"},
		{"an array", "application/json", `[]`, "malformed-json", "/features/0"},
		{"bad point", "application/json", `{"points":[[125.62,43.55],[1]]}`, "invalid-feature", "/points/1"},
		{"point out of range", "application/json", `{"points":[[125.62,143.55]]}`, "invalid-feature", "/points/0"},
		{"point of text", "application/json", `{"points":["x"]}`, "invalid-feature", "/points/0"},
		{"points and more", "application/json", `{"points":[],"crs":"gcj02"}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.code == "" {
				wantProblem(t, s.locateMany(tt.contentType, tt.body), 400, "invalid-body")
				return
			}
			p := wantProblem(t, s.locateMany(tt.contentType, tt.body), 400, tt.code)
			if len(p.Errors) != 1 || p.Errors[0].Pointer != tt.pointer {
				t.Errorf("errors = %v, want %s", p.Errors, tt.pointer)
			}
		})
	}
	wantProblem(t, s.locateMany("text/csv", "x"), 415, "unsupported-media-type")
	wantProblem(t, s.locateMany("application/x-ndjson", strings.Repeat("x", maxFeature+1)), 413, "too-large")
	wantProblem(t, s.locateMany("application/json", `{"type":"FeatureCollection","features":["`+strings.Repeat("x", 2*maxFeature)+`"]}`), 413, "too-large")
}

// TestLocateStreams sends features one by one over a real connection, reading
// each answer's share before the end of the body: nobody waits for the whole.
func TestLocateStreams(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	in, out := io.Pipe()
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"i":%d}}` + "\n"
	const n = 3000
	half := make(chan struct{})
	go func() {
		for i := range n {
			if i == n/2 {
				<-half
			}
			fmt.Fprintf(out, feature, i)
		}
		out.Close()
	}()
	resp, err := http.Post(server.URL+"/api/v1/locate", "application/x-ndjson", in)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	got := 0
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), fmt.Appendf(nil, `"i":%d,`, got)) {
			t.Fatalf("line %d = %s", got, lines.Bytes())
		}
		if got == 10 {
			close(half) // the first answers are here while half of the features are not sent
		}
		got++
	}
	if lines.Err() != nil || got != n {
		t.Errorf("read %d lines, %v, want %d", got, lines.Err(), n)
	}
}

// TestLocateForSendersThatReadLate sends a whole body before it reads a byte, as
// most clients do: more of the answer waits than connections hold.
func TestLocateForSendersThatReadLate(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"i":"%06d"}}` + "\n"
	const n = 60_000
	size := n * len(fmt.Sprintf(feature, 0))
	fmt.Fprintf(conn, "POST /api/v1/locate HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n", size)
	out := bufio.NewWriter(conn)
	for i := range n {
		fmt.Fprintf(out, feature, i)
	}
	if err := out.Flush(); err != nil {
		t.Fatalf("the server did not take the whole body: %v", err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	got := 0
	for ; lines.Scan(); got++ {
		if !bytes.Contains(lines.Bytes(), fmt.Appendf(nil, `"i":"%06d",`, got)) {
			t.Fatalf("line %d = %s", got, lines.Bytes())
		}
	}
	if lines.Err() != nil || got != n {
		t.Errorf("read %d lines, %v, want %d", got, lines.Err(), n)
	}
	if left := s.api.spooled.bytes.Load(); left != 0 {
		t.Errorf("%d bytes are still spooled, want none", left)
	}
}

// TestLocateStreamAborts checks that an error after the first bytes ends the
// stream with a record that says so, and a cut connection.
func TestLocateStreamAborts(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}`
	for contentType, body := range map[string]string{
		"application/x-ndjson": strings.Repeat(feature+"\n", 1000) + "{}\n",
		"application/geo+json": `{"type":"FeatureCollection","features":[` + strings.Repeat(feature+",\n", 1000) + "{}]}",
	} {
		resp, err := http.Post(server.URL+"/api/v1/locate", contentType, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: the stream ended with %v, want a cut", contentType, err)
		}
		tail := string(text[max(0, len(text)-400):])
		if !strings.Contains(tail, `"type":"urn:gridpatrol:problem:invalid-feature"`) || !strings.Contains(tail, "/features/1000") {
			t.Errorf("%s: the stream ends with %s", contentType, tail)
		}
	}
}

// TestLocateManyIsFlat checks that an answer leaves in small pieces, however long
// it is.
func TestLocateManyIsFlat(t *testing.T) {
	s := newSite(t)
	const feature = `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{}}` + "\n"
	r := httptest.NewRequest("POST", "/api/v1/locate", io.LimitReader(&repeat{text: feature}, int64(len(feature))*20_000))
	r.Header.Set("Content-Type", "application/x-ndjson")
	w := &counter{header: http.Header{}}
	s.api.Handler().ServeHTTP(w, r)
	if w.status != 200 || w.lines != 20_000 || w.largest > 2*spoolMemory {
		t.Errorf("status %d, %d lines, largest write %d bytes", w.status, w.lines, w.largest)
	}
}

// repeat reads the same text for ever.
type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// counter is an answer that nobody keeps.
type counter struct {
	header  http.Header
	status  int
	lines   int
	largest int
}

func (c *counter) Header() http.Header    { return c.header }
func (c *counter) WriteHeader(status int) { c.status = status }
func (c *counter) Write(p []byte) (int, error) {
	c.lines += bytes.Count(p, []byte("\n"))
	c.largest = max(c.largest, len(p))
	return len(p), nil
}
