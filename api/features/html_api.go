package features

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// described is the part of an OpenAPI document that its page shows.
type described struct {
	Info struct {
		Title, Description string
	} `json:"info"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths map[string]struct {
		Get *describedOperation `json:"get"`
	} `json:"paths"`
	Components struct {
		Parameters map[string]describedParameter `json:"parameters"`
	} `json:"components"`
}

type describedOperation struct {
	OperationID string               `json:"operationId"`
	Summary     string               `json:"summary"`
	Description string               `json:"description"`
	Parameters  []describedParameter `json:"parameters"`
	Responses   map[string]struct {
		Description string         `json:"description"`
		Content     map[string]any `json:"content"`
	} `json:"responses"`
}

type describedParameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Schema      struct {
		Type    string `json:"type"`
		Enum    []any  `json:"enum"`
		Default any    `json:"default"`
		Items   struct {
			Type string `json:"type"`
			Enum []any  `json:"enum"`
		} `json:"items"`
	} `json:"schema"`
}

// apiPage shows the OpenAPI document: every operation with its parameters and
// answers. What the document says is in English.
func (s *Server) apiPage(p *htmlPage, document []byte) error {
	var d described
	if err := read(document, &d); err != nil {
		return err
	}
	p.Title = p.Say("API 说明", "The API")
	p.crumbs()
	p.also("OpenAPI 3.0", formatJSON, openAPIType)
	p.Text = []string{p.Say("OGC API 的全部操作及其参数。操作的说明文字为英文。", d.Info.Description)}
	groups := map[string]*part{}
	var order []string
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		o := d.Paths[path].Get
		if o == nil {
			continue
		}
		title := p.groupOf(path)
		if groups[title] == nil {
			groups[title] = &part{Title: title}
			order = append(order, title)
		}
		groups[title].Parts = append(groups[title].Parts, folded{o.Summary, "GET " + path, p.operation(&d, o)})
	}
	for _, title := range order {
		p.Parts = append(p.Parts, *groups[title])
	}
	for _, server := range d.Servers {
		p.Links = append(p.Links, anchor{Text: p.Say("服务地址", "The server"), Href: server.URL})
	}
	return nil
}

// groupOf names the collection that a path belongs to.
func (p *htmlPage) groupOf(path string) string {
	rest, ok := strings.CutPrefix(path, "/collections/")
	if !ok {
		return p.Say("整体", "The whole")
	}
	id, _, _ := strings.Cut(rest, "/")
	return p.collectionTitle(id, id)
}

// operation shows an operation.
func (p *htmlPage) operation(d *described, o *describedOperation) part {
	var out part
	if o.Description != "" {
		out.Text = []string{o.Description}
	}
	if len(o.Parameters) > 0 {
		t := &table{Label: o.OperationID, Head: []fact{{Label: p.Say("参数", "Parameter")}, {Label: p.Say("说明", "Meaning")}, {Label: p.Say("取值", "Values")}}}
		for _, q := range o.Parameters {
			if name, ok := strings.CutPrefix(q.Ref, "#/components/parameters/"); ok {
				q = d.Components.Parameters[name]
			}
			t.Rows = append(t.Rows, []entry{{Text: q.Name, Code: true}, {Text: q.Description}, {Text: q.values(), Code: true}})
		}
		out.Table = t
	}
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		answer := o.Responses[status]
		label := status
		if n, err := strconv.Atoi(status); err == nil {
			label += " " + http.StatusText(n)
		}
		out.Facts = append(out.Facts, fact{Label: label, Value: entry{Text: strings.Join(slices.Sorted(maps.Keys(answer.Content)), ", "), Code: true}})
	}
	return out
}

// values says what a parameter can be.
func (q *describedParameter) values() string {
	kind, known := q.Schema.Type, q.Schema.Enum
	if kind == "array" {
		kind, known = kind+" of "+q.Schema.Items.Type, q.Schema.Items.Enum
	}
	if len(known) > 0 {
		texts := make([]string, len(known))
		for i, v := range known {
			texts[i] = fmt.Sprint(v)
		}
		kind = strings.Join(texts, " | ")
	}
	if q.Schema.Default != nil {
		kind += fmt.Sprintf(" = %v", q.Schema.Default)
	}
	return kind
}
