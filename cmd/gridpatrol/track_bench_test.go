package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// The load of a whole district, and how long it is kept up.
const (
	phones     = 500
	everyFix   = 5 * time.Second
	phonesTurn = 30 * time.Second
	// walked is how long they have been on their way before.
	walked = time.Hour
	// uploadFixes is what a phone sends that was without signal for some hours.
	uploadFixes  = 2000
	uploadRounds = 30
)

// trackBench is a server with patrols under way, on a database that keeps what
// it acknowledges.
type trackBench struct {
	*testing.B
	*serving
	dir    string
	url    string
	header []string
	people []geo.ID // five a patrol
	walks  []geo.ID
}

func newTrackBench(b *testing.B) *trackBench {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "gp")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // for the database's user
		b.Fatal(err)
	}
	c, log := Common{DataDir: dir, District: "220112"}, slog.New(slog.DiscardHandler)
	db, err := c.openDatabase(ctx, log, own)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.close(ctx); err != nil {
			b.Error(err)
		}
	})
	store, err := postgis.Open(ctx, postgis.Config{URL: db.url, District: "220112", ContactKey: bytes.Repeat([]byte{7}, keySize)})
	if err != nil {
		b.Fatal(err)
	}
	if err := publishDistrict(ctx, store); err != nil {
		b.Fatal(err)
	}
	store.Close()
	s := serveTest(b, db.url)
	out := &trackBench{B: b, serving: s, dir: dir, url: db.url}
	out.header = bearer(makeToken(b, s.store, access.Admin))
	began := time.Now().UTC().Add(-20 * time.Hour)
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	for n := range phones / 5 {
		p := patrol.Patrol{ID: uuid.Must(uuid.NewV7()), AreaID: grids[n%len(grids)].ID, AreaIDs: []geo.ID{grids[n%len(grids)].ID},
			PlannedStart: began, PlannedEnd: began.Add(24 * time.Hour), CreatedAt: began}
		for range 5 {
			p.Team = append(p.Team, uuid.Must(uuid.NewV7()))
		}
		if _, _, err := s.store.AddPatrol(ctx, patrol.NewPatrol{Patrol: p, Actor: system}); err != nil {
			b.Fatal(err)
		}
		if _, _, err := s.store.DoPatrol(ctx, access.Scope{All: true}, geo.ID{}, patrol.PatrolAction{PatrolID: p.ID, Deed: patrol.DeedStart,
			At: began, Seen: time.Now(), Walker: patrol.Walker{AnyPatrol: true}, Actor: system}); err != nil {
			b.Fatal(err)
		}
		out.people = append(out.people, p.Team...)
		for range 5 {
			out.walks = append(out.walks, p.ID)
		}
	}
	if err := s.tracks.MakeMonths(ctx, time.Now()); err != nil {
		b.Fatal(err)
	}
	return out
}

// lines are fixes of a walk from a place, one every five seconds, as a phone
// sends them.
func lines(rnd *rand.Rand, at geo.LatticePoint, from time.Time, n int) []byte {
	var out []byte
	for i := range n {
		at.Lon, at.Lat = at.Lon+int32(rnd.IntN(800)), at.Lat+int32(rnd.IntN(600)-300)
		p := at.Point()
		out = fmt.Appendf(out, `{"t":%q,"lon":%.7f,"lat":%.7f,"accuracy_m":%.1f,"speed_mps":%.2f}`+"\n",
			from.Add(time.Duration(i)*everyFix).UTC().Format("2006-01-02T15:04:05.000Z"), p[0], p[1], 3+rnd.Float64()*10, 1+rnd.Float64())
	}
	return out
}

// place is where a phone's walk begins.
func (t *trackBench) place(phone int) geo.LatticePoint {
	grids := t.boundaries.Current().Index.Areas(geo.Grid)
	at, _ := geo.Snap(grids[phone/5%len(grids)].Shape.Bound().Center())
	return at
}

