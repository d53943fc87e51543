package importers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxLayers is how many layers of a file are listed.
const maxLayers = 1000

// readContents lists the layers.
func (g *geoPackage) readContents(ctx context.Context) error {
	for _, table := range []string{"gpkg_contents", "gpkg_geometry_columns"} {
		is, err := g.isTable(ctx, table)
		switch {
		case err != nil:
			return err
		case is:
		case table == "gpkg_contents":
			return &Problem{
				Problem: ProblemFormatRefused,
				Detail:  "the file is an SQLite database but no GeoPackage: it has no table gpkg_contents; export it as a GeoPackage",
			}
		default:
			return g.tablesOnly(ctx)
		}
	}
	return g.listLayers(ctx, `SELECT c.table_name, c.identifier, c.data_type, coalesce(g.srs_id, c.srs_id), g.column_name, g.geometry_type_name, g.z
		FROM gpkg_contents c LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
		WHERE c.data_type IN ('features', 'attributes', 'aspatial') ORDER BY c.rowid LIMIT ?`)
}

// tablesOnly lists a file without shapes; one that has layers of shapes but does
// not say where they are is damaged.
func (g *geoPackage) tablesOnly(ctx context.Context) error {
	var features int
	if err := g.conn.QueryRowContext(ctx, `SELECT count(*) FROM gpkg_contents WHERE data_type = 'features'`).Scan(&features); err != nil {
		return err
	}
	if features > 0 {
		return &Problem{Problem: ProblemFileCorrupt, Detail: "the GeoPackage has no table gpkg_geometry_columns, so nothing says where its shapes are"}
	}
	return g.listLayers(ctx, `SELECT table_name, identifier, data_type, srs_id, NULL, NULL, NULL FROM gpkg_contents
		WHERE data_type IN ('attributes', 'aspatial') ORDER BY rowid LIMIT ?`)
}

func (g *geoPackage) listLayers(ctx context.Context, query string) error {
	rows, err := g.conn.QueryContext(ctx, query, maxLayers+1)
	if err != nil {
		return err
	}
	type entry struct {
		table, identifier, kind, column, geometry any
		srs, z                                    any
	}
	var entries []entry
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.table, &e.identifier, &e.kind, &e.srs, &e.column, &e.geometry, &e.z); err != nil {
			_ = rows.Close() // the first error counts
			return err
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	switch {
	case len(entries) > maxLayers:
		return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the GeoPackage has more than %d layers", maxLayers)}
	case len(entries) == 0:
		return &Problem{Problem: ProblemFormatRefused, Detail: "the GeoPackage has no layers of shapes or rows (tiles and coverages are not read)"}
	}
	for _, e := range entries {
		t := gpkgTable{name: textOf(e.table), geometry: textOf(e.column)}
		l := Layer{
			Name: t.name, Format: formatGeoPackage, Features: -1, HasZ: textOf(e.z) != "" && textOf(e.z) != "0",
			Hidden: t.name == "layer_styles", // QGIS keeps there how layers look
		}
		if err := g.describe(ctx, &t, &l); err != nil {
			return err
		}
		if t.geometry != "" {
			l.Geometry = geometryName(textOf(e.geometry))
			var warnings []Problem
			if l.CRS, warnings, err = g.crs(ctx, textOf(e.srs)); err != nil {
				return err
			}
			l.Problems = append(l.Problems, warnings...)
		}
		g.tables, g.layers = append(g.tables, t), append(g.layers, l)
	}
	return nil
}

