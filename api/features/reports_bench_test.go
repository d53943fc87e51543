package features

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// asReports is the page of reports that PostgreSQL makes after a second and an
// id, of the same public form and by the same index: its JSON, how many there
// are, and what it ends with.
const asReports = `
	WITH page AS MATERIALIZED (
		SELECT r.id, r.category, r.status, r.lon_e7, r.lat_e7, r.area_ids,
			date_trunc('second', r.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS second, r.updated_at,
			CASE WHEN r.category = ANY(@fine::text[]) THEN 1 ELSE 10 END AS k
		FROM gridpatrol.reports r WHERE r.district_code = '220112'
			AND (date_trunc('second', r.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', r.id) < (@second::timestamptz, @id::uuid)
		ORDER BY date_trunc('second', r.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' DESC, r.id DESC LIMIT @limit)
	SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object('type', 'Feature', 'id', id,
			'geometry', json_build_object('type', 'Point', 'coordinates', json_build_array(
				(lon_e7 - lon_e7 % (6200 * k) + 3100 * k) / 1e7::float8, (lat_e7 - lat_e7 % (4500 * k) + 2250 * k) / 1e7::float8)),
			'properties', json_build_object('category', category, 'status', status, 'grid', @grids::jsonb ->> area_ids[1]::text,
				'created_at', to_char(second AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				'updated_at', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
			ORDER BY second DESC, id DESC))::text,
		count(*), min(second), (array_agg(id ORDER BY second, id))[1]
	FROM page`

