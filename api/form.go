package api

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
)

// maxPhotos is how many photos come with a report, and with an event.
const maxPhotos = 6

// parseForm reads a multipart form of one part with a JSON object, sent under
// that name as a field or as a file, and photo parts, and gives the object.
// Large parts wait on disk, not in memory, until their turn: without an error
// the caller owes r.MultipartForm a RemoveAll.
func parseForm(r *http.Request, name string) (body *object, err error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, tooLarge
		}
		if errors.Is(err, multipart.ErrMessageTooLarge) {
			return nil, fail("too-large", "a part of the form is too large")
		}
		return nil, fail("invalid-multipart", "the form cannot be read")
	}
	defer func() {
		if err != nil {
			// What stays is a temporary file.
			_ = r.MultipartForm.RemoveAll()
		}
	}()
	if err := checkParts(r.MultipartForm, name); err != nil {
		return nil, err
	}
	text, err := jsonPart(r.MultipartForm, name)
	if err != nil {
		return nil, err
	}
	return parseObject(text)
}

// checkParts notes parts that are not known, missing or too many.
func checkParts(form *multipart.Form, json string) error {
	var bad faults
	for name, files := range form.File {
		switch {
		case name != "photo" && name != json:
			bad.unread("/"+escapePointer(name), "is not known; there are %s and photo", json)
		case name == "photo" && len(files) > maxPhotos:
			bad.impossible("/photo", "at most %d photos are taken", maxPhotos)
		}
	}
	for name := range form.Value {
		if name != json {
			bad.unread("/"+escapePointer(name), "is not known; there are %s and photo, the latter a file", json)
		}
	}
	if n := len(form.Value[json]) + len(form.File[json]); n != 1 {
		bad.unread("/"+json, "must be there once")
	}
	return bad.bodyError()
}

// jsonPart gives the text of the part of that name.
func jsonPart(form *multipart.Form, name string) ([]byte, error) {
	if v := form.Value[name]; len(v) == 1 {
		return []byte(v[0]), nil
	}
	header := form.File[name][0]
	if header.Size > maxBody {
		return nil, fail("too-large", "the "+name+" part is too large")
	}
	return readPart(header)
}

func readPart(header *multipart.FileHeader) ([]byte, error) {
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
