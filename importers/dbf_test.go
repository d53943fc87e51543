package importers

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// readDBF reads all rows of a .dbf.
func readDBF(t testing.TB, b []byte, cpg string, o OpenOptions) (*dbfTable, [][]Value, []Problem) {
	t.Helper()
	o.Limits = o.Limits.orDefault()
	d, err := openDBF(context.Background(), bytes.NewReader(b), int64(len(b)), cpg, o)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]Value
	problems := d.problems
	rows := d.read()
	for n := range d.rows {
		deleted, err := rows.next()
		if err != nil {
			t.Fatal(err)
		}
		if deleted {
			continue
		}
		values := make([]Value, len(d.fields))
		problems = append(problems, rows.values(values, int(n)+1)...)
		out = append(out, values)
	}
	return d, out, problems
}

// TestDBFEncoding: what says the encoding, in the order in which it is asked.
func TestDBFEncoding(t *testing.T) {
	name, gbName := "网格编码", string(gbBytes(t, "网格编码"))
	text, gbText := "于家村𠮷", string(gbBytes(t, "于家村𠮷"))
	utf := dbfBytes(0, []dbfColumn{{name[:9], 'C', 30}}, []string{text})
	gbk := func(language byte) []byte {
		return dbfBytes(language, []dbfColumn{{gbName, 'C', 30}}, []string{gbText})
	}
	for title, c := range map[string]struct {
		b              []byte
		cpg, option    string
		encoding, from string
		name, text     string
		problems       []string
	}{
		"UTF-8 by .cpg":              {utf, "UTF-8", "", "UTF-8", "cpg", "网格编", text, []string{}},
		"GBK by .cpg":                {gbk(0), "GBK", "", "GB18030", "cpg", name, text, []string{}},
		"936 by .cpg":                {gbk(0x57), "936", "", "GB18030", "cpg", name, text, []string{}},
		"a .cpg beats the byte":      {utf, "UTF-8", "", "UTF-8", "cpg", "网格编", text, []string{}},
		"a .cpg that says nothing":   {gbk(0x4d), "System", "", "GB18030", "language byte", name, text, []string{}},
		"GBK by the language byte":   {gbk(0x4d), "", "", "GB18030", "language byte", name, text, []string{}},
		"GBK by FoxPro's byte":       {gbk(0x7a), "", "", "GB18030", "language byte", name, text, []string{}},
		"UTF-8, guessed":             {utf, "", "", "UTF-8", "guess", "网格编", text, []string{"ENCODING_GUESSED?"}},
		"GBK, guessed":               {gbk(0), "", "", "GB18030", "guess", name, text, []string{"ENCODING_GUESSED?"}},
		"GBK under a wrong byte":     {gbk(0x57), "", "", "GB18030", "guess", name, text, []string{"ENCODING_GUESSED?"}},
		"an option beats everything": {gbk(0), "UTF-8", "GBK", "GB18030", "option", name, text, []string{}},
	} {
		t.Run(title, func(t *testing.T) {
			d, rows, problems := readDBF(t, c.b, c.cpg, OpenOptions{Encoding: c.option})
			if d.encoding.Name() != c.encoding || d.from != c.from || d.fields[0].name != c.name || rows[0][0].Text != c.text || !slices.Equal(problemsOf(problems), c.problems) {
				t.Errorf("%s by %s: column %q, %q, problems %q, want %+v", d.encoding.Name(), d.from, d.fields[0].name, rows[0][0].Text, problemsOf(problems), c)
			}
		})
	}
}

