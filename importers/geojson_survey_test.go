package importers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestGeoJSONLegacyCRS: the member that GeoJSON had until 2016 is believed, said,
// and found wherever it stands.
func TestGeoJSONLegacyCRS(t *testing.T) {
	named := func(name string) string { return `{"type":"name","properties":{"name":"` + name + `"}}` }
	for member, c := range map[string]struct {
		crs geo.CRS
		err string
	}{
		named("urn:ogc:def:crs:OGC:1.3:CRS84"):                    {geo.WGS84, ""},
		named("urn:ogc:def:crs:EPSG::4326"):                       {geo.WGS84, ""},
		named("EPSG:4326"):                                        {geo.WGS84, ""},
		named("urn:ogc:def:crs:EPSG::4490"):                       {geo.CGCS2000, ""},
		named("urn:ogc:def:crs:EPSG::4551"):                       {"EPSG:4551", ""},
		named("urn:ogc:def:crs:EPSG:6.18:4551"):                   {"EPSG:4551", ""},
		named("http://www.opengis.net/def/crs/EPSG/0/4551"):       {"EPSG:4551", ""},
		named("http://www.opengis.net/def/crs/OGC/1.3/CRS84"):     {geo.WGS84, ""},
		`{"type":"EPSG","properties":{"code":4530}}`:              {"EPSG:4530", ""},
		named("urn:ogc:def:crs:EPSG::5070"):                       {"", ProblemCRSUnknown},
		named("urn:ogc:def:crs:EPSG::4214"):                       {"", ProblemDatumRefused},
		named("urn:ogc:def:crs:EPSG::4610"):                       {"", ProblemDatumRefused},
		named("local"):                                            {"", ProblemCRSUnknown},
		`null`:                                                    {"", ProblemCRSUnknown},
		`{"type":"link","properties":{"href":"http://x/y.proj"}}`: {"", ProblemCRSUnknown},
		`7`: {"", ProblemCRSUnknown},
	} {
		for where, text := range map[string]string{
			"before":       `{"type":"FeatureCollection","crs":` + member + `,"features":[` + pointFeature + `]}`,
			"behind":       `{"type":"FeatureCollection","features":[` + pointFeature + `],"crs":` + member + `}`,
			"in a feature": `{"type":"Feature","geometry":null,"properties":{"crs":1},"crs":` + member + `}`,
		} {
			l := openText(t, "a.json", text, OpenOptions{}).Layers()[0]
			var p *Problem
			if errors.As(l.CRS.Err, &p) != (c.err != "") || p != nil && p.Problem != c.err || l.CRS.CRS != c.crs || l.CRS.From != "member" {
				t.Errorf("%s, %s: %+v, want %q, %s", member, where, l.CRS, c.crs, c.err)
			}
			if len(l.Problems) != 1 || l.Problems[0].Problem != ProblemCRSLegacy || !l.Problems[0].Warning {
				t.Errorf("%s, %s: the layer says %v", member, where, l.Problems)
			}
		}
	}
	two := `{"type":"FeatureCollection","crs":` + named("EPSG:4551") + `,"features":[]}` + "\n" +
		`{"type":"FeatureCollection","crs":` + named("EPSG:4549") + `,"features":[]}`
	if h := openText(t, "a.json", two, OpenOptions{}).Layers()[0].CRS; h.CRS != "" || h.Err == nil {
		t.Errorf("two systems give %+v", h)
	}
}

// utf16Text encodes a text with its byte order mark.
func utf16Text(s string, high int, mark bool) string {
	if mark {
		s = "\ufeff" + s
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		pair := [2]byte{byte(u >> 8), byte(u)}
		b = append(b, pair[high], pair[1-high])
	}
	return string(b)
}

