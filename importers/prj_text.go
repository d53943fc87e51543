package importers

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// What a description of a coordinate system may be: the longest in use, WKT2 of
// a compound system with areas of use, has some 4,000 characters, 250 nodes and
// 8 levels.
const (
	maxCRSText  = 64 << 10
	maxCRSNodes = 5000
	maxCRSDepth = 24
)

// crsNode is one node of well-known text: KEYWORD["text",1.0,NODE[…],word].
type crsNode struct {
	keyword  string // in capitals
	texts    []string
	numbers  []float64
	words    []string // bare ones, such as north
	children []*crsNode
}

// child gives the first child of one of the keywords, or nil.
func (n *crsNode) child(keywords ...string) *crsNode {
	for _, c := range n.children {
		for _, k := range keywords {
			if c.keyword == k {
				return c
			}
		}
	}
	return nil
}

// name gives the first text of a node, "" where it has none or is nil.
func (n *crsNode) name() string {
	if n == nil || len(n.texts) == 0 {
		return ""
	}
	return n.texts[0]
}

// number gives the i-th number of a node.
func (n *crsNode) number(i int) (float64, bool) {
	if n == nil || i >= len(n.numbers) {
		return 0, false
	}
	return n.numbers[i], true
}

// errCRSText is what any fault of the text is; where does not matter to anybody.
var errCRSText = errors.New("no well-known text of a coordinate system")

// parseCRSText reads WKT1 in the words of ESRI or OGC, or WKT2 (OGC 18-010r7).
// Both kinds of brackets, any white space, comments of none. Text that is no
// UTF-8 is taken for GB18030.
func parseCRSText(text string) (*crsNode, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if len(text) > maxCRSText {
		return nil, fmt.Errorf("%w: longer than %d bytes", errCRSText, maxCRSText)
	}
	if !utf8.ValidString(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().String(text)
		if err != nil {
			return nil, errCRSText
		}
		text = decoded
	}
	p := crsParser{rest: strings.TrimRight(text, "\x00 \t\r\n")}
	root, err := p.node(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, errCRSText
	}
	return root, nil
}

type crsParser struct {
	rest  string
	nodes int
}

func (p *crsParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// next takes the byte b, where it comes next.
func (p *crsParser) next(b byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != b {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// word takes letters, digits and underscores.
func (p *crsParser) word() string {
	p.space()
	n := strings.IndexFunc(p.rest, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '_'
	})
	if n < 0 {
		n = len(p.rest)
	}
	w := p.rest[:n]
	p.rest = p.rest[n:]
	return w
}

// node takes a keyword and what stands in its brackets.
func (p *crsParser) node(depth int) (*crsNode, error) {
	n := &crsNode{keyword: strings.ToUpper(p.word())}
	closing := byte(']')
	switch {
	case n.keyword == "":
		return nil, errCRSText
	case p.next('['):
	case p.next('('):
		closing = ')'
	default:
		return nil, errCRSText
	}
	return n, p.arguments(n, closing, depth)
}

// arguments takes what stands between the brackets of n, and the closing one.
func (p *crsParser) arguments(n *crsNode, closing byte, depth int) error {
	if p.nodes++; p.nodes > maxCRSNodes || depth > maxCRSDepth {
		return errCRSText
	}
	for {
		if err := p.argument(n, depth); err != nil {
			return err
		}
		switch {
		case p.next(','):
		case p.next(closing):
			return nil
		default:
			return errCRSText
		}
	}
}

// argument takes one text, number, bare word or node.
func (p *crsParser) argument(n *crsNode, depth int) error {
	p.space()
	if p.rest == "" {
		return errCRSText
	}
	switch c := p.rest[0]; {
	case c == '"':
		text, err := p.quoted()
		n.texts = append(n.texts, text)
		return err
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		v, err := p.number()
		n.numbers = append(n.numbers, v)
		return err
	}
	before := p.rest
	w := p.word()
	if w == "" {
		return errCRSText
	}
	if p.space(); p.rest == "" || p.rest[0] != '[' && p.rest[0] != '(' {
		n.words = append(n.words, w)
		return nil
	}
	p.rest = before
	c, err := p.node(depth + 1)
	if err != nil {
		return err
	}
	n.children = append(n.children, c)
	return nil
}

// quoted takes a text in quotation marks; two of them within it stand for one.
func (p *crsParser) quoted() (string, error) {
	var b strings.Builder
	for rest := p.rest[1:]; ; {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return "", errCRSText
		}
		b.WriteString(rest[:end])
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			p.rest = rest
			return b.String(), nil
		}
		b.WriteByte('"')
		rest = rest[1:]
	}
}

// number takes a finite number.
func (p *crsParser) number() (float64, error) {
	n := strings.IndexFunc(p.rest, func(r rune) bool {
		return (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' && r != 'e' && r != 'E'
	})
	if n < 0 {
		n = len(p.rest)
	}
	v, err := strconv.ParseFloat(p.rest[:n], 64)
	if err != nil {
		return 0, errCRSText
	}
	p.rest = p.rest[n:]
	return v, nil
}
