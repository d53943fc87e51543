package features

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// What f= says, and the media types that stand for it.
const (
	formatJSON     = "json"
	formatTileJSON = "tilejson"
	formatTile     = "mvt"
	formatStyle    = "mapbox"
)

const (
	tileType     = "application/vnd.mapbox-vector-tile"
	tileJSONType = "application/vnd.mapbox.tilejson+json"
	styleType    = "application/vnd.mapbox.style+json"
)

var formatTypes = map[string]string{formatJSON: "application/json", formatTileJSON: tileJSONType, formatTile: tileType, formatStyle: styleType}

// tileQuery reads the query of a request for tiles or for what describes them;
// its "f" is the format to answer in, of those there are, the first of which is
// given to who names none: f= beats the header Accept. Others may be named
// besides.
func (s *Server) tileQuery(r *http.Request, formats []string, known ...string) (url.Values, error) {
	v, err := values(r, append([]string{"f"}, known...)...)
	if err != nil {
		return nil, err
	}
	if v.Has("f") {
		if !slices.Contains(formats, v.Get("f")) {
			return nil, invalid([]geo.FieldError{{Pointer: "f", Detail: "is none of " + strings.Join(formats, ", ")}})
		}
		return v, nil
	}
	for _, f := range formats {
		if accepts(r, formatTypes[f]) {
			v.Set("f", f)
			return v, nil
		}
	}
	return nil, geo.Invalid("not-acceptable", "this can be had with f="+strings.Join(formats, " or f="))
}

// accepts reads the header Accept (RFC 9110, 12.5.1): the most specific range
// that takes in the media type has a weight above 0. Without the header
// everything is taken.
func accepts(r *http.Request, mediaType string) bool {
	headers := r.Header.Values("Accept")
	if len(headers) == 0 {
		return true
	}
	kind, _, _ := strings.Cut(mediaType, "/")
	best, weight := 0, 0.0
	for _, h := range headers {
		for part := range strings.SplitSeq(h, ",") {
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
					weight, _ = strconv.ParseFloat(q, 64) // 0 where it is no number
				}
			}
		}
	}
	return best > 0 && weight > 0
}

// tileset is what a request for tiles is about: the collections that are drawn,
// one of them or several of the dataset's, and the boundaries.
type tileset struct {
	of       *collection // nil for the dataset
	names    []string    // of collections, which layers are called like
	path     string      // below /ogc, without /tiles
	format   string
	snapshot *locate.Snapshot
	query    string // takes the boundaries and the selection on to what is linked to; empty or from "?"
	private  bool   // of a draft
}

// tilesetOf reads a request for the tiles of the collection that the path names,
// or of the dataset.
func (s *Server) tilesetOf(r *http.Request, formats ...string) (tileset, error) {
	t := tileset{names: s.drawn()}
	known := []string{"at", "plan", "collections"}
	if inPath(r) {
		c, err := s.collection(r)
		if err != nil {
			return tileset{}, err
		}
		if !slices.Contains(t.names, c.id) {
			return tileset{}, geo.ErrNotFound
		}
		t.of, t.names, t.path, known = c, []string{c.id}, "/collections/"+c.id, nil
		if s.revised(c.id) {
			known = []string{"at", "plan"}
		}
	}
	v, err := s.tileQuery(r, formats, known...)
	if err != nil {
		return tileset{}, err
	}
	t.format = v.Get("f")
	if v.Has("collections") {
		if t.names, err = s.selected(r, v.Get("collections"), t.names); err != nil {
			return tileset{}, err
		}
	}
	extra, query := make(map[string]string), make(url.Values)
	for _, name := range []string{"at", "plan", "collections"} {
		if v.Has(name) {
			extra[name] = v.Get(name)
			query.Set(name, v.Get(name))
		}
	}
	t.private = v.Has("plan")
	if t.snapshot, err = s.snapshot(r, extra); err != nil {
		return tileset{}, err
	}
	if len(query) > 0 {
		t.query = "?" + query.Encode()
	}
	return t, nil
}

// drawn gives the collections that tiles are drawn of, from the ground up.
func (s *Server) drawn() []string {
	var out []string
	for _, c := range s.collections {
		if _, ok := s.c.Tiles.Layer(c.id); ok {
			out = append(out, c.id)
		}
	}
	return out
}

// revised reports whether a collection is drawn as its boundaries were, or will
// be.
func (s *Server) revised(id string) bool {
	l, ok := s.c.Tiles.Layer(id)
	return ok && !l.Personal
}

// selected reads the parameter collections: ids, or addresses of collections
// here, separated by commas, in the order that they are to be drawn in.
func (s *Server) selected(r *http.Request, text string, all []string) ([]string, error) {
	var out []string
	for id := range strings.SplitSeq(text, ",") {
		id = strings.TrimPrefix(strings.TrimSpace(id), s.url(r, "/collections/"))
		if !slices.Contains(all, id) {
			return nil, invalid([]geo.FieldError{{Pointer: "collections", Detail: "names a collection that there are no tiles of"}})
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}
