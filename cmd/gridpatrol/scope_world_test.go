package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// side is one half of a small district, a township that is one grid, and what
// there is in it.
type side struct {
	name                    string
	township, village, grid geo.Area
	seat, chief             geo.ID // of the grid, who is not on the notice board
	phone                   string // the chief's
	report                  string // with text, a photo and a reporter
	secret                  string // to follow it by
	words, reporter         string // its text, and the reporter's phone
	account                 geo.ID // of a consumer of the township
	login                   string
	token                   geo.ID
	plan                    string // that renames the grid
	planner                 []string
	session                 geo.ID // of the account
	police                  geo.ID // another seat, whose holder changed
	handover                string
	checkpoint              string
	pending                 geo.ID // somebody who waits to be linked, of the district
}

// scopeWorld is a server with a district of two sides, "here" and "there", and
// another district, "abroad", in the same database.
type scopeWorld struct {
	*serving
	t                   *testing.T
	url                 string
	here, there, abroad *side
	foreign             *serving // serves the other district
	stranger            string   // the import of somebody else
	made                int
	patrols             map[string]string
}

// other is the district beside the demo's in the same database.
const other = "220113"

// sides draws a district of two townships, from its west edge on.
func sides(district string, west float64, words ...string) (all []geo.Area, out []*side) {
	id := func() geo.ID { return uuid.Must(uuid.NewV7()) }
	const south, north, width = 43.50, 43.60, 0.05
	box := func(w, e float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{w, south}, {e, south}, {e, north}, {w, north}, {w, south}}}}
	}
	d := geo.Ref{Kind: geo.District, Code: district}
	middle, east := west+width, west+2*width
	all = []geo.Area{{ID: id(), Kind: geo.District, Code: district, Name: "区" + district, Synthetic: true,
		Shape: orb.MultiPolygon{{{{west, south}, {middle, south}, {east, south}, {east, north}, {middle, north}, {west, north}, {west, south}}}}}}
	for i, word := range words {
		w := west + float64(i)*width
		e := w + width
		town := geo.Ref{Kind: geo.Township, Code: fmt.Sprintf("%s%03d", district, i+1)}
		unit := geo.Ref{Kind: geo.Village, Code: town.Code + "001"}
		s := &side{name: word, words: "words-" + word, login: "clerk-" + word, reporter: fmt.Sprintf("1390000%s%d1", district[4:], i),
			phone: fmt.Sprintf("1380000%s%d2", district[4:], i), seat: id(), police: id(), chief: id()}
		s.township = geo.Area{ID: id(), Kind: geo.Township, Code: town.Code, Name: word + "乡", Parent: d, Shape: box(w, e), Synthetic: true}
		s.village = geo.Area{ID: id(), Kind: geo.Village, Code: unit.Code, Name: word + "村", Parent: town, UnitType: "village", Shape: box(w, e), Synthetic: true}
		s.grid = geo.Area{ID: id(), Kind: geo.Grid, Code: unit.Code + "001", Name: word + "网格", Parent: d, Class: "rural", Shape: box(w, e), Synthetic: true}
		group := geo.Area{ID: id(), Kind: geo.VillageGroup, Code: unit.Code + "001", Name: word + "组", Parent: unit, Shape: box(w, e), Synthetic: true}
		all = append(all, s.township, s.village, s.grid, group)
		out = append(out, s)
	}
	return all, out
}

// rosterOf gives every grid a chief.
func rosterOf(sides []*side) (r patrol.RosterData) {
	for _, s := range sides {
		r.Seats = append(r.Seats, patrol.Seat{ID: s.seat, Post: patrol.GridChief, Area: s.grid.ID, Number: 1})
		r.Seats = append(r.Seats, patrol.Seat{ID: s.police, Post: patrol.GridPolice, Area: s.grid.ID, Number: 1, PublicContact: true})
		r.People = append(r.People, patrol.Person{ID: s.chief, Name: "格长" + s.name, Phone: s.phone, Synthetic: true})
		r.Holdings = append(r.Holdings, patrol.Holding{ID: uuid.Must(uuid.NewV7()), Seat: s.seat, Person: s.chief, From: until.AddDate(-1, 0, 0)})
	}
	return r
}

