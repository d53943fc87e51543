package apifuzz

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value makes a value of a schema; name is the member or parameter it is for.
func (f *Fuzzer) value(name string, schema map[string]any, depth int) any {
	schema = f.resolved(schema)
	if depth > 8 {
		return nil
	}
	if v, ok := schema["const"]; ok {
		return v
	}
	if list := items(schema["enum"]); len(list) > 0 {
		return list[f.rng.IntN(len(list))]
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if list := items(schema[key]); len(list) > 0 {
			return f.value(name, mapping(list[f.rng.IntN(len(list))]), depth+1)
		}
	}
	if list := items(schema["allOf"]); len(list) > 0 {
		out := map[string]any{}
		for _, part := range append(list, without(schema, "allOf")) {
			if o, ok := f.value(name, mapping(part), depth+1).(map[string]any); ok {
				maps.Copy(out, o)
			}
		}
		return out
	}
	if seen := f.seen[name]; len(seen) > 0 && schema["properties"] == nil && f.one(2) {
		return seen[f.rng.IntN(len(seen))]
	}
	switch f.kind(schema) {
	case "null":
		return nil
	case "boolean":
		return f.one(2)
	case "integer":
		low, high := limits(schema, 0, 100)
		return int64(low) + f.rng.Int64N(max(1, int64(min(high-low, 1e6))+1))
	case "number":
		switch {
		case strings.HasSuffix(name, "lon"):
			return 125.5 + f.rng.Float64()*0.4
		case strings.HasSuffix(name, "lat"):
			return 43.4 + f.rng.Float64()*0.3
		}
		low, high := limits(schema, 0, 100)
		return low + f.rng.Float64()*min(high-low, 1e6)
	case "array":
		out := []any{}
		least, _ := schema["minItems"].(float64)
		for range int(least) + f.rng.IntN(4) {
			out = append(out, f.value(name, f.resolved(schema["items"]), depth+1))
		}
		return out
	case "object":
		return f.object(schema, depth)
	case "string":
		return f.text(name, schema)
	}
	return f.anything(depth)
}

// kind is the type of a schema, one of those it allows.
func (f *Fuzzer) kind(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		if len(t) > 0 {
			return fmt.Sprint(t[f.rng.IntN(len(t))])
		}
	}
	if schema["properties"] != nil {
		return "object"
	}
	return ""
}

func (f *Fuzzer) object(schema map[string]any, depth int) any {
	out := map[string]any{}
	properties := mapping(schema["properties"])
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(items(schema["required"]), any(name)) || f.one(2) {
			out[name] = f.value(name, mapping(properties[name]), depth+1)
		}
	}
	if more := mapping(schema["additionalProperties"]); more != nil {
		for range f.rng.IntN(3) {
			name := f.word()
			out[name] = f.value(name, more, depth+1)
		}
	}
	return out
}

// text makes a text of the format that a schema names.
func (f *Fuzzer) text(name string, schema map[string]any) any {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(f.rng.Int64N(int64(60*24*time.Hour))) - 30*24*time.Hour)
	switch schema["format"] {
	case "date-time":
		return now.Format(time.RFC3339)
	case "date":
		return now.Format(time.DateOnly)
	case "uuid":
		return fmt.Sprintf("%08x-0000-7000-8000-%012x", f.rng.Uint32(), f.rng.Uint32())
	case "uri":
		return f.pick("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "http://www.opengis.net/def/crs/EPSG/0/4551", "https://x.example/")
	case "binary":
		return f.pick("code,name\n1,x\n", "\xff\xd8\xff\xe0", "{}", "PK\x03\x04")
	}
	if example, ok := schema["example"].(string); ok && f.one(2) {
		return example
	}
	switch {
	case name == "bbox":
		return fmt.Sprintf("%.3f,%.3f,%.3f,%.3f", 125.5+f.rng.Float64()/5, 43.4+f.rng.Float64()/5, 125.7+f.rng.Float64()/5, 43.6+f.rng.Float64()/5)
	case strings.HasPrefix(name, "filter"):
		return f.pick("name LIKE '网%'", "S_INTERSECTS(geometry, POINT(125.6 43.5))", "code IN ('1','2') OR NOT name IS NULL", "T_AFTER(created_at, DATE('2026-01-01'))",
			"households BETWEEN 1 AND 9 AND synthetic = true", "CASEI(name) = casei('X')", "status = category", "(((((", "S_WITHIN(geometry, BBOX(1,2,3,4))", "count > 1e400")
	case strings.Contains(name, "at") || name == "from" || name == "to" || name == "datetime":
		return f.pick(now.Format(time.RFC3339), now.Format(time.DateOnly), "../"+now.Format(time.DateOnly), "2026-01-01T00:00:00Z/..")
	}
	text := f.word()
	if least, _ := schema["minLength"].(float64); len(text) < int(least) {
		text += strings.Repeat("x", int(least))
	}
	if most, ok := schema["maxLength"].(float64); ok && len(text) > int(most) {
		text = strings.ToValidUTF8(text[:int(most)], "")
	}
	return text
}

