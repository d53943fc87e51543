package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

const (
	cookbookPath   = "../../docs/cookbook.md"
	cookbookServer = "http://127.0.0.1:8080" // as its readers have it
)

// recipe is a fenced block of the cookbook, with what it prints.
type recipe struct {
	language, text string
	section        string
	line           int
	shown, form    string // the block of text or json that follows
}

// elsewhere are the languages of recipes that others run, and where.
var elsewhere = map[string]string{
	"html":   "../../web/test/cookbook.spec.ts",
	"pyqgis": "../../scripts/test_clients.py",
}

// readCookbook gives the recipes. The block of text or json that follows one,
// before the next recipe or heading, is what it prints.
func readCookbook(t *testing.T) []recipe {
	t.Helper()
	data, err := os.ReadFile(cookbookPath)
	if err != nil {
		t.Fatal(err)
	}
	var recipes []recipe
	var section, fence string
	var body strings.Builder
	open, begun, answered := false, 0, true
	for i, line := range strings.Split(string(data), "\n") {
		switch {
		case open && line == "```":
			open = false
			switch fence {
			case "text", "json":
				if answered {
					t.Errorf("line %d: no recipe prints this", begun)
					continue
				}
				last := &recipes[len(recipes)-1]
				last.shown, last.form, answered = body.String(), fence, true
			default:
				recipes = append(recipes, recipe{language: fence, text: body.String(), section: section, line: begun})
				answered = false
			}
		case open:
			body.WriteString(line + "\n")
		case strings.HasPrefix(line, "```"):
			open, begun, fence = true, i+1, strings.TrimPrefix(line, "```")
			body.Reset()
		case strings.HasPrefix(line, "## "):
			section, answered = strings.TrimPrefix(line, "## "), true
		}
	}
	if open {
		t.Errorf("the block of line %d does not end", begun)
	}
	return recipes
}

// TestCookbook runs the recipes of docs/cookbook.md against a server with the
// demo's data, as its readers would. Those of a section share a folder, in their
// order. Each has to succeed without a word on standard error, and to print what
// the cookbook shows, where … stands for anything; JSON may be broken into lines.
func TestCookbook(t *testing.T) {
	recipes := readCookbook(t)
	database := groundedDatabase(t)
	s := serveTest(t, database)
	s.url = undescribed(t, s.api.Handler())
	kitchen := newKitchen(t, s, database)
	folders := map[string]string{}
	ran := map[string]int{}
	for _, r := range recipes {
		ran[r.language]++
		t.Run(fmt.Sprintf("line %d", r.line), func(t *testing.T) {
			folder := folders[r.section]
			if folder == "" {
				var err error
				if folder, err = os.MkdirTemp(kitchen.root, "section"); err != nil {
					t.Fatal(err)
				}
				folders[r.section] = folder
			}
			switch by, other := elsewhere[r.language]; {
			case other:
				text, err := os.ReadFile(by)
				if err != nil || !bytes.Contains(text, []byte("```"+r.language)) {
					t.Errorf("%s does not run what is fenced as %s: %v", by, r.language, err)
				}
				if r.language == "pyqgis" {
					kitchen.run(t, folder, "python3", "-c", "import ast, sys; ast.parse(sys.argv[1])", r.text)
				}
			case r.language == "sh":
				r.check(t, kitchen.run(t, folder, "sh", "-euc", kitchen.adapt(r.text)))
			case r.language == "python":
				r.check(t, kitchen.run(t, folder, "python3", "-c", kitchen.adapt(r.text)))
			default:
				t.Errorf("nothing runs what is fenced as %q", r.language)
			}
		})
	}
	for _, language := range []string{"sh", "python", "html", "pyqgis"} {
		if ran[language] == 0 {
			t.Errorf("the cookbook has no recipe in %s", language)
		}
	}
}

// kitchen is where recipes are run.
type kitchen struct {
	root, url string
	env       []string
}

func newKitchen(t *testing.T, s *serving, database string) *kitchen {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Symlink(program, filepath.Join(root, "gridpatrol")); err != nil {
		t.Fatal(err)
	}
	return &kitchen{root, s.url, append(os.Environ(),
		"PATH="+root+":"+os.Getenv("PATH"), "HOME="+root, "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1",
		asProgram+"=1", "GRIDPATROL_DATABASE_URL="+database,
		"GRIDPATROL_TOKEN="+makeToken(t, s.store, access.Dispatcher),
	)}
}

// adapt puts this server in the place of the cookbook's.
func (k *kitchen) adapt(text string) string {
	return strings.ReplaceAll(text, cookbookServer, k.url)
}

// run gives what a program prints, as if the cookbook's server had answered.
func (k *kitchen) run(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = folder, k.env
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("%v\n%.3000s\n%.3000s", err, complaints.String(), out.String())
	}
	return strings.ReplaceAll(out.String(), k.url, cookbookServer)
}

var (
	blanks    = regexp.MustCompile(`\s+`)
	lineTails = regexp.MustCompile(`(?m)[ \t\r]+$`)
)

// check compares what was printed with what the cookbook shows.
func (r *recipe) check(t *testing.T, printed string) {
	t.Helper()
	shown, tidy := r.shown, func(s string) string { return strings.TrimSpace(lineTails.ReplaceAllString(s, "")) }
	if r.form == "json" {
		tidy = func(s string) string { return blanks.ReplaceAllString(s, "") }
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(tidy(shown)), "…", "(?s:.*?)")
	if !regexp.MustCompile(`\A` + pattern + `\z`).MatchString(tidy(printed)) {
		t.Errorf("printed\n%.3000s\nthe cookbook shows\n%.3000s", printed, shown)
	}
}
