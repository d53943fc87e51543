// Package openapi holds the OpenAPI 3.1 document of the HTTP API: YAML files,
// one a noun, in a shorter form that Document writes out.
//
// Where OpenAPI has a schema, a file may have instead
//
//   - a text: the name of a schema (Report), or string, integer, number,
//     boolean, any, time (RFC 3339), date, uuid, uri; []X is an array of X,
//     {}X an object whose members are X, X|null is X or null, =x the constant x;
//   - a list: the texts that are possible;
//   - a mapping with is, such a text, and more to say beside it;
//   - a mapping with props: an object with these members; those with their
//     name in parentheses may be missing. With is besides, it is that object and
//     these members.
//
// A parameter may be the name of one of components/parameters, and the content
// of a media type a schema's text. An operation has besides
//
//   - access: anyone, signed_in, how open the server has to be for people
//     without an account (none, lookup, map), or the action that an account or
//     token must be allowed; security and the problems of credentials follow;
//   - problems: the codes of the problems that can come, besides those that can
//     come everywhere; the responses follow from problems.yaml;
//   - cached: true where it has an ETag and may answer 304.
package openapi

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml problems.yaml components.yaml nouns/*.yaml
var files embed.FS

// object is a mapping of the document.
type object = map[string]any

// Document gives the whole document as JSON. The caller must not change it.
// The error is one of the files embedded, which a test keeps away.
var Document = sync.OnceValues(func() ([]byte, error) {
	d, err := read(files)
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
})

// Problems gives every problem that the document knows, by its code. The caller
// must not change it.
var Problems = sync.OnceValues(func() (map[string]Problem, error) {
	var out map[string]Problem
	err := load(files, "problems.yaml", &out)
	return out, err
})

// read merges the files and writes them out.
func read(files fs.FS) (object, error) {
	out := object{}
	if err := load(files, "openapi.yaml", &out); err != nil {
		return nil, err
	}
	problems, err := Problems()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "nouns/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range append([]string{"components.yaml"}, names...) {
		part := object{}
		if err := load(files, name, &part); err != nil {
			return nil, err
		}
		if err := merge(out, part); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	w := writer{problems}
	if err := w.document(out); err != nil {
		return nil, err
	}
	return out, unresolved(out, out)
}

func load(files fs.FS, name string, into any) error {
	text, err := fs.ReadFile(files, name)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// merge puts the paths and components of a part into the whole; nothing may be
// there twice.
func merge(whole, part object) error {
	for key, v := range part {
		from, ok := v.(object)
		if !ok || key != "paths" && key != "components" {
			return fmt.Errorf("%s has no place here", key)
		}
		into := within(whole, key)
		for name, v := range from {
			if key == "paths" {
				if _, ok := into[name]; ok {
					return fmt.Errorf("%s is there twice", name)
				}
				into[name] = v
				continue
			}
			group, ok := v.(object)
			if !ok {
				return fmt.Errorf("%s is no mapping", name)
			}
			for component, v := range group {
				if _, ok := within(into, name)[component]; ok {
					return fmt.Errorf("%s is there twice", component)
				}
				within(into, name)[component] = v
			}
		}
	}
	return nil
}

// within gives the mapping under a key, and makes it where there is none.
func within(o object, key string) object {
	in, ok := o[key].(object)
	if !ok {
		in = object{}
		o[key] = in
	}
	return in
}

// unresolved names references that lead nowhere.
func unresolved(whole object, v any) error {
	switch v := v.(type) {
	case object:
		if ref, ok := v["$ref"].(string); ok {
			var at any = whole
			for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				in, _ := at.(object)
				at = in[step]
			}
			if at == nil {
				return fmt.Errorf("%s leads nowhere", ref)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := unresolved(whole, v[key]); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := unresolved(whole, item); err != nil {
				return err
			}
		}
	}
	return nil
}
