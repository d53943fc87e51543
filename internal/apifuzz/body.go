package apifuzz

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"slices"
	"strings"
)

// fill gives a request the body that its operation asks for.
func (f *Fuzzer) fill(r *Request, body map[string]any, wrong bool) {
	content := mapping(body["content"])
	if len(content) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(content))
	kind := names[f.rng.IntN(len(names))]
	if body["required"] != true && f.one(3) || wrong && f.one(10) {
		return // nothing at all
	}
	r.Header["Content-Type"] = kind
	schema := f.resolved(mapping(content[kind])["schema"])
	v := f.value("", schema, 0)
	for wrong && f.one(2) {
		v = f.spoilt(v)
	}
	switch {
	case kind == "multipart/form-data":
		r.Body, r.Header["Content-Type"] = f.form(v)
	case strings.HasSuffix(kind, "json"):
		r.Body = asJSON(v)
		if list := items(v); strings.HasSuffix(kind, "seq") || strings.Contains(kind, "ndjson") {
			r.Body = nil
			for _, item := range list {
				r.Body = append(append(r.Body, asJSON(item)...), '\n')
			}
		}
	default:
		r.Body = []byte(asText(v))
	}
	if wrong && f.one(8) && len(r.Body) > 0 {
		r.Body = r.Body[:f.rng.IntN(len(r.Body))]
	}
	if wrong && f.one(8) {
		r.Header["Content-Type"] = f.pick("text/plain", "application/json; charset=latin1", "multipart/form-data", "application/xml", "x", "multipart/form-data; boundary=x")
	}
}

// form writes the members of an object as the parts of a form.
func (f *Fuzzer) form(v any) ([]byte, string) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	_ = w.SetBoundary(fmt.Sprintf("b%016x", f.rng.Uint64())) // one that may be
	members := mapping(v)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		values := items(members[name])
		if values == nil {
			values = []any{members[name]}
		}
		for i, v := range values {
			text, ok := v.(string)
			if !ok {
				_ = w.WriteField(name, string(asJSON(v)))
				continue
			}
			part, err := w.CreateFormFile(name, fmt.Sprintf("f%d.%s", i, f.pick("csv", "jpg", "geojson", "zip", "xlsx", "kml", "")))
			if err == nil {
				_, _ = part.Write([]byte(text))
			}
		}
	}
	_ = w.Close() // a buffer takes everything
	return out.Bytes(), w.FormDataContentType()
}

// asJSON writes a value; one that cannot be written is null.
func asJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}

// keptValues is how many values of a member are kept.
const keptValues = 40

// Learn looks an answer through for values.
func (f *Fuzzer) Learn(r Request, status int, body []byte) {
	if status >= 300 || len(body) > 1<<20 {
		return
	}
	var v any
	if json.Unmarshal(body, &v) != nil {
		return
	}
	path, _, _ := strings.Cut(r.URL, "?")
	steps := strings.Split(strings.Trim(path, "/"), "/")
	f.learn(steps[len(steps)-1], "", v, 0)
}

// learn keeps the simple values of an answer; of is what the list is of.
func (f *Fuzzer) learn(of, name string, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if _, list := v[key].([]any); list && depth < 2 && key != "features" {
				of = key
			}
			if key != "coordinates" && key != "type" {
				f.learn(of, key, v[key], depth+1)
			}
		}
	case []any:
		for _, item := range v[:min(len(v), 10)] {
			f.learn(of, name, item, depth+1)
		}
	case string, float64:
		if name == "" || len(fmt.Sprint(v)) > 200 {
			return
		}
		for _, key := range []string{name, of + "/" + name} {
			kept := f.seen[key]
			switch {
			case slices.Contains(kept, v):
			case len(kept) < keptValues:
				f.seen[key] = append(kept, v)
			default:
				kept[f.rng.IntN(len(kept))] = v
			}
		}
	}
}

// known gives for a variable of a path a value that the server has, mostly.
func (f *Fuzzer) known(name, of string, otherwise any) any {
	for _, key := range []string{of + "/" + name, of + "/id", of + "/code", name} {
		if seen := f.seen[key]; len(seen) > 0 && !f.one(10) {
			return seen[f.rng.IntN(len(seen))]
		}
	}
	return otherwise
}

// Teach adds values for a member or parameter.
func (f *Fuzzer) Teach(name string, values ...any) { f.seen[name] = append(f.seen[name], values...) }
