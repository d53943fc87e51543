package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

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
