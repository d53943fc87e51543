package api

import (
	"errors"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// fileFault is a file that cannot be read: 422, with the code of what is wrong
// in small letters.
type fileFault struct{ found *importers.Problem }

func (f *fileFault) Error() string { return f.found.Error() }

func (f *fileFault) Unwrap() error {
	code := strings.ReplaceAll(strings.ToLower(f.found.Problem), "_", "-")
	return &unprocessed{&geo.Problem{Kind: geo.ErrInvalid, Code: code, Detail: f.found.Detail}}
}

// importFailure gives the error of an import for who began it.
func importFailure(err error) error {
	var p *importers.Problem
	if errors.As(err, &p) {
		return &fileFault{p}
	}
	return unprocessable(err)
}
