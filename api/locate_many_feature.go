package api

import (
	"bytes"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// quick answers features as many.feature does, in one pass and without a value
// for each token. What it does not know it leaves to many.feature, which has
// the last word, and all the errors.
type quick struct {
	*copier
	*areaTexts
	crs        geo.CRS
	properties []byte // of the feature: its own, an object that is still open
	place      geo.LatticePoint
	state      int // of the place, where it is known
	known      bool
}

// The objects that have a meaning of their own, by their shape.
const (
	inFeature = iota
	inGeometry
	inProperties
)

func (m *many) newQuick() *quick {
	return &quick{copier: newCopier(), areaTexts: m.texts, crs: m.crs}
}

// feature answers the feature that begins at b[i], and appends the answer to
// out. end is where the feature ends. ok is false, and out as it was, where
// many.feature has to answer, or the text ends before the feature.
func (q *quick) feature(out, b []byte, i int) (answer []byte, end int, ok bool) {
	if i >= len(b) || b[i] != '{' {
		return out, i, false
	}
	q.b, q.i, q.from, q.out, q.wide = b, i, i, out, false
	q.properties = append(q.properties[:0], '{')
	var has members
	if !q.open(inFeature, &has) || !has.kind || !has.geometry || q.wide && !utf8.Valid(b[i:q.i]) {
		return out, i, false
	}
	q.out = append(append(q.out, `"properties":`...), q.properties...)
	q.out = append(append(append(q.out, `"areas":`...), q.of(q.place, q.state, q.known)...), "}}"...)
	return q.out, q.i, true
}

// members are those that an object must have.
type members struct{ kind, geometry, coordinates bool }

// open reads the feature or its properties, at i, and writes it without the
// member that the answer has at the end, and without the closing brace: with a
// comma where a member was written.
func (q *quick) open(shape int, has *members) bool {
	left := `"properties"`
	if shape == inProperties {
		left = `"areas"`
	}
	more, ok := q.begin()
	if ok && !more { // {}
		q.cut(q.length() - 1)
		return true
	}
	kept := false
	for n := 0; more; n++ {
		before := q.length()
		k := q.key(&q.shapes[shape], n)
		if k == nil {
			return false
		}
		if kept = k.text != left; kept {
			if !q.member(shape, k, has) {
				return false
			}
			more, ok = q.next()
		} else {
			q.cut(before)
			if !q.leave(shape) {
				return false
			}
			q.cut(before)
			more, ok = q.next()
			q.cut(before)
		}
		if !ok {
			return false
		}
	}
	q.flush()
	if kept {
		q.out[len(q.out)-1] = ','
	}
	return ok
}

// leave reads the member that open does not write: keeps the properties,
// forgets what was sent as areas.
func (q *quick) leave(shape int) bool {
	if shape == inProperties {
		return q.value(3)
	}
	if q.b[q.i] != '{' {
		return q.literal("null")
	}
	whole := q.out
	q.out = q.properties[:0]
	ok := q.open(inProperties, nil)
	q.properties, q.out = q.out, whole
	return ok
}

// member reads the value of a member that is kept.
func (q *quick) member(shape int, k *key, has *members) bool {
	if shape == inFeature {
		switch k.text {
		case `"type"`:
			has.kind = q.literal(`"Feature"`)
			return has.kind
		case `"geometry"`:
			has.geometry = q.b[q.i] == '{' && q.geometry()
			return has.geometry
		}
	}
	if shape == inProperties {
		return q.value(3)
	}
	return q.value(2)
}

// geometry reads a point, and notes its place.
func (q *quick) geometry() bool {
	var has members
	more, ok := q.begin()
	for n := 0; more; n++ {
		k := q.key(&q.shapes[inGeometry], n)
		if k == nil {
			return false
		}
		switch k.text {
		case `"type"`:
			has.kind = q.literal(`"Point"`)
			ok = has.kind
		case `"coordinates"`:
			has.coordinates = q.coordinates()
			ok = has.coordinates
		default:
			ok = q.value(3)
		}
		if !ok {
			return false
		}
		if more, ok = q.next(); !ok {
			return false
		}
	}
	return ok && has.kind && has.coordinates
}

// coordinates reads a position, and notes its place; a height is only looked
// at.
func (q *quick) coordinates() bool {
	b, i := q.b, q.i
	if b[i] != '[' {
		return false
	}
	place, end, ok := placeOf(b, i+1, q.crs)
	if !ok || end >= len(b) {
		return false
	}
	// Asked for long before it is needed, it comes from memory meanwhile.
	q.place = place
	q.state, q.known = q.index.State(place)
	tight := b[end] == ']'
	if !tight {
		if b[end] != ',' {
			return false
		}
		from := spaceEnd(b, end+1)
		// A height that may be too large for a double is rare.
		if end, ok = numberEnd(b, from); !ok || end-from > 300 || bytes.ContainsAny(b[from:end], "eE") {
			return false
		}
		if end = spaceEnd(b, end); end >= len(b) || b[end] != ']' {
			return false
		}
	}
	for _, ch := range b[i:end] {
		tight = tight && ch > ' '
	}
	if tight {
		q.i = end + 1
		return true
	}
	return q.array(3) // which leaves out the space
}