// send uploads lines of a phone.
func (t *trackBench) send(phone int, body []byte) error {
	r, err := http.NewRequest("POST", t.serving.url+"/api/v1/patrols/"+t.walks[phone].String()+"/track?person="+t.people[phone].String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	for i := 0; i < len(t.header); i += 2 {
		r.Header.Set(t.header[i], t.header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	var got struct{ New, Received int }
	if err == nil && resp.StatusCode == 200 {
		err = json.Unmarshal(answer, &got)
	}
	if err == nil && (resp.StatusCode != 200 || got.New != got.Received || got.New == 0) {
		err = fmt.Errorf("%d %.300s", resp.StatusCode, answer)
	}
	return err
}

// copied is the rows of a walk in the binary form of COPY.
func copied(rnd *rand.Rand, track geo.ID, at geo.LatticePoint, from time.Time, n int) []byte {
	out := []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	be := binary.BigEndian
	epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	for i := range n {
		at.Lon, at.Lat = at.Lon+int32(rnd.IntN(800)), at.Lat+int32(rnd.IntN(600)-300)
		out = append(be.AppendUint32(be.AppendUint16(out, 8), 6), "220112"...)
		out = append(be.AppendUint32(out, 16), track[:]...)
		out = be.AppendUint64(be.AppendUint32(out, 8), uint64(from.Add(time.Duration(i)*everyFix).UnixMicro()-epoch))
		for _, v := range []int32{at.Lon, at.Lat, int32(300 + rnd.IntN(1000)), int32(100 + rnd.IntN(100))} {
			out = be.AppendUint32(be.AppendUint32(out, 4), uint32(v))
		}
		out = append(be.AppendUint32(out, 1), 0)
	}
	return append(out, 0xff, 0xff)
}

const copyFixes = `COPY gridpatrol.track_fixes (district_code, track_id, t, lon_e7, lat_e7, accuracy_cm, speed_cms, mock) FROM STDIN BINARY`

// BenchmarkTracks measures uploads of tracks through HTTP beside a COPY of as
// many fixes into the same table with the same index, in turns; then the phones of
// a whole district, each with a fix every five seconds, a dispatcher at the live
// map and all that follows from fixes made meanwhile.
func BenchmarkTracks(b *testing.B) {
	t := newTrackBench(b)
	conn, err := pgconn.Connect(b.Context(), t.url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	rnd := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		var ours, copying, making time.Duration
		for n := range uploadRounds {
			from := time.Now().Add(-19 * time.Hour)
			body := lines(rnd, t.place(n), from, uploadFixes)
			rows := copied(rnd, uuid.Must(uuid.NewV7()), t.place(n), from, uploadFixes)
			began := time.Now()
			if err := t.send(n, body); err != nil {
				b.Fatal(err)
			}
			ours += time.Since(began)
			began = time.Now()
			if err := t.tracks.CatchUp(b.Context()); err != nil {
				b.Fatal(err)
			}
			making += time.Since(began)
			began = time.Now()
			if _, err := conn.CopyFrom(b.Context(), bytes.NewReader(rows), copyFixes); err != nil {
				b.Fatal(err)
			}
			copying += time.Since(began)
		}
		const area, total = "tracks", uploadRounds * uploadFixes
		measure.Report(b,
			measure.Row{Area: area, What: "uploads of 2,000 fixes through HTTP, each durable", Ours: total / ours.Seconds(), Unit: "fixes/s",
				Against: "COPY of as many into the same table and index, in turns", Reference: total / copying.Seconds(), Aim: "≥ 0.30 of it"},
			measure.Row{Area: area, What: "… and all that follows from them made: pieces, visits, cells, sums of days", Ours: total / making.Seconds(), Unit: "fixes/s"})
		t.district(rnd)
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
}

// district has all phones send at their pace, an hour into their patrols.
func (t *trackBench) district(rnd *rand.Rand) {
	postmaster := t.postmaster()
	for phone := range phones {
		if err := t.send(phone, lines(rnd, t.place(phone), time.Now().Add(-walked), int(walked/everyFix))); err != nil {
			t.Fatal(err)
		}
	}
	if err := t.tracks.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var took []time.Duration
	var worst time.Duration
	note := func(list *[]time.Duration, d time.Duration) { mu.Lock(); *list = append(*list, d); mu.Unlock() }
	var live []time.Duration
	bodies := make([][][]byte, phones)
	start := time.Now().Add(time.Second)
	for phone := range phones {
		first := start.Add(time.Duration(phone) * everyFix / phones)
		text := lines(rnd, t.place(phone), first, int(phonesTurn/everyFix))
		bodies[phone] = bytes.SplitAfter(bytes.TrimSpace(text), []byte("\n"))
	}
	var wait sync.WaitGroup
	used := cpuOf(t.B, postmaster)
	began := time.Now()
	for phone := range phones {
		wait.Go(func() {
			for i, body := range bodies[phone] {
				time.Sleep(time.Until(start.Add(time.Duration(phone)*everyFix/phones + time.Duration(i)*everyFix)))
				sent := time.Now()
				if err := t.send(phone, body); err != nil {
					t.Error(err)
					return
				}
				note(&took, time.Since(sent))
			}
		})
	}
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(3 * time.Second):
			}
			asked := time.Now()
			if got := request(t.serving, "GET", "/api/v1/patrols/live", "", t.header...); got.status != 200 {
				t.Errorf("live = %d %.200s", got.status, got.body)
			}
			note(&live, time.Since(asked))
			lag, err := t.tracks.Lag(t.Context())
			if err != nil {
				t.Error(err)
			}
			worst = max(worst, lag)
		}
	})
	wait.Wait()
	share := (cpuOf(t.B, postmaster) - used).Seconds() / time.Since(began).Seconds() / 2
	close(ended)
	watching.Wait()
	at := func(list []time.Duration, part float64) float64 {
		slices.Sort(list)
		return float64(list[min(len(list)-1, int(part*float64(len(list))))]) / 1e6
	}
	const area = "tracks"
	measure.Report(t.B,
		measure.Row{Area: area, What: "500 phones an hour into patrols, a fix in 5 s each, senders and a live map included: of two cores", Ours: 100 * share, Unit: "%", Aim: "≤ 60 %"},
		measure.Row{Area: area, What: "… until a fix is acknowledged, median", Ours: at(took, 0.5), Unit: "ms"},
		measure.Row{Area: area, What: "… 99th percentile", Ours: at(took, 0.99), Unit: "ms"},
		measure.Row{Area: area, What: "… the live map of all of them, median", Ours: at(live, 0.5), Unit: "ms"},
		measure.Row{Area: area, What: "… the longest that what follows from a fix was not made", Ours: worst.Seconds(), Unit: "s"})
}

