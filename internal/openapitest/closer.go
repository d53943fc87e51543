package openapitest

import (
	"slices"
	"strings"
)

// closer makes schemas refuse members that they do not name. It holds the schemas
// of the components by name.
type closer map[string]any

// combining are the keywords whose schemas say more of the same value.
var combining = []string{"allOf", "anyOf", "oneOf"}

// whole closes a schema that stands alone for a value: what it refers to and
// combines counts as named too, so that an object may be another and more.
func (c closer) whole(v any) {
	s := mapping(v) // nil for true and false
	if s == nil {
		return
	}
	c.parts(s)
	_, additional := s["additionalProperties"]
	_, unevaluated := s["unevaluatedProperties"]
	if c.names(s) && !additional && !unevaluated {
		s["unevaluatedProperties"] = false
	}
}

// parts closes what is within a schema, and leaves itself open.
func (c closer) parts(v any) {
	s := mapping(v)
	for _, key := range []string{"items", "additionalProperties", "contains"} {
		if s[key] != nil {
			c.whole(s[key])
		}
	}
	for _, member := range mapping(s["properties"]) {
		c.whole(member)
	}
	items, _ := s["prefixItems"].([]any)
	for _, item := range items {
		c.whole(item)
	}
	for _, key := range combining {
		list, _ := s[key].([]any)
		for _, part := range list {
			c.parts(part)
		}
	}
}

// names reports whether a schema has any members by name: one that has none is
// for whatever there is.
func (c closer) names(v any) bool {
	s := mapping(v)
	if s["properties"] != nil {
		return true
	}
	if ref, ok := s["$ref"].(string); ok && c.names(c[strings.TrimPrefix(ref, "#/components/schemas/")]) {
		return true
	}
	return slices.ContainsFunc(combining, func(key string) bool {
		list, _ := s[key].([]any)
		return slices.ContainsFunc(list, c.names)
	})
}
