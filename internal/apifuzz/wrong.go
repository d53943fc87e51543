package apifuzz

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// WrongParameters makes of every GET operation one request for each parameter of
// the query whose schema says what it may be, in which this one is something else,
// and one request with a parameter that there is not. All the rest is as
// documented, so a server refuses the request for that parameter alone.
func (f *Fuzzer) WrongParameters() []Request {
	var all []Request
	for i := range f.operations {
		o := &f.operations[i]
		if o.method != http.MethodGet {
			continue
		}
		all = append(all, f.asked(o, "no-such-parameter", "1"))
		for _, p := range o.parameters {
			name, _ := p["name"].(string)
			if text, ok := f.wrong(f.resolved(p["schema"])); ok && p["in"] == "query" {
				all = append(all, f.asked(o, name, text))
			}
		}
	}
	return all
}

// OtherMethods makes one request of each path with each method that the document
// does not have there; HEAD is where GET is.
func (f *Fuzzer) OtherMethods() []Request {
	methods := map[string][]string{}
	var first []*operation
	for i := range f.operations {
		o := &f.operations[i]
		if methods[o.path] == nil {
			first = append(first, o)
		}
		methods[o.path] = append(methods[o.path], o.method)
	}
	var all []Request
	for _, o := range first {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if !slices.Contains(methods[o.path], method) {
				r := f.asked(o, "", "")
				r.Method, r.Of = method, method+" "+o.path
				all = append(all, r)
			}
		}
	}
	return all
}

// asked makes a request of an operation with one parameter of the query besides
// those that are required.
func (f *Fuzzer) asked(o *operation, name, text string) Request {
	path, query := o.path, url.Values{}
	if name != "" {
		query.Set(name, text)
	}
	for _, p := range o.parameters {
		other, _ := p["name"].(string)
		switch {
		case p["in"] == "path":
			v := f.known(other, before(o.path, other), f.value(other, f.resolved(p["schema"]), 0))
			step := strings.ReplaceAll(asText(v), "/", "") // two steps would be another path, and none too
			path = strings.ReplaceAll(path, "{"+other+"}", url.PathEscape(cmp.Or(step, "1")))
		case p["in"] == "query" && p["required"] == true && other != name:
			query.Set(other, asText(f.value(other, f.resolved(p["schema"]), 0)))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return Request{Method: o.method, URL: path, Header: map[string]string{}, Of: o.method + " " + o.path + " " + name}
}

// wrong gives a text that the schema does not allow; ok is false where it allows
// every text, or does not say.
func (f *Fuzzer) wrong(schema map[string]any) (text string, ok bool) {
	if items(schema["enum"]) != nil {
		return "no-such-value", true
	}
	switch schema["type"] {
	case "integer", "number", "boolean":
		return "abc", true
	case "array":
		return f.wrong(f.resolved(schema["items"]))
	}
	switch schema["format"] {
	case "date-time", "date", "uuid":
		return "abc", true
	}
	return "", false
}
