package importers

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// xlsxBook is what a workbook (ISO/IEC 29500) says besides its sheets.
type xlsxBook struct {
	files    map[string]*zip.File
	limits   Limits
	sheets   []xlsxEntry
	from1904 bool     // days count from 1904, as in old Macintosh workbooks
	texts    []string // shared ones
	dates    []bool   // of each style of cells, whether it shows a date
}

// xlsxEntry is one sheet of the list in the workbook.
type xlsxEntry struct {
	name   string
	part   string
	hidden bool
}

// xlsxSheets is how many sheets a workbook may have.
const xlsxSheets = 1000

// readXLSXBook reads all but the sheets.
func readXLSXBook(ctx context.Context, z *zip.Reader, limits Limits) (*xlsxBook, error) {
	b := &xlsxBook{files: make(map[string]*zip.File, len(z.File)), limits: limits}
	for _, f := range z.File {
		b.files[strings.ToLower(strings.TrimPrefix(f.Name, "/"))] = f
	}
	main := "xl/workbook.xml"
	root, err := b.relations(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, r := range root {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			main = r.target
		}
	}
	parts, err := b.relations(ctx, main)
	if err != nil {
		return nil, err
	}
	if err := b.workbook(ctx, main, parts); err != nil {
		return nil, err
	}
	for _, r := range parts {
		switch {
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			err = b.sharedTexts(ctx, r.target)
		case strings.HasSuffix(r.kind, "/styles"):
			err = b.styles(ctx, r.target)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// part goes through a part; each is called at every tag and text.
func (b *xlsxBook) part(ctx context.Context, name string, progress func(done, of int64), each func(x *xmlScan) error) error {
	f := b.files[strings.ToLower(name)]
	if f == nil {
		return &Problem{Problem: ProblemFileMissingPart, Detail: fmt.Sprintf("the workbook lacks its part %.80q", name), Values: map[string]any{"file": clipText(name, 80)}}
	}
	in, err := f.Open()
	if err != nil {
		return xlsxProblem(name, err)
	}
	defer in.Close()
	r := &partReader{r: in, packed: int64(f.CompressedSize64), limits: b.limits}
	var text io.Reader = r
	if progress != nil {
		text = &progressReader{r: r, of: int64(f.UncompressedSize64), tell: progress}
	}
	x := newXMLScan(newTextWindow(ctx, UTF8.Reader(text), 0))
	open := 0
	for {
		if err := x.next(); err != nil {
			if err == errTextEnds && open == 0 {
				return nil
			}
			return xlsxProblem(name, err)
		}
		switch {
		case x.closing:
			open--
		case x.name != "" && !x.single:
			open++
		}
		if err := each(x); err != nil {
			return err
		}
	}
}

// partReader reads a part, as far as it may go.
type partReader struct {
	r            io.Reader
	done, packed int64
	limits       Limits
}

// xlsxFree is how much may be partReader whatever it was packed to.
const xlsxFree = 16 << 20

func (u *partReader) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	u.done += int64(n)
	if u.done > u.limits.ZipBytes || u.done > xlsxFree && u.done > u.limits.ZipRatio*u.packed {
		return 0, &Problem{
			Problem: ProblemZipUnsafe,
			Detail:  fmt.Sprintf("a part of the workbook unpacks to more than %d MiB, or to more than %d times its size; export large tables as CSV", u.limits.ZipBytes>>20, u.limits.ZipRatio),
			Values:  map[string]any{"limit": u.limits.ZipBytes, "ratio": u.limits.ZipRatio},
		}
	}
	return n, err
}

// xlsxProblem gives the problem that reading a part ended with.
func xlsxProblem(name string, err error) error {
	var fault *Problem
	switch {
	case errors.As(err, &fault), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case err == errTextEnds, errors.Is(err, io.ErrUnexpectedEOF):
		return &Problem{Problem: ProblemFileTruncated, Detail: fmt.Sprintf("the workbook's part %.80q ends too early", name)}
	case err == errTextTooLong:
		return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("a text is longer than %d MiB", windowMaxBytes>>20)}
	}
	return &Problem{Problem: ProblemFileCorrupt, Detail: fmt.Sprintf("the workbook's part %.80q is damaged: %v", name, err)}
}

// xlsxRelation leads from one part to another.
type xlsxRelation struct{ id, kind, target string }

// relations lists where a part leads; "" stands for the package.
func (b *xlsxBook) relations(ctx context.Context, from string) (out []xlsxRelation, err error) {
	dir, base := path.Split(from)
	name := dir + "_rels/" + base + ".rels"
	if b.files[strings.ToLower(name)] == nil {
		return nil, nil
	}
	return out, b.part(ctx, name, nil, func(x *xmlScan) error {
		if x.name != "Relationship" || x.closing || x.attr("TargetMode") == "External" || len(out) > 10*xlsxSheets {
			return nil
		}
		target := x.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", dir, target)
		}
		out = append(out, xlsxRelation{x.attr("Id"), x.attr("Type"), strings.TrimPrefix(path.Clean(target), "/")})
		return nil
	})
}