// isTable reports whether there is a plain table of the name: neither view nor
// virtual table.
func (g *geoPackage) isTable(ctx context.Context, name string) (bool, error) {
	var n int
	err := g.conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ? COLLATE NOCASE`, name).Scan(&n)
	return n == 1, err
}

// describe reads the columns of a layer's table.
func (g *geoPackage) describe(ctx context.Context, t *gpkgTable, l *Layer) error {
	refuse := func(problem, detail string) {
		t.fault = &Problem{Problem: problem, Detail: detail, Values: map[string]any{"layer": t.name}}
		l.Problems = append(l.Problems, *t.fault)
	}
	is, err := g.isTable(ctx, t.name)
	if err != nil {
		return err
	}
	if !is {
		var kind string
		err := g.conn.QueryRowContext(ctx, `SELECT coalesce(max(type), '') FROM sqlite_schema WHERE name = ? COLLATE NOCASE`, t.name).Scan(&kind)
		if err == nil && kind == "" {
			refuse(ProblemFileMissingPart, fmt.Sprintf("the layer %q is listed, but there is no such table in the file", t.name))
		} else if err == nil {
			refuse(ProblemFormatRefused, fmt.Sprintf("the layer %q is a %s, which would be run to be read; save it as a table (in QGIS: Export, Save Features As)", t.name, kind))
		}
		return err
	}
	// Hidden 1 is a column of a virtual table, 2 one that is computed when it is read.
	rows, err := g.conn.QueryContext(ctx, `SELECT name, type, pk FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3) ORDER BY cid LIMIT ?`, t.name, g.o.Limits.Columns+2)
	if err != nil {
		return err
	}
	found := t.geometry == ""
	for rows.Next() {
		var name, declared string
		var key int
		if err := rows.Scan(&name, &declared, &key); err != nil {
			_ = rows.Close() // the first error counts
			return err
		}
		if t.geometry != "" && strings.EqualFold(name, t.geometry) {
			t.geometry, found = name, true
			continue
		}
		if lower := strings.ToLower(name); key > 0 && (lower == "fid" || lower == "ogc_fid") {
			continue // the number of the row
		}
		t.columns = append(t.columns, gpkgColumn{name, strings.ToUpper(declared)})
		l.Columns = append(l.Columns, strings.ToValidUTF8(name, "\uFFFD"))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	switch {
	case len(t.columns) > g.o.Limits.Columns:
		t.columns, l.Columns = nil, nil
		refuse(ProblemLimit, fmt.Sprintf("the layer %q has more than %d columns", t.name, g.o.Limits.Columns))
	case !found:
		refuse(ProblemFileCorrupt, fmt.Sprintf("the layer %q has no column %q, which is said to hold its shapes", t.name, t.geometry))
	default:
		l.Features = g.rowsSaid(ctx, t.name)
	}
	return nil
}

// rowsSaid gives how many rows the file says that a table has, where GDAL wrote
// that down; else -1.
func (g *geoPackage) rowsSaid(ctx context.Context, table string) int {
	if is, err := g.isTable(ctx, "gpkg_ogr_contents"); !is || err != nil {
		return -1
	}
	var n any
	err := g.conn.QueryRowContext(ctx, `SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?`, table).Scan(&n)
	if count, ok := n.(int64); err == nil && ok && count >= 0 && count <= g.maxRows() {
		return int(count)
	}
	return -1
}

// maxRows is how many rows can stand in the file: the smallest takes six bytes.
func (g *geoPackage) maxRows() int64 { return g.size / 6 }

// crs gives what the file says of a coordinate system, with warnings.
func (g *geoPackage) crs(ctx context.Context, id string) (CRSHint, []Problem, error) {
	switch id {
	case "", "-1", "0": // none, by the standard
		return CRSHint{}, nil, nil
	}
	if is, err := g.isTable(ctx, "gpkg_spatial_ref_sys"); err != nil || !is {
		return crsNamed(id), nil, err
	}
	var name, organization, number, definition any
	const query = `SELECT srs_name, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ? LIMIT 1`
	rows, err := g.conn.QueryContext(ctx, query, id)
	if err != nil {
		return CRSHint{}, nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return crsNamed(id), nil, rows.Err()
	}
	if err := rows.Scan(&name, &organization, &number, &definition); err != nil {
		return CRSHint{}, nil, err
	}
	said := strings.ToValidUTF8(textOf(name), "\uFFFD")
	text, warnings := crsFromText(strings.ToValidUTF8(textOf(definition), "\uFFFD"), "srs")
	n, err := strconv.Atoi(textOf(number))
	if err != nil || !strings.EqualFold(textOf(organization), "EPSG") {
		if text.Text == "" { // nothing at all
			return crsNamed(said), nil, nil
		}
		return text, warnings, nil
	}
	h := crsFromEPSG(n, said, "srs")
	switch {
	case h.CRS == "" && text.CRS != "" && !refusesDatum(h.Err):
		return text, warnings, nil
	case h.CRS != "" && text.CRS != "" && !sameSystem(h.CRS, text.CRS):
		return h, []Problem{{
			Problem: ProblemCRSUnknown, Warning: true,
			Detail: fmt.Sprintf("the GeoPackage says EPSG:%d, but describes %s; EPSG:%d is taken, name another with --crs", n, text.CRS, n),
			Values: map[string]any{"crs": string(h.CRS), "value": string(text.CRS)},
		}}, nil
	}
	return h, nil, nil
}

// crsNamed is the hint of a system of which there is no more than a name.
func crsNamed(said string) CRSHint {
	return CRSHint{Text: clipText(said, 200), From: "srs", Err: crsUnknown(said, "the GeoPackage does not describe it")}
}

// refusesDatum reports whether err is that of a datum that is not taken.
func refusesDatum(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.Problem == ProblemDatumRefused
}

// geometryName gives a type of geometry as GeoJSON names it; "Geometry" for any
// other, and for a mixture.
func geometryName(s string) string {
	names := []string{"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, s) }); i >= 0 {
		return names[i]
	}
	return "Geometry"
}

// textOf gives a value of the database as text, "" for none and for bytes.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
