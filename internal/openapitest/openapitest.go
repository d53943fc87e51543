// Package openapitest checks what a server answers in tests against its OpenAPI
// document: that status, headers and media type are documented, and that JSON fits
// its schema and has no member that the schema lacks.
package openapitest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Checker compares answers with a document. Safe for concurrent use.
type Checker struct {
	base       string // the path of the document's server, which all paths are below
	operations []*operation

	mu       sync.Mutex
	schemas  *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// New reads a document.
func New(document []byte) (*Checker, error) {
	d, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("the document is no JSON: %w", err)
	}
	c := &Checker{schemas: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	root, _ := d.(map[string]any)
	if v, _ := root["openapi"].(string); strings.HasPrefix(v, "3.0") {
		upgrade(root)
	}
	servers, _ := root["servers"].([]any)
	for _, s := range servers {
		text, _ := mapping(s)["url"].(string)
		u, err := url.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("a server of the document: %w", err)
		}
		c.base = strings.TrimSuffix(u.Path, "/")
	}
	schemas := map[string]any{}
	c.operations = operationsOf(root, schemas)
	components := closer(mapping(mapping(root["components"])["schemas"]))
	for _, s := range components {
		components.parts(s)
	}
	for _, s := range schemas {
		components.whole(s)
	}
	c.schemas.DefaultDraft(jsonschema.Draft2020)
	c.schemas.AssertFormat()
	return c, c.schemas.AddResource(location, map[string]any{"components": root["components"], "answers": schemas})
}

// location is the address under which schemas are compiled.
const location = "urn:document"

// keptBytes is how much of an answer is looked at.
const keptBytes = 512 << 10

