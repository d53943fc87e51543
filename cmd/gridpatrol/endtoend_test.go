package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// reportAnswer is what these tests read of a report.
type reportAnswer struct {
	ID         string
	Properties struct {
		Status       string
		Category     string
		Description  string
		Revision     int
		DueAt        time.Time `json:"due_at"`
		FollowSecret string    `json:"follow_secret"`
		Areas        map[string]*geo.Name
		Assignees    []struct {
			Post     string
			AreaKind string `json:"area_kind"`
			AreaCode string `json:"area_code"`
			Name     string
		}
		History []struct{ Type, To string }
		Routing *struct {
			Rule     string
			Revision int
		}
		Photos []struct{ Href string }
	}
	Geometry struct{ Coordinates []float64 }
}

func (a answer) report(t *testing.T) (r reportAnswer) {
	t.Helper()
	if err := json.Unmarshal(a.body, &r); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return r
}

// do sends a request; header holds names and values in turn.
func (s *serving) do(t *testing.T, method, path, body string, header ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, text}
}

func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// place gives a point inside an area, as the JSON members lon and lat.
func (s *serving) place(t *testing.T, kind geo.Kind, class string) (area *geo.Area, members string) {
	t.Helper()
	for _, a := range s.boundaries.Current().Index.Areas(kind) {
		p, ok := geo.PointOnSurface(a.Shape)
		if !ok || class != "" && a.Class != class {
			continue
		}
		return a, fmt.Sprintf(`"lon":%v,"lat":%v`, p[0], p[1])
	}
	t.Fatalf("no %s %s", class, kind)
	return nil, ""
}