func newScopeWorld(t *testing.T) *scopeWorld {
	t.Helper()
	ctx := t.Context()
	url := emptyDatabase(t)
	durable(t, url) // else the server is not ready
	fill := func(district string, west float64, words ...string) (*postgis.Store, []*side) {
		store, err := postgis.Open(ctx, postgis.Config{URL: url, District: district, ContactKey: bytes.Repeat([]byte{7}, keySize)})
		if err != nil {
			t.Fatal(err)
		}
		areas, out := sides(district, west, words...)
		d, err := defaultRules()
		if err == nil {
			_, err = store.Publish(ctx, postgis.Publication{Areas: areas, Note: "first", At: until.AddDate(-2, 0, 0), Actor: system})
		}
		if err == nil {
			_, err = store.ReplaceDuties(ctx, rosterOf(out), d, system)
		}
		if err != nil {
			t.Fatal(err)
		}
		return store, out
	}
	home, here := fill("220112", 125.60, "here", "there")
	home.Close()
	away, abroad := fill(other, 126.60, "abroad", "beyond")
	away.Close()
	w := &scopeWorld{serving: serveTest(t, url), t: t, url: url, here: here[0], there: here[1], abroad: abroad[0]}
	w.foreign = serveTest(t, url, func(c *serverConfig) {
		store, err := postgis.Open(ctx, postgis.Config{URL: url, District: other, MaxConns: 4, ContactKey: bytes.Repeat([]byte{7}, keySize)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		c.store, c.district = store, other
	})
	for _, of := range []struct {
		*side
		*serving
	}{{w.here, w.serving}, {w.there, w.serving}, {w.abroad, w.foreign}} {
		w.furnish(of.serving, of.side)
	}
	return w
}

// defaultRules are those of a district that has set none.
func defaultRules() (*patrol.Rulebook, error) {
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return nil, err
	}
	return patrol.DefaultRulebook(zone), nil
}

// furnish puts into a side what there is of everything.
func (w *scopeWorld) furnish(s *serving, of *side) {
	w.t.Helper()
	ctx := w.t.Context()
	of.account = w.account(s.store, of.login, access.Consumer, geo.ID{}, of.township.ID).ID
	_, of.session = w.session(s.store, of.account)
	of.token = w.token(s.store, access.Token{Role: access.Consumer, AreaIDs: []geo.ID{of.township.ID}}).id
	pending := access.PendingIdentity{ID: uuid.Must(uuid.NewV7()), Identity: access.Identity{Issuer: "https://idp.example", Subject: of.name}, Name: of.name}
	if err := s.store.NotePending(ctx, pending, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	of.pending = pending.ID

	var form bytes.Buffer
	body := multipart.NewWriter(&form)
	centre := of.grid.Shape.Bound().Center()
	if err := body.WriteField("report", fmt.Sprintf(`{"category":"fire_safety","description":%q,"lon":%v,"lat":%v,"reporter":{"name":"报告人","phone":%q}}`,
		of.words, centre[0], centre[1], of.reporter)); err != nil {
		w.t.Fatal(err)
	}
	photo, err := body.CreateFormFile("photo", "p.jpg")
	if err == nil {
		err = jpeg.Encode(photo, image.NewGray(image.Rect(0, 0, 32, 32)), nil)
	}
	if err == nil {
		err = body.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	sent := request(s, "POST", "/api/v1/reports", form.String(), "Content-Type", body.FormDataContentType())
	if sent.status != http.StatusCreated {
		w.t.Fatalf("POST report = %d %s", sent.status, sent.body)
	}
	report := sent.report(w.t)
	of.report, of.secret = report.ID, report.Properties.FollowSecret

	admin := &desk{w.t, s, bearer(w.token(s.store, access.Token{Role: access.Admin}).text)}
	for i, name := range []string{"前任", "后任"} {
		changed, _ := ask[struct{ Handovers []struct{ ID string } }](admin, 200, "POST", "/api/v1/roster/changes",
			fmt.Sprintf(`{"changes":[{"change":"appoint","seat":%q,"person":{"name":"%s%s","phone":"137%s%d"}}]}`, of.police, name, of.name, of.phone[3:10], i))
		for _, h := range changed.Handovers {
			of.handover = h.ID
		}
	}
	of.planner = bearer(w.token(s.store, access.Token{Role: access.Planner}).text)
	of.plan = w.planOf(s, of)
}

// planOf makes a plan that renames the side's township.
func (w *scopeWorld) planOf(s *serving, of *side) string {
	w.t.Helper()
	d := &desk{w.t, s, of.planner}
	// It cannot be published before it is approved.
	plan, _ := ask[planJSON](d, 201, "POST", "/api/v1/plans", fmt.Sprintf(`{"title":"plan-%s","needs_approval":true}`, of.name))
	path := "/api/v1/plans/" + plan.ID
	d.operate(path, fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"新%s"}`, of.grid.Code, of.name))
	return plan.ID
}

// someHash is the hash of a password that nobody knows.
const someHash = "$argon2id$v=19$m=47104,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// account makes an account; its password hash is none of a password.
func (w *scopeWorld) account(store *postgis.Store, login string, role access.Role, person geo.ID, areas ...geo.ID) access.Account {
	w.t.Helper()
	a, err := store.CreateAccount(w.t.Context(), access.Account{Login: login, Name: login, Role: role, Person: person, AreaIDs: areas, PasswordHash: someHash}, system)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// session opens a session of an account and gives the cookie with its id.
func (w *scopeWorld) session(store *postgis.Store, account geo.ID) (secret string, id geo.ID) {
	w.t.Helper()
	secret, hash, err := access.NewSession(rand.Reader)
	now := time.Now()
	in := access.Session{ID: uuid.Must(uuid.NewV7()), Hash: hash, Account: account, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(access.SessionAbsolute)}
	if err == nil {
		err = store.CreateSession(w.t.Context(), in, access.Proof{PasswordHash: someHash}, system)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return secret, in.ID
}

type madeToken struct {
	id   geo.ID
	text string
}

// token stores a token and gives its text.
func (w *scopeWorld) token(store *postgis.Store, t access.Token) madeToken {
	w.t.Helper()
	w.made++
	t.ID, t.Name, t.CreatedAt = uuid.Must(uuid.NewV7()), fmt.Sprintf("token %d", w.made), time.Now().Add(-time.Hour)
	text, hash, err := access.NewToken(t.ID, rand.Reader)
	t.SecretHash = hash
	if err == nil {
		err = store.CreateToken(w.t.Context(), t, system)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return madeToken{t.ID, text}
}

// request asks a server's handler without a connection; header holds names and
// values in turn.
func request(s *serving, method, path, body string, header ...string) answer {
	r := httptest.NewRequest(method, path, bytes.NewBufferString(body))
	r.Host = "localhost"                        // which may be asked without TLS
	r.Header.Set("X-Request-Id", "one-for-all") // so that problems can be compared
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got := httptest.NewRecorder()
	s.handler.ServeHTTP(got, r)
	return answer{got.Code, got.Header(), got.Body.Bytes()}
}
