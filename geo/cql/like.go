package cql

import "unicode/utf8"

// likes reports whether the whole string fits the pattern of Like. Where it
// fails after a %, that takes one character more; an earlier % never has to, so
// the steps are at most the product of the lengths.
func likes(s, pattern string) bool {
	back, backTo := -1, 0 // the pattern after the last %, and what of s comes then
	i, k := 0, 0
	for i < len(s) {
		if k < len(pattern) && pattern[k] == '%' {
			k++
			back, backTo = k, i
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		if size, ok := fits(s[i:i+n], pattern[k:]); ok {
			i, k = i+n, k+size
			continue
		}
		if back < 0 {
			return false
		}
		_, n = utf8.DecodeRuneInString(s[backTo:])
		backTo += n
		i, k = backTo, back
	}
	for k < len(pattern) && pattern[k] == '%' {
		k++
	}
	return k == len(pattern)
}

// fits compares a character with the first of the pattern, and gives the bytes
// of that.
func fits(char, pattern string) (size int, ok bool) {
	switch {
	case pattern == "":
		return 0, false
	case pattern[0] == '_':
		return 1, true
	case pattern[0] == '\\' && len(pattern) > 1:
		_, ok := fitsSelf(char, pattern[1:])
		return 1 + len(char), ok
	}
	return fitsSelf(char, pattern)
}

func fitsSelf(char, pattern string) (size int, ok bool) {
	return len(char), len(pattern) >= len(char) && pattern[:len(char)] == char
}
