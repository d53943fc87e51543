package apidoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/html"

	"github.com/gridpatrol/gridpatrol/api/openapi"
	"github.com/gridpatrol/gridpatrol/geo"
)

func theDocument(t *testing.T) (*Document, []byte) {
	t.Helper()
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d, text
}

// parsed gives what a page has: its elements by id, the targets of its links, and
// its text.
type parsed struct {
	ids   map[string]*html.Node
	links []string
	text  string
	lang  string
}

func parse(t *testing.T, page []byte) parsed {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := parsed{ids: map[string]*html.Node{}}
	var all strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" {
			t.Error("there is a script on the page")
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id":
				if out.ids[a.Val] != nil {
					t.Errorf("the id %s stands twice", a.Val)
				}
				out.ids[a.Val] = n
			case a.Key == "href" && n.Data == "a":
				out.links = append(out.links, a.Val)
			case a.Key == "lang" && n.Data == "html":
				out.lang = a.Val
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s has %s, which the policy forbids", n.Data, a.Key)
			}
		}
	}
	out.text = all.String()
	return out
}

// textOf gives the text below an element.
func textOf(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return out.String()
}

// TestPagesHaveEverything: every operation of the document stands on the page of its
// tag, with its parameters and statuses, and every link leads somewhere.
func TestPagesHaveEverything(t *testing.T) {
	d, text := theDocument(t)
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Tags        []string
			Summary     string
			Parameters  []struct{ Name string }
			Responses   map[string]any
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for _, zh := range []bool{false, true} {
		pages := map[string]parsed{}
		for _, tag := range append(d.Tags(), "") {
			page, err := d.Page(Options{Zh: zh, Tag: tag, Base: "/docs", Links: []Link{{"JSON", "/openapi.json"}}})
			if err != nil {
				t.Fatal(err)
			}
			pages[strings.TrimSuffix("/docs/"+tag, "/")] = parse(t, page)
		}
		if got, want := pages["/docs"].lang, map[bool]string{true: "zh-CN", false: "en"}[zh]; got != want {
			t.Errorf("the page is in %q, want %q", got, want)
		}
		n := 0
		for path, methods := range document.Paths {
			for method, op := range methods {
				n++
				name := strings.ToUpper(method) + " " + path
				at := pages["/docs/"+op.Tags[0]].ids[op.OperationID]
				if at == nil {
					t.Fatalf("%s is on no page", name)
				}
				shown := textOf(at)
				wanted := []string{name, strings.ReplaceAll(op.Summary, "`", ""), "curl"}
				for _, p := range op.Parameters {
					wanted = append(wanted, p.Name)
				}
				for status := range op.Responses {
					wanted = append(wanted, status)
				}
				for _, want := range wanted {
					if !strings.Contains(shown, want) {
						t.Errorf("%s is shown without %q", name, want)
					}
				}
			}
		}
		if n < 70 {
			t.Errorf("%d operations were looked at, want them all", n)
		}
		for from, page := range pages {
			for _, link := range page.links {
				to, place, _ := strings.Cut(link, "#")
				if to == "" {
					to = from
				}
				if to == "/openapi.json" {
					continue
				}
				target, ok := pages[to]
				if !ok || place != "" && target.ids[place] == nil {
					t.Errorf("%s: the link %s leads nowhere", from, link)
				}
			}
		}
	}
}

// TestExamplesFit: what the examples send fits the schemas that it is sent to.
func TestExamplesFit(t *testing.T) {
	d, text := theDocument(t)
	whole, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("urn:document", whole); err != nil {
		t.Fatal(err)
	}
	v := &view{document: d, words: english, named: map[string]bool{}}
	n := 0
	for _, g := range d.groups {
		for _, r := range g.operations {
			if mapping(mapping(mapping(r.op["requestBody"])["content"])["application/json"])["schema"] == nil {
				continue
			}
			args := v.sent(r)
			i := slices.Index(args, "-H 'Content-Type: application/json'")
			if i < 0 {
				continue
			}
			n++
			body := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(args[i+1], "-d '"), "'"), `'\''`, "'")
			escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
			s, err := c.Compile("urn:document#/paths/" + escape.Replace(r.path) + "/" + r.method + "/requestBody/content/application~1json/schema")
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
			if err == nil {
				err = s.Validate(value)
			}
			if err != nil {
				t.Errorf("%s %s: %s does not fit: %v", r.method, r.path, body, err)
			}
		}
	}
	if n < 10 {
		t.Errorf("%d examples were looked at", n)
	}
}

const small = `{"openapi":"3.0.3","info":{"title":"Small <b>","version":"2"},"servers":[{"url":"http://localhost/ogc"}],
 "paths":{"/things/{id}":{"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","nullable":true}}],
  "get":{"summary":"One ` + "`thing`" + `","deprecated":true,"parameters":[{"name":"f","in":"query","schema":{"type":"string","enum":["json","a|b"]}}],
   "responses":{"200":{"description":"it","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tree"}}}},"default":{"description":"no","content":{"application/problem+json":{}}}}}}},
 "components":{"schemas":{"Tree":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}},"twig":{"$ref":"#/components/schemas/Twig"}},"required":["twig"]},
  "Twig":{"type":"object","additionalProperties":{"type":"integer"}}}}}`

// TestWholePage: a document of OpenAPI 3.0 without tags, on one page.
func TestWholePage(t *testing.T) {
	d, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.Page(Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, text)
	for _, want := range []string{"Small <b>", "GET /things/{id}", "string or null", `"json" | "a|b"`, "array of Tree", "object, each member integer", "curl", "http://localhost/ogc/things/", "default", "deprecated"} {
		if !strings.Contains(p.text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, link := range p.links {
		if place, ok := strings.CutPrefix(link, "#"); !ok || p.ids[place] == nil {
			t.Errorf("the link %s leads nowhere", link)
		}
	}
	if _, err := d.Page(Options{Tag: "x"}); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a tag that there is not: %v", err)
	}
	if _, err := Parse([]byte("{")); err == nil {
		t.Error("a document that is none is read")
	}
}
