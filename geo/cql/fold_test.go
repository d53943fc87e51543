package cql

import (
	"testing"
	"unicode"
)

func TestReqCaseiFunction(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "ABC xyz": "abc xyz", "网格A": "网格a", "STRASSE": "strasse", "Straße": "strasse", "ΟΔΟΣ": "οδοσ", "Οδος": "οδοσ",
		"\u212Aelvin": "kelvin", "ﬁx": "fix", "\u0130": "i\u0307", "\u0131": "\u0131", "ꭰ": "Ꭰ", "Ꭰ": "Ꭰ", "KØBENHAVN": "københavn",
	} {
		if got := Fold(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
	}
	// Characters that are one another's capital fold to the same, but the two
	// i of Turkish; and to fold twice changes nothing.
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if next := unicode.SimpleFold(r); next != r && Fold(string(r)) != Fold(string(next)) {
			t.Errorf("%U folds to %q, %U to %q", r, Fold(string(r)), next, Fold(string(next)))
		}
		if once := Fold(string(r)); Fold(once) != once {
			t.Errorf("%U folds to %q and that to %q", r, once, Fold(once))
		}
	}
	if n := len(Foldings()); n < 1400 {
		t.Errorf("only %d characters fold", n)
	}
}
