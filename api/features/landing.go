package features

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gridpatrol/gridpatrol/internal/etag"
)

// link is a link of a document; its address is always absolute.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
}

const openAPIType = "application/vnd.oai.openapi+json;version=3.0"

// url gives the absolute address of a path below /ogc.
func (s *Server) url(r *http.Request, path string) string { return s.c.PublicURL(r) + "/ogc" + path }

func (s *Server) landing(w http.ResponseWriter, r *http.Request) error {
	_, query, err := s.asked(r)
	if err != nil {
		return err
	}
	return write(w, r, "application/json", map[string]any{
		"title":       "gridpatrol",
		"description": "Areas of grassroots governance, reports and hot spots",
		"links": []link{
			{s.url(r, "") + query, "self", "application/json", "This page"},
			pageLink(s.url(r, "") + query),
			{s.url(r, "/api") + query, "service-desc", openAPIType, "The API as OpenAPI 3.0"},
			{withFormat(s.url(r, "/api")+query, formatHTML), "service-doc", htmlType, "The API, to read"},
			{s.url(r, "/conformance") + query, "conformance", "application/json", "The parts of the standard that are kept"},
			{s.url(r, "/collections") + query, "data", "application/json", "The collections"},
			s.tilesetLink(r, "", query),
			{s.url(r, "/tileMatrixSets"), relTilingSchemes, "application/json", "The tile matrix sets"},
			{s.url(r, "/styles") + query, relStyles, "application/json", "The styles"},
		},
	})
}

func (s *Server) conformance(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := s.asked(r); err != nil {
		return err
	}
	return write(w, r, "application/json", map[string]any{"conformsTo": append([]string{
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
		"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
		"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
		"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
		"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
		"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
		"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
		"http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
		"http://www.opengis.net/spec/cql2/1.0/conf/property-property",
	}, tileClasses...)})
}

// write sends a document with an ETag over its bytes, or 304 to who has it.
// The ETag is weak: compressed or not, the document is the same.
func write(w http.ResponseWriter, r *http.Request, contentType string, document any) error {
	data, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	writeBytes(w, r, contentType, data)
	return nil
}

// writeBytes is write for a document that is encoded.
func writeBytes(w http.ResponseWriter, r *http.Request, contentType string, data []byte) {
	h := w.Header()
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "public, no-cache")
	}
	tag := etag.Of(data)
	h.Set("ETag", tag)
	if etag.NoneMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	_, _ = w.Write(data) // the client may be gone; there is nobody else to tell
}
