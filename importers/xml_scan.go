package importers

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlScan walks over the tags and texts of XML that machines wrote, such as
// the sheets of a workbook. It does not see to it that tags match. A document
// type, which could name entities, is refused.
type xmlScan struct {
	*textWindow
	// What was gone over last: a tag, or a text.
	name    string // of a tag without its prefix; "" for a text
	attrs   []byte // of an opening tag, as they stand
	content []byte // of a text, as it stands; valid until the next one
	closing bool   // </name>
	single  bool   // <name/>
	literal bool   // a text in CDATA, without references
	names   map[string]string
}

func newXMLScan(w *textWindow) *xmlScan {
	return &xmlScan{textWindow: w, names: map[string]string{}}
}

// errXML says that something is not XML, or not what we take of it.
var errXML = errors.New("the file is not XML here")

// next goes over the next tag or text; errTextEnds where there is none.
func (x *xmlScan) next() error { return x.try(x.once) }

func (x *xmlScan) once() error {
	for {
		rest := x.b[x.i:]
		switch {
		case len(rest) == 0, rest[0] == '<' && len(rest) < 9 && !x.ended:
			return errShort
		case rest[0] != '<':
			n := bytes.IndexByte(rest, '<')
			if n < 0 {
				if !x.ended {
					return errShort
				}
				n = len(rest)
			}
			x.name, x.content, x.literal, x.closing, x.single = "", rest[:n], false, false, false
			x.i += n
			return nil
		case bytes.HasPrefix(rest, []byte("<?")):
			if err := x.past("?>"); err != nil {
				return err
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := x.past("-->"); err != nil {
				return err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			if err := x.past("]]>"); err != nil {
				return err
			}
			x.name, x.literal, x.closing, x.single = "", true, false, false
			x.content = rest[len("<![CDATA[") : len(rest)-(len(x.b)-x.i)-len("]]>")]
			return nil
		case len(rest) == 1: // the file ends with it
			return errShort
		case rest[1] == '!':
			return errXML
		default:
			return x.tag(rest)
		}
	}
}

// past goes behind the next such text.
func (x *xmlScan) past(end string) error {
	n := bytes.Index(x.b[x.i:], []byte(end))
	if n < 0 {
		return errShort
	}
	x.i += n + len(end)
	return nil
}

// tag goes over a tag.
func (x *xmlScan) tag(rest []byte) error {
	var quote byte
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"', c == '\'':
			quote = c
		case c == '<':
			return errXML
		case c == '>':
			body := rest[1:i]
			x.i += i + 1
			x.closing, x.single, x.content = false, false, nil
			if len(body) > 0 && body[0] == '/' {
				x.closing, body = true, body[1:]
			} else if len(body) > 0 && body[len(body)-1] == '/' {
				x.single, body = true, body[:len(body)-1]
			}
			end := bytes.IndexAny(body, " \t\r\n")
			if end < 0 {
				end = len(body)
			}
			x.attrs = body[end:]
			return x.setName(body[:end])
		}
	}
	return errShort
}

// setName keeps one string of each name, as far as there are not too many.
func (x *xmlScan) setName(raw []byte) error {
	if i := bytes.IndexByte(raw, ':'); i >= 0 {
		raw = raw[i+1:]
	}
	if len(raw) == 0 {
		return errXML
	}
	name, ok := x.names[string(raw)]
	if !ok {
		name = string(raw)
		if len(x.names) < 200 && len(raw) < 100 {
			x.names[name] = name
		}
	}
	x.name = name
	return nil
}

// attr gives an attribute of the opening tag gone over last, "" where it is not
// there. A prefix of it does not count.
func (x *xmlScan) attr(name string) string {
	rest := x.attrs
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		if i := bytes.IndexByte(key, ':'); i >= 0 {
			key = key[i+1:]
		}
		if string(key) == name {
			return string(appendXMLText(nil, rest[1:1+end]))
		}
		rest = rest[end+2:]
	}
}

// appendText appends the text gone over last.
func (x *xmlScan) appendText(dst []byte) []byte {
	if x.literal {
		return append(dst, x.content...)
	}
	return appendXMLText(dst, x.content)
}

// xmlEntities are the five that XML knows without being told.
var xmlEntities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// appendXMLText appends a text with its references resolved; what is none stays
// as it stands.
func appendXMLText(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		end := bytes.IndexByte(raw[:min(len(raw), 12)], ';')
		if end < 0 {
			dst, raw = append(dst, '&'), raw[1:]
			continue
		}
		name := string(raw[1:end])
		if s, ok := xmlEntities[name]; ok {
			dst = append(dst, s...)
		} else if r, ok := xmlCharacter(name); ok {
			dst = utf8.AppendRune(dst, r)
		} else {
			dst = append(dst, raw[:end+1]...)
		}
		raw = raw[end+1:]
	}
}

// xmlCharacter gives the character of a reference such as #x5c6f.
func xmlCharacter(name string) (rune, bool) {
	number, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, is := strings.CutPrefix(number, "x"); is {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 21)
	return rune(n), ok && err == nil && utf8.ValidRune(rune(n))
}
