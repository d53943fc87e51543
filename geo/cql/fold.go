package cql

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// Fold takes the differences of case out of a string: the full case folding of
// Unicode (§5.18, and the lines C and F of CaseFolding.txt), as CASEI does. It
// folds each character by itself, and a string that is folded stays as it is.
func Fold(s string) string {
	ascii := true
	for i := range len(s) {
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	if ascii {
		return strings.ToLower(s)
	}
	folds := Foldings()
	var b strings.Builder
	for _, r := range s {
		if f, ok := folds[r]; ok {
			b.WriteString(f)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Foldings gives what Fold turns characters into, of all that it changes. The
// map is shared: read only.
var Foldings = sync.OnceValue(func() map[rune]string {
	m := make(map[rune]string, 2048)
	fold := cases.Fold()
	// Letters with case end below U+1F000 in Unicode to this day.
	for r := rune('A'); r < 0x1F000; r++ {
		if !utf8.ValidRune(r) || r >= 0x13A0 && r <= 0x13F5 {
			continue // capital letters of Cherokee are what small ones fold into; cases has it both ways
		}
		if s := string(r); fold.String(s) != s {
			m[r] = fold.String(s)
		}
	}
	return m
})