func (b *xlsxBook) workbook(ctx context.Context, name string, parts []xlsxRelation) error {
	return b.part(ctx, name, nil, func(x *xmlScan) error {
		if x.closing {
			return nil
		}
		switch x.name {
		case "workbookPr":
			b.from1904 = xmlTrue(x.attr("date1904"))
		case "sheet":
			id := x.attr("id")
			for _, r := range parts {
				if r.id == id && strings.HasSuffix(r.kind, "/worksheet") {
					b.sheets = append(b.sheets, xlsxEntry{x.attr("name"), r.target, x.attr("state") != "" && x.attr("state") != "visible"})
				}
			}
			if len(b.sheets) > xlsxSheets {
				return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the workbook has more than %d sheets", xlsxSheets), Values: map[string]any{"limit": xlsxSheets}}
			}
		}
		return nil
	})
}

func xmlTrue(s string) bool { return s == "1" || s == "true" }

// sharedTexts reads the texts that cells share.
func (b *xlsxBook) sharedTexts(ctx context.Context, name string) error {
	var text xlsxRuns
	return b.part(ctx, name, nil, func(x *xmlScan) error {
		switch {
		case x.name == "si" && x.single:
			b.texts = append(b.texts, "")
		case x.name == "si" && !x.closing:
			text.begin()
		case x.name == "si":
			b.texts = append(b.texts, text.text())
		default:
			text.see(x)
		}
		return nil
	})
}

// xlsxRuns collects a text of several runs, without what tells how to say it.
type xlsxRuns struct {
	room   []byte
	within bool // <t>
	sounds bool // <rPh>
}

func (t *xlsxRuns) begin() { *t = xlsxRuns{room: t.room[:0]} }

func (t *xlsxRuns) see(x *xmlScan) {
	switch x.name {
	case "":
		if t.within && !t.sounds {
			t.room = x.appendText(t.room)
		}
	case "t":
		t.within = !x.closing && !x.single
	case "rPh":
		t.sounds = !x.closing && !x.single
	}
}

// text gives it with the escapes that XLSX has for characters that XML has not:
// _x000D_.
func (t *xlsxRuns) text() string {
	s := string(t.room)
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		if i+7 <= len(s) && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil {
				out.WriteString(s[:i])
				out.WriteRune(rune(n))
				s = s[i+7:]
				continue
			}
		}
		out.WriteString(s[:i+2])
		s = s[i+2:]
	}
}

// styles finds out which styles of cells show dates.
func (b *xlsxBook) styles(ctx context.Context, name string) error {
	formats := map[string]bool{} // by id, whether a format shows dates
	cells := false
	return b.part(ctx, name, nil, func(x *xmlScan) error {
		switch {
		case x.name == "cellXfs":
			cells = !x.closing && !x.single
		case x.closing:
		case x.name == "numFmt" && len(formats) < 10_000:
			formats[x.attr("numFmtId")] = isDateFormat(x.attr("formatCode"))
		case x.name == "xf" && cells && len(b.dates) < 1<<16:
			id := x.attr("numFmtId")
			date, own := formats[id]
			if !own {
				date = isDateFormatID(id)
			}
			b.dates = append(b.dates, date)
		}
		return nil
	})
}

// isDateFormatID tells the built-in formats that show dates or times, with those
// of Chinese editions (ISO/IEC 29500-1, 18.8.30).
func isDateFormatID(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58)
}

// isDateFormat tells whether a format such as yyyy"年"m"月" shows a date or time.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(code, ";")
	var quote, bracket bool
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"':
			quote = !quote
		case quote:
		case code[i] == '\\', code[i] == '_', code[i] == '*':
			i++
		case code[i] == '[':
			// [h] counts hours; [Red] and [$-804] say something else.
			rest := strings.ToLower(code[i:])
			bracket = !strings.HasPrefix(rest, "[h") && !strings.HasPrefix(rest, "[m") && !strings.HasPrefix(rest, "[s")
		case code[i] == ']':
			bracket = false
		case bracket:
		case c == 'y', c == 'm', c == 'd', c == 'h', c == 's':
			return true
		}
	}
	return false
}
