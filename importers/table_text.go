package importers

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// writeGeoJSON writes a FeatureCollection; in another system than WGS 84 with the
// member "crs" that RFC 7946 no longer has, since nothing else could say it.
func (t *Table) writeGeoJSON(w io.Writer, c geo.CRS) error {
	out := Collection{Name: t.Name}
	if c != geo.WGS84 && t.Geometry != "" {
		name := fmt.Sprintf(`{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::%d"}}`, tableEPSG(c))
		out.Head = []Property{{Name: "crs", Value: json.RawMessage(name)}}
	}
	var failed error
	out.Features = func(yield func(Feature) bool) {
		properties := make([]Property, len(t.Columns))
		for row, err := range t.Rows {
			if err != nil {
				failed = err
				return
			}
			for i, column := range t.Columns {
				value, err := tableValue(column, row.Values[i])
				if err != nil {
					failed = err
					return
				}
				if list, ok := row.Values[i].([]string); ok {
					value = list
				}
				properties[i] = Property{Name: column.Name, Value: value}
			}
			if !yield(Feature{ID: row.ID, Geometry: row.Geometry, Properties: properties}) {
				return
			}
		}
	}
	// The end of a broken collection must not look like that of a whole one.
	cut := &cutter{w: w, failed: &failed}
	if err := WriteGeoJSON(cut, out); failed == nil {
		return err
	}
	return failed
}

// cutter writes nothing more once something has failed.
type cutter struct {
	w      io.Writer
	failed *error
}

func (c *cutter) Write(b []byte) (int, error) {
	if *c.failed != nil {
		return 0, *c.failed
	}
	return c.w.Write(b)
}

// Names of the columns for shapes in tables.
const (
	wktColumn = "wkt"
	crsColumn = "crs"
)

// pointColumns are the names of the columns for points in a system.
func pointColumns(c geo.CRS) []string {
	if c.Geographic() {
		return []string{"lon", "lat"}
	}
	return []string{"easting", "northing"}
}

// tableHeader gives the columns of a sheet, with as many for texts of shapes as are
// asked for: what a sheet cannot say of its coordinates stands in a column of its own.
func (t *Table) tableHeader(c geo.CRS, shapes int) []string {
	var out []string
	for _, column := range t.Columns {
		out = append(out, column.Name)
	}
	if t.Geometry == "" {
		return out
	}
	out = append(out, crsColumn)
	if t.Geometry == "Point" {
		out = append(out, pointColumns(c)...)
	}
	out = append(out, wktColumn)
	for i := 2; i <= shapes; i++ {
		out = append(out, wktColumn+"_"+strconv.Itoa(i))
	}
	return out
}

// tableCells appends the cells of a row up to the text of the shape, which it
// gives too.
func (t *Table) tableCells(cells []any, row *TableRow, c geo.CRS) ([]any, string, error) {
	for i, column := range t.Columns {
		v, err := tableValue(column, row.Values[i])
		if err != nil {
			return nil, "", err
		}
		cells = append(cells, v)
	}
	if t.Geometry == "" {
		return cells, "", nil
	}
	cells = append(cells, "EPSG:"+strconv.Itoa(tableEPSG(c)))
	if t.Geometry == "Point" {
		if p, ok := row.Geometry.(orb.Point); ok {
			cells = append(cells, p[0], p[1])
		} else {
			cells = append(cells, nil, nil)
		}
	}
	if row.Geometry == nil {
		return cells, "", nil
	}
	text, err := AppendWKT(nil, row.Geometry)
	return cells, string(text), err
}

// writeCSV writes a table for spreadsheets and for GDAL, which takes the column
// wkt for the shape.
func (t *Table) writeCSV(w io.Writer, c geo.CRS) error {
	out, err := NewCSV(w, t.tableHeader(c, 1)...)
	if err != nil {
		return err
	}
	var cells []any
	var texts []string
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		var shape string
		if cells, shape, err = t.tableCells(cells[:0], &row, c); err != nil {
			return err
		}
		texts = texts[:0]
		for _, v := range cells {
			texts = append(texts, cellText(v))
		}
		if t.Geometry != "" {
			texts = append(texts, shape)
		}
		if err := out.Row(texts...); err != nil {
			return err
		}
	}
	return out.Close()
}

// cellText gives a value as text of a cell.
func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return numberText(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// xlsxShape is how many characters of a shape's text stand in one cell.
const xlsxShape = 32_000

// writeXLSX writes a workbook of one sheet. A cell holds less text than a large
// shape has, so that goes on in the columns wkt_2, wkt_3 and so on.
func (t *Table) writeXLSX(w io.Writer, c geo.CRS) error {
	shapes, err := t.shapeCells()
	if err != nil {
		return err
	}
	sheet := Sheet{Name: sheetName(t.Name), Header: t.tableHeader(c, shapes)}
	for range len(t.Columns) {
		sheet.Widths = append(sheet.Widths, 18)
	}
	var failed error
	sheet.Rows = func(yield func([]any) bool) {
		var cells []any
		for row, err := range t.Rows {
			var shape string
			if err == nil {
				cells, shape, err = t.tableCells(cells[:0], &row, c)
			}
			if err == nil && len(shape) > shapes*xlsxShape {
				err = fmt.Errorf("the shapes have changed while they were written")
			}
			if err != nil {
				failed = err
				return
			}
			if t.Geometry != "" {
				for range shapes {
					n := min(len(shape), xlsxShape)
					if n == 0 {
						cells = append(cells, nil)
					} else {
						cells = append(cells, shape[:n])
					}
					shape = shape[n:]
				}
			}
			if !yield(cells) {
				return
			}
		}
	}
	cut := &cutter{w: w, failed: &failed}
	if err := WriteXLSX(cut, sheet); failed == nil {
		return err
	}
	return failed
}

// shapeCells gives how many cells the text of the longest shape needs.
func (t *Table) shapeCells() (int, error) {
	if t.Geometry == "" || t.Geometry == "Point" {
		return 1, nil
	}
	most := 1
	var text []byte
	for row, err := range t.Rows {
		if err != nil {
			return 0, err
		}
		if row.Geometry == nil {
			continue
		}
		if text, err = AppendWKT(text[:0], row.Geometry); err != nil {
			return 0, err
		}
		most = max(most, (len(text)+xlsxShape-1)/xlsxShape)
	}
	return most, nil
}

// sheetName gives a name that a sheet may have.
func sheetName(s string) string {
	for utf8.RuneCountInString(s) > 31 {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
