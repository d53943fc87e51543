package postgis

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Rule 1: every table has district_code first, never null, in its primary key
// and in every other unique index.
func TestDistrictLeadsEveryKey(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	const sql = `
		SELECT c.relname,
		       coalesce((SELECT a.attname = 'district_code' AND a.attnotnull FROM pg_attribute a
		                 WHERE a.attrelid = c.oid AND a.attnum = 1), false),
		       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
		       ARRAY(SELECT i.indexrelid::regclass::text FROM pg_index i
		             WHERE i.indrelid = c.oid AND i.indisunique AND i.indkey[0] <> 1)
		FROM pg_class c WHERE c.relnamespace = 'gridpatrol'::regnamespace AND c.relkind IN ('r', 'p')
		  AND c.relname <> 'goose_db_version'`
	rows, err := w.pool.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	var table string
	var first, primary bool
	var others []string
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&table, &first, &primary, &others}, func() error {
		n++
		if !first || !primary || len(others) > 0 {
			t.Errorf("%s: district_code first and not null %v, primary key %v, unique indexes without it %v", table, first, primary, others)
		}
		return nil
	})
	if err != nil || n < 25 {
		t.Errorf("looked at %d tables, %v", n, err)
	}
}

// Rules 3 and 4: no triggers or rules; exclusion constraints and shapes of
// foreign keys only where they may be.
func TestNoTriggersAndFittingConstraints(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	if n := w.count(t, `SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'gridpatrol'::regnamespace AND NOT t.tgisinternal`); n != 0 {
		t.Errorf("%d triggers", n)
	}
	if n := w.count(t, `SELECT count(*) FROM pg_rules WHERE schemaname = 'gridpatrol'`); n != 0 {
		t.Errorf("%d rules", n)
	}
	family := []string{"reports", "decisions", "assignments", "report_events", "reporter_contacts", "report_photos",
		"idempotency", "outbox", "audit", "audit_unsealed", "audit_seals", "sessions",
		"patrols", "patrol_members", "patrol_pauses", "patrol_checkpoints", "patrol_reports", "tracks"}
	rows, err := w.pool.Query(t.Context(), `
		SELECT conrelid::regclass::text, contype::text, coalesce(confrelid::regclass::text, ''), conkey[1] = 1, coalesce(confkey[1], 1) = 1
		FROM pg_constraint WHERE connamespace = 'gridpatrol'::regnamespace AND contype IN ('x', 'f')`)
	if err != nil {
		t.Fatal(err)
	}
	var from, kind, to string
	var leads, toLeads bool
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&from, &kind, &to, &leads, &toLeads}, func() error {
		n++
		large := slices.Contains(family, from)
		switch {
		case kind == "x" && large:
			t.Errorf("%s is no reference table and has an exclusion constraint", from)
		case kind == "f" && (!leads || !toLeads):
			t.Errorf("the foreign key %s → %s does not begin with district_code", from, to)
		case kind == "f" && !large && slices.Contains(family, to):
			t.Errorf("the reference table %s refers to %s", from, to)
		}
		return nil
	})
	if err != nil || n < 20 {
		t.Errorf("looked at %d constraints, %v", n, err)
	}
}

// Rule 3: foreign keys come last in a migration. No migration makes a trigger.
func TestMigrationsText(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		if i := strings.Index(up, "FOREIGN KEY"); i >= 0 && strings.Contains(up[i:], "CREATE ") {
			t.Errorf("%s makes something after its first foreign key", name)
		}
		if regexp.MustCompile(`(?i)create\s+(or\s+replace\s+)?(constraint\s+)?(trigger|rule)\b`).MatchString(up) {
			t.Errorf("%s makes a trigger or rule", name)
		}
		if strings.Contains(up, "REFERENCES") && strings.Contains(up, "serial") {
			t.Errorf("%s has a serial", name)
		}
	}
}

var (
	writes   = regexp.MustCompile(`(?s)\b(UPDATE|DELETE FROM)\s+([a-z_]+)\b`)
	locks    = regexp.MustCompile(`FOR UPDATE`)
	district = regexp.MustCompile(`district_code = (@district|\$1)`)
)

// Rule 5: every UPDATE, DELETE and FOR UPDATE names the district, unless it is
// marked to fan out.
func TestStatementsNameTheDistrict(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			sql, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			if m := writes.FindStringSubmatch(sql); m != nil || locks.MatchString(sql) {
				found++
				if !district.MatchString(sql) && !strings.Contains(sql, "-- fanout") {
					t.Errorf("%s: no district_code in %s", name, sql)
				}
			}
			return true
		})
	}
	if found < 25 {
		t.Errorf("found only %d statements: the test does not read what it should", found)
	}
}

