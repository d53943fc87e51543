package importers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// gpkgChanged is when every layer is said to have been changed: the standard wants a
// time, and that of writing would make the bytes others each time.
const gpkgChanged = "1970-01-01T00:00:00.000Z"

// The tables that every GeoPackage has, as OGC 12-128r17 (1.3), annex C, asks for them.
var gpkgSchema = []string{
	`PRAGMA page_size = 4096`,
	`PRAGMA encoding = 'UTF-8'`,
	`PRAGMA secure_delete = ON`, // nothing of earlier pages in later ones: the same rows, the same bytes
	`PRAGMA application_id = 1196444487`,
	`PRAGMA user_version = 10300`,
	`BEGIN`,
	`CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL,
  description TEXT
)`,
	`CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY,
  data_type TEXT NOT NULL,
  identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE,
  min_y DOUBLE,
  max_x DOUBLE,
  max_y DOUBLE,
  srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
)`,
	`CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL,
  m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
)`,
}

// The systems, as EPSG defines them (EPSG:4326, 4490, 4551).
const (
	wktWGS84    = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]`
	wktCGCS2000 = `GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4490"]]`
	wktGK126    = `PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 126E",` +
		`GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4490"]],` +
		`PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",126],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4551"]]`
)

// writeGeoPackage writes a database of one layer (OGC 12-128r17), which is made
// in a file of its own first.
func (t *Table) writeGeoPackage(ctx context.Context, w io.Writer, c geo.CRS, tempDir string) (err error) {
	dir, err := os.MkdirTemp(tempDir, "gridpatrol-gpkg-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = filepath.Abs(dir); err != nil { // in a URI the first part of another is a host
		return err
	}
	path := filepath.Join(dir, "out.gpkg")
	if err := t.makeGeoPackage(ctx, path, c); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

func (t *Table) makeGeoPackage(ctx context.Context, path string, c geo.CRS) (err error) {
	// Whatever interrupts it, the file is thrown away: it needs no journal.
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=temp_store(2)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	do := func(query string, args ...any) {
		if err == nil {
			_, err = conn.ExecContext(ctx, query, args...)
		}
	}
	for _, q := range gpkgSchema {
		do(q)
	}
	const insertSystem = `INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)`
	do(insertSystem, "Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system")
	do(insertSystem, "Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system")
	do(insertSystem, "WGS 84", 4326, "EPSG", 4326, wktWGS84, "longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid")
	switch c {
	case geo.CGCS2000:
		do(insertSystem, "China Geodetic Coordinate System 2000", 4490, "EPSG", 4490, wktCGCS2000, nil)
	case gk126:
		do(insertSystem, "CGCS2000 / 3-degree Gauss-Kruger CM 126E", 4551, "EPSG", 4551, wktGK126, nil)
	}
	kind, srs := "attributes", any(nil)
	if t.Geometry != "" {
		kind, srs = "features", tableEPSG(c)
	}
	do(`INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES (?, ?, ?, ?, ?, ?)`,
		t.Name, kind, t.Name, t.Title, gpkgChanged, srs)
	if t.Geometry != "" {
		do(`INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)`, t.Name, strings.ToUpper(t.Geometry), srs)
	}
	do(t.gpkgTable())
	if err == nil {
		err = t.fillGeoPackage(ctx, conn, c)
	}
	do(`COMMIT`)
	return err
}

// gpkgTable gives the statement that makes the layer's table.
func (t *Table) gpkgTable() string {
	lines := []string{"fid INTEGER PRIMARY KEY NOT NULL"}
	if t.Geometry != "" {
		lines = append(lines, "geom "+strings.ToUpper(t.Geometry))
	}
	for _, c := range t.Columns {
		kind := "TEXT"
		switch c.Type {
		case IntegerColumn:
			kind = "INTEGER"
		case NumberColumn:
			kind = "REAL"
		case BoolColumn:
			kind = "BOOLEAN"
		case TimeColumn:
			kind = "DATETIME"
		}
		lines = append(lines, quoteIdentifier(c.Name)+" "+kind)
	}
	return "CREATE TABLE " + quoteIdentifier(t.Name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n)"
}

// fillGeoPackage writes the rows, and the bound of their shapes.
func (t *Table) fillGeoPackage(ctx context.Context, conn *sql.Conn, c geo.CRS) error {
	places := 1 + len(t.Columns)
	if t.Geometry != "" {
		places++
	}
	insert, err := conn.PrepareContext(ctx, "INSERT INTO "+quoteIdentifier(t.Name)+" VALUES (?"+strings.Repeat(", ?", places-1)+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	srs := int32(tableEPSG(c))
	bound, n := gpkgBound{}, 0
	var blob []byte
	args := make([]any, 0, places)
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		n++
		args = append(args[:0], n)
		if t.Geometry != "" && row.Geometry == nil {
			args = append(args, nil)
		} else if t.Geometry != "" {
			blob = gpkgHead(blob[:0], srs, row.Geometry)
			if blob, err = AppendWKB(blob, row.Geometry); err != nil {
				return err
			}
			bound.add(row)
			args = append(args, blob)
		}
		for i, column := range t.Columns {
			v, err := tableValue(column, row.Values[i])
			if err != nil {
				return fmt.Errorf("row %d: %w", n, err)
			}
			args = append(args, v)
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	if !bound.any {
		return nil
	}
	_, err = conn.ExecContext(ctx, `UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?`,
		bound.b.Min[0], bound.b.Min[1], bound.b.Max[0], bound.b.Max[1])
	return err
}

// gpkgBound is the bound of the shapes so far.
type gpkgBound struct {
	b   orb.Bound
	any bool
}

func (b *gpkgBound) add(row TableRow) {
	if next := row.Geometry.Bound(); b.any {
		b.b = b.b.Union(next)
	} else {
		b.b, b.any = next, true
	}
}
