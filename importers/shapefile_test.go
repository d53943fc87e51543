package importers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// wholeShapefile gives the parts of a shapefile of two squares, one with a hole.
func wholeShapefile() map[string][]byte {
	shp, shx := shpBytes(5, partsContent(5, false, shpSquareA, shpHoleA), partsContent(5, false, shpSquareB))
	return map[string][]byte{
		".shp": shp, ".shx": shx, ".prj": []byte(`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`),
		".cpg": []byte("UTF-8"), ".dbf": dbfBytes(0, codeColumn, []string{"220112001001001"}, []string{"220112001001002"}),
	}
}

func TestShapefile(t *testing.T) {
	layer, records, err := readShapefile(t, writeParts(t, wholeShapefile()), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if layer.Name != "屯组" || layer.Geometry != "MultiPolygon" || layer.Features != 2 || layer.CRS.CRS != geo.WGS84 ||
		layer.Encoding != "UTF-8" || layer.EncodingFrom != "cpg" || len(layer.Problems) != 0 || !slices.Equal(layer.Columns, []string{"CODE"}) {
		t.Errorf("layer %+v", layer)
	}
	if len(records) != 2 || !orb.Equal(orb.Polygon(records[0].Rings), orb.Polygon{shpSquareA, shpHoleA}) || !orb.Equal(orb.Polygon(records[1].Rings), orb.Polygon{shpSquareB}) {
		t.Fatalf("records %+v", records)
	}
	if got := records[1].Values[0]; got != (Value{"220112001001002", Text}) || records[1].Number != 2 {
		t.Errorf("record 2 has %+v, number %d", got, records[1].Number)
	}
}

// TestShapefileParts opens a set by whichever part is named, and says what is
// missing.
func TestShapefileParts(t *testing.T) {
	for name, c := range map[string]struct {
		without, named string
		want           []string // problems
	}{
		"the .dbf named": {"", ".dbf", nil},
		"the .shx named": {"", ".shx", nil},
		"the .prj named": {"", ".prj", nil},
		"no .shx":        {".shx", ".shp", []string{"FILE_MISSING_PART?"}},
		"no .prj":        {".prj", ".shp", []string{"FILE_MISSING_PART?"}},
		"no .cpg":        {".cpg", ".shp", nil}, // there is nothing but ASCII
		"no .dbf":        {".dbf", ".shp", []string{"FILE_MISSING_PART"}},
	} {
		t.Run(name, func(t *testing.T) {
			parts := wholeShapefile()
			delete(parts, c.without)
			path := writeParts(t, parts)
			layer, records, err := readShapefile(t, strings.TrimSuffix(path, ".shp")+c.named, OpenOptions{})
			if err != nil || len(records) != 2 || !slices.Equal(shapefileProblems(layer, records), append([]string{}, c.want...)) {
				t.Errorf("%d records, %v, problems %q, want 2 and %q", len(records), err, shapefileProblems(layer, records), c.want)
			}
		})
	}
	parts := wholeShapefile()
	delete(parts, ".shp")
	path := writeParts(t, parts)
	var p *Problem
	if _, _, err := readShapefile(t, strings.TrimSuffix(path, ".shp")+".dbf", OpenOptions{}); !errors.As(err, &p) || p.Problem != ProblemFileMissingPart || p.Warning {
		t.Errorf("a table without shapes gives %v, want %s", err, ProblemFileMissingPart)
	}
}

// Programs under Windows write parts in capitals, also some of them.
func TestShapefileCapitals(t *testing.T) {
	parts := wholeShapefile()
	parts[".SHP"], parts[".DBF"], parts[".Prj"] = parts[".shp"], parts[".dbf"], parts[".prj"]
	delete(parts, ".shp")
	delete(parts, ".dbf")
	delete(parts, ".prj")
	layer, records, err := readShapefile(t, strings.TrimSuffix(writeParts(t, parts), ".shp")+".SHP", OpenOptions{})
	if err != nil || len(records) != 2 || len(layer.Problems) != 0 || layer.CRS.CRS != geo.WGS84 {
		t.Errorf("%d records, %v, layer %+v", len(records), err, layer)
	}
}

// TestShapeTypes reads every type, with heights and measures and without.
func TestShapeTypes(t *testing.T) {
	line, more := []orb.Point{{1, 2}, {3, 4}, {5, 7}}, []orb.Point{{8, 8}, {9, 9}}
	polygon := orb.Polygon{shpSquareA, shpHoleA}
	for name, c := range map[string]struct {
		kind     int32
		content  []byte
		geometry orb.Geometry // a polygon stands for rings
		layer    string
		z        bool
	}{
		"Point":              {1, pointContent(1, line[0]), line[0], "Point", false},
		"PointZ":             {11, pointContent(11, line[0], 200, 5), line[0], "Point", true},
		"PointZ without M":   {11, pointContent(11, line[0], 200), line[0], "Point", true},
		"PointM":             {21, pointContent(21, line[0], 5), line[0], "Point", false},
		"MultiPoint":         {8, multiPointContent(8, false, line...), orb.MultiPoint(line), "MultiPoint", false},
		"MultiPointZ":        {18, multiPointContent(18, true, line...), orb.MultiPoint(line), "MultiPoint", true},
		"MultiPointM":        {28, multiPointContent(28, true, line...), orb.MultiPoint(line), "MultiPoint", false},
		"PolyLine":           {3, partsContent(3, false, line), orb.LineString(line), "MultiLineString", false},
		"PolyLine, two":      {3, partsContent(3, false, line, more), orb.MultiLineString{line, more}, "MultiLineString", false},
		"PolyLineZ":          {13, partsContent(13, true, line, more), orb.MultiLineString{line, more}, "MultiLineString", true},
		"PolyLineM":          {23, partsContent(23, true, line), orb.LineString(line), "MultiLineString", false},
		"Polygon":            {5, partsContent(5, false, shpSquareA, shpHoleA), polygon, "MultiPolygon", false},
		"PolygonZ":           {15, partsContent(15, true, shpSquareA, shpHoleA), polygon, "MultiPolygon", true},
		"PolygonZ without M": {15, partsContent(15, false, shpSquareA, shpHoleA), polygon, "MultiPolygon", true},
		"PolygonM":           {25, partsContent(25, true, shpSquareA, shpHoleA), polygon, "MultiPolygon", false},
		"PolygonM without M": {25, partsContent(25, false, shpSquareA, shpHoleA), polygon, "MultiPolygon", false},
		"Null among others":  {5, nullContent, nil, "MultiPolygon", false},
		"no ring":            {5, partsContent(5, false), nil, "MultiPolygon", false},
		"no point":           {8, multiPointContent(8, false), nil, "MultiPoint", false},
		"not closed":         {5, partsContent(5, false, shpSquareA[:4]), orb.Polygon{shpSquareA[:4]}, "MultiPolygon", false},
	} {
		t.Run(name, func(t *testing.T) {
			parts := wholeShapefile()
			parts[".shp"], parts[".shx"] = shpBytes(c.kind, c.content, c.content)
			layer, records, err := readShapefile(t, writeParts(t, parts), OpenOptions{})
			if err != nil || len(records) != 2 || len(shapefileProblems(layer, records)) != 0 {
				t.Fatalf("%d records, %v, problems %q", len(records), err, shapefileProblems(layer, records))
			}
			got := records[1].Geometry
			if records[1].Rings != nil {
				got = orb.Polygon(records[1].Rings)
			}
			if layer.Geometry != c.layer || layer.HasZ != c.z || !orb.Equal(got, c.geometry) || got != nil && records[1].HadZ != c.z {
				t.Errorf("%s (heights: %v) of %v, want %s (%v) of %v", layer.Geometry, layer.HasZ, got, c.layer, c.z, c.geometry)
			}
		})
	}
}

// edited gives a changed copy.
func edited(b []byte, change func([]byte)) []byte {
	b = slices.Clone(b)
	change(b)
	return b
}

func lieLE(at int, v int32) func([]byte) {
	return func(b []byte) { binary.LittleEndian.PutUint32(b[at:], uint32(v)) }
}

func lieBE(at int, v int32) func([]byte) {
	return func(b []byte) { binary.BigEndian.PutUint32(b[at:], uint32(v)) }
}

// TestShapefileLies: what a header claims costs no memory, one damaged record
// hides no other, and each fault has its name.
func TestShapefileLies(t *testing.T) {
	const first, billions = 108, math.MaxInt32 // the content of the first record begins there
	second := 108 + len(partsContent(5, false, shpSquareA, shpHoleA))
	for name, c := range map[string]struct {
		part   string // the lie is in
		lie    func(b []byte) []byte
		drop   string   // a part that is missing
		want   []string // problems, and the name of the error that ended the reading
		read   int      // records
		ending string
	}{
		"2 billion parts":           {".shp", func(b []byte) []byte { return edited(b, lieLE(first+36, billions)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"2 billion points":          {".shp", func(b []byte) []byte { return edited(b, lieLE(first+40, billions)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"less than no parts":        {".shp", func(b []byte) []byte { return edited(b, lieLE(first+36, -1)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"less than no points":       {".shp", func(b []byte) []byte { return edited(b, lieLE(first+40, math.MinInt32)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"a part that begins beyond": {".shp", func(b []byte) []byte { return edited(b, lieLE(first+48, 1000)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"a part before the first":   {".shp", func(b []byte) []byte { return edited(b, lieLE(first+48, -5)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"points in no part":         {".shp", func(b []byte) []byte { return edited(b, lieLE(first+36, 0)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"a shape of another type":   {".shp", func(b []byte) []byte { return edited(b, lieLE(first, 3)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"a shape that is no number": {".shp", func(b []byte) []byte {
			return edited(b, func(b []byte) { copy(b[first+52:], "\xff\xff\xff\xff\xff\xff\xff\xff") })
		}, "", []string{"1:VALUE_DAMAGED"}, 2, ""},
		"2 billion words of content": {".shp", func(b []byte) []byte { return edited(b, lieBE(104, billions)) }, "", []string{"1:FILE_CORRUPT"}, 2, ""},
		"the same without index":     {".shp", func(b []byte) []byte { return edited(b, lieBE(104, billions)) }, ".shx", []string{"FILE_MISSING_PART?"}, 0, "FILE_CORRUPT"},
		"no content, without index":  {".shp", func(b []byte) []byte { return edited(b, lieBE(second+4, 0)) }, ".shx", []string{"FILE_MISSING_PART?"}, 1, "FILE_CORRUPT"},
		"a file of 4 GB":             {".shp", func(b []byte) []byte { return edited(b, lieBE(24, billions)) }, "", nil, 2, "FILE_TRUNCATED"},
		"a file of no length":        {".shp", func(b []byte) []byte { return edited(b, lieBE(24, 50)) }, ".shx", []string{"FILE_MISSING_PART?", "ROW_COUNT_MISMATCH"}, 0, ""},
		"cut within a record":        {".shp", func(b []byte) []byte { return b[:len(b)-9] }, "", nil, 1, "FILE_TRUNCATED"},
		"cut between records":        {".shp", func(b []byte) []byte { return b[:second] }, "", nil, 1, "FILE_TRUNCATED"},
		"cut, without index":         {".shp", func(b []byte) []byte { return b[:len(b)-9] }, ".shx", []string{"FILE_MISSING_PART?"}, 1, "FILE_TRUNCATED"},
		"cut between, without index": {".shp", func(b []byte) []byte { return b[:second] }, ".shx", []string{"FILE_MISSING_PART?"}, 1, "FILE_TRUNCATED"},
		"an index of 2 billion":      {".shx", func(b []byte) []byte { return edited(b, lieBE(24, billions)) }, "", []string{"FILE_TRUNCATED?"}, 2, ""},
		"an index that is cut":       {".shx", func(b []byte) []byte { return b[:len(b)-4] }, "", []string{"FILE_TRUNCATED?"}, 2, ""},
		"an index cut to its header": {".shx", func(b []byte) []byte { return b[:60] }, "", []string{"FILE_TRUNCATED?"}, 2, ""},
		"an index of one":            {".shx", func(b []byte) []byte { return edited(b[:108], lieBE(24, 54)) }, "", []string{"FILE_CORRUPT?"}, 2, ""},
		"an index of another file":   {".shx", func(b []byte) []byte { return edited(b, lieBE(108, 77)) }, "", []string{"FILE_CORRUPT?"}, 2, ""},
		"no index at all":            {".shx", func(b []byte) []byte { return edited(b, lieBE(0, 1)) }, "", []string{"FILE_CORRUPT?"}, 2, ""},
		"2 billion rows":             {".dbf", func(b []byte) []byte { return edited(b, lieLE(4, billions)) }, "", nil, 2, "FILE_TRUNCATED"},
		"a row less":                 {".dbf", func(b []byte) []byte { return edited(b, lieLE(4, 1)) }, "", []string{"ROW_COUNT_MISMATCH"}, 2, ""},
		"cut within a row":           {".dbf", func(b []byte) []byte { return b[:len(b)-8] }, "", nil, 1, "FILE_TRUNCATED"},
		"cut before the rows":        {".dbf", func(b []byte) []byte { return b[:65] }, "", nil, 0, "FILE_TRUNCATED"},
	} {
		t.Run(name, func(t *testing.T) {
			parts := wholeShapefile()
			parts[c.part] = c.lie(parts[c.part])
			delete(parts, c.drop)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			layer, records, err := readShapefile(t, writeParts(t, parts), OpenOptions{})
			runtime.ReadMemStats(&after)
			var p *Problem
			if ending := ""; errors.As(err, &p) {
				ending = p.Problem
				if ending != c.ending {
					t.Errorf("the reading ends with %v, want %q", err, c.ending)
				}
			} else if err != nil || c.ending != "" {
				t.Errorf("the reading ends with %v, want %q", err, c.ending)
			}
			if got := shapefileProblems(layer, records); len(records) != c.read || !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%d records, problems %q, want %d, %q", len(records), got, c.read, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
				t.Errorf("%d bytes were allocated for a file of %d", used, len(parts[".shp"]))
			}
		})
	}
}

// Where a header leaves nothing to read, the file is refused.
func TestShapefileRefused(t *testing.T) {
	shp, _ := shpBytes(31, nullContent)
	for name, c := range map[string]struct {
		part string
		b    []byte
		want string
	}{
		"MultiPatch":           {".shp", shp, ProblemFormatRefused},
		"unknown shapes":       {".shp", edited(shp, lieLE(32, 99)), ProblemFileCorrupt},
		"no shapes":            {".shp", shp[:50], ProblemFileTruncated},
		"another version":      {".shp", edited(shp, lieLE(28, 7)), ProblemFileCorrupt},
		"no table":             {".dbf", make([]byte, 40), ProblemFileCorrupt},
		"half a table":         {".dbf", wholeShapefile()[".dbf"][:40], ProblemFileTruncated},
		"nothing of a table":   {".dbf", nil, ProblemFileTruncated},
		"columns beyond a row": {".dbf", edited(wholeShapefile()[".dbf"], func(b []byte) { b[32+16] = 200 }), ProblemFileCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			parts := wholeShapefile()
			parts[c.part] = c.b
			var p *Problem
			if _, _, err := readShapefile(t, writeParts(t, parts), OpenOptions{}); !errors.As(err, &p) || p.Problem != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestShapefileLimits: at the limit and one past it.
func TestShapefileLimits(t *testing.T) {
	rings := slices.Repeat([][]orb.Point{shpSquareA}, 4)
	for limits, want := range map[Limits][]string{
		{Vertices: 20, Rings: 4}: {},
		{Vertices: 19, Rings: 4}: {"1:LIMIT"},
		{Vertices: 20, Rings: 3}: {"1:LIMIT"},
		{Vertices: 1, Rings: 1}:  {"1:LIMIT", "2:LIMIT"},
	} {
		parts := wholeShapefile()
		parts[".shp"], parts[".shx"] = shpBytes(5, partsContent(5, false, rings...), partsContent(5, false, shpSquareB))
		layer, records, err := readShapefile(t, writeParts(t, parts), OpenOptions{Limits: limits})
		if got := shapefileProblems(layer, records); err != nil || len(records) != 2 || !slices.Equal(got, want) {
			t.Errorf("%+v: %d records, %v, problems %q, want %q", limits, len(records), err, got, want)
		}
	}
	if _, _, err := readShapefile(t, writeParts(t, wholeShapefile()), OpenOptions{Limits: Limits{Columns: 1}}); err != nil {
		t.Errorf("one column where one may be: %v", err)
	}
	parts := wholeShapefile()
	parts[".dbf"] = dbfBytes(0, append(codeColumn, dbfColumn{"B", 'C', 1}), []string{"", ""}, []string{"", ""})
	var p *Problem
	if _, _, err := readShapefile(t, writeParts(t, parts), OpenOptions{Limits: Limits{Columns: 1}}); !errors.As(err, &p) || p.Problem != ProblemLimit {
		t.Errorf("two columns where one may be: %v, want LIMIT", err)
	}
}

// TestShapefileOfGDAL reads what another program wrote.
func TestShapefileOfGDAL(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.json")
	text := `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"编码":"220112001001001","名称":"齐家𠮷䶮","户数":120,"面积":12.5,"日期":"2024-05-01"},"geometry":{"type":"Polygon","coordinates":[[[125,43],[126,43],[126,44],[125,43]]]}},
{"type":"Feature","properties":{"编码":"220112001001002","名称":null,"户数":null,"面积":null,"日期":null},"geometry":null}]}`
	if err := os.WriteFile(in, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, encoding := range []string{"UTF-8", "GB18030"} {
		out := filepath.Join(dir, encoding+".shp")
		if b, err := exec.CommandContext(context.Background(), "ogr2ogr", "-lco", "ENCODING="+encoding, out, in).CombinedOutput(); err != nil {
			t.Fatalf("ogr2ogr: %v\n%s", err, b)
		}
		layer, records, err := readShapefile(t, out, OpenOptions{})
		if err != nil || layer.Encoding != encoding || layer.CRS.CRS != geo.WGS84 || !slices.Equal(layer.Columns, []string{"编码", "名称", "户数", "面积", "日期"}) {
			t.Fatalf("%v, layer %+v", err, layer)
		}
		want := []Value{{"220112001001001", Text}, {"齐家𠮷䶮", Text}, {"120", Number}, {"12.500000000000000", Number}, {"2024-05-01", Date}}
		if len(records) != 2 || !slices.Equal(records[0].Values, want) || len(records[0].Rings) != 1 {
			t.Errorf("%s: records %+v, want %+v first", encoding, records, want)
		}
		if records[1].Rings != nil || slices.ContainsFunc(records[1].Values[1:], func(v Value) bool { return v != Value{} }) {
			t.Errorf("%s: record 2 is %+v, want nothing but a code", encoding, records[1])
		}
	}
}

// FuzzShapefile: no bytes make the reader panic, run long or take memory.
func FuzzShapefile(f *testing.F) {
	for _, kind := range []int32{5, 15, 25} {
		shp, shx := shpBytes(kind, partsContent(kind, kind == 15, shpSquareA, shpHoleA), nullContent)
		f.Add(shp, shx, wholeShapefile()[".dbf"])
		f.Add(shp[:len(shp)-7], shx[:110], wholeShapefile()[".dbf"][:90])
	}
	shp, shx := shpBytes(1, pointContent(1, orb.Point{1, 2}))
	f.Add(shp, shx, dbfBytes(0x4d, []dbfColumn{{"N", 'N', 9}, {"D", 'D', 8}, {"L", 'L', 1}, {"M", 'M', 10}}, []string{"1", "20240101", "T", "1"}))
	f.Fuzz(func(t *testing.T, shp, shx, dbf []byte) {
		o := OpenOptions{Limits: DefaultLimits()}
		s, err := fuzzedShapefile(shp, shx, dbf, o)
		if err != nil {
			return
		}
		n := 0
		err = s.Records(context.Background(), 0, func(r *Record) error {
			n++
			for _, ring := range r.Rings {
				if len(ring) > len(shp)/16 {
					t.Errorf("a ring of %d vertices in %d bytes", len(ring), len(shp))
				}
			}
			return nil
		})
		if n > (len(shp)+len(shx))/8 {
			t.Errorf("%d records in %d bytes, %v", n, len(shp)+len(shx), err)
		}
	})
}

// fuzzedShapefile opens a shapefile whose parts are in memory.
func fuzzedShapefile(shp, shx, dbf []byte, o OpenOptions) (*shapefile, error) {
	s := &shapefile{o: o}
	var err error
	if s.shapes, err = newShapeReader(bytes.NewReader(shp), int64(len(shp)), o.Limits); err != nil {
		return nil, err
	}
	s.shapes.useIndex(bytes.NewReader(shx), int64(len(shx)))
	if err := s.shapes.count(context.Background()); err != nil {
		return nil, err
	}
	s.table, err = openDBF(context.Background(), bytes.NewReader(dbf), int64(len(dbf)), "", o)
	return s, err
}
