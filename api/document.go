package api

import (
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/api/openapi"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/apidoc"
)

// docsPath is where the pages of the document begin.
const docsPath = "/api/v1/docs"

// documentRead is the document as its pages are made of it.
var documentRead = sync.OnceValues(func() (*apidoc.Document, error) {
	text, err := openapi.Document()
	if err != nil {
		return nil, err
	}
	return apidoc.Parse(text)
})

// readDocument answers GET /api/v1/openapi.json: the OpenAPI document, with the
// address of this server.
func (s *Server) readDocument(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	text, err := openapi.Document()
	if err != nil {
		return err
	}
	if base := s.baseURL(r); base != "" {
		servers, err := encode([]map[string]string{{"url": base}})
		if err != nil {
			return err
		}
		text = slices.Concat([]byte(`{"servers":`), servers, []byte(","), text[1:])
	}
	// Not as application/vnd.oai.openapi+json: browsers would save it, and every
	// reader of such documents takes JSON.
	return tagged(w, r, "application/json", text)
}

// readDocs answers GET /api/v1/docs and /api/v1/docs/{tag}: the document as pages
// that people read.
func (s *Server) readDocs(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	document, err := documentRead()
	if err != nil {
		return err
	}
	zh := prefersChinese(r.Header.Get("Accept-Language"))
	page, err := document.Page(apidoc.Options{
		Zh: zh, Tag: mux.Vars(r)["tag"], Base: docsPath, Server: s.baseURL(r),
		Links: []apidoc.Link{{Title: "OpenAPI 3.1", Href: "/api/v1/openapi.json"}, {Title: "OGC API", Href: "/ogc"}, {Title: "/about", Href: "/about"}},
	})
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("tag")
	case err != nil:
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", apidoc.Policy)
	h.Set("Content-Language", map[bool]string{true: "zh-CN", false: "en"}[zh])
	h.Add("Vary", "Accept-Language")
	return tagged(w, r, "text/html; charset=utf-8", page)
}
