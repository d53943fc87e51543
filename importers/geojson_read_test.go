package importers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// textFile writes a file and gives its path.
func textFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openText opens a file of this content.
func openText(t testing.TB, name, content string, o OpenOptions) Source {
	t.Helper()
	s, err := Open(context.Background(), textFile(t, name, content), o)
	if err != nil {
		t.Fatalf("Open(%.200q) = %v", content, err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// recordsOf reads a layer to its end, into records of its own.
func recordsOf(s Source, layer int) (out []Record, err error) {
	err = s.Records(context.Background(), layer, func(r *Record) error {
		c := *r
		c.Values = slices.Clone(r.Values)
		out = append(out, c)
		return nil
	})
	return out, err
}

// numberedCodes lists the problems of records as "number CODE", in order.
func numberedCodes(records []Record) (out []string) {
	for _, r := range records {
		for _, p := range r.Problems {
			out = append(out, fmt.Sprintf("%d %s", r.Number, p.Problem))
		}
	}
	return out
}

const pointFeature = `{"type":"Feature","properties":{"a":1},"geometry":{"type":"Point","coordinates":[125.5,43.5]}}`

func collectionOf(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

// TestGeoJSONForms: one feature reads alike in all the forms that GeoJSON comes in.
func TestGeoJSONForms(t *testing.T) {
	two := pointFeature + "\n" + pointFeature + "\n"
	for name, c := range map[string]struct {
		text string
		n    int
	}{
		"collection":             {collectionOf(pointFeature, pointFeature), 2},
		"features first":         {`{"features":[` + pointFeature + `],"type":"FeatureCollection"}`, 1},
		"pretty":                 {"{\n  \"type\" : \"FeatureCollection\" ,\r\n\t\"features\" : [\n" + strings.ReplaceAll(pointFeature, ",", " ,\n ") + "\n]\n}\n", 1},
		"byte order mark":        {"\ufeff" + collectionOf(pointFeature), 1},
		"one feature":            {pointFeature, 1},
		"lines":                  {two, 2},
		"lines with CRLF":        {strings.ReplaceAll(two, "\n", "\r\n"), 2},
		"lines without the last": {strings.TrimSpace(two), 2},
		"empty lines":            {"\n" + pointFeature + "\n\n\n" + pointFeature, 2},
		"marked lines":           {"\ufeff" + two, 2},
		"sequence":               {"\x1e" + pointFeature + "\n\x1e" + pointFeature + "\n", 2},
		"sequence, pretty":       {"\x1e" + strings.ReplaceAll(pointFeature, ",", ",\n") + "\n\x1e" + pointFeature, 2},
		"collections in lines":   {collectionOf(pointFeature, pointFeature) + "\n" + strings.ReplaceAll(collectionOf(pointFeature), "\n", ""), 3},
		"no features":            {collectionOf(), 0},
		"foreign members":        {`{"type":"FeatureCollection","x":{"features":[1]},"bbox":[1,2,3,4],"features":[` + pointFeature + `],"y":null}`, 1},
		"members turned round":   {`{"geometry":{"coordinates":[125.5,43.5],"type":"Point"},"properties":{"a":1},"type":"Feature"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "things.geojson", c.text, OpenOptions{})
			got, err := recordsOf(s, 0)
			l := s.Layers()[0]
			if err != nil || len(got) != c.n || l.Features != c.n {
				t.Fatalf("%d features, %d in the layer, %v, want %d", len(got), l.Features, err, c.n)
			}
			if c.n > 0 && (!slices.Equal(l.Columns, []string{"a"}) || l.Geometry != "Point" || l.HasZ || l.CRS.CRS != geo.WGS84 || l.Name != "things" || len(l.Problems) > 0) {
				t.Errorf("the layer is %+v", l)
			}
			for i, r := range got {
				if r.Number != i+1 || r.Geometry != (orb.Point{125.5, 43.5}) || !slices.Equal(r.Values, []Value{{"1", Number}}) || len(r.Problems) > 0 {
					t.Errorf("feature %d is %+v", i, r)
				}
			}
		})
	}
}

// TestGeoJSONFaults: what ends the reading, and where.
func TestGeoJSONFaults(t *testing.T) {
	whole := collectionOf(pointFeature, pointFeature)
	for name, c := range map[string]struct {
		text    string
		problem string
		feature int // of the problem
		line    int
		before  int // features that come before it
	}{
		"cut within the second":      {whole[:len(whole)-10], ProblemFileTruncated, 2, 2, 1},
		"cut between":                {whole[:strings.Index(whole, ",\n")], ProblemFileTruncated, 2, 1, 1},
		"cut behind all":             {strings.TrimSuffix(whole, "}"), ProblemFileTruncated, 0, 2, 2},
		"cut in a string":            {`{"type":"FeatureColl`, ProblemFileTruncated, 1, 1, 0},
		"cut in the last line":       {pointFeature + "\n" + pointFeature[:50], ProblemFileTruncated, 2, 2, 1},
		"comma before the end":       {`{"type":"FeatureCollection","features":[` + pointFeature + `,]}`, ProblemFileCorrupt, 2, 1, 1},
		"no comma":                   {collectionOf(pointFeature + pointFeature), ProblemFileCorrupt, 2, 1, 1},
		"single quotes":              {`{'type':'FeatureCollection','features':[]}`, ProblemFileCorrupt, 1, 1, 0},
		"a bare control character":   {collectionOf(pointFeature, "{\"type\":\"Feature\",\"properties\":{\"a\":\"x\ny\"},\"geometry\":null}"), ProblemFileCorrupt, 2, 2, 1},
		"a bad escape":               {collectionOf(`{"type":"Feature","properties":{"a":"\x"},"geometry":null}`), ProblemFileCorrupt, 1, 1, 0},
		"a number with a zero ahead": {collectionOf(`{"type":"Feature","properties":{"a":012},"geometry":null}`), ProblemFileCorrupt, 1, 1, 0},
		"a number with a plus":       {collectionOf(`{"type":"Feature","properties":{"a":+1},"geometry":null}`), ProblemFileCorrupt, 1, 1, 0},
		"half a number":              {collectionOf(`{"type":"Feature","properties":{"a":1.},"geometry":null}`), ProblemFileCorrupt, 1, 1, 0},
		"a comment":                  {"{ // things\n}", ProblemFileCorrupt, 1, 1, 0},
		"garbage behind":             {whole + "garbage", ProblemFileCorrupt, 0, 2, 2},
		"garbage in the next line":   {whole + "\n}", ProblemFileCorrupt, 0, 3, 2},
		"two lists":                  {`{"type":"FeatureCollection","features":[],"features":[]}`, ProblemFileCorrupt, 0, 1, 0},
		"no list":                    {`{"type":"FeatureCollection"}`, ProblemFileCorrupt, 1, 1, 0},
		"no type":                    {`{"features":[` + pointFeature + `]}`, ProblemFileCorrupt, 0, 1, 1},
		"deep in a feature":          {collectionOf(pointFeature, `{"type":"Feature","properties":{"a":`+strings.Repeat("[", 1000)), ProblemLimit, 2, 2, 1},
		"deep in the collection":     {`{"type":"FeatureCollection","x":` + strings.Repeat(`{"x":`, 1000), ProblemLimit, 1, 1, 0},
		"deep coordinates":           {collectionOf(`{"type":"Feature","geometry":{"type":"Polygon","coordinates":` + strings.Repeat("[", 1<<20)), ProblemLimit, 1, 1, 0},
		"empty":                      {" \n", ProblemFileTruncated, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.geojson", c.text, OpenOptions{})
			got, err := recordsOf(s, 0)
			var p *Problem
			if !errors.As(err, &p) || p.Problem != c.problem || p.Feature != c.feature || p.Line != c.line || p.Warning || len(got) != c.before {
				t.Errorf("%d features, then %#v, want %d, then %s in feature %d, line %d", len(got), p, c.before, c.problem, c.feature, c.line)
			}
		})
	}
}

// TestGeoJSONRefused: other things that are JSON are known by name.
func TestGeoJSONRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{"type":"Topology","objects":{}}`:                       "TopoJSON",
		`{"displayFieldName":"","features":[{"attributes":{}}]}`: "ArcGIS",
		`{"geometryType":"esriGeometryPoint","features":[]}`:     "ArcGIS",
		`{"a":1}`:                    "no type",
		`{"type":1}`:                 "no text",
		`[` + pointFeature + `]`:     "JSON list",
		`{"type":"Style","x":[1,2]}`: `"Style"`,
	} {
		_, err := Open(context.Background(), textFile(t, "a.json", text), OpenOptions{})
		var p *Problem
		if !errors.As(err, &p) || p.Problem != ProblemFormatRefused || !strings.Contains(p.Detail, want) {
			t.Errorf("Open(%s) = %v, want FORMAT_REFUSED with %s", text, err, want)
		}
	}
}

// TestGeoJSONRecordFaults: a fault of one feature goes with it, and the others
// are read.
func TestGeoJSONRecordFaults(t *testing.T) {
	feature := func(geometry, properties string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
	}
	ring := strings.Repeat("[1,2],", 50_000)
	for name, c := range map[string]struct {
		text string
		want string // the problem of the feature, "" for none
	}{
		"beyond numbers":           {feature(`{"type":"Point","coordinates":[1e400,2]}`, "{}"), ProblemValueDamaged},
		"NaN":                      {feature(`{"type":"Point","coordinates":[NaN,2]}`, "{}"), ProblemValueDamaged},
		"-Infinity":                {feature(`{"type":"Point","coordinates":[1,-Infinity]}`, "{}"), ProblemValueDamaged},
		"null for a number":        {feature(`{"type":"Point","coordinates":[1,null]}`, "{}"), ProblemFileCorrupt},
		"text for a number":        {feature(`{"type":"Point","coordinates":["1","2"]}`, "{}"), ProblemFileCorrupt},
		"one coordinate":           {feature(`{"type":"Point","coordinates":[1]}`, "{}"), ProblemFileCorrupt},
		"nested too little":        {feature(`{"type":"Polygon","coordinates":[[1,2],[3,4]]}`, "{}"), ProblemFileCorrupt},
		"nested too much":          {feature(`{"type":"Point","coordinates":[[1,2]]}`, "{}"), ProblemFileCorrupt},
		"no such type":             {feature(`{"type":"Circle","coordinates":[1,2]}`, "{}"), ProblemWrongType},
		"no such type, behind":     {feature(`{"coordinates":[1,2],"type":"Circle"}`, "{}"), ProblemWrongType},
		"no coordinates":           {feature(`{"type":"Point"}`, "{}"), ProblemFileCorrupt},
		"a text for a geometry":    {feature(`"POINT (1 2)"`, "{}"), ProblemFileCorrupt},
		"a feature for a geometry": {feature(pointFeature, "{}"), ProblemWrongType},
		"null in a collection":     {feature(`{"type":"GeometryCollection","geometries":[null]}`, "{}"), ProblemFileCorrupt},
		"vertices":                 {feature(`{"type":"LineString","coordinates":[`+ring+`[1,2]]}`, "{}"), ProblemLimit},
		"rings":                    {feature(`{"type":"Polygon","coordinates":[`+strings.Repeat("[],", 500)+`[]]}`, "{}"), ProblemLimit},
		"parts":                    {feature(`{"type":"MultiLineString","coordinates":[`+strings.Repeat("[],", 50_000)+`[]]}`, "{}"), ProblemLimit},
		"half a character":         {feature("null", `{"a":"\ud840"}`), ProblemValueDamaged},
		"the wrong half":           {feature("null", `{"a":"\udfb7\ud842"}`), ProblemValueDamaged},
		"U+0000":                   {feature("null", `{"a":"x\u0000"}`), ProblemValueDamaged},
		"NaN for a value":          {feature("null", `{"a":NaN}`), ProblemValueDamaged},
		"a long text":              {feature("null", `{"a":"`+strings.Repeat("x", 1<<20)+`y"}`), ProblemLimit},
		"two values":               {feature("null", `{"a":1,"a":2}`), ProblemValueDamaged},
		"two values alike":         {feature("null", `{"a":1,"a":1}`), ""},
		"properties in a list":     {feature("null", `[1]`), ProblemFileCorrupt},
		"null properties":          {feature("null", `null`), ""},
		"a number for a feature":   {"7", ProblemFileCorrupt},
		"null for a feature":       {"null", ProblemFileCorrupt},
		"no type":                  {`{"properties":{},"geometry":null}`, ProblemFileCorrupt},
		"another type":             {`{"type":"feature","properties":{},"geometry":null}`, ProblemFileCorrupt},
		"two geometries":           {`{"type":"Feature","geometry":null,"geometry":null}`, ProblemFileCorrupt},
		"a bare geometry":          {`{"type":"Point","coordinates":[1,2]}`, ""},
		"at the limit of vertices": {feature(`{"type":"LineString","coordinates":[`+strings.TrimSuffix(ring, ",")+`]}`, "{}"), ""},
		"at the limit of text":     {feature("null", `{"a":"`+strings.Repeat("x", 1<<20)+`"}`), ""},
		"longer than the window":   {feature("null", `{"a":"`+strings.Repeat(`\\]`, windowMaxBytes/3)+`"}`), ProblemLimit},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.geojson", collectionOf(pointFeature, c.text, pointFeature), OpenOptions{})
			got, err := recordsOf(s, 0)
			if err != nil || len(got) != 3 || got[2].Geometry != (orb.Point{125.5, 43.5}) || got[2].Values[len(got[2].Values)-1] != (Value{"1", Number}) {
				t.Fatalf("%d features, %v, want three", len(got), err)
			}
			var want []string
			if c.want != "" {
				want = []string{"2 " + c.want}
			}
			if found := numberedCodes(got); !slices.Equal(found, want) {
				t.Errorf("problems %q, want %q", found, want)
			}
			if c.want != "" && got[1].Geometry != nil {
				t.Errorf("a faulty geometry is given as %v", got[1].Geometry)
			}
		})
	}
}

// TestGeoJSONManyFaults: a feature with a fault in every value has some of them
// listed.
func TestGeoJSONManyFaults(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `"a":%d,`, i)
	}
	got, err := recordsOf(openText(t, "a.json", `{"type":"Feature","properties":{`+b.String()+`"b":1},"geometry":null}`, OpenOptions{}), 0)
	if err != nil || len(got) != 1 || len(got[0].Problems) != recordProblems || got[0].Values[1].Text != "1" {
		t.Errorf("%d features, %d problems, %v", len(got), len(numberedCodes(got)), err)
	}
}

// TestGeoJSONBadLine: in a file of lines, a bad one does not hide the next.
func TestGeoJSONBadLine(t *testing.T) {
	for name, text := range map[string]string{
		"lines":          pointFeature + "\n{\"type\":\"Feature\",\"properties\":{\"a\":}}\n\n" + pointFeature,
		"the first":      `{"type" "Feature"}` + "\n" + pointFeature + "\n\n" + pointFeature,
		"no object":      pointFeature + "\nnull\n\n" + pointFeature,
		"no feature":     pointFeature + "\n{\"x\":1}\n\n" + pointFeature,
		"sequence":       "\x1e" + pointFeature + "\n\x1e{\n\"type\"}\n\n\x1e" + pointFeature,
		"half in a line": pointFeature + "\n" + pointFeature[:30] + "\n\n" + pointFeature,
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.ndjson", text, OpenOptions{})
			got, err := recordsOf(s, 0)
			if err != nil || len(got) != 3 || len(numberedCodes(got)) != 1 || s.Layers()[0].Features != 3 {
				t.Fatalf("%d features, %q, %v, want three and one bad one", len(got), numberedCodes(got), err)
			}
		})
	}
}

// TestGeoJSONColumns: the layer has the columns of all features, and texts come
// as they were meant.
func TestGeoJSONColumns(t *testing.T) {
	s := openText(t, "a.json", collectionOf(
		`{"type":"Feature","id":"g1","properties":{"编码":"220112001001001","户数":86},"geometry":null}`,
		`{"type":"Feature","properties":{"\u540d\u79f0":"\ud842\udfb7\u5c6f \"一\" \\ \/ \b\f\n\r\t","户数":null},"id":7,"geometry":{"type":"Point","coordinates":[1,2,3]}}`,
		`{"type":"Feature","properties":{"名称":"","alias":["a", "b"],"编码":220112001001001.0,"ok":true,"n":-1.50e+3},"geometry":{"type":"Point","coordinates":[-0.5,1e2]}}`,
	), OpenOptions{})
	l := s.Layers()[0]
	if want := []string{"id", "编码", "户数", "名称", "alias", "ok", "n"}; !slices.Equal(l.Columns, want) {
		t.Errorf("columns %q, want %q", l.Columns, want)
	}
	if !l.HasZ || l.Geometry != "Point" {
		t.Errorf("the layer is %+v", l)
	}
	got, err := recordsOf(s, 0)
	if err != nil || len(numberedCodes(got)) > 0 {
		t.Fatal(err, numberedCodes(got))
	}
	want := [][]Value{
		{{"g1", Text}, {"220112001001001", Text}, {"86", Number}, {}, {}, {}, {}},
		{{"7", Number}, {}, {}, {"𠮷屯 \"一\" \\ / \b\f\n\r\t", Text}, {}, {}, {}},
		{{}, {"220112001001001.0", Number}, {}, {"", Text}, {`["a", "b"]`, JSON}, {"true", Bool}, {"-1.50e+3", Number}},
	}
	for i, r := range got {
		if !slices.Equal(r.Values, want[i]) {
			t.Errorf("feature %d has %q, want %q", i+1, r.Values, want[i])
		}
	}
	if !got[1].HadZ || got[2].HadZ || got[1].Geometry != (orb.Point{1, 2}) || got[2].Geometry != (orb.Point{-0.5, 100}) {
		t.Errorf("shapes %v %v", got[1], got[2])
	}
}

func TestGeoJSONColumnLimit(t *testing.T) {
	var b strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&b, `,"c%d":1`, i)
	}
	for n, text := range map[int]string{1: b.String()[1:], 0: b.String()[1:strings.LastIndex(b.String(), ",")]} {
		s := openText(t, "a.json", `{"type":"Feature","properties":{`+text+`},"geometry":null}`, OpenOptions{})
		l := s.Layers()[0]
		if len(l.Columns) != 1000 || len(l.Problems) != n {
			t.Errorf("%d columns, %v", len(l.Columns), l.Problems)
		}
		if got, err := recordsOf(s, 0); err != nil || len(got) != 1 || len(got[0].Values) != 1000 {
			t.Error(err)
		}
	}
}

// TestGeoJSONGeometries: what is written reads back as it was, to the bit.
func TestGeoJSONGeometries(t *testing.T) {
	ring := orb.Ring{{125.1, 43.1}, {125.2000001, 43.1}, {125.2, 43.2}, {125.1, 43.1}}
	geometries := []orb.Geometry{
		orb.Point{125.6600001, 43.52},
		orb.MultiPoint{{125, 43}, {-0.0000001, 0}},
		orb.LineString{{125.1, 43.1}, {125.12345678901234, 5e-324}, {1.7976931348623157e308, 9007199254740993}},
		orb.MultiLineString{{{1, 2}, {3, 4}}, {}},
		orb.Polygon{ring, {}},
		orb.Polygon{},
		orb.MultiPolygon{{ring, ring[:2]}, {{{1, 1}, {2, 1}, {2, 2}, {1, 1}}}},
		orb.MultiPolygon{},
		nil,
	}
	var features []Feature
	for _, g := range geometries {
		features = append(features, Feature{ID: "a", Geometry: g})
	}
	text, err := write(t, features...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := recordsOf(openText(t, "a.json", text, OpenOptions{}), 0)
	if err != nil || len(numberedCodes(got)) > 0 || len(got) != len(geometries) {
		t.Fatal(err, numberedCodes(got))
	}
	for i, want := range geometries {
		if !reflect.DeepEqual(got[i].Geometry, want) {
			t.Errorf("%#v reads back as %#v", want, got[i].Geometry)
		}
	}
	s := openText(t, "b.json", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"geometries":[],"type":"GeometryCollection"}]}`, OpenOptions{})
	got, err = recordsOf(s, 0)
	if want := (orb.Collection{orb.Point{1, 2}, orb.Collection{}}); err != nil || !reflect.DeepEqual(got[0].Geometry, orb.Geometry(want)) {
		t.Errorf("a collection reads as %#v, %v", got[0].Geometry, err)
	}
}
