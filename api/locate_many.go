package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxFeature is how many bytes one feature of a stream may have.
const maxFeature = 1 << 20

// locateMany answers POST /api/v1/locate: a FeatureCollection, or one feature a
// line, of any length; or the compact form. It holds one feature at a time.
func (s *Server) locateMany(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	crs := q.crs()
	at, plan := q.world()
	if err := q.err(); err != nil {
		return err
	}
	world, err := s.worldAt(r.Context(), at, plan)
	if err != nil {
		return err
	}
	many := &many{world: world, crs: crs, list: "/features", texts: s.texts.of(world.Index, at.IsZero() && plan == ""), spooled: &s.spooled}
	defer func() { s.metrics.points.Add(float64(many.n)) }()
	in := newFeed(w, r)
	switch mediaType(r) {
	case "application/json", "application/geo+json":
		return many.document(w, in)
	case "application/geo+json-seq":
		return many.lines(newDrip(w, "application/geo+json-seq", many.spooled), in, "\x1e")
	case "application/x-ndjson", "application/ndjson":
		return many.lines(newDrip(w, "application/x-ndjson", many.spooled), in, "")
	}
	return unsupported("application/geo+json", "application/geo+json-seq", "application/x-ndjson", "application/json")
}

// many looks points up one after another.
type many struct {
	world
	crs   geo.CRS
	list  string // what the pointers of faults begin with
	n     int    // how many so far
	texts *areaTexts
	slow  bool // nothing is left to quick: what tests hold it against
	*spooled
}

// feature gives a GeoJSON feature of a point back, as it came, with
// properties.areas. Faults name it by its place in the collection.
func (m *many) feature(raw []byte) ([]byte, error) {
	at := fmt.Sprintf("%s/%d", m.list, m.n)
	v, err := parseJSON(raw)
	if err != nil {
		p := problemOf(err)
		return nil, fail("invalid-feature", p.Detail, geo.FieldError{Pointer: at, Detail: p.Detail})
	}
	f, _ := v.(*object)
	if f == nil || f.members["type"] != "Feature" {
		return nil, badFeature(at, "must be a GeoJSON Feature")
	}
	p, err := pointOf(f, at, m.crs)
	if err != nil {
		return nil, err
	}
	if f.members["properties"] != nil {
		if _, ok := f.members["properties"].(*object); !ok {
			return nil, badFeature(at+"/properties", "must be an object or null")
		}
	}
	match, _ := m.Index.Locate(p)
	m.n++
	return withAreas(raw, f, match.Names())
}

// pointOf gives the place of a feature in WGS 84 on the lattice.
func pointOf(f *object, at string, crs geo.CRS) (orb.Point, error) {
	g, _ := f.members["geometry"].(*object)
	if g == nil || g.members["type"] != "Point" {
		return orb.Point{}, badFeature(at+"/geometry", "must be a Point")
	}
	at += "/geometry/coordinates"
	p, ok := position(g.members["coordinates"])
	if !ok {
		return orb.Point{}, badFeature(at, "must be [lon, lat] in degrees")
	}
	p, err := onLattice(crs, p)
	if err != nil {
		return orb.Point{}, badFeature(at, "must be lon from -180 to 180 and lat from -90 to 90 degrees")
	}
	return p, nil
}

// position reads a GeoJSON position; a height after lon and lat is left out.
func position(v any) (p orb.Point, ok bool) {
	c, _ := v.([]any)
	if len(c) != 2 && len(c) != 3 {
		return p, false
	}
	for i, x := range c {
		y, ok := number(x)
		if !ok {
			return p, false
		}
		if i < 2 {
			p[i] = y
		}
	}
	return p, true
}

func badFeature(pointer, detail string) error {
	return fail("invalid-feature", "a feature cannot be looked up: "+pointer+" "+detail, geo.FieldError{Pointer: pointer, Detail: detail})
}

// withAreas writes a feature again, every member and number as it stood, with
// areas among its properties.
func withAreas(raw []byte, f *object, areas map[geo.Kind]*geo.Name) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, malformed(err)
	}
	added, err := json.Marshal(areas)
	if err != nil {
		return nil, err
	}
	own := &object{}
	if o, ok := f.members["properties"].(*object); ok {
		own = o
	}
	var properties map[string]json.RawMessage
	if raw := members["properties"]; raw != nil {
		if err := json.Unmarshal(raw, &properties); err != nil {
			return nil, malformed(err)
		}
	}
	var out, inner bytes.Buffer
	var names []string
	for _, name := range own.names {
		if name != "areas" {
			names = append(names, name)
		}
	}
	writeMembers(&inner, names, properties, "areas", added)
	names = nil
	for _, name := range f.names {
		if name != "properties" {
			names = append(names, name)
		}
	}
	writeMembers(&out, names, members, "properties", inner.Bytes())
	return out.Bytes(), nil
}

// writeMembers writes an object: the named members, then one more.
func writeMembers(b *bytes.Buffer, names []string, members map[string]json.RawMessage, last string, value []byte) {
	b.WriteByte('{')
	for _, name := range names {
		quoted, _ := json.Marshal(name) // a string always encodes
		b.Write(quoted)
		b.WriteByte(':')
		if err := json.Compact(b, members[name]); err != nil { // one line a feature
			b.Write(members[name])
		}
		b.WriteByte(',')
	}
	fmt.Fprintf(b, "%q:", last)
	b.Write(value)
	b.WriteByte('}')
}

// lines answers one feature a line. A record may begin with the record
// separator of RFC 8142, and then span lines; a blank line is none.
func (m *many) lines(out *drip, in *feed, before string) error {
	defer out.stop()
	quick := m.newQuick()
	for line, err := range in.records() {
		if err != nil {
			return out.abort(m.streamError(err), before+`{"problem":`, "}\n")
		}
		if !m.slow {
			if text, end, ok := quick.feature(append(out.buffer, before...), line, 0); ok && end == len(line) {
				m.n++
				out.buffer = append(text, '\n')
				if err := out.full(); err != nil {
					return out.abort(err, "", "")
				}
				continue
			}
		}
		answer, err := m.feature(line)
		if err == nil {
			err = out.write(before, string(answer), "\n")
		}
		if err != nil {
			return out.abort(err, before+`{"problem":`, "}\n")
		}
	}
	return out.end()
}

// streamError names the feature that was being read when the body failed.
func (m *many) streamError(err error) error {
	if p := problemOf(err); p.Status < 500 && len(p.Errors) == 0 {
		code := strings.TrimPrefix(p.Type, problemType)
		return fail(code, p.Detail, geo.FieldError{Pointer: fmt.Sprintf("%s/%d", m.list, m.n), Detail: p.Detail})
	}
	return err
}
