package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// told is an event as the store keeps it: with the id, and the place that was
// everybody's to see when it was written.
func told(cursor int64, report geo.ID, category string, at *orb.Point, area geo.ID) patrol.StreamEvent {
	place := ""
	if at != nil {
		place = fmt.Sprintf(`"lon": %.7f, "lat": %.7f, `, at[0], at[1])
	}
	data := fmt.Sprintf(`{"id": %q, %s"status": "dispatched", "version": 1, "category": %q, "description": "private words",
		"created_at": "2026-09-01T01:02:03.456789Z", "updated_at": "2026-09-01T01:02:04.456789Z"}`, report, place, category)
	return patrol.StreamEvent{Cursor: cursor, Type: "report.created", Areas: []geo.ID{area}, Data: json.RawMessage(data)}
}

// hear opens a stream and gives the messages that have come after a moment, as
// type and data.
func (s *site) hear(path string, header map[string]string) []string {
	s.t.Helper()
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		body, _ := io.ReadAll(resp.Body)
		return []string{fmt.Sprint(resp.StatusCode, " ", string(body))}
	}
	// The last event of every test is one that everybody hears.
	time.AfterFunc(5*time.Second, cancel)
	var out []string
	name := ""
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = n
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if name == "reset" {
				return out
			}
			out = append(out, name+" "+data)
		}
	}
	s.t.Error("the stream ended, or its last event did not come")
	return out
}

// last ends what a test hears.
func last(cursor int64) patrol.StreamEvent {
	return patrol.StreamEvent{Cursor: cursor, Type: "reset", Data: json.RawMessage(`{}`)}
}

const dates = `"created_at":"2026-09-01T01:02:03Z","updated_at":"2026-09-01T01:02:04Z"}`

// public is what everybody is told of a report, in full.
func public(category string, p orb.Point) string {
	return fmt.Sprintf(`report.created {"category":%q,"status":"dispatched","lon":%v,"lat":%v,`, category, p[0], p[1]) + dates
}

