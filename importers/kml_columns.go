package importers

import (
	"slices"
	"strings"
)

// kmlOwn are the elements of a placemark that are columns where any has them.
var kmlOwn = []string{"name", "description", "when", "begin", "end"}

// kmlColumns are the columns of a file: what placemarks have of their own, the
// folder, then what schemas announce and data bring, in the order of the file.
type kmlColumns struct {
	names  []string
	kinds  []ValueType
	own    map[string]bool
	data   []string
	at     map[string]int // of data
	folder bool
}

// learn takes the names that a placemark has.
func (c *kmlColumns) learn(w *kmlWalk, p *kmlPlacemark) error {
	if c.own == nil {
		c.own, c.at = map[string]bool{}, map[string]int{}
	}
	for name := range p.texts {
		c.own[name] = true
	}
	for _, d := range p.data {
		if _, ok := c.at[d.name]; !ok {
			if len(c.data) >= w.limits.Columns {
				return w.tooManyColumns()
			}
			c.at[d.name] = len(c.data)
			c.data = append(c.data, d.name)
		}
	}
	return nil
}

// finish settles the order; folder says that the folder is a column.
func (c *kmlColumns) finish(w *kmlWalk, folder bool) {
	c.folder = folder
	kinds := map[string]ValueType{}
	var announced []string
	for _, f := range w.fields {
		if !slices.Contains(announced, f.name) {
			announced = append(announced, f.name)
		}
		switch strings.ToLower(f.kind) {
		case "int", "uint", "short", "ushort", "float", "double":
			kinds[f.name] = Number
		case "bool":
			kinds[f.name] = Bool
		}
	}
	for _, name := range c.data {
		if !slices.Contains(announced, name) {
			announced = append(announced, name)
		}
	}
	for _, name := range kmlOwn {
		if c.own[name] {
			c.names, c.kinds = append(c.names, name), append(c.kinds, Text)
		}
	}
	if folder {
		c.names, c.kinds = append(c.names, "folder"), append(c.kinds, Text)
	}
	c.at = map[string]int{}
	for _, name := range announced {
		c.at[name] = len(c.names)
		kind := kinds[name]
		if kind == Null {
			kind = Text
		}
		c.names, c.kinds = append(c.names, name), append(c.kinds, kind)
	}
}

// values gives the values of a placemark, in out.
func (c *kmlColumns) values(p *kmlPlacemark, out []Value) []Value {
	for range c.names {
		out = append(out, Value{})
	}
	i := 0
	for _, name := range kmlOwn {
		if c.own[name] {
			if text, ok := p.texts[name]; ok {
				out[i] = Value{text, Text}
			}
			i++
		}
	}
	if c.folder {
		out[i] = Value{p.folder, Text}
	}
	for _, d := range p.data {
		at, ok := c.at[d.name]
		if !ok {
			continue // of a file that changed since
		}
		out[at] = kmlValue(d.text, c.kinds[at])
	}
	return out
}

// kmlValue gives a value as what its schema announces, as text where it is none.
func kmlValue(text string, kind ValueType) Value {
	switch kind {
	case Number:
		if _, ok := kmlNumber(text); !ok {
			kind = Text
		}
	case Bool:
		switch strings.ToLower(text) {
		case "1", "true":
			return Value{"true", Bool}
		case "0", "false":
			return Value{"false", Bool}
		}
		kind = Text
	}
	return Value{text, kind}
}
