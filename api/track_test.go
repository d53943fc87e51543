package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

var trackLatest = time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)

func readTrackText(kind, text string) ([]track.Fix, error) {
	t := trackReader{latest: trackLatest}
	trackTypes[kind](&t, []byte(text))
	if err := t.err(); err != nil {
		return nil, err
	}
	return t.fixes, nil
}

func fixAt(second int, lon, lat, accuracy, speed float64, mock bool) track.Fix {
	q := geo.LatticePoint{Lon: int32(lon*1e7 + 0.5), Lat: int32(lat*1e7 + 0.5)}
	return track.Fix{T: time.Date(2026, 9, 1, 8, 0, second, 0, time.UTC), At: q, AccuracyM: accuracy, SpeedMPS: speed, Mock: mock}
}

// What is right is read alike in all formats.
func TestTrackFormats(t *testing.T) {
	t.Parallel()
	plain := []track.Fix{fixAt(0, 125.61, 43.52, -1, -1, false), fixAt(5, 125.6101, 43.5201, -1, -1, false)}
	for _, c := range []struct {
		name, kind, text string
		want             []track.Fix
	}{
		{"lines", "application/x-ndjson", `{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"accuracy_m":4.5,"speed_mps":1.25}` + "\r\n\n" +
			` { "lat":43.5201, "t" : "2026-09-01T16:00:05+08:00","lon":125.6101,"mock":true,"speed_mps":null } `,
			[]track.Fix{fixAt(0, 125.61, 43.52, 4.5, 1.25, false), fixAt(5, 125.6101, 43.5201, -1, -1, true)}},
		{"a line written otherwise", "application/x-ndjson", `{"\u0074":"2026-09-01T08:00:00Z","lon":1.2561e2,"lat":43.52,"mock":false}` + "\n" +
			`{"t":"2026-09-01T08:00:05Z","lon":125.6101,"lat":43.5201}`, plain},
		{"nothing", "application/x-ndjson", "\n", nil},
		{"points", "application/geo+json", `{"type":"FeatureCollection","features":[
			{"type":"Feature","geometry":{"type":"Point","coordinates":[125.61,43.52,200]},"properties":{"t":"2026-09-01T08:00:00Z","accuracy_m":4.5,"speed_mps":1.25,"battery":3}},
			{"type":"Feature","geometry":{"type":"Point","coordinates":[125.6101,43.5201]},"properties":{"t":"2026-09-01T08:00:05Z","mock":true}}]}`,
			[]track.Fix{fixAt(0, 125.61, 43.52, 4.5, 1.25, false), fixAt(5, 125.6101, 43.5201, -1, -1, true)}},
		{"a line", "application/json", `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[125.61,43.52],[125.6101,43.5201,7]]},
			"properties":{"coordTimes":["2026-09-01T08:00:00Z","2026-09-01T08:00:05Z"]}}`, plain},
		{"two lines", "application/geo+json", `{"type":"Feature","geometry":{"type":"MultiLineString","coordinates":[[[125.61,43.52]],[[125.6101,43.5201]]]},
			"properties":{"coordTimes":[["2026-09-01T08:00:00Z"],["2026-09-01T08:00:05Z"]]}}`, plain},
		{"GPX", "application/gpx+xml", `<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><time>2020-01-01T00:00:00Z</time></metadata>
			<trk><name>x</name><trkseg><trkpt lat="43.52" lon="125.61"><ele>1</ele><time> 2026-09-01T08:00:00Z</time></trkpt></trkseg>
			<trkseg><trkpt lon="125.6101" lat="43.5201"><time>2026-09-01T08:00:05Z</time><extensions><a><time>x</time></a></extensions></trkpt></trkseg></trk></gpx>`, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := readTrackText(c.kind, c.text); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v, %v\nwant %v", got, err, c.want)
			}
		})
	}
	// What this server gives, it takes.
	k := track.Kept{Piece: track.Piece{Vertices: []track.Vertex{{T: plain[0].T, At: plain[0].At}, {T: plain[1].T, At: plain[1].At}}}}
	if got, err := readTrackText("application/gpx+xml", string(gpxOf([]track.Kept{k, k}))); err != nil || !slices.Equal(got, append(slices.Clone(plain), plain...)) {
		t.Errorf("what was written as GPX is read as %v, %v", got, err)
	}
}

