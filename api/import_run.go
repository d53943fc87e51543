package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// importNamed gives the import that the path names, if it is the caller's and
// the account may still bring such things in.
func (s *Server) importNamed(r *http.Request) (*importJob, Importer, error) {
	text := mux.Vars(r)["id"]
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return nil, nil, errNotFound("import")
	}
	j, ok := s.desk.of(PrincipalFrom(r.Context()).ID, id)
	if !ok {
		return nil, nil, errNotFound("import")
	}
	importer, err := s.importer(r, j.what)
	return j, importer, err
}

// plainImport is importNamed of a route without parameters.
func (s *Server) plainImport(r *http.Request) (*importJob, Importer, error) {
	if err := newQuery(r).err(); err != nil {
		return nil, nil, err
	}
	return s.importNamed(r)
}

// checkImport answers POST /api/v1/imports/{id}/check: begins to check the file
// as the options say, in place of a check that runs already.
func (s *Server) checkImport(w http.ResponseWriter, r *http.Request) error {
	j, importer, err := s.plainImport(r)
	if err != nil {
		return err
	}
	o, err := readImportOptions(r, j.what)
	if err != nil {
		return err
	}
	o.File, o.Who = strings.Join(j.names(), ", "), namedActor(PrincipalFrom(r.Context()))
	now := s.cfg.Now
	o.Progress = func(stage string, done, of int64) { j.advance(stage, done, of, now()) }
	err = s.desk.start(j, func() error {
		if j.written {
			return fail("import-written", "the file was taken over already; send it again to take it over once more")
		}
		j.options, j.checked, j.checking = o, CheckedImport{}, true
		return nil
	}, func(ctx context.Context) error { return j.check(ctx, importer, o) })
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, s.answerImport(j, true))
}

