package importers

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// hostileDB is a GeoPackage that a test makes worse.
type hostileDB struct {
	t  testing.TB
	db *sql.DB
}

func (h *hostileDB) run(query string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Exec(query, args...); err != nil {
		h.t.Fatalf("%s: %v", query, err)
	}
}

func (h *hostileDB) shape(g orb.Geometry) []byte {
	return append(gpkgHead(nil, 4326, g), wkb.MustMarshal(g)...)
}

var hostileSquare = orb.MultiPolygon{{{{125.66, 43.52}, {125.67, 43.52}, {125.67, 43.53}, {125.66, 43.52}}}}

// hostile makes a GeoPackage with one layer "areas" of one feature, lets worse
// change it, and gives its path.
func hostile(t testing.TB, worse func(*hostileDB)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "worse.gpkg")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=synchronous(off)&_pragma=journal_mode(off)") // a test need not wait for the disk
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	h := &hostileDB{t, db}
	for _, q := range []string{
		`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT)`,
		`CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER)`,
		`CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT)`,
		`CREATE TABLE areas (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT)`,
		`INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'undefined', NULL)`,
		`INSERT INTO gpkg_contents VALUES ('areas', 'features', 'areas', 4326)`,
		`INSERT INTO gpkg_geometry_columns VALUES ('areas', 'geom', 'MULTIPOLYGON', 4326, 0, 0)`,
	} {
		h.run(q)
	}
	h.run(`INSERT INTO areas VALUES (1, ?, '220112', '区')`, h.shape(hostileSquare))
	worse(h)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// problemName gives the name of the problem that err is.
func problemName(err error) string {
	var p *Problem
	if errors.As(err, &p) {
		return p.Problem
	}
	return ""
}

