package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// covered is what coverage says of an area.
type covered struct {
	Kind       geo.Kind
	Code       string
	AreaM2     float64    `json:"area_m2"`
	CoveredM2  float64    `json:"covered_m2"`
	UnmergedM2 float64    `json:"unmerged_m2"`
	DistanceM  float64    `json:"distance_m"`
	Visits     int        `json:"visits"`
	LastVisit  *time.Time `json:"last_visit"`
}

type coverageSaid struct {
	covered
	From, To time.Time
	Hours    float64 `json:"patrol_hours"`
	Cells    []struct {
		H3        string
		CoveredM2 float64 `json:"covered_m2"`
		AreaM2    float64 `json:"area_m2"`
		DwellS    float64 `json:"dwell_s"`
	}
	Parts  []covered
	Unseen []struct {
		Kind geo.Kind
		Code string
	}
}

// walkedTown is the township with some of the demo's walks in it.
type walkedTown struct {
	past       []postgis.PastPatrol
	grid       geo.Ref // that was walked most
	first, end time.Time
}

// walkTown fills the database with checkpoints and some patrols that are over, at
// most n of them, of the grid that is walked most, with their tracks or without.
func walkTown(t testing.TB, s *serving, now time.Time, n int, tracks bool) walkedTown {
	t.Helper()
	ctx := t.Context()
	d, err := township()
	if err != nil {
		t.Fatal(err)
	}
	field, err := d.Field(fixtures.FieldConfig{Now: now, Roster: s.duties.Current().Roster, Hottest: hotspot.Hottest})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.ImportCheckpoints(ctx, field.Checkpoints, now.Add(-checkpointsSince), system); err != nil {
		t.Fatal(err)
	}
	kept, err := s.store.Checkpoints(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all, _ := pastPatrols(field, kept)
	all = slices.DeleteFunc(all, func(p postgis.PastPatrol) bool { return p.EndedAt.IsZero() || len(p.Fixes) == 0 })
	walks := map[geo.ID]int{}
	var most geo.ID
	for _, p := range all {
		if walks[p.AreaID]++; walks[p.AreaID] > walks[most] {
			most = p.AreaID
		}
	}
	all = slices.DeleteFunc(all, func(p postgis.PastPatrol) bool { return p.AreaID != most })
	out := walkedTown{past: all[:min(n, len(all))]}
	area, ok := s.boundaries.Current().Index.ByID(most)
	if !ok || len(out.past) < 2 {
		t.Fatalf("the demo walks %d times in %s", len(out.past), most)
	}
	out.grid, out.first = area.Ref(), out.past[0].StartedAt.Add(-time.Hour).Truncate(time.Second)
	stored := slices.Clone(out.past)
	for i := range stored {
		if stored[i].EndedAt.After(out.end) {
			out.end = stored[i].EndedAt.Add(time.Hour).Truncate(time.Second)
		}
		stored[i].Reports = nil // are not in this database
		if !tracks {
			stored[i].Fixes = nil
		}
	}
	if err := s.store.ImportPatrols(ctx, stored, system); err != nil {
		t.Fatal(err)
	}
	s.tracks.Poke()
	return out
}

// settle waits until what follows from tracks was made.
func (w *walkedTown) settle(t testing.TB, s *serving) {
	t.Helper()
	if err := s.tracks.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if lag, err := s.tracks.Lag(t.Context()); err == nil && lag == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("what follows from the tracks is not made")
}

func (w *walkedTown) ask(t *testing.T, s *serving, d *desk, ref geo.Ref) (coverageSaid, string) {
	t.Helper()
	q := url.Values{"from": {w.first.Format(time.RFC3339)}, "to": {w.end.Format(time.RFC3339)}, "swath_m": {"40"}}
	got := s.do(t, "GET", fmt.Sprintf("/api/v1/areas/%s/%s/coverage?%s", ref.Kind, ref.Code, q.Encode()), "", d.header...)
	var said coverageSaid
	if err := json.Unmarshal(got.body, &said); got.status != 200 || err != nil {
		t.Fatalf("coverage of %s = %d %s, %v", ref, got.status, got.body, err)
	}
	return said, string(got.body)
}

// TestCoverageAgainstPostGIS walks patrols of the demo, and holds what is said of grid,
// units, groups, compounds and cells to PostGIS's own buffers and unions in
// EPSG:4551. Late, repeated and mixed up, the same tracks give the same answer, to the byte.
func TestCoverageAgainstPostGIS(t *testing.T) {
	url, now := townshipDatabase(t), time.Now()
	s := serveTest(t, url)
	admin := s.desk(t, access.Admin)
	w := walkTown(t, s, now, 4, true)
	w.settle(t, s)
	said, body := w.ask(t, s, admin, w.grid)
	if said.Visits == 0 || said.CoveredM2 < 1000 || len(said.Cells) < 5 || len(said.Parts) == 0 || said.Hours <= 0 {
		t.Fatalf("the grid that is walked most: %.2000s", body)
	}
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	if _, err := db.Exec(t.Context(), `SET search_path TO gridpatrol, public`); err != nil {
		t.Fatal(err)
	}
	index := s.boundaries.Current().Index
	check := func(what string, shape orb.MultiPolygon, got covered) {
		t.Helper()
		b, err := wkb.Marshal(shape)
		if err != nil {
			t.Fatal(err)
		}
		// Circles of 192 corners are 0.02 % short.
		const sql = `
			WITH part AS (SELECT ST_Transform(ST_GeomFromWKB($1, 4326), 4551) AS land),
			     walk AS (SELECT track_id, ST_Transform(path, 4551) AS line FROM track_pieces WHERE during && tstzrange($2, $3)),
			     swath AS (SELECT track_id, ST_Union(ST_Buffer(line, 20, 'quad_segs=48')) AS land FROM walk GROUP BY track_id)
			SELECT ST_Area(p.land), coalesce((SELECT ST_Area(ST_Intersection(p.land, ST_Union(land))) FROM swath), 0),
			       coalesce((SELECT sum(ST_Area(ST_Intersection(p.land, land))) FROM swath), 0),
			       coalesce((SELECT sum(ST_Length(ST_Intersection(p.land, line))) FROM walk), 0)
			FROM part p`
		var want covered
		if err := db.QueryRow(t.Context(), sql, b, w.first, w.end).Scan(&want.AreaM2, &want.CoveredM2, &want.UnmergedM2, &want.DistanceM); err != nil {
			t.Fatal(err)
		}
		near := func(name string, got, want, less float64) {
			if math.Abs(got-want) > 0.001*want+less {
				t.Errorf("%s: %s is %.1f, PostGIS has %.1f", what, name, got, want)
			}
		}
		near("area", got.AreaM2, want.AreaM2, 0.2)
		near("land seen", got.CoveredM2, want.CoveredM2, 2)
		if got.UnmergedM2 >= 0 {
			near("land seen by each", got.UnmergedM2, want.UnmergedM2, 4)
			near("distance", got.DistanceM, want.DistanceM, 0.5)
		}
	}
	grid, err := index.Find(w.grid)
	if err != nil {
		t.Fatal(err)
	}
	check(w.grid.String(), grid.Shape, said.covered)
	seen := map[geo.Kind]int{}
	for _, p := range said.Parts {
		a, err := index.Find(geo.Ref{Kind: p.Kind, Code: p.Code})
		if err != nil {
			t.Fatal(err)
		}
		if seen[p.Kind]++; seen[p.Kind] <= 5 || p.CoveredM2 > 0 && seen[p.Kind] <= 10 {
			check(a.Ref().String(), a.Shape, p)
		}
		unseen := slices.ContainsFunc(said.Unseen, func(u struct {
			Kind geo.Kind
			Code string
		}) bool {
			return u.Kind == p.Kind && u.Code == p.Code
		})
		if unseen != (p.Visits == 0 && p.CoveredM2 == 0) {
			t.Errorf("%s is unseen: %v, %+v", a.Ref(), unseen, p)
		}
	}
	checkCells(t, s, &w, said)
	checkQuestions(t, s, admin, &w, len(said.Cells))
	for _, c := range said.Cells[:5] {
		id, err := cell.Parse(c.H3)
		if err != nil {
			t.Fatal(err)
		}
		check(c.H3, orb.MultiPolygon{cell.Boundary(id)}, covered{AreaM2: c.AreaM2, CoveredM2: c.CoveredM2, UnmergedM2: -1})
	}
	center, _ := geo.PointOnSurface(grid.Shape)
	m, _ := index.Locate(center)
	unit := m.Area(geo.Village)
	of, _ := w.ask(t, s, admin, unit.Ref())
	check(unit.Ref().String(), unit.Shape, of.covered)
	for _, k := range []geo.Kind{geo.VillageGroup, geo.Compound} {
		if seen[k] == 0 {
			t.Logf("the grid has no %s", k)
		}
	}

	// The same tracks once more, sent by phones: the last batches first, some twice.
	late := serveTest(t, townshipDatabase(t))
	lateAdmin := late.desk(t, access.Admin)
	again := walkTown(t, late, now, 4, false)
	if again.grid != w.grid {
		t.Fatalf("walked in %s, then in %s", w.grid, again.grid)
	}
	for _, p := range slices.Backward(again.past) {
		for person, fixes := range p.Fixes {
			var batches [][]byte
			for chunk := range slices.Chunk(fixes, 300) {
				var b bytes.Buffer
				for _, f := range chunk {
					line := map[string]any{"t": f.T.UTC().Format(time.RFC3339Nano), "lon": f.At.Point()[0], "lat": f.At.Point()[1], "mock": f.Mock}
					if f.AccuracyM >= 0 {
						line["accuracy_m"] = f.AccuracyM
					}
					if f.SpeedMPS >= 0 {
						line["speed_mps"] = f.SpeedMPS
					}
					data, err := json.Marshal(line)
					if err != nil {
						t.Fatal(err)
					}
					b.Write(append(data, '\n'))
				}
				batches = append(batches, b.Bytes())
			}
			slices.Reverse(batches)
			for i, b := range append(batches, batches[0]) {
				got := late.do(t, "POST", fmt.Sprintf("/api/v1/patrols/%s/track?person=%s", p.ID, person), string(b),
					append([]string{"Content-Type", "application/x-ndjson"}, lateAdmin.header...)...)
				if got.status != 200 {
					t.Fatalf("batch %d: %d %s", i, got.status, got.body)
				}
			}
		}
	}
	w.settle(t, late)
	if _, again := w.ask(t, late, lateAdmin, w.grid); again != body {
		t.Errorf("sent late it is\n%.1500s\nwant\n%.1500s", again, body)
	}
}

// checkCells holds what tiles are made of to the cells of the answer, and what they say of
// larger cells to the sum over the smaller ones.
func checkCells(t *testing.T, s *serving, w *walkedTown, said coverageSaid) {
	t.Helper()
	const fine, coarse = 10, 7
	walked, err := s.store.Walked(t.Context(), w.first, w.end, fine)
	if err != nil {
		t.Fatal(err)
	}
	seconds, above := map[string]float64{}, map[cell.Cell]float64{}
	for _, c := range walked {
		seconds[c.Cell.String()] = c.Seconds
		up, err := cell.Parent(c.Cell, coarse)
		if err != nil {
			t.Fatal(err)
		}
		above[up] += c.Seconds
	}
	for _, c := range said.Cells {
		if math.Abs(seconds[c.H3]-c.DwellS) > 0.5 {
			t.Errorf("%s: %.1f s on tiles, %.1f s in the answer", c.H3, seconds[c.H3], c.DwellS)
		}
	}
	if walked, err = s.store.Walked(t.Context(), w.first, w.end, coarse); err != nil || len(walked) != len(above) {
		t.Fatalf("%d cells of resolution %d, %v, want %d", len(walked), coarse, err, len(above))
	}
	for _, c := range walked {
		if math.Abs(above[c.Cell]-c.Seconds) > 0.01 || c.Visits < 1 || c.Visits > len(w.past) || c.Last.After(w.end) || c.Last.Before(w.first) {
			t.Errorf("%+v, want %.2f s", c, above[c.Cell])
		}
	}
}

// checkQuestions asks at the limits and one past them, and for files.
func checkQuestions(t *testing.T, s *serving, d *desk, w *walkedTown, cells int) {
	t.Helper()
	path := fmt.Sprintf("/api/v1/areas/%s/%s/coverage", w.grid.Kind, w.grid.Code)
	day := func(n int) string { return w.end.AddDate(0, 0, n).Format(time.RFC3339) }
	for query, want := range map[string]int{
		"": 200, "?swath_m=5": 200, "?swath_m=200": 200, "?swath_m=4.9": 400, "?swath_m=200.1": 400, "?swath_m=wide": 400, "?fish=1": 400,
		"?parts=castle": 400, "?parts=compound,village_group": 200, "?parts=": 200, "?format=xml": 400, "?at=" + day(-1): 400,
		"?from=" + day(0) + "&to=" + day(0): 400, "?from=" + day(-366) + "&to=" + day(0): 200, "?from=" + day(-367) + "&to=" + day(0): 400, "?from=monday": 400,
	} {
		if got := s.do(t, "GET", path+query, "", d.header...); got.status != want {
			t.Errorf("%s = %d %.300s, want %d", query, got.status, got.body, want)
		}
	}
	for wrong, want := range map[string]int{"/api/v1/areas/grid/999/coverage": 404, "/api/v1/areas/castle/1/coverage": 404} {
		if got := s.do(t, "GET", wrong, "", d.header...); got.status != want {
			t.Errorf("%s = %d, want %d", wrong, got.status, want)
		}
	}
	of := "from=" + w.first.Format(time.RFC3339) + "&to=" + w.end.Format(time.RFC3339)
	var shapes struct {
		Features []struct {
			Geometry   struct{ Type string }
			Properties map[string]any
		}
	}
	got := s.do(t, "GET", path+"?format=geojson&"+of, "", d.header...)
	if err := json.Unmarshal(got.body, &shapes); err != nil || len(shapes.Features) != cells || shapes.Features[0].Geometry.Type != "Polygon" || shapes.Features[0].Properties["dwell_s"] == nil {
		t.Errorf("as GeoJSON: %d cells, %v, want %d: %.300s", len(shapes.Features), err, cells, got.body)
	}
	got = s.do(t, "GET", path+"?format=csv&"+of, "", d.header...)
	if rows := bytes.Split(bytes.TrimSpace(got.body), []byte("\n")); got.status != 200 || len(rows) < 3 || !bytes.Contains(rows[1], []byte(w.grid.Code)) {
		t.Errorf("as CSV: %d %.500s", got.status, got.body)
	}
}
