package features

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// collection is one collection of features: what it is called, which
// properties its features have, and where they come from.
type collection struct {
	id, title, description string

	fields []field
	extra  []parameter // besides limit, bbox, datetime, cursor and the queryables
	source source

	personal bool    // what comes out depends on who asks
	inside   []field // that come besides for who reads reports as they are
}

// field is a property that every feature of a collection has; null where it is
// unknown.
type field struct {
	name, kind string // kind: "string", "integer", "number" or "boolean", as OpenAPI has it, or "date-time"
	queryable  bool   // an items request may ask for features by it
}

// parameter is a query parameter of an items request.
type parameter struct {
	name, description, kind string
}

// parameters gives the query parameters that only this collection has: its
// queryables, then others.
func (c *collection) parameters() []parameter {
	var out []parameter
	for _, f := range c.fields {
		if f.queryable {
			out = append(out, parameter{f.name, "features whose " + f.name + " is this", f.kind})
		}
	}
	return append(out, c.extra...)
}

// ofRevision reports whether the collection is the boundaries of a revision, or
// of a draft.
func (c *collection) ofRevision() bool {
	_, is := c.source.(*areas)
	return is
}

// source gives the features of a collection.
type source interface {
	// page gives those that pass the query, in an order that stays, after
	// the query's cursor.
	page(r *http.Request, q itemsQuery) (page, error)
	// feature gives one by its id, else geo.ErrNotFound. Extra are the
	// collection's own parameters.
	feature(r *http.Request, id string, extra map[string]string) (feature, error)
}

// page is a stretch of a collection.
type page struct {
	features []feature
	matched  int    // features on all pages; -1 where counting costs too much
	next     string // cursor of the page after; empty on the last
	release  func() // called when the page is sent; nil where there is nothing to give back
	tag      string // changes when what features are taken from does; empty where nobody knows
}

// The parameters of what belongs to a revision.
var revisionParameters = []parameter{
	{"at", "the boundaries in force at this time", "string"},
	{"plan", "the boundaries of a draft", "string"},
}

func (s *Server) allCollections() []*collection {
	area := func(k geo.Kind, title string, more ...field) *collection {
		fields := append([]field{
			{"code", "string", true}, {"name", "string", true}, {"name_en", "string", true},
			{"parent", "string", true}, {"area_m2", "number", false}, {"synthetic", "boolean", true},
		}, more...)
		return &collection{k.Plural(), title, title + " as published", fields, revisionParameters, &areas{s, k, fields}, false, nil}
	}
	people := []field{{"households", "integer", true}, {"population", "integer", true}}
	with := func(more ...field) []field { return append(more, people...) }
	hot := []field{{"h3", "string", true}, {"count", "integer", true}, {"suppressed", "boolean", true},
		{"rate", "number", true}, {"households", "number", true}, {"z_score", "number", true}, {"p_value", "number", true},
		{"significant", "boolean", true}, {"analysis_h3", "string", true}}
	return []*collection{
		area(geo.District, "District"),
		area(geo.Township, "Townships and streets"),
		area(geo.Village, "Villages, communities and special units", with(field{"unit_type", "string", true})...),
		area(geo.VillageGroup, "Village groups", people...),
		area(geo.Grid, "Patrol grids", with(field{"class", "string", true})...),
		area(geo.Compound, "Residential compounds", people...),
		{"roads", "Roads", "Roads and tracks of the base map",
			[]field{{"class", "string", true}, {"name", "string", true}}, nil, &roads{s}, false, nil},
		{"reports", "Reports", "Reports, newest first. Without an account positions are rounded to some 50 m, " +
			"to some 500 m where private life is concerned.", reportFields, nil, &reports{s}, true, reportFieldsInside},
		{"hotspots", "Hot spots", "Reports counted by H3 cell, with the rate per 1,000 households and the Getis-Ord Gi* statistics " +
			"of the cell of resolution 8. Without an account over the last 7, 30, 90 or 365 days or a month of the calendar, and without count and rate " +
			"where the count is small; with an account for some areas counted of these alone, without rates and statistics.", hot, []parameter{
			{"category", "reports of these categories, separated by commas", "string"},
			{"status", "reports in these states, separated by commas", "string"},
			{"resolution", "H3 resolution of the cells, 4 to 10; 8 where it is not given", "integer"},
			{"variable", "what the statistics compare: count, or rate for reports per 1,000 households; count where it is not given", "string"},
		}, &hotspots{s}, true, nil},
	}
}

