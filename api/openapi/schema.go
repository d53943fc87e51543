package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// basics are the schemas that have a name in the short form only.
var basics = map[string]object{
	"string": {"type": "string"}, "integer": {"type": "integer"}, "number": {"type": "number"}, "boolean": {"type": "boolean"}, "any": {},
	"time": {"type": "string", "format": "date-time"}, "date": {"type": "string", "format": "date"},
	"uuid": {"type": "string", "format": "uuid"}, "uri": {"type": "string", "format": "uri"},
}

// named gives the schema that a text of the short form names.
func named(text string) (object, error) {
	if inner, ok := strings.CutSuffix(text, "|null"); ok {
		s, err := named(inner)
		if t, simple := s["type"].(string); simple && s["enum"] == nil && s["const"] == nil {
			s["type"] = []any{t, "null"}
			return s, err
		}
		return object{"anyOf": []any{s, object{"type": "null"}}}, err
	}
	if inner, ok := strings.CutPrefix(text, "[]"); ok {
		s, err := named(inner)
		return object{"type": "array", "items": s}, err
	}
	if inner, ok := strings.CutPrefix(text, "{}"); ok {
		s, err := named(inner)
		return object{"type": "object", "additionalProperties": s}, err
	}
	if constant, ok := strings.CutPrefix(text, "="); ok {
		return object{"type": "string", "const": constant}, nil
	}
	if s, ok := basics[text]; ok {
		return maps.Clone(s), nil
	}
	if text == "" || text[0] < 'A' || text[0] > 'Z' {
		return nil, fmt.Errorf("%q names no schema", text)
	}
	return object{"$ref": "#/components/schemas/" + text}, nil
}

// schema writes out a schema of the short form.
func schema(v any) (object, error) {
	switch v := v.(type) {
	case string:
		return named(v)
	case []any:
		return object{"type": "string", "enum": v}, nil
	case object:
		return written(v)
	}
	return nil, fmt.Errorf("%v is no schema", v)
}

// written writes out a mapping, and what is within it.
func written(v object) (object, error) {
	out := object{}
	if is, ok := v["is"]; ok {
		s, err := schema(is)
		if err != nil {
			return nil, err
		}
		// Beside a reference members say more of the same object.
		if _, more := v["props"]; more && s["$ref"] != nil {
			s = object{"allOf": []any{s}}
		}
		maps.Copy(out, s)
	}
	for key, in := range v {
		var err error
		switch key {
		case "is":
		case "props":
			err = members(out, in)
		case "items", "additionalProperties", "contains", "not", "propertyNames":
			if closed, ok := in.(bool); ok {
				out[key] = closed
				continue
			}
			out[key], err = schema(in)
		case "anyOf", "oneOf", "allOf", "prefixItems":
			list, ok := in.([]any)
			if !ok {
				return nil, fmt.Errorf("%s is no list", key)
			}
			all := make([]any, len(list))
			for i := range list {
				if all[i], err = schema(list[i]); err != nil {
					break
				}
			}
			out[key] = all
		default:
			out[key] = in
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return out, nil
}

// members writes out props: the properties of an object and which are required.
func members(out object, v any) error {
	props, ok := v.(object)
	if !ok {
		return fmt.Errorf("%v is no mapping", v)
	}
	properties, required := object{}, []any{}
	for _, name := range slices.Sorted(maps.Keys(props)) {
		s, err := schema(props[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		bare := strings.Trim(name, "()")
		properties[bare] = s
		if bare == name {
			required = append(required, bare)
		}
	}
	out["type"], out["properties"] = "object", properties
	if len(required) > 0 {
		out["required"] = required
	}
	return nil
}
