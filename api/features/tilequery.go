package features

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

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
func (s *Server) tilesetOf(r *http.Request) (tileset, error) {
	t := tileset{names: s.drawn()}
	known := []string{"f", "at", "plan", "collections"}
	if inPath(r) {
		c, err := s.collection(r)
		if err != nil {
			return tileset{}, err
		}
		if !slices.Contains(t.names, c.id) {
			return tileset{}, geo.ErrNotFound
		}
		t.of, t.names, t.path, known = c, []string{c.id}, "/collections/"+c.id, []string{"f"}
		if s.revised(c.id) {
			known = []string{"f", "at", "plan"}
		}
	}
	v, err := values(r, known...)
	if err != nil {
		return tileset{}, err
	}
	t.format = formatOf(r)
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
