package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// policy lets the application load from its own server alone. The map library
// draws pictures it made itself (data:, blob:); its worker, whose own answer
// carries the policy too, fetches tiles.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// hashed are names that build.mjs gives: another content has another name.
var hashed = regexp.MustCompile(`-[0-9A-Z]{8}\.[a-z]+$`)

// encodings are those build.mjs compresses to, the smallest first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// file is one file of the application, with its compressed forms by encoding.
type file struct {
	contentType  string
	cacheControl string
	etag         string // of the plain content, without quotes
	plain        []byte
	encoded      map[string][]byte
}

// newHandler serves what is in dist; false when there is no index.html.
func newHandler(dist fs.FS, notFound http.Handler) (http.Handler, bool) {
	if _, err := fs.Stat(dist, "index.html"); err != nil {
		return nil, false
	}
	files := make(map[string]*file)
	names, err := fs.Glob(dist, "assets/*")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range append(names, "index.html", "manifest.webmanifest", "sw.js") {
		if slices.Contains([]string{".br", ".gz"}, path.Ext(name)) {
			continue
		}
		f, err := readFile(dist, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // built without it
		}
		if err != nil {
			panic(err) // an embedded file can be read
		}
		files["/"+strings.TrimSuffix(name, "index.html")] = f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[r.URL.Path]
		if !ok {
			notFound.ServeHTTP(w, r)
			return
		}
		f.serve(w, r)
	}), true
}

func readFile(dist fs.FS, name string) (*file, error) {
	plain, err := fs.ReadFile(dist, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &file{
		contentType:  contentType(name),
		cacheControl: "no-cache",
		etag:         hex.EncodeToString(sum[:12]),
		plain:        plain,
		encoded:      make(map[string][]byte),
	}
	if hashed.MatchString(name) {
		f.cacheControl = "public, max-age=31536000, immutable"
	}
	for _, e := range encodings {
		if content, err := fs.ReadFile(dist, name+e.suffix); err == nil && len(content) < len(plain) {
			f.encoded[e.name] = content
		}
	}
	return f, nil
}

// contentType does not ask the machine's tables, which differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cacheControl)
	content, tag := f.plain, f.etag
	if len(f.encoded) > 0 {
		h.Set("Vary", "Accept-Encoding") // the server around it may have said so already
	}
	for _, e := range encodings {
		if f.encoded[e.name] != nil && accepts(r, e.name) {
			content, tag = f.encoded[e.name], tag+"-"+e.name
			h.Set("Content-Encoding", e.name)
			break
		}
	}
	h.Set("ETag", strconv.Quote(tag))
	// It answers HEAD, If-None-Match and Range. Without a time of change: that
	// of an embedded file is not known.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// accepts reads Accept-Encoding (RFC 9110, 12.5.3) for one encoding.
func accepts(r *http.Request, encoding string) bool {
	any := false
	for _, v := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(v, ",") {
			name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
			weight, hasWeight := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			q, err := strconv.ParseFloat(weight, 64)
			accepted := !hasWeight || err == nil && q > 0
			switch strings.ToLower(strings.TrimSpace(name)) {
			case encoding:
				return accepted
			case "*":
				any = accepted
			}
		}
	}
	return any
}
