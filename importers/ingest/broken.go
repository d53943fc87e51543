package ingest

import (
	"errors"

	"github.com/gridpatrol/gridpatrol/importers"
)

// brokenOff gives the problem of a file that ends too early or is damaged from
// some place on: what was read before it is checked all the same, so that people hear
// of everything at once. It is nil for any other error, and for none.
func brokenOff(err error) *importers.Problem {
	var p *importers.Problem
	if errors.As(err, &p) && (p.Problem == importers.ProblemFileTruncated || p.Problem == importers.ProblemFileCorrupt) {
		own := *p
		return &own
	}
	return nil
}

// concerns reports whether a problem of a reader is about something that is
// read: damage in a column that holds no field harms nothing.
func (c Columns) concerns(p *importers.Problem) bool {
	column, ok := p.Values["column"].(string)
	if !ok {
		return true
	}
	for _, name := range c.names {
		if name == column {
			return true
		}
	}
	return false
}
