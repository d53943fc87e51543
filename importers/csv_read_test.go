package importers

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// texts gives the values of records as texts.
func texts(records []Record) (out [][]string) {
	for _, r := range records {
		var row []string
		for _, v := range r.Values {
			row = append(row, v.Text)
		}
		out = append(out, row)
	}
	return out
}

func TestCSVRead(t *testing.T) {
	plain := [][]string{{"220112001001001", "于家屯", "86"}, {"220112001001002", "a,b\n\"c\"", ""}}
	text := "编码,名称,户数\r\n220112001001001,于家屯,86\r\n220112001001002,\"a,b\n\"\"c\"\"\",\r\n"
	with := func(comma string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, ",", comma), "a"+comma+"b", "a,b")
	}
	gb, err := GB18030.codec.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, option, encoding, from string }{
		"commas":                 {text, "", "UTF-8", EncodingFromGuess},
		"semicolons":             {with(";"), "", "UTF-8", EncodingFromGuess},
		"tabs":                   {with("\t"), "", "UTF-8", EncodingFromGuess},
		"bars":                   {with("|"), "", "UTF-8", EncodingFromGuess},
		"sep=":                   {"sep=;\r\n" + with(";"), "", "UTF-8", EncodingFromGuess},
		"mark":                   {"\ufeff" + text, "", "UTF-8", EncodingFromBOM},
		"LF":                     {strings.ReplaceAll(text, "\r\n", "\n"), "", "UTF-8", EncodingFromGuess},
		"CR":                     {strings.ReplaceAll(text, "\r\n", "\r"), "", "UTF-8", EncodingFromGuess},
		"no end of the last":     {strings.TrimSuffix(text, "\r\n"), "", "UTF-8", EncodingFromGuess},
		"empty rows":             {"\r\n,,\r\n" + strings.Replace(text, "\r\n", "\r\n\r\n,,\r\n", 1) + ",,\r\n\r\n", "", "UTF-8", EncodingFromGuess},
		"GB18030":                {gb, "", "GB18030", EncodingFromGuess},
		"GB18030, named":         {gb, "gbk", "GB18030", EncodingFromOption},
		"UTF-16LE":               {utf16Text(with("\t"), 1, true), "", "UTF-16", EncodingFromBOM},
		"a title above":          {"双阳区屯组一览表,,\r\n单位：奢岭街道,,日期：2026年9月\r\n" + text, "", "UTF-8", EncodingFromGuess},
		"quotes everywhere":      {"\"编码\",\"名称\",\"户数\"\n" + strings.Join(strings.Split(text, "\r\n")[1:], "\n"), "", "UTF-8", EncodingFromGuess},
		"kept from spreadsheets": {strings.Replace(text, "220112001001001", `"=""220112001001001"""`, 1), "", "UTF-8", EncodingFromGuess},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.csv", c.text, OpenOptions{Encoding: c.option})
			l := s.Layers()[0]
			if l.Encoding != c.encoding || l.EncodingFrom != c.from || !slices.Equal(l.Columns, []string{"编码", "名称", "户数"}) || l.Features != 2 || l.Geometry != "" || l.Name != "a" {
				t.Errorf("the layer is %+v", l)
			}
			got, err := recordsOf(s, 0)
			if err != nil || len(numberedCodes(got)) > 0 || !reflect.DeepEqual(texts(got), plain) || got[0].Values[2].Type != Text || got[1].Values[2].Type != Null {
				t.Errorf("the rows are %q, %v", texts(got), err)
			}
		})
	}
}

// TestCSVShapes: columns with shapes become the geometry, also where they go on
// in further columns, and name its system.
func TestCSVShapes(t *testing.T) {
	wkb, err := AppendWKB(nil, orb.Point{125.5, 43.5})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text    string
		columns string
		kind    string
		crs     geo.CRS
		from    string
	}{
		"WKT":           {"code,wkt\n1,POINT (125.5 43.5)\n", "code", "Point", "", ""},
		"几何":            {"几何,编码\n\"POINT Z (125.5,43.5)\",x\nPOINT (125.5 43.5),1\n", "编码", "Point", "", ""},
		"WKB":           {fmt.Sprintf("code,geom\n1,%X\n", wkb), "code", "Geometry", "", ""},
		"GeoJSON":       {"code;geometry\n1;{\"type\":\"Point\",\"coordinates\":[125.5,43.5]}\n", "code", "Geometry", "", ""},
		"several cells": {"wkt,code,wkt_2\nPOINT (12,1,5.5 43.5)\n", "code", "Point", "", ""},
		"a system":      {"code,crs,wkt\n1,EPSG:4490,POINT (125.5 43.5)\n", "code", "Point", geo.CGCS2000, "column"},
		"SRID":          {"code,wkt\n1,SRID=4490;POINT (125.5 43.5)\n", "code", "Point", geo.CGCS2000, "column"},
		"no shape":      {"code,geometry\n1,village\n", "code geometry", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "a.csv", c.text, OpenOptions{})
			l := s.Layers()[0]
			if strings.Join(l.Columns, " ") != c.columns || l.Geometry != c.kind || l.CRS.CRS != c.crs || l.CRS.From != c.from {
				t.Errorf("the layer is %+v", l)
			}
			got, err := recordsOf(s, 0)
			if err != nil {
				t.Fatal(err)
			}
			if last := got[len(got)-1]; c.kind != "" && (last.Geometry != (orb.Point{125.5, 43.5}) || last.Values[0].Text != "1") || c.kind == "" && last.Geometry != nil {
				t.Errorf("the row is %+v", last)
			}
		})
	}
	s := openText(t, "a.csv", "code,crs,wkt\n1,EPSG:4551,POINT (1 2)\n2,EPSG:4549,POINT (1 2)\n", OpenOptions{})
	if h := s.Layers()[0].CRS; h.CRS != "" || h.Err == nil {
		t.Errorf("two systems give %+v", h)
	}
	s = openText(t, "a.csv", "code,wkt\n1,POINT (1 2)\n2,POINT (1\n3,\n4,POINT (3 4)\n", OpenOptions{})
	if got, err := recordsOf(s, 0); err != nil || len(got) != 4 || !slices.Equal(numberedCodes(got), []string{"2 FILE_CORRUPT"}) || got[2].Geometry != nil {
		t.Errorf("a bad shape among good ones: %+v, %v", got, err)
	}
}

