package apidoc

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Member is a value with a name: a member of an object, a parameter, a header; of a
// body the name is empty.
type Member struct {
	Name, In    string
	Required    bool
	Type        []Piece
	Description string
	Notes       []Note   // bounds, default, example
	Members     []Member // of an object, or of the objects of an array or mapping
	Open        bool     // an object may have further members
}

// Piece is part of a type's name: words, the name of a schema as a link, or a
// constant.
type Piece struct{ Text, Href, Code string }

// Note says one thing more of a value.
type Note struct{ Label, Value string }

type shownSchema struct {
	Name, Anchor string
	Member       Member
}

// schemas gives the schemas that were named, and those that they name in turn.
func (v *view) schemas() []shownSchema {
	all := mapping(mapping(v.document.root["components"])["schemas"])
	done := map[string]shownSchema{}
	for len(done) < len(v.named) {
		for _, name := range slices.Sorted(maps.Keys(v.named)) {
			if _, ok := done[name]; !ok {
				done[name] = shownSchema{name, anchor("schema", name), v.member("", all[name], false)}
			}
		}
	}
	var out []shownSchema
	for _, name := range slices.Sorted(maps.Keys(done)) {
		out = append(out, done[name])
	}
	return out
}

// member gives what a page shows of a schema.
func (v *view) member(name string, schema any, required bool) Member {
	s := mapping(schema)
	m := Member{Name: name, Required: required, Type: v.typeOf(s), Description: text(s["description"])}
	for _, bound := range []struct{ key, label string }{
		{"minimum", "≥"}, {"exclusiveMinimum", ">"}, {"maximum", "≤"}, {"exclusiveMaximum", "<"},
		{"minLength", v.words.MinLength}, {"maxLength", v.words.MaxLength}, {"minItems", v.words.MinItems}, {"maxItems", v.words.MaxItems},
		{"pattern", v.words.Pattern}, {"default", v.words.Default}, {"example", v.words.Example},
	} {
		if value, ok := s[bound.key]; ok {
			m.Notes = append(m.Notes, v.note(bound.label, value))
		}
	}
	of := s
	for of["properties"] == nil {
		if items := mapping(of["items"]); items != nil {
			of = items
		} else if values := mapping(of["additionalProperties"]); values != nil {
			of = values
		} else {
			break
		}
	}
	m.Members = v.members(of)
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		for _, part := range list(s[key]) {
			m.Members = append(m.Members, v.members(mapping(part))...)
		}
	}
	open, ok := of["additionalProperties"]
	m.Open = ok && open == true && len(m.Members) > 0
	return m
}

func (v *view) members(s object) []Member {
	properties, required := mapping(s["properties"]), list(s["required"])
	var out []Member
	for _, name := range sorted(properties, required) {
		out = append(out, v.member(name, properties[name], slices.Contains(required, any(name))))
	}
	return out
}

// typeOf names the type of a schema.
func (v *view) typeOf(s object) []Piece {
	if ref, ok := s["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		v.named[name] = true
		return []Piece{{Text: name, Href: "#" + anchor("schema", name)}}
	}
	if value, ok := s["const"]; ok {
		return []Piece{{Code: compact(value)}}
	}
	if values := list(s["enum"]); values != nil {
		var out []Piece
		for i, value := range values {
			if i > 0 {
				out = append(out, Piece{Text: " | "})
			}
			out = append(out, Piece{Code: compact(value)})
		}
		return out
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if parts := list(s[key]); parts != nil {
			return v.joined(parts, v.words.Or)
		}
	}
	if parts := list(s["allOf"]); parts != nil {
		return v.joined(parts, v.words.And)
	}
	kinds := list(s["type"])
	if kinds == nil && s["type"] != nil {
		kinds = []any{s["type"]}
	}
	if s["nullable"] == true { // OpenAPI 3.0
		kinds = append(slices.Clone(kinds), "null")
	}
	var out []Piece
	for i, kind := range kinds {
		if i > 0 {
			out = append(out, Piece{Text: v.words.Or})
		}
		out = append(out, v.simple(text(kind), s)...)
	}
	if out == nil {
		return []Piece{{Text: v.words.Any}}
	}
	return out
}

// simple names a type that is one word, with what it is made of.
func (v *view) simple(kind string, s object) []Piece {
	switch items, values := mapping(s["items"]), mapping(s["additionalProperties"]); {
	case kind == "array" && len(items) > 0:
		return append([]Piece{{Text: v.words.ArrayOf}}, v.typeOf(items)...)
	case kind == "object" && len(values) > 0:
		return append([]Piece{{Text: v.words.MapOf}}, v.typeOf(values)...)
	}
	if format := text(s["format"]); format != "" && kind != "null" {
		return []Piece{{Text: kind + " (" + format + ")"}}
	}
	return []Piece{{Text: kind}}
}

// joined names a choice of types, or several at once.
func (v *view) joined(parts []any, by string) []Piece {
	var out []Piece
	for i, part := range parts {
		if i > 0 {
			out = append(out, Piece{Text: by})
		}
		out = append(out, v.typeOf(mapping(part))...)
	}
	return out
}

func (v *view) note(label string, value any) Note {
	s, ok := value.(string)
	if !ok {
		s = compact(value)
	}
	return Note{label, s}
}

// compact gives a value as JSON on one line.
func compact(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // pages and shells have ways of their own
	if err := e.Encode(value); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
