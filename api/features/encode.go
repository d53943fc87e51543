package features

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/paulmach/orb"
)

// flushed is how many bytes of a page are collected before they are sent, so
// that a page takes the same memory however large it is.
const flushed = 64 << 10

// buffers are those of answers that were sent.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, flushed+flushed/4)
	return &b
}}

// encoder makes GeoJSON of features: in which coordinate system, and with which
// properties.
type encoder struct {
	system *system
	fields []field  // of the collection
	only   []string // the properties that were asked for; nil for all
}

// writePage sends a page as a FeatureCollection while it is encoded.
func (e *encoder) writePage(w http.ResponseWriter, p page, links []link, now time.Time) error {
	buffer, _ := buffers.Get().(*[]byte)
	b := (*buffer)[:0]
	defer func() {
		*buffer = b[:0]
		buffers.Put(buffer)
	}()
	sent := false
	send := func() {
		if !sent {
			w.Header().Set("Content-Type", geoJSON)
			sent = true
		}
		_, _ = w.Write(b) // the client may be gone; there is nobody else to tell
		b = b[:0]
	}
	b = append(b, `{"type":"FeatureCollection","numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(p.features)), 10)
	if p.matched >= 0 {
		b = append(b, `,"numberMatched":`...)
		b = strconv.AppendInt(b, int64(p.matched), 10)
	}
	b = append(b, `,"timeStamp":"`...)
	b = now.UTC().AppendFormat(b, time.RFC3339)
	b = append(b, `","links":`...)
	b = appendLinks(b, links)
	b = append(b, `,"features":[`...)
	for i := range p.features {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		var err error
		if b, err = e.appendFeature(b, &p.features[i], nil); err != nil {
			if sent {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			return err
		}
		if len(b) >= flushed {
			send()
		}
	}
	b = append(b, "]}\n"...)
	send()
	return nil
}

// appendFeature appends a feature; links are those of one that comes alone.
func (e *encoder) appendFeature(b []byte, f *feature, links []link) ([]byte, error) {
	b = append(b, `{"type":"Feature","id":`...)
	b = appendText(b, f.id)
	b = append(b, `,"geometry":`...)
	var err error
	if x, ok := f.record.(*area); ok && e.system == systems[0] {
		b, err = x.appendShape(b, e)
	} else {
		b, err = e.appendGeometry(b, f.geometry)
	}
	if err != nil {
		return b, fmt.Errorf("feature %s: %w", f.id, err)
	}
	b = append(b, `,"properties":`...)
	b = append(e.appendProperties(b, f.record), '}')
	if links != nil {
		b = append(b[:len(b)-1], `,"links":`...)
		b = append(appendLinks(b, links), '}')
	}
	return b, nil
}

func (e *encoder) appendProperties(b []byte, r record) []byte {
	b = append(b, '{')
	first := true
	for _, f := range e.fields {
		if e.only != nil && !slices.Contains(e.only, f.name) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), f.name...), `":`...) // names are ours: nothing in them is escaped
		b = r.value(f.name).appendJSON(b)
	}
	return append(b, '}')
}

func appendLinks(b []byte, links []link) []byte {
	b = append(b, '[')
	for i, l := range links {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"href":`...), l.Href)
		b = appendText(append(b, `,"rel":`...), l.Rel)
		b = appendText(append(b, `,"type":`...), l.Type)
		if l.Title != "" {
			b = appendText(append(b, `,"title":`...), l.Title)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendGeometry appends a geometry of the kinds that collections have.
func (e *encoder) appendGeometry(b []byte, g orb.Geometry) ([]byte, error) {
	b = append(append(append(b, `{"type":"`...), g.GeoJSONType()...), `","coordinates":`...)
	var err error
	switch g := g.(type) {
	case orb.Point:
		b, err = e.appendPoint(b, g)
	case orb.MultiLineString:
		b, err = list(b, g, func(b []byte, l orb.LineString) ([]byte, error) { return list(b, l, e.appendPoint) })
	case orb.Polygon:
		b, err = e.appendPolygon(b, g)
	case orb.MultiPolygon:
		b, err = list(b, g, e.appendPolygon)
	default:
		return b, fmt.Errorf("no collection has a %s", g.GeoJSONType())
	}
	return append(b, '}'), err
}

func (e *encoder) appendPolygon(b []byte, p orb.Polygon) ([]byte, error) {
	return list(b, p, func(b []byte, r orb.Ring) ([]byte, error) { return list(b, r, e.appendPoint) })
}

func (e *encoder) appendPoint(b []byte, p orb.Point) ([]byte, error) {
	q, err := e.system.from(p)
	if err != nil {
		return b, err
	}
	b = appendFixed(append(b, '['), q[0], e.system.decimals)
	b = appendFixed(append(b, ','), q[1], e.system.decimals)
	return append(b, ']'), nil
}

func list[S ~[]T, T any](b []byte, items S, one func([]byte, T) ([]byte, error)) ([]byte, error) {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = one(b, item); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

// appendFixed appends a coordinate rounded to that many decimals, without zeros
// at its end. What is asked of it lies within 1e8, so that whole numbers hold it.
func appendFixed(b []byte, f float64, decimals int) []byte {
	parts := int64(1)
	for range decimals {
		parts *= 10
	}
	n := int64(math.Round(f * float64(parts)))
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/parts, 10)
	rest := n % parts
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for rest > 0 {
		parts /= 10
		b = append(b, byte('0'+rest/parts))
		rest %= parts
	}
	return b
}