// TestWhoHearsWhat compares all that is told, so that nothing else is.
func TestWhoHearsWhat(t *testing.T) {
	fine, coarse := patrol.PublicPoint(townPoint), patrol.CoarsePoint(groupPoint)
	west, east := told(10, id(601), "lonely_elder", &coarse, id(4)), told(11, id(602), "fire_safety", &fine, id(5))
	patrolled := patrol.StreamEvent{Cursor: 12, Type: "patrol.changed", Areas: []geo.ID{id(4)}, Data: json.RawMessage(`{"patrol":1}`)}
	published := patrol.StreamEvent{Cursor: 13, Type: "revision.published", Data: json.RawMessage(`{"revision":4}`)}
	planned := patrol.StreamEvent{Cursor: 12, Type: "plan.changed", Data: json.RawMessage(`{"plan":"a draft","status":"draft"}`)}
	full := func(e patrol.StreamEvent) string {
		return e.Type + " " + strings.ReplaceAll(string(e.Data), "\n", " ")
	}
	const revision = `revision.published {"revision":4}`
	everybody := []string{public("lonely_elder", coarse), public("fire_safety", fine), revision}
	for _, tt := range []struct {
		name  string
		grade Public
		role  access.Role // empty: a stranger
		areas []geo.ID
		last  string // Last-Event-ID
		want  []string
	}{
		{"a stranger", PublicMap, "", nil, "9", everybody},
		{"a stranger who comes again", PublicMap, "", nil, "10", everybody[1:]},
		{"a consumer", PublicMap, access.Consumer, nil, "9", everybody},
		{"a consumer of the west", PublicMap, access.Consumer, []geo.ID{id(4)}, "9", everybody},
		{"a consumer of the west where the map is not public", PublicLookup, access.Consumer, []geo.ID{id(4)}, "9", []string{everybody[0], revision}},
		{"an officer of the east", PublicMap, access.Officer, []geo.ID{id(5)}, "9", []string{full(east), revision}},
		{"an officer of the west, everything closed", PublicNone, access.Officer, []geo.ID{id(4)}, "9", []string{full(west), full(patrolled), revision}},
		{"an officer without areas", PublicMap, access.Officer, nil, "9", []string{revision}},
		{"a dispatcher", PublicMap, access.Dispatcher, nil, "9", []string{full(west), full(east), full(patrolled), revision}},
		{"a dispatcher who comes again", PublicMap, access.Dispatcher, nil, "11", []string{full(patrolled), revision}},
		{"a planner who comes again", PublicMap, access.Planner, nil, "11", []string{full(patrolled), full(planned), revision}},
		{"a planner of the east, everything closed", PublicNone, access.Planner, []geo.ID{id(5)}, "9", []string{full(east), full(planned), revision}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t, func(c *Config) { c.Public = tt.grade })
			s.store.events = []patrol.StreamEvent{west, east, patrolled, planned, published, last(14)}
			header := map[string]string{"Last-Event-ID": tt.last}
			if tt.role != "" {
				header["Authorization"] = "Bearer " + s.token(tt.role, tt.areas...)
			}
			if got := s.hear("/api/v1/events", header); !slices.Equal(got, tt.want) {
				t.Errorf("heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
	for _, grade := range []Public{PublicNone, PublicLookup} {
		s := newSite(t, func(c *Config) { c.Public = grade })
		// HEAD, since what should not begin would not end.
		if w := s.do(call{method: "HEAD", path: "/api/v1/events"}); w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: a stranger gets %d, want 401", grade, w.Code)
		}
	}
}

// TestPublicPlaceFollowsTheRules checks what becomes of events that were written
// under other rules, by an older program, or wrongly.
func TestPublicPlaceFollowsTheRules(t *testing.T) {
	fine, coarse := patrol.PublicPoint(groupPoint), patrol.CoarsePoint(groupPoint)
	s := newSite(t)
	s.store.events = []patrol.StreamEvent{
		told(1, id(601), "lonely_elder", &fine, id(4)), // was not private then
		told(2, id(602), "abolished", &fine, id(4)),
		told(3, id(603), "fire_safety", &coarse, id(4)), // was private then
		told(4, id(604), "fire_safety", nil, id(4)),
		{Cursor: 5, Type: "report.created", Areas: []geo.ID{id(4)}, Data: json.RawMessage(`[1]`)},
		last(6),
	}
	want := []string{
		public("lonely_elder", coarse), public("abolished", coarse), public("fire_safety", patrol.PublicPoint(coarse)),
		`report.created {"category":"fire_safety","status":"dispatched",` + dates,
	}
	if got := s.hear("/api/v1/events", map[string]string{"Last-Event-ID": "0"}); !slices.Equal(got, want) {
		t.Errorf("heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFollowLive has the sender of a report listen to it, at every grade.
func TestFollowLive(t *testing.T) {
	for _, grade := range []Public{PublicNone, PublicLookup, PublicMap} {
		t.Run(string(grade), func(t *testing.T) {
			s := newSite(t, func(c *Config) { c.Public = grade })
			report := id(601)
			s.store.reports = []patrol.Report{{ID: report, Category: "fire_safety", Status: patrol.Dispatched, Point: groupPoint, Decision: patrol.Decision{AreaIDs: []geo.ID{id(4)}}}}
			shown := patrol.PublicPoint(groupPoint)
			own := told(10, report, "fire_safety", &shown, id(4))
			published := patrol.StreamEvent{Cursor: 12, Type: "revision.published", Data: json.RawMessage(`{"revision":4}`)}
			s.store.events = []patrol.StreamEvent{own, told(11, id(602), "fire_safety", &shown, id(4)), published, last(13)}
			path := "/api/v1/events?report=" + report.String()
			secret := map[string]string{"X-Follow-Secret": "secret-of-" + report.String(), "Last-Event-ID": "9"}
			signedIn := maps.Clone(secret)
			signedIn["Authorization"] = "Bearer " + s.token(access.Officer, id(5))
			for who, header := range map[string]map[string]string{"its sender": secret, "an officer of elsewhere with the secret": signedIn} {
				got := s.hear(path, header)
				if len(got) != 1 || !strings.Contains(got[0], report.String()) {
					t.Errorf("%s hears %q, want the one event of the report", who, got)
				}
			}
			secret["Last-Event-ID"] = "10"
			if got := s.hear(path, secret); len(got) != 0 {
				t.Errorf("its sender who comes again hears %q, want nothing", got)
			}
			unknown := id(699)
			for name, c := range map[string]call{
				"a wrong secret":           {path: path, header: map[string]string{"X-Follow-Secret": "wrong"}},
				"the secret of another":    {path: path, header: map[string]string{"X-Follow-Secret": "secret-of-" + unknown.String()}},
				"no secret":                {path: path},
				"an account, no secret":    {path: path, header: map[string]string{"Authorization": signedIn["Authorization"]}},
				"an unknown report":        {path: "/api/v1/events?report=" + unknown.String(), header: map[string]string{"X-Follow-Secret": "secret-of-" + unknown.String()}},
				"no id":                    {path: "/api/v1/events?report=x", header: secret},
				"an empty id":              {path: "/api/v1/events?report=", header: secret},
				"an id in another writing": {path: "/api/v1/events?report=%7B" + report.String() + "%7D", header: secret},
			} {
				c.method = "HEAD" // since what should not begin would not end
				if w := s.do(c); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s: %d, want 404", name, w.Code)
				}
			}
		})
	}
}
