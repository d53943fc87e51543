package api

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
)

// TestActLater sends what was done without a network: history has both times,
// for colleagues; the reporter sees the server's. What is the same but for its
// time is another request.
func TestActLater(t *testing.T) {
	s := newSite(t)
	sent := want[reportFeatureJSON](t, s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":125.62,"lat":43.55}`}), 201)
	office := map[string]string{"Authorization": "Bearer " + s.token(access.Dispatcher)}
	path := "/api/v1/reports/" + sent.ID
	act := func(key, body string) call {
		header := map[string]string{"Authorization": office["Authorization"], "Idempotency-Key": key}
		return call{method: "POST", path: path + "/events", header: header, body: body}
	}
	body := `{"type":"accept","at":"2026-09-01T09:12:00+08:00"}`
	want[reportFeatureJSON](t, s.do(act("k", body)), 200)
	if w := s.do(act("k", body)); w.Header().Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same again = %d, not replayed: %s", w.Code, w.Body)
	}
	wantProblem(t, s.do(act("k", `{"type":"accept","at":"2026-09-01T09:13:00+08:00"}`)), 409, "idempotency-key-reused")
	full := want[reportFeatureJSON](t, s.do(call{method: "GET", path: path, header: office}), 200).Properties.History
	if last := full[len(full)-1]; last.OccurredAt == nil || last.OccurredAt.Format("15:04Z07:00") != "01:12Z" || last.At.Equal(*last.OccurredAt) {
		t.Errorf("history says it was done at %v and came at %v, want 01:12Z and now", last.OccurredAt, last.At)
	}
	own := want[reportFeatureJSON](t, s.do(call{method: "GET", path: path, header: map[string]string{"X-Follow-Secret": sent.Properties.FollowSecret}}), 200)
	for _, h := range own.Properties.History {
		if h.OccurredAt != nil {
			t.Errorf("the reporter sees the time of %s by a phone", h.Type)
		}
	}
	wantProblem(t, s.do(act("soon", `{"type":"comment","note":"x","at":"2126-09-01T09:12:00Z"}`)), 422, "clock-ahead")
	wantProblem(t, s.do(act("never", `{"type":"comment","note":"x","at":"yesterday"}`)), 400, "invalid-body")
}

// TestOtherAccount sends what was meant for one account as another one, as
// nobody, and with a session that has ended: nothing is taken.
func TestOtherAccount(t *testing.T) {
	s := newSite(t)
	a := access.Account{ID: id(700), Login: "a", Role: access.Officer}
	mine, theirs := s.session(a), s.session(access.Account{ID: id(701), Login: "b", Role: access.Officer})
	ended := map[string]string{"Cookie": cookieNameLoopback + "=" + "gone"}
	for name, c := range map[string]struct {
		header map[string]string
		status int
	}{"own": {mine, 201}, "another's": {theirs, 401}, "nobody's": {nil, 401}, "ended": {ended, 401}} {
		header := map[string]string{"X-Account": a.ID.String(), "Idempotency-Key": "k-" + name}
		for k, v := range c.header {
			header[k] = v
		}
		w := s.do(call{method: "POST", path: "/api/v1/reports", header: header, body: `{"category":"other","lon":125.62,"lat":43.55}`})
		if w.Code != c.status {
			t.Errorf("%s session: %d %s, want %d", name, w.Code, w.Body, c.status)
		}
	}
	if n := len(s.store.reports); n != 1 {
		t.Errorf("%d reports, want the own one", n)
	}
}