// stopCheck answers DELETE /api/v1/imports/{id}/check: ends a check that runs, so
// that the import is ready again. Where none runs there is nothing to end.
func (s *Server) stopCheck(w http.ResponseWriter, r *http.Request) error {
	j, _, err := s.plainImport(r)
	if err != nil {
		return err
	}
	j.mu.Lock()
	stop, idle, checking := j.stop, j.idle, j.checking
	j.mu.Unlock()
	switch {
	case stop == nil:
	case !checking:
		return fail("import-busy", "the file is being taken over at this moment, which is not stopped halfway")
	default:
		stop()
		<-idle
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// check has the file checked and keeps what was found.
func (j *importJob) check(ctx context.Context, importer Importer, o ImportOptions) error {
	src, err := j.open(ctx, importers.OpenOptions{Encoding: o.Encoding})
	if err != nil {
		return err
	}
	defer src.Close()
	checked, err := importer.Check(ctx, src, o)
	if err != nil {
		return err
	}
	checked.Report.File, checked.Report.SHA256 = o.File, j.sum
	j.change(func() { j.state, j.checked = importChecked, checked })
	return nil
}

// writeImport answers POST /api/v1/imports/{id}/write: takes the file over as it
// was checked.
func (s *Server) writeImport(w http.ResponseWriter, r *http.Request) error {
	j, _, err := s.plainImport(r)
	if err != nil {
		return err
	}
	body, err := readPerhaps(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	title, note, publish := strings.TrimSpace(f.text("title", maxPlanTitle)), f.text("note", maxPlanNote), f.truth("publish")
	if publish && j.what != ingest.WhatAreas {
		f.impossible("/publish", "is of areas only")
	}
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	p := PrincipalFrom(r.Context())
	if publish && !access.Can(p, access.Publish) {
		return fail("forbidden", "this account may not publish")
	}
	now := s.cfg.Now
	out := ImportWrite{Title: title, Who: namedActor(p), Progress: func(stage string, done, of int64) { j.advance(stage, done, of, now()) }}
	if !p.Scope.All {
		out.Permit = func(result redraw.Result) error { return s.permit(p.Scope, result.Changed) }
	}
	err = s.desk.start(j, func() error {
		switch {
		case j.written && !(publish && j.revision == 0 && j.done.Plan != geo.ID{}):
			return fail("import-written", "the file was taken over already; send it again to take it over once more")
		case j.checked.Report == nil:
			return fail("import-unchecked", "the file was not checked yet, or the check has failed")
		case j.checked.Report.Errors() > 0:
			return fail("import-has-errors", "the file has errors; mend them, or have them repaired, and check again")
		}
		j.checking = false
		return nil
	}, func(ctx context.Context) error { return s.takeOver(ctx, j, out, publish, note) })
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, s.answerImport(j, true))
}

// takeOver writes what was checked, once, and publishes it where that is asked
// for. A publish that is refused leaves the draft.
func (s *Server) takeOver(ctx context.Context, j *importJob, out ImportWrite, publish bool, note string) error {
	j.mu.Lock()
	checked, done, written := j.checked, j.done, j.written
	j.mu.Unlock()
	if !written {
		src, err := j.open(ctx, importers.OpenOptions{Encoding: j.options.Encoding})
		if err != nil {
			return err
		}
		defer src.Close()
		out.Source = src
		if done, err = checked.Write(ctx, out); err != nil {
			return err
		}
		// Until it is published too it is still running.
		j.change(func() { j.done, j.written = done, true })
	}
	if !publish || done.Plan == (geo.ID{}) {
		j.change(func() { j.state = importWritten })
		return nil
	}
	out.Progress(ingest.StagePublish, 0, -1)
	plan, err := s.cfg.Plans.Plan(ctx, done.Plan)
	if err != nil {
		return err
	}
	// The plan may hold more than this file brought: all of it must be permitted.
	_, published, err := s.cfg.Plans.PublishPlan(ctx, done.Plan, note, PlanEdit{IfMatch: plan.ETag, Who: out.Who, Permit: out.Permit})
	if err != nil {
		return s.refused(ctx, done.Plan, err)
	}
	if err := s.cfg.Boundaries.Refresh(ctx); err != nil {
		s.log.WarnContext(ctx, "what was published is not served yet", "error", err)
	}
	j.change(func() { j.state, j.revision = importWritten, published.Number })
	return nil
}

// maxImportWait is how long a request may wait for news, in seconds: less than
// the server gives an answer.
const maxImportWait = 25

// readImport answers GET /api/v1/imports/{id}, at once, or when the import is
// another than in the version that the caller has.
func (s *Server) readImport(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	seconds, _ := q.number("wait")
	after, _ := q.number("after")
	if !(seconds >= 0 && seconds <= maxImportWait) {
		q.unread("wait", "must be from 0 to %d seconds", maxImportWait)
	}
	if err := q.err(); err != nil {
		return err
	}
	j, _, err := s.importNamed(r)
	if err != nil {
		return err
	}
	j.await(r.Context(), int64(after), time.Duration(seconds*float64(time.Second)), s.closing)
	return writeJSON(w, http.StatusOK, s.answerImport(j, true))
}

// await returns when the job is past a version, or when the wait is over.
func (j *importJob) await(ctx context.Context, after int64, wait time.Duration, closing <-chan struct{}) {
	j.mu.Lock()
	version, changed := j.version, j.changed
	j.mu.Unlock()
	if wait == 0 || version > after {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-closing:
	case <-ctx.Done():
	}
}

// listImports answers GET /api/v1/imports: the caller's own.
func (s *Server) listImports(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	out := struct {
		Imports []importAnswer `json:"imports"`
	}{[]importAnswer{}}
	for _, j := range s.desk.own(PrincipalFrom(r.Context()).ID) {
		if _, err := s.importer(r, j.what); err == nil {
			out.Imports = append(out.Imports, s.answerImport(j, false))
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

// discardImport answers DELETE /api/v1/imports/{id}. What was written stays.
func (s *Server) discardImport(w http.ResponseWriter, r *http.Request) error {
	j, _, err := s.plainImport(r)
	if err != nil {
		return err
	}
	if err := s.desk.remove(j); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// namedActor gives a principal as plans and imports name it: by its login, which
// colleagues know.
func namedActor(p access.Principal) patrol.Actor {
	return patrol.Actor{Kind: p.Kind, ID: p.ID.String(), Name: p.Name, Role: string(p.Role)}
}

// names lists the files.
func (j *importJob) names() []string {
	out := make([]string, len(j.files))
	for i, f := range j.files {
		out[i] = f.Name
	}
	return out
}
