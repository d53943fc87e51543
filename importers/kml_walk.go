package importers

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"
)

// kmlToken bounds one piece of XML: a tag with its attributes, or the text
// between two tags. The coordinates of 50,000 vertices have some 3 MB.
const kmlToken = 16 << 20

var (
	errKMLToken   = errors.New("a piece of text is too long")
	errKMLDoctype = errors.New("it declares a document type")
	errKMLDepth   = errors.New("it is nested too deeply")
)

// kmlInput counts what is read, and ends where one piece of XML is too long:
// the XML package keeps every piece whole.
type kmlInput struct {
	in   *bufio.Reader
	left int
	done int64
	hear func(done int64) // may be nil
}

// ReadByte reads one byte, while the piece is not too long.
func (k *kmlInput) ReadByte() (byte, error) {
	if k.left == 0 {
		return 0, errKMLToken
	}
	k.left--
	if k.done++; k.done&(1<<20-1) == 0 && k.hear != nil {
		k.hear(k.done)
	}
	return k.in.ReadByte()
}

// Read reads, for a decoder of another encoding.
func (k *kmlInput) Read(p []byte) (int, error) {
	if len(p) > k.left {
		p = p[:k.left]
	}
	if len(p) == 0 {
		return 0, errKMLToken
	}
	n, err := k.in.Read(p)
	k.left -= n
	k.done += int64(n)
	return n, err
}

// kmlPlacemark is one feature as the file has it.
type kmlPlacemark struct {
	folder   string // the names of the folders it is in, with slashes
	line     int
	texts    map[string]string // by the names of elements: name, description, when, begin, end
	data     []kmlDatum
	geometry orb.Geometry
	hadZ     bool
	problems []Problem
}

// kmlDatum is one of the further values of a placemark.
type kmlDatum struct{ name, text string }

// kmlField is one that a schema announces.
type kmlField struct{ name, kind string }

// kmlWalk goes through a file once.
type kmlWalk struct {
	ctx    context.Context
	file   string // for messages
	limits Limits
	in     *kmlInput
	xml    *xml.Decoder
	depth  int

	documents int
	title     string     // the name of the document
	fields    []kmlField // so far
	folders   []string
	links     int // to other files, which are not followed
	each      func(*kmlPlacemark) error
}

// newKMLWalk makes one that reads in. decoded says that in is UTF-8 already
// whatever the declaration says.
func newKMLWalk(ctx context.Context, path string, in io.Reader, limits Limits, decoded bool) *kmlWalk {
	w := &kmlWalk{ctx: ctx, file: filepath.Base(path), limits: limits, in: &kmlInput{in: bufio.NewReaderSize(in, 64<<10)}}
	w.xml = xml.NewDecoder(w.in)
	w.xml.Entity = xml.HTMLEntity // descriptions are often HTML that nobody wrapped
	w.xml.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if decoded {
			return in, nil
		}
		e, err := NamedEncoding(label)
		if err != nil {
			return nil, err
		}
		return e.Reader(in), nil
	}
	return w
}

// next gives the next start, end or text; others are passed over.
func (w *kmlWalk) next() (xml.Token, error) {
	for {
		w.in.left = kmlToken
		token, err := w.xml.Token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if w.depth++; w.depth > w.limits.Depth {
				return nil, errKMLDepth
			}
			return t, w.ctx.Err()
		case xml.EndElement:
			w.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		case xml.Directive:
			return nil, errKMLDoctype
		}
	}
}

