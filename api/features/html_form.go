package features

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// form asks for other features of a collection.
type form struct {
	Action         string
	Title, Submit  string
	Clear, Cleared string // the way to all features
	Inputs, Hidden []input
	Open           bool // something is asked for
}

// input is one thing to ask for by; with options it is one of them.
type input struct {
	Name, Label, Value, Hint string
	Options                  []option
}

type option struct {
	Value, Text string
	Chosen      bool
}

// itemsForm gives the form that asks for features of a collection, filled with
// what was asked for.
func (p *htmlPage) itemsForm(c *collection) *form {
	asked := p.r.URL.Query()
	path := p.to("/collections/" + c.id + "/items")
	address, err := url.Parse(p.local(path))
	if err != nil {
		return nil
	}
	address.RawQuery = "" // that of a form's address is thrown away
	f := &form{
		Action: address.String(), Title: p.Say("筛选", "Filter"), Submit: p.Say("查询", "Show"),
		Clear: path, Cleared: p.Say("全部要素", "All features"),
	}
	add := func(in input) {
		in.Value = asked.Get(in.Name)
		in.Label = fieldWords.of(p.tongue, in.Name)
		for i := range in.Options {
			in.Options[i].Chosen = in.Options[i].Value == in.Value
		}
		f.Open = f.Open || in.Value != "" && in.Name != "limit"
		f.Inputs = append(f.Inputs, in)
	}
	known := []string{"cursor"} // of a page of what was asked before
	for _, q := range c.parameters() {
		if !slices.ContainsFunc(revisionParameters, func(r parameter) bool { return r.name == q.name }) {
			add(input{Name: q.name, Options: p.options(c, q)})
		}
	}
	add(input{Name: "bbox", Hint: p.Say("西,南,东,北(度)", "west,south,east,north (degrees)")})
	add(input{Name: "datetime", Hint: "2026-01-01T00:00:00Z/.."})
	add(input{Name: "filter", Hint: c.exampleFilter()})
	order := []option{{"", p.Say("默认", "as it is"), false}}
	for _, field := range c.fields {
		label := fieldWords.of(p.tongue, field.name)
		order = append(order, option{field.name, label + " ↑", false}, option{"-" + field.name, label + " ↓", false})
	}
	if text := asked.Get("sortby"); text != "" && !slices.ContainsFunc(order, func(o option) bool { return o.Value == text }) {
		order = append(order, option{text, text, true})
	}
	add(input{Name: "sortby", Options: order})
	var sizes []option
	numbers := []int{defaultLimit, 50, 100, maxShown}
	if n, err := strconv.Atoi(asked.Get("limit")); err == nil && n > 0 && !slices.Contains(numbers, n) {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		sizes = append(sizes, option{strconv.Itoa(n), count(n), false})
	}
	add(input{Name: "limit", Options: sizes})
	for _, in := range f.Inputs {
		known = append(known, in.Name)
	}
	for name := range asked {
		if !slices.Contains(known, name) {
			f.Hidden = append(f.Hidden, input{Name: name, Value: asked.Get(name)})
		}
	}
	if p.forced {
		f.Hidden = append(f.Hidden, input{Name: "f", Value: formatHTML})
	}
	slices.SortFunc(f.Hidden, func(a, b input) int { return strings.Compare(a.Name, b.Name) })
	return f
}

// exampleFilter shows how filters are written.
func (c *collection) exampleFilter() string {
	for _, f := range c.fields {
		if f.queryable && f.kind == "string" {
			return f.name + " LIKE '22%'"
		}
	}
	return ""
}

// options gives what a parameter can be, where that is a short list.
func (p *htmlPage) options(c *collection, q parameter) []option {
	all := []option{{"", p.Say("不限", "any"), false}}
	switch {
	case q.kind == "boolean":
		return append(all, option{"true", p.Say("是", "yes"), false}, option{"false", p.Say("否", "no"), false})
	case q.name == "category" && c.personal:
		for _, known := range p.server.c.Duties.Current().Rulebook.Categories {
			all = append(all, option{known.Code, p.Say(known.Name, known.NameEn), false})
		}
		return all
	case q.name == "status" && c.personal:
		for _, s := range patrol.Statuses() {
			all = append(all, option{string(s), statusWords.of(p.tongue, string(s)), false})
		}
		return all
	}
	return nil
}
