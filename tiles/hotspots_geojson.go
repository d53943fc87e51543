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

	"github.com/gridpatrol/gridpatrol/geo"
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
	Type       string            `json:"type"` // "FeatureCollection"
	From       time.Time         `json:"from"`
	To         time.Time         `json:"to"`
	Resolution int               `json:"resolution"`
	Total      *int              `json:"total"`                        // null where suppressed
	Hours      *float64          `json:"patrol_hours,omitempty"`       // where they were asked for: of the whole district, or of the viewer's areas
	HoursSince *time.Time        `json:"patrol_hours_since,omitempty"` // where earlier ones of the window are not known any more
	Analysis   *analysisDocument `json:"analysis"`                     // null where there is none
	Frames     []frameDocument   `json:"frames,omitempty"`             // where there was a step, oldest first
	Features   json.RawMessage   `json:"features"`                     // a list of them
}

// frameDocument is a frame with the number of reports of the whole district.
type frameDocument struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Total *int      `json:"total"` // null where suppressed
}

// analysisDocument is the statistics of the district as a whole.
type analysisDocument struct {
	Method       string           `json:"method"`
	Resolution   int              `json:"resolution"`
	Variable     hotspot.Variable `json:"variable"`
	Cells        int              `json:"cells"`
	Reports      int              `json:"reports"` // in the cells that show their number
	Households   float64          `json:"households"`
	Hours        float64          `json:"patrol_hours,omitempty"` // in the cells, of reports per patrol hour
	Mean         float64          `json:"mean"`
	SD           float64          `json:"sd"`
	Q            float64          `json:"q"`
	Threshold    float64          `json:"p_threshold"`
	Significant  int              `json:"significant"`
	SuppressedAs float64          `json:"suppressed_as,omitempty"` // what a suppressed cell counts as
}

// newAnalysisDocument gives what is told of an analysis; nil of none. least is
// the smallest count that is shown.
func newAnalysisDocument(a *hotspot.Analysis, least int) *analysisDocument {
	if a == nil {
		return nil
	}
	d := &analysisDocument{
		Method: "Getis-Ord Gi*", Resolution: a.Resolution, Variable: a.Variable, Cells: a.Cells, Reports: a.Reports,
		Households: decimals(a.Households, 10), Hours: decimals(a.Hours, 1000), Mean: decimals(a.Mean, 1e4), SD: decimals(a.SD, 1e4),
		Q: a.Q, Threshold: pValue(a.Threshold), Significant: a.Significant,
	}
	if least > 1 {
		d.SuppressedAs = hotspot.SuppressedAs
	}
	return d
}

// PostHotspots answers POST /api/v1/hotspots: {"from"?, "to"?, "category"?,
// "status"?, "overdue"?, "resolution"?, "variable"?, "exposure"?, "step"?} → a
// HotspotCollection of polygons with the properties of HotCell. Category and
// status are a text or a list of texts. With a step there are also frames, and
// the property counts: a number a frame, null where it is suppressed.
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
	return found.collection(nil), nil
}

func (s *Server) framedCollection(ctx context.Context, v Viewer, q HotspotQuery, step hotspot.Step) (HotspotCollection, error) {
	found, err := s.HotspotFrames(ctx, v, q, step)
	if err != nil {
		return HotspotCollection{}, err
	}
	out := found.collection(found.Counts)
	out.Frames = make([]frameDocument, len(found.Frames))
	for i, f := range found.Frames {
		out.Frames[i] = frameDocument{f.From.UTC(), f.To.UTC(), found.Totals[i]}
	}
	return out, nil
}

// collection gives the cells as features, with their counts by frame where
// there are frames.
func (h *Hotspots) collection(counts [][]*int) HotspotCollection {
	var hours *float64
	var since *time.Time
	if h.Hours != nil {
		all := decimals(h.Hours.Total(), 1000)
		if hours = &all; !h.HoursSince.IsZero() {
			since = &h.HoursSince
		}
	}
	return HotspotCollection{Type: "FeatureCollection", From: h.From, To: h.To, Resolution: h.Resolution, Total: h.Total, Hours: hours, HoursSince: since,
		Analysis: newAnalysisDocument(h.Analysis, h.least), Features: appendCells(make([]byte, 0, len(h.Cells)*700+2), h.Cells, counts)}
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
		case "variable":
			if fault = decode(d, &q.Variable, "is no text"); fault == "" && !slices.Contains(hotspot.Variables(), q.Variable) {
				fault = "is neither count nor rate"
			}
		case "exposure":
			if fault = decode(d, &q.Exposure, "is no text"); fault == "" && q.Exposure != ByHousehold && q.Exposure != ByPatrolHour {
				fault = "is neither household nor patrol_hour"
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