// TestCSVTwoRowHeader: merged cells are lost in CSV, but names of parts show
// that the header goes on.
func TestCSVTwoRowHeader(t *testing.T) {
	s := openText(t, "a.csv", "村,网格长,,网格员,\n,姓名,电话,姓名,电话\n于家村,甲,1,乙,2\n", OpenOptions{})
	if got, want := s.Layers()[0].Columns, []string{"村", "网格长/姓名", "网格长/电话", "网格员/姓名", "网格员/电话"}; !slices.Equal(got, want) {
		t.Errorf("columns %q, want %q", got, want)
	}
	if got, err := recordsOf(s, 0); err != nil || !reflect.DeepEqual(texts(got), [][]string{{"于家村", "甲", "1", "乙", "2"}}) || got[0].Line != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	s = openText(t, "a.csv", "村,备注,\n甲村,,x\n乙村,y,\n", OpenOptions{})
	if l := s.Layers()[0]; l.Features != 2 || !slices.Equal(l.Columns, []string{"村", "备注"}) {
		t.Errorf("a column without a name makes %+v", l)
	}
}

// TestCSVFaults: a bad row goes by itself; a file that ends too early says where.
func TestCSVFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		codes []string
		rows  int
	}{
		"too many cells":         {"a,b\n1,2\n3,4,5\n6,7\n", []string{"2 VALUE_DAMAGED"}, 3},
		"text behind a quote":    {"a,b\n1,2\n\"3\"x,4\n6,7\n", []string{"2 VALUE_DAMAGED"}, 3},
		"a quote never closed":   {"a,b\n1,2\n\"3,4\n6,7\n", []string{"2 VALUE_DAMAGED"}, 3},
		"a zero byte":            {"a,b\n" + strings.Repeat("1,2\n", 5000) + "3,\x004\n", []string{"5001 VALUE_DAMAGED"}, 5001},
		"half a character":       {"a,b\n山河街道,双营\n3,山河\xe8\x8b\n", []string{"2 VALUE_DAMAGED"}, 2},
		"a long text":            {"a,b\n1,2\n3," + strings.Repeat("x", 1<<20+1) + "\n", []string{"2 LIMIT"}, 2},
		"a quote in a long file": {"a,b\n1,2\n\"3,4\n" + strings.Repeat("5,6\n", 5<<20), []string{"2 VALUE_DAMAGED"}, 2 + 5<<20},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			var found []string
			err := openText(t, "a.csv", c.text, OpenOptions{}).Records(t.Context(), 0, func(r *Record) error {
				n++
				found = append(found, numberedCodes([]Record{*r})...)
				return nil
			})
			if err != nil || n != c.rows || !slices.Equal(found, c.codes) {
				t.Errorf("%d rows, %q, %v, want %d and %q", n, found, err, c.rows, c.codes)
			}
		})
	}
	s := openText(t, "a.csv", "a,b\n1,2\n"+strings.Repeat(",", 5<<20)+"3\n4,5\n", OpenOptions{})
	if got, err := recordsOf(s, 0); err != nil || len(got) != 3 || !slices.Equal(numberedCodes(got), []string{"2 VALUE_DAMAGED"}) {
		t.Errorf("millions of cells in a row: %d rows, %v", len(got), err)
	}
	s = openText(t, "a.csv", "a,b\n1,2\n3,\"4", OpenOptions{})
	got, err := recordsOf(s, 0)
	var p *Problem
	if !errors.As(err, &p) || p.Problem != ProblemFileTruncated || p.Feature != 2 || p.Line != 3 || len(got) != 1 {
		t.Errorf("cut within quotes: %d rows, %+v", len(got), p)
	}
	l := openText(t, "a.csv", "a,b,c\n1,2\n3,4,5\n6\n", OpenOptions{}).Layers()[0]
	if len(l.Problems) != 1 || l.Problems[0].Problem != ProblemValueDamaged || !l.Problems[0].Warning || l.Problems[0].Values["count"] != 2 {
		t.Errorf("short rows: %+v", l.Problems)
	}
}

// TestCSVBack: what is written reads back as it was.
func TestCSVBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune("a,;\t\"\n'=+-@＝屯𠮷 1.")
	var want [][]string
	var b bytes.Buffer
	w, err := NewCSV(&b, "code", "甲", "乙")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		row := []string{fmt.Sprint(i), "", ""}
		for j := 1; j < 3; j++ {
			for range random.IntN(6) {
				row[j] += string(letters[random.IntN(len(letters))])
			}
		}
		want = append(want, row)
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := recordsOf(openText(t, "a.csv", b.String(), OpenOptions{}), 0)
	if err != nil || len(got) != len(want) {
		t.Fatal(len(got), err)
	}
	for i, row := range texts(got) {
		if !slices.Equal(row, want[i]) {
			t.Errorf("%q reads back as %q", want[i], row)
		}
	}
}