// TestAReportEndToEnd walks a report from the villager to the closed case on
// the real database: who gets it, who sees it, what each may do, and that the
// decision on record comes out the same again.
func TestAReportEndToEnd(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	group, at := s.place(t, geo.VillageGroup, "")
	sent := s.do(t, "POST", "/api/v1/reports", `{"category":"fire_safety","description":"秸秆焚烧",`+at+`,
		"reporter":{"name":"canary-name","phone":"12077777777"}}`)
	if sent.status != http.StatusCreated {
		t.Fatalf("POST report = %d %s", sent.status, sent.body)
	}
	r := sent.report(t)
	var posts []string
	for _, a := range r.Properties.Assignees {
		posts = append(posts, a.Post)
		if a.AreaKind == "village_group" && a.AreaCode != group.Code {
			t.Errorf("%s of group %s, want %s", a.Post, a.AreaCode, group.Code)
		}
	}
	if got, want := strings.Join(posts, " "), "grid_chief grid_police group_director group_security"; got != want {
		t.Errorf("assignees in the country = %s, want %s", got, want)
	}
	if r.Properties.Status != "dispatched" || !r.Properties.DueAt.After(time.Now()) || r.Properties.Revision != 1 {
		t.Errorf("the new report = %+v", r.Properties)
	}
	_, at = s.place(t, geo.Grid, "urban")
	town := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`}`).report(t)
	if n := len(town.Properties.Assignees); n != 2 {
		t.Errorf("%d assignees in the town, want 2", n)
	}

	path := "/api/v1/reports/" + r.ID
	grid, _ := s.boundaries.Current().Index.Area(geo.Grid, r.Properties.Areas["grid"].Code)
	elsewhere, _ := s.boundaries.Current().Index.Area(geo.Grid, town.Properties.Areas["grid"].Code)
	officer := makeToken(t, s.store, access.Officer, grid.ID)
	stranger := makeToken(t, s.store, access.Officer, elsewhere.ID)
	dispatcher := makeToken(t, s.store, access.Dispatcher)
	consumer := makeToken(t, s.store, access.Consumer)

	for name, c := range map[string]struct {
		header []string
		status int
	}{
		"public":                 {nil, 404},
		"own secret":             {[]string{"X-Follow-Secret", r.Properties.FollowSecret}, 200},
		"another report's":       {[]string{"X-Follow-Secret", town.Properties.FollowSecret}, 404},
		"officer of the grid":    {bearer(officer), 200},
		"officer of another one": {bearer(stranger), 404},
		"dispatcher":             {bearer(dispatcher), 200},
		"broken token":           {bearer("gp_broken"), 401},
	} {
		if got := s.do(t, "GET", path, "", c.header...); got.status != c.status {
			t.Errorf("%s reads the report = %d, want %d", name, got.status, c.status)
		} else if strings.Contains(string(got.body), "canary-name") || strings.Contains(string(got.body), "12077777777") {
			t.Errorf("%s is shown who reported", name)
		}
	}
	if got := s.do(t, "GET", path, "", bearer(consumer)...); strings.Contains(string(got.body), "秸秆") {
		t.Errorf("a consumer reads a description: %s", got.body)
	}
	if list := s.do(t, "GET", "/api/v1/reports", "", bearer(stranger)...); strings.Contains(string(list.body), r.ID) {
		t.Error("an officer's list has another grid's report")
	}

	act := func(token, body string, want int) answer {
		t.Helper()
		got := s.do(t, "POST", path+"/events", body, bearer(token)...)
		if got.status != want {
			t.Errorf("%s = %d %s, want %d", body, got.status, got.body, want)
		}
		return got
	}
	act(stranger, `{"type":"accept"}`, 404)
	act(consumer, `{"type":"accept"}`, 403)
	refused := act(officer, `{"type":"close"}`, 409)
	if !strings.Contains(string(refused.body), `"accept"`) {
		t.Errorf("the conflict does not name what the state allows: %s", refused.body)
	}
	act(officer, `{"type":"accept"}`, 200)
	act(officer, `{"type":"comment","note":"在路上"}`, 200)
	act(officer, `{"type":"handle","note":"已扑灭"}`, 200)
	act(officer, `{"type":"close"}`, 403) // the checker is not the handler
	act(dispatcher, `{"type":"close"}`, 200)
	whole := s.do(t, "GET", path, "", bearer(officer)...).report(t)
	var events []string
	for _, h := range whole.Properties.History {
		events = append(events, h.Type)
	}
	if got, want := strings.Join(events, " "), "create accept comment handle close"; got != want || whole.Properties.Status != "closed" {
		t.Errorf("history = %s, status %s; want %s, closed", got, whole.Properties.Status, want)
	}
	if whole.Properties.Routing == nil || whole.Properties.Routing.Rule != "group-and-grid" || whole.Properties.Routing.Revision != 1 {
		t.Errorf("routing = %+v", whole.Properties.Routing)
	}
	checked, faults, err := s.store.VerifyDecisions(context.Background(), s.boundaries, s.duties, nil)
	if err != nil || checked != 2 || len(faults) > 0 {
		t.Errorf("VerifyDecisions = %d, %v, %v; want 2 and no fault", checked, faults, err)
	}
}