// collection gives the collection that a request names, with the fields that its
// sender is shown.
func (s *Server) collection(r *http.Request) (*collection, error) {
	id := mux.Vars(r)["collection"]
	for _, c := range s.collections {
		if c.id != id {
			continue
		}
		if c.inside != nil && s.viewer(r).ReadsReports() {
			own := *c
			own.fields = slices.Concat(c.fields, c.inside)
			return &own, nil
		}
		return c, nil
	}
	return nil, fmt.Errorf("collection %q: %w", id, geo.ErrNotFound)
}

// collectionDocument is a collection as the standard describes it.
type collectionDocument struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Attribution string   `json:"attribution,omitempty"`
	Extent      extent   `json:"extent"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
	Links       []link   `json:"links"`
}

type extent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

// temporalExtent is the time that the features of a collection are of; a nil end
// is open.
type temporalExtent struct {
	Interval [][2]*time.Time `json:"interval"`
	TRS      string          `json:"trs"`
}

const gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

// temporal gives the time that a collection is of: of areas that from the first
// revision on; reports and hot spots may be as old as anybody imports them.
// Nil where features have no time, or there are none.
func (s *Server) temporal(r *http.Request, c *collection) (*temporalExtent, error) {
	switch c.source.(type) {
	case *areas:
		began, err := s.c.Boundaries.Began(r.Context())
		if err != nil || began.IsZero() {
			return nil, err
		}
		return &temporalExtent{[][2]*time.Time{{&began, nil}}, gregorian}, nil
	case *roads:
		return nil, nil
	}
	return &temporalExtent{[][2]*time.Time{{nil, nil}}, gregorian}, nil
}

// document describes a collection, of other boundaries than those in force where
// a query asks for them; the query goes on to the links.
func (s *Server) document(r *http.Request, c *collection, snapshot *locate.Snapshot, query string) (collectionDocument, error) {
	self := s.url(r, "/collections/"+c.id)
	d := collectionDocument{
		ID: c.id, Title: c.title, Description: c.description, ItemType: "feature",
		CRS: systemURIs(), StorageCRS: crs84,
		Links: []link{
			{self + query, "self", "application/json", c.title},
			pageLink(self + query),
			{self + "/items" + query, "items", "application/geo+json", c.title + " as GeoJSON"},
			{self + "/queryables" + query, relQueryables, schemaType, "What features can be asked for by"},
		},
	}
	if _, ok := s.c.Tiles.Layer(c.id); ok {
		d.Links = append(d.Links, s.tilesetLink(r, "/collections/"+c.id, query))
	}
	box := [4]float64{-180, -90, 180, 90}
	if snapshot.Index.Len() > 0 {
		b := snapshot.Index.Bound()
		box = [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		if synthetic(snapshot) {
			d.Attribution = "synthetic data: every boundary is invented"
		}
	}
	d.Extent.Spatial.BBox = [][4]float64{box}
	d.Extent.Spatial.CRS = crs84
	var err error
	d.Extent.Temporal, err = s.temporal(r, c)
	return d, err
}

func (s *Server) listCollections(w http.ResponseWriter, r *http.Request) error {
	snapshot, query, err := s.asked(r)
	if err != nil {
		return err
	}
	var documents []collectionDocument
	for _, c := range s.collections {
		of, own := snapshot, query
		if !c.ofRevision() {
			// Another time is only one of boundaries. GDAL would ask the other
			// collections with the same query, which they refuse.
			if query != "" {
				continue
			}
			of, own = s.c.Boundaries.Current(), ""
		}
		d, err := s.document(r, c, of, own)
		if err != nil {
			return err
		}
		documents = append(documents, d)
	}
	return write(w, r, "application/json", map[string]any{
		"links":       []link{{s.url(r, "/collections") + query, "self", "application/json", "Collections"}, pageLink(s.url(r, "/collections") + query)},
		"collections": documents,
	})
}

func (s *Server) oneCollection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	if !c.ofRevision() {
		if _, err := values(r, "f"); err != nil {
			return err
		}
		d, err := s.document(r, c, s.c.Boundaries.Current(), "")
		if err != nil {
			return err
		}
		return write(w, r, "application/json", d)
	}
	snapshot, query, err := s.asked(r)
	if err != nil {
		return err
	}
	d, err := s.document(r, c, snapshot, query)
	if err != nil {
		return err
	}
	return write(w, r, "application/json", d)
}
