package api

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// event is the event part of a form.
func event(text string) [2]string { return [2]string{"event", text} }

var aPhoto = [2]string{"photo", "photo"}

// act sends a form of these parts to a report's events.
func (s *site) act(report, token string, header map[string]string, parts ...[2]string) *httptest.ResponseRecorder {
	s.t.Helper()
	c := form(s.t, parts...)
	c.path = "/api/v1/reports/" + report + "/events"
	if token != "" {
		c.header["Authorization"] = "Bearer " + token
	}
	for name, value := range header {
		c.header[name] = value
	}
	return s.do(c)
}

// numbers gives the numbers of photos.
func numbers(photos []photoAnswer) (out []int) {
	for _, p := range photos {
		out = append(out, p.Number)
	}
	return out
}

func TestActWithPhotos(t *testing.T) {
	s := newSite(t)
	sent := want[reportFeatureJSON](t, s.do(form(t, [2]string{"report", `{"category":"other","lon":125.62,"lat":43.55}`}, aPhoto)), 201)
	dispatcher := s.token(access.Dispatcher)
	for _, step := range [][][2]string{
		{event(`{"type":"accept"}`)},
		{event(`{"type":"comment"}`), {"photo", "photo among us"}, {"photo", "photo of two"}},
		{event(`{"type":"handle","note":"done"}`), {"photo", "photo after"}},
		{event(`{"type":"close"}`), {"photo", "photo checked"}},
	} {
		want[reportFeatureJSON](t, s.act(sent.ID, dispatcher, nil, step...), 200)
	}
	if len(s.store.staged) != 0 || len(s.store.photos) != 5 {
		t.Errorf("%d photos wait and %d are kept, want 0 and 5", len(s.store.staged), len(s.store.photos))
	}
	path := "/api/v1/reports/" + sent.ID
	secret := map[string]string{"X-Follow-Secret": sent.Properties.FollowSecret}
	office := map[string]string{"Authorization": "Bearer " + dispatcher}
	for _, c := range []struct {
		name    string
		header  map[string]string
		all     []int
		history map[patrol.EventType][]int
	}{
		{"dispatcher", office, []int{1, 2, 3, 4, 5},
			map[patrol.EventType][]int{"create": {1}, "accept": nil, "comment": {2, 3}, "handle": {4}, "close": {5}}},
		{"reporter", secret, []int{1, 4, 5}, map[patrol.EventType][]int{"create": {1}, "accept": nil, "handle": {4}, "close": {5}}},
	} {
		got := want[reportFeatureJSON](t, s.do(call{method: "GET", path: path, header: c.header}), 200).Properties
		if !slices.Equal(numbers(got.Photos), c.all) {
			t.Errorf("%s: photos = %v, want %v", c.name, numbers(got.Photos), c.all)
		}
		if len(got.History) != len(c.history) {
			t.Errorf("%s: history has %d entries, want %d", c.name, len(got.History), len(c.history))
		}
		for _, h := range got.History {
			if !slices.Equal(numbers(h.Photos), c.history[h.Type]) {
				t.Errorf("%s: photos of %s = %v, want %v", c.name, h.Type, numbers(h.Photos), c.history[h.Type])
			}
		}
		for n := 1; n <= 5; n++ {
			href := fmt.Sprintf("%s/photos/%d", path, n)
			w := s.do(call{method: "GET", path: href, header: c.header})
			if (w.Code == 200) != slices.Contains(c.all, n) {
				t.Errorf("%s: photo %d = %d", c.name, n, w.Code)
			}
		}
		if i := slices.IndexFunc(got.Photos, func(p photoAnswer) bool { return p.Number == 4 }); i < 0 ||
			got.Photos[i] != (photoAnswer{4, path + "/photos/4", 4, 3}) {
			t.Errorf("%s: photo 4 is not as it should be: %+v", c.name, got.Photos)
		}
	}
	w := s.do(call{method: "GET", path: path + "/photos/4", header: secret})
	if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("a photo may be kept as %q: who signs in next would see it", got)
	}
	if w.Body.String() != "jpegphoto after" || !slices.Contains(w.Header().Values("Vary"), "X-Follow-Secret") {
		t.Errorf("photo 4 = %q with Vary %v", w.Body, w.Header().Values("Vary"))
	}
	wantProblem(t, s.get(path+"/photos/4", s.token(access.Consumer)), 404, "not-found")
}

// TestRefusedEventLeavesNoPhoto sends what must be refused: no file is left.
func TestRefusedEventLeavesNoPhoto(t *testing.T) {
	for _, tt := range []struct {
		name     string
		parts    [][2]string
		status   int
		code     string
		pointers []string
	}{
		{"state", [][2]string{event(`{"type":"close"}`), aPhoto}, 409, "state-conflict", nil},
		{"second photo is none", [][2]string{event(`{"type":"comment"}`), aPhoto, {"photo", "GIF"}}, 422, "photo-damaged", []string{"/photo/1"}},
		{"comment of nothing", [][2]string{event(`{"type":"comment","note":" "}`)}, 422, "note-missing", []string{"/note"}},
		{"a photo is no reason", [][2]string{event(`{"type":"return"}`), aPhoto}, 422, "note-missing", []string{"/note"}},
		{"seven photos", [][2]string{event(`{"type":"comment"}`), aPhoto, aPhoto, aPhoto, aPhoto, aPhoto, aPhoto, aPhoto}, 422, "invalid-values", []string{"/photo"}},
		{"no event part", [][2]string{aPhoto}, 400, "invalid-body", []string{"/event"}},
		{"report part", [][2]string{event(`{"type":"comment"}`), {"report", `{}`}, aPhoto}, 400, "invalid-body", []string{"/report"}},
		{"unknown file", [][2]string{event(`{"type":"comment"}`), {"extra", "x"}}, 400, "invalid-body", []string{"/extra"}},
		{"unknown member", [][2]string{event(`{"type":"comment","nota":"x"}`), aPhoto}, 400, "invalid-body", []string{"/nota"}},
		{"broken event part", [][2]string{event(`{`), aPhoto}, 400, "malformed-json", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			sent := s.send("other", groupPoint)
			p := wantProblem(t, s.act(sent.ID, s.token(access.Dispatcher), nil, tt.parts...), tt.status, tt.code)
			var got []string
			for _, e := range p.Errors {
				got = append(got, e.Pointer)
			}
			if !sameSet(got, tt.pointers) {
				t.Errorf("pointers = %v, want %v", got, tt.pointers)
			}
			if len(s.store.actions)+len(s.store.photos)+len(s.store.staged) != 0 {
				t.Errorf("%d actions were done, and photos: %d kept, %d waiting", len(s.store.actions), len(s.store.photos), len(s.store.staged))
			}
		})
	}
}