// The name of a column has ten bytes, so it may be cut within a letter too.
func TestDBFNamesCut(t *testing.T) {
	long := "所属网格编号" // 12 bytes in GBK, 18 in UTF-8
	b := dbfBytes(0x4d, []dbfColumn{{"a" + string(gbBytes(t, long))[:9], 'C', 4}}, []string{""})
	if d, _, _ := readDBF(t, b, "", OpenOptions{}); d.fields[0].name != "a所属网格" {
		t.Errorf("a name of GBK reads %q", d.fields[0].name)
	}
	b = dbfBytes(0, []dbfColumn{{long[:10], 'C', 4}}, []string{""})
	if d, _, _ := readDBF(t, b, "utf-8", OpenOptions{}); d.fields[0].name != "所属网" {
		t.Errorf("a name of UTF-8 reads %q", d.fields[0].name)
	}
}

// Text that its column cut within a letter loses that letter, with a warning;
// bytes that are no text are an error with the column's name.
func TestDBFDamagedText(t *testing.T) {
	b := dbfBytes(0x4d, []dbfColumn{{"NAME", 'C', 5}}, []string{string(gbBytes(t, "于家村"))}, []string{string(gbBytes(t, "齐家"))}, []string{"a\xff\xff"})
	_, rows, problems := readDBF(t, b, "", OpenOptions{})
	if got := []string{rows[0][0].Text, rows[1][0].Text, rows[2][0].Text}; !slices.Equal(got, []string{"于家", "齐家", "a\ufffd\ufffd"}) {
		t.Errorf("text %q", got)
	}
	if !slices.Equal(problemsOf(problems), []string{"VALUE_DAMAGED?", "VALUE_DAMAGED"}) || problems[0].Feature != 1 || problems[1].Feature != 3 || problems[1].Values["column"] != "NAME" {
		t.Errorf("problems %+v", problems)
	}
	// A .cpg that lies is told of in every row, not believed in silence.
	_, _, problems = readDBF(t, dbfBytes(0x4d, []dbfColumn{{"NAME", 'C', 10}}, []string{string(gbBytes(t, "于家村"))}), "UTF-8", OpenOptions{})
	if !slices.Equal(problemsOf(problems), []string{"VALUE_DAMAGED"}) || !strings.Contains(problems[0].Detail, "name the encoding") {
		t.Errorf("GBK that is called UTF-8 gives %+v", problems)
	}
}

// TestDBFValues: each type, with what stands for nothing; numbers keep their digits.
func TestDBFValues(t *testing.T) {
	binaries := func(v any) string {
		var b bytes.Buffer
		putBytes(&b, binary.LittleEndian, v)
		return b.String()
	}
	for _, c := range []struct {
		kind byte
		size int
		cell string
		want Value
	}{
		{'C', 20, " 220112001001001", Value{" 220112001001001", Text}},
		{'C', 20, "001", Value{"001", Text}},
		{'C', 20, "a\x00rubbish", Value{"a", Text}},
		{'C', 20, "", Value{}},
		{'N', 20, "  220112001001001", Value{"220112001001001", Number}},
		{'N', 20, "0012.500", Value{"0012.500", Number}},
		{'N', 20, "12345678901234567890", Value{"12345678901234567890", Number}},
		{'N', 20, "-1.5e+010", Value{"-1.5e+010", Number}},
		{'N', 20, "1,5", Value{"1,5", Text}},
		{'N', 20, "Inf", Value{"Inf", Text}},
		{'N', 4, "****", Value{}},
		{'N', 4, "", Value{}},
		{'F', 19, "1.12000000000e+002", Value{"1.12000000000e+002", Number}},
		{'F', 4, "\x00\x00\x00\x00", Value{}},
		{'L', 1, "T", Value{"true", Bool}},
		{'L', 1, "n", Value{"false", Bool}},
		{'L', 1, "?", Value{}},
		{'L', 1, "", Value{}},
		{'D', 8, "20240131", Value{"2024-01-31", Date}},
		{'D', 8, "20240231", Value{"20240231", Text}},
		{'D', 8, "00000000", Value{}},
		{'D', 8, "", Value{}},
		{'M', 10, "        12", Value{}},
		{'I', 4, binaries(int32(-77)), Value{"-77", Number}},
		{'B', 8, binaries(12.25), Value{"12.25", Number}},
		{'Y', 8, binaries(int64(12_500)), Value{"1.25", Number}},
		{'T', 8, "abcdefgh", Value{}},
	} {
		_, rows, problems := readDBF(t, dbfBytes(0, []dbfColumn{{"A", 'C', 3}, {"V", c.kind, c.size}, {"Z", 'C', 3}}, []string{"abc", c.cell, "xyz"}), "UTF-8", OpenOptions{})
		if rows[0][1] != c.want || rows[0][0].Text != "abc" || rows[0][2].Text != "xyz" || len(problems) > 0 {
			t.Errorf("%c %q: %+v, problems %v, want %+v between abc and xyz", c.kind, c.cell, rows[0], problems, c.want)
		}
	}
}

