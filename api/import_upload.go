package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// What an upload may be: bytes of all files, and how many of them.
const (
	maxImport      = 256 << 20
	maxImportFiles = 40
)

// importRights say what bringing in a sort of thing asks of the account.
var importRights = map[string]access.Action{
	ingest.WhatAreas:   access.PlanBoundaries,
	ingest.WhatRoster:  access.ManageDuties,
	ingest.WhatReports: access.ManageDuties,
	ingest.WhatRoads:   access.ManageDuties,
}

// importer gives who brings in a sort of thing, and refuses who may not.
func (s *Server) importer(r *http.Request, what string) (Importer, error) {
	right, known := importRights[what]
	if !known {
		return nil, fail("invalid-parameters", "what must be areas, roster, reports or roads",
			geo.FieldError{Pointer: "what", Detail: "must be areas, roster, reports or roads"})
	}
	p := PrincipalFrom(r.Context())
	if !access.Can(p, right) {
		return nil, fail("forbidden", "this account may not do that")
	}
	if what != ingest.WhatAreas && !p.Scope.All {
		return nil, fail("outside-scope", "this is about the whole district, and this account is limited to areas of it")
	}
	i := s.cfg.Importers[what]
	if i == nil || s.desk.dir == "" {
		return nil, errNotFound("service here")
	}
	return i, nil
}

// upload answers POST /api/v1/imports: files are put on disk and looked into,
// and nothing else happens yet.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	what := q.text("what", 20)
	if err := q.err(); err != nil {
		return err
	}
	if _, err := s.importer(r, what); err != nil {
		return err
	}
	now := s.cfg.Now().UTC()
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	j := &importJob{
		id: id, owner: PrincipalFrom(r.Context()).ID, what: what, dir: filepath.Join(s.desk.dir, id.String()),
		began: now, expires: now.Add(importKept), state: importReady, version: 1, changed: make(chan struct{}),
	}
	if index := s.cfg.Boundaries.Current().Index; index.Len() > 0 {
		b := index.Bound()
		j.around = &b
	}
	if err := s.desk.add(j); err != nil {
		return err
	}
	kept := false // also where a reader panics
	defer func() {
		if !kept {
			// What cannot be removed now goes with what else is too old.
			_ = s.desk.remove(j)
		}
	}()
	if err := j.receive(r); err != nil {
		return err
	}
	if j.sum, err = importers.Sum(j.path); err != nil {
		return err
	}
	done, err := s.desk.look(r.Context())
	if err != nil {
		return err
	}
	defer done()
	if err := j.look(r.Context()); err != nil {
		return importFailure(err)
	}
	done()
	kept = true
	s.desk.show(j)
	w.Header().Set("Location", "/api/v1/imports/"+j.id.String())
	return writeJSON(w, http.StatusCreated, s.answerImport(j, true))
}

// receive puts the parts of the form into the job's folder.
func (j *importJob) receive(r *http.Request) error {
	form, err := r.MultipartReader()
	if err != nil {
		return fail("unsupported-media-type", "send multipart/form-data with parts named file")
	}
	for _, folder := range []string{j.uploads(), j.temp()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	if j.lock, err = hold(j.dir); err != nil {
		return err
	}
	taken := map[string]bool{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badForm(err)
		}
		if part.FormName() != "file" {
			return fail("invalid-body", "there is a part that is not named file", geo.FieldError{Pointer: "/" + escapePointer(part.FormName()), Detail: "is not known; there is file"})
		}
		if len(j.files) == maxImportFiles {
			return fail("too-large", fmt.Sprintf("at most %d files are taken at once", maxImportFiles))
		}
		name, err := fileName(part)
		if err != nil {
			return err
		}
		if key := strings.ToLower(name); taken[key] {
			return fail("invalid-body", "two files are called "+name, geo.FieldError{Pointer: "/file", Detail: "is there twice: " + name})
		} else {
			taken[key] = true
		}
		n, err := keepPart(filepath.Join(j.uploads(), name), part)
		if err != nil {
			return badForm(err)
		}
		j.files = append(j.files, uploadedFile{name, n})
	}
	switch len(j.files) {
	case 0:
		return fail("invalid-body", "there is no file", geo.FieldError{Pointer: "/file", Detail: "is missing"})
	case 1:
		j.path = filepath.Join(j.uploads(), j.files[0].Name)
	default:
		j.path = j.uploads()
	}
	return nil
}

// badForm gives the error for a form that broke off or is too large.
func badForm(err error) error {
	var tooLarge *http.MaxBytesError
	var path *os.PathError
	if errors.As(err, &tooLarge) || errors.As(err, &path) {
		return err
	}
	return fail("invalid-multipart", "the form cannot be read to its end")
}

// fileName gives the name of an uploaded file: the last part of a path, and
// nothing that a file system could take for another thing.
func fileName(part *multipart.Part) (string, error) {
	name := part.FileName() // without folders
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		name = name[i+1:] // a browser's path on Windows
	}
	bad := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`/\:`, r) }
	if name == "" || strings.HasPrefix(name, ".") || len(name) > 200 || !utf8.ValidString(name) || strings.ContainsFunc(name, bad) {
		return "", fail("invalid-body", "a file has no name that can be kept", geo.FieldError{Pointer: "/file", Detail: "needs a name of at most 200 bytes, without folders and control characters, that does not begin with a dot"})
	}
	return name, nil
}

func keepPart(path string, from io.Reader) (n int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return io.Copy(f, from)
}

// The folders of a job: for what came, and for what readers unpack.
func (j *importJob) uploads() string { return filepath.Join(j.dir, "files") }
func (j *importJob) temp() string    { return filepath.Join(j.dir, "temp") }

// open opens the upload.
func (j *importJob) open(ctx context.Context, o importers.OpenOptions) (importers.Source, error) {
	o.TempDir = j.temp()
	src, err := importers.Open(ctx, j.path, o)
	if large, ok := src.(importers.Bounded); err == nil && ok && j.around != nil {
		large.Within(*j.around)
	}
	return src, err
}
