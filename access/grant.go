package access

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// CanGrant reports whether somebody of a role may give that role to others: one
// that may do nothing which the giver may not.
func CanGrant(giver, r Role) bool {
	own := allowed(giver)
	for _, a := range allowed(r) {
		if !slices.Contains(own, a) {
			return false
		}
	}
	return len(allowed(r)) > 0
}

// CheckLogin refuses what cannot be a login: 1 to 64 bytes without spaces or
// characters that cannot be seen. The error is geo.ErrInvalid.
func CheckLogin(login string) error {
	unseen := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }
	if login == "" || len(login) > 64 || !utf8.ValidString(login) || strings.ContainsFunc(login, unseen) {
		return fmt.Errorf("%q is no login: 1 to 64 characters without spaces: %w", login, geo.ErrInvalid)
	}
	return nil
}
