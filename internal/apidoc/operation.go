package apidoc

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// view makes what one page shows, and notes the schemas that it names.
type view struct {
	document *Document
	words    words
	server   string
	named    map[string]bool
}

// Operation is what a page shows of one.
type Operation struct {
	ID, Method, Path     string
	Summary, Description string
	Access               string // who may; empty: the document does not say
	Deprecated           bool
	Parameters           []Member
	Body                 *Body
	Responses            []Response
	Problems             []Response
	Curl                 string
}

// Body is what a request brings along.
type Body struct {
	Required    bool
	Description string
	Media       []Media
}

// Response is what may be answered with one status.
type Response struct {
	Status, Meaning, Description string
	Headers                      []Member
	Media                        []Media
}

// Media is a schema in one media type.
type Media struct {
	Type   string
	Schema Member
}

const problemMedia = "application/problem+json"

// heading gives an operation as lists have it.
func (v *view) heading(r raw) Operation {
	id := text(r.op["operationId"])
	if id == "" {
		id = anchor(r.method, r.path)
	}
	deprecated, _ := r.op["deprecated"].(bool)
	return Operation{ID: id, Method: strings.ToUpper(r.method), Path: r.path, Summary: text(r.op["summary"]), Deprecated: deprecated}
}

// operation gives everything of an operation.
func (v *view) operation(r raw) Operation {
	out := v.heading(r)
	out.Description = text(r.op["description"])
	out.Access = v.words.access(text(r.op["x-access"]))
	parameters := v.parameters(r)
	for _, p := range parameters {
		out.Parameters = append(out.Parameters, v.parameter(p))
	}
	if body := v.document.resolve(r.op["requestBody"]); body != nil {
		required, _ := body["required"].(bool)
		out.Body = &Body{Required: required, Description: text(body["description"]), Media: v.media(body, "")}
	}
	responses := mapping(r.op["responses"])
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		response := v.document.resolve(responses[status])
		shown := Response{Status: status, Description: text(response["description"]), Media: v.media(response, problemMedia)}
		if code, err := strconv.Atoi(status); err == nil {
			shown.Meaning = http.StatusText(code)
		}
		headers := mapping(response["headers"])
		for _, name := range slices.Sorted(maps.Keys(headers)) {
			header := v.document.resolve(headers[name])
			m := v.member(name, header["schema"], false)
			m.Description = text(header["description"])
			shown.Headers = append(shown.Headers, m)
		}
		if _, refused := mapping(response["content"])[problemMedia]; refused && len(shown.Media) == 0 {
			out.Problems = append(out.Problems, shown)
		} else {
			out.Responses = append(out.Responses, shown)
		}
	}
	out.Curl = v.curl(r, parameters)
	return out
}

// parameters gives those of an operation and of its path, resolved.
func (v *view) parameters(r raw) []object {
	var out []object
	for _, p := range slices.Concat(r.shared, list(r.op["parameters"])) {
		p := v.document.resolve(p)
		same := func(q object) bool { return q["name"] == p["name"] && q["in"] == p["in"] }
		if i := slices.IndexFunc(out, same); i >= 0 {
			out[i] = p // the operation's own goes first
		} else {
			out = append(out, p)
		}
	}
	return out
}

func (v *view) parameter(p object) Member {
	required, _ := p["required"].(bool)
	m := v.member(text(p["name"]), p["schema"], required)
	m.In = text(p["in"])
	if d := text(p["description"]); d != "" {
		m.Description = d
	}
	if example, ok := p["example"]; ok {
		m.Notes = append(m.Notes, v.note(v.words.Example, example))
	}
	return m
}

// media gives the schemas of a content, but for one media type.
func (v *view) media(of object, without string) []Media {
	var out []Media
	content := mapping(of["content"])
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		if kind != without {
			out = append(out, Media{kind, v.member("", mapping(content[kind])["schema"], false)})
		}
	}
	return out
}
