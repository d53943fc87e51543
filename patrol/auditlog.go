package patrol

import (
	"encoding/json"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// AuditLine is one line of the audit log: who did what to what, or was shown
// whose names and phones.
type AuditLine struct {
	ID          geo.ID
	At          time.Time // to the microsecond
	Actor       Actor
	Action      string          // such as "report.create" or "personal.read"
	SubjectKind string          // such as "report"
	Subject     string          // its id or code
	Detail      json.RawMessage // nil where there is none; no personal data
}

// AuditFilter narrows the audit log. Empty fields narrow nothing.
type AuditFilter struct {
	From, To    time.Time // From is in, To is out
	Actor       string    // id or name of whoever acted
	Action      string    // whole, or its beginning where it ends with a dot, such as "report."
	SubjectKind string
	Subject     string
	Before      geo.ID // only lines with lower ids: the last one of the page before
	Limit       int    // the most lines; 0: no limit
}
