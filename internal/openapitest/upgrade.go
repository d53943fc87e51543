package openapitest

import "slices"

// upgrade makes JSON schemas of those of OpenAPI 3.0 within v, which say by
// nullable that a value may be null too.
func upgrade(v any) {
	switch v := v.(type) {
	case map[string]any:
		if v["nullable"] == true {
			delete(v, "nullable")
			if kind, ok := v["type"].(string); ok {
				v["type"] = []any{kind, "null"}
			}
			if values, ok := v["enum"].([]any); ok {
				v["enum"] = append(slices.Clone(values), nil)
			}
		}
		for _, in := range v {
			upgrade(in)
		}
	case []any:
		for _, in := range v {
			upgrade(in)
		}
	}
}
