package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// patrolJSON is what these tests read of a patrol.
type patrolJSON struct {
	ID   string
	Area struct{ Kind, Code string }
	Team []struct{ Person, Name string }

	State         string
	Paused        bool
	StartedAt     *time.Time `json:"started_at"`
	StartedSeenAt *time.Time `json:"started_seen_at"`
	EndedAt       *time.Time `json:"ended_at"`
	Pauses        [][2]*time.Time
	Checkpoints   []struct{ ID, Name string }
	Reports       []string
	Note          string
	Version       int
	Allow         []string
}

// faultJSON is what these tests read of an error.
type faultJSON struct {
	Type   string
	Allow  []string
	Errors []struct{ Pointer string }
}

// officer is a desk at which somebody of the roster has signed in.
func (w *scopeWorld) officer(t *testing.T, name string, person geo.ID) *desk {
	t.Helper()
	c := &caller{account: w.account(w.store, name, access.Officer, person).ID}
	w.signIn(c)
	return &desk{t, w.serving, c.header}
}

// TestPatrolOverHTTP plans a patrol, walks it with reports on the way, and meets
// every refusal on it, with what it names.
func TestPatrolOverHTTP(t *testing.T) {
	w := newScopeWorld(t)
	dispatcher := &desk{t, w.serving, bearer(w.token(w.store, access.Token{Role: access.Dispatcher}).text)}
	reader := &desk{t, w.serving, bearer(w.token(w.store, access.Token{Role: access.Planner}).text)}
	officer, neighbour := w.officer(t, "walker", w.here.chief), w.officer(t, "neighbour", w.there.chief)
	here, _ := w.checkpointOf(w.serving, w.here, false), w.checkpointOf(w.serving, w.there, false)
	now := time.Now().UTC().Truncate(time.Second)
	plan := func(more string) string {
		return fmt.Sprintf(`{"area":"grid:%s","planned_start":%q,"planned_end":%q%s}`, w.here.grid.Code, now.Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339), more)
	}
	team := fmt.Sprintf(`,"team":[%q]`, w.here.chief)

	// Once for its key, by name and with what is due in its area.
	key := []string{"Idempotency-Key", "plan-0123456789abcdef"}
	p, got := ask[patrolJSON](dispatcher, 201, "POST", "/api/v1/patrols", plan(team), key...)
	if got.header.Get("ETag") != `"v1"` || !strings.HasSuffix(got.header.Get("Location"), "/api/v1/patrols/"+p.ID) {
		t.Errorf("headers %v", got.header)
	}
	if p.State != "ready" || p.Area.Code != w.here.grid.Code || len(p.Team) != 1 || p.Team[0].Name != "格长here" ||
		len(p.Checkpoints) != 1 || p.Checkpoints[0].ID != here || !slices.Equal(p.Allow, []string{"start", "cancel", "edit"}) {
		t.Errorf("planned %s", got.body)
	}
	again, got := ask[patrolJSON](dispatcher, 201, "POST", "/api/v1/patrols", plan(team), key...)
	if again.ID != p.ID || got.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again it is %s", again.ID)
	}
	ask[faultJSON](dispatcher, 409, "POST", "/api/v1/patrols", plan(""), key...)
	path := "/api/v1/patrols/" + p.ID

	// What cannot be, each with its place.
	for body, pointer := range map[string]string{
		plan(`,"team":["01900000-0000-7000-8000-000000000001"]`):                                                                        "/team/0",
		plan(fmt.Sprintf(`,"team":[%q,%q]`, w.here.chief, w.here.chief)):                                                                "/team/1",
		plan(`,"checkpoints":["01900000-0000-7000-8000-000000000001"]`):                                                                 "/checkpoints/0",
		fmt.Sprintf(`{"area":"grid:%s","planned_start":"2026-09-01T02:00:00Z","planned_end":"2026-09-01T01:00:00Z"}`, w.here.grid.Code): "/planned_end",
		`{"area":"grid:000","planned_start":"2026-09-01T00:00:00Z","planned_end":"2026-09-01T01:00:00Z"}`:                               "/area",
		fmt.Sprintf(`{"area":{"kind":"grid","code":%q},"planned_start":"2026-09-01T00:00:00Z"}`, w.here.grid.Code):                      "/planned_end",
		plan(`,"team":["a","b","c","d","e","f"]`):                                                                                       "/team",
	} {
		if bad, got := ask[faultJSON](dispatcher, 422, "POST", "/api/v1/patrols", body); len(bad.Errors) == 0 || bad.Errors[0].Pointer != pointer {
			t.Errorf("%s = %s, want a fault at %s", body, got.body, pointer)
		}
	}
	ask[faultJSON](neighbour, 403, "POST", "/api/v1/patrols", plan(""))
	ask[faultJSON](neighbour, 422, "POST", "/api/v1/patrols", strings.Replace(plan(team), w.here.grid.Code, w.there.grid.Code, 1)) // whom the roster does not show

	// If-Match, and who may walk.
	changed, got := ask[patrolJSON](dispatcher, 200, "PATCH", path, `{"note":"also the bridge","checkpoints":[]}`, "If-Match", `"v1"`)
	if changed.Version != 2 || got.header.Get("ETag") != `"v2"` || changed.Note != "also the bridge" || len(changed.Checkpoints) != 0 || len(changed.Team) != 1 {
		t.Errorf("changed %s", got.body)
	}
	ask[faultJSON](dispatcher, 412, "PATCH", path, `{"note":"too late"}`, "If-Match", `"v1"`)
	ask[faultJSON](reader, 403, "POST", path+"/start", "")
	ask[faultJSON](neighbour, 404, "POST", path+"/start", "")
	report := `{"category":"infrastructure","lon":125.62,"lat":43.55,"patrol":"` + p.ID + `"}`
	bad, _ := ask[faultJSON](officer, 422, "POST", "/api/v1/reports", report) // it has not begun
	if len(bad.Errors) != 1 || bad.Errors[0].Pointer != "/patrol" {
		t.Errorf("a report before the start %+v", bad)
	}
	refused, _ := ask[faultJSON](officer, 409, "POST", path+"/pause", "")
	if !slices.Equal(refused.Allow, []string{"start", "cancel", "edit"}) {
		t.Errorf("a pause before the start allows %v", refused.Allow)
	}
	ask[faultJSON](officer, 422, "POST", path+"/start", fmt.Sprintf(`{"at":%q}`, now.Add(11*time.Minute).Format(time.RFC3339)))
	ask[faultJSON](officer, 400, "POST", path+"/start", `{"at":"0001-01-01T00:00:00Z"}`) // which would be now

	// Without signal at first: both times are kept. Again it is the same.
	began := now.Add(-5 * time.Minute)
	start := fmt.Sprintf(`{"at":%q,"lon":125.62,"lat":43.55}`, began.Format(time.RFC3339))
	p, _ = ask[patrolJSON](officer, 200, "POST", path+"/start", start, "Idempotency-Key", "start-0123456789abcdef")
	if p.State != "active" || !p.StartedAt.Equal(began) || p.StartedSeenAt.Before(now) || p.Version != 3 || !slices.Equal(p.Allow, []string{"pause", "end", "cancel"}[:2]) {
		t.Errorf("started %+v", p)
	}
	for _, header := range [][]string{{"Idempotency-Key", "start-0123456789abcdef"}, nil} {
		if p, got := ask[patrolJSON](officer, 200, "POST", path+"/start", start, header...); p.Version != 3 || got.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("started again: version %d", p.Version)
		}
	}
	ask[faultJSON](officer, 409, "POST", path+"/start", `{}`, "Idempotency-Key", "start-0123456789abcdef")
	ask[faultJSON](dispatcher, 409, "POST", path+"/cancel", `{"note":"rain"}`)
	if p, _ = ask[patrolJSON](officer, 200, "POST", path+"/pause", ""); !p.Paused || len(p.Pauses) != 1 || p.Pauses[0][1] != nil {
		t.Errorf("paused %+v", p)
	}
	ask[patrolJSON](officer, 200, "POST", path+"/resume", "")

	// Reports on the way, in every form; of others, and of nobody, none.
	feature := fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{"category":"infrastructure","patrol":%q}}`, p.ID)
	form := "--B\r\nContent-Disposition: form-data; name=\"report\"\r\n\r\n" + report + "\r\n--B--\r\n"
	var made []string
	for _, sent := range []struct{ mediaType, body string }{{"application/json", report}, {"application/geo+json", feature}, {"multipart/form-data; boundary=B", form}} {
		r, _ := ask[struct{ ID string }](officer, 201, "POST", "/api/v1/reports", sent.body, "Content-Type", sent.mediaType)
		made = append(made, r.ID)
	}
	for name, d := range map[string]*desk{"a neighbour": neighbour, "a dispatcher": dispatcher, "nobody": {t, w.serving, nil}} {
		if bad, _ := ask[faultJSON](d, 422, "POST", "/api/v1/reports", report); len(bad.Errors) != 1 || bad.Errors[0].Pointer != "/patrol" {
			t.Errorf("a report of %s = %+v", name, bad)
		}
	}
	if bad, _ := ask[faultJSON](neighbour, 422, "POST", "/api/v1/reports", feature); len(bad.Errors) != 1 || bad.Errors[0].Pointer != "/properties/patrol" {
		t.Errorf("a feature of a neighbour = %+v", bad)
	}
	p, _ = ask[patrolJSON](officer, 200, "POST", path+"/end", `{"note":"quiet"}`)
	if p.State != "done" || p.EndedAt == nil || !slices.Equal(p.Reports, made) || len(p.Allow) != 0 {
		t.Errorf("ended %+v, want the reports %v", p, made)
	}
	if again, _ := ask[patrolJSON](officer, 200, "POST", path+"/end", `{"note":"quiet"}`); again.Version != p.Version {
		t.Errorf("ended again it is at version %d", again.Version)
	}
	late, _ := ask[struct{ ID string }](officer, 201, "POST", "/api/v1/reports", report) // from a phone that was without signal
	if p, _ = ask[patrolJSON](officer, 200, "GET", path, ""); !slices.Equal(p.Reports, append(made, late.ID)) {
		t.Errorf("its reports are %v, want %s as well", p.Reports, late.ID)
	}
	w.lists(t, officer, neighbour, p)
	w.sheets(t, officer)
}

// lists asks for patrols and checkpoints as lists.
func (w *scopeWorld) lists(t *testing.T, officer, neighbour *desk, p patrolJSON) {
	t.Helper()
	for range 2 {
		w.patrolOf(w.serving, w.here, true)
	}
	type page struct {
		Patrols []patrolJSON
		Links   []struct{ Rel, Href string }
	}
	var ids []string
	for next := "/api/v1/patrols?limit=1&assignee=me&area=grid:" + w.here.grid.Code; next != ""; {
		got, _ := ask[page](officer, 200, "GET", next, "")
		for _, p := range got.Patrols {
			ids = append(ids, p.ID)
		}
		next = ""
		for _, l := range got.Links {
			next = l.Href[strings.Index(l.Href, "/api/"):]
		}
	}
	if len(ids) != 3 || !slices.Contains(ids, p.ID) {
		t.Errorf("the officer's are %v", ids)
	}
	if got, _ := ask[page](officer, 200, "GET", "/api/v1/patrols?state=done,cancelled", ""); len(got.Patrols) != 1 || got.Patrols[0].ID != p.ID {
		t.Errorf("done are %+v", got)
	}
	if got, _ := ask[page](neighbour, 200, "GET", "/api/v1/patrols", ""); len(got.Patrols) != 0 {
		t.Errorf("the neighbour sees %+v", got)
	}
	for _, query := range []string{"state=lost", "limit=0", "cursor=x", "area=grid:0", "from=now", "from=2026-09-02T00:00:00Z&to=2026-09-01T00:00:00Z", "sort=x", "assignee=x"} {
		ask[faultJSON](officer, 400, "GET", "/api/v1/patrols?"+query, "")
	}
	for _, query := range []string{"state=lost", "kind=nope", "bbox=1", "cursor=*", "area=grid:0", "radius=1"} {
		ask[faultJSON](officer, 400, "GET", "/api/v1/checkpoints?"+query, "")
	}
	type places struct {
		Features []struct {
			ID         string
			Properties struct {
				Code, State string
				Areas       map[string]*struct{ Code string }
			}
		}
	}
	for query, want := range map[string]int{"": 1, "?state=never": 1, "?state=visited,due": 0, "?kind=school": 1, "?kind=bridge": 0,
		"?bbox=125.6,43.5,125.65,43.6": 1, "?bbox=125.66,43.5,125.7,43.6": 0, "?area=grid:" + w.here.grid.Code: 1, "?area=grid:" + w.there.grid.Code: 0} {
		got, _ := ask[places](officer, 200, "GET", "/api/v1/checkpoints"+query, "")
		if len(got.Features) != want || want == 1 && got.Features[0].Properties.Areas["grid"].Code != w.here.grid.Code {
			t.Errorf("checkpoints%s gives %+v, want %d", query, got, want)
		}
	}
}

// sheets asks for the morning sheet, whose score is days times hazards and one.
func (w *scopeWorld) sheets(t *testing.T, officer *desk) {
	t.Helper()
	path := "/api/v1/areas/grid/" + w.here.grid.Code + "/sheet"
	var sheet struct {
		Items []struct {
			Type, Name     string
			DaysSince      *int `json:"days_since"`
			Hazards, Score float64
			LookAt         []string `json:"look_at"`
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the reports come to memory
		_, got := ask[json.RawMessage](officer, 200, "GET", path, "")
		if err := json.Unmarshal(got.body, &sheet); err != nil {
			t.Fatal(err)
		}
		if len(sheet.Items) == 3 && sheet.Items[0].Hazards > 4.9 || time.Now().After(deadline) {
			break
		}
	}
	var types []string
	for _, item := range sheet.Items {
		types = append(types, item.Type)
		if item.DaysSince != nil || item.Score < 90*(item.Hazards+1)-0.1 || item.Score > 90*(item.Hazards+1)+0.1 {
			t.Errorf("%+v: want 90 days times the hazards and one", item)
		}
	}
	// Of the same score by type; the checkpoint has one report less within its radius.
	if slices.Sort(types); !slices.Equal(types, []string{"checkpoint", "group", "unit"}) || sheet.Items[0].Hazards < 4.9 {
		t.Errorf("the sheet has %+v", sheet.Items)
	}
	got := officer.do(t, "GET", path+"?format=gpx", "", officer.header...)
	var doc struct {
		Points []struct {
			Lat  float64 `xml:"lat,attr"`
			Lon  float64 `xml:"lon,attr"`
			Name string  `xml:"name"`
		} `xml:"wpt"`
	}
	if err := xml.Unmarshal(got.body, &doc); err != nil || len(doc.Points) != 3 || doc.Points[0].Name != "1 "+sheet.Items[0].Name || doc.Points[0].Lat < 43 || doc.Points[0].Lon < 125 ||
		got.header.Get("Content-Type") != "application/gpx+xml" {
		t.Errorf("GPX %v %s, %v", got.header, got.body, err)
	}
	for _, query := range []string{"date=tomorrow", "format=kml", "x=1"} {
		ask[faultJSON](officer, 400, "GET", path+"?"+query, "")
	}
	ask[json.RawMessage](officer, 200, "GET", path+"?date=2030-01-01", "")
	ask[json.RawMessage](officer, 200, "GET", path+"?date=2020-01-01", "")
}
