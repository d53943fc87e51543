package importers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// dbfTable is the header of a dBase table, as shapefiles have one (dBase III to
// V and FoxPro: the parts of their headers that agree).
type dbfTable struct {
	r         io.ReaderAt
	size      int64
	headerLen int
	rowLen    int
	language  byte  // the code page, as the header numbers it
	claimed   int64 // rows, as the header says
	rows      int64 // rows that are there whole, deleted ones too
	deleted   int64 // of those
	fields    []dbfField
	encoding  TextEncoding
	from      string // what said the encoding
	problems  []Problem
}

// dbfField is one column.
type dbfField struct {
	raw      []byte // its name, not decoded
	name     string
	kind     byte // as the header has it: 'C' text, 'N' and 'F' numbers, 'L', 'D', …
	at, size int  // within a row
}

// dbf headers number China's code page 936 so: dBase and ESRI, and FoxPro.
const dbfGBK, foxGBK = 0x4d, 0x7a

// openDBF reads the header of a table, and looks through its rows once for
// those that are deleted and for the encoding: by option, by cpg, the content of
// a .cpg file, by the language byte, else guessed. It does not keep any row.
func openDBF(ctx context.Context, r io.ReaderAt, size int64, cpg string, o OpenOptions) (*dbfTable, error) {
	head := make([]byte, 32)
	if err := readAt(r, head, 0, size, ".dbf"); err != nil {
		return nil, err
	}
	t := &dbfTable{
		r: r, size: size,
		claimed:   int64(binary.LittleEndian.Uint32(head[4:])),
		headerLen: int(binary.LittleEndian.Uint16(head[8:])),
		rowLen:    int(binary.LittleEndian.Uint16(head[10:])),
		language:  head[29],
	}
	if t.headerLen < 33 || t.rowLen < 1 {
		return nil, corrupt(".dbf", "its header is none of a table")
	}
	columns := make([]byte, t.headerLen-32)
	if err := readAt(r, columns, 32, size, ".dbf"); err != nil {
		return nil, err
	}
	if err := t.readFields(columns); err != nil {
		return nil, err
	}
	if len(t.fields) > o.Limits.Columns {
		return nil, &Problem{
			Problem: ProblemLimit, Detail: fmt.Sprintf("the table has %d columns; the most is %d", len(t.fields), o.Limits.Columns),
			Values: map[string]any{"what": "columns", "value": len(t.fields), "limit": o.Limits.Columns},
		}
	}
	t.rows = min(t.claimed, (size-int64(t.headerLen))/int64(t.rowLen))
	if err := t.decide(ctx, cpg, o.Encoding); err != nil {
		return nil, err
	}
	for i := range t.fields {
		t.fields[i].name, _, _ = t.encoding.DecodeField(t.fields[i].raw)
	}
	return t, nil
}

// readFields reads the columns from the header, from its byte 32 on.
func (t *dbfTable) readFields(b []byte) error {
	wide := 1 // the width of a row where text columns have up to 65,535 bytes
	var fields []dbfField
	at := 1 // after the mark of deleted rows
	for ; len(b) >= 32 && b[0] != '\r'; b = b[32:] {
		name, _, _ := bytes.Cut(b[:11], []byte{0})
		f := dbfField{raw: bytes.TrimSpace(name), kind: b[11], at: at, size: int(b[16])}
		at += f.size
		wide += f.size
		if f.kind == 'C' {
			wide += int(b[17]) << 8
		}
		fields = append(fields, f)
	}
	if len(b) == 0 || at > t.rowLen && wide > t.rowLen {
		return corrupt(".dbf", "its columns do not fit into its rows")
	}
	if wide == t.rowLen && at != wide { // Clipper and FoxPro keep the high byte among the decimals
		t.widen(fields)
	}
	t.fields = fields
	return nil
}

