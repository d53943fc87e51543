package importers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// geoJSONSeeds are what the fuzzing of readers of GeoJSON begins with.
var geoJSONSeeds = []string{
	collectionOf(pointFeature, pointFeature),
	pointFeature + "\n" + pointFeature[:40] + "\n" + pointFeature,
	"\x1e" + pointFeature + "\n\x1e{}",
	`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4551"}},"features":[{"type":"Feature","id":"x","geometry":{"type":"MultiPolygon","coordinates":[[[[1,2,3],[3,4],[5,6e2],[1,2]]],[]]},"properties":{"\u540d":"\ud842\udfb7","a":[1,{"b":null}],"a":1,"c":NaN}}]}`,
	`{"geometries":[{"coordinates":[[1,2],[-0.5,1e400]],"type":"LineString"}],"type":"GeometryCollection"}`,
	collectionOf(`{"type":"Feature","geometry":null,"properties":{"a":"x","b":true}}`, `{"type":"Feature","geometry":null,"properties":{"a":"y\\n","b":1}}`),
}

// geoJSONOf opens text as it lies in memory, as a file would be.
func geoJSONOf(text string) (*geoJSONSource, error) {
	o := OpenOptions{Limits: DefaultLimits()}
	found, whole, err := surveyGeoJSON(context.Background(), bytes.NewReader([]byte(text)), o.Limits)
	if err != nil {
		return nil, err
	}
	s := &geoJSONSource{textInput: textInput{path: "a.json"}, o: o}
	s.describe(found, whole)
	return s, nil
}

// readGeoJSON reads text to its end, the long way where it is told to.
func readGeoJSON(s *geoJSONSource, text string, long bool) (out []Record, err error) {
	v := newGeoJSONRecords(s, func(r *Record) error {
		c := *r
		c.Values = slices.Clone(r.Values)
		out = append(out, c)
		return nil
	})
	if long {
		v.like.misses = 64 // learns from none of the next 63
	}
	err = walkGeoJSON(newTextWindow(context.Background(), bytes.NewReader([]byte(text)), s.o.Limits.Depth), v)
	return out, err
}

// FuzzGeoJSON: no text makes the reader panic or say what is no *Problem; a
// feature that is like the one before is read as if it were not; and what is
// taken without a fault is read alike once written.
func FuzzGeoJSON(f *testing.F) {
	for _, s := range geoJSONSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p *Problem
		s, err := geoJSONOf(text)
		if err != nil {
			if !errors.As(err, &p) {
				t.Fatal(err)
			}
			return
		}
		got, err := readGeoJSON(s, text, false)
		if err != nil && !errors.As(err, &p) {
			t.Fatal(err)
		}
		if len(got) < 60 {
			long, longErr := readGeoJSON(s, text, true)
			if !reflect.DeepEqual(got, long) || fmt.Sprint(err) != fmt.Sprint(longErr) {
				t.Errorf("%q reads as %+v, %v, and the long way as %+v, %v", text, got, err, long, longErr)
			}
		}
		if l := s.layer; err == nil && l.Features != len(got) || err != nil && l.Features >= 0 {
			t.Errorf("%q has %d features, the layer says %d", text, len(got), l.Features)
		}
		writeBack(t, s, got)
	})
}

// writeBack writes the records that have no fault, and sees to it that they read
// back as they were.
func writeBack(t *testing.T, s *geoJSONSource, records []Record) {
	var features []Feature
	var kept []Record
	for _, r := range records {
		if _, collection := r.Geometry.(orb.Collection); collection || len(r.Problems) > 0 {
			continue
		}
		feature := Feature{Geometry: r.Geometry}
		for i, v := range r.Values {
			if v.Type == Text {
				feature.Properties = append(feature.Properties, Property{s.layer.Columns[i], v.Text})
			}
		}
		features, kept = append(features, feature), append(kept, r)
	}
	text, err := write(t, features...)
	if err != nil {
		t.Fatal(err)
	}
	back, err := geoJSONOf(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readGeoJSON(back, text, false)
	if err != nil || len(again) != len(kept) {
		t.Fatalf("%s: %v", text, err)
	}
	for i, r := range kept {
		if !reflect.DeepEqual(r.Geometry, again[i].Geometry) {
			t.Errorf("%v reads back as %v", r.Geometry, again[i].Geometry)
		}
		for j, v := range r.Values {
			k := slices.Index(back.layer.Columns, s.layer.Columns[j])
			if v.Type == Text && (k < 0 || again[i].Values[k] != v) {
				t.Errorf("%q of %s reads back otherwise: %q", v.Text, s.layer.Columns[j], text)
			}
		}
	}
}

// TestGeoJSONUnlike: features that are like the one before, nearly so, and not,
// read the same whether what they share is compared as a whole or not.
func TestGeoJSONUnlike(t *testing.T) {
	f := func(properties, geometry string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
	}
	const point, other = `{"type":"Point","coordinates":[1,2]}`, `{"type":"Point","coordinates":[3,4,5]}`
	text := collectionOf(
		f(`{"a":"x","b":1}`, point), f(`{"a":"y","b":2}`, other), f(`{"a":"é\n","b":null}`, point),
		f(`{"b":1,"a":"x"}`, point), f(`{"a":"x"}`, point), f(`{"a":"x","b":[1]}`, point), f(`{"a":"x","b":{"c":1}}`, "null"),
		f(`{"a":"x","b":1}`, point), f(`{"a":"x","b":1}`, `{"type":"Point","coordinates":[1]}`), f(`{"a":"x","b":NaN}`, point),
		f(`{"a":"x","b":1}`, `{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}`), f(`{"a":"x","b":1}`, `{"type":"Polygon","coordinates":[]}`),
		f(`{"a":"\ud800","b":1}`, point), f(`{"a":"x","b":1,"b":2}`, point), f(`{"a":"x","b":1,"b":2}`, point),
		`{"type":"Feature","id":1,"properties":{"a":"x"},"geometry":null}`, `{"type":"Feature","id":null,"properties":{"a":"x"},"geometry":null}`,
		`{"type":"Feature","id":"z","properties":{"a":"x"},"geometry":null}`)
	s, err := geoJSONOf(text)
	if err != nil {
		t.Fatal(err)
	}
	short, err := readGeoJSON(s, text, false)
	long, longErr := readGeoJSON(s, text, true)
	if err != nil || longErr != nil || !reflect.DeepEqual(short, long) || len(short) != 18 {
		t.Errorf("%+v, %v\nand the long way\n%+v, %v", short, err, long, longErr)
	}
	if want := []string{"9 FILE_CORRUPT", "10 VALUE_DAMAGED", "13 VALUE_DAMAGED", "14 VALUE_DAMAGED", "15 VALUE_DAMAGED"}; !slices.Equal(numberedCodes(short), want) {
		t.Errorf("problems %q, want %q", numberedCodes(short), want)
	}
	if !s.layer.HasZ || s.layer.Geometry != "Geometry" || s.layer.Columns[0] != "id" {
		t.Errorf("the layer is %+v", s.layer)
	}
}
