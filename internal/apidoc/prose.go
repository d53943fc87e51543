package apidoc

import "strings"

// span is a stretch of text, as code or not.
type span struct {
	Code bool
	Text string
}

// prose divides a text of a document into paragraphs, at empty lines. Of
// Markdown it knows `code` alone.
func prose(s string) [][]span {
	var out [][]span
	for part := range strings.SplitSeq(s, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, inline(part))
		}
	}
	return out
}

// inline divides a line into what is code and what is not.
func inline(s string) []span {
	var out []span
	for i, part := range strings.Split(s, "`") {
		if part != "" {
			out = append(out, span{i%2 == 1, part})
		}
	}
	return out
}
