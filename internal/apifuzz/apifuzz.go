// Package apifuzz makes requests from an OpenAPI document for tests: such as
// their schemas allow, and such as they do not. What a server answers is looked
// through for values, ids among them, that later requests use.
package apifuzz

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
)

// Fuzzer makes requests. It is not safe for concurrent use.
type Fuzzer struct {
	rng        *rand.Rand
	root       map[string]any
	operations []operation
	seen       map[string][]any // what answers held, by the member's name
	next       int
}

// operation is a method of a path.
type operation struct {
	method, path string
	parameters   []map[string]any
	body         map[string]any
	answers      []string // media types
}

// Request is one to be sent.
type Request struct {
	Method string
	URL    string // path and query
	Header map[string]string
	Body   []byte
	Of     string // the operation, method and path
	Stream bool   // the answer may not end
}

// New reads a document, OpenAPI 3.0 or 3.1. The paths of its requests begin with
// prefix. The same seed and the same answers give the same requests.
func New(document []byte, prefix string, seed uint64) (*Fuzzer, error) {
	f := &Fuzzer{rng: rand.New(rand.NewPCG(seed, 1)), seen: map[string][]any{}}
	if err := json.Unmarshal(document, &f.root); err != nil {
		return nil, fmt.Errorf("the document is no JSON: %w", err)
	}
	paths := mapping(f.root["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := mapping(paths[path])
		for _, method := range slices.Sorted(maps.Keys(item)) {
			op := mapping(item[method])
			if op["responses"] == nil {
				continue // parameters of the whole path, say
			}
			o := operation{method: strings.ToUpper(method), path: prefix + path, body: f.resolved(op["requestBody"])}
			for _, list := range []any{item["parameters"], op["parameters"]} {
				for _, p := range items(list) {
					o.parameters = append(o.parameters, f.resolved(p))
				}
			}
			for _, r := range mapping(op["responses"]) {
				o.answers = append(o.answers, slices.Collect(maps.Keys(mapping(f.resolved(r)["content"])))...)
			}
			slices.Sort(o.answers)
			f.operations = append(f.operations, o)
		}
	}
	if len(f.operations) == 0 {
		return nil, fmt.Errorf("the document has no operation")
	}
	return f, nil
}

// Operations is how many the document has. As many requests have one of each.
func (f *Fuzzer) Operations() int { return len(f.operations) }

// Next makes a request of the next operation.
func (f *Fuzzer) Next() Request {
	o := &f.operations[f.next%len(f.operations)]
	f.next++
	r := Request{Method: o.method, Header: map[string]string{}, Of: o.method + " " + o.path, Stream: slices.Contains(o.answers, "text/event-stream")}
	wrong := f.one(3) // a third of requests has something that is not as documented
	path, query := o.path, url.Values{}
	for _, p := range o.parameters {
		name, _ := p["name"].(string)
		in := p["in"]
		if p["required"] != true && !f.one(3) || in == "path" && !strings.Contains(path, "{"+name+"}") {
			continue
		}
		v := f.value(name, f.resolved(p["schema"]), 0)
		if in == "path" {
			v = f.known(name, before(o.path, name), v)
		}
		if wrong && f.one(3) {
			v = f.spoilt(v)
		}
		text := asText(v)
		switch in {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(text))
		case "query":
			query.Add(name, text)
			if wrong && f.one(8) {
				query.Add(name, asText(f.spoilt(v)))
			}
		case "header":
			r.Header[name] = headerText(text)
		}
	}
	if wrong && f.one(6) {
		query.Add(f.word(), f.word())
	}
	r.URL = path
	if len(query) > 0 {
		r.URL += "?" + query.Encode()
	}
	f.headers(&r, o)
	f.fill(&r, o.body, wrong)
	if wrong && f.one(12) {
		r.Method = f.pick("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
	}
	return r
}

// headers adds what any request may say.
func (f *Fuzzer) headers(r *Request, o *operation) {
	if len(o.answers) > 0 && f.one(4) {
		r.Header["Accept"] = o.answers[f.rng.IntN(len(o.answers))]
	}
	for _, name := range slices.Sorted(maps.Keys(usual)) {
		if n := f.rng.IntN(40); n < len(usual[name]) {
			r.Header[name] = usual[name][n]
		}
	}
}

// usual are headers that clients send anywhere, not all as they should.
var usual = map[string][]string{
	"Accept":          {"", "text/html", "x/y;q=2", "*/*;q=0"},
	"Accept-Encoding": {"gzip", "zstd", "identity;q=0", "br, *;q=0"},
	"Accept-Language": {"zh", "en;q=x", "😀"},
	"If-None-Match":   {"*", `"x"`, `W/"1", "2"`, "x"},
	"Origin":          {"https://elsewhere.example", "null"},
	"Range":           {"bytes=0-10", "bytes=-5", "bytes=9-1", "x"},
}

// before is the step of a path that stands before a variable: plans in /plans/{id}.
func before(path, name string) string {
	steps := strings.Split(path, "/")
	if i := slices.Index(steps, "{"+name+"}"); i > 0 {
		return strings.Trim(steps[i-1], "{}")
	}
	return ""
}

// one is true once in n times.
func (f *Fuzzer) one(n int) bool { return f.rng.IntN(n) == 0 }

func (f *Fuzzer) pick(of ...string) string { return of[f.rng.IntN(len(of))] }

// resolved follows the references of a mapping.
func (f *Fuzzer) resolved(v any) map[string]any {
	m := mapping(v)
	for range 10 {
		ref, ok := m["$ref"].(string)
		if !ok {
			break
		}
		var at any = f.root
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = mapping(at)[step]
		}
		m = mapping(at)
	}
	return m
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}
