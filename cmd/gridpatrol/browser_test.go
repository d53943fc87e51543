package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/web"
)

// TestBrowser runs the tests of web/test in Chromium against servers with the
// demo district. Each of them is a subtest. Two files run at a time, each worker
// against a server of its own: a page waits as well as works, and what one file
// publishes would disturb another.
func TestBrowser(t *testing.T) {
	if _, built := web.Handler(nil); !built {
		t.Fatal("the web application is not built: make web")
	}
	folder, err := filepath.Abs("../../web")
	if err != nil {
		t.Fatal(err)
	}
	// The newer Node.js that the browser driver wants is one of its packages.
	node := filepath.Join(folder, "node_modules/.bin/node")
	if _, err := os.Stat(node); err != nil {
		t.Fatalf("the browser tests lack their packages, which make test installs: %v", err)
	}
	first, second := serveTest(t, groundedDatabase(t)), serveTest(t, groundedDatabase(t))
	source := baseSource(t)
	over := serveTest(t, groundedDatabase(t), withBasemap(source))

	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, node, "node_modules/@playwright/test/cli.js", "test", "--config=test", "--reporter=json")
	run.Dir = folder
	run.Env = append(os.Environ(),
		"GRIDPATROL_TEST_URL="+first.url+" "+second.url,
		"GRIDPATROL_TEST_BASEMAP_URL="+over.url,
		"GRIDPATROL_TEST_BASEMAP_SOURCE="+source.URL,
		"GRIDPATROL_TEST_CHROMIUM="+chromium(t),
		"GRIDPATROL_TEST_OUTPUT="+t.TempDir(),
		"GRIDPATROL_TEST_PASSWORD="+demoPassword,
	)
	var said bytes.Buffer
	run.Stderr = &said
	// It exits with 1 where a test failed: what it printed says which.
	out, runErr := run.Output()
	var report browserReport
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("the browser tests did not run: %v\n%s\n%.2000s", runErr, said.String(), out)
	}
	for _, e := range report.Errors {
		t.Errorf("before the first test: %s", e.Message)
	}
	n := 0
	for _, suite := range report.Suites {
		n += suite.replay(t)
	}
	if n == 0 {
		t.Error("no browser test ran")
	}
	if runErr != nil && !t.Failed() {
		t.Errorf("the browser tests failed without saying where: %v\n%s", runErr, said.String())
	}
}

// chromium finds a browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no Chromium on PATH: make test installs it")
	return ""
}

// coloured are the colours of a terminal, which the messages hold anyway.
var coloured = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// browserReport is the part of Playwright's JSON report that is read here.
type browserReport struct {
	Suites []browserSuite
	Errors []struct{ Message string }
}

// browserSuite is a file, or a group of tests in one.
type browserSuite struct {
	Title  string
	Suites []browserSuite
	Specs  []struct {
		Title string
		Tests []struct {
			Results []struct {
				Status   string
				Duration float64 // milliseconds
				Errors   []struct{ Message string }
			}
		}
	}
}

// replay makes a subtest of every result, and counts them.
func (b browserSuite) replay(t *testing.T) (n int) {
	t.Run(strings.TrimSuffix(b.Title, ".spec.ts"), func(t *testing.T) {
		for _, inner := range b.Suites {
			n += inner.replay(t)
		}
		for _, spec := range b.Specs {
			n++
			t.Run(spec.Title, func(t *testing.T) {
				results := 0
				for _, test := range spec.Tests {
					for _, r := range test.Results {
						results++
						t.Logf("%s in %.1f s", r.Status, r.Duration/1000)
						for _, e := range r.Errors {
							t.Error(coloured.ReplaceAllString(e.Message, ""))
						}
						if r.Status != "passed" && len(r.Errors) == 0 {
							t.Errorf("ended as %s", r.Status)
						}
					}
				}
				if results == 0 {
					t.Error("did not run")
				}
			})
		}
	})
	return n
}
