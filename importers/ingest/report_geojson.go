package ingest

import (
	"encoding/json"
	"io"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/importers"
)

// WriteGeoJSON writes the problems of the report as a FeatureCollection, each a
// point in lon/lat where it has a place; the rest of the report stands before
// them.
func (r *Report) WriteGeoJSON(w io.Writer) error {
	head, err := properties(r, "problems")
	if err != nil {
		return err
	}
	var failed error
	err = importers.WriteGeoJSON(w, importers.Collection{Name: "problems", Head: head, Features: func(yield func(importers.Feature) bool) {
		for _, p := range r.Problems {
			var f importers.Feature
			if f.Properties, failed = properties(p, "lon", "lat"); failed != nil {
				return
			}
			if p.At != nil {
				f.Geometry = orb.Point(*p.At)
			}
			if !yield(f) {
				return
			}
		}
	}})
	if failed != nil {
		return failed
	}
	return err
}

// properties gives the members of a value's JSON, sorted by name, without some.
func properties(v any, without ...string) ([]importers.Property, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	var out []importers.Property
	for name, value := range members {
		if !slices.Contains(without, name) {
			out = append(out, importers.Property{Name: name, Value: value})
		}
	}
	slices.SortFunc(out, func(a, b importers.Property) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out, nil
}
