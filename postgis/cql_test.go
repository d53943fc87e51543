package postgis

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/gridpatrol/gridpatrol/geo/cql"
)

// cqlProperties and cqlColumns are those of the table that openCQL makes.
var (
	cqlProperties = []cql.Property{
		{Name: "name", Type: cql.String}, {Name: "other", Type: cql.String}, {Name: "n", Type: cql.Number},
		{Name: "m", Type: cql.Integer}, {Name: "b", Type: cql.Boolean}, {Name: "t", Type: cql.Timestamp},
		{Name: "u", Type: cql.Timestamp}, {Name: "d", Type: cql.Date}, {Name: "g", Type: cql.Geometry},
	}
	cqlNames = []string{"Straße", "STRASSE", "straße", "a%b", "a_b", `a\b`, "ab", "AB", "ΣΑΣ", "σας", "\u0130", "i\u0307", "\u212A",
		"k", "网格", "网格017", "", "ﬁx", "FIX", "it's", "ŉ", "ʼn", "Ꭰ", "ꭰ", "a\tb"}
)

func cqlColumns() map[string]cqlColumn {
	columns := make(map[string]cqlColumn)
	for _, p := range cqlProperties {
		columns[p.Name] = cqlColumn{"r." + p.Name, p.Type}
	}
	return columns
}

// openCQL gives a connection with a table of random rows, and the rows. One in
// six values is NULL.
func openCQL(t *testing.T, random *rand.Rand, size int) (*pgx.Conn, []map[string]cql.Value) {
	t.Helper()
	pooled, err := openWorld(t, emptyURL(t)).pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pooled.Release)
	conn := pooled.Conn()
	const table = `CREATE TEMP TABLE rows (id int, name text, other text, n float8, m int, b boolean,
		t timestamptz, u timestamptz, d date, g geometry)`
	if _, err := conn.Exec(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	rows, batch := make([]map[string]cql.Value, size), &pgx.Batch{}
	for i := range rows {
		row := map[string]cql.Value{
			"name": cql.Text(pick(random, cqlNames)), "other": cql.Text(pick(random, cqlNames)),
			"n": cql.Num(float64(random.IntN(9)) / 2), "m": cql.Num(float64(random.IntN(5))),
			"b": cql.Bool(random.IntN(2) == 0), "t": cql.Instant(cqlTime(random)), "u": cql.Instant(cqlTime(random)),
			"d": cql.Day(cqlTime(random)), "g": cql.Geom(cqlFeature(random)),
		}
		args := []any{i}
		for _, p := range cqlProperties {
			if random.IntN(6) == 0 {
				row[p.Name] = cql.Value{}
			}
			args = append(args, cqlArgument(t, row[p.Name]))
		}
		batch.Queue(`INSERT INTO rows SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, ST_GeomFromWKB($10, 4326)`, args...)
		rows[i] = row
	}
	if err := conn.SendBatch(t.Context(), batch).Close(); err != nil {
		t.Fatal(err)
	}
	return conn, rows
}

func cqlArgument(t *testing.T, v cql.Value) any {
	switch v.Type {
	case cql.String:
		return v.Text
	case cql.Number:
		return v.Number
	case cql.Boolean:
		return v.Bool
	case cql.Date, cql.Timestamp:
		return v.Time
	case cql.Geometry:
		data, err := wkb.Marshal(v.Shape)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return nil
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// cqlTime is one of few times, some of them at the edges of days.
func cqlTime(random *rand.Rand) time.Time {
	day := time.Date(2026, 7, 1+random.IntN(4), 0, 0, 0, 0, time.UTC)
	return day.Add(pick(random, []time.Duration{0, 8 * time.Hour, 24*time.Hour - time.Microsecond}))
}

// cqlPoint is on a lattice of halves, so that PostGIS too is exact about edges.
func cqlPoint(random *rand.Rand) orb.Point {
	return orb.Point{float64(random.IntN(17)) / 2, float64(random.IntN(17)) / 2}
}

func cqlTriangle(random *rand.Rand) orb.Ring {
	for {
		a, b, c := cqlPoint(random), cqlPoint(random), cqlPoint(random)
		if (b[0]-a[0])*(c[1]-a[1]) != (b[1]-a[1])*(c[0]-a[0]) {
			return orb.Ring{a, b, c, a}
		}
	}
}

func cqlBox(west, south, size float64) orb.Ring {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + size, south + size}}.ToRing()
}

