package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxDepth is how deep arrays and objects of a JSON body may nest.
const maxDepth = 32

// object is a JSON object, strictly read.
type object struct {
	names   []string // in order
	members map[string]any
}

// parseJSON reads one JSON text: UTF-8, nothing after it, at most maxDepth
// deep, no object with a name twice in whatever case, no NUL in a string.
// Values are nil, bool, json.Number, string, []any and *object. encoding/json
// alone would take the last of {"role":"a","ROLE":"b"} for both.
func parseJSON(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, fail("malformed-json", "the text is not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, malformed(err)
	}
	p := jsonParser{json.NewDecoder(bytes.NewReader(data))}
	p.dec.UseNumber()
	v, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// malformed gives the error for what encoding/json refuses.
func malformed(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fail("malformed-json", fmt.Sprintf("%s, at byte %d", syntax.Error(), syntax.Offset))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fail("malformed-json", "the text ends too early")
	}
	return fail("malformed-json", "the text is no JSON")
}

type jsonParser struct{ dec *json.Decoder }

func (p jsonParser) value(at string, depth int) (any, error) {
	token, err := p.dec.Token()
	if err != nil {
		return nil, malformed(err)
	}
	switch t := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, fail("malformed-json", fmt.Sprintf("the text nests deeper than %d", maxDepth))
		}
		if t == '{' {
			return p.object(at, depth+1)
		}
		return p.array(at, depth+1)
	case string:
		if strings.IndexByte(t, 0) >= 0 {
			return nil, fail("malformed-json", "a string holds NUL", geo.FieldError{Pointer: at, Detail: "holds NUL"})
		}
		return t, nil
	}
	return token, nil
}

func (p jsonParser) object(at string, depth int) (*object, error) {
	o := &object{members: map[string]any{}}
	folded := map[string]bool{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, malformed(err)
		}
		name, _ := token.(string)
		here := at + "/" + escapePointer(name)
		if strings.IndexByte(name, 0) >= 0 {
			return nil, fail("malformed-json", "a name holds NUL")
		}
		if key := strings.ToLower(name); folded[key] {
			return nil, fail("malformed-json", "a name stands twice in an object",
				geo.FieldError{Pointer: here, Detail: "stands twice, perhaps in another case"})
		} else {
			folded[key] = true
		}
		v, err := p.value(here, depth)
		if err != nil {
			return nil, err
		}
		o.names = append(o.names, name)
		o.members[name] = v
	}
	_, err := p.dec.Token() // the closing brace
	return o, err
}

func (p jsonParser) array(at string, depth int) ([]any, error) {
	out := []any{}
	for p.dec.More() {
		v, err := p.value(at+"/"+strconv.Itoa(len(out)), depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := p.dec.Token()
	return out, err
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer writes a name as a JSON pointer has it, RFC 6901; one longer
// than a screen line is cut.
func escapePointer(name string) string {
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "") + "…"
	}
	return pointerEscapes.Replace(name)
}
