// Package apidoc writes OpenAPI documents, 3.0 and 3.1, as pages that people
// read: HTML without a script, the frame of it in Chinese or English. The texts of
// a document stay in the language that they are in.
package apidoc

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

//go:embed page.css
var style string

//go:embed page.html
var source string

var pages = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(style) },
	"prose": prose, "inline": inline, "lines": func(s string) []string { return strings.Split(s, "\n") },
	"member": func(w words, m any) any { return struct{ W, M any }{w, m} },
}).Parse(source))

// Policy is the Content-Security-Policy that a page needs: its own style and
// nothing else.
var Policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

// Document is an OpenAPI document. It does not change; safe for concurrent use.
type Document struct {
	root   object
	groups []group // by tag, in the order of the document's tags
}

// Link leads somewhere.
type Link struct{ Title, Href string }

// Options say what a page shows.
type Options struct {
	Zh  bool   // the frame in Chinese; else in English
	Tag string // the tag whose operations are shown; empty: the list of all tags
	// Whole shows every operation on the one page. Tag is empty then.
	Whole bool
	// Base is the path of the first page; those of the tags are below it. Not
	// needed of a whole one.
	Base string
	// Server is what the addresses in examples begin with; empty: the first of the
	// document's servers.
	Server string
	// Links stand at the head of the page: the document itself, and ways back.
	Links []Link
}

// object is a mapping of a document.
type object = map[string]any

// group is the operations of a tag.
type group struct {
	name, description string
	operations        []raw
}

// raw is an operation as the document has it.
type raw struct {
	method, path string
	op           object
	shared       []any // parameters of the path
}

var methods = []string{"get", "head", "post", "put", "patch", "delete", "options", "trace"}

// Parse reads a document, which must be JSON.
func Parse(document []byte) (*Document, error) {
	d := &Document{}
	if err := json.Unmarshal(document, &d.root); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	places := map[string]int{}
	for _, v := range list(d.root["tags"]) {
		tag, _ := v.(object)
		places[text(tag["name"])] = len(d.groups)
		d.groups = append(d.groups, group{name: text(tag["name"]), description: text(tag["description"])})
	}
	paths := mapping(d.root["paths"])
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := mapping(paths[path])
		for _, method := range methods {
			op, ok := item[method].(object)
			if !ok {
				continue
			}
			tag := "default"
			if tags := list(op["tags"]); len(tags) > 0 {
				tag = text(tags[0])
			}
			at, ok := places[tag]
			if !ok {
				at = len(d.groups)
				places[tag] = at
				d.groups = append(d.groups, group{name: tag})
			}
			d.groups[at].operations = append(d.groups[at].operations, raw{method, path, op, list(item["parameters"])})
		}
	}
	d.groups = slices.DeleteFunc(d.groups, func(g group) bool { return len(g.operations) == 0 })
	return d, nil
}

// Tags lists the tags that have operations. The caller owns the slice.
func (d *Document) Tags() []string {
	out := make([]string, len(d.groups))
	for i, g := range d.groups {
		out[i] = g.name
	}
	return out
}

// page is what the template shows.
type page struct {
	Options
	W                           words
	Title, Version, Description string
	Nav                         []navItem
	Groups                      []shownGroup // with their operations in full
	Index                       []shownGroup // operations as links
	Schemas                     []shownSchema
}

type navItem struct {
	Name, Href string
	Current    bool
}

type shownGroup struct {
	Name, Description, Href string
	Operations              []Operation
}

// Page writes a page as HTML. It is to be sent with Policy. The error is
// geo.ErrNotFound for a tag that the document does not have.
func (d *Document) Page(o Options) ([]byte, error) {
	info := mapping(d.root["info"])
	p := page{Options: o, W: english, Title: text(info["title"]), Version: text(info["version"]), Description: text(info["description"])}
	if o.Zh {
		p.W = chinese
	}
	if o.Server == "" {
		if servers := list(d.root["servers"]); len(servers) > 0 {
			o.Server = text(mapping(servers[0])["url"])
		}
	}
	v := &view{document: d, words: p.W, server: strings.TrimSuffix(o.Server, "/"), named: map[string]bool{}}
	found := o.Tag == ""
	for _, g := range d.groups {
		shown := shownGroup{Name: g.name, Description: g.description, Href: "#" + anchor("tag", g.name)}
		if !o.Whole {
			shown.Href = o.Base + "/" + g.name
		}
		p.Nav = append(p.Nav, navItem{g.name, shown.Href, g.name == o.Tag})
		full := o.Whole || g.name == o.Tag
		found = found || full
		for _, r := range g.operations {
			if full {
				shown.Operations = append(shown.Operations, v.operation(r))
			} else {
				shown.Operations = append(shown.Operations, v.heading(r))
			}
		}
		if full {
			p.Groups = append(p.Groups, shown)
		} else if o.Tag == "" {
			p.Index = append(p.Index, shown)
		}
	}
	if !found {
		return nil, fmt.Errorf("tag %q: %w", o.Tag, geo.ErrNotFound)
	}
	p.Schemas = v.schemas()
	var b bytes.Buffer
	if err := pages.Execute(&b, &p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// anchor makes the name of a place on a page.
func anchor(what, name string) string {
	return what + "-" + strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' || r == '{' || r == '}' {
			return '-'
		}
		return r
	}, name)
}

// resolve follows references within the document.
func (d *Document) resolve(v any) object {
	o := mapping(v)
	for range 20 { // a circle of nothing but references is no schema
		ref, ok := o["$ref"].(string)
		if !ok {
			break
		}
		var at any = d.root
		for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = mapping(at)[step]
		}
		o = mapping(at)
	}
	return o
}

func mapping(v any) object {
	m, _ := v.(object)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// sorted gives the keys of a mapping, those that must be there first.
func sorted(o object, required []any) []string {
	first := func(name string) int {
		if slices.Contains(required, any(name)) {
			return 0
		}
		return 1
	}
	return slices.SortedFunc(maps.Keys(o), func(a, b string) int { return cmp.Or(first(a)-first(b), strings.Compare(a, b)) })
}
