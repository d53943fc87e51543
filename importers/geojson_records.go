package importers

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// geoJSONRecords makes records of features.
type geoJSONRecords struct {
	each    func(*Record) error
	limits  Limits
	columns *jsonColumns
	first   int // the column of the first property
	names   []string
	shape   geoJSONShape
	record  Record
	// The texts of a record stand one behind the other in room, until they become
	// one string together.
	room  []byte
	spans []textSpan
	has   []int // of each column, the span that has its value, + 1
	like  templates
}

// textSpan is where the text of a value stands.
type textSpan struct {
	column     int
	start, end int
	is         ValueType
}

func newGeoJSONRecords(s *geoJSONSource, each func(*Record) error) *geoJSONRecords {
	v := &geoJSONRecords{each: each, limits: s.o.Limits, names: s.layer.Columns, shape: geoJSONShape{limits: s.o.Limits}}
	if s.ids {
		v.first = 1
	}
	v.columns = newJSONColumns(s.layer.Columns[v.first:]...)
	v.record.Values = make([]Value, len(v.names))
	v.has = make([]int, len(v.names))
	return v
}

func (v *geoJSONRecords) member(_ string, s *jsonScan) error { return s.skip() }

// over hands the record on.
func (v *geoJSONRecords) over(number, line int, fault *Problem) error {
	r := &v.record
	r.Number, r.Line = number, 0
	if line != number {
		r.Line = line
	}
	if fault != nil {
		v.begin()
		r.Problems = append(r.Problems, *fault)
	}
	v.values()
	for i := range r.Problems {
		r.Problems[i].Feature, r.Problems[i].Line = r.Number, r.Line
	}
	return v.each(r)
}

// begin forgets the feature before.
func (v *geoJSONRecords) begin() {
	v.room, v.spans = v.room[:0], v.spans[:0]
	v.shape.begin()
	r := &v.record
	r.Geometry, r.HadZ = nil, false
	r.Problems = nil // whoever keeps them may
}

// values makes one string of all texts, and values of its parts.
func (v *geoJSONRecords) values() {
	clear(v.record.Values)
	if len(v.spans) == 0 {
		return
	}
	all := string(v.room)
	whole := utf8.ValidString(all)
	for _, s := range v.spans {
		text := all[s.start:s.end]
		if !whole && !utf8.ValidString(text) {
			text = strings.ToValidUTF8(text, "\ufffd")
			v.damaged(s.column, "has bytes that are no UTF-8", "")
		}
		v.record.Values[s.column] = Value{text, s.is}
	}
}

func (v *geoJSONRecords) feature(s *jsonScan) error {
	v.begin()
	start := s.i
	if v.fits(s) {
		return nil
	}
	if s.i = start; len(v.record.Problems) > 0 || len(v.spans) > 0 {
		v.begin()
	}
	if err := v.inFull(s); err != nil {
		return err
	}
	if len(v.record.Problems) == 0 && v.like.learns() {
		v.like.t = learnTemplate(s.b[start:s.i], func(raw []byte, escaped bool) int {
			i, _ := v.columns.find(raw, escaped)
			return i
		})
	}
	return nil
}

// fits reads a feature that is like the one before. Where it is not, or has a
// fault, what was read of it is to be forgotten.
func (v *geoJSONRecords) fits(s *jsonScan) bool {
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
			g, err := v.shape.content(s, t.kind, "coordinates")
			if err != nil {
				return false
			}
			v.record.Geometry, v.record.HadZ = g, v.shape.hadZ
			continue
		}
		column := v.first + step.slot
		if step.slot == slotID {
			if column = 0; v.first == 0 {
				if s.skip() != nil {
					return false
				}
				continue
			}
		}
		at := len(v.room)
		is, err := v.scalar(s, column)
		if err != nil || is == JSON || len(v.room)-at > v.limits.TextBytes {
			return false
		}
		v.spans = append(v.spans, textSpan{column, at, len(v.room), is})
	}
	return s.literal(t.tail) && len(v.record.Problems) == 0
}

