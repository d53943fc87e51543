package features

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// The number of features on a page: when nothing is asked for, and at most.
const (
	defaultLimit = 10
	maxLimit     = 10_000
)

// itemsQuery is the checked query of an items request.
type itemsQuery struct {
	limit    int
	bounds   []orb.Bound // lon/lat in degrees; empty: anywhere
	system   *system     // of the answer
	sort     []sortKey   // before the order of ids; nil for that alone
	filter   cql.Expr    // also what properties must be by parameters of their own; nil: all
	only     []string    // the properties of the answer; nil for all
	datetime interval
	cursor   string            // what the page before ended with
	extra    map[string]string // parameters that only this collection has
}

// values reads the query of a request and refuses every parameter that is not
// among the known ones or is there twice, all at once, as the standard asks. A
// time or plan may be there twice if it is the same: GDAL adds what it was opened
// with to every link.
func values(r *http.Request, known ...string) (url.Values, error) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, geo.Invalid("invalid-parameters", "the query string cannot be read")
	}
	var fields []geo.FieldError
	for name, texts := range v {
		switch {
		case !slices.Contains(known, name):
			fields = append(fields, geo.FieldError{Pointer: name, Detail: "there is no such parameter here"})
		case len(texts) == 2 && texts[0] == texts[1] && slices.ContainsFunc(revisionParameters, func(p parameter) bool { return p.name == name }):
			v[name] = texts[:1]
		case len(texts) > 1:
			fields = append(fields, geo.FieldError{Pointer: name, Detail: "is given more than once"})
		}
	}
	if fields != nil {
		return nil, invalid(fields)
	}
	return v, nil
}

func invalid(fields []geo.FieldError) error {
	slices.SortFunc(fields, func(a, b geo.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	return geo.Invalid("invalid-parameters", "the request has parameters that cannot be taken", fields...)
}

// itemsQuery reads the query of an items request of a collection.
func (c *collection) itemsQuery(r *http.Request) (itemsQuery, error) {
	known := []string{"limit", "bbox", "datetime", "cursor", "crs", "bbox-crs", "properties", "f",
		"sortby", "filter", "filter-lang", "filter-crs"}
	for _, p := range c.parameters() {
		known = append(known, p.name)
	}
	v, err := values(r, known...)
	if err != nil {
		return itemsQuery{}, err
	}
	q := itemsQuery{limit: defaultLimit, cursor: v.Get("cursor"), extra: map[string]string{}}
	var fields []geo.FieldError
	fault := func(name, detail string) {
		if detail != "" {
			fields = append(fields, geo.FieldError{Pointer: name, Detail: detail})
		}
	}
	if v.Has("limit") {
		n, err := strconv.Atoi(v.Get("limit"))
		if err != nil || n < 1 {
			fault("limit", "is no whole number from 1")
		}
		q.limit = min(n, maxLimit) // more than the maximum means the maximum, says the standard
	}
	var detail string
	q.system, detail = systemParam(v, "crs")
	fault("crs", detail)
	boxSystem, detail := systemParam(v, "bbox-crs")
	fault("bbox-crs", detail)
	if v.Has("bbox") && detail == "" {
		q.bounds, detail = parseBBox(v.Get("bbox"), boxSystem)
		fault("bbox", detail)
	}
	if v.Has("sortby") {
		q.sort, detail = parseSort(v.Get("sortby"), c.fields)
		fault("sortby", detail)
	}
	if v.Has("properties") {
		q.only, detail = parseNames(v.Get("properties"), c.fields)
		fault("properties", detail)
	}
	if v.Has("datetime") {
		q.datetime, detail = parseDatetime(v.Get("datetime"))
		fault("datetime", detail)
	}
	var terms []cql.Expr
	for _, f := range c.fields {
		if f.queryable && v.Has(f.name) {
			term, detail := f.equal(v.Get(f.name))
			fault(f.name, detail)
			terms = append(terms, term)
		}
	}
	for _, p := range c.extra {
		if v.Has(p.name) {
			q.extra[p.name] = v.Get(p.name)
		}
	}
	filter, faults := c.parseFilter(v)
	if fields = append(fields, faults...); fields != nil {
		return itemsQuery{}, invalid(fields)
	}
	q.filter = all(append(terms, filter)...)
	return q, nil
}

// asked gives the boundaries that the at= or plan= of a page about collections
// asks for, and the query that takes this on to what the page links to.
func (s *Server) asked(r *http.Request) (*locate.Snapshot, string, error) {
	known := []string{"f"}
	for _, p := range revisionParameters {
		known = append(known, p.name)
	}
	v, err := values(r, known...)
	if err != nil {
		return nil, "", err
	}
	delete(v, "f")
	extra, query := make(map[string]string), make(url.Values)
	for name := range v {
		extra[name] = v.Get(name)
		query.Set(name, v.Get(name))
	}
	snapshot, err := s.snapshot(r, extra)
	if err != nil || len(query) == 0 {
		return snapshot, "", err
	}
	return snapshot, "?" + query.Encode(), nil
}

// snapshot gives the boundaries that at= or plan= ask for, those in force
// where neither is given.
func (s *Server) snapshot(r *http.Request, extra map[string]string) (*locate.Snapshot, error) {
	at, hasAt := extra["at"]
	plan, hasPlan := extra["plan"]
	switch {
	case hasAt && hasPlan:
		return nil, geo.Invalid("invalid-parameters", "at and plan cannot be given together",
			geo.FieldError{Pointer: "at", Detail: "goes without plan"}, geo.FieldError{Pointer: "plan", Detail: "goes without at"})
	case hasPlan:
		return s.c.Boundaries.Plan(r.Context(), plan)
	case hasAt:
		t, err := time.Parse(time.RFC3339, strings.ReplaceAll(at, " ", "+"))
		if err != nil {
			return nil, invalid([]geo.FieldError{{Pointer: "at", Detail: "is no RFC 3339 time"}})
		}
		return s.c.Boundaries.At(r.Context(), t.UTC(), s.c.Now())
	}
	return s.c.Boundaries.Current(), nil
}