// postmaster gives the process of the bench's own database.
func (t *trackBench) postmaster() int {
	files, _ := filepath.Glob(filepath.Join(t.dir, "*", "postmaster.pid"))
	more, _ := filepath.Glob(filepath.Join(t.dir, "*", "*", "postmaster.pid"))
	if files = append(files, more...); len(files) != 1 {
		t.Fatalf("%d files postmaster.pid, want that of the database", len(files))
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// cpuOf is what this process and a database have used of processors so far.
func cpuOf(tb testing.TB, postmaster int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	total := time.Duration(u.Utime.Nano() + u.Stime.Nano())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest) // from the third on: state, ppid, …
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2])
		if len(f) < 15 || pid != postmaster && f[1] != strconv.Itoa(postmaster) {
			continue
		}
		ticks := []string{f[11], f[12]}
		if pid == postmaster {
			ticks = append(ticks, f[13], f[14]) // of those that have ended
		}
		for _, s := range ticks {
			n, _ := strconv.Atoi(s)
			total += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return total
}

// BenchmarkTenMillionFixes compares ways of keeping ten million fixes; it takes
// minutes, and runs where GRIDPATROL_TEN_MILLION is set.
func BenchmarkTenMillionFixes(b *testing.B) {
	if os.Getenv("GRIDPATROL_TEN_MILLION") == "" {
		b.Log("set GRIDPATROL_TEN_MILLION to run it")
		b.ReportMetric(0, "ns/op")
		return
	}
	t := newTrackBench(b)
	ctx := b.Context()
	conn, err := pgx.Connect(ctx, t.url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	exec := func(sql string) time.Duration {
		began := time.Now()
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatal(sql, err)
		}
		return time.Since(began)
	}
	one := func(sql string) (out string) {
		if err := conn.QueryRow(ctx, sql).Scan(&out); err != nil {
			b.Fatal(sql, err)
		}
		return out
	}
	const many, each = 10_000_000, 5000
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for turn, way := range []string{"one", "months", "days"} {
		// The server makes what follows from the uploads of the last turn.
		if err := t.tracks.CatchUp(ctx); err != nil {
			b.Fatal(err)
		}
		exec(`TRUNCATE gridpatrol.track_fixes`)
		parts := 1
		switch way {
		case "one":
			for _, at := range []time.Time{month.AddDate(0, -1, 0), month, month.AddDate(0, 1, 0)} {
				exec(`DROP TABLE gridpatrol.track_fixes_` + at.Format("200601"))
			}
		case "months":
			for n := range 3 {
				exec(`SELECT gridpatrol.make_track_partition('` + month.AddDate(0, -n, 0).Format(time.RFC3339) + `')`)
				parts++
			}
		case "days":
			for n := range 3 {
				exec(`DROP TABLE gridpatrol.track_fixes_` + month.AddDate(0, -n, 0).Format("200601"))
			}
			for n := range 62 {
				day := now.AddDate(0, 0, -n).Truncate(24 * time.Hour)
				exec(fmt.Sprintf(`CREATE TABLE gridpatrol.day_%s PARTITION OF gridpatrol.track_fixes FOR VALUES FROM ('%s') TO ('%s')`,
					day.Format("20060102"), day.Format(time.RFC3339), day.AddDate(0, 0, 1).Format(time.RFC3339)))
				parts++
			}
		}
		rnd := rand.New(rand.NewPCG(2, 2))
		var last, all time.Duration
		var ids []geo.ID
		for n := range many / each {
			// Sixty days of patrols, each of seven hours, in the order of time.
			from := now.AddDate(0, 0, -60).Add(time.Duration(n) * 60 * 24 * time.Hour / (many / each))
			ids = append(ids, uuid.Must(uuid.NewV7()))
			rows := copied(rnd, ids[n], t.place(n%phones), from, each)
			began := time.Now()
			if _, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(rows), copyFixes); err != nil {
				b.Fatal(err)
			}
			all += time.Since(began)
			if n >= many/each-200 {
				last += time.Since(began)
			}
		}
		exec(`ANALYZE gridpatrol.track_fixes`)
		var ours time.Duration
		for n := range 100 {
			body := lines(rnd, t.place(n), now.Add(-19*time.Hour), uploadFixes)
			began := time.Now()
			if err := t.send(100+100*turn+n, body); err != nil {
				b.Fatal(err)
			}
			ours += time.Since(began)
		}
		var read time.Duration
		for n := range 200 {
			began := time.Now()
			if _, err := conn.Exec(ctx, `SELECT * FROM gridpatrol.track_fixes WHERE district_code = '220112' AND track_id = $1 AND t >= $2 AND t <= $3 ORDER BY t`,
				ids[n*9], now.AddDate(0, 0, -70), now); err != nil {
				b.Fatal(err)
			}
			read += time.Since(began)
		}
		sizes := one(`SELECT string_agg(kind || ' ' || pg_size_pretty(bytes), ', ' ORDER BY kind) FROM (
			SELECT CASE relkind WHEN 'i' THEN 'index' ELSE 'table' END AS kind, sum(pg_relation_size(c.oid)) AS bytes FROM pg_class c
			WHERE relnamespace = 'gridpatrol'::regnamespace AND (relname LIKE 'track_fixes%' OR relname LIKE 'day_%') GROUP BY 1) x`)
		purge := exec(`DELETE FROM gridpatrol.track_fixes WHERE district_code = '220112' AND t < now() - interval '59 days'`)
		b.Logf("%-6s %d partitions: COPY %.0f/s in all, %.0f/s of the last million; uploads %.0f/s; a track of 5,000 read in %.1f ms; %s; a day deleted in %v",
			way, parts, many/all.Seconds(), 1e6/last.Seconds(), 100*uploadFixes/ours.Seconds(), float64(read.Microseconds())/200/1000, sizes, purge.Round(time.Millisecond))
	}
}
