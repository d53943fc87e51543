package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// AuditLog is the log of changes, and of readings of personal data.
type AuditLog interface {
	// ReadAudit gives lines, the newest first, and notes in the log that who
	// read them. A scope limited to areas sees what concerns reports in them,
	// and what who did.
	ReadAudit(ctx context.Context, scope access.Scope, who patrol.Actor, f patrol.AuditFilter) ([]patrol.AuditLine, error)
}

// auditAnswer is a line of the audit log.
type auditAnswer struct {
	ID    geo.ID    `json:"id"`
	At    time.Time `json:"at"`
	Actor struct {
		Kind string `json:"kind"`
		ID   string `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
		Role string `json:"role,omitempty"`
	} `json:"actor"`
	Action      string          `json:"action"`
	SubjectKind string          `json:"subject_kind"`
	Subject     string          `json:"subject"`
	Detail      json.RawMessage `json:"detail,omitempty"`
}

func answerAudit(l *patrol.AuditLine) auditAnswer {
	a := auditAnswer{ID: l.ID, At: l.At, Action: l.Action, SubjectKind: l.SubjectKind, Subject: l.Subject, Detail: l.Detail}
	a.Actor.Kind, a.Actor.ID, a.Actor.Name, a.Actor.Role = l.Actor.Kind, l.Actor.ID, l.Actor.Name, l.Actor.Role
	return a
}

// The lines of one page: unless asked, and at most.
const (
	pageAudit    = 100
	maxPageAudit = 10_000
)

// readAudit answers GET /api/v1/audit: lines of the log, the newest first, as
// JSON or CSV, with a link to the next page.
func (s *Server) readAudit(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.AuditLog == nil {
		return errNotFound("audit log")
	}
	f, format, err := readAuditFilter(newQuery(r))
	if err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	lines, err := s.cfg.AuditLog.ReadAudit(r.Context(), p.Scope, actorOf(p), f)
	if err != nil {
		return err
	}
	links := []link{{Rel: "self", Href: s.baseURL(r) + r.URL.RequestURI()}}
	if len(lines) == f.Limit {
		next := s.nextPage(r, lines[len(lines)-1].ID.String())
		links = append(links, link{Rel: "next", Href: next})
		w.Header().Set("Link", "<"+next+`>; rel="next"`)
	}
	w.Header().Set("Cache-Control", "no-store")
	if format == "csv" {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "audit.csv"}))
		out := NewAuditWriter(w, format)
		for i := range lines {
			if err := out.Write(&lines[i]); err != nil {
				return err
			}
		}
		return out.Close()
	}
	answer := make([]auditAnswer, len(lines))
	for i := range lines {
		answer[i] = answerAudit(&lines[i])
	}
	return writeJSON(w, http.StatusOK, map[string]any{"lines": answer, "links": links})
}

// readAuditFilter reads the parameters. A subject is a kind and an id, such as
// report:0198…, or either alone: report: or 0198….
func readAuditFilter(q *query) (f patrol.AuditFilter, format string, err error) {
	f = patrol.AuditFilter{From: q.moment("from"), To: q.moment("to"), Actor: q.text("actor", 200), Action: q.text("action", 80),
		Limit: q.count("limit", pageAudit, maxPageAudit)}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		q.unread("to", "must be after from")
	}
	f.Subject = q.text("subject", 200)
	if kind, subject, ok := strings.Cut(f.Subject, ":"); ok && kind != "" && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_") == "" {
		f.SubjectKind, f.Subject = kind, subject
	}
	if cursor := q.text("cursor", 64); cursor != "" {
		if f.Before, err = uuid.Parse(cursor); err != nil {
			q.unread("cursor", "is none of ours; take it from a next link")
		}
	}
	switch format = q.text("format", 10); format {
	case "", "json", "csv":
	default:
		q.unread("format", "must be json or csv")
	}
	return f, format, q.err()
}

// AuditWriter writes lines of the audit log as CSV or as JSON, one object a
// line.
type AuditWriter struct {
	csv  *csv.Writer
	json *json.Encoder
}

// NewAuditWriter writes to w; format is "csv", else it is JSON.
func NewAuditWriter(w io.Writer, format string) *AuditWriter {
	if format != "csv" {
		return &AuditWriter{json: json.NewEncoder(w)}
	}
	out := &AuditWriter{csv: csv.NewWriter(w)}
	// An error stays in the writer: Close tells of it.
	_ = out.csv.Write([]string{"id", "at", "actor_kind", "actor_id", "actor_name", "actor_role", "action", "subject_kind", "subject", "detail"})
	return out
}

// Write writes a line. No cell of it is a formula to a spreadsheet.
func (a *AuditWriter) Write(l *patrol.AuditLine) error {
	if a.json != nil {
		return a.json.Encode(answerAudit(l))
	}
	cells := []string{l.ID.String(), l.At.Format(time.RFC3339Nano), l.Actor.Kind, l.Actor.ID, l.Actor.Name, l.Actor.Role,
		l.Action, l.SubjectKind, l.Subject, string(l.Detail)}
	for i, c := range cells {
		cells[i] = importers.SafeCell(c)
	}
	return a.csv.Write(cells)
}

// Close writes what is left. It does not close the writer below.
func (a *AuditWriter) Close() error {
	if a.csv == nil {
		return nil
	}
	a.csv.Flush()
	return a.csv.Error()
}
