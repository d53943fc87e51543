package features

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
)

// defaultStyle is the id of the one style there is.
const defaultStyle = "gridpatrol"

// listStyles answers for /ogc/styles, in the form of OGC API – Styles (OGC
// 20-009).
func (s *Server) listStyles(w http.ResponseWriter, r *http.Request) error {
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	s.setTileHeaders(w, &t)
	return write(w, r, "application/json", map[string]any{
		"default": defaultStyle,
		"links":   []link{{s.url(r, "/styles") + t.query, "self", "application/json", "Styles"}, pageLink(s.url(r, "/styles") + t.query)},
		"styles": []map[string]any{{
			"id": defaultStyle, "title": "Everything there are tiles of",
			"links": []link{{s.url(r, "/styles/"+defaultStyle) + t.query, "stylesheet", styleType, "A MapLibre style"}},
		}},
	})
}

// oneStyle answers with a MapLibre style of the dataset's tiles.
func (s *Server) oneStyle(w http.ResponseWriter, r *http.Request) error {
	if id := mux.Vars(r)["styleId"]; id != defaultStyle {
		return fmt.Errorf("style %q: %w", id, geo.ErrNotFound)
	}
	t, err := s.tilesetOf(r)
	if err != nil {
		return err
	}
	more := "?"
	if t.query != "" {
		more = t.query + "&"
	}
	s.setTileHeaders(w, &t)
	contentType := styleType
	if t.format == formatJSON {
		contentType = "application/json"
	}
	return write(w, r, contentType, s.c.Tiles.Style(t.snapshot, t.names, s.url(r, "/tiles/"+webMercatorQuad)+more+"f="+formatTileJSON))
}
