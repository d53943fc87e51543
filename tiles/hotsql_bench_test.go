package tiles

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// counted is a report as hot spots know it.
type counted struct {
	id               geo.ID
	at, due          time.Time
	category, status string
	point            orb.Point // lon/lat in degrees
	cell             cell.Cell // of hotspot.BaseResolution
}

// countedReports gives n reports of the demo district: its own ones, and beyond
// these others near them, of the same three years, states and categories. The
// same n gives the same reports. Ascending by time and id.
func countedReports(t testing.TB, n int) []counted {
	t.Helper()
	_, district := demo()
	rnd := rand.New(rand.NewPCG(11, uint64(n)))
	out := make([]counted, n)
	for i := range out {
		r := &district.Reports[i%len(district.Reports)]
		c := counted{id: r.ID, at: r.CreatedAt, due: r.DueAt, category: r.Category, status: string(r.Status), point: r.Point}
		if i >= len(district.Reports) {
			moved := time.Duration(rnd.Int64N(int64(24 * time.Hour)))
			c.at = c.at.Add(-moved).Truncate(time.Microsecond)
			if !c.due.IsZero() {
				c.due = c.due.Add(-moved).Truncate(time.Microsecond)
			}
			c.point[0] += rnd.NormFloat64() * 0.002
			c.point[1] += rnd.NormFloat64() * 0.0015
			c.id = idAt(c.at, rnd)
		}
		at, err := cell.At(c.point, hotspot.BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		c.cell = at
		out[i] = c
	}
	slices.SortFunc(out, func(a, b counted) int {
		return cmp.Or(a.at.Compare(b.at), slices.Compare(a.id[:], b.id[:]))
	})
	return out
}

// idAt makes a UUIDv7 (RFC 9562, 5.7) of a moment.
func idAt(at time.Time, rnd *rand.Rand) (id uuid.UUID) {
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	for i := 6; i < len(id); i++ {
		id[i] = byte(rnd.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// hotspotSQL makes hot-spot tiles in PostGIS as well as one can without a
// counter beside the table: an index has all that is asked of a report, the
// cells of a tile come by their indexed outlines, and the reports of a cell are
// one stretch of the index, since H3 numbers the children of a cell in a row.
// Where the cells are large and the reports many, going through all of them once
// is twice as fast, and is what is done.
type hotspotSQL struct {
	pool *pgxpool.Pool
	many bool
}

// manyReports and largeCells say from which number on, and up to which
// resolution, all reports are gone through.
const (
	manyReports = 200_000
	largeCells  = 7
)

// newHotspotSQL fills a database of its own with the reports and the outlines
// of all cells that have any.
func newHotspotSQL(t testing.TB, reports []counted, connections int32) *hotspotSQL {
	t.Helper()
	ctx := context.Background()
	pool := pgtest.Pool(t, connections)
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(table string, columns []string, n int, row func(i int) ([]any, error)) {
		t.Helper()
		if _, err := pool.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, row)); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE EXTENSION IF NOT EXISTS postgis`)
	exec(`CREATE TABLE report (id uuid, at timestamptz, due timestamptz, category text, status text, cell bigint)`)
	fill("report", []string{"id", "at", "due", "category", "status", "cell"}, len(reports), func(i int) ([]any, error) {
		r := &reports[i]
		var due *time.Time
		if !r.due.IsZero() {
			due = &r.due
		}
		return []any{r.id, r.at, due, r.category, r.status, int64(r.cell)}, nil
	})
	exec(`CREATE TABLE raw (cell bigint, h3 text, resolution smallint, first bigint, last bigint, shape bytea)`)
	cells := outlines(t, reports)
	fill("raw", []string{"cell", "h3", "resolution", "first", "last", "shape"}, len(cells), func(i int) ([]any, error) {
		shape, err := wkb.Marshal(cell.Boundary(cells[i]))
		first, last := stretch(cells[i])
		return []any{int64(cells[i]), cells[i].String(), cell.Resolution(cells[i]), first, last, shape}, err
	})
	exec(`CREATE TABLE outline AS SELECT cell, h3, resolution, first, last, ST_Transform(ST_GeomFromWKB(shape, 4326), 3857) AS shape FROM raw`)
	exec(`CREATE EXTENSION IF NOT EXISTS btree_gist`)
	exec(`CREATE INDEX ON outline USING gist (resolution, shape)`)
	exec(`CREATE INDEX ON report (cell, at) INCLUDE (status, category, due)`)
	exec(`VACUUM ANALYZE`)
	return &hotspotSQL{pool, len(reports) >= manyReports}
}

// outlines gives the cells of all resolutions that have reports.
func outlines(t testing.TB, reports []counted) (out []cell.Cell) {
	t.Helper()
	seen := make(map[cell.Cell]bool)
	for i := range reports {
		seen[reports[i].cell] = true
	}
	for res := hotspot.BaseResolution; res >= hotspot.MinResolution; res-- {
		coarser := make(map[cell.Cell]bool)
		for c := range seen {
			out = append(out, c)
			parent, err := cell.Parent(c, res-1)
			if err != nil {
				t.Fatal(err)
			}
			coarser[parent] = true
		}
		seen = coarser
	}
	return out
}

// stretch gives the first and the last of the cells of the base resolution that belong to
// a cell: three bits a resolution, from the coarsest, 7 for those not in use,
// below four bits for the resolution (https://h3geo.org/docs/core-library/h3Indexing).
func stretch(c cell.Cell) (first, last int64) {
	res := cell.Resolution(c)
	digits := uint(3 * (hotspot.BaseResolution - res))
	shift := uint(3 * (cell.MaxResolution - hotspot.BaseResolution))
	base := uint64(c)&^(0xf<<52) | hotspot.BaseResolution<<52
	used := (uint64(1)<<digits - 1) << shift
	return int64(base &^ used), int64(base | used)
}

// tile asks for the tile of a filter, which has no bound and no coarse places;
// cells with less than hotspot.MinPublic reports lose their number.
func (h *hotspotSQL) tile(ctx context.Context, t maptile.Tile, f hotspot.Filter) (data []byte, err error) {
	whole := h.many && resolutionAt(int(t.Z)) <= largeCells
	err = h.pool.QueryRow(ctx, hotspotStatement(f, whole), hotspotArgs(t, f)).Scan(&data)
	return data, err
}

// hotspotStatement gives the statement for a filter, which goes through the
// stretches of the tile's cells or through the whole table.
func hotspotStatement(f hotspot.Filter, whole bool) string {
	condition := ` FROM report r WHERE r.at >= @from AND r.at < @to`
	if len(f.Status) > 0 {
		condition += ` AND r.status = ANY(@status)`
	} else {
		condition += ` AND r.status NOT IN ('rejected', 'duplicate')`
	}
	if len(f.Category) > 0 {
		condition += ` AND r.category = ANY(@category)`
	}
	if f.Overdue {
		condition += ` AND r.status NOT IN ('closed', 'handled') AND r.due < @now`
	}
	counts := `CROSS JOIN LATERAL (SELECT count(*) AS n` + condition + ` AND r.cell BETWEEN o.first AND o.last) n`
	if whole {
		// The parent of a cell: its resolution, and 7 for the digits beyond.
		counts = `JOIN (SELECT (r.cell & ~(15::bigint << 52)) | (@resolution::int::bigint << 52)
			| ((1::bigint << 3 * (15 - @resolution::int)) - 1) AS cell, count(*) AS n` + condition + ` GROUP BY 1) n USING (cell)`
	}
	return `
	SELECT ST_AsMVT(f, 'hotspots', 4096, 'shape') FROM (
		SELECT ST_AsMVTGeom(o.shape, ST_TileEnvelope(@z, @x, @y), 4096, 64, true) AS shape, o.h3,
			n.n < 5 AS suppressed, CASE WHEN n.n >= 5 THEN n.n END AS count
		FROM outline o ` + counts + `
		WHERE o.resolution = @resolution AND o.shape && ST_TileEnvelope(@z, @x, @y, margin => 64.0 / 4096) AND n.n > 0) f
	WHERE f.shape IS NOT NULL`
}

func hotspotArgs(t maptile.Tile, f hotspot.Filter) pgx.NamedArgs {
	return pgx.NamedArgs{"z": int(t.Z), "x": int(t.X), "y": int(t.Y), "resolution": resolutionAt(int(t.Z)),
		"from": f.From, "to": f.To, "status": f.Status, "category": f.Category, "now": f.Now}
}

// hotspotTiles gives n tiles for each zoom of the layer that show a report, in
// any order.
func hotspotTiles(reports []counted, n int) (out []maptile.Tile) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for z := maptile.Zoom(6); z <= 14; z++ {
		for range n {
			out = append(out, maptile.At(reports[rnd.IntN(len(reports))].point, z))
		}
	}
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// pace is how often something was done a second, and the time that one in a
// hundred took longer than.
type pace struct {
	rate float64
	p99  time.Duration
}

// paceOf lets many workers do something for a while, each numbered.
func paceOf(many int, turn time.Duration, do func(worker, i int) error) (pace, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	began := time.Now()
	for worker := range many {
		wait.Go(func() {
			var took []time.Duration
			var err error
			for i := worker; time.Since(began) < turn && err == nil; i += many {
				start := time.Now()
				err = do(worker, i)
				took = append(took, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, took...), cmp.Or(failed, err)
		})
	}
	wait.Wait()
	took := time.Since(began)
	if failed != nil || len(all) == 0 {
		return pace{}, failed
	}
	slices.Sort(all)
	return pace{float64(len(all)) / took.Seconds(), all[len(all)*99/100]}, nil
}