// children calls each with every element in the one that was just begun, to its
// end; each reads the element to its end. Text between them is passed over.
func (w *kmlWalk) children(each func(xml.StartElement) error) error {
	for {
		token, err := w.next()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip passes over the element that was just begun.
func (w *kmlWalk) skip(xml.StartElement) error { return w.children(w.skip) }

// text gives the text in the element that was just begun, without that of
// elements in it; at most limit bytes, and whether that was all.
func (w *kmlWalk) text(limit int) (string, bool, error) {
	var b strings.Builder
	whole := true
	for {
		token, err := w.next()
		if err != nil {
			return "", false, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := w.skip(t); err != nil {
				return "", false, err
			}
		case xml.CharData:
			if b.Len()+len(t) > limit {
				whole = false
				continue
			}
			b.Write(t)
		case xml.EndElement:
			return strings.TrimSpace(b.String()), whole, nil
		}
	}
}

// run goes through the file and calls each with every placemark.
func (w *kmlWalk) run(each func(*kmlPlacemark) error) error {
	w.each = each
	for {
		token, err := w.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			if start, ok := token.(xml.StartElement); ok {
				err = w.container(start)
			}
		}
		if err != nil {
			return w.fault(err)
		}
	}
}

// callerError is an error of who is called with placemarks, or of the context.
type callerError struct{ error }

// fault gives the problem of an error in reading.
func (w *kmlWalk) fault(err error) error {
	var called callerError
	switch {
	case errors.As(err, &called):
		return called.error
	case w.ctx.Err() != nil:
		return w.ctx.Err()
	}
	line, _ := w.xml.InputPos()
	p := &Problem{Problem: ProblemFileCorrupt, Line: line, Values: map[string]any{"file": clipText(w.file, 120), "line": line}}
	var syntax *xml.SyntaxError
	var own *Problem
	switch {
	case errors.Is(err, errKMLDoctype):
		p.Problem = ProblemFormatRefused
		p.Detail = "the file declares a document type (DOCTYPE), which KML does not have and which is not read; remove the declaration"
	case errors.Is(err, errKMLToken):
		p.Problem = ProblemLimit
		p.Detail = fmt.Sprintf("a text of more than %d MiB begins before line %d; at most so much is read for one feature", kmlToken>>20, line)
	case errors.Is(err, errKMLDepth):
		p.Problem = ProblemLimit
		p.Detail = fmt.Sprintf("elements are nested more than %d deep", w.limits.Depth)
		p.Values["limit"] = w.limits.Depth
	case errors.As(err, &own):
		return own
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		p.Problem = ProblemFileTruncated
		p.Detail = fmt.Sprintf("the file ends in the middle, in line %d: it was cut off; copy or export it again", line)
	case errors.As(err, &syntax):
		p.Detail = fmt.Sprintf("the file is no well-formed XML: line %d: %s", syntax.Line, clipText(syntax.Msg, 120))
		p.Line, p.Values["line"] = syntax.Line, syntax.Line
	case strings.HasPrefix(err.Error(), "xml:"):
		p.Detail = fmt.Sprintf("the file is no well-formed XML: line %d: %s", line, clipText(err.Error(), 120))
	default:
		return fmt.Errorf("read %s: %w", w.file, err)
	}
	return p
}

// container reads an element that may hold placemarks.
func (w *kmlWalk) container(start xml.StartElement) error {
	switch start.Name.Local {
	case "kml":
		return w.children(w.container)
	case "Document":
		w.documents++
		if w.documents == 1 {
			return w.children(func(e xml.StartElement) error {
				if e.Name.Local == "name" {
					title, _, err := w.text(1000)
					w.title = title
					return err
				}
				return w.container(e)
			})
		}
		return w.folder(start)
	case "Folder":
		return w.folder(start)
	case "Schema":
		return w.schema(start)
	case "Placemark":
		return w.placemark()
	case "NetworkLink":
		w.links++
	}
	return w.skip(start)
}

// folder reads a folder and what is in it.
func (w *kmlWalk) folder(start xml.StartElement) error {
	at := len(w.folders)
	w.folders = append(w.folders, start.Name.Local)
	defer func() { w.folders = w.folders[:at] }()
	return w.children(func(e xml.StartElement) error {
		if e.Name.Local != "name" {
			return w.container(e)
		}
		name, _, err := w.text(1000)
		if name != "" {
			w.folders[at] = strings.ReplaceAll(name, "/", "∕")
		}
		return err
	})
}

// schema reads the fields that a schema announces.
func (w *kmlWalk) schema(xml.StartElement) error {
	return w.children(func(e xml.StartElement) error {
		if e.Name.Local == "SimpleField" && attribute(e, "name") != "" {
			if len(w.fields) >= w.limits.Columns {
				return w.tooManyColumns()
			}
			w.fields = append(w.fields, kmlField{attribute(e, "name"), attribute(e, "type")})
		}
		return w.skip(e)
	})
}

func (w *kmlWalk) tooManyColumns() error {
	return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("there are more than %d columns", w.limits.Columns),
		Values: map[string]any{"limit": w.limits.Columns}}
}

// attribute gives an attribute of an element, "" where it has none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
