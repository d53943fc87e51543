package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The town, all squares. The west is country with a village group, the east is
// town with a compound; each is a grid.
//
//	43.60 +-----------+-----------+
//	      |  grid 1   |  grid 2   |
//	      |  +-----+  |  +-----+  |
//	      |  |group|  |  |comp.|  |
//	      |  +-----+  |  +-----+  |
//	43.50 +-----------+-----------+
//	   125.60      125.65      125.70
var (
	groupPoint    = orb.Point{125.62, 43.55}
	townPoint     = orb.Point{125.69, 43.59}
	gridWest      = "220112000000001"
	gridEast      = "220112000000002"
	testNow       = time.Date(2026, 9, 1, 2, 0, 0, 0, time.UTC) // Tuesday, 10:00 in Shanghai
	publishedAt   = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	secretPhone   = "13900000001"
	publicPhone   = "13900000002"
	chiefWest     = id(101)
	policeWest    = id(102)
	directorWest  = id(103)
	chiefWestSeat = id(201)
)

// id gives the n-th id of the tests.
func id(n int) geo.ID {
	return uuid.MustParse(fmt.Sprintf("01900000-0000-7000-8000-%012d", n))
}

func square(west, south, east, north float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}
}

func town(t testing.TB) *locate.Snapshot {
	t.Helper()
	d := geo.Ref{Kind: geo.District, Code: "220112"}
	unit := geo.Ref{Kind: geo.Village, Code: "220112001001"}
	areas := []geo.Area{
		{ID: id(1), Kind: geo.District, Code: "220112", Name: "双阳区", NameEn: "Shuangyang", Shape: square(125.6, 43.5, 125.7, 43.6), Synthetic: true},
		{ID: id(2), Kind: geo.Township, Code: "220112001", Name: "平湖街道", Parent: d, Shape: square(125.6, 43.5, 125.7, 43.6), Synthetic: true},
		{ID: id(3), Kind: geo.Village, Code: "220112001001", Name: "一村", Parent: geo.Ref{Kind: geo.Township, Code: "220112001"}, UnitType: "village", Shape: square(125.6, 43.5, 125.7, 43.6), Synthetic: true},
		{ID: id(4), Kind: geo.Grid, Code: gridWest, Name: "西网格", Parent: d, Class: "rural", Shape: square(125.6, 43.5, 125.65, 43.6), Synthetic: true},
		{ID: id(5), Kind: geo.Grid, Code: gridEast, Name: "东网格", Parent: d, Class: "urban", Shape: square(125.65, 43.5, 125.7, 43.6), Synthetic: true},
		{ID: id(6), Kind: geo.VillageGroup, Code: "220112001001001", Name: "一组", Parent: unit, Shape: square(125.61, 43.52, 125.64, 43.58), Synthetic: true},
		{ID: id(7), Kind: geo.Compound, Code: "220112001001C001", Name: "阳光小区", Parent: unit, Shape: square(125.66, 43.52, 125.68, 43.58), Synthetic: true},
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &locate.Snapshot{Revision: geo.Revision{Number: 3, PublishedAt: publishedAt, Areas: len(areas), Hash: []byte("three")}, Index: index}
}

// duties: both grids have a chief; the west one also police and a committee.
// Only the west chief is on the notice board.
func duties(t testing.TB) *patrol.Duties {
	t.Helper()
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	person := func(i int, name, phone string) patrol.Person {
		return patrol.Person{ID: id(i), Name: name, Phone: phone, Synthetic: true}
	}
	roster, err := patrol.NewRoster(patrol.RosterData{
		Committees: []patrol.Committee{{ID: id(301), Code: "220112001001W01", Name: "一组屯委会", Village: id(3), Groups: []geo.ID{id(6)}}},
		Seats: []patrol.Seat{
			{ID: chiefWestSeat, Post: patrol.GridChief, Area: id(4), Number: 1, PublicContact: true},
			{ID: id(202), Post: patrol.GridPolice, Area: id(4), Number: 1},
			{ID: id(203), Post: patrol.GroupDirector, Committee: id(301), Number: 1},
			{ID: id(204), Post: patrol.GridChief, Area: id(5), Number: 1},
			{ID: id(205), Post: patrol.DistrictDesk, Area: id(1), Number: 1},
		},
		People: []patrol.Person{
			person(101, "公示人", publicPhone), person(102, "不公开警", secretPhone),
			person(103, "不公开主任", secretPhone), person(104, "不公开东", secretPhone),
		},
		Holdings: []patrol.Holding{
			{ID: id(401), Seat: chiefWestSeat, Person: chiefWest, From: from},
			{ID: id(402), Seat: id(202), Person: policeWest, From: from},
			{ID: id(403), Seat: id(203), Person: directorWest, From: from},
			{ID: id(404), Seat: id(204), Person: id(104), From: from},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &patrol.Duties{Version: 7, Roster: roster, Rulebook: patrol.DefaultRulebook(time.FixedZone("Asia/Shanghai", 8*3600))}
}

// fakeStore keeps what a test needs in memory. Its rules are those of the
// interfaces in stores.go and no more.
type fakeStore struct {
	mu       sync.Mutex
	snapshot *locate.Snapshot
	duties   *patrol.Duties
	reports  []patrol.Report
	history  map[geo.ID][]patrol.HistoryEntry
	intakes  []patrol.Intake
	keys     map[string]int // key hash: index of intakes
	stale    int            // how many accepts find their world stale
	fresh    int            // how often it was refreshed
	actions  []patrol.Action
	filters  []patrol.Filter
	accounts []access.Account
	tokens   []access.Token
	touched  int
	asked    int // for whom a session or token is
	sessions map[string]geo.ID
	refused  int // wrong passwords that were noted

	lockedUntil time.Time // of every login
	desk        fakeDesk

	personal fakePersonal
	roster   fakeRoster

	reads    []string
	hanging  chan struct{} // Ready waits for it to be closed
	notReady error
	photos   map[string][]byte // by hash
	staged   map[string][]byte // neither kept nor discarded
	deeds    map[string][]byte // key hash of an action: its request hash
	events   []patrol.StreamEvent
	resetAt  int64
}

func (f *fakeStore) Refresh(context.Context) error { f.fresh++; return nil }

type fakeBoundaries struct{ *fakeStore }

func (f fakeBoundaries) Current() *locate.Snapshot { return f.snapshot }

// Plan gives the boundaries in force, as those of the plan id(800).
func (f fakeBoundaries) Plan(_ context.Context, text string) (*locate.Snapshot, error) {
	if text != id(800).String() {
		return nil, geo.ErrNotFound
	}
	draft := *f.snapshot
	draft.Plan = id(800)
	return &draft, nil
}

func (f fakeBoundaries) Revision(_ context.Context, number int) (*locate.Snapshot, error) {
	if number != f.snapshot.Revision.Number {
		return nil, geo.ErrNotFound
	}
	return f.snapshot, nil
}

func (f fakeBoundaries) At(_ context.Context, t, now time.Time) (*locate.Snapshot, error) {
	switch {
	case t.Before(publishedAt):
		return nil, geo.ErrNotFound
	case t.After(now):
		return nil, geo.ErrInvalid
	}
	return f.snapshot, nil
}

type fakeDuties struct{ *fakeStore }

func (f fakeDuties) Current() *patrol.Duties { return f.duties }

func (f *fakeStore) Revisions(context.Context) ([]geo.Revision, error) {
	return []geo.Revision{{Number: 1, PublishedAt: publishedAt}, f.snapshot.Revision}, nil
}

func (f *fakeStore) Accept(_ context.Context, in patrol.Intake) (patrol.Report, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stale > 0 {
		f.stale--
		return patrol.Report{}, false, patrol.ErrStale
	}
	if n, ok := f.keys[string(in.KeyHash)]; ok && in.KeyHash != nil {
		if !bytes.Equal(f.intakes[n].RequestHash, in.RequestHash) {
			return patrol.Report{}, false, &geo.Problem{Kind: geo.ErrConflict, Code: "idempotency-key-reused", Detail: "the key was used"}
		}
		return f.intakes[n].Report, true, nil
	}
	if in.KeyHash != nil {
		f.keys[string(in.KeyHash)] = len(f.intakes)
	}
	f.intakes = append(f.intakes, in)
	f.reports = append(f.reports, in.Report)
	f.history[in.Report.ID] = []patrol.HistoryEntry{{Seq: 1, Type: patrol.EventCreate, At: in.Report.CreatedAt, Actor: in.Actor, To: in.Report.Status}}
	return in.Report, false, nil
}

func (f *fakeStore) Report(_ context.Context, scope access.Scope, id geo.ID) (patrol.Report, []patrol.HistoryEntry, error) {
	for _, r := range f.reports {
		if r.ID == id && scope.Covers(r.Decision.AreaIDs) {
			return r, f.history[id], nil
		}
	}
	return patrol.Report{}, nil, fmt.Errorf("report %s: %w", id, geo.ErrNotFound)
}

func (f *fakeStore) Reports(_ context.Context, scope access.Scope, filter patrol.Filter) ([]patrol.Report, error) {
	f.filters = append(f.filters, filter)
	var out []patrol.Report
	if filter.ByDue {
		return f.byDue(scope, filter), nil
	}
	for i := len(f.reports) - 1; i >= 0; i-- {
		r := f.reports[i]
		if filter.Bound != nil && !filter.Bound.Contains(r.Point) {
			continue
		}
		if !scope.Covers(r.Decision.AreaIDs) || !filter.AfterTime.IsZero() && bytes.Compare(r.ID[:], filter.AfterID[:]) >= 0 {
			continue
		}
		if out = append(out, r); len(out) == filter.Limit {
			break
		}
	}
	return out, nil
}

// byDue gives the reports by when they are due, without more of the filter than
// its cursor and limit.
func (f *fakeStore) byDue(scope access.Scope, filter patrol.Filter) []patrol.Report {
	compare := func(at time.Time, id geo.ID, r patrol.Report) int {
		if at.IsZero() != r.DueAt.IsZero() {
			return at.Compare(r.DueAt) * -1
		}
		return cmp.Or(at.Compare(r.DueAt), bytes.Compare(id[:], r.ID[:]))
	}
	out := slices.DeleteFunc(slices.Clone(f.reports), func(r patrol.Report) bool {
		return !scope.Covers(r.Decision.AreaIDs) || filter.AfterID != geo.ID{} && compare(filter.AfterTime, filter.AfterID, r) >= 0
	})
	slices.SortFunc(out, func(a, b patrol.Report) int { return compare(a.DueAt, a.ID, b) })
	return out[:min(len(out), filter.Limit)]
}

func (f *fakeStore) Act(ctx context.Context, scope access.Scope, a patrol.Action, keep func() error) (patrol.Report, bool, error) {
	r, _, err := f.Report(ctx, scope, a.ReportID)
	if err != nil {
		return r, false, err
	}
	if before, ok := f.deeds[string(a.KeyHash)]; ok && a.KeyHash != nil {
		if !bytes.Equal(before, a.RequestHash) {
			return patrol.Report{}, false, &geo.Problem{Kind: geo.ErrConflict, Code: "idempotency-key-reused", Detail: "the key was used"}
		}
		return r, true, nil
	}
	change, err := patrol.Transition(&r, a, f.duties.Rulebook)
	if err != nil {
		return patrol.Report{}, false, err
	}
	if err := keep(); err != nil {
		return patrol.Report{}, false, err
	}
	if a.KeyHash != nil {
		f.deeds[string(a.KeyHash)] = a.RequestHash
	}
	f.actions = append(f.actions, a)
	i := slices.IndexFunc(f.reports, func(r patrol.Report) bool { return r.ID == a.ReportID })
	f.reports[i] = change.Report
	f.history[a.ReportID] = append(f.history[a.ReportID], change.Entry)
	return change.Report, false, nil
}

func (f *fakeStore) FollowSecret(id geo.ID) string { return "secret-of-" + id.String() }

func (f *fakeStore) AccountByLogin(_ context.Context, login string) (access.Account, error) {
	for _, a := range f.accounts {
		if a.Login == login {
			return a, nil
		}
	}
	return access.Account{}, geo.ErrNotFound
}

func (f *fakeStore) TokenByID(_ context.Context, id geo.ID) (access.Token, error) {
	f.mu.Lock()
	f.asked++
	f.mu.Unlock()
	for _, t := range f.tokens {
		if t.ID == id {
			return t, nil
		}
	}
	return access.Token{}, geo.ErrNotFound
}

func (f *fakeStore) TouchToken(context.Context, geo.ID, time.Time) error { f.touched++; return nil }

func (f *fakeStore) CreateSession(_ context.Context, in access.Session, _ access.Proof) error {
	f.sessions[string(in.Hash)] = in.Account
	return nil
}

func (f *fakeStore) TrySignIn(context.Context, string, time.Time) (time.Time, error) {
	return f.lockedUntil, nil
}

func (f *fakeStore) SignInRefused(context.Context, string, geo.ID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused++
	return nil
}

func (f *fakeStore) Session(_ context.Context, hash []byte, now time.Time) (access.Session, access.Account, error) {
	f.mu.Lock()
	f.asked++
	f.mu.Unlock()
	for _, a := range f.accounts {
		if id, ok := f.sessions[string(hash)]; ok && a.ID == id && !a.Disabled {
			return access.Session{Hash: hash, Account: id, CreatedAt: now, SeenAt: now}, a, nil
		}
	}
	return access.Session{}, access.Account{}, geo.ErrNotFound
}

func (f *fakeStore) TouchSession(context.Context, []byte, time.Time) error { f.touched++; return nil }

func (f *fakeStore) DeleteSession(_ context.Context, hash []byte) error {
	delete(f.sessions, string(hash))
	return nil
}

func (f *fakeStore) LogRead(_ context.Context, who patrol.Actor, kind, subject string) error {
	f.reads = append(f.reads, who.Role+" "+kind+" "+subject)
	return nil
}

func (f *fakeStore) Ready(context.Context) error {
	if f.hanging != nil {
		<-f.hanging // whatever the context says, as a stopped database may
		return nil
	}
	return f.notReady
}

func (f *fakeStore) Subscribe(ctx context.Context, after int64, visible func(patrol.StreamEvent) bool) (<-chan patrol.StreamEvent, int64, error) {
	out := make(chan patrol.StreamEvent, len(f.events)+1)
	if after >= 0 && after < f.resetAt {
		out <- patrol.StreamEvent{Cursor: f.resetAt, Type: "reset", Data: json.RawMessage(`{}`)}
		after = f.resetAt
	}
	for _, e := range f.events {
		if e.Cursor > after && visible(e) {
			out <- e
		}
	}
	return out, after, nil
}

// The fake's photo file is the text "photo", with a position after a space.
func (f *fakeStore) Read(_ context.Context, file io.Reader) (Picture, error) {
	data, err := io.ReadAll(file)
	if err != nil {
		return Picture{}, err
	}
	text, ok := strings.CutPrefix(string(data), "photo")
	if !ok {
		return Picture{}, geo.Invalid("photo-damaged", "the JPEG file is damaged")
	}
	p := Picture{JPEG: append([]byte("jpeg"), data...), Width: 4, Height: 3}
	var at orb.Point
	if n, _ := fmt.Sscanf(text, " %f %f", &at[0], &at[1]); n == 2 {
		p.Position = &at
	}
	return p, nil
}

func (f *fakeStore) Stage(_ context.Context, p Picture) (StagedPhoto, error) {
	sum := string(access.HashSecret(string(p.JPEG)))
	f.staged[sum] = p.JPEG
	return fakeStaged{f, sum}, nil
}

// fakeStaged is a photo that waits in the store's staged.
type fakeStaged struct {
	store *fakeStore
	sum   string
}

func (p fakeStaged) Sum() []byte { return []byte(p.sum) }

func (p fakeStaged) Keep() error {
	if data, ok := p.store.staged[p.sum]; ok {
		p.store.photos[p.sum] = data
		delete(p.store.staged, p.sum)
	}
	return nil
}

func (p fakeStaged) Discard() { delete(p.store.staged, p.sum) }

func (f *fakeStore) Open(sum []byte) (io.ReadSeekCloser, error) {
	data, ok := f.photos[string(sum)]
	if !ok {
		return nil, geo.ErrNotFound
	}
	return nopSeekCloser{bytes.NewReader(data)}, nil
}

type nopSeekCloser struct{ io.ReadSeeker }

func (nopSeekCloser) Close() error { return nil }

// site is a server over the town with what a test asks of it.
type site struct {
	t     testing.TB
	store *fakeStore
	api   *Server
	log   *bytes.Buffer
}

func newSite(t testing.TB, change ...func(*Config)) *site {
	t.Helper()
	f := &fakeStore{
		snapshot: town(t), duties: duties(t), history: map[geo.ID][]patrol.HistoryEntry{}, keys: map[string]int{},
		sessions: map[string]geo.ID{}, photos: map[string][]byte{}, staged: map[string][]byte{}, deeds: map[string][]byte{},
	}
	log := &bytes.Buffer{}
	c := Config{
		Boundaries: fakeBoundaries{f}, Revisions: f, Duties: fakeDuties{f}, Reports: f, Accounts: f, Sessions: f, Desk: f, Roster: f, ReadLog: f, Patrols: fakePatrols{},
		Events: f, Photos: f, Personal: f, Health: f, District: "220112", PublicURL: "http://map.example",
		Logger: slog.New(slog.NewJSONHandler(log, nil)), Now: func() time.Time { return testNow },
	}
	for _, f := range change {
		f(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := t.(*testing.T); ok { // a benchmark would measure the checker
		s.handler = described(t, s.handler)
	}
	return &site{t, f, s, log}
}

// token makes an API token of the role, limited to areas.
func (s *site) token(role access.Role, areas ...geo.ID) string {
	s.t.Helper()
	id := id(900 + len(s.store.tokens))
	text, hash, err := access.NewToken(id, strings.NewReader(strings.Repeat("r", 64)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.store.tokens = append(s.store.tokens, access.Token{ID: id, Name: string(role), Role: role, AreaIDs: areas, SecretHash: hash})
	return text
}

// session signs an account in and gives the header of its cookie.
func (s *site) session(a access.Account) map[string]string {
	s.t.Helper()
	s.store.accounts = append(s.store.accounts, a)
	id, hash, err := access.NewSession(strings.NewReader(strings.Repeat(string(rune('a'+len(s.store.sessions))), 64)))
	if err != nil {
		s.t.Fatal(err)
	}
	s.store.sessions[string(hash)] = a.ID
	return map[string]string{"Cookie": cookieNameLoopback + "=" + id}
}

// call is one request of a test.
type call struct {
	method, path, body string
	header             map[string]string
}

func (s *site) do(c call) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, name := range slices.Sorted(maps.Keys(c.header)) {
		r.Header.Set(name, c.header[name])
	}
	w := httptest.NewRecorder()
	s.api.Handler().ServeHTTP(w, r)
	if c.header["X-Request-Id"] == "" && w.Header().Get("Content-Type") == "application/problem+json" {
		// Every request has another one; what else is said can be compared.
		body := strings.Replace(w.Body.String(), `,"request_id":"`+w.Header().Get("X-Request-Id")+`"`, "", 1)
		w.Body.Reset()
		w.Body.WriteString(body)
	}
	return w
}

func (s *site) get(path, token string) *httptest.ResponseRecorder {
	s.t.Helper()
	c := call{method: "GET", path: path, header: map[string]string{}}
	if token != "" {
		c.header["Authorization"] = "Bearer " + token
	}
	return s.do(c)
}

// want checks a status and decodes the body.
func want[T any](t testing.TB, w *httptest.ResponseRecorder, status int) (out T) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status = %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("answer is no JSON: %v: %s", err, w.Body)
	}
	return out
}

// wantProblem checks that the answer is a problem of that status and code.
func wantProblem(t testing.TB, w *httptest.ResponseRecorder, status int, code string) problem {
	t.Helper()
	p := want[problem](t, w, status)
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type = %q, want application/problem+json", got)
	}
	if p.Type != problemType+code || p.Status != status || p.Title == "" {
		t.Errorf("problem = %+v, want type %s, status %d and a title", p, problemType+code, status)
	}
	return p
}

type reportFeatureJSON struct {
	ID         string
	Geometry   struct{ Coordinates [2]float64 }
	Properties reportProperties
}

// send stores a report and gives the answer.
func (s *site) send(category string, p orb.Point) reportFeatureJSON {
	s.t.Helper()
	w := s.do(call{method: http.MethodPost, path: "/api/v1/reports", body: fmt.Sprintf(
		`{"category":%q,"description":"private words","lon":%v,"lat":%v,"reporter":{"name":"报告人","phone":"13912345678"}}`, category, p[0], p[1])})
	return want[reportFeatureJSON](s.t, w, http.StatusCreated)
}
