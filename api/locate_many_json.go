package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// copier reads a JSON text and writes it again without the space between its
// tokens. Each of its methods begins at a token, stops behind the value, and
// gives false for what it leaves to encoding/json: what is no JSON, a text that
// ends too early, and what is rare.
type copier struct {
	b    []byte
	i    int    // where reading is
	from int    // what stands from here to i is not written yet
	out  []byte // what was written
	wide bool   // a string held more than ASCII

	known  map[string]*key // by how they are written
	folded map[string]int  // by the name in small letters
	shapes [maxDepth + 4][]*key
}

// key is the name of a member.
type key struct {
	text string // with its quotes
	fold int    // the same for names that differ in case alone
}

// Limits of what is remembered of a body: names, their length in bytes, and the
// members of an object, of which each is held against each.
const (
	maxKnown   = 4096
	longestKey = 128
	maxMembers = 256
)

func newCopier() *copier { return &copier{known: map[string]*key{}, folded: map[string]int{}} }

// flush writes what was read.
func (c *copier) flush() {
	c.out = append(c.out, c.b[c.from:c.i]...)
	c.from = c.i
}

// length is how long the text written would be if all read were.
func (c *copier) length() int { return len(c.out) + c.i - c.from }

// cut takes back what was written beyond a length.
func (c *copier) cut(length int) {
	c.flush()
	c.out = c.out[:length]
}

// space goes to the next token; false where there is none.
func (c *copier) space() bool {
	return c.i < len(c.b) && c.b[c.i] > ' ' || c.leaveOut()
}

func (c *copier) leaveOut() bool {
	c.flush()
	c.i = spaceEnd(c.b, c.i)
	c.from = c.i
	return c.i < len(c.b)
}

// value reads any value; depth is how deep it would nest as an array or object.
func (c *copier) value(depth int) bool {
	switch ch := c.b[c.i]; ch {
	case '"':
		return c.text()
	case '{':
		return c.object(depth)
	case '[':
		return c.array(depth)
	case 't':
		return c.literal("true")
	case 'f':
		return c.literal("false")
	case 'n':
		return c.literal("null")
	}
	end, ok := numberEnd(c.b, c.i)
	c.i = end
	return ok
}

func (c *copier) literal(s string) bool {
	if len(c.b)-c.i < len(s) || string(c.b[c.i:c.i+len(s)]) != s {
		return false
	}
	c.i += len(s)
	return true
}

// verbatim is what stands for itself in a string.
var verbatim = func() (t [256]bool) {
	for ch := ' '; ch < utf8.RuneSelf; ch++ {
		t[ch] = ch != '"' && ch != '\\'
	}
	return t
}()

// text reads a string.
func (c *copier) text() bool {
	b, i := c.b, c.i+1
	for i < len(b) {
		ch := b[i]
		switch {
		case verbatim[ch]:
			i++
		case ch == '"':
			c.i = i + 1
			return true
		case ch == '\\':
			n := escape(b[i:])
			if n == 0 {
				return false
			}
			i += n
		case ch >= utf8.RuneSelf:
			c.wide = true
			i++
		default:
			return false
		}
	}
	return false
}

// escape gives the length of the escape that b begins with; 0 for none, and for
// that of NUL, which is refused.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 || string(b[2:6]) == "0000" {
			return 0
		}
		for _, ch := range b[2:6] {
			if !(ch-'0' <= 9 || ch|0x20-'a' <= 5) {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (c *copier) array(depth int) bool {
	if depth > maxDepth {
		return false
	}
	c.i++
	if !c.space() {
		return false
	}
	if c.b[c.i] == ']' {
		c.i++
		return true
	}
	for {
		if !c.value(depth+1) || !c.space() {
			return false
		}
		switch c.b[c.i] {
		case ',':
			c.i++
			if !c.space() {
				return false
			}
		case ']':
			c.i++
			return true
		default:
			return false
		}
	}
}

func (c *copier) object(depth int) bool {
	if depth > maxDepth {
		return false
	}
	more, ok := c.begin()
	for n := 0; more; n++ {
		if c.key(&c.shapes[depth+2], n) == nil || !c.value(depth+1) {
			return false
		}
		if more, ok = c.next(); !ok {
			return false
		}
	}
	return ok
}

// begin goes into the object at i. more tells that a member follows.
func (c *copier) begin() (more, ok bool) {
	c.i++
	if !c.space() {
		return false, false
	}
	if c.b[c.i] == '}' {
		c.i++
		return false, true
	}
	return true, true
}

// next goes past the comma to the next member, or past the end of the object.
func (c *copier) next() (more, ok bool) {
	if !c.space() {
		return false, false
	}
	switch c.b[c.i] {
	case ',':
		c.i++
		return true, c.space()
	case '}':
		c.i++
		return false, true
	}
	return false, false
}

// key reads the name of the n-th member and goes to its value; nil where it is
// left out of what is read here. shape has the names of the last object in the
// same place: one that begins with the same names has none of them twice.
func (c *copier) key(shape *[]*key, n int) *key {
	var k *key
	if n < len(*shape) {
		k = (*shape)[n]
		if len(c.b)-c.i >= len(k.text) && string(c.b[c.i:c.i+len(k.text)]) == k.text {
			c.i += len(k.text)
		} else {
			k = nil
		}
	}
	if k == nil {
		if k = c.learn(shape, n); k == nil {
			return nil
		}
	}
	if !c.space() || c.b[c.i] != ':' {
		return nil
	}
	c.i++
	if !c.space() {
		return nil
	}
	return k
}

// learn reads a name that was not foreseen, and takes it into the shape unless
// it stands twice, in whatever case.
func (c *copier) learn(shape *[]*key, n int) *key {
	if c.b[c.i] != '"' || n >= maxMembers {
		return nil
	}
	end := bytes.IndexByte(c.b[c.i+1:], '"')
	if end < 0 {
		return nil
	}
	text := c.b[c.i : c.i+end+2]
	if len(text) > longestKey {
		return nil
	}
	k := c.known[string(text)]
	if k == nil {
		// Only names that are written as encoding/json writes them, and none with
		// NUL, which is refused.
		var name string
		if len(c.known) >= maxKnown || json.Unmarshal(text, &name) != nil || strings.IndexByte(name, 0) >= 0 {
			return nil
		}
		if own, err := json.Marshal(name); err != nil || !bytes.Equal(own, text) {
			return nil
		}
		low := strings.ToLower(name)
		if _, ok := c.folded[low]; !ok {
			c.folded[low] = len(c.folded)
		}
		k = &key{string(text), c.folded[low]}
		c.known[k.text] = k
	}
	for _, other := range (*shape)[:n] {
		if other.fold == k.fold {
			return nil
		}
	}
	*shape = append((*shape)[:n], k)
	c.i += len(text)
	return k
}
