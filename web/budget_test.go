package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// reportBudget is how many bytes a phone may load before the report form can
// be used: on a slow line of 1.3 Mbit/s that is a quarter of a second.
const reportBudget = 40_000

var (
	named   = regexp.MustCompile(`(?:href|src)="/(assets/[^"]+\.(?:js|css))"`)
	reports = regexp.MustCompile(`"src/report/screen\.css"[^{}]*?import\("\./(screen-[0-9A-Z]{8}\.js)"\)`)
	sheet   = regexp.MustCompile(`data-of="src/report/screen\.css"[^>]* content="/(assets/[^"]+)"`)
	imports = regexp.MustCompile(`(?:from|import)\s*"\./([^"]+\.js)"`)
)

// TestReportFormFitsASlowLine adds up what a phone loads for the report form,
// compressed: the page, what it names, and the form's own program and sheet
// with what they import.
func TestReportFormFitsASlowLine(t *testing.T) {
	read := func(name string) string {
		content, err := fs.ReadFile(built, "dist/"+name)
		if err != nil {
			t.Fatalf("the web application is not built (make web): %v", err)
		}
		return string(content)
	}
	page := read("index.html")
	need := map[string]bool{"index.html": true}
	var follow func(file string)
	follow = func(file string) {
		if need[file] {
			return
		}
		need[file] = true
		if !strings.HasSuffix(file, ".js") {
			return
		}
		for _, m := range imports.FindAllStringSubmatch(read(file), -1) {
			follow("assets/" + m[1])
		}
	}
	for _, m := range named.FindAllStringSubmatch(page, -1) {
		follow(m[1])
	}
	form := ""
	for file := range need {
		if m := reports.FindStringSubmatch(read(file)); m != nil {
			form = m[1]
		}
	}
	css := sheet.FindStringSubmatch(page)
	if form == "" || css == nil {
		t.Fatalf("the report form is not found in the application: program %q, sheet %q", form, css)
	}
	follow("assets/" + form)
	follow(css[1])
	total := 0
	for file := range need {
		n := len(read(file + ".br"))
		t.Logf("%6d %s", n, file)
		total += n
	}
	t.Logf("%6d in all", total)
	if total > reportBudget {
		t.Errorf("the report form needs %d bytes, want at most %d", total, reportBudget)
	}
}
