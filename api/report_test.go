package api

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestCreateReport(t *testing.T) {
	s := newSite(t)
	w := s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"fire_safety","description":"smoke","lon":125.62,"lat":43.55,"accuracy_m":12,"observed_at":"2026-09-01T09:59:00+08:00"}`})
	got := want[reportFeatureJSON](t, w, http.StatusCreated)
	p := got.Properties
	if loc := w.Header().Get("Location"); loc != "http://map.example/api/v1/reports/"+got.ID {
		t.Errorf("Location = %q", loc)
	}
	if p.Status != patrol.Dispatched || p.Revision != 3 || p.Areas[geo.Grid].Code != gridWest || p.Areas[geo.Compound] != nil || len(p.Areas) != 6 {
		t.Errorf("properties = %+v", p)
	}
	if p.FollowSecret != "secret-of-"+got.ID || p.DueAt == nil || !p.DueAt.Equal(testNow.Add(4*3600e9)) {
		t.Errorf("follow_secret, due_at = %q, %v", p.FollowSecret, p.DueAt)
	}
	posts := map[patrol.Post]assignee{}
	for _, a := range p.Assignees {
		posts[a.Post] = a
	}
	if c := posts[patrol.GridChief]; c.Name != "公示人" || c.Phone != publicPhone || c.AreaCode != gridWest || !c.Lead {
		t.Errorf("the chief is %+v, want the name on the notice board", c)
	}
	if d := posts[patrol.GroupDirector]; d.Name != "" || d.Phone != "" || d.AreaKind != geo.VillageGroup || d.AreaCode != "220112001001001" {
		t.Errorf("the director is %+v, want no name", d)
	}
	if got, want := posts[patrol.GridPolice].Post, patrol.GridPolice; got != want || len(posts) != 3 {
		t.Errorf("assignees = %+v", p.Assignees)
	}
	in := s.store.intakes[0]
	if in.Report.Raw != (orb.Point{125.62, 43.55}) || in.Report.RawCRS != "wgs84" || in.Report.AccuracyM != 12 || in.Report.ObservedAt.Hour() != 1 {
		t.Errorf("stored %+v", in.Report)
	}
	if in.KeyHash != nil || in.Actor.Kind != "public" || in.Report.Decision.DutyVersion != 7 {
		t.Errorf("intake = %+v", in)
	}
	if strings.Contains(w.Body.String(), secretPhone) {
		t.Error("the answer holds a phone that is not public")
	}
}

func TestCreateReportForms(t *testing.T) {
	feature := `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55,190]},"properties":{"category":"other","description":"x"}}`
	for name, c := range map[string]call{
		"feature by its type":      {body: feature},
		"feature by content type":  {body: feature, header: map[string]string{"Content-Type": "application/geo+json"}},
		"charset in content type":  {body: `{"category":"other","lon":125.62,"lat":43.55}`, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}},
		"feature with id and bbox": {body: `{"type":"Feature","id":7,"bbox":[1,2,3,4],"geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"category":"other"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			c.method, c.path = "POST", "/api/v1/reports"
			if got := want[reportFeatureJSON](t, s.do(c), 201); got.Properties.Areas[geo.Grid].Code != gridWest {
				t.Errorf("grid = %v", got.Properties.Areas[geo.Grid])
			}
		})
	}
}

func TestCreateReportCRS(t *testing.T) {
	for _, crs := range []geo.CRS{geo.WGS84, geo.CGCS2000, geo.GCJ02, geo.BD09} {
		raw, err := geo.FromWGS84(crs, groupPoint)
		if err != nil {
			t.Fatal(err)
		}
		s := newSite(t)
		want[reportFeatureJSON](t, s.do(call{method: "POST", path: "/api/v1/reports", body: fmt.Sprintf(`{"category":"other","crs":%q,"lon":%v,"lat":%v}`, crs, raw[0], raw[1])}), 201)
		r := s.store.intakes[0].Report
		if r.Point != groupPoint || r.Raw != raw || r.RawCRS != string(crs) {
			t.Errorf("%s: stored %v from %v in %s, want %v from %v", crs, r.Point, r.Raw, r.RawCRS, groupPoint, raw)
		}
	}
}

