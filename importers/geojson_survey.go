package importers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// geoJSONSurvey finds out what a file holds before its features are read:
// columns, types of geometry, coordinate system. It looks at no more than it
// needs for that; what is wrong comes out when the features are read.
type geoJSONSurvey struct {
	limits  Limits
	columns *jsonColumns
	full    bool // more columns than may be
	ids     bool // features have ids
	types   map[string]bool
	hasZ    bool
	count   int
	name    string
	crs     []string // members crs, each once, as they stand
	text    utf8Tally
	like    templates
	kindNow string // the type of geometry met last
}

// surveyGeoJSON reads a stream of UTF-8 once. A fault of the file ends it early
// and is no error; whole is false then.
func surveyGeoJSON(ctx context.Context, r io.Reader, limits Limits) (s *geoJSONSurvey, whole bool, err error) {
	s = &geoJSONSurvey{limits: limits, columns: newJSONColumns(), types: map[string]bool{}}
	w := newTextWindow(ctx, r, limits.Depth)
	w.fresh = s.text.add
	err = walkGeoJSON(w, s)
	var fault *Problem
	switch {
	case err == nil:
		return s, true, nil
	case !errors.As(err, &fault), s.count == 0 && fault.Problem == ProblemFormatRefused:
		return nil, false, err
	}
	return s, false, nil
}

func (v *geoJSONSurvey) over(int, int, *Problem) error {
	v.count++
	return nil
}

func (v *geoJSONSurvey) member(name string, s *jsonScan) error {
	start := s.i
	if err := s.skip(); err != nil {
		return err
	}
	switch value := s.b[start:s.i]; name {
	case "name":
		_ = json.Unmarshal(value, &v.name) // no text is no name
	case "crs":
		if len(value) < 4096 && len(v.crs) < 2 && !slices.Contains(v.crs, string(value)) {
			v.crs = append(v.crs, string(value))
		}
	}
	return nil
}

func (v *geoJSONSurvey) feature(s *jsonScan) error {
	start := s.i
	if v.fits(s) {
		return nil
	}
	s.i = start
	if err := v.inFull(s); err != nil {
		return err
	}
	if v.like.learns() {
		v.like.t = learnTemplate(s.b[start:s.i], func(raw []byte, escaped bool) int {
			i, _ := v.columns.find(raw, escaped)
			return i
		})
	}
	return nil
}

// fits goes over a feature that is like the one before: nothing in it is new,
// but for heights.
func (v *geoJSONSurvey) fits(s *jsonScan) bool {
	t := v.like.t
	if t == nil {
		return false
	}
	for i := range t.steps {
		step := &t.steps[i]
		if !s.literal(step.text) {
			return false
		}
		if step.slot == slotShape {
			v.see(s)
		} else if step.slot == slotID && s.b[s.i] == 'n' {
			return false
		}
		if s.skip() != nil {
			return false
		}
	}
	return s.literal(t.tail)
}

// inFull goes over a feature name by name.
func (v *geoJSONSurvey) inFull(s *jsonScan) error {
	if s.b[s.i] != '{' {
		return s.skip()
	}
	for first := true; ; first = false {
		raw, _, done, err := s.member(first)
		if err != nil || done {
			return err
		}
		switch string(raw) {
		case "properties":
			err = v.properties(s)
		case "geometry":
			err = v.geometry(s)
		case "id":
			c := s.b[s.i]
			v.ids = v.ids || c == '"' || c == '-' || c-'0' < 10
			err = s.skip()
		case "coordinates": // of a geometry that stands for a feature
			v.see(s)
			err = s.skip()
		case "type":
			err = v.kind(s)
		case "crs":
			err = v.member("crs", s)
		default:
			err = s.skip()
		}
		if err != nil {
			return err
		}
	}
}

