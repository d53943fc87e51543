package importers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sheetRow is one row of a table, as the file has it.
type sheetRow struct {
	line  int // from 1
	cells []Value
	note  int // over how many columns a merged text stands that is the only one; 0 for none
	// problems are those of the row, without its number.
	problems []Problem
}

// empty reports whether no cell holds anything.
func (r *sheetRow) empty() bool {
	return !slices.ContainsFunc(r.cells, func(v Value) bool { return v.Type != Null })
}

// sheetSource gives the rows of a table, in order; the row is valid until each
// returns, which ends the reading with an error.
type sheetSource func(ctx context.Context, each func(*sheetRow) error) error

// sheet is a table whose header has been found: a layer of a text or a workbook.
type sheet struct {
	rows   sheetSource
	limits Limits
	layer  Layer
	header sheetHeader
	// shape are the columns that together hold a geometry as text, in order; crs is
	// that which names its system, -1 for none.
	shape []int
	crs   int
	keep  []int // the columns that are values
}

// errEnough ends a reading that has seen enough.
var errEnough = errors.New("enough")

// The names of the formats that are tables.
const (
	formatCSV  = "CSV"
	formatXLSX = "XLSX"
)

// headRows is among how many rows the header is looked for.
const headRows = 20

// newSheet looks for the header of a table and goes over its rows once. spans
// are the merged cells, as far as there are such.
func newSheet(ctx context.Context, layer Layer, rows sheetSource, spans []cellSpan, limits Limits) (*sheet, error) {
	s := &sheet{rows: rows, limits: limits, layer: layer, crs: -1}
	var head []sheetRow
	err := rows(ctx, func(r *sheetRow) error {
		c := *r
		c.cells = slices.Clone(r.cells)
		head = append(head, c)
		if len(head) == headRows {
			return errEnough
		}
		return nil
	})
	if err != nil && err != errEnough {
		var fault *Problem
		if !errors.As(err, &fault) || len(head) == 0 {
			return nil, err
		}
	}
	s.header = findHeader(head, spans)
	if len(s.header.names) > limits.Columns {
		s.header.names = s.header.names[:limits.Columns]
		s.layer.Problems = append(s.layer.Problems, tooManyColumns(limits.Columns))
	}
	s.findShape(head)
	for i, name := range s.header.names {
		if i != s.crs && !slices.Contains(s.shape, i) {
			s.keep = append(s.keep, i)
			s.layer.Columns = append(s.layer.Columns, name)
		}
	}
	return s, s.survey(ctx)
}

// shapeNames are names of columns for geometries as text: WKT, WKB in
// hexadecimal, or the geometry of GeoJSON.
var shapeNames = regexp.MustCompile(`(?i)^(wkt|wkb|geom|geometry|the_geom|wkb_geometry|wkt_geom|geom_wkt|geojson|shape|几何|几何图形|几何信息|图形|空间数据)(_[0-9]+)?$`)

// findShape finds the columns of the geometry, by name and by what stands in
// them, and that of the system.
func (s *sheet) findShape(head []sheetRow) {
	cell := func(r *sheetRow, i int) string {
		if i < len(r.cells) {
			return strings.TrimSpace(r.cells[i].Text)
		}
		return ""
	}
	first := -1
	for i, name := range s.header.names {
		switch m := shapeNames.FindStringSubmatch(name); {
		case m != nil && m[2] == "" && first < 0:
			for j := range head {
				text := cell(&head[j], i)
				if head[j].line > s.header.last && text != "" {
					if looksLikeShape(text) {
						first = i
						s.shape = append(s.shape, i)
					}
					break
				}
			}
		case m != nil && first >= 0 && m[2] == "_"+strconv.Itoa(len(s.shape)+1) && strings.EqualFold(m[1], s.header.names[first]):
			s.shape = append(s.shape, i)
		case strings.EqualFold(name, crsColumn), strings.EqualFold(name, "epsg"), name == "坐标系":
			s.crs = i
		}
	}
}

// looksLikeShape tells the beginning of a geometry as text.
func looksLikeShape(text string) bool {
	if text[0] == '{' {
		return strings.Contains(text, `"type"`)
	}
	if len(text) > 10 && (text[:2] == "00" || text[:2] == "01") && strings.Trim(text[:10], "0123456789abcdefABCDEF") == "" {
		return true
	}
	return wktKind(text) != ""
}

var wktBegins = regexp.MustCompile(`(?i)^\s*(?:srid=\d+;\s*)?(multi)?(point|linestring|polygon|geometrycollection)\s*(?:z|m|zm)?\s*(?:\(|empty)`)

// wktKind gives the type of a geometry as text, as GeoJSON names it, "" where it
// is not known at once.
func wktKind(text string) string {
	m := wktBegins.FindStringSubmatch(text[:min(len(text), 60)])
	if m == nil {
		return ""
	}
	kind := map[string]string{"point": "Point", "linestring": "LineString", "polygon": "Polygon", "geometrycollection": "GeometryCollection"}[strings.ToLower(m[2])]
	if m[1] != "" {
		kind = "Multi" + kind
	}
	return kind
}