// TestHostileGeoPackages: each is refused by name, where it is opened or where it is read,
// and none takes long or much memory.
func TestHostileGeoPackages(t *testing.T) {
	for name, tt := range map[string]struct {
		worse func(*hostileDB)
		want  string
	}{
		"view as a layer": {func(h *hostileDB) {
			h.run(`ALTER TABLE areas RENAME TO real_areas`)
			h.run(`CREATE VIEW areas AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, zeroblob(100000000) AS geom, i AS code FROM n`)
		}, ProblemFormatRefused},
		"virtual table as a layer": {func(h *hostileDB) {
			h.run(`DROP TABLE areas`)
			h.run(`CREATE VIRTUAL TABLE areas USING fts5(geom, code)`)
		}, ProblemFormatRefused},
		"view as the contents": {func(h *hostileDB) {
			h.run(`ALTER TABLE gpkg_contents RENAME TO c`)
			h.run(`CREATE VIEW gpkg_contents AS SELECT * FROM c`)
		}, ProblemFormatRefused},
		"the schema as a layer":     {func(h *hostileDB) { h.run(`UPDATE gpkg_contents SET table_name = 'sqlite_schema'`) }, ProblemFileMissingPart},
		"a layer that is not there": {func(h *hostileDB) { h.run(`DROP TABLE areas`) }, ProblemFileMissingPart},
		"no contents":               {func(h *hostileDB) { h.run(`DROP TABLE gpkg_contents`) }, ProblemFormatRefused},
		"empty contents":            {func(h *hostileDB) { h.run(`DELETE FROM gpkg_contents`) }, ProblemFormatRefused},
		"no geometry columns":       {func(h *hostileDB) { h.run(`DROP TABLE gpkg_geometry_columns`) }, ProblemFileCorrupt},
		"other columns in contents": {func(h *hostileDB) {
			h.run(`DROP TABLE gpkg_contents`)
			h.run(`CREATE TABLE gpkg_contents (a, b)`)
		}, ProblemFileCorrupt},
		"a shape column that is not there": {func(h *hostileDB) { h.run(`UPDATE gpkg_geometry_columns SET column_name = 'shape'`) }, ProblemFileCorrupt},
		"a name that would be SQL": {func(h *hostileDB) {
			h.run(`UPDATE gpkg_contents SET table_name = 'areas"; DROP TABLE areas; --'`)
		}, ProblemFileMissingPart},
		"layers without end": {func(h *hostileDB) {
			h.run(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) INSERT INTO gpkg_contents SELECT 'x' || i, 'features', '', 4326 FROM n`)
		}, ProblemLimit},
		"columns without end": {func(h *hostileDB) {
			h.run(`CREATE TABLE wide (geom BLOB` + wideColumns(1500) + `)`)
			h.run(`UPDATE gpkg_contents SET table_name = 'wide'`)
			h.run(`UPDATE gpkg_geometry_columns SET table_name = 'wide'`)
		}, ProblemLimit},
		"a row of 100 MB": {func(h *hostileDB) { h.run(`UPDATE areas SET name = CAST(zeroblob(100000000) AS TEXT)`) }, ProblemLimit},
	} {
		t.Run(name, func(t *testing.T) {
			path := hostile(t, tt.worse)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			s, err := Open(t.Context(), path, OpenOptions{})
			if err == nil {
				defer s.Close()
				_, err = tryReadAll(s, 0)
			}
			runtime.ReadMemStats(&after)
			if got := problemName(err); got != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
				t.Errorf("took %d bytes of memory", grown)
			}
		})
	}
}

// wideColumns lists so many columns of a table.
func wideColumns(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(", c")
		b.WriteString(numberText(float64(i)))
	}
	return b.String()
}

// TestGeoPackageBadShapes: one bad shape is the fault of its feature, and the
// others are read.
func TestGeoPackageBadShapes(t *testing.T) {
	for name, tt := range map[string]struct {
		shape any
		want  string
	}{
		"text":           {"MULTIPOLYGON EMPTY", ProblemFileCorrupt},
		"number":         {12.5, ProblemFileCorrupt},
		"too short":      {[]byte("GP"), ProblemFileCorrupt},
		"no head":        {wkb.MustMarshal(hostileSquare), ProblemFileCorrupt},
		"envelope of 7":  {[]byte("GP\x00\x0f\x00\x00\x00\x00"), ProblemFileCorrupt},
		"ends in head":   {[]byte("GP\x00\x03\x00\x00\x00\x00\x00"), ProblemFileCorrupt},
		"two billion":    {[]byte("GP\x00\x01\x00\x00\x00\x00\x01\x06\x00\x00\x00\xff\xff\xff\x7f"), ProblemFileCorrupt},
		"extended":       {[]byte("GP\x00\x21\x00\x00\x00\x00abcd"), ProblemWrongType},
		"8 MB":           {make([]byte, 8<<20), ProblemLimit},
		"not a number":   {append([]byte("GP\x00\x01\x00\x00\x00\x00"), wkb.MustMarshal(orb.LineString{{1, 2}, {nan(), 2}})...), ProblemValueDamaged},
		"infinite":       {append([]byte("GP\x00\x01\x00\x00\x00\x00"), wkb.MustMarshal(orb.Polygon{{{1, 2}, {3, 1 / zero()}}})...), ProblemValueDamaged},
		"50,001 corners": {append([]byte("GP\x00\x01\x00\x00\x00\x00"), wkb.MustMarshal(make(orb.LineString, 50_001))...), ProblemLimit},
		"no shape":       {nil, ""},
		"empty":          {append([]byte("GP\x00\x11\x00\x00\x00\x00"), wkb.MustMarshal(orb.MultiPolygon{})...), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := hostile(t, func(h *hostileDB) {
				h.run(`INSERT INTO areas VALUES (2, ?, '2', 'bad')`, tt.shape)
				h.run(`INSERT INTO areas VALUES (3, ?, '3', 'good')`, h.shape(hostileSquare))
			})
			records := readAll(t, openTest(t, path, OpenOptions{}), 0)
			if len(records) != 3 || !orb.Equal(records[0].Geometry, hostileSquare) || !orb.Equal(records[2].Geometry, hostileSquare) || records[2].Values[1].Text != "good" {
				t.Fatalf("the good ones came as %+v", records)
			}
			got := ""
			for _, p := range records[1].Problems {
				got = p.Problem
				if p.Feature != 2 || p.Warning {
					t.Errorf("problem %+v, want an error of feature 2", p)
				}
			}
			if got != tt.want || records[1].Geometry != nil || records[1].Values[0].Text != "2" {
				t.Errorf("record %+v, want the problem %q", records[1], tt.want)
			}
		})
	}
}

func zero() float64 { return 0 }
func nan() float64  { return zero() / zero() }

// TestGeoPackageRunsNothing: triggers, computed columns and functions that reach outside
// stay what they are, and the file stays as it was.
func TestGeoPackageRunsNothing(t *testing.T) {
	path := hostile(t, func(h *hostileDB) {
		h.run(`CREATE TRIGGER spoil AFTER INSERT ON areas BEGIN DELETE FROM areas; END`)
		h.run(`ALTER TABLE areas ADD COLUMN loud TEXT GENERATED ALWAYS AS (hex(zeroblob(code))) VIRTUAL`)
		h.run(`ALTER TABLE areas ADD COLUMN kept TEXT DEFAULT 'default'`)
	})
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := openTest(t, path, OpenOptions{})
	if got := strings.Join(s.Layers()[0].Columns, " "); got != "code name kept" {
		t.Errorf("columns %s, want those that are stored", got)
	}
	if records := readAll(t, s, 0); len(records) != 1 || records[0].Values[2].Text != "default" {
		t.Errorf("records %+v", records)
	}
	for _, q := range []string{`DELETE FROM areas`, `ATTACH 'x.db' AS x`, `SELECT load_extension('x')`, `PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = ''`} {
		if _, err := s.(*geoPackage).conn.ExecContext(t.Context(), q); err == nil {
			t.Errorf("%s was run", q)
		}
	}
	after, err := os.ReadFile(path)
	entries, errDir := os.ReadDir(filepath.Dir(path))
	if err != nil || errDir != nil || !bytes.Equal(before, after) || len(entries) != 1 {
		t.Errorf("the file was changed, or something made beside it: %v, %v, %v", err, errDir, entries)
	}
}

// TestGeoPackageFiles: what is no GeoPackage, or not all of it.
func TestGeoPackageFiles(t *testing.T) {
	good, err := os.ReadFile(hostile(t, func(h *hostileDB) {
		for range 200 {
			h.run(`INSERT INTO areas (geom, code) VALUES (?, 'x')`, h.shape(hostileSquare))
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	change := func(f func(b []byte) []byte) string { return string(f(bytes.Clone(good))) }
	for name, tt := range map[string]struct{ content, want string }{
		"text":             {"编码,名称\r\n1,甲\r\n", ProblemFileCorrupt},
		"empty":            {"", ProblemFileTruncated},
		"the signature":    {sqliteSignature, ProblemFileTruncated},
		"half":             {change(func(b []byte) []byte { return b[:len(b)/2] }), ProblemFileTruncated},
		"no page size":     {change(func(b []byte) []byte { b[16], b[17] = 0, 3; return b }), ProblemFileCorrupt},
		"pages of nothing": {change(func(b []byte) []byte { clear(b[4096:]); return b }), ProblemFileCorrupt},
		"rows that claim 2 GB": {change(func(b []byte) []byte {
			for at := 4096; at < len(b); at += 4096 {
				if b[at] == 13 && bytes.Contains(b[at:at+4096], []byte("GP\x00\x03")) {
					for k := range int(binary.BigEndian.Uint16(b[at+3:])) {
						copy(b[at+int(binary.BigEndian.Uint16(b[at+8+2*k:])):], "\x87\xff\xff\xff\x7f")
					}
				}
			}
			return b
		}), ProblemFileCorrupt},
		"a loop of pages": {change(func(b []byte) []byte {
			// The interior page of areas leads to itself again and again.
			for at := 0; at < len(b); at += 4096 {
				if b[at] == 5 {
					for k := range int(binary.BigEndian.Uint16(b[at+3:])) {
						cell := int(binary.BigEndian.Uint16(b[at+12+2*k:]))
						binary.BigEndian.PutUint32(b[at+cell:], uint32(at/4096+1))
					}
				}
			}
			return b
		}), ProblemFileCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			s, err := Open(t.Context(), testFile(t, "x.gpkg", tt.content), OpenOptions{})
			if err == nil {
				defer s.Close()
				_, err = tryReadAll(s, 0)
			}
			if got := problemName(err); got != tt.want {
				t.Errorf("error %v after %v, want %s", err, time.Since(began), tt.want)
			}
		})
	}
}

// TestGeoPackageWithLog reads what a program that has the file open wrote and did not
// carry over yet; a file in that mode with nothing beside it is read as it is.
func TestGeoPackageWithLog(t *testing.T) {
	for _, open := range []bool{true, false} {
		path := hostile(t, func(h *hostileDB) { h.run(`PRAGMA journal_mode = WAL`) })
		writer, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		h := &hostileDB{t, writer}
		h.run(`PRAGMA wal_autocheckpoint = 0`)
		h.run(`INSERT INTO areas (code) VALUES ('new')`)
		if !open {
			if err := writer.Close(); err != nil {
				t.Fatal(err)
			}
		}
		temp := t.TempDir()
		s, err := Open(t.Context(), path, OpenOptions{TempDir: temp})
		if err != nil {
			t.Fatal(err)
		}
		if records := readAll(t, s, 0); len(records) != 2 || records[1].Values[0].Text != "new" {
			t.Errorf("open %v: records %+v, want two", open, records)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
			t.Errorf("%v, %v stay behind", left, err)
		}
		if open {
			if err := writer.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// FuzzGeoPackage changes bytes of a small file: no panic, and no reading that
// does not end.
func FuzzGeoPackage(f *testing.F) {
	good, err := os.ReadFile(hostile(f, func(h *hostileDB) {
		h.run(`PRAGMA page_size = 512`)
		h.run(`VACUUM`)
		for range 20 {
			h.run(`INSERT INTO areas (geom, code) VALUES (?, 'x')`, h.shape(hostileSquare))
		}
	}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(18), byte(9), uint16(100), byte(0))
	f.Add(uint16(2000), byte(5), uint16(2003), byte(255))
	f.Fuzz(func(t *testing.T, at uint16, value byte, at2 uint16, value2 byte) {
		b := bytes.Clone(good)
		b[int(at)%len(b)], b[int(at2)%len(b)] = value, value2
		s, err := Open(t.Context(), testFile(t, "x.gpkg", string(b)), OpenOptions{})
		if err != nil {
			return
		}
		defer s.Close()
		for i := range s.Layers() {
			if records, err := tryReadAll(s, i); err == nil && len(records) > 1000 {
				t.Errorf("%d records of 21", len(records))
			}
		}
	})
}
