package api

import (
	"errors"
	"strconv"
)

// geoJSON reads a FeatureCollection of points with the property t (and, as lines
// have them, accuracy_m, speed_mps and mock), or features that are lines with the
// property coordTimes, one time for each position.
func (t *trackReader) geoJSON(body []byte) {
	o, err := parseObject(body)
	if err != nil {
		var f *fault
		if errors.As(err, &f) {
			err = fail("invalid-track", f.Detail, f.Fields...)
		}
		t.failed = err
		return
	}
	switch o.members["type"] {
	case "Feature":
		t.feature("", o)
	case "FeatureCollection":
		list, ok := o.members["features"].([]any)
		if !ok {
			t.impossible("/features", "must be an array")
			return
		}
		for i, v := range list {
			at := "/features/" + strconv.Itoa(i)
			if feature, ok := v.(*object); ok && feature.members["type"] == "Feature" {
				t.feature(at, feature)
			} else {
				t.impossible(at, "must be a Feature")
			}
			if t.full() {
				return
			}
		}
	default:
		t.impossible("/type", "must be Feature or FeatureCollection")
	}
}

func (t *trackReader) feature(at string, o *object) {
	geometry, _ := o.members["geometry"].(*object)
	properties, _ := o.members["properties"].(*object)
	switch {
	case geometry == nil:
		t.impossible(at+"/geometry", "must be a Point, a LineString or a MultiLineString")
		return
	case properties == nil:
		t.impossible(at+"/properties", "is missing: it says when")
		return
	}
	coordinates, _ := geometry.members["coordinates"].([]any)
	where, when := at+"/geometry/coordinates", at+"/properties/coordTimes"
	switch geometry.members["type"] {
	case "Point":
		t.point(at, coordinates, properties)
	case "LineString":
		t.lineString(where, when, coordinates, properties.members["coordTimes"])
	case "MultiLineString":
		times, _ := properties.members["coordTimes"].([]any)
		if len(times) != len(coordinates) {
			t.impossible(when, "must be an array with one of times for each line")
			return
		}
		for i, part := range coordinates {
			line, _ := part.([]any)
			n := "/" + strconv.Itoa(i)
			t.lineString(where+n, when+n, line, times[i])
		}
	default:
		t.impossible(at+"/geometry/type", "must be Point, LineString or MultiLineString")
	}
}

// point reads a fix that is a feature of its own. Properties that a line of
// NDJSON does not have are somebody else's.
func (t *trackReader) point(at string, coordinates []any, properties *object) {
	before := len(t.fields)
	f := newFields(&t.faults, at+"/properties", properties)
	raw := rawFix{t: f.text("t", 64), accuracy: f.number("accuracy_m"), speed: f.number("speed_mps")}
	if v, given := f.member("mock"); given {
		if raw.mock, given = v.(bool); !given {
			t.impossible(at+"/properties/mock", "must be true or false")
		}
	}
	if len(t.fields) > before || !t.position(at+"/geometry/coordinates", coordinates, &raw) {
		return
	}
	t.take(at, raw, fixNames{"/properties/t", "/geometry/coordinates/0", "/geometry/coordinates/1", "/properties/accuracy_m", "/properties/speed_mps"})
}

// position reads longitude and latitude, perhaps with a height.
func (t *trackReader) position(at string, v []any, raw *rawFix) bool {
	if len(v) != 2 && len(v) != 3 {
		t.impossible(at, "must be longitude and latitude, perhaps with a height")
		return false
	}
	lon, okLon := number(v[0])
	lat, okLat := number(v[1])
	if !okLon || !okLat {
		t.impossible(at, "must be numbers")
		return false
	}
	raw.lon, raw.lat = &lon, &lat
	return true
}

func (t *trackReader) lineString(where, when string, coordinates []any, v any) {
	times, ok := v.([]any)
	if !ok || len(times) != len(coordinates) || len(times) == 0 {
		t.impossible(when, "must be an array with one time for each position")
		return
	}
	for i := range coordinates {
		n := "/" + strconv.Itoa(i)
		position, _ := coordinates[i].([]any)
		var raw rawFix
		if raw.t, ok = times[i].(string); !ok || len(raw.t) > 64 {
			t.impossible(when+n, "must be a time such as 2026-09-01T08:00:00.000+08:00")
		} else if t.position(where+n, position, &raw) {
			before := len(t.fields)
			if t.take("", raw, fixNames{}); len(t.fields) > before {
				t.fields = t.fields[:before]
				t.take("", raw, fixNames{t: when + n, lon: where + n + "/0", lat: where + n + "/1"})
			}
		}
		if t.full() {
			return
		}
	}
}
