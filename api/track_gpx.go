package api

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// gpx reads the track points of GPX 1.1 or 1.0 (topografix.com): lat, lon and
// time; speed where 1.0 has it. Pointers are /trkpt and the number of the point,
// from 1. A DOCTYPE is refused: nothing is looked up elsewhere.
func (t *trackReader) gpx(body []byte) {
	d := xml.NewDecoder(bytes.NewReader(body))
	bad := func(detail string) { t.failed = fail("invalid-track", detail) }
	var path []string
	var raw rawFix
	n := 0
	var text strings.Builder
	for !t.full() {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			if n == 0 {
				bad("the file has no track points (trkpt)")
			}
			return
		case err != nil:
			var syntax *xml.SyntaxError
			detail := "the file is no XML in UTF-8"
			if errors.As(err, &syntax) {
				detail = "the file is no XML that can be read, in line " + strconv.Itoa(syntax.Line)
			}
			bad(detail)
			return
		}
		switch e := token.(type) {
		case xml.Directive:
			bad("the file has a DOCTYPE or other declaration, which is not taken")
			return
		case xml.StartElement:
			path = append(path, e.Name.Local)
			if path[0] != "gpx" || len(path) > 32 {
				bad("the file is no GPX")
				return
			}
			text.Reset()
			if e.Name.Local == "trkpt" {
				n++
				raw = rawFix{}
				t.trackPoint("/trkpt/"+strconv.Itoa(n), e.Attr, &raw)
			}
		case xml.CharData:
			if len(path) > 0 && text.Len() < 128 {
				text.Write(e[:min(len(e), 128)])
			}
		case xml.EndElement:
			inPoint := len(path) >= 2 && path[len(path)-2] == "trkpt"
			path = path[:len(path)-1]
			switch value := strings.TrimSpace(text.String()); {
			case inPoint && e.Name.Local == "time":
				raw.t = value
			case inPoint && e.Name.Local == "speed":
				raw.speed = t.measure("/trkpt/"+strconv.Itoa(n)+"/speed", value)
			case e.Name.Local == "trkpt":
				t.take("/trkpt/"+strconv.Itoa(n), raw, fixNames{t: "/time", lon: "/lon", lat: "/lat", speed: "/speed"})
			}
			text.Reset()
		}
	}
}

func (t *trackReader) trackPoint(at string, attributes []xml.Attr, raw *rawFix) {
	for _, a := range attributes {
		switch a.Name.Local {
		case "lon":
			raw.lon = t.measure(at+"/lon", a.Value)
		case "lat":
			raw.lat = t.measure(at+"/lat", a.Value)
		}
	}
}

// measure reads a number of XML; nil, and a fault, for what is none.
func (t *trackReader) measure(at, text string) *float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789+-.eE") != "" {
		t.impossible(at, "is no number")
		return nil
	}
	return &v
}
