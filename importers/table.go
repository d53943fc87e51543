package importers

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Table is a collection on its way out: columns, and rows in an order that stays.
// What it is made of, the writers of this package write: the same table gives the
// same bytes.
type Table struct {
	Name     string // also of files and layers, such as "village_groups"
	Title    string // for people
	Geometry string // as GeoJSON names the type of all shapes; "Geometry" for several types, "" for none
	Columns  []TableColumn
	// Rows gives the rows, or what keeps them from coming. Where shapes are others
	// than points it must give the same rows again.
	Rows iter.Seq2[TableRow, error]
}

// TableColumn is one column of a Table.
type TableColumn struct {
	Name string
	Type ColumnType
}

// ColumnType says what the values of a column are; nil is one of every type.
type ColumnType uint8

// The types of columns.
const (
	TextColumn    ColumnType = iota // string
	TextsColumn                     // []string; one text with semicolons between, where a format has no lists
	IntegerColumn                   // int
	NumberColumn                    // float64, finite
	BoolColumn                      // bool
	TimeColumn                      // time.Time, written in UTC to the millisecond
)

// TableRow is one row of a Table.
type TableRow struct {
	ID       string       // of the feature, may be empty
	Geometry orb.Geometry // lon/lat in degrees, WGS 84; nil for none
	Values   []any        // one for each column; good until the next row
}

// Format is a format that tables are written in.
type Format string

// The formats.
const (
	GeoJSON    Format = "geojson"
	GeoPackage Format = "gpkg"
	CSVText    Format = "csv"
	XLSX       Format = "xlsx"
)

// Formats lists every format. The caller owns the slice.
func Formats() []Format { return []Format{GeoJSON, GeoPackage, CSVText, XLSX} }

// ParseFormat reads the name of a format; an unknown one is geo.ErrInvalid.
func ParseFormat(s string) (Format, error) {
	if f := Format(strings.ToLower(s)); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", geo.Invalid("format-unknown", fmt.Sprintf("%.40q is no format; there are geojson, gpkg, csv and xlsx", s))
}

