package openapitest

import (
	"slices"
	"strconv"
	"strings"
)

// operation is a path of the document with what its methods may answer.
type operation struct {
	path  string
	steps []string
	// by method, status and media type the name of a schema; empty: none
	methods map[string]map[string]map[string]string
}

// operationsOf reads the paths of a document, those with fewer variables first,
// and puts the schemas of answers into schemas, numbered.
func operationsOf(document, schemas map[string]any) (out []*operation) {
	for path, v := range mapping(document["paths"]) {
		o := &operation{path, strings.Split(path, "/"), map[string]map[string]map[string]string{}}
		for method, v := range mapping(v) {
			responses := map[string]map[string]string{}
			for status, v := range mapping(mapping(v)["responses"]) {
				media := map[string]string{}
				for kind, v := range mapping(mapping(v)["content"]) {
					kind, _, _ := strings.Cut(kind, ";")
					media[kind] = ""
					if s := mapping(v)["schema"]; s != nil {
						media[kind] = strconv.Itoa(len(schemas))
						schemas[media[kind]] = s
					}
				}
				responses[status] = media
			}
			o.methods[strings.ToUpper(method)] = responses
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *operation) int {
		if n := strings.Count(a.path, "{") - strings.Count(b.path, "{"); n != 0 {
			return n
		}
		return strings.Compare(a.path, b.path)
	})
	return out
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// operation gives the operation of a path; nil where the document has none.
func (c *Checker) operation(path string) *operation {
	path, ok := strings.CutPrefix(path, c.base)
	if !ok || path != "" && path[0] != '/' {
		return nil
	}
	if path == "" {
		path = "/"
	}
	steps := strings.Split(path, "/")
	for _, o := range c.operations {
		if slices.EqualFunc(o.steps, steps, func(template, step string) bool {
			return template == step || strings.HasPrefix(template, "{") && step != ""
		}) {
			return o
		}
	}
	return nil
}