// The database keeps what it can by itself.
func TestDatabaseRefuses(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	const version = `
		INSERT INTO area_versions SELECT district_code, area_id, 7, '[7,)', kind, code, name, name_en, parent_kind, parent_code,
		parent_id, unit_type, class, households, population, alias, synthetic, area_m2, vertices, content_hash, %s
		FROM area_versions WHERE kind = 'compound'`
	shape := func(wkt string) string {
		return fmt.Sprintf(version, "ST_GeomFromText('"+wkt+"', 4326)")
	}
	const seat = `INSERT INTO seats SELECT district_code, gen_random_uuid(), from_version, known, post, area_id, committee_id, %s, false
		FROM seats WHERE post = '%s' AND upper_inf(known) LIMIT 1`
	const holding = `INSERT INTO holdings SELECT district_code, gen_random_uuid(), from_version, known, seat_id, person_id, false, %s
		FROM holdings WHERE NOT deputy AND upper_inf(known) LIMIT 1`
	for _, c := range []struct{ name, sql, constraint string }{
		{"shape that crosses itself", shape("MULTIPOLYGON(((125.6 43.5,125.61 43.51,125.61 43.5,125.6 43.51,125.6 43.5)))"), "shape_valid"},
		{"empty shape", shape("MULTIPOLYGON EMPTY"), "shape_not_empty"},
		{"vertex off the lattice", shape("MULTIPOLYGON(((125.6 43.5,125.61 43.5,125.61 43.51,125.60000005 43.51,125.6 43.5)))"), "shape_on_lattice"},
		{"second version of an area in a revision", fmt.Sprintf(version, "shape"), "one_version_a_revision"},
		{"code of another area", `UPDATE area_versions SET code = (SELECT code FROM area_versions WHERE kind = 'grid' ORDER BY code LIMIT 1)
			WHERE kind = 'grid' AND code LIKE '%4'`, "one_area_a_code"},
		{"code given to another area", `INSERT INTO area_codes SELECT district_code, kind, code, gen_random_uuid() FROM area_codes LIMIT 1`, "area_codes_pkey"},
		{"grid with the class of none", `UPDATE area_versions SET class = 'x' WHERE kind = 'grid'`, "class_fits"},
		{"village under a district", `UPDATE area_versions SET parent_kind = 'district' WHERE kind = 'village'`, "parent_fits"},
		{"second chief at the same time", fmt.Sprintf(holding, `'[2025-01-01,2025-02-01)'`), "one_holder_at_a_time"},
		{"second seat of a chief", fmt.Sprintf(seat, "2", "grid_chief"), "number_within_post"},
		{"sixth member", fmt.Sprintf(seat, "6", "grid_member"), "number_within_post"},
		{"seat of no post", `UPDATE seats SET post = 'king'`, "number_within_post"},
		{"two seats with one number", fmt.Sprintf(seat, "1", "grid_member"), "one_seat_an_area_number"},
		{"second committee of a group", `INSERT INTO committee_groups SELECT district_code, gen_random_uuid(), group_id, from_version, known
			FROM committee_groups LIMIT 1`, "one_committee_a_group"},
		{"district code of no district", `INSERT INTO districts (district_code, name) VALUES ('22x', 'x')`, "districts_district_code_check"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.exec(t, c.sql); !violated(err, c.constraint) {
				t.Errorf("%v, want a refusal by %s", err, c.constraint)
			}
		})
	}
	for _, c := range []struct{ name, sql string }{
		{"fifth member", fmt.Sprintf(seat, "5", "grid_member")},
		{"shape that is good", `UPDATE area_versions SET revs = int4range(1, 7) WHERE kind = 'compound'; ` +
			strings.Replace(shape("MULTIPOLYGON(((125.6 43.5,125.61 43.5,125.61 43.51,125.6000001 43.51,125.6 43.5)))"), "kind = 'compound'", "kind = 'compound' AND false", 1)},
		{"holder after the holder", strings.Replace(fmt.Sprintf(holding, `'[2020-01-01,2024-01-01)'`), "LIMIT 1", "LIMIT 1", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.exec(t, c.sql); err != nil {
				t.Errorf("%v, want it taken", err)
			}
		})
	}
}

// A transaction sent as one batch tells of a refusal that comes with its
// commit, after every statement has succeeded.
func TestBatchTellsOfTheCommit(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	if err := w.exec(t, `CREATE TABLE public.one (id integer PRIMARY KEY);
		CREATE TABLE public.two (one integer REFERENCES public.one DEFERRABLE INITIALLY DEFERRED)`); err != nil {
		t.Fatal(err)
	}
	var b pgx.Batch
	b.Queue(`SELECT 1`)
	b.Queue(`INSERT INTO public.two VALUES ($1)`, 7)
	if err := w.pool.SendBatch(t.Context(), &b).Close(); state(err) != "23503" {
		t.Errorf("Close = %v, want the deferred foreign key's refusal", err)
	}
	if n := w.count(t, `SELECT count(*) FROM public.two`); n != 0 {
		t.Errorf("%d rows, want 0", n)
	}
}
