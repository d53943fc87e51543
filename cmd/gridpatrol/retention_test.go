package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

func TestKeepTime(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "1d": 24 * time.Hour, "3650d": 3650 * 24 * time.Hour, "forever": 0} {
		var k keepTime
		if err := k.UnmarshalText([]byte(text)); err != nil || time.Duration(k) != want {
			t.Errorf("%s = %v, %v; want %v", text, time.Duration(k), err, want)
		}
	}
	for _, text := range []string{"", "0d", "-1d", "+1d", "90", "d", "1.5d", "90 d", "3651d", "99999999999999999999d", "24h", "Forever", "0"} {
		k := keepTime(7)
		if err := k.UnmarshalText([]byte(text)); err == nil || k != 7 {
			t.Errorf("%q is read as %v", text, time.Duration(k))
		}
	}
}

// TestContactsAreForgotten closes a case with a contact and looks again when it
// has been kept long enough: for 90 days it is there, then it is gone, which the
// erasure log and the report say.
func TestContactsAreForgotten(t *testing.T) {
	s := serveTest(t, districtDatabase(t), func(c *serverConfig) { c.keep = keepFlags{KeepContacts: keepTime(90 * 24 * time.Hour)} })
	_, at := s.place(t, geo.Grid, "urban")
	r := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`,"reporter":{"name":"司马","phone":"13877776666"}}`).report(t)
	dispatcher := bearer(makeToken(t, s.store, access.Dispatcher))
	path := "/api/v1/reports/" + r.ID
	if got := s.do(t, "POST", path+"/events", `{"type":"reject","note":"x"}`, dispatcher...); got.status != 200 {
		t.Fatalf("reject = %d %s", got.status, got.body)
	}
	look := func() (status int, has bool) {
		return s.do(t, "GET", path+"/contact", "", dispatcher...).status, strings.Contains(string(s.do(t, "GET", path, "", dispatcher...).body), `"has_contact":true`)
	}
	for _, c := range []struct {
		after  time.Duration
		status int
	}{{89 * 24 * time.Hour, 200}, {91 * 24 * time.Hour, 404}, {92 * 24 * time.Hour, 404}} {
		if err := s.forget(context.Background(), time.Now().Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if status, has := look(); status != c.status || has != (c.status == 200) {
			t.Errorf("after %v the contact is %d, has_contact %v; want %d", c.after, status, has, c.status)
		}
	}
	admin := bearer(makeToken(t, s.store, access.Admin))
	log := string(s.do(t, "GET", "/api/v1/personal/erasures", "", admin...).body)
	if strings.Count(log, `"kind":"retention"`) != 1 || !strings.Contains(log, `"contacts":1`) || !strings.Contains(log, `"by":"retention"`) {
		t.Errorf("the erasure log = %s, want one line of one contact", log)
	}
	if s.keepContacts = 0; s.forget(context.Background(), time.Now().Add(1000*24*time.Hour)) != nil {
		t.Error("keeping for ever fails")
	}
}