func TestIdempotency(t *testing.T) {
	s := newSite(t)
	post := func(key, token, body string) *httptest.ResponseRecorder {
		h := map[string]string{"Idempotency-Key": key}
		if token != "" {
			h["Authorization"] = "Bearer " + token
		}
		return s.do(call{method: "POST", path: "/api/v1/reports", body: body, header: h})
	}
	body := `{"category":"other","description":"one","lon":125.62,"lat":43.55}`
	first := want[reportFeatureJSON](t, post("key-1", "", body), 201)
	again := post("key-1", "", `{"lat":43.55, "lon":125.62, "description":"one","category":"other"}`)
	if got := want[reportFeatureJSON](t, again, 201); got.ID != first.ID || got.Properties.FollowSecret != first.Properties.FollowSecret || again.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("again = %+v, want the same report", got)
	}
	wantProblem(t, post("key-1", "", strings.Replace(body, "one", "two", 1)), http.StatusConflict, "idempotency-key-reused")
	other := want[reportFeatureJSON](t, post("key-1", s.token(access.Dispatcher), body), 201)
	if other.ID == first.ID {
		t.Error("another client with the same key got the same report")
	}
	for _, key := range []string{"", strings.Repeat("k", 256), "with space", "汉"} {
		wantProblem(t, post(key, "", body), 400, "invalid-idempotency-key")
	}
	want[reportFeatureJSON](t, post(strings.Repeat("k", 255), "", body), 201)
	if len(s.store.reports) != 3 {
		t.Errorf("%d reports are stored, want 3", len(s.store.reports))
	}
}

func TestStaleWorldIsRoutedAgain(t *testing.T) {
	s := newSite(t)
	s.store.stale = 2
	s.send("other", groupPoint)
	if s.store.fresh != 4 || len(s.store.reports) != 1 {
		t.Errorf("refreshed %d times with %d reports, want 4 with 1", s.store.fresh, len(s.store.reports))
	}
	s.store.stale = attempts
	wantProblem(t, s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":125.62,"lat":43.55}`}), 503, "unavailable")
}

// TestBadReports checks that each bad report is one clear problem, and nothing
// is stored.
func TestBadReports(t *testing.T) {
	deep := strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)
	long := strings.Repeat("长", maxDescription+1)
	tests := []struct {
		name, body string
		status     int
		code       string
		pointers   []string
		detail     string
	}{
		{name: "unknown category", body: `{"category":"ufo","lon":125.62,"lat":43.55}`, status: 422, code: "unknown-category", pointers: []string{"/category"}},
		{name: "outside the district", body: `{"category":"other","lon":126.9,"lat":43.55}`, status: 422, code: "outside-district", pointers: []string{"/lon"}, detail: "126.9"},
		{name: "swapped", body: `{"category":"other","lon":43.55,"lat":125.62}`, status: 422, code: "invalid-values", pointers: []string{"/lat"}},
		{name: "no position", body: `{"category":"other"}`, status: 422, code: "no-position", pointers: []string{"/lon", "/lat"}},
		{name: "lat is missing", body: `{"category":"other","lon":125.62}`, status: 422, code: "invalid-values", pointers: []string{"/lat"}},
		{name: "all at once", body: `{"lon":200,"lat":95,"accuracy_m":-1,"crs":"mars","description":"` + long + `"}`, status: 422, code: "invalid-values", pointers: []string{"/category", "/description", "/accuracy_m", "/crs", "/lon", "/lat"}},
		{name: "huge number", body: `{"category":"other","lon":1e999,"lat":43.55}`, status: 400, code: "invalid-body", pointers: []string{"/lon"}},
		{name: "NaN", body: `{"category":"other","lon":NaN,"lat":43.55}`, status: 400, code: "malformed-json"},
		{name: "text for a number", body: `{"category":"other","lon":"125.62","lat":43.55}`, status: 400, code: "invalid-body", pointers: []string{"/lon"}},
		{name: "unknown member", body: `{"category":"other","lon":125.62,"lat":43.55,"lng":1}`, status: 400, code: "invalid-body", pointers: []string{"/lng"}},
		{name: "member in another case", body: `{"Category":"other","category":"fire_safety","lon":125.62,"lat":43.55}`, status: 400, code: "malformed-json", pointers: []string{"/category"}},
		{name: "only in another case", body: `{"category":"other","LON":125.62,"lat":43.55}`, status: 400, code: "invalid-body", pointers: []string{"/lon", "/LON"}},
		{name: "member twice", body: `{"category":"other","lon":125.62,"lat":43.55,"lat":43.56}`, status: 400, code: "malformed-json", pointers: []string{"/lat"}},
		{name: "too deep", body: `{"category":` + deep + `}`, status: 400, code: "malformed-json"},
		{name: "something after", body: `{"category":"other","lon":125.62,"lat":43.55} {}`, status: 400, code: "malformed-json"},
		{name: "not UTF-8", body: "{\"category\":\"other\",\"description\":\"\xff\",\"lon\":125.62,\"lat\":43.55}", status: 400, code: "malformed-json"},
		{name: "NUL", body: `{"category":"other","description":"a\u0000b","lon":125.62,"lat":43.55}`, status: 400, code: "malformed-json", pointers: []string{"/description"}},
		{name: "an array", body: `[1]`, status: 400, code: "malformed-json"},
		{name: "cut short", body: `{"category":"other"`, status: 400, code: "malformed-json"},
		{name: "description too long", body: `{"category":"other","description":"` + long + `","lon":125.62,"lat":43.55}`, status: 422, code: "invalid-values", pointers: []string{"/description"}},
		{name: "reporter", body: `{"category":"other","lon":125.62,"lat":43.55,"reporter":{"name":"` + strings.Repeat("n", 101) + `","phone":"call me","mail":"x"}}`, status: 400, code: "invalid-body", pointers: []string{"/reporter/name", "/reporter/phone", "/reporter/mail"}},
		{name: "seen tomorrow", body: `{"category":"other","lon":125.62,"lat":43.55,"observed_at":"2026-09-02T10:00:00Z"}`, status: 422, code: "invalid-values", pointers: []string{"/observed_at"}},
		{name: "20 MB", body: `{"category":"other","description":"` + strings.Repeat("x", 20<<20) + `","lon":125.62,"lat":43.55}`, status: 413, code: "too-large"},
		{name: "a line as geometry", body: `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[125.62,43.55]]},"properties":{"category":"other"}}`, status: 400, code: "invalid-body", pointers: []string{"/geometry"}},
		{name: "a feature without properties", body: `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]}}`, status: 422, code: "invalid-values", pointers: []string{"/properties", "/properties/category"}},
		{name: "a feature outside", body: `{"type":"Feature","geometry":{"type":"Point","coordinates":[126.9,43.55]},"properties":{"category":"other"}}`, status: 422, code: "outside-district", pointers: []string{"/geometry/coordinates"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			w := s.do(call{method: "POST", path: "/api/v1/reports", body: tt.body})
			p := wantProblem(t, w, tt.status, tt.code)
			var got []string
			for _, e := range p.Errors {
				got = append(got, e.Pointer)
				if e.Detail == "" {
					t.Errorf("%s has no detail", e.Pointer)
				}
			}
			if strings.Join(got, " ") != strings.Join(tt.pointers, " ") && !sameSet(got, tt.pointers) {
				t.Errorf("pointers = %v, want %v", got, tt.pointers)
			}
			if !strings.Contains(p.Detail, tt.detail) || p.Detail == "" {
				t.Errorf("detail = %q, want %q in it", p.Detail, tt.detail)
			}
			if len(s.store.intakes)+len(s.store.photos) != 0 {
				t.Error("something was stored")
			}
		})
	}
}

