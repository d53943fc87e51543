package api

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/gridpatrol/gridpatrol/internal/etag"
)

// writeTagged answers 200 with v as JSON and an ETag over its text, or 304 to a
// client that has it already. The ETag is weak: compressed or not, it is the
// same. Everybody may keep the answer, and has to ask whether it still holds;
// for an account or token only the client itself may, as admit says.
func writeTagged(w http.ResponseWriter, r *http.Request, contentType string, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	return tagged(w, r, contentType, body)
}

// tagged is writeTagged of a text.
func tagged(w http.ResponseWriter, r *http.Request, contentType string, body []byte) error {
	tag := etag.Of(body)
	h := w.Header()
	h.Set("ETag", tag)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "public, no-cache")
	}
	if etag.NoneMatch(r.Header, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", contentType)
	w.WriteHeader(http.StatusOK)
	// A client that is gone is nobody's error.
	_, _ = w.Write(body)
	return nil
}

// encode gives v as JSON with templates such as {z}&{x} as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