// MediaType is the format's name in HTTP.
func (f Format) MediaType() string {
	switch f {
	case GeoJSON:
		return "application/geo+json"
	case GeoPackage:
		return "application/geopackage+sqlite3"
	case CSVText:
		return "text/csv; charset=utf-8"
	default:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
}

// Binary reports whether the format is no text.
func (f Format) Binary() bool { return f == GeoPackage || f == XLSX }

// Streams reports whether what is written leaves at once; a format that does not
// is made whole first, on disk.
func (f Format) Streams() bool { return !f.Binary() }

// ParseTableCRS reads a system that tables are written in: 4326 or wgs84, 4490 or
// cgcs2000, 4551, each with or without "EPSG:"; empty is wgs84. Others are geo.ErrInvalid.
func ParseTableCRS(s string) (geo.CRS, error) {
	switch strings.TrimPrefix(strings.ToLower(s), "epsg:") {
	case "", "4326", "wgs84":
		return geo.WGS84, nil
	case "4490", "cgcs2000":
		return geo.CGCS2000, nil
	case "4551":
		return gk126, nil
	}
	return "", geo.Invalid("crs-unknown", fmt.Sprintf("%.40q is no coordinate system that is written; there are 4326, 4490 and 4551", s))
}

// gk126 is CGCS2000 / 3-degree Gauss-Kruger CM 126E.
const gk126 geo.CRS = "EPSG:4551"

// tableEPSG is the EPSG number of a system that tables are written in.
func tableEPSG(c geo.CRS) int {
	switch c {
	case geo.CGCS2000:
		return 4490
	case gk126:
		return 4551
	default:
		return 4326
	}
}

// FileName is what a file of the table is called, such as grids.csv, or grids-4551.csv
// where it is not in WGS 84.
func (t *Table) FileName(f Format, c geo.CRS) string {
	if t.Geometry != "" && c != geo.WGS84 {
		return fmt.Sprintf("%s-%d.%s", t.Name, tableEPSG(c), f)
	}
	return t.Name + "." + string(f)
}

// Write writes the table in a format and a system of ParseTableCRS until ctx ends.
// In EPSG:4551 coordinates are metres with four decimals, easting first; longitude
// first in the others. Temporary files go to tempDir, os.TempDir where it is
// empty. After an error w holds a part that nobody should take for the whole.
func (t *Table) Write(ctx context.Context, w io.Writer, f Format, c geo.CRS, tempDir string) error {
	out := *t
	out.Rows = t.rowsIn(ctx, c)
	var err error
	switch f {
	case GeoJSON:
		err = out.writeGeoJSON(w, c)
	case GeoPackage:
		err = out.writeGeoPackage(ctx, w, c, tempDir)
	case CSVText:
		err = out.writeCSV(w, c)
	case XLSX:
		err = out.writeXLSX(w, c)
	default:
		err = fmt.Errorf("%q is no format", f)
	}
	if err != nil {
		return fmt.Errorf("write %s as %s: %w", t.Name, f, err)
	}
	return nil
}

// rowsIn gives the rows with shapes in a system, checked, until ctx ends.
func (t *Table) rowsIn(ctx context.Context, c geo.CRS) iter.Seq2[TableRow, error] {
	return func(yield func(TableRow, error) bool) {
		n := 0
		for row, err := range t.Rows {
			n++
			if err == nil {
				err = ctx.Err()
			}
			if err == nil && len(row.Values) != len(t.Columns) {
				err = fmt.Errorf("row %d has %d values under %d columns", n, len(row.Values), len(t.Columns))
			}
			if err == nil {
				row.Geometry, err = inSystem(row.Geometry, c)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// inSystem gives a shape in WGS 84 in another system.
func inSystem(g orb.Geometry, c geo.CRS) (orb.Geometry, error) {
	if g == nil {
		return nil, nil
	}
	if at, bad := notFinite(g); bad {
		return nil, fmt.Errorf("%v is no place", at)
	}
	if c == geo.WGS84 || c == geo.CGCS2000 {
		return g, nil
	}
	var failed error
	move := func(points []orb.Point) {
		for i, p := range points {
			q, err := geo.FromWGS84(c, p)
			if err != nil && failed == nil {
				failed = err
			}
			points[i] = orb.Point{math.Round(q[0]*1e4) / 1e4, math.Round(q[1]*1e4) / 1e4}
		}
	}
	g = orb.Clone(g)
	if p, ok := g.(orb.Point); ok {
		points := []orb.Point{p}
		move(points)
		return points[0], failed
	}
	eachLine(g, move)
	return g, failed
}

// eachLine calls f with the positions of every line and ring, and of points
// that stand together.
func eachLine(g orb.Geometry, f func([]orb.Point)) {
	switch g := g.(type) {
	case orb.MultiPoint:
		f(g)
	case orb.LineString:
		f(g)
	case orb.MultiLineString:
		for _, l := range g {
			f(l)
		}
	case orb.Polygon:
		for _, r := range g {
			f(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, r := range p {
				f(r)
			}
		}
	case orb.Collection:
		for _, part := range g {
			eachLine(part, f)
		}
	}
}

// tableTime is how times are written, in UTC.
const tableTime = "2006-01-02T15:04:05.000Z"

// tableValue gives a value of a column as text, int64, float64, bool or nil.
func tableValue(c TableColumn, v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if c.Type == TextColumn {
			return v, nil
		}
	case []string:
		if c.Type == TextsColumn {
			return strings.Join(v, ";"), nil
		}
	case int:
		if c.Type == IntegerColumn {
			return int64(v), nil
		}
	case float64:
		if c.Type == NumberColumn && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	case bool:
		if c.Type == BoolColumn {
			return v, nil
		}
	case time.Time:
		if c.Type == TimeColumn {
			return v.UTC().Format(tableTime), nil
		}
	}
	return nil, fmt.Errorf("a %T %v has no place in the column %s", v, v, c.Name)
}
