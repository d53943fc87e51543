package cql

import (
	"sync"

	"golang.org/x/text/cases"
)

// Fold takes the differences of case out of a string: the full case folding of
// Unicode (§5.18, and the lines C and F of CaseFolding.txt), as CASEI does. It
// folds each character by itself.
func Fold(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return cases.Fold().String(s)
		}
	}
	return lower(s)
}

func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

// Foldings gives what Fold turns characters into, of all that it changes. The
// map is shared: read only.
var Foldings = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 2048)
	fold := cases.Fold()
	// Letters with case end below U+1F000 in Unicode to this day.
	for r := rune('A'); r < 0x1F000; r++ {
		if r >= 0xD800 && r < 0xE000 {
			continue // surrogates are no characters
		}
		if s := string(r); fold.String(s) != s {
			m[s] = fold.String(s)
		}
	}
	return m
})
