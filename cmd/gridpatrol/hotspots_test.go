package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// hotspots is what POST /api/v1/hotspots tells of a whole district.
type hotspots struct {
	Total    *int
	Features []struct {
		Properties struct {
			Count      int
			Suppressed bool
		}
	}
	caching string
}

// askHotspots asks as whoever has the token; "" is nobody.
func askHotspots(t *testing.T, s *serving, token string) (h hotspots) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+"/api/v1/hotspots", bytes.NewReader([]byte(`{}`)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("POST /api/v1/hotspots: %s, %v: %s", resp.Status, err, body)
	}
	if err := json.Unmarshal(body, &h); err != nil {
		t.Fatal(err)
	}
	h.caching = resp.Header.Get("Cache-Control")
	return h
}

// TestTwoServersCountReports sends reports to one server and asks the other for
// hot spots: as a dispatcher, as an officer of one grid, and as nobody.
func TestTwoServersCountReports(t *testing.T) {
	url := districtDatabase(t)
	a, b := serveTest(t, url), serveTest(t, url)
	index := a.boundaries.Current().Index
	here := orb.Point{125.66, 43.52}
	m, _ := index.Locate(here)
	home := m.Area(geo.Grid)
	if home == nil {
		t.Fatalf("no grid at %v", here)
	}
	var there orb.Point
	for _, c := range index.Areas(geo.Compound) {
		if p := c.Shape.Bound().Center(); there == (orb.Point{}) {
			if m, _ := index.Locate(p); m.Area(geo.Grid) != nil && m.Area(geo.Grid).ID != home.ID {
				there = p
			}
		}
	}
	dispatcher, officer := makeToken(t, a.store, "dispatcher"), makeToken(t, a.store, "officer", home.ID)

	client := &http.Client{Timeout: 10 * time.Second}
	report := func(p orb.Point, n int) {
		for range n {
			body := fmt.Appendf(nil, `{"category":"infrastructure","description":"路灯不亮","lon":%.7f,"lat":%.7f}`, p[0], p[1])
			if _, err := send(client, a.url, body, uuid.NewString(), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if h := askHotspots(t, b, dispatcher); h.Total == nil || *h.Total != 0 {
		t.Fatalf("before any report there are %v", h.Total)
	}
	report(here, hotspot.MinPublic)
	report(there, hotspot.MinPublic-1)
	began := time.Now()
	const all = 2*hotspot.MinPublic - 1
	eventually(t, "the other server counts every report", func() bool {
		h := askHotspots(t, b, dispatcher)
		return h.Total != nil && *h.Total == all
	})
	t.Logf("the other server counted the last report %s after it was answered", time.Since(began).Round(time.Millisecond))

	resp, err := client.Get(b.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	metrics, err := io.ReadAll(resp.Body)
	if want := fmt.Sprintf("\ngridpatrol_counted_reports %d\n", all); err != nil || !bytes.Contains(metrics, []byte(want)) {
		t.Errorf("the metrics do not say%s, %v", want, err)
	}

	h := askHotspots(t, b, "")
	counts, suppressed := 0, 0
	for _, f := range h.Features {
		counts += f.Properties.Count
		if f.Properties.Suppressed {
			suppressed++
		}
	}
	// A total would give away what the suppressed cell holds.
	if counts != hotspot.MinPublic || suppressed != 1 || h.Total != nil {
		t.Errorf("the public sees %d reports, %d suppressed cells and a total of %v; want %d, 1 and none", counts, suppressed, h.Total, hotspot.MinPublic)
	}
	eventually(t, "the officer is counted the own grid", func() bool {
		h = askHotspots(t, b, officer)
		return h.Total != nil && *h.Total == hotspot.MinPublic
	})
	if len(h.Features) != 1 || h.caching != "private, no-cache" {
		t.Errorf("the officer sees %d cells, with Cache-Control: %s", len(h.Features), h.caching)
	}
}
