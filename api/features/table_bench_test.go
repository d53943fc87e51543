package features

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// asPage is the page of areas that PostGIS makes: the same features, with the
// same properties and digits, by code.
const asPage = `
	SELECT json_build_object('type', 'FeatureCollection', 'numberReturned', count(*), 'features', json_agg(feature))::text FROM (
		SELECT json_build_object('type', 'Feature', 'id', code, 'geometry', ST_AsGeoJSON(shape, 7)::json, 'properties',
			json_build_object('code', code, 'name', name, 'name_en', name_en, 'parent', parent, 'area_m2', area_m2,
				'synthetic', synthetic, 'households', households, 'population', population)) AS feature
		FROM area WHERE kind = $1 ORDER BY code LIMIT $2) f`

// districtTable puts the areas into a table with a column a field.
func districtTable(b *testing.B, x *locate.Index, connections int32) *pgxpool.Pool {
	b.Helper()
	ctx := context.Background()
	pool := pgtest.Pool(b, connections)
	exec := func(sql string) {
		if _, err := pool.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	exec(`CREATE EXTENSION IF NOT EXISTS postgis`)
	exec(`CREATE TABLE raw (kind text, code text, name text, name_en text, parent text, area_m2 float8, synthetic boolean,
		households bigint, population bigint, wkb bytea)`)
	areas := x.All()
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"raw"},
		[]string{"kind", "code", "name", "name_en", "parent", "area_m2", "synthetic", "households", "population", "wkb"},
		pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
			a := areas[i]
			shape, err := wkb.Marshal(a.Shape)
			return []any{string(a.Kind), a.Code, a.Name, a.NameEn, a.Parent.Code, a.AreaM2, a.Synthetic, a.Households, a.Population, shape}, err
		}))
	if err != nil {
		b.Fatal(err)
	}
	exec(`CREATE TABLE area AS SELECT kind, code, name, nullif(name_en, '') AS name_en, nullif(parent, '') AS parent, area_m2, synthetic,
		nullif(households, 0) AS households, nullif(population, 0) AS population, ST_GeomFromWKB(wkb, 4326) AS shape FROM raw`)
	exec(`CREATE INDEX ON area (kind, code COLLATE "C")`)
	exec(`ANALYZE area`)
	return pool
}

// BenchmarkPageOfAreas measures pages of 1,000 village groups of the demo
// district over HTTP, beside PostGIS that makes the same page, in a handler
// behind the same routes and compression; in turns, of which the best counts.
func BenchmarkPageOfAreas(b *testing.B) {
	const size, path = 1000, "/ogc/collections/village_groups/items?limit=1000"
	d, err := fixtures.Generate(fixtures.Config{Until: testNow})
	if err != nil {
		b.Fatal(err)
	}
	index, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		b.Fatal(err)
	}
	r := newRig(b)
	r.history[1] = &locate.Snapshot{Revision: r.history[1].Revision, Index: index}
	ours := httptest.NewServer(r.handler)
	defer ours.Close()

	pool := districtTable(b, index, 8)
	router := mux.NewRouter()
	router.HandleFunc("/ogc/collections/{collection}/items", func(w http.ResponseWriter, r *http.Request) {
		var page []byte
		if err := pool.QueryRow(r.Context(), asPage, string(geo.VillageGroup), size).Scan(&page); err != nil {
			writeProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", geoJSON)
		_, _ = w.Write(page)
	})
	theirs := httptest.NewServer(r.server.compress(router))
	defer theirs.Close()

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8, DisableCompression: true}}
	ask := func(base, encoding string) ([]byte, error) {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept-Encoding", encoding)
		answer, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err == nil && (answer.StatusCode != http.StatusOK || len(body) < 1000) {
			err = fmt.Errorf("%s: %d, %d bytes", base, answer.StatusCode, len(body))
		}
		return body, err
	}
	own := samePage(b, ask, ours.URL, theirs.URL, size)

	connections := []int{1, 4}
	encodings := []string{"identity", "gzip"}
	best := map[string]float64{} // of each side and encoding, over the numbers of connections
	for b.Loop() {
		for range 4 {
			for _, many := range connections {
				for _, encoding := range encodings {
					for side, base := range map[string]string{"ours": ours.URL, "theirs": theirs.URL} {
						rate, err := measure.PerSecond(many, time.Second, func(int, int) error { _, err := ask(base, encoding); return err })
						if err != nil {
							b.Fatal(err)
						}
						best[side+encoding] = max(best[side+encoding], rate)
					}
				}
			}
		}
	}
	row := func(what, encoding, aim string) measure.Row {
		return measure.Row{Area: "pages of the OGC API", What: what, Ours: best["ours"+encoding], Unit: "/s",
			Against: "PostGIS making the JSON, same routes and compression", Reference: best["theirs"+encoding], Aim: aim}
	}
	measure.Report(b,
		row(fmt.Sprintf("%d village groups, %.2f MB, as it is", size, float64(len(own))/1e6), "identity", "≥ 5x"),
		row(fmt.Sprintf("%d village groups, gzipped", size), "gzip", ""),
		measure.Row{Area: "pages of the OGC API", What: fmt.Sprintf("memory of the GeoJSON of %d shapes", size), Ours: float64(shapeBytes(r)) / 1e6, Unit: "MB"},
	)
	b.ReportMetric(best["oursidentity"]/best["theirsidentity"], "x-PostGIS")
	b.ReportMetric(best["oursgzip"]/best["theirsgzip"], "x-PostGIS-gzip")
	b.ReportMetric(0, "ns/op")
}

// shapeBytes counts what is kept of shapes as GeoJSON.
func shapeBytes(r *rig) (n int) {
	set := r.server.areas.of(r.history.Current())
	for k := range set.kinds {
		for i := range set.kinds[k].areas {
			if text := set.kinds[k].areas[i].shape.Load(); text != nil {
				n += cap(*text)
			}
		}
	}
	return n
}

// samePage makes sure that both have the same features, and gives ours.
func samePage(b *testing.B, ask func(base, encoding string) ([]byte, error), ours, theirs string, size int) []byte {
	b.Helper()
	var pages [2]struct{ Features []json.RawMessage }
	var first []byte
	for i, base := range []string{ours, theirs} {
		body, err := ask(base, "identity")
		if err == nil {
			err = json.Unmarshal(body, &pages[i])
		}
		if err != nil {
			b.Fatal(err)
		}
		if i == 0 {
			first = body
		}
	}
	if len(pages[0].Features) != size || len(pages[1].Features) != size {
		b.Fatalf("%d features of ours, %d of theirs, want %d", len(pages[0].Features), len(pages[1].Features), size)
	}
	for i := range pages[0].Features {
		var own, other any
		if json.Unmarshal(pages[0].Features[i], &own) != nil || json.Unmarshal(pages[1].Features[i], &other) != nil || !reflect.DeepEqual(own, other) {
			b.Fatalf("feature %d is\n%.2000s\nin ours and\n%.2000s\nin theirs", i, pages[0].Features[i], pages[1].Features[i])
		}
	}
	return first
}