// word is a text of no format, now and then one that somebody else has trouble with.
func (f *Fuzzer) word() string {
	return f.pick("x", "网格", "grid", "220112001001001", "0", "1", "-", "a b", "%", "'", "\"", "\\", "<b>", "e\u0301", "𠮷", "null", "true", "1e9", "2026-11-01", "grid:1", "名,字", "json", "name")
}

// anything makes a value where a schema says nothing: geometry, often.
func (f *Fuzzer) anything(depth int) any {
	lon, lat := 125.5+f.rng.Float64()*0.4, 43.4+f.rng.Float64()*0.3
	ring := []any{[]any{lon, lat}, []any{lon + 0.01, lat}, []any{lon + 0.01, lat + 0.01}, []any{lon, lat}}
	switch f.rng.IntN(8) {
	case 0:
		return map[string]any{"type": "Point", "coordinates": []any{lon, lat}}
	case 1:
		return map[string]any{"type": "Polygon", "coordinates": []any{ring}}
	case 2:
		return map[string]any{"type": "MultiPolygon", "coordinates": []any{[]any{ring}}}
	case 3:
		return map[string]any{"type": "LineString", "coordinates": ring}
	case 4:
		return map[string]any{"type": "Feature", "geometry": f.anything(depth + 1), "properties": map[string]any{"category": "infrastructure"}}
	case 5:
		return []any{f.word(), lon}
	case 6:
		return lon
	}
	return f.word()
}

// spoilt makes of a value one that a server should refuse, or bear.
func (f *Fuzzer) spoilt(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		keys := slices.Sorted(maps.Keys(out))
		if len(keys) == 0 || f.one(5) {
			out[f.word()] = f.word()
			return out
		}
		if key := keys[f.rng.IntN(len(keys))]; f.one(4) {
			delete(out, key)
		} else {
			out[key] = f.spoilt(out[key])
		}
		return out
	case []any:
		if len(v) > 0 && f.one(2) {
			out := slices.Clone(v)
			i := f.rng.IntN(len(out))
			out[i] = f.spoilt(out[i])
			return out
		}
	}
	return []any{
		nil, "", true, -1, 0, 1e308, -1e-308, json.Number("1e400"), json.Number("99999999999999999999"), 9007199254740993, math64, "\x00", "a\x00b", "\xff\xfe", "\u202e", "NaN", "Infinity",
		strings.Repeat("长", 5000), strings.Repeat("[", 2000), "../../etc/passwd", "%00", "' OR 1=1 --", "${x}", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
		"294277-01-01T00:00:00Z", "-infinity", "00000000-0000-0000-0000-000000000000", []any{}, []any{nil}, map[string]any{}, deep(500), "181,91,-181,-91", "1,2,3", "1,2,3,4,5,6",
	}[f.rng.IntN(35)]
}

// math64 is the greatest integer of PostgreSQL's bigint.
const math64 = 1<<63 - 1

// deep is a list in a list, so many times.
func deep(n int) (v any) {
	for range n {
		v = []any{v}
	}
	return v
}

func without(m map[string]any, key string) map[string]any {
	out := maps.Clone(m)
	delete(out, key)
	return out
}

func limits(schema map[string]any, low, high float64) (float64, float64) {
	if v, ok := schema["minimum"].(float64); ok {
		low, high = v, max(high, v)
	}
	if v, ok := schema["maximum"].(float64); ok {
		high = max(v, low)
	}
	return low, high
}

// asText writes a value as a parameter has it: lists by commas.
func asText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = asText(v[i])
		}
		return strings.Join(parts, ",")
	case map[string]any:
		text, _ := json.Marshal(v)
		return string(text)
	}
	return fmt.Sprint(v)
}

// headerText leaves out what no client can send in a header.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
