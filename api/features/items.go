package features

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// feature is a GeoJSON feature (RFC 7946).
type feature struct {
	Type       string            `json:"type"` // "Feature"
	ID         string            `json:"id"`
	Geometry   *geojson.Geometry `json:"geometry"`
	Properties map[string]any    `json:"properties"`
	Links      []link            `json:"links,omitempty"` // of a feature that comes alone
}

func newFeature(id string, g orb.Geometry, properties map[string]any) feature {
	return feature{Type: "Feature", ID: id, Geometry: geojson.NewGeometry(g), Properties: properties}
}

// featurePage is a page of items as the standard describes it.
type featurePage struct {
	Type     string    `json:"type"` // "FeatureCollection"
	Features []feature `json:"features"`
	Links    []link    `json:"links"`
	Matched  *int      `json:"numberMatched,omitempty"`
	Returned int       `json:"numberReturned"`
	Time     string    `json:"timeStamp"`
}

const geoJSON = "application/geo+json"

func (s *Server) items(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	q, err := c.itemsQuery(r)
	if err != nil {
		return err
	}
	p, err := c.source.page(r, q)
	if err != nil {
		return err
	}
	path := "/collections/" + c.id
	self := s.url(r, path+"/items")
	here := self
	if r.URL.RawQuery != "" {
		here += "?" + r.URL.Query().Encode()
	}
	out := featurePage{
		Type: "FeatureCollection", Features: p.features, Returned: len(p.features),
		Time: s.c.Now().UTC().Format(time.RFC3339),
		Links: []link{
			{here, "self", geoJSON, "This page"},
			{s.url(r, path), "collection", "application/json", c.title},
		},
	}
	if out.Features == nil {
		out.Features = []feature{}
	}
	if p.matched >= 0 {
		out.Matched = &p.matched
	}
	if p.next != "" {
		next := r.URL.Query()
		next.Set("cursor", p.next)
		next.Set("limit", strconv.Itoa(q.limit))
		out.Links = append(out.Links, link{self + "?" + next.Encode(), "next", geoJSON, "Next page"})
	}
	c.setHeaders(w)
	return write(w, r, geoJSON, out)
}

func (s *Server) item(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	known := []string{"crs"}
	for _, p := range c.extra {
		known = append(known, p.name)
	}
	v, err := values(r, known...)
	if err != nil {
		return err
	}
	if faults := otherCRS(v); faults != nil {
		return invalid(faults)
	}
	extra := make(map[string]string)
	for _, p := range c.extra {
		if v.Has(p.name) {
			extra[p.name] = v.Get(p.name)
		}
	}
	f, err := c.source.feature(r, mux.Vars(r)["item"], extra)
	if err != nil {
		return err
	}
	path := "/collections/" + c.id
	self := s.url(r, path+"/items/"+f.ID)
	if len(v) > 0 { // such as those of a plan, or of another time
		self += "?" + v.Encode()
	}
	f.Links = []link{
		{self, "self", geoJSON, "This feature"},
		{s.url(r, path), "collection", "application/json", c.title},
	}
	c.setHeaders(w)
	return write(w, r, geoJSON, f)
}

// setHeaders says which coordinates follow, as OGC API – Features part 2 asks,
// and who may keep the answer.
func (c *collection) setHeaders(w http.ResponseWriter) {
	w.Header().Set("Content-Crs", "<"+crs84+">")
	if c.personal {
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Add("Vary", "Authorization, Cookie")
	}
}