// millionReports is a database with the demo's boundaries and that many reports all over the
// district in three years, as they came.
func millionReports(b *testing.B, n int) (*postgis.Store, *pgxpool.Pool) {
	b.Helper()
	ctx := context.Background()
	url := pgtest.URL(b)
	store, err := postgis.Open(ctx, postgis.Config{URL: url, District: "220112", MaxConns: 8})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(store.Close)
	d, err := fixtures.Generate(fixtures.Config{Until: testNow})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := store.Publish(ctx, postgis.Publication{Areas: d.Areas, Note: "demo"}); err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	var categories, statuses []string
	for _, c := range patrol.DefaultRulebook(time.UTC).Categories {
		categories = append(categories, c.Code)
	}
	for _, s := range patrol.Statuses() {
		statuses = append(statuses, string(s))
	}
	for _, sql := range []string{`
		INSERT INTO gridpatrol.reports
		SELECT '220112', gen_random_uuid(), (@categories::text[])[1 + i % @c::int], repeat('楼道里有电动车。', 1 + i % 6), lon, lat,
			ST_SetSRID(ST_MakePoint(lon / 1e7::float8, lat / 1e7::float8), 4326), lon / 1e7::float8, lat / 1e7::float8, 'wgs84', 10, 'demo', NULL,
			at, at + interval '90 minutes', (@statuses::text[])[1 + i % @s::int], at + interval '2 days', at + interval '4 days', 3, 0,
			ARRAY[(@grids::uuid[])[1 + i % @g::int]], 1, 3, false, ''
		FROM (SELECT i, 1254400000 + (random() * 5800000)::int AS lon, 432600000 + (random() * 5400000)::int AS lat,
			timestamptz '2023-10-01Z' + make_interval(secs => 94.6e6 * i / @n::float8) AS at FROM generate_series(1, @n::int) i) x`,
		`VACUUM ANALYZE gridpatrol.reports`,
	} {
		args := []any{}
		if sql[0] != 'V' {
			var grids []string
			if grids, err = textsOf(ctx, pool, `SELECT id::text FROM gridpatrol.areas WHERE kind = 'grid'`); err != nil {
				b.Fatal(err)
			}
			args = append(args, pgx.NamedArgs{"categories": categories, "c": len(categories), "statuses": statuses, "s": len(statuses), "grids": grids, "g": len(grids), "n": n})
		}
		if _, err := pool.Exec(ctx, sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	return store, pool
}

func textsOf(ctx context.Context, pool *pgxpool.Pool, sql string) ([]string, error) {
	rows, err := pool.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// BenchmarkMillionReports reads a million reports in their public form over HTTP, page
// after page of 10,000 by the links, beside PostgreSQL that makes the same pages
// by the same index, in a handler behind the same routes; in turns, of which the
// best counts. It looks how far the heap grows meanwhile.
func BenchmarkMillionReports(b *testing.B) {
	const n, limit = 1_000_000, 10_000
	store, pool := millionReports(b, n)
	r := newRig(b)
	book := duties{&patrol.Duties{Rulebook: patrol.DefaultRulebook(time.UTC)}}
	s, err := New(Config{
		Boundaries: r.history, Reports: store, Duties: book, Hotspots: r.tiles, Tiles: r.tiles,
		Principal: func(*http.Request) access.Principal { return access.Anonymous() },
		PublicURL: func(r *http.Request) string { return "http://" + r.Host }, Problem: writeProblem, Now: func() time.Time { return testNow },
	})
	if err != nil {
		b.Fatal(err)
	}
	ours := httptest.NewServer(s.Handler())
	defer ours.Close()
	theirs := httptest.NewServer(s.compress(reportsByPostgreSQL(b, pool, book.Rulebook, limit)))
	defer theirs.Close()
	path := fmt.Sprintf("/ogc/collections/reports/items?limit=%d", limit)
	sameReports(b, ours.URL+path, theirs.URL+path)

	const turns = 2
	var rate [2]float64
	var tenth, whole, size int64
	for b.Loop() {
		for range turns {
			for side, base := range []string{ours.URL, theirs.URL} {
				before := heapAlloc(true)
				began, seen, most := time.Now(), 0, int64(0)
				size = 0
				for next := base + path; next != ""; {
					features, bytes, following, err := readPage(next)
					if err != nil {
						b.Fatal(err)
					}
					seen, size, next = seen+features, size+bytes, following
					most = max(most, heapAlloc(false)-before)
					if side == 0 && seen <= n/10 {
						tenth = max(tenth, most)
					}
				}
				if seen != n {
					b.Fatalf("%s gives %d reports, want %d", base, seen, n)
				}
				rate[side] = max(rate[side], n/time.Since(began).Seconds())
				if side == 0 {
					whole = max(whole, most)
				}
			}
		}
	}
	measure.Report(b,
		measure.Row{Area: "pages of the OGC API", What: fmt.Sprintf("%d reports, pages of %d, %.0f MB, one after another", n, limit, float64(size)/1e6), Ours: rate[0], Unit: "/s",
			Against: "PostgreSQL making the JSON, same routes", Reference: rate[1], Aim: "≥ 100,000/s"},
		measure.Row{Area: "pages of the OGC API", What: "heap above what it was, after a tenth of the reports", Ours: float64(tenth) / 1e6, Unit: "MB"},
		measure.Row{Area: "pages of the OGC API", What: "heap above what it was, after all", Ours: float64(whole) / 1e6, Unit: "MB"},
	)
	b.ReportMetric(rate[0], "reports/s")
	b.ReportMetric(0, "ns/op")
}

func heapAlloc(collect bool) int64 {
	if collect {
		runtime.GC()
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// reportsByPostgreSQL answers with pages that PostgreSQL makes.
func reportsByPostgreSQL(b *testing.B, pool *pgxpool.Pool, book *patrol.Rulebook, limit int) http.Handler {
	b.Helper()
	var fine []string
	for _, c := range book.Categories {
		if !c.Private {
			fine = append(fine, c.Code)
		}
	}
	var grids string
	err := pool.QueryRow(b.Context(), `SELECT jsonb_object_agg(area_id, code)::text FROM gridpatrol.area_versions WHERE kind = 'grid'`).Scan(&grids)
	if err != nil {
		b.Fatal(err)
	}
	router := mux.NewRouter()
	router.HandleFunc("/ogc/collections/{collection}/items", func(w http.ResponseWriter, r *http.Request) {
		args := pgx.NamedArgs{"second": testNow.AddDate(9, 0, 0), "id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "limit": limit, "fine": fine, "grids": grids}
		if at := r.URL.Query().Get("second"); at != "" {
			second, err := time.Parse(time.RFC3339, at)
			if err != nil {
				writeProblem(w, r, err)
				return
			}
			args["second"], args["id"] = second, r.URL.Query().Get("id")
		}
		var page []byte
		var n int
		var second time.Time
		var id string
		if err := pool.QueryRow(r.Context(), asReports, args).Scan(&page, &n, &second, &id); err != nil {
			writeProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", geoJSON)
		fmt.Fprintf(w, `{"numberReturned":%d,`, n)
		// What is asked after a last page is empty, and aggregates of nothing are NULL.
		var before int
		if err := pool.QueryRow(r.Context(), `SELECT count(*) FROM (SELECT FROM gridpatrol.reports r WHERE district_code = '220112'
			AND (date_trunc('second', r.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', r.id) < ($1, $2) LIMIT 1) x`, second, id).Scan(&before); err != nil {
			panic(err)
		}
		if before > 0 {
			fmt.Fprintf(w, `"links":[{"href":"http://%s%s?second=%s&id=%s","rel":"next"}],`, r.Host, r.URL.Path, second.UTC().Format(time.RFC3339), id)
		}
		_, _ = w.Write(page[1:])
	})
	return router
}

// readPage reads a page as fast as can be: how many features it has, how many bytes, and the address
// of the next.
func readPage(url string) (features int, size int64, next string, err error) {
	answer, err := uncompressed.Get(url)
	if err != nil {
		return 0, 0, "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return 0, 0, "", fmt.Errorf("%s: %d %s", url, answer.StatusCode, text)
	}
	head := make([]byte, 4096)
	got, err := io.ReadFull(answer.Body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, 0, "", err
	}
	head = head[:got]
	rest, err := io.Copy(io.Discard, answer.Body)
	if err != nil {
		return 0, 0, "", err
	}
	_, after, _ := bytes.Cut(head, []byte(`"numberReturned":`))
	number, _, _ := bytes.Cut(after, []byte(","))
	if features, err = strconv.Atoi(string(number)); err != nil {
		return 0, 0, "", err
	}
	if i := bytes.Index(head, []byte(`","rel":"next"`)); i >= 0 {
		from := bytes.LastIndex(head[:i], []byte(`"href":"`)) + len(`"href":"`)
		next = string(head[from:i])
	}
	return features, int64(got) + rest, next, nil
}

// uncompressed asks for no compression.
var uncompressed = &http.Client{Transport: &http.Transport{DisableCompression: true}}

// sameReports makes sure that both have the same first page.
func sameReports(b *testing.B, ours, theirs string) {
	b.Helper()
	var pages [2]struct {
		Features []map[string]any
	}
	for i, url := range []string{ours, theirs} {
		answer, err := uncompressed.Get(url)
		if err != nil {
			b.Fatal(err)
		}
		if err := json.NewDecoder(answer.Body).Decode(&pages[i]); err != nil {
			b.Fatal(err)
		}
		answer.Body.Close()
	}
	if len(pages[0].Features) == 0 || len(pages[0].Features) != len(pages[1].Features) {
		b.Fatalf("%d reports of ours, %d of theirs", len(pages[0].Features), len(pages[1].Features))
	}
	for i := range pages[0].Features {
		if !reflect.DeepEqual(pages[0].Features[i], pages[1].Features[i]) {
			b.Fatalf("report %d is\n%v\nin ours and\n%v\nin theirs", i, pages[0].Features[i], pages[1].Features[i])
		}
	}
}
