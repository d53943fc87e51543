package tiles

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// query reads the query of a request and refuses every parameter that is not
// among the known ones or is there twice, all at once.
func query(r *http.Request, known ...string) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, geo.Invalid("invalid-parameters", "the query string cannot be read")
	}
	var fields []geo.FieldError
	for name, v := range values {
		switch {
		case !slices.Contains(known, name):
			fields = append(fields, geo.FieldError{Pointer: name, Detail: "there is no such parameter here"})
		case len(v) > 1:
			fields = append(fields, geo.FieldError{Pointer: name, Detail: "is given more than once"})
		}
	}
	if fields != nil {
		slices.SortFunc(fields, func(a, b geo.FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
		return nil, geo.Invalid("invalid-parameters", "the request has parameters that cannot be taken", fields...)
	}
	return values, nil
}

// snapshot gives the boundaries that at= or plan= ask for, those in force
// where neither is given.
func (s *Server) snapshot(r *http.Request, q url.Values) (*locate.Snapshot, error) {
	switch {
	case q.Has("at") && q.Has("plan"):
		return nil, geo.Invalid("invalid-parameters", "at and plan cannot be given together",
			geo.FieldError{Pointer: "at", Detail: "goes without plan"}, geo.FieldError{Pointer: "plan", Detail: "goes without at"})
	case q.Has("plan"):
		return s.c.Boundaries.Plan(r.Context(), q.Get("plan"))
	case q.Has("at"):
		at, err := timeParam(q, "at")
		if err != nil {
			return nil, err
		}
		return s.c.Boundaries.At(r.Context(), at, s.c.Now())
	}
	return s.c.Boundaries.Current(), nil
}

// timeParam reads an RFC 3339 time; the zero time where it is not given.
func timeParam(q url.Values, name string) (time.Time, error) {
	if !q.Has(name) {
		return time.Time{}, nil
	}
	// A plus sign in a query means a space; a time zone is written with one.
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(q.Get(name), " ", "+"))
	if err != nil {
		return time.Time{}, geo.Invalid("invalid-parameters", "a time is written as RFC 3339 has it, such as 2026-09-01T08:00:00Z",
			geo.FieldError{Pointer: name, Detail: "is no RFC 3339 time"})
	}
	return t.UTC(), nil
}

// tileParam reads layer and tile from the path. An unknown layer, a zoom the
// layer does not have and a place off the map are geo.ErrNotFound.
func (s *Server) tileParam(r *http.Request) (*layer, maptile.Tile, error) {
	v := mux.Vars(r)
	l, ok := s.layers[v["layer"]]
	if !ok {
		return nil, maptile.Tile{}, fmt.Errorf("layer %q: %w", v["layer"], geo.ErrNotFound)
	}
	z, errZ := strconv.ParseUint(v["z"], 10, 8)
	x, errX := strconv.ParseUint(v["x"], 10, 32)
	y, errY := strconv.ParseUint(v["y"], 10, 32)
	if errZ != nil || int(z) < l.minZoom || int(z) > l.maxZoom {
		return nil, maptile.Tile{}, fmt.Errorf("layer %s at zoom %s (it has %d to %d): %w", l.name, v["z"], l.minZoom, l.maxZoom, geo.ErrNotFound)
	}
	if errX != nil || errY != nil || x>>z != 0 || y>>z != 0 {
		return nil, maptile.Tile{}, fmt.Errorf("tile %s/%s/%s: %w", v["z"], v["x"], v["y"], geo.ErrNotFound)
	}
	return l, maptile.New(uint32(x), uint32(y), maptile.Zoom(z)), nil
}

// filterParams reads the parameters that narrow reports down: from, to,
// category, status, overdue; more may name variable and exposure besides. All that cannot be
// read are refused at once; whether there are such categories and states is
// asked elsewhere.
func filterParams(r *http.Request, more ...string) (HotspotQuery, error) {
	values, err := query(r, append(more, "from", "to", "category", "status", "overdue")...)
	if err != nil {
		return HotspotQuery{}, err
	}
	var fields []geo.FieldError
	instant := func(name string) time.Time {
		t, err := timeParam(values, name)
		if p, ok := errors.AsType[*geo.Problem](err); ok {
			fields = append(fields, p.Fields...)
		}
		return t
	}
	q := HotspotQuery{
		From:     instant("from"),
		To:       instant("to"),
		Category: listParam(values.Get("category")),
		Status:   listParam(values.Get("status")),
		Variable: hotspot.Variable(values.Get("variable")),
		Exposure: Exposure(values.Get("exposure")),
	}
	switch values.Get("overdue") {
	case "true":
		q.Overdue = true
	case "", "false":
	default:
		fields = append(fields, geo.FieldError{Pointer: "overdue", Detail: "is neither true nor false"})
	}
	if fields != nil {
		return HotspotQuery{}, geo.Invalid("invalid-parameters", "the request has parameters that cannot be taken", fields...)
	}
	return q, nil
}

// listParam reads texts separated by commas; none in an empty text.
func listParam(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