// What is wrong is said clearly: what it is, and where.
func TestTrackFaults(t *testing.T) {
	t.Parallel()
	const good = `{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52}`
	line := func(text string) string { return good + "\n" + text }
	feature := func(geometry, properties string) string {
		return `{"type":"Feature","geometry":` + geometry + `,"properties":` + properties + `}`
	}
	gpx := func(point string) string { return `<gpx version="1.1"><trk><trkseg>` + point + `</trkseg></trk></gpx>` }
	for _, c := range []struct{ name, kind, text, code, want string }{
		{"cut", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":125.6`), "invalid-track", "/2: is no JSON object that can be read: "},
		{"no object", "application/x-ndjson", line(`[1]`), "invalid-track", "/2: is no JSON object"},
		{"twice", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"Lon":125}`), "invalid-track", "/2/Lon: stands twice"},
		{"unknown", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"alt":3}`), "invalid-track", "/2/alt: is not known here"},
		{"without", "application/x-ndjson", line(`{"lon":125.61}`), "invalid-track", "/2/t: is missing|/2/lat: is missing"},
		{"text for a number", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":"125.61","lat":43.52}`), "invalid-track", "/2/lon: must be a number"},
		{"no number of JSON", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":0125.61,"lat":43.52}`), "invalid-track", "/2: is no JSON object"},
		{"swapped", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":43.52,"lat":125.61}`), "invalid-track", "/2/lat: must be from -90 to 90 degrees"},
		{"no time", "application/x-ndjson", line(`{"t":"2026-09-01 08:00","lon":125.61,"lat":43.52}`), "invalid-track", "/2/t: must be a time such as"},
		{"negative", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"accuracy_m":-1}`), "invalid-track", "/2/accuracy_m: must be from 0"},
		{"mock is no text", "application/x-ndjson", line(`{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"mock":"yes"}`), "invalid-track", "/2/mock: must be true or false"},
		{"future", "application/x-ndjson", line(`{"t":"2026-09-01T09:00:01Z","lon":125.61,"lat":43.52}`), "clock-ahead", "/2/t: lies more than 10 minutes in the future"},
		{"no GeoJSON", "application/geo+json", `{"type":"Point"}`, "invalid-track", "/type: must be Feature"},
		{"broken JSON", "application/geo+json", `{`, "invalid-track", ""},
		{"times and positions", "application/geo+json", feature(`{"type":"LineString","coordinates":[[125.61,43.52],[125.62,43.52]]}`, `{"coordTimes":["2026-09-01T08:00:00Z"]}`),
			"invalid-track", "/properties/coordTimes: must be an array with one time for each position"},
		{"a place of a line", "application/geo+json", feature(`{"type":"LineString","coordinates":[[125.61,43.52],[125.62,143.52]]}`, `{"coordTimes":["2026-09-01T08:00:00Z","2026-09-01T08:00:01Z"]}`),
			"invalid-track", "/geometry/coordinates/1/1: must be from -90"},
		{"polygon", "application/geo+json", `{"type":"FeatureCollection","features":[` + feature(`{"type":"Polygon","coordinates":[]}`, `{}`) + `]}`,
			"invalid-track", "/features/0/geometry/type: must be Point"},
		{"DOCTYPE", "application/gpx+xml", `<!DOCTYPE gpx [<!ENTITY a "b">]>` + gpx(""), "invalid-track", ""},
		{"no GPX", "application/gpx+xml", `<kml/>`, "invalid-track", ""},
		{"no XML", "application/gpx+xml", gpx(`<trkpt`), "invalid-track", ""},
		{"no points", "application/gpx+xml", gpx(``), "invalid-track", ""},
		{"point without a time", "application/gpx+xml", gpx(`<trkpt lat="43" lon="125"/>`), "invalid-track", "/trkpt/1/time: is missing"},
		{"point without a number", "application/gpx+xml", gpx(`<trkpt lat="NaN" lon="125"><time>2026-09-01T08:00:00Z</time></trkpt>`), "invalid-track", "/trkpt/1/lat: is no number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readTrackText(c.kind, c.text)
			var f *fault
			if !errors.As(err, &f) || f.Code != c.code || problems[f.Code].status != 422 {
				t.Fatalf("%v, want %s", err, c.code)
			}
			for want := range strings.SplitSeq(c.want, "|") {
				if !slices.ContainsFunc(f.Fields, func(e geo.FieldError) bool { return strings.HasPrefix(e.Error(), want) }) && want != "" {
					t.Errorf("%v, want %q among them", f.Fields, want)
				}
			}
		})
	}
	many := strings.Repeat(`{"lon":1}`+"\n", 5000)
	var f *fault
	if _, err := readTrackText("application/x-ndjson", many); !errors.As(err, &f) || len(f.Fields) > faultsMost+2 {
		t.Errorf("many faults give %d", len(f.Fields))
	}
	full := strings.Repeat(good+"\n", maxFixes)
	if got, err := readTrackText("application/x-ndjson", full); err != nil || len(got) != maxFixes {
		t.Errorf("%d fixes are %d, %v", maxFixes, len(got), err)
	}
	if _, err := readTrackText("application/x-ndjson", full+good); !errors.As(err, &f) || f.Code != "too-large" {
		t.Errorf("one more = %v, want too-large", err)
	}
}

// A line that is read quickly is read as strictly as others are.
func FuzzQuickFix(f *testing.F) {
	for _, s := range []string{`{"t":"2026-09-01T08:00:00Z","lon":125.61,"lat":43.52,"mock":true}`, `{"lon":-0.5,"lon":1}`, `{"t":"a","lat":01}`, `{}`, `{"t":"x"} `, `{"mock":true,"mock":true}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quick, ok := quickFix([]byte(s))
		if !ok {
			return
		}
		var r trackReader
		slow, ok := r.line("/1", []byte(s))
		text := func(f rawFix) string {
			out := fmt.Sprintf("%q %v", f.t, f.mock)
			for _, v := range []*float64{f.lon, f.lat, f.accuracy, f.speed} {
				if v == nil {
					out += " -"
				} else {
					out += fmt.Sprintf(" %v", *v)
				}
			}
			return out
		}
		if !ok || text(quick) != text(slow) {
			t.Errorf("%q is read quickly as %s, else as %s, %v %v", s, text(quick), text(slow), ok, r.fields)
		}
	})
}
