package openapitest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// operation is a path of the document with what its methods may answer.
type operation struct {
	path    string
	steps   []string
	methods map[string]map[string]response // by method and status
}

// response is what an answer of one status may be.
type response struct {
	media   map[string]string // by media type the name of a schema; empty: none
	headers []string          // in their canonical form
}

// operationsOf reads the paths of a document, those with fewer variables first,
// and puts the schemas of answers into schemas, numbered.
func operationsOf(document, schemas map[string]any) (out []*operation) {
	for path, v := range mapping(document["paths"]) {
		o := &operation{path, strings.Split(path, "/"), map[string]map[string]response{}}
		for method, v := range mapping(v) {
			responses := map[string]response{}
			for status, v := range mapping(mapping(v)["responses"]) {
				one := response{media: map[string]string{}}
				for name := range mapping(mapping(v)["headers"]) {
					one.headers = append(one.headers, http.CanonicalHeaderKey(name))
				}
				for kind, v := range mapping(mapping(v)["content"]) {
					kind, _, _ := strings.Cut(kind, ";")
					one.media[kind] = ""
					if s := mapping(v)["schema"]; s != nil {
						one.media[kind] = strconv.Itoa(len(schemas))
						schemas[one.media[kind]] = s
					}
				}
				responses[status] = one
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
