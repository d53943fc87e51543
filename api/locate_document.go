package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// document answers a JSON document: a FeatureCollection, read and written
// feature by feature, or {"points": …}.
func (m *many) document(w http.ResponseWriter, in *feed) error {
	d := &document{many: m, feed: in, dec: json.NewDecoder(in), out: newDrip(w, "application/geo+json", m.spooled)}
	d.between = `{"type":"FeatureCollection","revision":` + strconv.Itoa(d.Revision.Number) + string(appendPlan(nil, d.draft())) + `,"features":[` + "\n"
	defer d.out.stop()
	err := d.read()
	if d.compact != nil && err == nil {
		return d.compact.answer(w)
	}
	if err != nil {
		return d.out.abort(m.streamError(err), "\n],\"problem\":", "}\n")
	}
	if err := d.out.write("\n]}\n"); err != nil {
		return d.out.abort(err, "", "")
	}
	return d.out.end()
}

// document is the state of reading one.
type document struct {
	*many
	feed     *feed
	dec      *json.Decoder
	base     int64 // where in the body the decoder's text began
	out      *drip
	between  string // what stands before the next feature
	seen     map[string]bool
	kind     string
	features bool
	compact  *compact
}

// read goes through the members of the document in the order they come.
func (d *document) read() error {
	d.seen = map[string]bool{}
	if err := d.delim('{'); err != nil {
		return err
	}
	for d.dec.More() {
		d.feed.allow(maxFeature)
		token, err := d.dec.Token()
		if err != nil {
			return d.bad(err)
		}
		name, _ := token.(string)
		if key := strings.ToLower(name); d.seen[key] {
			return fail("malformed-json", "a name stands twice in the collection", geo.FieldError{Pointer: "/" + escapePointer(name), Detail: "stands twice"})
		} else {
			d.seen[key] = true
		}
		if err := d.member(name); err != nil {
			return err
		}
	}
	if err := d.delim('}'); err != nil {
		return err
	}
	if d.dec.More() {
		return fail("malformed-json", "something follows the document")
	}
	switch {
	case d.compact != nil:
		return nil
	case !d.features:
		return fail("invalid-body", "the document has neither features nor points")
	case d.kind != "FeatureCollection":
		return fail("invalid-body", "the document must be a FeatureCollection", geo.FieldError{Pointer: "/type", Detail: "must be FeatureCollection"})
	}
	return nil
}

// member reads one member of the document.
func (d *document) member(name string) error {
	switch {
	case name == "features" && d.compact == nil:
		d.features = true
		return d.readFeatures()
	case name == "points" && !d.features && d.kind == "":
		var err error
		d.compact, err = d.readPoints()
		return err
	}
	var raw json.RawMessage
	if err := d.dec.Decode(&raw); err != nil {
		return d.bad(err)
	}
	v, err := parseJSON(raw)
	if err != nil {
		return err
	}
	switch {
	case name == "type":
		if d.kind, _ = v.(string); d.kind != "FeatureCollection" {
			return fail("invalid-body", "the document must be a FeatureCollection", geo.FieldError{Pointer: "/type", Detail: "must be FeatureCollection"})
		}
	case name == "crs" && !knownLegacyCRS(v):
		return fail("invalid-body", "the collection names a coordinate system of its own; give it as ?crs=",
			geo.FieldError{Pointer: "/crs", Detail: "must be CRS84 or EPSG:4326"})
	case d.compact != nil:
		return fail("invalid-body", "points stand alone in the compact form", geo.FieldError{Pointer: "/" + escapePointer(name), Detail: "is not known here"})
	}
	return nil
}

// knownLegacyCRS reports whether the crs member of GeoJSON before RFC 7946
// names what GeoJSON is in now, as QGIS and GDAL write it.
func knownLegacyCRS(v any) bool {
	o, ok := v.(*object)
	if !ok {
		return v == nil
	}
	p, _ := o.members["properties"].(*object)
	if p == nil {
		return false
	}
	name, _ := p.members["name"].(string)
	return strings.HasSuffix(name, ":CRS84") || strings.HasSuffix(name, ":4326")
}

func (d *document) readFeatures() error {
	if err := d.delim('['); err != nil {
		return err
	}
	if !d.slow {
		if err := d.quickFeatures(); err != nil {
			return err
		}
	}
	if !d.dec.More() && d.n == 0 {
		if err := d.out.write(d.between); err != nil {
			return err
		}
	}
	for d.dec.More() {
		d.feed.allow(maxFeature)
		var raw json.RawMessage
		if err := d.dec.Decode(&raw); err != nil {
			return d.bad(err)
		}
		answer, err := d.feature(raw)
		if err != nil {
			return err
		}
		if err := d.out.write(d.between, string(answer)); err != nil {
			return err
		}
		d.between = ",\n"
	}
	return d.delim(']')
}

// offset is how far the body was read.
func (d *document) offset() int64 { return d.base + d.dec.InputOffset() }

// delim reads the bracket that must come next.
func (d *document) delim(want json.Delim) error {
	d.feed.allow(maxFeature)
	token, err := d.dec.Token()
	if err != nil {
		return d.bad(err)
	}
	if token != want {
		return fail("malformed-json", fmt.Sprintf("there must be a %s at byte %d", want, d.offset()))
	}
	return nil
}

// bad tells what the connection did from what the text is.
func (d *document) bad(err error) error {
	if d.feed.failed != nil {
		return d.feed.failed
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fail("malformed-json", fmt.Sprintf("%s, at byte %d", syntax.Error(), d.place(syntax)))
	}
	return malformed(err)
}

// place gives the byte of the body, counted from 1, that is at fault. The
// decoder counts the bytes of values alone for those inside of one, and from 0
// for those between two.
func (d *document) place(err *json.SyntaxError) int64 {
	at := d.offset()
	d.feed.failed = err // nothing more is read
	var raw json.RawMessage
	if again := d.dec.Decode(&raw); again != error(err) {
		return at + 1
	}
	text, _ := io.ReadAll(d.dec.Buffered()) // memory never fails
	var syntax *json.SyntaxError
	if errors.As(json.NewDecoder(bytes.NewReader(text)).Decode(&raw), &syntax) {
		return at + syntax.Offset
	}
	return at + 1
}