// Columns that are not read are told of.
func TestDBFUnread(t *testing.T) {
	d, _, _ := readDBF(t, dbfBytes(0, []dbfColumn{{"NOTE", 'M', 10}, {"N", 'N', 5}, {"BIN", 'B', 10}, {"AT", '@', 8}}), "UTF-8", OpenOptions{})
	got := d.unread()
	if !slices.Equal(problemsOf(got), []string{"FILE_MISSING_PART?", "FILE_MISSING_PART?", "FILE_MISSING_PART?"}) || got[0].Values["column"] != "NOTE" {
		t.Errorf("unread columns %+v", got)
	}
}

// Deleted rows leave with their shapes, and the numbers of the others stay.
func TestDBFDeleted(t *testing.T) {
	parts := wholeShapefile()
	parts[".dbf"] = dbfBytes(0, codeColumn, []string{"*del*1"}, []string{"2"})
	layer, records, err := readShapefile(t, writeParts(t, parts), OpenOptions{})
	if err != nil || layer.Features != 1 || len(records) != 1 || records[0].Number != 2 || records[0].Values[0].Text != "2" || records[0].Rings[0][0] != shpSquareB[0] || len(layer.Problems) > 0 {
		t.Errorf("%v, layer %+v, records %+v", err, layer, records)
	}
}

// Text columns of more than 255 bytes keep the high byte where others keep decimals.
func TestDBFWide(t *testing.T) {
	long := strings.Repeat("长", 100)
	_, rows, _ := readDBF(t, dbfBytes(0, []dbfColumn{{"A", 'N', 3}, {"V", 'C', 300}, {"Z", 'C', 3}}, []string{"1", long, "xyz"}), "UTF-8", OpenOptions{})
	if rows[0][1].Text != long || rows[0][2].Text != "xyz" {
		t.Errorf("a text of 300 bytes reads %+v", rows[0])
	}
}

func FuzzDBF(f *testing.F) {
	f.Add(dbfBytes(0x4d, []dbfColumn{{"N", 'N', 9}, {"C", 'C', 300}, {"D", 'D', 8}, {"L", 'L', 1}}, []string{"1", "a", "20240101", "T"}), "")
	f.Add(dbfBytes(0, []dbfColumn{{string(gbBytes(f, "编码")), 'C', 9}}, []string{string(gbBytes(f, "双阳"))}), "GBK")
	f.Fuzz(func(t *testing.T, b []byte, cpg string) {
		d, err := openDBF(context.Background(), bytes.NewReader(b), int64(len(b)), cpg, OpenOptions{Limits: DefaultLimits()})
		if err != nil {
			return
		}
		if d.rows*int64(d.rowLen) > int64(len(b)) {
			t.Fatalf("%d rows of %d bytes in %d", d.rows, d.rowLen, len(b))
		}
		_, rows, _ := readDBF(t, b, cpg, OpenOptions{})
		for _, row := range rows {
			for _, v := range row {
				if v.Type == Null && v.Text != "" || v.Type != Null && v.Text == "" {
					t.Errorf("value %+v", v)
				}
			}
		}
	})
}
