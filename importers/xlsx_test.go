package importers_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/gridpatrol/gridpatrol/importers"
)

func sheet(name string, header []string, rows ...[]any) importers.Sheet {
	return importers.Sheet{Name: name, Header: header, Rows: slices.Values(rows)}
}

// TestWriteXLSX reads the workbook back: text stays text, numbers are numbers,
// and nothing is a formula.
func TestWriteXLSX(t *testing.T) {
	var b bytes.Buffer
	err := importers.WriteXLSX(&b,
		sheet("网格 Grids", []string{"code", "name", "n"},
			[]any{"220112001001001", "=HYPERLINK(\"x\")", 7},
			[]any{"+1", "@sum", 1.5},
			[]any{"-2", "第01网格", nil},
			[]any{"0012", "a\nb", true}),
		importers.Sheet{Name: "empty", Header: []string{"a"}, Rows: slices.Values([][]any{}), Widths: []float64{30}})
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if got := book.GetSheetList(); !slices.Equal(got, []string{"网格 Grids", "empty"}) {
		t.Errorf("sheets %q", got)
	}
	rows, err := book.GetRows("网格 Grids")
	want := [][]string{{"code", "name", "n"}, {"220112001001001", "'=HYPERLINK(\"x\")", "7"}, {"'+1", "'@sum", "1.5"}, {"'-2", "第01网格"}, {"0012", "a\nb", "TRUE"}}
	if err != nil || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("rows %q, %v, want %q", rows, err, want)
	}
	for _, cell := range []string{"A2", "B2", "C2", "A3", "B3"} {
		if f, err := book.GetCellFormula("网格 Grids", cell); err != nil || f != "" {
			t.Errorf("%s is the formula %q, %v", cell, f, err)
		}
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "C2": excelize.CellTypeUnset, "C5": excelize.CellTypeBool} {
		if got, err := book.GetCellType("网格 Grids", cell); err != nil || got != want {
			t.Errorf("%s is of type %v, %v, want %v", cell, got, err, want)
		}
	}
}

func TestWriteXLSXRefuses(t *testing.T) {
	for name, s := range map[string]importers.Sheet{
		"too few cells": sheet("a", []string{"x", "y"}, []any{1}),
		"no number":     sheet("a", []string{"x"}, []any{math.NaN()}),
		"no cell":       sheet("a", []string{"x"}, []any{[]int{1}}),
		"no text":       sheet("a", []string{"x"}, []any{"\xff"}),
		"too long":      sheet("a", []string{"x"}, []any{strings.Repeat("长", 40_000)}),
		"no name":       sheet("a/b", []string{"x"}, []any{1}),
	} {
		if err := importers.WriteXLSX(&bytes.Buffer{}, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