// survey counts the rows, and looks at their shapes and at the system they name.
func (s *sheet) survey(ctx context.Context) error {
	types := map[string]bool{}
	systems := map[string]bool{}
	n, notes, short, first := 0, 0, 0, 0
	err := s.data(ctx, func(r *sheetRow) error {
		if s.isNote(r) {
			notes++
			return nil
		}
		n++
		if len(r.cells) < len(s.header.names) && s.layer.Format == formatCSV {
			if short++; short == 1 {
				first = r.line
			}
		}
		if len(s.shape) > 0 {
			if text := s.shapeText(r); text != "" {
				if kind := wktKind(text); kind != "" {
					types[kind] = true
				} else {
					types["Point"], types["Polygon"] = true, true // not known before it is read
				}
				if srid, ok := cutFold(text, "SRID="); ok && len(systems) < 2 {
					number, _, _ := strings.Cut(srid[:min(len(srid), 10)], ";")
					systems["EPSG:"+number] = true
				}
			}
		}
		if s.crs >= 0 && s.crs < len(r.cells) && len(systems) < 2 {
			if text := strings.TrimSpace(r.cells[s.crs].Text); text != "" {
				if strings.Trim(text, "0123456789") == "" {
					text = "EPSG:" + text
				}
				systems[text] = true
			}
		}
		return nil
	})
	l := &s.layer
	l.Features, l.Geometry = n, (&geoJSONSurvey{types: types}).geometryType()
	var fault *Problem
	switch {
	case errors.As(err, &fault):
		l.Features = -1 // said when it is read
	case err != nil:
		return err
	}
	if notes > 0 {
		l.Problems = append(l.Problems, Problem{
			Problem: ProblemValueNormalised, Warning: true,
			Detail: fmt.Sprintf("%d rows in which one text stands over the whole table were taken for notes", notes),
			Values: map[string]any{"count": notes},
		})
	}
	// Spreadsheets leave empty cells at the end away, but damage does too.
	if short > 0 {
		l.Problems = append(l.Problems, Problem{
			Problem: ProblemValueDamaged, Warning: true, Line: first,
			Detail: fmt.Sprintf("%d rows have fewer cells than the header, the first in line %d; the missing ones were taken for empty", short, first),
			Values: map[string]any{"count": short, "line": first},
		})
	}
	for name := range systems {
		if l.CRS.From != "" {
			l.CRS = CRSHint{From: "column", Err: &Problem{Problem: ProblemCRSUnknown, Detail: "the rows name several coordinate systems; name the one they are in"}}
			break
		}
		l.CRS = CRSHint{Text: clipText(name, 80), From: "column"}
		l.CRS.CRS, l.CRS.Err = parseLegacyCRS(l.CRS.Text)
	}
	return nil
}

// data goes over the rows below the header that hold something.
func (s *sheet) data(ctx context.Context, each func(*sheetRow) error) error {
	return s.rows(ctx, func(r *sheetRow) error {
		if r.line <= s.header.last || r.empty() && len(r.problems) == 0 {
			return nil
		}
		return each(r)
	})
}

// isNote tells a row in which one text stands over most of the table.
func (s *sheet) isNote(r *sheetRow) bool { return r.note > 0 && 3*r.note >= 2*len(s.header.names) }

// shapeText gives the geometry of a row as text.
func (s *sheet) shapeText(r *sheetRow) string {
	text := ""
	for _, i := range s.shape {
		if i < len(r.cells) {
			text += r.cells[i].Text
		}
	}
	return strings.TrimSpace(text)
}

// records makes records of the rows.
func (s *sheet) records(ctx context.Context, each func(*Record) error) error {
	rec := Record{Values: make([]Value, len(s.keep))}
	shapes := shapeTexts{limits: s.limits}
	number := 0
	err := s.data(ctx, func(r *sheetRow) error {
		if s.isNote(r) {
			return nil
		}
		number++
		rec.Number, rec.Line, rec.Problems = number, 0, r.problems
		if r.line != number {
			rec.Line = r.line
		}
		for i, column := range s.keep {
			rec.Values[i] = Value{}
			if column < len(r.cells) {
				rec.Values[i] = s.value(&rec, column, r.cells[column])
			}
		}
		rec.Geometry, rec.HadZ = nil, false
		if text := s.shapeText(r); text != "" {
			var fault *Problem
			if rec.Geometry, rec.HadZ, fault = shapes.read(text); fault != nil {
				rec.Problems = append(rec.Problems, *fault)
			}
		}
		if extra := beyond(r.cells, len(s.header.names)); extra > 0 {
			rec.Problems = append(rec.Problems, Problem{
				Problem: ProblemValueDamaged, Warning: s.layer.Format != formatCSV,
				Detail: fmt.Sprintf("the row has %d cells under a header of %d", extra, len(s.header.names)),
				Values: map[string]any{"count": extra, "expected": len(s.header.names)},
			})
		}
		for i := range rec.Problems {
			rec.Problems[i].Feature, rec.Problems[i].Line = rec.Number, rec.Line
		}
		return each(&rec)
	})
	var fault *Problem
	if errors.As(err, &fault) && fault.Feature == 0 && fault.Line > s.header.last {
		fault.Feature = number + 1
	}
	return err
}

// value checks a cell.
func (s *sheet) value(rec *Record, column int, v Value) Value {
	name := clipText(s.header.names[column], 40)
	switch {
	case len(v.Text) > s.limits.TextBytes:
		rec.Problems = append(rec.Problems, Problem{
			Problem: ProblemLimit, Detail: fmt.Sprintf("the value of %s is longer than %d bytes", name, s.limits.TextBytes),
			Values: map[string]any{"column": s.header.names[column], "limit": s.limits.TextBytes},
		})
		return Value{}
	case strings.IndexByte(v.Text, 0) >= 0, strings.ContainsRune(v.Text, utf8.RuneError):
		rec.Problems = append(rec.Problems, Problem{
			Problem: ProblemValueDamaged, Detail: fmt.Sprintf("the value of %s has characters that cannot be read", name),
			Values: map[string]any{"column": s.header.names[column]},
		})
	}
	return v
}

// beyond gives how many cells a row has, where there is something beyond n.
func beyond(cells []Value, n int) int {
	for i := len(cells); i > n; i-- {
		if cells[i-1].Type != Null {
			return i
		}
	}
	return 0
}
