package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// mediaType gives the content type of a body without parameters, in small
// letters; empty where it is missing or broken.
func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}

// unsupported is the error for a body of another type.
func unsupported(types ...string) error {
	return fail("unsupported-media-type", "send "+strings.Join(types, " or ")+", and say so in Content-Type")
}

// readObject reads a body that is one JSON object of at most maxBody bytes.
func readObject(r *http.Request) (*object, error) {
	switch mediaType(r) {
	case "application/json", "application/geo+json":
	default:
		return nil, unsupported("application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		return nil, readError(err)
	}
	return parseObject(data)
}

// parseObject reads a text that is one JSON object.
func parseObject(data []byte) (*object, error) {
	v, err := parseJSON(data)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, fail("malformed-json", "the body must be a JSON object")
	}
	return o, nil
}

// writeJSON answers with v. v is encoded first, so that an error is still one.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	return writeType(w, status, "application/json", v)
}

func writeGeoJSON(w http.ResponseWriter, status int, v any) error {
	return writeType(w, status, "application/geo+json", v)
}

func writeType(w http.ResponseWriter, status int, contentType string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	// A client that is gone is nobody's error.
	_, _ = w.Write(append(body, '\n'))
	return nil
}

// jsonType is the Content-Type of most answers, as a header holds it. Not to be
// changed: all share it.
var jsonType = []string{"application/json"}

// writeBody answers 200 with a body.
func writeBody(w http.ResponseWriter, contentType []string, body []byte) {
	h := w.Header()
	h["Content-Type"] = contentType
	if len(body) >= 2048 {
		// net/http counts shorter ones, and would send these in chunks.
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(http.StatusOK)
	// A client that is gone is nobody's error.
	_, _ = w.Write(body)
}

// readError gives the error for a body that ended badly: too large stays what
// it is, anything else is the connection's, so the client's.
func readError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return fail("bad-request", "the body ended before its time")
}
