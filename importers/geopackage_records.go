package importers

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Records reads the rows of a layer in the order of the file.
func (g *geoPackage) Records(ctx context.Context, layer int, each func(*Record) error) error {
	t := &g.tables[layer]
	if t.fault != nil {
		return t.fault
	}
	return g.problem(ctx, g.records(ctx, t, each))
}

func (g *geoPackage) records(ctx context.Context, t *gpkgTable, each func(*Record) error) error {
	rows, err := g.conn.QueryContext(ctx, t.query(), g.maxShape())
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]any, 3+len(t.columns))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	r := Record{Values: make([]Value, len(t.columns))}
	var read int64
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		shape, _ := values[2].([]byte)
		// A tree of pages that leads to the same page again and again has more
		// rows and bytes than the file has room for.
		if read += int64(len(shape)); int64(r.Number) >= g.maxRows() || read > g.size+int64(g.maxShape()) {
			return &Problem{Problem: ProblemFileCorrupt, Detail: "the GeoPackage has more rows than its length has room for"}
		}
		r = Record{Number: r.Number + 1, Values: r.Values}
		if t.geometry != "" {
			g.shape(&r, values[0], values[1], shape)
		}
		for i := range t.columns {
			r.Values[i] = g.value(&r, &t.columns[i], values[3+i])
		}
		if err := each(&r); err != nil {
			return err
		}
		if g.o.Progress != nil && r.Number%1000 == 0 {
			g.o.Progress(min(read, g.size), g.size)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if g.o.Progress != nil {
		g.o.Progress(g.size, g.size)
	}
	return nil
}

// query gives the statement that reads the table in the order of its rows: of the
// shape what it is, how long, and itself where it is not longer than allowed. The plus
// signs keep the driver from making times of texts.
func (t *gpkgTable) query() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if t.geometry != "" {
		q := quoteIdentifier(t.geometry)
		fmt.Fprintf(&b, "typeof(%[1]s), octet_length(%[1]s), iif(octet_length(%[1]s) <= ?, %[1]s, NULL)", q)
	} else {
		b.WriteString("'null', ?, NULL")
	}
	for _, c := range t.columns {
		b.WriteString(", +" + quoteIdentifier(c.name))
	}
	b.WriteString(" FROM " + quoteIdentifier(t.name) + " NOT INDEXED")
	return b.String()
}

// quoteIdentifier gives a name as SQL has it.
func quoteIdentifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// shape reads the shape of a record.
func (g *geoPackage) shape(r *Record, kind, length any, blob []byte) {
	fault := func(name, detail string) {
		r.Problems = append(r.Problems, Problem{Feature: r.Number, Problem: name, Detail: detail})
	}
	switch n, _ := length.(int64); {
	case kind == "null":
		return
	case kind != "blob":
		fault(ProblemFileCorrupt, fmt.Sprintf("the shape is a %v in the file, not the binary form of a GeoPackage", kind))
		return
	case n > int64(g.maxShape()):
		fault(ProblemLimit, fmt.Sprintf("the shape has %d bytes, more than %d vertices need", n, g.o.Limits.Vertices))
		return
	}
	body, p := gpkgBody(blob)
	if p == nil {
		r.Geometry, r.HadZ, p = ReadWKB(body, g.o.Limits)
	}
	if p != nil {
		fault(p.Problem, p.Detail)
		return
	}
	if at, ok := notFinite(r.Geometry); ok {
		r.Geometry = nil
		fault(ProblemValueDamaged, fmt.Sprintf("a vertex of the shape is at %v, %v, which is no place", at[0], at[1]))
	}
}

// gpkgBody gives the well-known binary behind the head of a GeoPackage's shape
// (OGC 12-128r19, 2.1.3).
func gpkgBody(b []byte) ([]byte, *Problem) {
	corrupt := func(detail string) ([]byte, *Problem) {
		return nil, &Problem{Problem: ProblemFileCorrupt, Detail: "the shape is not in the binary form of a GeoPackage: " + detail}
	}
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return corrupt("it does not begin with GP")
	}
	flags := b[3]
	if flags&0x20 != 0 {
		return nil, &Problem{Problem: ProblemWrongType, Detail: "the shape is of a type that only its maker's programs know"}
	}
	envelope := int(flags >> 1 & 7)
	if envelope > 4 {
		return corrupt("its head is damaged")
	}
	head := 8 + []int{0, 32, 48, 48, 64}[envelope]
	if len(b) < head {
		return corrupt("it ends in its head")
	}
	return b[head:], nil
}

// gpkgHead appends the head of a shape: little-endian, with the bound in the
// shape's own coordinates unless it is a point.
func gpkgHead(b []byte, srs int32, g orb.Geometry) []byte {
	_, point := g.(orb.Point)
	flags := byte(1)
	if !point {
		flags |= 1 << 1
	}
	b = append(b, 'G', 'P', 0, flags)
	b = binary.LittleEndian.AppendUint32(b, uint32(srs))
	if !point {
		bound := g.Bound()
		for _, x := range []float64{bound.Min[0], bound.Max[0], bound.Min[1], bound.Max[1]} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	return b
}

// notFinite finds a vertex that is not finite.
func notFinite(g orb.Geometry) (at orb.Point, found bool) {
	bad := func(points []orb.Point) bool {
		for _, p := range points {
			if x := p[0] - p[0] + p[1] - p[1]; x != 0 { // NaN of NaN and infinity
				at, found = p, true
			}
		}
		return found
	}
	switch g := g.(type) {
	case orb.Point:
		bad([]orb.Point{g})
	case orb.MultiPoint:
		bad(g)
	case orb.LineString:
		bad(g)
	case orb.MultiLineString:
		for _, l := range g {
			bad(l)
		}
	case orb.Polygon:
		for _, ring := range g {
			bad(ring)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, ring := range p {
				bad(ring)
			}
		}
	case orb.Collection:
		for _, part := range g {
			if at, ok := notFinite(part); ok {
				return at, true
			}
		}
	}
	return at, found
}

// value gives a value of a row.
func (g *geoPackage) value(r *Record, c *gpkgColumn, v any) Value {
	damaged := func(name, detail string) {
		r.Problems = append(r.Problems, Problem{
			Feature: r.Number, Problem: name, Detail: fmt.Sprintf("%s: %s", c.name, detail), Values: map[string]any{"column": c.name},
		})
	}
	switch v := v.(type) {
	case int64:
		if c.declared == "BOOLEAN" && (v == 0 || v == 1) {
			return Value{strconv.FormatBool(v == 1), Bool}
		}
		return Value{strconv.FormatInt(v, 10), Number}
	case float64:
		return Value{numberText(v), Number}
	case string:
		switch {
		case len(v) > g.o.Limits.TextBytes:
			damaged(ProblemLimit, fmt.Sprintf("the text has more than %d bytes", g.o.Limits.TextBytes))
			return Value{}
		case !utf8.ValidString(v):
			damaged(ProblemValueDamaged, "the text is not UTF-8, as a GeoPackage's must be; whoever wrote it named the wrong encoding")
			v = strings.ToValidUTF8(v, "\uFFFD")
		}
		if c.declared == "DATE" || c.declared == "DATETIME" {
			return Value{v, Date}
		}
		return Value{v, Text}
	}
	return Value{} // NULL, and bytes, which are no value to read
}

// numberText gives a number in plain digits where that is possible.
func numberText(v float64) string {
	if math.Abs(v) < 1e21 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
