package importers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// kmlOf wraps what is in a document.
func kmlOf(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>网格图</name>` + body + `</Document></kml>`
}

// a square of KML, with a hole where hole is not empty.
func square(hole string) string {
	if hole != "" {
		hole = `<innerBoundaryIs><LinearRing><coordinates>` + hole + `</coordinates></LinearRing></innerBoundaryIs>`
	}
	return `<Polygon><extrude>0</extrude><outerBoundaryIs><LinearRing><coordinates>
		0,0,0 10,0,0
		10,10,0 0,10,0 0,0,0
	</coordinates></LinearRing></outerBoundaryIs>` + hole + `</Polygon>`
}

var ring10 = orb.Ring{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}

// readAll reads a layer of a source, and keeps its records.
func readLayer(t testing.TB, src Source, layer int) (out []Record) {
	t.Helper()
	err := src.Records(context.Background(), layer, func(r *Record) error {
		kept := *r
		kept.Values, kept.Problems = slices.Clone(r.Values), slices.Clone(r.Problems)
		out = append(out, kept)
		return nil
	})
	if err != nil {
		t.Fatalf("Records(%d): %v", layer, err)
	}
	return out
}

func openKMLText(t testing.TB, name, body string) Source {
	t.Helper()
	src, err := Open(context.Background(), put(t, name, []byte(body)), OpenOptions{TempDir: t.TempDir()})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func TestKMLShapes(t *testing.T) {
	point := `<Point><coordinates>125.66,43.52,7</coordinates></Point>`
	line := `<LineString><coordinates>0,0 1,1 2,0</coordinates></LineString>`
	hole := orb.Ring{{2, 2}, {2, 4}, {4, 4}, {4, 2}, {2, 2}}
	tests := []struct {
		name, body string
		want       orb.Geometry
		hadZ       bool
		problem    string
	}{
		{"a point", point, orb.Point{125.66, 43.52}, true, ""},
		{"a point without height", `<Point><coordinates> 125.66,43.52 </coordinates></Point>`, orb.Point{125.66, 43.52}, false, ""},
		{"blanks about commas", `<Point><coordinates>125.66 , 43.52, 0</coordinates></Point>`, orb.Point{125.66, 43.52}, false, ""},
		{"a comma at the end", `<Point><coordinates>125.66,43.52,</coordinates></Point>`, orb.Point{125.66, 43.52}, false, ""},
		{"a line", line, orb.LineString{{0, 0}, {1, 1}, {2, 0}}, false, ""},
		{"a ring alone", `<LinearRing><coordinates>0,0 1,1 2,0 0,0</coordinates></LinearRing>`, orb.LineString{{0, 0}, {1, 1}, {2, 0}, {0, 0}}, false, ""},
		{"a polygon", square(""), orb.Polygon{ring10}, false, ""},
		{"a polygon with a hole", square("2,2 2,4 4,4 4,2 2,2"), orb.Polygon{ring10, hole}, false, ""},
		{"the hole first", `<Polygon><innerBoundaryIs><LinearRing><coordinates>2,2 2,4 4,4 4,2 2,2</coordinates></LinearRing></innerBoundaryIs><outerBoundaryIs><LinearRing><coordinates>0,0 10,0 10,10 0,10 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>`, orb.Polygon{ring10, hole}, false, ""},
		{"two holes in one element", `<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 10,0 10,10 0,10 0,0</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>2,2 2,4 4,4 4,2 2,2</coordinates></LinearRing><LinearRing><coordinates>6,6 6,7 7,7 6,6</coordinates></LinearRing></innerBoundaryIs></Polygon>`, orb.Polygon{ring10, hole, {{6, 6}, {6, 7}, {7, 7}, {6, 6}}}, false, ""},
		{"a ring that is not closed", `<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1</coordinates></LinearRing></outerBoundaryIs></Polygon>`, orb.Polygon{{{0, 0}, {1, 0}, {1, 1}}}, false, ""},
		{"an empty polygon", `<Polygon/>`, orb.Polygon{}, false, ""},
		{"two outer rings", `<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></outerBoundaryIs><outerBoundaryIs><LinearRing><coordinates>5,5 6,5 6,6 5,5</coordinates></LinearRing></outerBoundaryIs></Polygon>`, nil, false, ProblemHoleNesting},
		{"polygons", `<MultiGeometry>` + square("") + square("") + `</MultiGeometry>`, orb.MultiPolygon{{ring10}, {ring10}}, false, ""},
		{"polygons in polygons", `<MultiGeometry>` + square("") + `<MultiGeometry>` + square("") + `</MultiGeometry></MultiGeometry>`, orb.MultiPolygon{{ring10}, {ring10}}, false, ""},
		{"one of many", `<MultiGeometry>` + square("") + `</MultiGeometry>`, orb.Polygon{ring10}, false, ""},
		{"points", `<MultiGeometry>` + point + point + `</MultiGeometry>`, orb.MultiPoint{{125.66, 43.52}, {125.66, 43.52}}, true, ""},
		{"lines", `<MultiGeometry>` + line + line + `</MultiGeometry>`, orb.MultiLineString{{{0, 0}, {1, 1}, {2, 0}}, {{0, 0}, {1, 1}, {2, 0}}}, false, ""},
		{"a mixture", `<MultiGeometry>` + square("") + line + `</MultiGeometry>`, orb.Collection{orb.Polygon{ring10}, orb.LineString{{0, 0}, {1, 1}, {2, 0}}}, false, ""},
		{"a track", `<gx:Track><when>2026-09-01T00:00:00Z</when><gx:coord>1 2 3</gx:coord><gx:coord>4 5 0</gx:coord></gx:Track>`, orb.LineString{{1, 2}, {4, 5}}, true, ""},
		{"a model", `<Model><Location><longitude>1</longitude></Location></Model>`, nil, false, ""},
		{"nothing", ``, nil, false, ""},
		{"no number", `<Point><coordinates>125.66,abc</coordinates></Point>`, nil, false, ProblemNoPosition},
		{"not a number", `<Point><coordinates>NaN,43</coordinates></Point>`, nil, false, ProblemValueDamaged},
		{"infinite", `<Point><coordinates>1e999,43</coordinates></Point>`, nil, false, ProblemValueDamaged},
		{"a longitude alone", `<Point><coordinates>125.66</coordinates></Point>`, nil, false, ProblemNoPosition},
		{"four numbers", `<Point><coordinates>1,2,3,4</coordinates></Point>`, nil, false, ProblemNoPosition},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := openKMLText(t, "a.kml", kmlOf(`<Placemark><name>x</name>`+tt.body+`</Placemark><Placemark><name>next</name>`+square("")+`</Placemark>`))
			got := readLayer(t, src, 0)
			if len(got) != 2 {
				t.Fatalf("%d records", len(got))
			}
			if !reflect.DeepEqual(got[0].Geometry, tt.want) || got[0].HadZ != tt.hadZ {
				t.Errorf("geometry %#v, Z %v, want %#v, %v", got[0].Geometry, got[0].HadZ, tt.want, tt.hadZ)
			}
			problem := ""
			for _, p := range got[0].Problems {
				problem += p.Problem
				if p.Feature != 1 {
					t.Errorf("%v is of feature %d", p, p.Feature)
				}
			}
			if problem != tt.problem {
				t.Errorf("problems %v, want %q", got[0].Problems, tt.problem)
			}
			if !reflect.DeepEqual(got[1].Geometry, orb.Polygon{ring10}) || len(got[1].Problems) > 0 {
				t.Errorf("the next is %+v", got[1])
			}
		})
	}
}

func TestKMLValues(t *testing.T) {
	src := openKMLText(t, "a.kml", kmlOf(`
		<Schema name="grid" id="grid"><SimpleField name="户数" type="int"/><SimpleField name="编码" type="string"/><SimpleField name="专属" type="bool"/></Schema>
		<Placemark><name> 一号 </name><description><![CDATA[<b>&x</b>]]></description><TimeStamp><when>2026-09-01</when></TimeStamp>
			<ExtendedData><SchemaData schemaUrl="#grid"><SimpleData name="编码">220112001001001</SimpleData><SimpleData name="户数">0012</SimpleData><SimpleData name="专属">1</SimpleData></SchemaData></ExtendedData>
			<Point><coordinates>1,2</coordinates></Point></Placemark>
		<Placemark><name>a&nbsp;b</name><ExtendedData><Data name="备注"><displayName>x</displayName><value>长</value></Data><mine:电话 xmlns:mine="urn:x">未知</mine:电话><SchemaData><SimpleData name="户数">多</SimpleData></SchemaData></ExtendedData>
			<Point><coordinates>1,2</coordinates></Point></Placemark>`))
	l := src.Layers()
	want := []string{"name", "description", "when", "户数", "编码", "专属", "备注", "电话"}
	if len(l) != 1 || !slices.Equal(l[0].Columns, want) || l[0].Name != "网格图" || l[0].Format != "KML" || l[0].Geometry != "Point" || l[0].Features != 2 {
		t.Fatalf("layers %+v", l)
	}
	if l[0].CRS.CRS != geo.WGS84 || l[0].CRS.From != "format" {
		t.Errorf("CRS %+v", l[0].CRS)
	}
	got := readLayer(t, src, 0)
	if want := []Value{{"一号", Text}, {"<b>&x</b>", Text}, {"2026-09-01", Text}, {"0012", Number}, {"220112001001001", Text}, {"true", Bool}, {}, {}}; !slices.Equal(got[0].Values, want) {
		t.Errorf("values %+v, want %+v", got[0].Values, want)
	}
	if want := []Value{{"a\u00a0b", Text}, {}, {}, {"多", Text}, {}, {}, {"长", Text}, {"未知", Text}}; !slices.Equal(got[1].Values, want) {
		t.Errorf("values %+v, want %+v", got[1].Values, want)
	}
	if got[0].Line != 4 || got[1].Line != 7 || got[1].Number != 2 {
		t.Errorf("lines %d, %d", got[0].Line, got[1].Line)
	}
}

func TestKMLFolders(t *testing.T) {
	pm := func(name, shape string) string {
		return `<Placemark><name>` + name + `</name>` + shape + `</Placemark>`
	}
	point := `<Point><coordinates>1,2</coordinates></Point>`
	src := openKMLText(t, "a.kml", kmlOf(pm("r", point)+
		`<Folder><name>网格</name><open>1</open>`+pm("a", square(""))+`<Folder><name>东/西</name>`+pm("b", square(""))+`</Folder></Folder>`+
		`<Folder>`+pm("c", point)+`</Folder><Folder><name>空</name></Folder><Folder><name>网格</name>`+pm("d", square(""))+`</Folder>`))
	var got []string
	for i, l := range src.Layers() {
		names := ""
		for _, r := range readLayer(t, src, i) {
			names += r.Values[0].Text
			if r.Values[1].Text == "" && r.Values[0].Text != "r" {
				t.Errorf("%s has no folder", r.Values[0].Text)
			}
		}
		got = append(got, fmt.Sprintf("%s %s %s %d %v", l.Name, names, l.Geometry, l.Features, l.Hidden))
	}
	want := []string{"网格图 r Point 1 false", "网格 ad Polygon 2 false", "网格/东∕西 b Polygon 1 false", "Folder c Point 1 false", "网格图 (all) rabcd Geometry 5 true"}
	if !slices.Equal(got, want) {
		t.Errorf("layers %q, want %q", got, want)
	}
}

func TestKMLOfOvital(t *testing.T) {
	body := kmlOf(`<Placemark><name>x</name><Point><coordinates>125.66613,43.52237</coordinates></Point></Placemark>`)
	for name, want := range map[string]geo.CRS{"a.ovkml": geo.GCJ02, "a.OVKML": geo.GCJ02, "a.kml": geo.WGS84} {
		if l := openKMLText(t, name, body).Layers()[0]; l.CRS.CRS != want || (l.CRS.From == "extension") != (want == geo.GCJ02) {
			t.Errorf("%s: %+v, want %s", name, l.CRS, want)
		}
	}
	for name, tt := range map[string]struct {
		entry string
		want  geo.CRS
		layer string
	}{
		"a.kmz":   {"doc.kml", geo.WGS84, "网格图"},
		"b.ovkmz": {"doc.kml", geo.GCJ02, "网格图"},
		"c.zip":   {"网格.ovkml", geo.GCJ02, "网格图"},
		"d.kmz":   {"files/x.ovkml", geo.GCJ02, "网格图"},
	} {
		src := openKMLText(t, name, string(pack(t, entry{name: "files/icon.png", body: "x"}, entry{name: tt.entry, body: body})))
		if l := src.Layers()[0]; l.CRS.CRS != tt.want || l.Name != tt.layer || len(readLayer(t, src, 0)) != 1 {
			t.Errorf("%s: %+v, want %s", name, l, tt.want)
		}
	}
	if p := openProblem(t, put(t, "a.kmz", pack(t, entry{name: "x.png", body: "x"})), OpenOptions{}); p.Problem != ProblemFormatRefused {
		t.Errorf("a KMZ without a document: %v", p)
	}
	if p := openProblem(t, put(t, "a.kmz", pack(t, entry{name: "doc.kml", body: body}, entry{name: "../x.png", body: "x"})), OpenOptions{}); p.Problem != ProblemZipUnsafe {
		t.Errorf("a KMZ that climbs: %v", p)
	}
}

func TestKMLEncodings(t *testing.T) {
	body := strings.Replace(kmlOf(`<Placemark><name>镕䶮</name></Placemark>`), `encoding="UTF-8"`, `encoding="%"`, 1)
	gb18030 := func(s string) string {
		e, err := NamedEncoding("GB18030")
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.codec.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	declared := func(as string) string { return strings.Replace(body, "%", as, 1) }
	utf16, err := NamedEncoding("UTF-16")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := utf16.codec.NewEncoder().String("\ufeff" + declared("UTF-16"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ body, encoding string }{
		"UTF-8":                        {declared("UTF-8"), ""},
		"UTF-8 with a byte order mark": {"\ufeff" + declared("UTF-8"), ""},
		"GB 18030 that says so":        {gb18030(declared("gb2312")), ""},
		"GB 18030 that says UTF-8":     {gb18030(declared("UTF-8")), "GB18030"},
		"UTF-16":                       {wide, "UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			src := openKMLText(t, "a.kml", tt.body)
			l := src.Layers()[0]
			if l.Encoding != tt.encoding || (len(l.Problems) == 1 && l.Problems[0].Problem == ProblemEncodingGuessed) != (l.EncodingFrom == EncodingFromGuess) {
				t.Errorf("layer %+v", l)
			}
			if got := readLayer(t, src, 0)[0].Values[0].Text; got != "镕䶮" {
				t.Errorf("name %q", got)
			}
		})
	}
}

func TestKMLRefused(t *testing.T) {
	good := kmlOf(`<Placemark><name>x</name>` + square("") + `</Placemark>`)
	for name, tt := range map[string]struct{ body, want string }{
		"a document type":       {`<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml><Document/></kml>`, ProblemFormatRefused},
		"entities of entities":  {`<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>`, ProblemFormatRefused},
		"cut off":               {good[:len(good)-30], ProblemFileTruncated},
		"a tag that is another": {strings.Replace(good, "</Polygon>", "</Polygone>", 1), ProblemFileCorrupt},
		"an entity of nobody's": {strings.Replace(good, "x<", "&nobody;<", 1), ProblemFileCorrupt},
		"nested deeply":         {kmlOf(strings.Repeat("<Folder>", 1000)), ProblemLimit},
		"nested deeply, unread": {kmlOf(`<Placemark><x>` + strings.Repeat("<b>", 1000)), ProblemLimit},
		"a text without end":    {kmlOf(`<Placemark><name>` + strings.Repeat("x", kmlToken+1)), ProblemLimit},
		"a tag without end":     {`<kml ` + strings.Repeat("x", kmlToken+1), ProblemLimit},
		"an unknown encoding":   {`<?xml version="1.0" encoding="klingon"?><kml/>`, ProblemFormatRefused},
		"too many columns": {kmlOf(`<Placemark><ExtendedData>` + func() string {
			var b strings.Builder
			for i := range 1001 {
				fmt.Fprintf(&b, `<Data name="c%d"><value>1</value></Data>`, i)
			}
			return b.String()
		}() + `</ExtendedData></Placemark>`), ProblemLimit},
	} {
		t.Run(name, func(t *testing.T) {
			if p := openProblem(t, put(t, "a.kml", []byte(tt.body)), OpenOptions{}); p.Problem != tt.want {
				t.Errorf("%v, want %s", p, tt.want)
			}
		})
	}
}

// A feature of too many vertices, rings or bytes hides no other.
func TestKMLLimits(t *testing.T) {
	limits := Limits{Vertices: 5, Rings: 2, TextBytes: 10}
	body := kmlOf(`<Placemark><name>0123456789</name>` + square("") + `</Placemark>` +
		`<Placemark><name>six vertices</name><LineString><coordinates>1,1 2,2 3,3 4,4 5,5 6,6</coordinates></LineString></Placemark>` +
		`<Placemark><name>3</name><Polygon><outerBoundaryIs><LinearRing/></outerBoundaryIs><innerBoundaryIs><LinearRing/><LinearRing/></innerBoundaryIs></Polygon></Placemark>` +
		`<Placemark><name>4</name>` + square("") + `</Placemark>`)
	src, err := Open(context.Background(), put(t, "a.kml", []byte(body)), OpenOptions{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for i, want := range []int{0, 2, 1, 0} {
		r := readLayer(t, src, 0)[i]
		if len(r.Problems) != want || (r.Geometry == nil) != (want > 0) {
			t.Errorf("feature %d: %+v", i+1, r)
		}
		for _, p := range r.Problems {
			if p.Problem != ProblemLimit {
				t.Errorf("feature %d: %v", i+1, p)
			}
		}
	}
}

// An error of who reads ends the reading and comes back as it is; the context too.
func TestKMLStops(t *testing.T) {
	src := openKMLText(t, "a.kml", kmlOf(strings.Repeat(`<Placemark><name>x</name></Placemark>`, 3)))
	stop := errors.New("enough")
	n := 0
	if err := src.Records(context.Background(), 0, func(*Record) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("Records = %v after %d", err, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := src.Records(ctx, 0, func(*Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Records = %v", err)
	}
}

func TestKMLOfLinks(t *testing.T) {
	l := openKMLText(t, "a.kml", kmlOf(`<NetworkLink><Link><href>http://example.org/x.kml</href></Link></NetworkLink>`)).Layers()
	if len(l) != 1 || l[0].Features != 0 || len(l[0].Problems) != 1 || l[0].Problems[0].Problem != ProblemEmptyGeometry {
		t.Errorf("layers %+v", l)
	}
}

