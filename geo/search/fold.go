package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// fold puts text into the form that is compared: full-width letters and digits
// narrow, in lower case, without spaces, apostrophes and hyphens, so that
// "Yu Jia Cun", "ｙｕｊｉａｃｕｎ" and "yu'jia'cun" are one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\'', r == '’', r == '-':
			return -1
		case r == 'ü': // pinyin's v, as it is typed
			return 'v'
		}
		return unicode.ToLower(r)
	}, width.Fold.String(s))
}
