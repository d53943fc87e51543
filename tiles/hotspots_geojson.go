package tiles

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
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
	Total      *int               `json:"total"`            // null where suppressed
	Frames     []frameDocument    `json:"frames,omitempty"` // where there was a step, oldest first
	Features   []*geojson.Feature `json:"features"`
}

// frameDocument is a frame with the number of reports of the whole district.
type frameDocument struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Total *int      `json:"total"` // null where suppressed
}

// PostHotspots answers POST /api/v1/hotspots: {"from"?, "to"?, "category"?,
// "status"?, "overdue"?, "resolution"?, "step"?} → a HotspotCollection of
// polygons with properties h3, suppressed and, where it is not suppressed,
// count. Category and status are a text or a list of texts. With a step there
// are also frames, and the property counts: a number a frame, null where it is
// suppressed.
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
	q, step, err := parseQuestion(body)
	if err != nil {
		return err
	}
	v := s.c.Viewer(r)
	var out HotspotCollection
	if step == "" {
		out, err = s.collection(r.Context(), v, q)
	} else {
		out, err = s.framedCollection(r.Context(), v, q, step)
	}
	if err != nil {
		return err
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

func (s *Server) collection(ctx context.Context, v Viewer, q HotspotQuery) (HotspotCollection, error) {
	found, err := s.Hotspots(ctx, v, q)
	if err != nil {
		return HotspotCollection{}, err
	}
	out := HotspotCollection{"FeatureCollection", found.From, found.To, found.Resolution, found.Total, nil, make([]*geojson.Feature, len(found.Cells))}
	for i, c := range found.Cells {
		out.Features[i] = cellFeature(c)
	}
	return out, nil
}

func (s *Server) framedCollection(ctx context.Context, v Viewer, q HotspotQuery, step hotspot.Step) (HotspotCollection, error) {
	found, err := s.HotspotFrames(ctx, v, q, step)
	if err != nil {
		return HotspotCollection{}, err
	}
	out := HotspotCollection{"FeatureCollection", found.From, found.To, found.Resolution, found.Total,
		make([]frameDocument, len(found.Frames)), make([]*geojson.Feature, len(found.Cells))}
	for i, f := range found.Frames {
		out.Frames[i] = frameDocument{f.From.UTC(), f.To.UTC(), found.Totals[i]}
	}
	for i, c := range found.Cells {
		out.Features[i] = cellFeature(c)
		out.Features[i].Properties["counts"] = found.Counts[i]
	}
	return out, nil
}

func cellFeature(c hotspot.Cell) *geojson.Feature {
	f := geojson.NewFeature(cell.Boundary(c.Cell))
	f.ID = c.Cell.String()
	f.Properties = hotspotProperties(c)
	return f
}

// parseQuestion reads the body of PostHotspots. Unknown, repeated and
// differently written members are refused, all bad ones at once.
func parseQuestion(body []byte) (q HotspotQuery, step hotspot.Step, err error) {
	q.Resolution = defaultResolution
	if !json.Valid(body) {
		return q, step, geo.Invalid("malformed-json", "the body is not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return q, step, geo.Invalid("malformed-json", "the body must be a JSON object")
	}
	var fields []geo.FieldError
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return q, step, fmt.Errorf("read a member of valid JSON: %w", err)
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
		case "overdue":
			fault = decode(d, &q.Overdue, "is neither true nor false")
		case "step":
			if fault = decode(d, &step, "is no text"); fault == "" && !slices.Contains(hotspot.Steps(), step) {
				fault = "is neither month nor week"
			}
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
		return q, step, geo.Invalid("invalid-body", "the question about hot spots cannot be taken", fields...)
	}
	return q, step, nil
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