func sameSet(a, b []string) bool {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestSwapped checks that a position with lon and lat swapped is told as that:
// here by the range, for no latitude is 125°.
func TestSwapped(t *testing.T) {
	s := newSite(t)
	p := wantProblem(t, s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":43.55,"lat":125.62}`}), 422, "invalid-values")
	if len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Detail, "swapped") {
		t.Errorf("errors = %v, want a word about swapping", p.Errors)
	}
}

func TestBadContentTypes(t *testing.T) {
	s := newSite(t)
	for _, header := range []map[string]string{{"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": ";;"}} {
		wantProblem(t, s.do(call{method: "POST", path: "/api/v1/reports", body: "{}", header: header}), 415, "unsupported-media-type")
	}
	wantProblem(t, s.do(call{method: "POST", path: "/api/v1/reports", body: "{}", header: map[string]string{"Content-Encoding": "gzip"}}), 415, "encoding-refused")
	wantProblem(t, s.do(call{method: "POST", path: "/api/v1/reports", body: "x", header: map[string]string{"Content-Type": "multipart/form-data"}}), 400, "invalid-multipart")
}

// form is a multipart body: parts in order, photos by the fake's text.
func form(t testing.TB, parts ...[2]string) call {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		if p[0] != "photo" && p[0] != "extra" {
			if err := w.WriteField(p[0], p[1]); err != nil {
				t.Fatal(err)
			}
			continue
		}
		part, err := w.CreateFormFile(p[0], "IMG.jpg")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, p[1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return call{method: "POST", path: "/api/v1/reports", body: b.String(), header: map[string]string{"Content-Type": w.FormDataContentType()}}
}

func TestPhotos(t *testing.T) {
	s := newSite(t)
	got := want[reportFeatureJSON](t, s.do(form(t, [2]string{"report", `{"category":"other"}`}, [2]string{"photo", "photo"}, [2]string{"photo", "photo 125.62 43.55"})), 201)
	if got.Properties.Areas[geo.Grid].Code != gridWest || len(got.Properties.Photos) != 2 {
		t.Fatalf("properties = %+v, want the photo's position and two photos", got.Properties)
	}
	href := got.Properties.Photos[1].Href
	wantProblem(t, s.get(href, ""), 404, "not-found")
	wantProblem(t, s.get(href, s.token(access.Consumer)), 404, "not-found")
	wantProblem(t, s.get(href, s.token(access.Dispatcher, id(5))), 404, "not-found")
	wantProblem(t, s.get(href+"?secret=secret-of-"+got.ID, ""), 400, "invalid-parameters")
	for name, header := range map[string]map[string]string{
		"secret":     {"X-Follow-Secret": "secret-of-" + got.ID},
		"dispatcher": {"Authorization": "Bearer " + s.token(access.Dispatcher)},
	} {
		w := s.do(call{method: "GET", path: href, header: header})
		if w.Code != 200 || w.Header().Get("Content-Type") != "image/jpeg" || w.Body.String() != "jpegphoto 125.62 43.55" {
			t.Errorf("%s: photo = %d %s", name, w.Code, w.Body)
		}
	}
	given := want[reportFeatureJSON](t, s.do(form(t, [2]string{"report", `{"category":"other","lon":125.69,"lat":43.59}`}, [2]string{"photo", "photo 125.62 43.55"})), 201)
	if given.Properties.Areas[geo.Grid].Code != gridEast {
		t.Error("the photo's position beat the one that was given")
	}
}

func TestBadForms(t *testing.T) {
	report := [2]string{"report", `{"category":"other"}`}
	placed := [2]string{"report", `{"category":"other","lon":125.62,"lat":43.55}`}
	photo := [2]string{"photo", "photo"}
	for _, tt := range []struct {
		name   string
		parts  [][2]string
		status int
		code   string
	}{
		{"no position anywhere", [][2]string{report, photo}, 422, "no-position"},
		{"a JPEG that is none", [][2]string{placed, {"photo", "GIF"}}, 422, "photo-damaged"},
		{"photo outside", [][2]string{report, {"photo", "photo 10 10"}}, 422, "outside-district"},
		{"no report part", [][2]string{photo}, 400, "invalid-body"},
		{"unknown part", [][2]string{placed, {"extra", "x"}}, 400, "invalid-body"},
		{"seven photos", [][2]string{placed, photo, photo, photo, photo, photo, photo, photo}, 422, "invalid-values"},
		{"broken report part", [][2]string{{"report", `{`}, photo}, 400, "malformed-json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			wantProblem(t, s.do(form(t, tt.parts...)), tt.status, tt.code)
			if len(s.store.intakes)+len(s.store.photos)+len(s.store.staged) != 0 {
				t.Errorf("%d reports were stored, and photos: %d kept, %d waiting", len(s.store.intakes), len(s.store.photos), len(s.store.staged))
			}
		})
	}
}

func TestFollow(t *testing.T) {
	s := newSite(t)
	sent := s.send("neighbour_dispute", groupPoint)
	path := "/api/v1/reports/" + sent.ID
	dispatcher := s.token(access.Dispatcher)
	act := func(body string) {
		want[reportFeatureJSON](t, s.do(call{method: "POST", path: path + "/events", body: body, header: map[string]string{"Authorization": "Bearer " + dispatcher}}), 200)
	}
	act(`{"type":"comment","note":"among us"}`)
	act(`{"type":"accept","lon":125.62,"lat":43.55}`)
	act(`{"type":"handle","note":"done"}`)

	wantProblem(t, s.get(path, ""), 404, "not-found")
	wantProblem(t, s.get(path+"?secret="+sent.Properties.FollowSecret, ""), 400, "invalid-parameters")
	wantProblem(t, s.do(call{method: "GET", path: path, header: map[string]string{"X-Follow-Secret": "wrong"}}), 404, "not-found")
	for name, header := range map[string]map[string]string{
		"public":          {"X-Follow-Secret": sent.Properties.FollowSecret},
		"with an account": {"X-Follow-Secret": sent.Properties.FollowSecret, "Authorization": "Bearer " + dispatcher},
	} {
		w := s.do(call{method: "GET", path: path, header: header})
		got := want[reportFeatureJSON](t, w, 200)
		if got.Properties.Status != patrol.Handled || got.Properties.Description != "private words" || len(got.Properties.History) != 3 || got.Properties.Routing == nil {
			t.Errorf("%s: %s", name, w.Body)
		}
		for _, private := range []string{"among us", secretPhone, "不公开", "13912345678", "报告人", "follow_secret", "seat_id", "person_id", "gp_"} {
			if strings.Contains(w.Body.String(), private) {
				t.Errorf("%s: the answer holds %q: %s", name, private, w.Body)
			}
		}
		if !strings.Contains(w.Body.String(), `"done"`) {
			t.Errorf("%s: the answer lacks the note meant for the reporter", name)
		}
	}
}

func TestReadReport(t *testing.T) {
	s := newSite(t)
	sent := s.send("fire_safety", groupPoint)
	path := "/api/v1/reports/" + sent.ID
	w := s.get(path, s.token(access.Dispatcher))
	got := want[reportFeatureJSON](t, w, 200)
	r := got.Properties.Routing
	if r == nil || r.Rule != "group-and-grid" || r.DutyVersion != 7 || len(r.Assignments) < 3 || r.Assignments[1].Name != "不公开警" {
		t.Errorf("routing = %+v", r)
	}
	if len(got.Properties.History) != 1 || w.Header().Get("ETag") != `"v1"` || got.Geometry.Coordinates != [2]float64(groupPoint) {
		t.Errorf("report = %s", w.Body)
	}
	if len(s.store.reads) != 1 || s.store.reads[0] != "dispatcher report "+sent.ID {
		t.Errorf("audited %v, want the names that were read", s.store.reads)
	}
	if strings.Contains(w.Body.String(), "13912345678") || strings.Contains(w.Body.String(), "报告人") {
		t.Error("the answer holds the reporter")
	}
	// A consumer gets what the public collection has.
	w = s.get(path, s.token(access.Consumer))
	got = want[reportFeatureJSON](t, w, 200)
	if got.Geometry.Coordinates == [2]float64(groupPoint) || got.Properties.Description != "" || got.Properties.History != nil || len(got.Properties.Assignees) != 0 {
		t.Errorf("a consumer reads %s", w.Body)
	}
	wantProblem(t, s.get(path, s.token(access.Officer, id(5))), 404, "not-found")
	want[reportFeatureJSON](t, s.get(path, s.token(access.Officer, id(4))), 200)
	wantProblem(t, s.get("/api/v1/reports/not-an-id", s.token(access.Admin)), 404, "not-found")
}

func TestActOnReport(t *testing.T) {
	s := newSite(t)
	path := "/api/v1/reports/" + s.send("fire_safety", groupPoint).ID + "/events"
	dispatcher := s.token(access.Dispatcher)
	act := func(token, body string, header ...string) *httptest.ResponseRecorder {
		h := map[string]string{"Authorization": "Bearer " + token}
		if len(header) == 2 {
			h[header[0]] = header[1]
		}
		return s.do(call{method: "POST", path: path, body: body, header: h})
	}
	p := wantProblem(t, act(dispatcher, `{"type":"close"}`), 409, "state-conflict")
	if len(p.Allow) == 0 || p.Allow[0] == "" {
		t.Errorf("allow = %v, want what the state takes", p.Allow)
	}
	wantProblem(t, act(dispatcher, `{"type":"explode"}`), 422, "event-unsupported")
	wantProblem(t, act(dispatcher, `{"type":"reject"}`), 422, "note-missing")
	wantProblem(t, act(dispatcher, `{"typ":"reject"}`), 400, "invalid-body")
	wantProblem(t, act(dispatcher, `{"type":"accept"}`, "If-Match", `"v9"`), 412, "version-conflict")
	// The chief of the east sees the west, by way of an account, but does not answer for it.
	east := s.session(access.Account{ID: id(801), Login: "east", Role: access.Officer, Person: id(104), AreaIDs: []geo.ID{id(4)}})
	wantProblem(t, s.do(call{method: "POST", path: path, body: `{"type":"accept"}`, header: east}), 403, "not-responsible")
	wantProblem(t, act(s.token(access.Officer, id(5)), `{"type":"accept"}`), 404, "not-found")
	wantProblem(t, act(s.token(access.Planner), `{"type":"accept"}`), 403, "forbidden")
	w := act(dispatcher, `{"type":"accept","note":"on my way"}`, "If-Match", `"v1"`)
	if got := want[reportFeatureJSON](t, w, 200); got.Properties.Status != patrol.Accepted || w.Header().Get("ETag") != `"v2"` {
		t.Errorf("after accept: %+v", got.Properties)
	}
	if len(s.store.actions) != 1 || s.store.actions[0].Actor.Name != "dispatcher" {
		t.Errorf("actions = %+v", s.store.actions)
	}
}

func TestListReports(t *testing.T) {
	s := newSite(t)
	for range 5 {
		s.send("fire_safety", groupPoint)
	}
	s.send("fire_safety", townPoint)
	type list struct {
		Features []reportFeatureJSON
		Links    []link
	}
	wantProblem(t, s.get("/api/v1/reports", ""), 401, "sign-in-required")
	west := s.token(access.Officer, id(4))
	seen := map[string]bool{}
	pages := 0
	for next := "/api/v1/reports?limit=2&status=dispatched"; next != ""; pages++ {
		page := want[list](t, s.get(next, west), 200)
		next = ""
		for _, l := range page.Links {
			if l.Rel == "next" {
				if !strings.HasPrefix(l.Href, "http://map.example/api/v1/reports?") || !strings.Contains(l.Href, "status=dispatched") {
					t.Errorf("next = %s", l.Href)
				}
				next = strings.TrimPrefix(l.Href, "http://map.example")
			}
		}
		for _, f := range page.Features {
			if seen[f.ID] {
				t.Errorf("%s came twice", f.ID)
			}
			seen[f.ID] = true
		}
	}
	if len(seen) != 5 || pages != 3 {
		t.Errorf("saw %d reports on %d pages, want the 5 of the west on 3", len(seen), pages)
	}
	consumer := s.get("/api/v1/reports", s.token(access.Consumer))
	want[list](t, consumer, 200)
	if f := s.store.filters[len(s.store.filters)-1]; !f.OnlyPublic || strings.Contains(consumer.Body.String(), "private words") {
		t.Errorf("a consumer's filter = %+v: %s", f, consumer.Body)
	}
	s.get("/api/v1/reports?bbox=125.6,43.5,125.7,43.6&category=fire_safety,other&area=grid:"+gridWest+"&from=2026-01-01T00:00:00+08:00&overdue=true&assignee="+chiefWest.String(), west)
	f := s.store.filters[len(s.store.filters)-1]
	if f.Bound == nil || len(f.Category) != 2 || *f.Area != id(4) || f.From.Hour() != 16 || !f.Overdue || *f.Assignee != chiefWest {
		t.Errorf("filter = %+v", f)
	}
	p := wantProblem(t, s.get("/api/v1/reports?bbox=1,2&status=x&category=y&area=grid:9&from=now&limit=10001&cursor=AA&overdue=maybe&assignee=nobody&stauts=1", west), 400, "invalid-parameters")
	if len(p.Errors) != 10 {
		t.Errorf("%d parameters are bad, want 10: %+v", len(p.Errors), p.Errors)
	}
}

// TestBoxesDoNotGiveAPlaceAway asks, as somebody who is shown moved points, for
// ever smaller boxes: round the true place there is nothing, round the shown
// one the report.
func TestBoxesDoNotGiveAPlaceAway(t *testing.T) {
	s := newSite(t)
	sent := s.send("lonely_elder", groupPoint)
	token := s.token(access.Consumer)
	in := func(p orb.Point) int {
		const d = 1e-5
		box := fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,%.7f", p[0]-d, p[1]-d, p[0]+d, p[1]+d)
		return len(want[collection[reportProperties]](t, s.get("/api/v1/reports"+box, token), 200).Features)
	}
	if n := in(groupPoint); n != 0 {
		t.Errorf("a box of a metre round the true place gives %d reports, want none", n)
	}
	if n := in(patrol.CoarsePoint(groupPoint)); n != 1 {
		t.Errorf("a box round the shown place of %s gives %d reports, want it", sent.ID, n)
	}
	const d = 1e-5
	box := fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,%.7f", groupPoint[0]-d, groupPoint[1]-d, groupPoint[0]+d, groupPoint[1]+d)
	if got := want[collection[reportProperties]](t, s.get("/api/v1/reports"+box, s.token(access.Dispatcher)), 200); len(got.Features) != 1 {
		t.Errorf("a dispatcher finds %d reports at the true place, want 1", len(got.Features))
	}
}
