package importers

import (
	"context"
	"errors"
	"testing"
)

// FuzzXLSX: no XML in the place of a sheet, of texts or of styles makes the reader
// panic, or say what is no *Problem.
func FuzzXLSX(f *testing.F) {
	const rows = `<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>b&amp;</v></c></row>` +
		`<row r="2" hidden="1"><c r="A2" s="1"><v>46266.5</v></c><c r="B2" t="inlineStr"><is><t><![CDATA[x]]></t></is></c></row></sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>`
	f.Add(rows, `<sst><si><t>code_x000D_</t></si><si><r><t>a</t></r><rPh><t>b</t></rPh></si></sst>`, `yyyy"年"m\-d[$-804]`)
	f.Add(`<worksheet><sheetData><row><c r="XFD1"><v>1E14</v></c><c t="e"><v>#N/A</v></c></row><row r="0"/></sheetData><mergeCell ref="A1:ZZZ9"/></worksheet>`, `<sst/>`, `[h]:mm`)
	f.Add("<", "<sst><", "<")
	f.Fuzz(func(t *testing.T, sheet, texts, format string) {
		styles := `<styleSheet><numFmts><numFmt numFmtId="176" formatCode="` + format + `"/></numFmts><cellXfs><xf/><xf numFmtId="176"/></cellXfs></styleSheet>`
		path := textFile(t, "a.xlsx", sheetXML(t, sheet, "xl/sharedStrings.xml", texts, "xl/styles.xml", styles))
		var p *Problem
		s, err := Open(context.Background(), path, OpenOptions{})
		if err != nil {
			if !errors.As(err, &p) {
				t.Fatal(err)
			}
			return
		}
		defer s.Close()
		got, err := recordsOf(s, 0)
		if err != nil && !errors.As(err, &p) {
			t.Fatal(err)
		}
		if l := s.Layers()[0]; err == nil && l.Features != len(got) {
			t.Errorf("%d rows, the layer says %d", len(got), l.Features)
		}
	})
}