// TestAPhotoEndToEnd sends a HEIC whose position serves for the report, gets
// it back as an upright JPEG without metadata, and repeats the whole request.
func TestAPhotoEndToEnd(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	picture, err := os.ReadFile("../../internal/photo/testdata/quarters.heic")
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormField("report")
	fmt.Fprint(part, `{"category":"garbage_environment"}`)
	part, _ = form.CreateFormFile("photo", "IMG_0001.HEIC")
	part.Write(picture)
	form.Close()
	send := func() answer {
		return s.do(t, "POST", "/api/v1/reports", body.String(), "Content-Type", form.FormDataContentType(), "Idempotency-Key", "one-photo")
	}
	first, second := send(), send()
	if first.status != 201 || second.status != 201 {
		t.Fatalf("POST with a photo = %d %s, again %d", first.status, first.body, second.status)
	}
	r, again := first.report(t), second.report(t)
	if again.ID != r.ID || again.Properties.FollowSecret != r.Properties.FollowSecret {
		t.Errorf("the same request with the same key = report %s, want %s", again.ID, r.ID)
	}
	if c := r.Geometry.Coordinates; len(c) != 2 || c[0] != 125.66 || c[1] != 43.52 {
		t.Errorf("the report lies at %v, want the photo's 125.66 43.52", c)
	}
	path := "/api/v1/reports/" + r.ID + "/photos/1"
	if got := s.do(t, "GET", path, ""); got.status != 404 {
		t.Errorf("the public reads a photo = %d, want 404", got.status)
	}
	stored := s.do(t, "GET", path, "", "X-Follow-Secret", r.Properties.FollowSecret)
	if _, err := jpeg.Decode(bytes.NewReader(stored.body)); err != nil || stored.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the stored photo: %d %s, %v", stored.status, stored.header.Get("Content-Type"), err)
	}
	if bytes.Contains(stored.body, []byte("Exif")) {
		t.Error("the stored photo still has metadata")
	}
}

// TestBadInputStoresNothing sends what must be refused: one problem each, and
// the database as it was.
func TestBadInputStoresNothing(t *testing.T) {
	url := districtDatabase(t)
	s := serveTest(t, url)
	_, at := s.place(t, geo.Grid, "urban")
	if got := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`}`, "Idempotency-Key", "taken"); got.status != 201 {
		t.Fatalf("POST = %d %s", got.status, got.body)
	}
	tables := []string{"reports", "decisions", "assignments", "report_events", "report_photos", "reporter_contacts", "idempotency", "outbox"}
	census := func() (counts []int) {
		for _, table := range tables {
			counts = append(counts, count(t, url, "SELECT count(*) FROM gridpatrol."+table))
		}
		return counts
	}
	before := fmt.Sprint(census())
	const boundary = "multipart/form-data; boundary=x"
	form := func(parts ...string) string { return "--x\r\n" + strings.Join(parts, "\r\n--x\r\n") + "\r\n--x--\r\n" }
	field := func(body string) string { return "Content-Disposition: form-data; name=\"report\"\r\n\r\n" + body }
	photo := func(body string) string {
		return "Content-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" + body
	}
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		kind   string
	}{
		"unknown category":      {`{"category":"ufo",` + at + `}`, nil, 422, "unknown-category"},
		"outside the district":  {`{"category":"infrastructure","lon":121.47,"lat":31.23}`, nil, 422, "outside-district"},
		"no position":           {`{"category":"infrastructure"}`, nil, 422, "no-position"},
		"20 MB of JSON":         {`{"category":"infrastructure",` + at + `,"description":"` + strings.Repeat("x", 20<<20) + `"}`, nil, 413, "too-large"},
		"a JPEG that is none":   {form(field(`{"category":"infrastructure",`+at+`}`), photo("\xff\xd8\xff\xe0 not a picture")), []string{"Content-Type", boundary}, 422, ""},
		"another body, one key": {`{"category":"fire_safety",` + at + `}`, []string{"Idempotency-Key", "taken"}, 409, "idempotency-key-reused"},
		"a broken token":        {`{"category":"infrastructure",` + at + `}`, bearer("gp_00_00"), 401, ""},
		"no JSON":               {`{"category":`, nil, 400, "malformed-json"},
		"an unknown member":     {`{"category":"infrastructure",` + at + `,"colour":"red"}`, nil, 400, "invalid-body"},
		"not UTF-8":             {"{\"category\":\"infrastructure\"," + at + ",\"description\":\"\xff\"}", nil, 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.do(t, "POST", "/api/v1/reports", c.body, c.header...)
			var problem struct {
				Type, Title, Detail string
				Status              int
			}
			if err := json.Unmarshal(got.body, &problem); err != nil {
				t.Fatalf("%d %s: %v", got.status, got.body, err)
			}
			if got.status != c.status || problem.Status != c.status || !strings.HasSuffix(problem.Type, c.kind) ||
				problem.Title == "" || got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("= %d %s %s, want %d %s", got.status, got.header.Get("Content-Type"), got.body, c.status, c.kind)
			}
		})
	}
	if after := fmt.Sprint(census()); after != before {
		t.Errorf("rows of %v: %s, want %s as before", tables, after, before)
	}
}