// TestGeoJSONEncodings: JSON is UTF-8, but files are what programs wrote.
func TestGeoJSONEncodings(t *testing.T) {
	text := collectionOf(strings.Replace(pointFeature, `"a":1`, `"名称":"𠮷屯䶮","a\\":"{朎[乗"`, 1))
	gb, err := GB18030.codec.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, option, encoding, from string }{
		"UTF-8":                {text, "", "", ""},
		"UTF-8, named":         {text, "utf-8", "UTF-8", EncodingFromOption},
		"GB18030":              {gb, "", "GB18030", EncodingFromGuess},
		"GB18030, named":       {gb, "GBK", "GB18030", EncodingFromOption},
		"UTF-16LE":             {utf16Text(text, 1, true), "", "UTF-16", EncodingFromBOM},
		"UTF-16BE":             {utf16Text(text, 0, true), "", "UTF-16", EncodingFromBOM},
		"UTF-16LE, not marked": {utf16Text(text, 1, false), "", "UTF-16LE", EncodingFromGuess},
		"UTF-16BE, not marked": {utf16Text(text, 0, false), "", "UTF-16BE", EncodingFromGuess},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.geojson", c.text, OpenOptions{Encoding: c.option})
			l := s.Layers()[0]
			if l.Encoding != c.encoding || l.EncodingFrom != c.from || !slices.Equal(l.Columns, []string{"名称", `a\`}) {
				t.Errorf("the layer is %+v", l)
			}
			if guessed := len(l.Problems) == 1 && l.Problems[0].Problem == ProblemEncodingGuessed; guessed != (c.encoding == "GB18030" && c.from == EncodingFromGuess) {
				t.Errorf("the layer says %v", l.Problems)
			}
			got, err := recordsOf(s, 0)
			if err != nil || len(got) != 1 || !slices.Equal(got[0].Values, []Value{{"𠮷屯䶮", Text}, {"{朎[乗", Text}}) {
				t.Errorf("it reads as %+v, %v", got, err)
			}
		})
	}
}

// TestGeoJSONDamagedText: a character that another program cut in two is a fault
// of its feature, and does not make the file one of another encoding.
func TestGeoJSONDamagedText(t *testing.T) {
	good := strings.Replace(pointFeature, `"a":1`, `"a":"山河街道"`, 1)
	bad := strings.Replace(pointFeature, `"a":1`, `"a":"山河街`+"\xe9\x81"+`"`, 1)
	s := openText(t, "a.json", collectionOf(good, bad, good), OpenOptions{})
	got, err := recordsOf(s, 0)
	if err != nil || !slices.Equal(numberedCodes(got), []string{"2 VALUE_DAMAGED"}) || got[1].Values[0].Text != "山河街\ufffd" || got[2].Values[0].Text != "山河街道" {
		t.Errorf("%+v, %v", got, err)
	}
	s = openText(t, "a.json", collectionOf(good, strings.Replace(pointFeature, `"a"`, "\"\xe5\"", 1)), OpenOptions{})
	if got, err := recordsOf(s, 0); err != nil || !slices.Equal(s.Layers()[0].Columns, []string{"a", "\ufffd"}) || got[1].Values[1].Text != "1" {
		t.Errorf("a damaged name: %+v, %v", got, err)
	}
}

// TestGeoJSONOneLine: a file without a line end is read in little memory, with
// the same answer as one with.
func TestGeoJSONOneLine(t *testing.T) {
	const n = 620_000 // 60 MB
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		id := strconv.Itoa(i + 1_000_000)
		b.WriteString(`{"type":"Feature","properties":{"id":` + id + `},"geometry":{"type":"Point","coordinates":[125.` + id + `,43.5]}}`)
	}
	b.WriteString(`]}`)
	s := openText(t, "a.json", b.String(), OpenOptions{})
	b.Reset()
	i, reads := 0, 0
	s.(*geoJSONSource).o.Progress = func(int64, int64) { reads++ }
	err := s.Records(t.Context(), 0, func(r *Record) error {
		id := strconv.Itoa(i + 1_000_000)
		lon, err := strconv.ParseFloat("125."+id, 64)
		if err != nil || r.Number != i+1 || r.Line != 1 && i > 0 || r.Values[0].Text != id || r.Geometry != (orb.Point{lon, 43.5}) {
			return fmt.Errorf("feature %d is %+v", i, r)
		}
		i++
		return nil
	})
	if err != nil || i != n || s.Layers()[0].Features != n || reads < 100 {
		t.Errorf("%d features of %d, %v, in %d reads", i, s.Layers()[0].Features, err, reads)
	}
}

// TestGeoJSONStops: what each says ends the reading and comes back as it is.
func TestGeoJSONStops(t *testing.T) {
	s := openText(t, "a.json", collectionOf(pointFeature, pointFeature), OpenOptions{})
	enough, n := errors.New("enough"), 0
	if err := s.Records(t.Context(), 0, func(*Record) error { n++; return enough }); err != enough || n != 1 {
		t.Errorf("Records = %v after %d", err, n)
	}
	if s.Records(t.Context(), 1, func(*Record) error { return nil }) == nil {
		t.Error("a layer that is not there is read")
	}
}