func TestEventIdempotency(t *testing.T) {
	s := newSite(t)
	sent, other := s.send("other", groupPoint), s.send("other", groupPoint)
	dispatcher, admin := s.token(access.Dispatcher), s.token(access.Admin)
	key := map[string]string{"Idempotency-Key": "k"}
	replayed := func(w *httptest.ResponseRecorder) bool { return w.Header().Get("Idempotency-Replayed") == "true" }
	comment := [][2]string{event(`{"type":"comment","note":"x","lon":125.62,"lat":43.55}`), aPhoto}

	// What is refused does not use the key up.
	wantProblem(t, s.act(sent.ID, dispatcher, key, event(`{"type":"close"}`)), 409, "state-conflict")
	first := s.act(sent.ID, dispatcher, key, comment...)
	again := s.act(sent.ID, dispatcher, map[string]string{"Idempotency-Key": "k", "If-Match": `"v1"`}, event(`{"lat":43.55,"lon":125.62,"note":" x","type":"comment"}`), aPhoto)
	if want[reportFeatureJSON](t, again, 200); replayed(first) || !replayed(again) || again.Body.String() != first.Body.String() || again.Header().Get("ETag") != `"v2"` {
		t.Errorf("first %v %s\nagain %v %s", replayed(first), first.Body, replayed(again), again.Body)
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"another note":   s.act(sent.ID, dispatcher, key, event(`{"type":"comment","note":"y","lon":125.62,"lat":43.55}`), aPhoto),
		"another type":   s.act(sent.ID, dispatcher, key, event(`{"type":"accept","note":"x","lon":125.62,"lat":43.55}`), aPhoto),
		"another place":  s.act(sent.ID, dispatcher, key, event(`{"type":"comment","note":"x","lon":125.63,"lat":43.55}`), aPhoto),
		"another photo":  s.act(sent.ID, dispatcher, key, comment[0], [2]string{"photo", "photo else"}),
		"no photo":       s.act(sent.ID, dispatcher, key, comment[0]),
		"another report": s.act(other.ID, dispatcher, key, comment...),
	} {
		if p := wantProblem(t, w, 409, "idempotency-key-reused"); p.Detail == "" {
			t.Errorf("%s: no detail", name)
		}
	}
	if w := s.act(sent.ID, admin, key, comment...); w.Code != 200 || replayed(w) {
		t.Errorf("the same key of another token = %d, replayed %v; want it done", w.Code, replayed(w))
	}
	// JSON and a form without photos mean the same.
	h := map[string]string{"Idempotency-Key": "j", "Authorization": "Bearer " + dispatcher}
	want[reportFeatureJSON](t, s.do(call{method: "POST", path: "/api/v1/reports/" + sent.ID + "/events", body: `{"type":"accept"}`, header: h}), 200)
	if w := s.act(sent.ID, dispatcher, h, event(`{"type":"accept"}`)); w.Code != 200 || !replayed(w) {
		t.Errorf("the same as a form = %d %s, replayed %v", w.Code, w.Body, replayed(w))
	}
	wantProblem(t, s.act(sent.ID, dispatcher, map[string]string{"Idempotency-Key": "a b"}, comment...), 400, "invalid-idempotency-key")
	if n := len(s.store.actions); n != 3 {
		t.Errorf("%d actions were done, want 3", n)
	}
	if len(s.store.staged) != 0 || len(s.store.photos) != 1 {
		t.Errorf("%d photos wait and %d are kept, want 0 and 1", len(s.store.staged), len(s.store.photos))
	}
}

// TestEventFormWithASession: what a plain form of another site could send is
// refused without the header that it cannot send.
func TestEventFormWithASession(t *testing.T) {
	s := newSite(t)
	sent := s.send("other", groupPoint)
	cookie := s.session(access.Account{ID: id(801), Login: "chief", Role: access.Officer, Person: chiefWest, AreaIDs: []geo.ID{id(4)}})
	wantProblem(t, s.act(sent.ID, "", cookie, event(`{"type":"accept"}`), aPhoto), 403, "cross-origin")
	cookie[ownHeader] = "1"
	got := want[reportFeatureJSON](t, s.act(sent.ID, "", cookie, event(`{"type":"accept"}`), aPhoto), 200)
	if got.Properties.Status != patrol.Accepted || len(got.Properties.Photos) != 1 {
		t.Errorf("after accept with a photo: %+v", got.Properties)
	}
}
