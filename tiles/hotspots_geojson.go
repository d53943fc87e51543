package tiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// defaultResolution is that of GeoJSON hot spots when none is asked for: cells
// about a kilometre wide.
const defaultResolution = 8

// maxQuestion limits the body of a question about hot spots, in bytes.
const maxQuestion = 64 << 10

// HotspotCollection is hot spots as GeoJSON, with the window they were counted
// over, which for the public may be wider than the one asked for.
type HotspotCollection struct {
	Type       string             `json:"type"` // "FeatureCollection"
	From       time.Time          `json:"from"`
	To         time.Time          `json:"to"`
	Resolution int                `json:"resolution"`
	Features   []*geojson.Feature `json:"features"`
}

// PostHotspots answers POST /api/v1/hotspots: {"from"?, "to"?, "category"?,
// "status"?, "resolution"?} → a HotspotCollection of polygons with properties
// h3, suppressed and, where it is not suppressed, count. Category and status
// are a text or a list of texts.
func (s *Server) PostHotspots(w http.ResponseWriter, r *http.Request) {
	if err := s.postHotspots(w, r); err != nil {
		s.c.Problem(w, r, err)
	}
}

func (s *Server) postHotspots(w http.ResponseWriter, r *http.Request) error {
	if _, err := query(r); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxQuestion))
	if err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return fmt.Errorf("read body: %w", err)
		}
		return geo.Invalid("malformed-json", "the body ends too early")
	}
	q, err := parseQuestion(body)
	if err != nil {
		return err
	}
	v := s.c.Viewer(r)
	found, err := s.Hotspots(r.Context(), v, q)
	if err != nil {
		return err
	}
	out := HotspotCollection{"FeatureCollection", found.From, found.To, found.Resolution, make([]*geojson.Feature, len(found.Cells))}
	for i, c := range found.Cells {
		f := geojson.NewFeature(cell.Boundary(c.Cell))
		f.ID = c.Cell.String()
		f.Properties = hotspotProperties(c)
		out.Features[i] = f
	}
	data, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("encode hot spots: %w", err)
	}
	w.Header().Set("Content-Type", "application/geo+json")
	w.Header().Set("Cache-Control", ownOnly)
	_, _ = w.Write(data) // the client may be gone; there is nobody else to tell
	return nil
}

// parseQuestion reads the body of PostHotspots. Unknown, repeated and
// differently written members are refused, all bad ones at once.
func parseQuestion(body []byte) (HotspotQuery, error) {
	q := HotspotQuery{Resolution: defaultResolution}
	if !json.Valid(body) {
		return q, geo.Invalid("malformed-json", "the body is not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return q, geo.Invalid("malformed-json", "the body must be a JSON object")
	}
	var fields []geo.FieldError
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return q, fmt.Errorf("read a member of valid JSON: %w", err)
		}
		name := t.(string) // the members of an object begin with nothing else
		fault := ""
		switch name {
		case "from":
			fault = decode(d, &q.From, "is no RFC 3339 time")
		case "to":
			fault = decode(d, &q.To, "is no RFC 3339 time")
		case "category":
			fault = decode(d, (*texts)(&q.Category), "is neither a text nor a list of texts")
		case "status":
			fault = decode(d, (*texts)(&q.Status), "is neither a text nor a list of texts")
		case "resolution":
			fault = decode(d, &q.Resolution, "is no whole number")
		default:
			var skipped json.RawMessage
			decode(d, &skipped, "")
			fault = "there is no such member here"
		}
		if seen[name] {
			fault = "is given more than once"
		}
		seen[name] = true
		if fault != "" {
			fields = append(fields, geo.FieldError{Pointer: "/" + name, Detail: fault})
		}
	}
	if fields != nil {
		return q, geo.Invalid("invalid-body", "the question about hot spots cannot be taken", fields...)
	}
	return q, nil
}

// decode reads the next value, and gives the fault where it is of another
// type; the decoder goes on behind it all the same.
func decode(d *json.Decoder, into any, fault string) string {
	if err := d.Decode(into); err != nil {
		return fault
	}
	return ""
}

// texts is a text or a list of texts.
type texts []string

// UnmarshalJSON reads either form; null is no text.
func (t *texts) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		*t = make(texts, 1)
		return json.Unmarshal(data, &(*t)[0])
	}
	return json.Unmarshal(data, (*[]string)(t))
}
