package features

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// format is a form in which a resource can be had.
type format struct {
	names []string // what f= says; the first is what the form goes by
	types []string // media types that stand for it in the header Accept
}

// What f= says.
const (
	formatJSON     = "json"
	formatGeoJSON  = "geojson"
	formatHTML     = "html"
	formatTileJSON = "tilejson"
	formatTile     = "mvt"
	formatStyle    = "mapbox"
)

const (
	geoJSON      = "application/geo+json"
	htmlType     = "text/html"
	tileType     = "application/vnd.mapbox-vector-tile"
	tileJSONType = "application/vnd.mapbox.tilejson+json"
	styleType    = "application/vnd.mapbox.style+json"
)

var (
	asJSON     = format{[]string{formatJSON}, []string{"application/json"}}
	asFeatures = format{[]string{formatJSON, formatGeoJSON}, []string{geoJSON, "application/json"}}
	asSchema   = format{[]string{formatJSON}, []string{schemaType, "application/json"}}
	asOpenAPI  = format{[]string{formatJSON}, []string{"application/vnd.oai.openapi+json", "application/json"}}
	asTileJSON = format{[]string{formatTileJSON}, []string{tileJSONType}}
	asTile     = format{[]string{formatTile}, []string{tileType}}
	asStyle    = format{[]string{formatStyle}, []string{styleType}}
	asHTML     = format{[]string{formatHTML}, []string{htmlType}}
)

// negotiate gives the form to answer in, of those there are: what f= says, or
// else what the header Accept gives the greatest weight. Of equals, and where
// nothing is asked for, it is the first.
func negotiate(r *http.Request, formats []format) (format, error) {
	var names []string
	for _, f := range formats {
		names = append(names, f.names...)
	}
	if v := r.URL.Query(); v.Has("f") {
		i := slices.IndexFunc(formats, func(f format) bool { return slices.Contains(f.names, v.Get("f")) })
		if i < 0 {
			return format{}, invalid([]geo.FieldError{{Pointer: "f", Detail: "is none of " + strings.Join(names, ", ")}})
		}
		return formats[i], nil
	}
	best, weight := -1, 0.0
	for i, f := range formats {
		if w := f.weight(r); w > weight {
			best, weight = i, w
		}
	}
	if best < 0 {
		return format{}, geo.Invalid("not-acceptable", "this can be had with f="+strings.Join(names, " or f="))
	}
	return formats[best], nil
}

// weight is what the header Accept gives the form: that of the media type of it
// that weighs most.
func (f format) weight(r *http.Request) float64 {
	most := 0.0
	for _, t := range f.types {
		most = max(most, weight(r, t))
	}
	return most
}

// weight reads the header Accept (RFC 9110, 12.5.1): a media type weighs what
// the most specific range that takes it in says, from 0 (not taken) to 1.
// Without the header everything is taken.
func weight(r *http.Request, mediaType string) float64 {
	headers := r.Header.Values("Accept")
	if len(headers) == 0 {
		return 1
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	best, weight := 0, 0.0
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		specific := 0
		switch strings.ToLower(strings.TrimSpace(name)) {
		case mediaType:
			specific = 3
		case kind + "/*":
			specific = 2
		case "*/*":
			specific = 1
		}
		if specific <= best {
			continue
		}
		best, weight = specific, 1
		for p := range strings.SplitSeq(strings.ToLower(params), ";") {
			if q, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				n, err := strconv.ParseFloat(q, 64)
				if err != nil || !(n >= 0 && n <= 1) {
					n = 0 // no weight that there is, NaN among them
				}
				weight = n
			}
		}
	}
	return weight
}

// formatKey is where a request keeps the form that was agreed on.
type formatKey struct{}

// with gives the request to who answers it in that form.
func (f format) with(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), formatKey{}, f.names[0]))
}

// formatOf is what the form goes by that the request is to be answered in.
func formatOf(r *http.Request) string {
	name, _ := r.Context().Value(formatKey{}).(string)
	return name
}