func cqlFeature(random *rand.Rand) orb.Geometry {
	switch random.IntN(5) {
	case 0:
		return cqlPoint(random)
	case 1:
		a := cqlPoint(random)
		return orb.MultiLineString{{a, {a[0] + 1, a[1] + 2}, {a[0] + 3, a[1]}}}
	case 2:
		return orb.MultiPolygon{{cqlBox(1, 1, 6), cqlBox(2, 2, 4)}, {cqlBox(3, 3, 1)}}
	case 3:
		p := cqlPoint(random)
		return orb.MultiPolygon{{cqlBox(p[0], p[1], 1.5)}, {cqlBox(p[0]+2, p[1], 1)}}
	}
	return orb.MultiPolygon{{cqlTriangle(random)}}
}

func cqlShape(random *rand.Rand) string {
	p, q := cqlPoint(random), cqlPoint(random)
	switch random.IntN(8) {
	case 0:
		return wkt.MarshalString(p)
	case 1:
		return fmt.Sprintf("LINESTRING(%g %g, %g %g)", p[0], p[1], p[0]+2, p[1]+1)
	case 2:
		return wkt.MarshalString(orb.MultiPoint{p, q})
	case 3:
		return wkt.MarshalString(orb.Polygon{cqlTriangle(random)})
	case 4: // polygons that overlap
		return wkt.MarshalString(orb.MultiPolygon{{cqlTriangle(random)}, {cqlTriangle(random)}})
	case 5:
		return "GEOMETRYCOLLECTION(" + wkt.MarshalString(p) + ", " + wkt.MarshalString(orb.Polygon{cqlTriangle(random)}) + ")"
	case 6:
		return wkt.MarshalString(orb.Polygon{cqlBox(1.5, 1.5, 5), cqlBox(2.5, 2.5, 3)})
	}
	return fmt.Sprintf("BBOX(%g, %g, %g, %g)", p[0], min(p[1], q[1]), q[0], max(p[1], q[1]))
}

// cqlFilter is a random filter.
func cqlFilter(random *rand.Rand, depth int) string {
	if depth > 0 {
		switch a, b := cqlFilter(random, depth-1), cqlFilter(random, depth-1); random.IntN(5) {
		case 0:
			return "(" + a + " AND " + b + ")"
		case 1:
			return "(" + a + " OR " + b + ")"
		case 2:
			return "NOT (" + a + ")"
		case 3:
			return "(" + a + ") IS NOT NULL"
		}
	}
	op := pick(random, []string{"=", "<>", "<", "<=", ">", ">="})
	number := pick(random, []string{"n", "m", "2", "-1.5", "1.5E0"})
	quoted := "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(pick(random, cqlNames)) + "'"
	text := pick(random, []string{"name", "other", "CASEI(name)", "CASEI(other)", quoted, "CASEI(CASEI(" + quoted + "))"})
	at := cqlTime(random).Format("2006-01-02T15:04:05.999999Z")
	instant := pick(random, []string{"t", "u", "d", "DATE('" + at[:10] + "')", "TIMESTAMP('" + at + "')"})
	not := pick(random, []string{"", "NOT "})
	switch random.IntN(11) {
	case 0:
		return pick(random, []string{"name", "other", "CASEI(name)"}) + " " + op + " " + text
	case 1:
		return number + " " + op + " " + pick(random, []string{"n", "m"})
	case 2:
		return "b " + op + " " + pick(random, []string{"TRUE", "FALSE", "b"})
	case 3:
		return pick(random, []string{"t", "d", instant}) + " " + op + " " + instant
	case 4:
		patterns := []string{`'%'`, `'_'`, `'a_b'`, `'a\_b'`, `'a\%b'`, `'%\\%'`, `'%b'`, `CASEI('%S%')`, `CASEI('STRASS_')`, `'__'`, `'网%'`, `''`, `'%a%b%'`, `CASEI('%ΣΑ_')`}
		return text + " " + not + "LIKE " + pick(random, patterns)
	case 5:
		return "n " + not + "BETWEEN " + number + " AND " + pick(random, []string{"m", "3"})
	case 6:
		return pick(random, []string{
			text + " " + not + "IN (" + quoted + ", other, 'ab')", "n " + not + "IN (1, 1.5, m)",
			"t " + not + "IN (u, " + instant + ")",
		})
	case 7:
		return pick(random, []string{"name", "CASEI(other)", "n", "b", "t", "d", "g", "INTERVAL(t, u)", "'x'", "TRUE"}) + " IS " + not + "NULL"
	case 8:
		return fmt.Sprintf("S_INTERSECTS(%s, %s)", pick(random, []string{"g", cqlShape(random)}), pick(random, []string{"g", cqlShape(random)}))
	case 9:
		return pick(random, []string{"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"}) +
			"(" + pick(random, []string{instant, cqlInterval(random)}) + ", " + pick(random, []string{"t", cqlInterval(random)}) + ")"
	}
	return pick(random, []string{"T_CONTAINS", "T_DURING", "T_FINISHEDBY", "T_FINISHES", "T_MEETS", "T_METBY", "T_OVERLAPPEDBY", "T_OVERLAPS", "T_STARTEDBY", "T_STARTS"}) +
		"(" + cqlInterval(random) + ", " + cqlInterval(random) + ")"
}

