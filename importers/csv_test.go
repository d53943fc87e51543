package importers

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	w, err := NewCSV(&b, "code", "name")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row("220112001001", "a, \"b\"\n屯"); err != nil {
		t.Fatal(err)
	}
	if err := w.Row("=1+1", ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked || !strings.HasPrefix(text, "code,name\r\n") {
		t.Errorf("the table begins %q, want the mark, the header and CRLF", b.String()[:20])
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	want := [][]string{{"code", "name"}, {"220112001001", "a, \"b\"\n屯"}, {"'=1+1", ""}}
	if err != nil || !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
		t.Errorf("the table reads back as %q, %v, want %q", rows, err, want)
	}
}

func TestCSVRefusesRaggedRows(t *testing.T) {
	w, err := NewCSV(&bytes.Buffer{}, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{nil, {"1"}, {"1", "2", "3"}} {
		if w.Row(row...) == nil {
			t.Errorf("a row of %d cells is taken under a header of two", len(row))
		}
	}
}

func TestSafeCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"于家村":                      "于家村",
		"a=1":                      "a=1",
		"125.6600000":              "125.6600000",
		"=HYPERLINK(\"http://x\")": "'=HYPERLINK(\"http://x\")",
		"+1":                       "'+1",
		"-1":                       "'-1",
		"@SUM(A1)":                 "'@SUM(A1)",
		"\t=1":                     "'\t=1",
		"\r=1":                     "'\r=1",
		"＝1":                       "'＝1",
	} {
		if got := SafeCell(in); got != want {
			t.Errorf("SafeCell(%q) = %q, want %q", in, got, want)
		}
	}
}
