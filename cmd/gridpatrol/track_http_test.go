package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// logged is a log that can be read while it is written.
type logged struct {
	sync.Mutex
	bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// trackOf gives the fixes of a walk through the middle of an area, some of them
// useless.
func trackOf(of *geo.Area, began time.Time, n int) []track.Fix {
	rnd := rand.New(rand.NewPCG(8, 8))
	at, _ := geo.Snap(of.Shape.Bound().Center())
	var out []track.Fix
	for i := range n {
		at.Lon, at.Lat = at.Lon+int32(rnd.IntN(900)), at.Lat+int32(rnd.IntN(700)-250)
		f := track.Fix{T: began.Add(time.Duration(i*5) * time.Second), At: at, AccuracyM: float64(rnd.IntN(600)) / 10, SpeedMPS: 1.5}
		if f.Mock = i%31 == 0; i%29 == 0 {
			f.At.Lat += 500_000
		}
		if i%200 < 170 {
			out = append(out, f)
		}
	}
	return out
}

func asLines(list []track.Fix) string {
	var out strings.Builder
	for _, f := range list {
		p := f.At.Point()
		fmt.Fprintf(&out, `{"t":%q,"lon":%.7f,"lat":%.7f,"accuracy_m":%v,"speed_mps":%v,"mock":%v}`+"\n", f.T.Format(time.RFC3339Nano), p[0], p[1], f.AccuracyM, f.SpeedMPS, f.Mock)
	}
	return out.String()
}

func asFeatures(list []track.Fix) string {
	var out []string
	for _, f := range list {
		p := f.At.Point()
		out = append(out, fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"properties":{"t":%q,"accuracy_m":%v,"speed_mps":%v,"mock":%v}}`,
			p[0], p[1], f.T.Format(time.RFC3339Nano), f.AccuracyM, f.SpeedMPS, f.Mock))
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(out, ",") + `]}`
}

// TestTracksOverHTTP walks one patrol on two servers: on one its track comes in
// order, on the other late, twice, out of order and in two formats, after the end
// too. Pieces, visits and coverage are the same to the byte, whoever asks is
// noted, and no log line says where anybody was.
func TestTracksOverHTTP(t *testing.T) {
	person := uuid.Must(uuid.NewV7())
	began := time.Now().UTC().Add(-3 * time.Hour).Truncate(time.Second)
	var told [2][]string
	for n := range told {
		var log logged
		url := districtDatabase(t)
		s := serveTest(t, url, func(c *serverConfig) { c.log = slog.New(slog.NewJSONHandler(&log, nil)) })
		admin := bearer(makeToken(t, s.store, access.Admin))
		area := s.boundaries.Current().Index.Areas(geo.Grid)[0]
		fixes := trackOf(area, began, 600)
		id := struct{ ID string }{}
		plan := s.do(t, "POST", "/api/v1/patrols", fmt.Sprintf(`{"area":"grid:%s","planned_start":%q,"planned_end":%q}`, area.Code,
			began.Format(time.RFC3339), began.Add(4*time.Hour).Format(time.RFC3339)), append([]string{"Content-Type", "application/json"}, admin...)...)
		if err := json.Unmarshal(plan.body, &id); err != nil || plan.status != 201 {
			t.Fatalf("plan = %d %s, %v", plan.status, plan.body, err)
		}
		// The team is somebody who is in no roster: the name is nobody's to know.
		execute(t, url, `INSERT INTO gridpatrol.patrol_members VALUES ('220112', $1, 1, $2)`, id.ID, person)
		path := "/api/v1/patrols/" + id.ID
		send := func(kind, body string) (got struct{ Received, New, Known, Outside, ClockOffsetMS int }) {
			t.Helper()
			a := s.do(t, "POST", path+"/track", body, append([]string{"Content-Type", kind, "X-Sent-At", time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano)}, admin...)...)
			if err := json.Unmarshal(bytes.ReplaceAll(a.body, []byte("clock_offset_ms"), []byte("ClockOffsetMS")), &got); err != nil || a.status != 200 {
				t.Fatalf("%s = %d %.300s, %v", kind, a.status, a.body, err)
			}
			if got.ClockOffsetMS < 3500_000 || got.ClockOffsetMS > 3700_000 {
				t.Errorf("the phone's clock is %d ms ahead, want an hour", got.ClockOffsetMS)
			}
			return got
		}
		do := func(deed, at string) {
			t.Helper()
			if a := s.do(t, "POST", path+"/"+deed, `{"at":"`+at+`"}`, append([]string{"Content-Type", "application/json"}, admin...)...); a.status != 200 {
				t.Fatalf("%s = %d %s", deed, a.status, a.body)
			}
		}
		end := began.Add(45 * time.Minute).Format(time.RFC3339)
		if a := s.do(t, "POST", path+"/track", asLines(fixes[:3]), append([]string{"Content-Type", "application/x-ndjson"}, admin...)...); a.status != 409 {
			t.Errorf("a track before the start = %d %s, want 409", a.status, a.body)
		}
		do("start", began.Format(time.RFC3339))
		var batches [][]track.Fix
		for part := range slices.Chunk(fixes, 40) {
			batches = append(batches, part)
		}
		if n == 0 {
			for _, b := range batches {
				send("application/x-ndjson", asLines(b))
			}
			do("end", end)
		} else {
			rnd := rand.New(rand.NewPCG(3, 3))
			rnd.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
			for i, b := range append(batches, fixes[:200], batches[2]) {
				switch b = slices.Clone(b); {
				case i == 5:
					do("end", end)
				case i == 9:
					if err := s.tracks.CatchUp(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				rnd.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
				if i%2 == 0 {
					send("application/geo+json", asFeatures(b))
				} else {
					send("application/x-ndjson", asLines(b))
				}
			}
		}
		inside := 0
		for _, f := range fixes {
			if !f.T.After(began.Add(45 * time.Minute)) {
				inside++
			}
		}
		if got := send("application/x-ndjson", asLines(fixes)); got.New != 0 || got.Known != inside || got.Outside != len(fixes)-inside {
			t.Errorf("all of it again = %+v, want %d known", got, inside)
		}
		if err := s.tracks.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		asked := fmt.Sprintf("?from=%s&to=%s", began.Add(-time.Hour).Format(time.RFC3339), began.Add(2*time.Hour).Format(time.RFC3339))
		for _, question := range []string{path + "/track?raw=true", path + "/track?format=gpx", "/api/v1/areas/grid/" + area.Code + "/coverage" + asked, "/api/v1/areas/township/" + area.Code[:9] + "/coverage" + asked} {
			a := s.do(t, "GET", question, "", admin...)
			if a.status != 200 {
				t.Fatalf("%s = %d %.300s", question, a.status, a.body)
			}
			told[n] = append(told[n], strings.ReplaceAll(string(a.body), id.ID, "ID"))
		}
		if readings, err := s.tracks.Readings(t.Context(), person, 10); err != nil || len(readings) != 2 {
			t.Errorf("%d readings of the member, %v; want both", len(readings), err)
		}
		log.Lock()
		for _, secret := range []string{person.String(), fmt.Sprintf("%.4f", fixes[0].At.Point()[0]), fmt.Sprint(fixes[0].At.Lon)} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log says %s", secret)
			}
		}
		log.Unlock()
	}
	for i := range told[0] {
		if told[0][i] != told[1][i] {
			t.Errorf("answer %d in order is\n%.600s\nin any order\n%.600s", i, told[0][i], told[1][i])
		}
	}
	if !strings.Contains(told[0][0], "LineString") || !strings.Contains(told[0][2], `"cells":[{`) {
		t.Errorf("nothing was walked: %.300s %.600s", told[0][0], told[0][2])
	}
}
