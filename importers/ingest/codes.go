package ingest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// ParseCode reads the code of an area: text, without blanks round it, full-width
// letters and digits made half-width. Besides, the problem, which has yet to be
// told its feature: VALUE_NORMALISED, a warning, where more than blanks had to
// go or a spreadsheet made a number of it that is exact; CODE_DAMAGED where
// digits are lost, which nobody can bring back, or where it is no code. An
// empty value is "" and no problem.
func ParseCode(v importers.Value) (code string, problem *importers.Problem) {
	code = Fold(v.Text)
	damaged := func(why string) (string, *importers.Problem) {
		return code, &importers.Problem{Problem: importers.ProblemCodeDamaged, Code: code,
			Detail: fmt.Sprintf("the code %q %s; take it from the original, with the column formatted as text", clip(v.Text), why), Values: map[string]any{"value": clip(v.Text)}}
	}
	if code == "" {
		return "", nil
	}
	whole, fraction, dotted := strings.Cut(code, ".")
	switch {
	case scientific(code):
		return damaged("has lost digits: a spreadsheet made a number of it")
	case v.Type == importers.Number && len(strings.TrimLeft(whole, "-")) > 15:
		return damaged("is a number of more than 15 digits, of which spreadsheets keep the first 15 only")
	case v.Type == importers.Number && len(whole) > 12 && digits(whole) && strings.HasSuffix(whole, "000000"):
		return damaged("is a number that ends in zeros, as one does that a spreadsheet wrote as 2.20112E+14")
	case dotted && digits(whole) && strings.Trim(fraction, "0") == "" && (v.Type == importers.Number || fraction != ""):
		if len(whole) > 15 {
			return damaged("is a number of more than 15 digits, of which spreadsheets keep the first 15 only")
		}
		return whole, normalised(v.Text, whole)
	case len(code) > 64 || strings.ContainsAny(code, " \t\r\n\x00:"):
		return damaged("is no code")
	case v.Type == importers.Number && dotted:
		return damaged("is a number with decimals")
	}
	if code != strings.TrimSpace(v.Text) {
		return code, normalised(v.Text, code)
	}
	return code, nil
}

func normalised(was, code string) *importers.Problem {
	return &importers.Problem{Problem: importers.ProblemValueNormalised, Warning: true, Code: code,
		Detail: fmt.Sprintf("%q is read as %q", clip(was), code), Values: map[string]any{"value": clip(was), "expected": code}}
}

// scientific tells of text such as 2.20112E+14.
func scientific(s string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E")
	if !ok || mantissa == "" || exponent == "" || !strings.ContainsAny(s, ".+-") {
		return false
	}
	return digits(strings.Replace(strings.TrimLeft(mantissa, "+-"), ".", "", 1)) && digits(strings.TrimLeft(exponent, "+-"))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// clip gives as much of a value as a sentence can hold.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// ParseCount reads a number of households or people, 0 for an empty value. The
// problem, which has yet to be told its feature, is VALUE_DAMAGED, or
// VALUE_NORMALISED, a warning, where commas or full-width digits were made plain.
func ParseCount(v importers.Value, column string) (int, *importers.Problem) {
	text := strings.ReplaceAll(Fold(v.Text), ",", "")
	if text == "" {
		return 0, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if n := int(x); err == nil && x >= 0 && x <= 100_000_000 && float64(n) == x {
		if v.Type == importers.Text && text != strings.TrimSpace(v.Text) {
			return n, normalised(v.Text, text)
		}
		return n, nil
	}
	return 0, &importers.Problem{Problem: importers.ProblemValueDamaged,
		Detail: fmt.Sprintf("%s: %q is no whole number", column, clip(v.Text)), Values: map[string]any{"column": column, "value": clip(v.Text)}}
}

// parentOfCode gives what a code says of the area that it belongs to, of the
// first of kinds that may be meant and, where that is not there, of the next.
func parentOfCode(k geo.Kind, code string) []geo.Ref {
	cut := func(kind geo.Kind, n int) []geo.Ref { return []geo.Ref{{Kind: kind, Code: code[:n]}} }
	switch {
	case k == geo.Township && len(code) == 9 && digits(code):
		return cut(geo.District, 6)
	case k == geo.Village && len(code) == 12 && digits(code):
		return cut(geo.Township, 9)
	case k == geo.VillageGroup && (len(code) == 15 || len(code) == 14) && digits(code):
		return cut(geo.Village, 12)
	case k == geo.Grid && len(code) == 15 && digits(code):
		if code[9:12] != "000" {
			return cut(geo.Village, 12)
		}
		if code[6:9] != "000" {
			return cut(geo.Township, 9)
		}
		return cut(geo.District, 6)
	case k == geo.Compound && len(code) == 16 && code[12] == 'C' && digits(code[:12]) && digits(code[13:]):
		return cut(geo.Village, 12)
	}
	return nil
}