func (v *geoJSONSurvey) properties(s *jsonScan) error {
	if s.b[s.i] != '{' {
		return s.skip()
	}
	v.columns.next = 0
	for first := true; ; first = false {
		raw, escaped, done, err := s.member(first)
		if err != nil || done {
			return err
		}
		if !v.columns.learn(raw, escaped, v.limits.Columns) {
			v.full = true
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

func (v *geoJSONSurvey) geometry(s *jsonScan) error {
	if s.b[s.i] != '{' {
		return s.skip()
	}
	for first := true; ; first = false {
		raw, _, done, err := s.member(first)
		if err != nil || done {
			return err
		}
		switch string(raw) {
		case "type":
			err = v.kind(s)
		case "coordinates":
			v.see(s)
			fallthrough
		default:
			err = s.skip()
		}
		if err != nil {
			return err
		}
	}
}

// kind notes a type of geometry.
func (v *geoJSONSurvey) kind(s *jsonScan) error {
	if s.b[s.i] != '"' {
		return s.skip()
	}
	raw, _, err := s.text()
	if err != nil || string(raw) == v.kindNow || string(raw) == geoJSONFeature {
		return err
	}
	v.kindNow = string(raw)
	if len(v.types) < 8 {
		v.types[v.kindNow] = true
	}
	return nil
}

// see looks at the first position of some coordinates.
func (v *geoJSONSurvey) see(s *jsonScan) {
	commas := 0
	for i := s.i; i < len(s.b) && !v.hasZ; i++ {
		switch s.b[i] {
		case ',':
			commas++
		case ']':
			return
		}
		v.hasZ = commas >= 2
	}
}

// geometryType gives the type of all geometries as Layer has it.
func (v *geoJSONSurvey) geometryType() string {
	single := map[string]bool{}
	for t := range v.types {
		single[strings.TrimPrefix(t, "Multi")] = true
	}
	switch {
	case len(v.types) == 0:
		return ""
	case len(single) > 1:
		return "Geometry"
	}
	for t := range v.types {
		if len(v.types) == 1 {
			return t
		}
	}
	for t := range single {
		return "Multi" + t
	}
	return ""
}

// crsHint gives the coordinate system of the file, and what is to be said of it.
func (v *geoJSONSurvey) crsHint() (CRSHint, []Problem) {
	if len(v.crs) == 0 {
		return CRSHint{CRS: geo.WGS84, Text: "RFC 7946", From: "format"}, nil
	}
	hint := CRSHint{From: "member", Text: legacyCRSName(v.crs[0])}
	if len(v.crs) > 1 {
		hint.Err = &Problem{Problem: ProblemCRSUnknown, Detail: "the file names several coordinate systems, each for a part of it; name the one it is in"}
		return hint, nil
	}
	hint.CRS, hint.Err = parseLegacyCRS(hint.Text)
	return hint, []Problem{{
		Problem: ProblemCRSLegacy, Warning: true,
		Detail: fmt.Sprintf("the file names its coordinate system in the member crs, %.80q, which GeoJSON no longer has (RFC 7946); it is believed unless another is named", hint.Text),
		Values: map[string]any{"value": hint.Text},
	}}
}

// legacyCRSName gives what a member crs names (GeoJSON of 2008, section 3).
func legacyCRSName(member string) string {
	var m struct {
		Type       string
		Properties struct {
			Name, Href string
			Code       json.Number
		}
	}
	if json.Unmarshal([]byte(member), &m) != nil {
		return clipText(member, 80)
	}
	switch p := m.Properties; {
	case p.Name != "":
		return clipText(p.Name, 80)
	case strings.EqualFold(m.Type, "EPSG") && p.Code != "":
		return "EPSG:" + clipText(string(p.Code), 20)
	case p.Href != "":
		return clipText(p.Href, 80)
	}
	return clipText(member, 80)
}

var (
	crs84Name = regexp.MustCompile(`(?i)^(urn:ogc:def:crs:)?OGC:[0-9.]*:?CRS84$|^https?://www\.opengis\.net/def/crs/OGC/[0-9.]+/CRS84$|^CRS:?84$`)
	epsgName  = regexp.MustCompile(`(?i)^(?:urn:(?:x-)?ogc:def:crs:)?EPSG:(?:[0-9.]*:)?([0-9]{1,7})$|^https?://(?:www\.)?opengis\.net/def/crs/EPSG/[0-9.]+/([0-9]{1,7})$`)
)

// parseLegacyCRS gives the system of a name in a member crs, or the *Problem why
// it is not taken.
func parseLegacyCRS(name string) (geo.CRS, error) {
	if crs84Name.MatchString(name) {
		return geo.WGS84, nil
	}
	text := name
	if m := epsgName.FindStringSubmatch(name); m != nil {
		text = "EPSG:" + m[1] + m[2]
	}
	crs, err := geo.ParseCRS(text)
	if err == nil && text != "" {
		return crs, nil
	}
	p := &Problem{
		Problem: ProblemCRSUnknown,
		Detail:  fmt.Sprintf("the member crs names no coordinate system known here: %.80q; name the one the file is in", name),
		Values:  map[string]any{"value": name},
	}
	var why *geo.Problem
	if errors.As(err, &why) && why.Code == "datum-refused" {
		p.Problem, p.Detail = ProblemDatumRefused, why.Detail
	}
	return "", p
}

// utf8Tally tells how much of a stream is UTF-8.
type utf8Tally struct {
	tail           []byte // the beginning of a character that the next bytes end
	chars, damages int    // characters beyond ASCII, and bytes that belong to none; only of pieces that have some of these
}

// add looks at the next bytes.
func (t *utf8Tally) add(b []byte) {
	if len(t.tail) > 0 {
		b = append(t.tail, b...)
	}
	end := len(b) - cutUTF8(b)
	if !utf8.Valid(b[:end]) {
		t.tally(b[:end])
	}
	t.tail = append([]byte(nil), b[end:]...)
}

func (t *utf8Tally) tally(b []byte) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			t.damages++
		case n > 1:
			t.chars++
		}
		b = b[n:]
	}
}

// other tells whether the stream is in another encoding, rather than UTF-8 of
// which some is damaged.
func (t *utf8Tally) other() bool { return t.damages > 0 && t.chars < 4*t.damages }
