package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/internal/apidoc"
)

// TestDocumentIsServed: it is the document, with the address of the server in
// front, also to who says nothing of an encoding.
func TestDocumentIsServed(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = "https://grid.example" })
	var document struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]any
	}
	w := s.get("/api/v1/openapi.json", "")
	if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("the document = %d %v, %v", w.Code, w.Header(), err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.1.") || len(document.Servers) != 1 || document.Servers[0].URL != "https://grid.example" || document.Paths["/api/v1/openapi.json"] == nil {
		t.Errorf("OpenAPI %s at %v with %d paths", document.OpenAPI, document.Servers, len(document.Paths))
	}
	whole := w.Body.Len()
	w = s.do(call{method: "GET", path: "/api/v1/openapi.json", header: map[string]string{"Accept-Encoding": "gzip"}})
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > whole/5 {
		t.Errorf("compressed it has %d bytes of %d, %v", w.Body.Len(), whole, w.Header())
	}
	wantProblem(t, s.get("/api/v1/openapi.json?x=1", ""), http.StatusBadRequest, "invalid-parameters")
}

// TestDocsPages: there is a page for every tag, in the language that is asked for,
// under a policy of its own.
func TestDocsPages(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL = "https://grid.example" })
	document, err := documentRead()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, language string) (body string, h http.Header) {
		w := s.do(call{method: "GET", path: path, header: map[string]string{"Accept-Language": language}})
		if w.Code != http.StatusOK {
			t.Fatalf("GET %s = %d", path, w.Code)
		}
		return w.Body.String(), w.Header()
	}
	first, _ := ask(docsPath, "")
	tags := document.Tags()
	for _, tag := range tags {
		if !strings.Contains(first, `href="/api/v1/docs/`+tag+`"`) {
			t.Errorf("the first page leads to no page of %s", tag)
		}
		for language, words := range map[string][]string{
			"zh-CN,zh;q=0.9,en;q=0.8": {`<html lang="zh-CN">`, "响应", "谁可以使用", "https://grid.example/"},
			"en-GB,zh;q=0.5":          {`<html lang="en">`, "Answers", "Who may", "https://grid.example/"},
		} {
			page, h := ask(docsPath+"/"+tag, language)
			for _, word := range words {
				if !strings.Contains(page, word) {
					t.Errorf("the page of %s for %s has no %q", tag, language, word)
				}
			}
			if h.Get("Content-Security-Policy") != apidoc.Policy || !slices.Contains(h.Values("Vary"), "Accept-Language") || h.Get("Content-Language") != words[0][12:len(words[0])-2] {
				t.Errorf("the page of %s comes with %v", tag, slices.Sorted(maps.Keys(h)))
			}
		}
	}
	if len(tags) < 10 {
		t.Errorf("there are pages of %v alone", tags)
	}
	wantProblem(t, s.get(docsPath+"/nothing", ""), http.StatusNotFound, "not-found")
	wantProblem(t, s.get(docsPath+"?x=1", ""), http.StatusBadRequest, "invalid-parameters")
}