// inFull reads a feature name by name.
func (v *geoJSONRecords) inFull(s *jsonScan) error {
	clear(v.has)
	v.columns.next = 0
	if s.b[s.i] != '{' {
		v.wrong(ProblemFileCorrupt, "this is no feature, but another JSON value")
		return s.skip()
	}
	start, typed, shaped, listed := s.i, false, false, false
	for first := true; ; first = false {
		name, _, done, err := s.member(first)
		if err != nil {
			return err
		}
		if done {
			break
		}
		switch string(name) {
		case "type":
			if typed {
				v.wrong(ProblemFileCorrupt, "the member type stands twice")
			}
			typed = true
			is, err := v.kind(s)
			if err != nil {
				return err
			}
			if is != geoJSONFeature {
				s.i = start
				return v.other(s, is)
			}
		case "geometry":
			if shaped {
				v.wrong(ProblemFileCorrupt, "the member geometry stands twice")
			}
			shaped = true
			if err := v.geometry(s); err != nil {
				return err
			}
		case "properties":
			if listed {
				v.wrong(ProblemFileCorrupt, "the member properties stands twice")
			}
			listed = true
			if err := v.properties(s); err != nil {
				return err
			}
		case "id":
			if err := v.id(s); err != nil {
				return err
			}
		case "coordinates", "geometries":
			if !typed { // a geometry whose type comes behind
				s.i = start
				return v.other(s, "")
			}
			fallthrough
		default:
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
	if !typed {
		v.wrong(ProblemFileCorrupt, "the feature has no type")
	}
	return nil
}

// kind reads a type, "" for what is no text.
func (v *geoJSONRecords) kind(s *jsonScan) (string, error) {
	if s.b[s.i] != '"' {
		return "", s.skip()
	}
	raw, _, err := s.text()
	if string(raw) == geoJSONFeature {
		return geoJSONFeature, err
	}
	return string(raw), err
}

// other goes over what stands in the place of a feature: a geometry, or
// something that does not belong there.
func (v *geoJSONRecords) other(s *jsonScan, is string) error {
	v.begin()
	for _, g := range geoJSONGeometries {
		if is == g || is == "" {
			return v.geometry(s)
		}
	}
	v.wrong(ProblemFileCorrupt, fmt.Sprintf("a feature has the type Feature, and not %.40q", is))
	return s.skip()
}

// geometry reads the geometry, and goes over one that is none.
func (v *geoJSONRecords) geometry(s *jsonScan) error {
	start, depth := s.i, s.depth
	var err error
	v.record.Geometry, err = v.shape.geometry(s)
	v.record.HadZ = v.shape.hadZ
	var fault *Problem
	if err == nil || !errors.As(err, &fault) {
		return err
	}
	v.record.Geometry = nil
	v.record.Problems = append(v.record.Problems, *fault)
	s.i, s.depth = start, depth
	return s.skip()
}

func (v *geoJSONRecords) id(s *jsonScan) error {
	if v.first == 0 {
		return s.skip() // a property has the name
	}
	return v.value(s, 0)
}

func (v *geoJSONRecords) properties(s *jsonScan) error {
	if c := s.b[s.i]; c != '{' {
		if c != 'n' {
			v.wrong(ProblemFileCorrupt, "the properties are no object")
		}
		return s.skip()
	}
	for first := true; ; first = false {
		raw, escaped, done, err := s.member(first)
		if err != nil || done {
			return err
		}
		if i, _ := v.columns.find(raw, escaped); i < 0 {
			err = s.skip() // beyond the limit of columns, which the layer says
		} else {
			err = v.value(s, v.first+i)
		}
		if err != nil {
			return err
		}
	}
}

// value reads the value of a column.
func (v *geoJSONRecords) value(s *jsonScan, column int) error {
	at, problems := len(v.room), len(v.record.Problems)
	is, err := v.scalar(s, column)
	if err != nil {
		return err
	}
	if n := len(v.room) - at; n > v.limits.TextBytes {
		v.room, is = v.room[:at], Null
		v.record.Problems = append(v.record.Problems[:problems], Problem{
			Problem: ProblemLimit,
			Detail:  fmt.Sprintf("the value of %s is longer than %d bytes", clipText(v.names[column], 40), v.limits.TextBytes),
			Values:  map[string]any{"column": v.names[column], "limit": v.limits.TextBytes},
		})
	}
	if before := v.has[column]; before > 0 {
		old := v.spans[before-1]
		if old.is != is || !bytes.Equal(v.room[old.start:old.end], v.room[at:]) {
			v.damaged(column, "stands twice, with two values", "")
		}
		v.room = v.room[:at]
		return nil
	}
	v.spans = append(v.spans, textSpan{column, at, len(v.room), is})
	v.has[column] = len(v.spans)
	return nil
}

// scalar appends the text of a value to room, and says what it is.
func (v *geoJSONRecords) scalar(s *jsonScan, column int) (is ValueType, err error) {
	start := s.i
	switch s.b[start] {
	case '"':
		raw, escaped, err := s.text()
		if err != nil {
			return Null, err
		}
		if !escaped {
			v.room = append(v.room, raw...)
			return Text, nil
		}
		at, whole := len(v.room), false
		if v.room, whole = appendUnescaped(v.room, raw); !whole {
			v.damaged(column, "has half a character (a lone surrogate)", "")
		}
		if bytes.IndexByte(v.room[at:], 0) >= 0 {
			v.damaged(column, "has the character U+0000", "")
		}
		return Text, nil
	case '{', '[':
		if err := s.skip(); err != nil {
			return Null, err
		}
		v.room = append(v.room, s.b[start:s.i]...)
		return JSON, nil
	}
	word, err := s.scalar()
	if err != nil {
		return Null, err
	}
	text := s.b[start:s.i]
	switch word {
	case jsonTrue, jsonFalse:
		is = Bool
	case jsonNumber:
		is = Number
	case jsonNoNumber:
		v.damaged(column, "is no number, and was left out", string(text))
		return Null, nil
	default:
		return Null, nil
	}
	v.room = append(v.room, text...)
	return is, nil
}

// recordProblems is how many problems of a record are listed.
const recordProblems = 20

// wrong notes a fault of the feature.
func (v *geoJSONRecords) wrong(problem, detail string) {
	if len(v.record.Problems) >= recordProblems {
		return
	}
	v.record.Problems = append(v.record.Problems, Problem{Problem: problem, Detail: detail})
}

// damaged notes that a value is not what was meant.
func (v *geoJSONRecords) damaged(column int, what, text string) {
	if len(v.record.Problems) >= recordProblems {
		return
	}
	name := v.names[column]
	values := map[string]any{"column": name}
	if text != "" {
		values["value"] = clipText(text, 40)
		what = clipText(text, 40) + " " + what
	}
	v.record.Problems = append(v.record.Problems, Problem{
		Problem: ProblemValueDamaged,
		Detail:  fmt.Sprintf("the value of %s %s", clipText(name, 40), what),
		Values:  values,
	})
}