// widen gives text columns the high byte of their width.
func (t *dbfTable) widen(fields []dbfField) {
	high := make([]byte, 1)
	at := 1
	for i := range fields {
		f := &fields[i]
		f.at = at
		if f.kind == 'C' {
			if _, err := t.r.ReadAt(high, int64(32+32*i+17)); err == nil {
				f.size += int(high[0]) << 8
			}
		}
		at += f.size
	}
}

// decide finds the encoding, and counts deleted rows on the way.
func (t *dbfTable) decide(ctx context.Context, cpg, option string) (err error) {
	known := true
	switch {
	case option != "":
		if t.encoding, err = NamedEncoding(option); err != nil {
			return err
		}
		t.from = EncodingFromOption
	case cpg != "":
		t.encoding, err = NamedEncoding(cpg)
		known, t.from = err == nil, EncodingFromCPG
	default:
		known = false
	}
	if !known && (t.language == dbfGBK || t.language == foxGBK) {
		known, t.encoding, t.from = true, GB18030, EncodingFromLanguage
	}
	guess, err := t.scan(ctx)
	if known || err != nil {
		return err
	}
	var guessed bool
	t.encoding, guessed = guess.encoding()
	if t.from = EncodingFromGuess; guessed {
		t.problems = append(t.problems, *t.encoding.GuessedProblem())
	}
	return nil
}

// scan looks at every row once.
func (t *dbfTable) scan(ctx context.Context) (guess encodingGuess, err error) {
	for _, f := range t.fields {
		guess.add(f.raw)
	}
	rows := t.read()
	for n := range t.rows {
		if n%4096 == 0 && ctx.Err() != nil {
			return guess, ctx.Err()
		}
		deleted, err := rows.next()
		if err != nil {
			return guess, err
		}
		if deleted {
			t.deleted++
			continue
		}
		for i := range t.fields {
			if f := &t.fields[i]; f.kind == 'C' && !guess.notUTF8 {
				guess.add(rows.text(f))
			}
		}
	}
	return guess, nil
}

// names gives the decoded names of the columns.
func (t *dbfTable) names() []string {
	out := make([]string, len(t.fields))
	for i, f := range t.fields {
		out[i] = f.name
	}
	return out
}

// read begins at the first row.
func (t *dbfTable) read() *dbfRows {
	body := io.NewSectionReader(t.r, int64(t.headerLen), t.rows*int64(t.rowLen))
	return &dbfRows{t: t, r: bufio.NewReaderSize(body, 1<<16), row: make([]byte, t.rowLen)}
}

// dbfRows reads row after row.
type dbfRows struct {
	t   *dbfTable
	r   *bufio.Reader
	row []byte
}

// next reads the next row, at most as many as the table has.
func (r *dbfRows) next() (deleted bool, err error) {
	if _, err := io.ReadFull(r.r, r.row); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, truncated(".dbf", r.t.size)
		}
		return false, fmt.Errorf("read .dbf: %w", err)
	}
	return r.row[0] == '*', nil
}

// readAt fills b from a part of a shapefile.
func readAt(r io.ReaderAt, b []byte, at, size int64, part string) error {
	if at < 0 || at+int64(len(b)) > size {
		return truncated(part, size)
	}
	if _, err := r.ReadAt(b, at); err != nil {
		if errors.Is(err, io.EOF) {
			return truncated(part, size)
		}
		return fmt.Errorf("read %s: %w", part, err)
	}
	return nil
}

// truncated says that a part of a shapefile ends too early.
func truncated(part string, size int64) *Problem {
	return &Problem{
		Problem: ProblemFileTruncated,
		Detail:  fmt.Sprintf("the %s file ends at byte %d, before what its header announces: it was not copied or sent whole; get it again", part, size),
		Values:  map[string]any{"part": part, "bytes": size},
	}
}

// corrupt says that a part of a shapefile is not what it should be.
func corrupt(part, why string) *Problem {
	return &Problem{
		Problem: ProblemFileCorrupt,
		Detail:  fmt.Sprintf("the %s file is damaged: %s; get it again, or export it anew", part, why),
		Values:  map[string]any{"part": part, "why": why},
	}
}
