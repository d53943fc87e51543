package importers

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// bookText gives a workbook as the text of its file.
func bookText(t testing.TB, make func(b *excelize.File)) string {
	t.Helper()
	b := excelize.NewFile()
	defer b.Close()
	make(b)
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// must fails a test where a workbook cannot be made.
func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestXLSXRoster: a roster as offices keep it: a title, a line of notes, a header
// of two rows with merged cells, villages that stand once for several rows, a
// note at the end, something hidden.
func TestXLSXRoster(t *testing.T) {
	text := bookText(t, func(b *excelize.File) {
		const s = "Sheet1"
		must(t,
			b.SetCellValue(s, "A1", "奢岭街道网格人员一览表"), b.MergeCell(s, "A1", "F1"),
			b.SetCellValue(s, "A2", "单位：奢岭街道"), b.MergeCell(s, "A2", "C2"),
			b.SetCellValue(s, "D2", "日期：2026年9月1日"), b.MergeCell(s, "D2", "F2"),
			b.SetSheetRow(s, "A3", &[]any{"村（社区）", "网格编码", "网格长", "", "网格员", ""}),
			b.SetSheetRow(s, "A4", &[]any{"", "", "姓 名", "联系\n电话", "姓名", "联系电话"}),
			b.MergeCell(s, "A3", "A4"), b.MergeCell(s, "B3", "B4"), b.MergeCell(s, "C3", "D3"), b.MergeCell(s, "E3", "F3"),
			b.SetSheetRow(s, "A5", &[]any{"于家村", "220112001001001", "甲", "13000000001", "乙", 13000000002}),
			b.SetSheetRow(s, "A6", &[]any{"", 220112001001002, "丙", "", "", ""}),
			b.SetSheetRow(s, "A7", &[]any{"", "2.20112E+14", "丁", "", "戊", ""}),
			b.MergeCell(s, "A5", "A7"),
			b.SetRowVisible(s, 6, false), b.SetColVisible(s, "D", false),
			b.SetCellValue(s, "A9", "备注：电话以街道为准"), b.MergeCell(s, "A9", "F9"))
		_, err := b.NewSheet("旧")
		must(t, err, b.SetSheetVisible("旧", false), b.SetSheetRow("旧", "A1", &[]any{"a", "b"}))
		_, err = b.NewSheet("空")
		must(t, err)
	})
	s := openText(t, "a.xlsx", text, OpenOptions{})
	layers := s.Layers()
	if len(layers) != 3 || layers[0].Hidden || !layers[1].Hidden || layers[1].Name != "旧" || layers[2].Features != 0 || len(layers[2].Columns) != 0 {
		t.Fatalf("layers %+v", layers)
	}
	want := []string{"村（社区）", "网格编码", "网格长/姓名", "网格长/联系电话", "网格员/姓名", "网格员/联系电话"}
	if l := layers[0]; !slices.Equal(l.Columns, want) || l.Features != 3 || l.Format != "XLSX" || l.Geometry != "" {
		t.Errorf("the sheet is %+v", l)
	}
	var said []string
	for _, p := range layers[0].Problems {
		said = append(said, fmt.Sprintf("%s %v %v", p.Problem, p.Warning, p.Values))
	}
	if !slices.Equal(said, []string{"ROW_COUNT_MISMATCH true map[columns:1 rows:1]", "VALUE_NORMALISED true map[count:1]"}) {
		t.Errorf("the sheet says %q", said)
	}
	got, err := recordsOf(s, 0)
	rows := [][]string{
		{"于家村", "220112001001001", "甲", "13000000001", "乙", "13000000002"},
		{"于家村", "220112001001002", "丙", "", "", ""},
		{"于家村", "2.20112E+14", "丁", "", "戊", ""},
	}
	if err != nil || !reflect.DeepEqual(texts(got), rows) || len(numberedCodes(got)) > 0 || got[2].Line != 7 {
		t.Errorf("rows %q, %v, want %q", texts(got), err, rows)
	}
	if got[0].Values[1].Type != Text || got[1].Values[1].Type != Number || got[1].Values[4].Type != Null {
		t.Errorf("types of %+v", got)
	}
}

// sheetXML gives a workbook whose only sheet is this XML.
func sheetXML(t testing.TB, xml string, more ...string) string {
	t.Helper()
	parts := []string{
		"[Content_Types].xml", `<Types/>`,
		"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<?xml version="1.0"?><x:workbook><x:sheets><x:sheet name="a &amp; b" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Target="worksheets/sheet1.xml" Id="rId1" Type="http://x/worksheet"/><Relationship Target="/xl/sharedStrings.xml" Id="rId2" Type="http://x/sharedStrings"/><Relationship Target="styles.xml" Id="rId3" Type="http://x/styles"/></Relationships>`,
		"xl/sharedStrings.xml", `<sst><si><t>code</t></si><si><r><t>于</t></r><r><t xml:space="preserve">家 &#x5c6f;</t></r><rPh sb="0" eb="1"><t>YU</t></rPh></si><si/><si><t>a_x000D_b_x005F_x</t></si></sst>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="177" formatCode="[Red]0.00&quot;day&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="22"/><xf numFmtId="177"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml", xml,
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		content := parts[i+1]
		for j := 0; j < len(more); j += 2 {
			if more[j] == parts[i] {
				content = more[j+1]
			}
		}
		if content == "" {
			continue
		}
		w, err := z.Create(parts[i])
		must(t, err)
		_, err = io.WriteString(w, content)
		must(t, err)
	}
	must(t, z.Close())
	return b.String()
}

// TestXLSXCells: what cells say in the ways that programs write them.
func TestXLSXCells(t *testing.T) {
	for cell, want := range map[string]Value{
		`<c r="A2" t="s"><v>1</v></c>`:                                 {"于家 屯", Text},
		`<c r="A2" t="s"><v>2</v></c>`:                                 {},
		`<c r="A2" t="s"><v>3</v></c>`:                                 {"a\rb_x", Text},
		`<c r="A2" t="inlineStr"><is><t>'=1</t></is></c>`:              {"=1", Text},
		`<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>`: {"ab", Text},
		`<c r="A2" t="str"><f>B2&amp;C2</f><v>x&lt;y</v></c>`:          {"x<y", Text},
		`<c r="A2" t="b"><v>1</v></c>`:                                 {"true", Bool},
		`<c r="A2"><v>220112001001001</v></c>`:                         {"220112001001001", Number},
		`<c r="A2"><v>2.20112001001001E14</v></c>`:                     {"220112001001001", Number},
		`<c r="A2"><v>2.20112001E8</v></c>`:                            {"220112001", Number},
		`<c r="A2"><v>2.20112E+14</v></c>`:                             {"2.20112E+14", Number},
		`<c r="A2"><v>2.2011200100100099E+17</v></c>`:                  {"2.2011200100100099E+17", Number},
		`<c r="A2"><v>0.10000000000000001</v></c>`:                     {"0.10000000000000001", Number},
		`<c r="A2" s="1"><v>46266</v></c>`:                             {"2026-09-01", Date},
		`<c r="A2" s="2"><v>46266.354166666664</v></c>`:                {"2026-09-01T08:30:00", Date},
		`<c r="A2" s="2"><v>0.35416666666666669</v></c>`:               {"08:30:00", Text},
		`<c r="A2" s="1"><v>59</v></c>`:                                {"1900-02-28", Date},
		`<c r="A2" s="1"><v>61</v></c>`:                                {"1900-03-01", Date},
		`<c r="A2" s="1"><v>-1</v></c>`:                                {"-1", Number},
		`<c r="A2" s="3"><v>46266</v></c>`:                             {"46266", Number},
		`<c r="A2" s="99"><v>46266</v></c>`:                            {"46266", Number},
		`<c r="A2" t="d"><v>2026-09-01T08:30:00</v></c>`:               {"2026-09-01T08:30:00", Date},
		`<c r="A2" t="inlineStr"><is><t><![CDATA[<&]]></t></is></c>`:   {"<&", Text},
		`<c r="A2" t="n"><v>1</v></c><!-- <c r="A2"><v>2</v></c> -->`:  {"1", Number},
	} {
		s := openText(t, "a.xlsx", sheetXML(t, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>b</v></c></row><row>`+cell+`<c r="B2"><v>7</v></c></row></sheetData></worksheet>`), OpenOptions{})
		got, err := recordsOf(s, 0)
		if err != nil || len(got) != 1 || !slices.Equal(got[0].Values, []Value{want, {"7", Number}}) || len(numberedCodes(got)) > 0 || s.Layers()[0].Name != "a & b" {
			t.Errorf("%s reads as %+v, %v, want %+v", cell, got, err, want)
		}
	}
	for _, cell := range []string{`<c r="A2" t="e"><v>#REF!</v></c>`, `<c r="A2" t="s"><v>9</v></c>`, `<c r="A2"><v>1e999</v></c>`, `<c r="A2"><v>x</v></c>`} {
		s := openText(t, "a.xlsx", sheetXML(t, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row>`+cell+`</row></sheetData></worksheet>`), OpenOptions{})
		if got, err := recordsOf(s, 0); err != nil || !slices.Equal(numberedCodes(got), []string{"1 VALUE_DAMAGED"}) || got[0].Values[0] != (Value{}) {
			t.Errorf("%s reads as %+v, %v", cell, got, err)
		}
	}
}

// TestXLSX1904: old Macintosh workbooks count days from another one.
func TestXLSX1904(t *testing.T) {
	text := sheetXML(t, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row><c s="1"><v>44804</v></c></row></sheetData></worksheet>`,
		"xl/workbook.xml", `<workbook><workbookPr date1904="1"/><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	if got, err := recordsOf(openText(t, "a.xlsx", text, OpenOptions{}), 0); err != nil || got[0].Values[0] != (Value{"2026-09-01", Date}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestXLSXFaults: what is wrong with a workbook is said, and asks for no memory.
func TestXLSXFaults(t *testing.T) {
	const head = `<worksheet><sheetData><row><c t="s"><v>0</v></c></row>`
	row := `<row><c><v>1</v></c></row>`
	good := sheetXML(t, head+row+`</sheetData></worksheet>`)
	for name, c := range map[string]struct {
		text    string
		problem string
	}{
		"cut off":              {good[:len(good)-100], ProblemFileTruncated},
		"no such sheet":        {sheetXML(t, ""), ProblemFileMissingPart},
		"a sheet that ends":    {sheetXML(t, head+row), ProblemFileTruncated},
		"a tag that ends":      {sheetXML(t, head+`<row`), ProblemFileTruncated},
		"no XML":               {sheetXML(t, head+`<row <row>`), ProblemFileCorrupt},
		"a document type":      {sheetXML(t, `<!DOCTYPE a [<!ENTITY b "bbbb">]>`+head+row), ProblemFileCorrupt},
		"a document type, 2":   {sheetXML(t, head, "xl/sharedStrings.xml", `<!DOCTYPE a>`), ProblemFileCorrupt},
		"unpacks to too much":  {sheetXML(t, head+strings.Repeat(" ", 40<<20)+`</sheetData></worksheet>`), ProblemZipUnsafe},
		"merged without limit": {sheetXML(t, head+`</sheetData>`+strings.Repeat(`<mergeCell ref="A1:B2"/>`, xlsxSpans+1)+`</worksheet>`), ProblemLimit},
		"a damaged part":       {strings.Replace(good, "PK\x07\x08", "PK\x07\x09", 1), ""},
		"rows without limit":   {sheetXML(t, head+strings.Repeat("<row/>", xlsxRows)+`</sheetData></worksheet>`), ProblemLimit},
		"no sheets":            {sheetXML(t, head, "xl/workbook.xml", `<workbook/>`), ProblemFileCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(context.Background(), textFile(t, "a.xlsx", c.text), OpenOptions{})
			if err == nil {
				defer s.Close()
				_, err = recordsOf(s, 0)
			}
			var p *Problem
			if c.problem != "" && (!errors.As(err, &p) || p.Problem != c.problem) {
				t.Errorf("%v, want %s", err, c.problem)
			}
		})
	}
	// Merged over all there is, and a cell far out, cost no more than a row.
	s := openText(t, "a.xlsx", sheetXML(t, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c><c r="ZZZZZZ2"><v>1</v></c></row><row r="1048576"><c><v>5</v></c><c><v>5</v></c></row></sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/><mergeCell ref="B2:A1"/><mergeCell/></mergeCells></worksheet>`), OpenOptions{})
	got, err := recordsOf(s, 0)
	if err != nil || len(got) != 1 || len(got[0].Values) > 1000 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

// TestXLSXBack: what is written reads back as it was.
func TestXLSXBack(t *testing.T) {
	var b bytes.Buffer
	must(t, WriteXLSX(&b,
		Sheet{Name: "a", Header: []string{"code", "n", "x", "ok"}, Rows: slices.Values([][]any{
			{"220112001001001", 7, 0.1, true}, {"=1+1", nil, -1e-7, false}, {"'=𠮷\r\n_x000D_", int64(1) << 50, 1.5e20, nil},
		})}))
	got, err := recordsOf(openText(t, "a.xlsx", b.String(), OpenOptions{}), 0)
	want := [][]Value{
		{{"220112001001001", Text}, {"7", Number}, {"0.1", Number}, {"true", Bool}},
		{{"=1+1", Text}, {}, {"-0.0000001", Number}, {"false", Bool}},
		{{"'=𠮷\r\n_x000D_", Text}, {"1125899906842624", Number}, {"150000000000000000000", Number}, {}},
	}
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	for i, r := range got {
		if !slices.Equal(r.Values, want[i]) {
			t.Errorf("row %d reads back as %q, want %q", i+1, r.Values, want[i])
		}
	}
}

// TestXLSXByContent: a workbook is known by what it holds.
func TestXLSXByContent(t *testing.T) {
	text := bookText(t, func(b *excelize.File) { must(t, b.SetCellValue("Sheet1", "A1", "code")) })
	path := textFile(t, "roster.zip", text)
	s, err := Open(context.Background(), path, OpenOptions{})
	if err != nil || s.Layers()[0].Format != "XLSX" {
		t.Fatal(err)
	}
	must(t, s.Close(), os.Remove(path))
}
