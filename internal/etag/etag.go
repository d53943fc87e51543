// Package etag makes entity tags, and reads those that clients have (RFC 9110,
// 8.8.3 and 13.1.2).
package etag

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// Of gives the tag of a text. It is weak: compressed or not, the text is the
// same.
func Of(text []byte) string {
	sum := sha256.Sum256(text)
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// NoneMatch reports whether If-None-Match holds one of the tags, compared
// weakly, so that the answer is 304.
func NoneMatch(h http.Header, tags ...string) bool {
	for _, line := range h["If-None-Match"] {
		for part := range strings.SplitSeq(line, ",") {
			has := strings.TrimSpace(part)
			if has == "*" {
				return true
			}
			for _, tag := range tags {
				if has != "" && strings.TrimPrefix(has, "W/") == strings.TrimPrefix(tag, "W/") {
					return true
				}
			}
		}
	}
	return false
}
