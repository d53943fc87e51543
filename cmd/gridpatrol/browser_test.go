package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/web"
)

// TestBrowser runs the tests of web/test in Chromium against servers with the
// demo district. Each of them is a subtest.
//
// Two files run at a time, each lane against a server of its own: a page waits
// more than it works, and what one file publishes would disturb another.
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
	specs := browserSpecs(t, filepath.Join(folder, "test"))
	source := baseSource(t)
	lanes := []*serving{
		serveTest(t, groundedDatabase(t)),
		serveTest(t, groundedDatabase(t)),
	}
	over := serveTest(t, groundedDatabase(t), withBasemap(source))

	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute+30*time.Second)
	defer cancel()
	next := make(chan string, len(specs))
	for _, spec := range specs {
		next <- spec
	}
	close(next)
	reports := make(chan browserRun, len(specs))
	browser := chromium(t)
	for _, s := range lanes {
		output := t.TempDir()
		go func() {
			for spec := range next {
				run := exec.CommandContext(ctx, node, "node_modules/@playwright/test/cli.js", "test", spec, "--config=test", "--reporter=json")
				run.Dir = folder
				run.Env = append(os.Environ(),
					"GRIDPATROL_TEST_URL="+s.url,
					"GRIDPATROL_TEST_BASEMAP_URL="+over.url,
					"GRIDPATROL_TEST_BASEMAP_SOURCE="+source.URL,
					"GRIDPATROL_TEST_CHROMIUM="+browser,
					"GRIDPATROL_TEST_OUTPUT="+filepath.Join(output, spec),
					"GRIDPATROL_TEST_PASSWORD="+demoPassword,
				)
				var said bytes.Buffer
				run.Stderr = &said
				// It exits with 1 where a test failed: what it printed says which.
				out, err := run.Output()
				reports <- browserRun{spec, out, said.String(), err}
			}
		}()
	}
	for range specs {
		(<-reports).replay(t)
	}
}

// browserSpecs lists the files of tests, the long ones first: what is left for
// the end is short.
func browserSpecs(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.spec.ts"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no browser tests in %s: %v", folder, err)
	}
	size := map[string]int64{}
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		paths[i] = filepath.Base(path)
		size[paths[i]] = info.Size()
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(size[b], size[a]) })
	return paths
}

// browserRun is what the driver said of one file.
type browserRun struct {
	spec string
	out  []byte // the report
	said string // beside it
	err  error  // how it ended
}

// replay makes a subtest of every result.
func (r browserRun) replay(t *testing.T) {
	var report browserReport
	if err := json.Unmarshal(r.out, &report); err != nil {
		t.Errorf("%s did not run: %v\n%s\n%.2000s", r.spec, r.err, r.said, r.out)
		return
	}
	for _, e := range report.Errors {
		t.Errorf("%s, before the first test: %s", r.spec, e.Message)
	}
	n, passed := 0, len(report.Errors) == 0
	for _, suite := range report.Suites {
		m, ok := suite.replay(t)
		n, passed = n+m, passed && ok
	}
	if n == 0 {
		t.Errorf("%s: no test ran", r.spec)
	}
	if r.err != nil && passed {
		t.Errorf("%s failed without saying where: %v\n%s", r.spec, r.err, r.said)
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
func (b browserSuite) replay(t *testing.T) (n int, passed bool) {
	passed = t.Run(strings.TrimSuffix(b.Title, ".spec.ts"), func(t *testing.T) {
		for _, inner := range b.Suites {
			m, _ := inner.replay(t)
			n += m
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
	return n, passed
}
