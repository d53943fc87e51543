package ingest

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

func TestParseCode(t *testing.T) {
	for _, c := range []struct {
		text    string
		kind    importers.ValueType
		code    string
		problem string
		warning bool
	}{
		{"220112001001001", importers.Text, "220112001001001", "", false},
		{"220112001001001", importers.Number, "220112001001001", "", false},
		{"  220112001001 ", importers.Text, "220112001001", "", false},
		{"220112001001C001", importers.Text, "220112001001C001", "", false},
		{"", importers.Null, "", "", false},
		{"　２２０１１２００１Ｃ０１", importers.Text, "220112001C01", importers.ProblemValueNormalised, true},
		{"\ufeff220112001", importers.Text, "220112001", importers.ProblemValueNormalised, true},
		{"220112001001001.0", importers.Number, "220112001001001", importers.ProblemValueNormalised, true},
		{"220112001001001.000", importers.Text, "220112001001001", importers.ProblemValueNormalised, true},
		{"2.20112E+14", importers.Number, "2.20112E+14", importers.ProblemCodeDamaged, false},
		{"2.20112e14", importers.Text, "2.20112e14", importers.ProblemCodeDamaged, false},
		{"2201120010010010", importers.Number, "2201120010010010", importers.ProblemCodeDamaged, false},
		{"2201120010010010.0", importers.Number, "2201120010010010.0", importers.ProblemCodeDamaged, false},
		{"220112000000000", importers.Number, "220112000000000", importers.ProblemCodeDamaged, false}, // 2.20112E+14, written out
		{"220112000000000.0", importers.Number, "220112000000000.0", importers.ProblemCodeDamaged, false},
		{"220112000000000", importers.Text, "220112000000000", "", false},
		{"220112000000", importers.Number, "220112000000", "", false},
		{"220112.5", importers.Number, "220112.5", importers.ProblemCodeDamaged, false},
		{"220112 001", importers.Text, "220112 001", importers.ProblemCodeDamaged, false},
		{"grid:1", importers.Text, "grid:1", importers.ProblemCodeDamaged, false},
	} {
		code, p := ParseCode(importers.Value{Text: c.text, Type: c.kind})
		if code != c.code || (p == nil) != (c.problem == "") || p != nil && (p.Problem != c.problem || p.Warning != c.warning || p.Detail == "") {
			t.Errorf("ParseCode(%q) = %q, %v, want %q, %s", c.text, code, p, c.code, c.problem)
		}
	}
}

// FuzzParseCode: a code that is taken is taken as it is once more, and names an
// area.
func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"220112001001001", "2.20112E+14", "２２０", "1.0", " a", "\x00", "1.", ".5"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, number bool) {
		v := importers.Value{Text: text, Type: importers.Text}
		if number {
			v.Type = importers.Number
		}
		code, p := ParseCode(v)
		if code == "" || p != nil && !p.Warning {
			return
		}
		if again, p := ParseCode(importers.Value{Text: code, Type: importers.Text}); again != code || p != nil && !p.Warning {
			t.Errorf("ParseCode(%q) = %q, and of that %q, %v", text, code, again, p)
		}
		if ref, err := geo.ParseRef(code); err != nil || ref.Code != code {
			t.Errorf("%q is taken for a code: %v, %v", code, ref, err)
		}
	})
}

func TestParentOfCode(t *testing.T) {
	for _, c := range []struct {
		kind   geo.Kind
		code   string
		parent string
	}{
		{geo.Township, "220112001", "district:220112"},
		{geo.Village, "220112001201", "township:220112001"},
		{geo.VillageGroup, "220112001201003", "village:220112001201"},
		{geo.Grid, "220112001001002", "village:220112001001"},
		{geo.Grid, "220112001000002", "township:220112001"},
		{geo.Grid, "220112000000002", "district:220112"},
		{geo.Compound, "220112001001C003", "village:220112001001"},
		{geo.Village, "22011200120", ""},
		{geo.Compound, "220112001001003", ""},
		{geo.District, "220112", ""},
	} {
		got := ""
		if refs := parentOfCode(c.kind, c.code); len(refs) > 0 {
			got = refs[0].String()
		}
		if got != c.parent {
			t.Errorf("%s %s belongs to %q, want %q", c.kind, c.code, got, c.parent)
		}
	}
}

func TestParseAlias(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "一组": {"一组"}, "一组;河西屯": {"一组", "河西屯"}, "一组、 河西屯": {"一组", "河西屯"}, `["一组","二,三"]`: {"一组", "二,三"},
		"(2:一组,河西屯)": {"一组", "河西屯"}, "(旧)一组": {"(旧)一组"},
	} {
		if got := parseAlias(text); !slices.Equal(got, want) {
			t.Errorf("parseAlias(%q) = %q, want %q", text, got, want)
		}
	}
}
