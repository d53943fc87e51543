package features

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/etag"
)

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
	if p.release != nil {
		defer p.release()
	}
	path := "/collections/" + c.id
	self := s.url(r, path+"/items")
	here := self
	if r.URL.RawQuery != "" {
		here += "?" + r.URL.Query().Encode()
	}
	links := []link{
		{here, "self", geoJSON, "This page"},
		pageLink(here),
		{s.url(r, path), "collection", "application/json", c.title},
	}
	if p.next != "" {
		next := r.URL.Query()
		next.Set("cursor", p.next)
		next.Set("limit", strconv.Itoa(q.limit))
		links = append(links, link{self + "?" + next.Encode(), "next", geoJSON, "Next page"})
	}
	c.setHeaders(w, q.system, links)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "public, no-cache")
	}
	if p.tag != "" {
		tag := etag.Of([]byte(p.tag + " " + here))
		w.Header().Set("ETag", tag)
		if etag.NoneMatch(r.Header, tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	e := encoder{q.system, c.fields, q.only}
	return e.writePage(w, p, links, s.c.Now())
}

func (s *Server) item(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	known := []string{"crs", "f"}
	for _, p := range c.extra {
		known = append(known, p.name)
	}
	v, err := values(r, known...)
	if err != nil {
		return err
	}
	system, fault := systemParam(v, "crs")
	if fault != "" {
		return invalid([]geo.FieldError{{Pointer: "crs", Detail: fault}})
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
	self := s.url(r, path+"/items/"+f.id)
	if len(v) > 0 { // such as those of a plan, or of another time
		self += "?" + v.Encode()
	}
	links := []link{
		{self, "self", geoJSON, "This feature"},
		pageLink(self),
		{s.url(r, path), "collection", "application/json", c.title},
	}
	e := encoder{system: system, fields: c.fields}
	data, err := e.appendFeature(nil, &f, links)
	if err != nil {
		return err
	}
	c.setHeaders(w, system, links)
	writeBytes(w, r, geoJSON, data)
	return nil
}

// setHeaders says which coordinates follow, as OGC API – Features part 2 asks,
// where to go from here, and who may keep the answer.
func (c *collection) setHeaders(w http.ResponseWriter, in *system, links []link) {
	w.Header().Set("Content-Crs", "<"+in.uri+">")
	for _, l := range links {
		w.Header().Add("Link", fmt.Sprintf(`<%s>; rel="%s"; type="%s"`, l.Href, l.Rel, l.Type))
	}
	if c.personal {
		setPrivate(w)
	}
}

// setPrivate says that the answer depends on who asks.
func setPrivate(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Add("Vary", "Authorization, Cookie")
}
