package importers

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// jsonColumns are the names of properties, in the order in which they were first
// met. Features of a file mostly have the same ones in the same order: the one
// that comes next is tried first.
type jsonColumns struct {
	names []string
	index map[string]int
	raw   [][]byte // each as it last stood in the file
	next  int
	room  []byte
}

// newJSONColumns gives columns with these names, which are not there twice.
func newJSONColumns(names ...string) *jsonColumns {
	c := &jsonColumns{index: make(map[string]int, len(names))}
	for _, n := range names {
		c.add(n)
	}
	return c
}

func (c *jsonColumns) add(name string) int {
	i := len(c.names)
	c.index[name] = i
	c.names = append(c.names, name)
	c.raw = append(c.raw, nil)
	return i
}

// find gives the column of a name as it stands between its quotes, and the name
// where there is none.
func (c *jsonColumns) find(raw []byte, escaped bool) (i int, name string) {
	if c.next < len(c.raw) && string(c.raw[c.next]) == string(raw) && c.raw[c.next] != nil {
		i = c.next
		c.next++
		return i, ""
	}
	text := raw
	if escaped {
		c.room, _ = appendUnescaped(c.room[:0], raw)
		text = c.room
	}
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	i, ok := c.index[string(text)]
	if !ok {
		return -1, string(text)
	}
	c.raw[i] = append(c.raw[i][:0], raw...)
	c.next = i + 1
	return i, ""
}

// jsonNameBytes is how long the name of a property may be.
const jsonNameBytes = 1000

// learn is find, and adds what is new as far as the limit goes; it is false
// where the limit keeps a name out.
func (c *jsonColumns) learn(raw []byte, escaped bool, limit int) bool {
	i, name := c.find(raw, escaped)
	switch {
	case i >= 0:
		return true
	case len(c.names) >= limit || len(name) > jsonNameBytes:
		return false
	}
	i = c.add(name)
	c.raw[i] = append([]byte{}, raw...)
	c.next = i + 1
	return true
}

func tooManyColumns(limit int) Problem {
	return Problem{
		Problem: ProblemLimit,
		Detail:  fmt.Sprintf("there are more than %d columns, or one has a name of more than %d bytes", limit, jsonNameBytes),
		Values:  map[string]any{"limit": limit, "what": "columns"},
	}
}