// TestSignInEndToEnd signs an officer in, whose scope comes from the post held.
func TestSignInEndToEnd(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	grid, at := s.place(t, geo.Grid, "urban")
	roster := s.duties.Current().Roster
	chief, _, ok := roster.Holder(roster.Seats(patrol.GridChief, grid.ID)[0].ID, time.Now())
	if !ok {
		t.Fatalf("grid %s has no chief", grid.Code)
	}
	r := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`}`).report(t)
	hash, err := access.HashPassword("a long password", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.CreateAccount(context.Background(), access.Account{
		ID: uuid.Must(uuid.NewV7()), Login: "chief", Name: "chief", Role: access.Officer, Person: chief.ID, PasswordHash: hash, CreatedAt: time.Now(),
	}, system); err != nil {
		t.Fatal(err)
	}
	if got := s.do(t, "POST", "/api/v1/session", `{"login":"chief","password":"wrong password"}`); got.status != 401 {
		t.Errorf("a wrong password = %d, want 401", got.status)
	}
	in := s.do(t, "POST", "/api/v1/session", `{"login":"chief","password":"a long password"}`)
	cookie, _, _ := strings.Cut(in.header.Get("Set-Cookie"), ";")
	if in.status/100 != 2 || cookie == "" {
		t.Fatalf("sign in = %d %s", in.status, in.body)
	}
	mine := s.do(t, "GET", "/api/v1/reports?assignee=me", "", "Cookie", cookie)
	if !strings.Contains(string(mine.body), r.ID) {
		t.Errorf("the chief's reports = %d %s, want %s among them", mine.status, mine.body, r.ID)
	}
	if got := s.do(t, "POST", "/api/v1/reports/"+r.ID+"/events", `{"type":"accept"}`, "Cookie", cookie, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); got.status != 403 {
		t.Errorf("another site's request with the cookie = %d, want 403", got.status)
	}
	if got := s.do(t, "POST", "/api/v1/reports/"+r.ID+"/events", `{"type":"accept"}`, "Cookie", cookie); got.status != 200 {
		t.Errorf("the chief accepts = %d %s", got.status, got.body)
	}
	if got := s.do(t, "DELETE", "/api/v1/session", "", "Cookie", cookie); got.status/100 != 2 {
		t.Errorf("sign out = %d", got.status)
	}
	if got := s.do(t, "GET", "/api/v1/session", "", "Cookie", cookie); got.status != 401 {
		t.Errorf("the cookie after sign-out = %d, want 401", got.status)
	}
}

// TestAnEmptyDatabaseIsReady serves a district without boundaries.
func TestAnEmptyDatabaseIsReady(t *testing.T) {
	url := pgtest.URL(t)
	durable(t, url)
	s := serveTest(t, url)
	for path, want := range map[string]int{
		"/healthz": 200, "/readyz": 200, "/api/v1/locate?lon=125.66&lat=43.52": 200, "/api/v1/areas/grid": 200,
		"/tiles/grids/12/3477/1493.mvt": 204, "/ogc/collections/grids/items": 200, "/": 200, "/metrics": 200,
	} {
		if got := s.do(t, "GET", path, ""); got.status != want {
			t.Errorf("GET %s of an empty district = %d %.200s, want %d", path, got.status, got.body, want)
		}
	}
	if got := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure","lon":125.66,"lat":43.52}`); got.status != 422 {
		t.Errorf("a report to an empty district = %d %s, want 422", got.status, got.body)
	}
}

// durable turns on what test clusters are without and a ready server insists on.
func durable(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `DO $$ BEGIN
		EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
}