// Wrap gives a handler that serves as h does and checks what it answers. What
// does not fit fails the test at its end, each fault once.
func (c *Checker) Wrap(t testing.TB, h http.Handler) http.Handler {
	found := &findings{lines: map[string]bool{}}
	t.Cleanup(func() {
		found.mu.Lock()
		defer found.mu.Unlock()
		for _, line := range slices.Sorted(maps.Keys(found.lines)) {
			t.Errorf("not as in the document: %s", line)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tee{ResponseWriter: w}
		method, path := r.Method, r.URL.Path
		h.ServeHTTP(t, r) // a panic is an answer that was cut off, and nothing to look at
		if o := c.operation(path); o != nil {
			c.check(o, method, t, found)
		}
	})
}

// Faults says what is not as the document has it in an answer to a path, without
// its query; nothing for a path that the document does not have.
func (c *Checker) Faults(method, path string, status int, header http.Header, body []byte) []string {
	o := c.operation(path)
	if o == nil {
		return nil
	}
	t := &tee{status: status, header: header}
	t.body.Write(body[:min(len(body), keptBytes)])
	t.cut = len(body) > keptBytes
	found := &findings{lines: map[string]bool{}}
	c.check(o, method, t, found)
	return slices.Sorted(maps.Keys(found.lines))
}

// findings are what did not fit in one test.
type findings struct {
	mu    sync.Mutex
	lines map[string]bool
}

func (f *findings) add(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lines[line] = true
}

// tee keeps the beginning of an answer.
type tee struct {
	http.ResponseWriter
	status int
	header http.Header
	body   bytes.Buffer
	cut    bool
}

func (t *tee) WriteHeader(status int) {
	if t.status == 0 && status >= 200 {
		t.status, t.header = status, t.Header().Clone()
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *tee) Write(p []byte) (int, error) {
	if t.status == 0 {
		t.WriteHeader(http.StatusOK)
	}
	keep := min(len(p), keptBytes-t.body.Len())
	t.cut = t.cut || keep < len(p)
	t.body.Write(p[:keep])
	n, err := t.ResponseWriter.Write(p)
	t.cut = t.cut || err != nil // the client has gone: the handler may stop here
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tee) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// plain gives the body as it was before it was compressed, as far as it came.
func (t *tee) plain() []byte {
	var z io.Reader
	switch t.header.Get("Content-Encoding") {
	case "gzip":
		r, err := gzip.NewReader(&t.body)
		if err != nil {
			t.cut = true
			return nil
		}
		z = r
	case "zstd": // browsers ask for it
		r, err := zstd.NewReader(&t.body, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.cut = true
			return nil
		}
		defer r.Close()
		z = r
	default:
		return t.body.Bytes()
	}
	out, err := io.ReadAll(io.LimitReader(z, keptBytes))
	t.cut = t.cut || err != nil || len(out) == keptBytes
	return out
}

// ordinary are the headers that any answer of a server may have, in their canonical
// form: HTTP's, those for browsers and proxies, and the cookie of a session, which
// is taken back with whatever answer when it has ended.
var ordinary = []string{
	"Accept-Ranges", "Allow", "Cache-Control", "Connection", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Range",
	"Content-Security-Policy", "Content-Type", "Cross-Origin-Opener-Policy", "Date", "Last-Modified", "Permissions-Policy", "Referrer-Policy", "Set-Cookie",
	"Strict-Transport-Security", "Vary", "X-Accel-Buffering", "X-Content-Type-Options", "X-Frame-Options",
}

func (c *Checker) check(o *operation, method string, t *tee, all *findings) {
	if t.status == 0 || t.status == http.StatusTeapot { // nothing of ours: a test put it in the place of a handler
		return
	}
	asked := method
	if asked == http.MethodHead {
		asked = http.MethodGet
	}
	found := func(format string, a ...any) {
		all.add(fmt.Sprintf("%s %s: %d ", method, o.path, t.status) + fmt.Sprintf(format, a...))
	}
	responses, ok := o.methods[asked]
	if !ok {
		if t.status != http.StatusMethodNotAllowed && method != http.MethodOptions {
			found("is answered to a method that is not documented")
		}
		return
	}
	answer, ok := responses[fmt.Sprint(t.status)]
	if !ok {
		found("is not documented: %.300s", t.plain())
		return
	}
	for name := range t.header {
		if !slices.Contains(answer.headers, name) && !slices.Contains(ordinary, name) && !strings.HasPrefix(name, "Access-Control-") {
			found("has the header %s, which is not documented", name)
		}
	}
	if method == http.MethodHead || t.body.Len() == 0 {
		return
	}
	kind, _, _ := mime.ParseMediaType(t.header.Get("Content-Type"))
	name, ok := answer.media[kind]
	if !ok {
		found("has the media type %q, which is not documented", kind)
		return
	}
	if name == "" || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return
	}
	if err := c.fits(name, t); err != nil {
		found("does not fit: %v", err)
	}
}

// fits checks a body against the schema of that name.
func (c *Checker) fits(name string, t *tee) error {
	body := t.plain()
	if t.cut {
		return c.beginningFits(name, body)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	s, err := c.schema("answers/" + name)
	if err != nil {
		return err
	}
	if err := short(s.Validate(v)); err != nil {
		if kind, ok := mapping(v)["type"].(string); ok {
			return fmt.Errorf("%s: %w", kind, err)
		}
		return err
	}
	return nil
}

// firstFeatures is how many features of a long answer are looked at.
const firstFeatures = 50

// beginningFits checks the first features of an answer that is too long to be
// looked at whole; of other long answers nothing is checked.
func (c *Checker) beginningFits(name string, body []byte) error {
	s, err := c.schema("answers/" + name)
	if err != nil {
		return err
	}
	for s.Ref != nil {
		s = s.Ref
	}
	features := s.Properties["features"]
	_, rest, ok := bytes.Cut(body, []byte(`"features":[`))
	if features == nil || !ok {
		return nil
	}
	item, ok := features.Items2020, features.Items2020 != nil
	d := json.NewDecoder(bytes.NewReader(append([]byte("["), rest...)))
	d.UseNumber()
	if _, err := d.Token(); err != nil || !ok {
		return err
	}
	for n := 0; n < firstFeatures && d.More(); n++ {
		var v any
		if d.Decode(&v) != nil {
			return nil // cut off here
		}
		if err := short(item.Validate(v)); err != nil {
			return fmt.Errorf("feature %d: %w", n, err)
		}
	}
	return nil
}

// short gives the first things that a value has wrong, without repeating it.
func short(err error) error {
	wrong, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return err
	}
	english := message.NewPrinter(language.English)
	var lines, unnamed []string
	var leaves func(*jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			leaves(cause)
		}
		at := "/" + withoutNumbers(e.InstanceLocation)
		if _, ok := e.ErrorKind.(*kind.FalseSchema); ok {
			unnamed = append(unnamed, at+": is not documented")
		} else if len(e.Causes) == 0 {
			lines = append(lines, at+": "+e.ErrorKind.LocalizedString(english))
		}
	}
	leaves(wrong)
	if len(lines) == 0 { // else those that could not be told to fit are among them
		lines = unnamed
	}
	lines = lines[:min(len(lines), 5)]
	return fmt.Errorf("%.900s", strings.Join(lines, "; "))
}

// withoutNumbers makes what is wrong with each item of a list one finding.
func withoutNumbers(steps []string) string {
	steps = slices.Clone(steps)
	for i, s := range steps {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			steps[i] = "*"
		}
	}
	return strings.Join(steps, "/")
}

func (c *Checker) schema(at string) (*jsonschema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.compiled[at]; ok {
		return s, nil
	}
	s, err := c.schemas.Compile(location + "#/" + at)
	if err == nil {
		c.compiled[at] = s
	}
	return s, err
}