func cqlInterval(random *rand.Rand) string {
	day := 1 + random.IntN(3)
	return pick(random, []string{
		"INTERVAL(t, u)", "INTERVAL(d, '..')", "INTERVAL('..', u)", "INTERVAL('..', '..')",
		fmt.Sprintf("INTERVAL('2026-07-0%d', '2026-07-0%d')", day, day+1),
		fmt.Sprintf("INTERVAL('2026-07-0%dT00:00:00Z', '2026-07-0%dT08:00:00Z')", day, day+1),
		fmt.Sprintf("INTERVAL('2026-07-0%dT23:59:59.999999Z', '..')", day),
	})
}

// Nothing that a filter says stands in the SQL: names lead to expressions of
// ours, values to arguments.
func TestFilterSQLHoldsNoTextOfTheFilter(t *testing.T) {
	t.Parallel()
	e, err := cql.Parse(`name = 'Zz''); DROP' AND CASEI(other) LIKE CASEI('Zz%') AND name IN ('Zz') AND n = 7654321
		AND t > TIMESTAMP('1999-07-01T08:30:00Z') AND S_INTERSECTS(g, BBOX(7654321, 7654321, 7654322, 7654322)) AND 'Zz' IS NULL`)
	if err == nil {
		err = cql.Check(e, cqlProperties)
	}
	if err != nil {
		t.Fatal(err)
	}
	args := []any{"first"}
	sql, err := cqlSQL(e, cqlColumns(), &args)
	if err != nil || len(args) != 8 || !strings.Contains(sql, "$8::") || strings.Contains(sql, "$1::") {
		t.Errorf("%d arguments, %v: %s", len(args), err, sql)
	}
	for _, text := range []string{"Zz", "zz", "DROP", "7654321", "1999"} {
		if strings.Contains(sql, text) {
			t.Errorf("%s stands in %s", text, sql)
		}
	}
	if sql, err := cqlSQL(e, nil, &args); err == nil {
		t.Errorf("without columns: %s", sql)
	}
}

// The database says of every row what memory says, unknown included.
func TestFilterInSQLEqualsMemory(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	conn, rows := openCQL(t, random, 80)
	counts := map[cql.Tri]int{}
	for range 400 {
		text := cqlFilter(random, random.IntN(3))
		e, err := cql.Parse(text)
		if err == nil {
			err = cql.Check(e, cqlProperties)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, sql, err := askCQL(t.Context(), conn, e)
		if err != nil || len(got) != len(rows) {
			t.Fatalf("%s: %d rows, %v\n%s", text, len(got), err, sql)
		}
		for i, row := range rows {
			want := cql.Eval(e, func(name string) cql.Value { return row[name] })
			counts[want]++
			if got[i] != want {
				t.Fatalf("%s of %v: PostGIS says %d, memory %d\n%s", text, row, got[i], want, sql)
			}
		}
	}
	for _, v := range []cql.Tri{cql.False, cql.Unknown, cql.True} {
		if counts[v] < 1000 {
			t.Errorf("only %d answers were %d: the filters try too little", counts[v], v)
		}
	}
}

func askCQL(ctx context.Context, conn *pgx.Conn, e cql.Expr) (out []cql.Tri, sql string, err error) {
	var args []any
	if sql, err = cqlSQL(e, cqlColumns(), &args); err != nil {
		return nil, sql, err
	}
	found, err := conn.Query(ctx, "SELECT "+sql+" FROM rows r ORDER BY id", args...)
	if err != nil {
		return nil, sql, err
	}
	out, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (cql.Tri, error) {
		var b *bool
		err := row.Scan(&b)
		switch {
		case b == nil:
			return cql.Unknown, err
		case *b:
			return cql.True, err
		}
		return cql.False, err
	})
	return out, sql, err
}
