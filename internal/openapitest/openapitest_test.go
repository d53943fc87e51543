package openapitest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

const document = `{"components":{"schemas":{"A":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]},
 "Half":{"type":"object","properties":{"h":{"$ref":"#/components/schemas/A"}}},
 "Any":{"type":"object"},
 "Both":{"allOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/Half"}],"properties":{"any":{"$ref":"#/components/schemas/Any"},
  "or":{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}}},
 "All":{"type":"object","properties":{"features":{"type":"array","items":{"$ref":"#/components/schemas/A"}}}}}},
 "paths":{"/a/{id}":{"get":{"responses":{"200":{"headers":{"ETag":{}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},
  "204":{},"409":{"content":{"application/json":{"schema":{"allOf":[{"$ref":"#/components/schemas/A"},{"properties":{"n":{"enum":[1]}}}]}}}}}}},
 "/both":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Both"}}}}}}},
 "/a/all":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/All"}}}}}}}}}`

// spy is a test whose failures are kept.
type spy struct {
	testing.TB
	cleanup []func()
	failed  []string
}

func (s *spy) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }
func (s *spy) Errorf(_ string, a ...any) {
	s.failed = append(s.failed, a[0].(string))
}

func TestChecker(t *testing.T) {
	c, err := New([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	long := `{"features":[` + strings.Repeat(`{"n":1},`, 20) + `{"n":1,"m":2},` + strings.Repeat(`{"n":1},`, keptBytes/8) + `{"n":1}]}`
	for _, ca := range []struct {
		name, method, path string
		status             int
		media, body        string
		want               string // of the finding; empty: none
	}{
		{"as documented", "GET", "/a/1", 200, "application/json; charset=utf-8", `{"n":1}`, ""},
		{"nothing", "GET", "/a/1", 204, "", "", ""},
		{"HEAD", "HEAD", "/a/1", 200, "application/json", "", ""},
		{"another path", "GET", "/b", 500, "", "", ""},
		{"a status", "GET", "/a/1", 201, "application/json", `{"n":1}`, "not documented"},
		{"a media type", "GET", "/a/1", 200, "text/plain", `{"n":1}`, "media type"},
		{"a header", "GET", "/both", 200, "application/json", `{"n":1}`, "header Etag"},
		{"a method", "POST", "/a/1", 200, "application/json", `{"n":1}`, "method"},
		{"a method refused", "POST", "/a/1", 405, "application/json", `{"n":1}`, ""},
		{"a missing member", "GET", "/a/1", 200, "application/json", `{}`, "missing propert"},
		{"another member", "GET", "/a/1", 200, "application/json", `{"n":1,"m":2}`, "/m: is not documented"},
		{"no JSON", "GET", "/a/1", 200, "application/json", `{`, "no JSON"},
		{"allOf", "GET", "/a/1", 409, "application/json", `{"n":1}`, ""},
		{"allOf that does not fit", "GET", "/a/1", 409, "application/json", `{"n":2}`, "value must be"},
		{"an object that is two", "GET", "/both", 200, "application/json", `{"n":1,"h":{"n":1}}`, ""},
		{"more than the two", "GET", "/both", 200, "application/json", `{"n":1,"m":2}`, "/m: is not documented"},
		{"more within", "GET", "/both", 200, "application/json", `{"n":1,"h":{"n":1,"m":1}}`, "/h: "},
		{"anything", "GET", "/both", 200, "application/json", `{"n":1,"any":{"m":1}}`, ""},
		{"null or not", "GET", "/both", 200, "application/json", `{"n":1,"or":null}`, ""},
		{"more than it or null", "GET", "/both", 200, "application/json", `{"n":1,"or":{"n":1,"m":1}}`, "/or: "},
		{"the path without variables first", "GET", "/a/all", 200, "application/json", `{"features":[{"n":1}]}`, ""},
		{"a long answer", "GET", "/a/all", 200, "application/json", long, "feature 20"},
	} {
		t.Run(ca.name, func(t *testing.T) {
			s := &spy{TB: t}
			h := c.Wrap(s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", ca.media)
				if ca.name == "as documented" || ca.name == "a header" {
					w.Header().Set("ETag", `"1"`)
				}
				w.WriteHeader(ca.status)
				_, _ = w.Write([]byte(ca.body))
			}))
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(ca.method, ca.path, nil))
			for _, f := range s.cleanup {
				f()
			}
			if all := strings.Join(s.failed, "\n"); ca.want == "" && all != "" || !strings.Contains(all, ca.want) {
				t.Errorf("findings = %q, want one with %q", all, ca.want)
			}
		})
	}
}

func TestCompressedAnswers(t *testing.T) {
	c, err := New([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for encoding, writer := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		for body, want := range map[string]int{`{"n":1}`: 0, `{"n":1,"m":2}`: 1} {
			var packed bytes.Buffer
			z := writer(&packed)
			_, errWrite := z.Write([]byte(body))
			if err := z.Close(); err != nil || errWrite != nil {
				t.Fatal(err, errWrite)
			}
			s := &spy{TB: t}
			h := c.Wrap(s, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Encoding", encoding)
				_, _ = w.Write(packed.Bytes())
			}))
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/a/1", nil))
			for _, f := range s.cleanup {
				f()
			}
			if len(s.failed) != want {
				t.Errorf("%s of %s: findings %q, want %d", encoding, body, s.failed, want)
			}
		}
	}
}