// What GDAL writes as KML is read as what it was.
func TestKMLOfGDAL(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.geojson")
	body := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"编码":"220112001001001","households":12},"geometry":{"type":"Polygon","coordinates":[[[125.5,43.5],[125.6,43.5],[125.6,43.6],[125.5,43.5]]]}},
		{"type":"Feature","properties":{"编码":"220112001001002","households":null},"geometry":{"type":"MultiPolygon","coordinates":[[[[125.5,43.5],[125.6,43.5],[125.6,43.6],[125.5,43.5]]],[[[125.7,43.5],[125.8,43.5],[125.8,43.6],[125.7,43.5]]]]}}]}`
	if err := os.WriteFile(in, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"KML", "LIBKML"} {
		for _, ext := range []string{".kml", ".kmz"} {
			out := filepath.Join(dir, format+ext)
			if format == "KML" && ext == ".kmz" {
				continue
			}
			if said, err := exec.Command("ogr2ogr", "-f", format, out, in, "-nln", "网格").CombinedOutput(); err != nil {
				t.Fatalf("ogr2ogr: %v %s", err, said)
			}
			src, err := Open(context.Background(), out, OpenOptions{TempDir: dir})
			if err != nil {
				t.Fatalf("%s%s: %v", format, ext, err)
			}
			l, got := src.Layers()[0], readLayer(t, src, 0)
			if len(src.Layers()) != 1 || len(got) != 2 || l.Geometry != "MultiPolygon" || l.Name != "网格" {
				t.Fatalf("%s%s: %+v, %d records", format, ext, src.Layers(), len(got))
			}
			code, households := slices.Index(l.Columns, "编码"), slices.Index(l.Columns, "households")
			if code < 0 || households < 0 || got[1].Values[code] != (Value{"220112001001002", Text}) || got[0].Values[households] != (Value{"12", Number}) || got[1].Values[households].Type != Null {
				t.Errorf("%s%s: columns %q, values %+v", format, ext, l.Columns, got)
			}
			if err := src.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzKML(f *testing.F) {
	f.Add([]byte(kmlOf(`<Schema><SimpleField name="a" type="int"/></Schema><Folder><name>f</name><Placemark><name>x</name><ExtendedData><SchemaData><SimpleData name="a">1</SimpleData></SchemaData></ExtendedData>` + square("2,2 2,4 4,4 2,2") + `</Placemark></Folder><Placemark/>`)))
	f.Add([]byte("\xff\xfe<\x00k\x00m\x00l\x00/\x00>\x00"))
	f.Add([]byte(`<?xml version="1.0" encoding="GBK"?><kml><Placemark><gx:Track><gx:coord>1 2 3</gx:coord></gx:Track></Placemark></kml>`))
	f.Add([]byte(`<kml><MultiGeometry/><Document/><Document><name>a</name><Placemark><MultiGeometry><Point><coordinates>1,2,3 4</coordinates></Point></MultiGeometry></Placemark></Document></kml>`))
	f.Add([]byte(`<kml><Document><name>a</name><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "a.kml")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		limits := Limits{Vertices: 100, Rings: 5, Columns: 10, TextBytes: 100}.orDefault()
		src, err := openKML(context.Background(), path, OpenOptions{Limits: limits})
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) {
				t.Errorf("%v is no problem", err)
			}
			return
		}
		for i, l := range src.Layers() {
			n := 0
			err := src.Records(context.Background(), i, func(r *Record) error {
				n++
				if len(r.Values) != len(l.Columns) || r.Number != n {
					t.Errorf("record %+v of %+v", r, l)
				}
				return nil
			})
			// What stands before the place where a file breaks off is read.
			var p *Problem
			if cut := errors.As(err, &p) && p.Problem == ProblemFileTruncated; err != nil && !cut || n != l.Features {
				t.Errorf("layer %q: %d records, %v, want %d", l.Name, n, err, l.Features)
			}
		}
	})
}

// TestKMLCut: of a file that breaks off what stands before is read.
func TestKMLCut(t *testing.T) {
	place := `<Placemark><name>甲</name><Point><coordinates>125.6,43.5</coordinates></Point></Placemark>`
	s, err := Open(t.Context(), testFile(t, "cut.kml", `<kml xmlns="http://www.opengis.net/kml/2.2"><Document>`+place+place+place[:60]), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	err = s.Records(t.Context(), 0, func(*Record) error { n++; return nil })
	var p *Problem
	if !errors.As(err, &p) || p.Problem != ProblemFileTruncated || n != 2 {
		t.Errorf("%d records, %v", n, err)
	}
}
