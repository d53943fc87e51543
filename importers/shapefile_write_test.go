package importers

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// Shapefiles that tests write, byte by byte, so that they can be wrong.

func putBytes(b *bytes.Buffer, order binary.ByteOrder, v any) {
	if err := binary.Write(b, order, v); err != nil {
		panic(err) // a bytes.Buffer takes everything of a fixed size
	}
}

// partsContent is the content of a record of lines or polygons: heights where
// the type has them, measures on top where measured.
func partsContent(kind int32, measured bool, parts ...[]orb.Point) []byte {
	var b bytes.Buffer
	all := slices.Concat(parts...)
	putBytes(&b, binary.LittleEndian, kind)
	putBytes(&b, binary.LittleEndian, boundOf(all))
	putBytes(&b, binary.LittleEndian, []int32{int32(len(parts)), int32(len(all))})
	from := int32(0)
	for _, p := range parts {
		putBytes(&b, binary.LittleEndian, from)
		from += int32(len(p))
	}
	putBytes(&b, binary.LittleEndian, all)
	heightsAndMeasures(&b, kind, measured, len(all))
	return b.Bytes()
}

// multiPointContent is the content of a record of points.
func multiPointContent(kind int32, measured bool, points ...orb.Point) []byte {
	var b bytes.Buffer
	putBytes(&b, binary.LittleEndian, kind)
	putBytes(&b, binary.LittleEndian, boundOf(points))
	putBytes(&b, binary.LittleEndian, int32(len(points)))
	putBytes(&b, binary.LittleEndian, points)
	heightsAndMeasures(&b, kind, measured, len(points))
	return b.Bytes()
}

// pointContent is the content of a record of a point, with what follows it.
func pointContent(kind int32, p orb.Point, more ...float64) []byte {
	var b bytes.Buffer
	putBytes(&b, binary.LittleEndian, kind)
	putBytes(&b, binary.LittleEndian, p)
	putBytes(&b, binary.LittleEndian, more)
	return b.Bytes()
}

var nullContent = []byte{0, 0, 0, 0}

// heightsAndMeasures writes the heights and the measures of n points.
func heightsAndMeasures(b *bytes.Buffer, kind int32, measured bool, n int) {
	extra := 0
	if kind > 10 && kind < 20 {
		extra++
	}
	if measured {
		extra++
	}
	for i := range extra {
		putBytes(b, binary.LittleEndian, make([]float64, 2))
		putBytes(b, binary.LittleEndian, slices.Repeat([]float64{float64(200 + i)}, n))
	}
}

func boundOf(points []orb.Point) [4]float64 {
	b := orb.MultiPoint(points).Bound()
	return [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
}

// shpBytes gives a .shp and its .shx.
func shpBytes(kind int32, contents ...[]byte) (shp, shx []byte) {
	var body, index bytes.Buffer
	for i, c := range contents {
		putBytes(&index, binary.BigEndian, []int32{int32(50 + body.Len()/2), int32(len(c) / 2)})
		putBytes(&body, binary.BigEndian, []int32{int32(i + 1), int32(len(c) / 2)})
		body.Write(c)
	}
	return shpHeaded(kind, body.Bytes()), shpHeaded(kind, index.Bytes())
}

func shpHeaded(kind int32, body []byte) []byte {
	var b bytes.Buffer
	putBytes(&b, binary.BigEndian, []int32{9994, 0, 0, 0, 0, 0, int32(50 + len(body)/2)})
	putBytes(&b, binary.LittleEndian, []int32{1000, kind})
	putBytes(&b, binary.LittleEndian, make([]float64, 8))
	b.Write(body)
	return b.Bytes()
}

// dbfColumn is a column of a table that a test writes.
type dbfColumn struct {
	name string // as bytes
	kind byte
	size int
}

// dbfBytes gives a .dbf. Cells are bytes, padded or cut to their column; a row
// whose first cell begins with "*del*" is marked as deleted.
func dbfBytes(language byte, columns []dbfColumn, rows ...[]string) []byte {
	var b bytes.Buffer
	width := 1
	for _, c := range columns {
		width += c.size
	}
	b.Write([]byte{3, 126, 9, 1})
	putBytes(&b, binary.LittleEndian, uint32(len(rows)))
	putBytes(&b, binary.LittleEndian, []uint16{uint16(33 + 32*len(columns)), uint16(width)})
	b.Write(make([]byte, 17))
	b.Write([]byte{language, 0, 0})
	for _, c := range columns {
		d := make([]byte, 32)
		copy(d[:11], c.name)
		d[11], d[16] = c.kind, byte(c.size)
		if c.kind == 'C' {
			d[17] = byte(c.size >> 8)
		}
		b.Write(d)
	}
	b.WriteByte('\r')
	for _, row := range rows {
		mark := byte(' ')
		if rest, ok := bytes.CutPrefix([]byte(row[0]), []byte("*del*")); ok {
			row, mark = append([]string{string(rest)}, row[1:]...), '*'
		}
		b.WriteByte(mark)
		for i, c := range columns {
			b.Write(append([]byte(row[i]), bytes.Repeat([]byte{' '}, c.size)...)[:c.size])
		}
	}
	b.WriteByte(0x1a)
	return b.Bytes()
}

// writeParts writes the parts of a shapefile by their endings and gives the name
// of the .shp.
func writeParts(t testing.TB, parts map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for ext, b := range parts {
		if err := os.WriteFile(filepath.Join(dir, "屯组"+ext), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "屯组.shp")
}

// readShapefile opens a file and reads its first layer; records are copies.
func readShapefile(t testing.TB, path string, o OpenOptions) (Layer, []Record, error) {
	t.Helper()
	s, err := Open(context.Background(), path, o)
	if err != nil {
		return Layer{}, nil, err
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	var out []Record
	err = s.Records(context.Background(), 0, func(r *Record) error {
		c := *r
		c.Values = slices.Clone(r.Values)
		c.Problems = slices.Clone(r.Problems)
		out = append(out, c)
		return nil
	})
	return s.Layers()[0], out, err
}

// problemsOf gives the problems' names, warnings with a question mark.
func problemsOf(problems []Problem) []string {
	out := []string{}
	for _, p := range problems {
		name := p.Problem
		if p.Warning {
			name += "?"
		}
		out = append(out, name)
	}
	return out
}

// shapefileProblems is problemsOf over a layer and its records, with the numbers of those.
func shapefileProblems(l Layer, records []Record) []string {
	out := problemsOf(l.Problems)
	for _, r := range records {
		for _, name := range problemsOf(r.Problems) {
			out = append(out, fmt.Sprintf("%d:%s", r.Number, name))
		}
	}
	return out
}

var (
	shpSquareA = []orb.Point{{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}
	shpSquareB = []orb.Point{{1, 0}, {1, 1}, {2, 1}, {2, 0}, {1, 0}}
	shpHoleA   = []orb.Point{{.2, .2}, {.4, .2}, {.4, .4}, {.2, .4}, {.2, .2}}
	codeColumn = []dbfColumn{{"CODE", 'C', 15}}
)
