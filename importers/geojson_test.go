package importers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

func write(t *testing.T, features ...Feature) (string, error) {
	t.Helper()
	var b strings.Builder
	err := WriteGeoJSON(&b, Collection{Name: "things", Head: []Property{{"synthetic", true}}, Features: slices.Values(features)})
	return b.String(), err
}

// TestWriteGeoJSONBack: every geometry reads back as it was, to the bit.
func TestWriteGeoJSONBack(t *testing.T) {
	ring := orb.Ring{{125.1, 43.1}, {125.2000001, 43.1}, {125.2, 43.2}, {125.1, 43.1}}
	hole := orb.Ring{{125.15, 43.12}, {125.16, 43.13}, {125.16, 43.12}, {125.15, 43.12}}
	geometries := []orb.Geometry{
		orb.Point{125.6600001, 43.52},
		orb.MultiPoint{{125, 43}, {-0.0000001, 0}},
		orb.LineString{{125.1, 43.1}, {125.1234567, 43.7654321}},
		orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
		orb.Polygon{ring, hole},
		orb.MultiPolygon{{ring, hole}, {{{1, 1}, {2, 1}, {2, 2}, {1, 1}}}},
	}
	var features []Feature
	for _, g := range geometries {
		features = append(features, Feature{ID: "a", Geometry: g})
	}
	text, err := write(t, features...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := geojson.UnmarshalFeatureCollection([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	for i, g := range geometries {
		if got := c.Features[i].Geometry; !orb.Equal(got, g) {
			t.Errorf("%v reads back as %v", g, got)
		}
	}
}

func TestWriteGeoJSONText(t *testing.T) {
	got, err := write(t,
		Feature{ID: "x", Geometry: orb.Point{125.5, 43.25}, Properties: []Property{{"name", `屯 "一" <b>`}, {"alias", []string{"a"}}, {"n", 7}, {"none", nil}}},
		Feature{})
	want := `{"type":"FeatureCollection","name":"things","synthetic":true,"features":[
{"type":"Feature","id":"x","properties":{"name":"屯 \"一\" \u003cb\u003e","alias":["a"],"n":7,"none":null},"geometry":{"type":"Point","coordinates":[125.5,43.25]}},
{"type":"Feature","properties":{},"geometry":null}
]}
`
	if err != nil || got != want {
		t.Errorf("WriteGeoJSON = %s, %v, want %s", got, err, want)
	}
}

func TestWriteGeoJSONEmpty(t *testing.T) {
	text, err := write(t)
	if err != nil {
		t.Fatal(err)
	}
	c, err := geojson.UnmarshalFeatureCollection([]byte(text))
	if err != nil || len(c.Features) != 0 {
		t.Errorf("an empty collection reads back as %v, %v", c, err)
	}
}

func TestWriteGeoJSONRefuses(t *testing.T) {
	for name, f := range map[string]Feature{
		"a collection":                   {Geometry: orb.Collection{orb.Point{1, 2}}},
		"a bound":                        {Geometry: orb.Bound{}},
		"a value JSON has not":           {Properties: []Property{{"n", math.NaN()}}},
		"a coordinate that is no number": {Geometry: orb.Point{math.NaN(), 1}},
		"an infinite coordinate":         {Geometry: orb.LineString{{1, 2}, {1, math.Inf(1)}}},
	} {
		if text, err := write(t, f); err == nil {
			t.Errorf("%s is written as %s, want an error", name, text)
		}
	}
}
