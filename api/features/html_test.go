package features

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/gridpatrol/gridpatrol/access"
)

// browser is the header Accept of one.
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// resources are the paths of all resources that there are pages of.
var resources = []string{
	"/ogc", "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/grids", "/ogc/collections/roads", "/ogc/collections/reports",
	"/ogc/collections/hotspots", "/ogc/collections/grids/queryables", "/ogc/collections/reports/queryables", "/ogc/collections/grids/items",
	"/ogc/collections/village_groups/items", "/ogc/collections/roads/items", "/ogc/collections/reports/items", "/ogc/collections/hotspots/items",
	"/ogc/collections/grids/items/220112000000001", "/ogc/tiles", "/ogc/tiles/WebMercatorQuad", "/ogc/collections/grids/tiles",
	"/ogc/collections/grids/tiles/WebMercatorQuad", "/ogc/tileMatrixSets", "/ogc/tileMatrixSets/WebMercatorQuad", "/ogc/styles", "/ogc/styles/gridpatrol",
}

// node is an element of a page.
type node struct{ *html.Node }

// parsePage reads a page strictly: every element that is opened is closed where
// HTML asks for that, and none twice.
func parsePage(t *testing.T, text string) node {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		name, _ := z.TagName()
		tag := string(name)
		switch kind {
		case html.StartTagToken:
			if !slices.Contains([]string{"meta", "link", "input", "br"}, tag) {
				open = append(open, tag)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tag {
				t.Fatalf("</%s> ends %v", tag, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v is not closed", open)
	}
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return node{root}
}

// all gives the elements of that name.
func (n node) all(name string) (out []node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == name {
			out = append(out, node{d})
		}
	}
	return out
}

func (n node) attribute(name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (n node) text() string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// hrefs gives what the elements of that name lead to with a relation, all where
// it is empty.
func (n node) hrefs(name, rel string) (out []string) {
	for _, a := range n.all(name) {
		if rel == "" || a.attribute("rel") == rel {
			out = append(out, a.attribute("href"))
		}
	}
	return out
}

// TestPages reads the page of every resource in both languages: it is HTML in
// that language with a title, leads to what it is a page of, and loads nothing
// from elsewhere.
func TestPages(t *testing.T) {
	r := newRig(t)
	for _, path := range resources {
		for accept, lang := range map[string]string{"zh-CN,zh;q=0.9,en;q=0.8": "zh-CN", "en-GB,zh;q=0.5": "en"} {
			t.Run(lang+path, func(t *testing.T) {
				w := r.get(path, "Accept", browser, "Accept-Language", accept)
				h := w.Header()
				if w.Code != http.StatusOK || h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Content-Language") != lang {
					t.Fatalf("GET = %d %v %.200s", w.Code, h, w.Body)
				}
				if vary := strings.Join(h.Values("Vary"), ", "); !strings.Contains(vary, "Accept, Accept-Language") {
					t.Errorf("Vary: %s", vary)
				}
				if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
					t.Errorf("Content-Security-Policy: %s", policy)
				}
				if link := h.Get("Link"); !strings.Contains(link, `rel="alternate"`) || !strings.Contains(link, "f=") {
					t.Errorf("Link: %s", link)
				}
				page := parsePage(t, w.Body.String())
				if got := page.all("html")[0].attribute("lang"); got != lang {
					t.Errorf("lang = %q", got)
				}
				title, heads := page.all("title"), page.all("h1")
				if len(title) != 1 || len(heads) != 1 || title[0].text() == "" || strings.TrimSpace(heads[0].text()) == "" {
					t.Errorf("title %v, headings %v", title, heads)
				}
				if chinese := strings.ContainsFunc(heads[0].text(), func(c rune) bool { return c > 0x4e00 && c < 0x9fff }); lang == "en" && chinese && !strings.Contains(path, "/items/") {
					t.Errorf("the heading %q is no English", heads[0].text())
				}
				if strings.HasPrefix(path, "/ogc/api") {
					return // written elsewhere, and tested there
				}
				for _, style := range append(page.all("style"), page.all("script")...) {
					t.Errorf("a %s within the page: %s", style.Data, style.text())
				}
				other := page.hrefs("link", "alternate")
				if len(other) == 0 {
					t.Fatal("no link to another form")
				}
				for _, address := range other {
					again := r.get(strings.TrimPrefix(address, r.base))
					if again.Code != http.StatusOK || !json.Valid(again.Body.Bytes()) {
						t.Errorf("%s = %d %.100s", address, again.Code, again.Body)
					}
				}
				for _, l := range page.hrefs("a", "") {
					if !strings.HasPrefix(l, r.base+"/ogc") && l != "/about" && l != "#content" {
						t.Errorf("a link to %q", l)
					}
				}
			})
		}
	}
}

// TestPageHasLinksOfDocument reads both forms of resources: the page has every
// link of the document that is no template, and the document leads to the page.
func TestPageHasLinksOfDocument(t *testing.T) {
	r := newRig(t)
	for _, path := range resources {
		if path == "/ogc/conformance" || path == "/ogc/api" || strings.HasSuffix(path, "/queryables") || path == "/ogc/styles/gridpatrol" {
			continue // their documents have none
		}
		document := r.read(t, path)
		page := parsePage(t, r.get(path, "Accept", browser).Body.String())
		shown := page.hrefs("a", "")
		back := false
		for _, l := range document["links"].([]any) {
			l := l.(map[string]any)
			href := l["href"].(string)
			switch {
			case l["rel"] == "alternate" && l["type"] == "text/html":
				back = true
				if w := r.get(strings.TrimPrefix(href, r.base)); !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
					t.Errorf("%s leads to %s, which is %d %s", path, href, w.Code, w.Header().Get("Content-Type"))
				}
			case l["templated"] == true, l["rel"] == "self":
			case !slices.Contains(shown, href):
				t.Errorf("the page of %s has no link to %s", path, href)
			}
		}
		if !back {
			t.Errorf("%s does not lead to its page", path)
		}
	}
}

// TestItemsPage goes through all pages of a collection by their links, finds
// every feature on them once, and asks by the form.
func TestItemsPage(t *testing.T) {
	r := newRig(t)
	var got []string
	for path := "/ogc/collections/village_groups/items?limit=7"; path != ""; {
		page := parsePage(t, r.get(path, "Accept", browser).Body.String())
		for _, row := range page.all("tbody")[0].all("tr") {
			got = append(got, row.all("th")[0].text())
		}
		next := page.all("main")[0].hrefs("a", "next")
		path = ""
		if len(next) > 0 {
			path = strings.TrimPrefix(next[0], r.base)
		}
	}
	if want := walk(t, r, "/ogc/collections/village_groups/items?limit=100"); !slices.Equal(got, want) {
		t.Errorf("the pages have %v, want %v", got, want)
	}

	// As browsers send a form: with everything that was left empty.
	asked := "/ogc/collections/grids/items?code=&name=&name_en=&parent=&synthetic=true&class=rural&bbox=&datetime=&filter=&sortby=-code&limit=2&plan=back"
	page := parsePage(t, r.get(asked, "Accept", browser).Body.String())
	rows := page.all("tbody")[0].all("tr")
	if len(rows) != 2 || rows[0].all("th")[0].text() != "220112000000004" {
		t.Errorf("the form finds %d, first %s", len(rows), rows[0].text())
	}
	form := page.all("form")[0]
	if form.attribute("action") != "/ogc/collections/grids/items" {
		t.Errorf("the form goes to %s", form.attribute("action"))
	}
	said := map[string]string{}
	for _, in := range form.all("input") {
		said[in.attribute("name")] = in.attribute("value")
	}
	for _, s := range form.all("select") {
		for _, o := range s.all("option") {
			if slices.ContainsFunc(o.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
				said[s.attribute("name")] = o.attribute("value")
			}
		}
	}
	for name, want := range map[string]string{"synthetic": "true", "class": "rural", "sortby": "-code", "limit": "2", "plan": "back", "bbox": ""} {
		if said[name] != want {
			t.Errorf("the form says %s=%q, want %q", name, said[name], want)
		}
	}
	// What the map loads are the features of the page, in degrees.
	address := page.mapOf(t).attribute("data-features")
	if a := r.page(t, address); len(a.Features) != 2 || a.Features[0].ID != "220112000000004" {
		t.Errorf("%s has %v", address, ids(a))
	}
	if got := page.mapOf(t).attribute("data-item") + "220112000000004" + page.mapOf(t).attribute("data-query"); r.get(got).Code != http.StatusOK {
		t.Errorf("a feature of the map leads to %s", got)
	}
	in4551 := parsePage(t, r.get("/ogc/collections/grids/items?crs="+url.QueryEscape(epsg+"4551"), "Accept", browser).Body.String())
	if address := in4551.mapOf(t).attribute("data-features"); strings.Contains(address, "crs") {
		t.Errorf("the map loads %s", address)
	}
}

func (n node) mapOf(t *testing.T) node {
	t.Helper()
	for _, d := range n.all("div") {
		if d.attribute("id") == "map" {
			return d
		}
	}
	t.Fatal("there is no map")
	return node{}
}

// TestPageIsEscaped has a district whose name is markup.
func TestPageIsEscaped(t *testing.T) {
	r := newRig(t)
	const name = `"><script>alert(1)</script>`
	for _, path := range []string{"/ogc/collections/grids/items?name=" + url.QueryEscape(name), "/ogc/collections/grids/items/" + url.PathEscape(name), "/ogc/collections/" + url.PathEscape(name), "/ogc?" + url.QueryEscape(name) + "=1"} {
		w := r.get(path, "Accept", browser)
		if n := len(parsePage(t, w.Body.String()).all("script")); n > 0 {
			t.Errorf("%s: %d scripts in the page", path, n)
		}
	}
}

// TestPageOfProblem reads what is wrong as who reads pages, and as who does not.
func TestPageOfProblem(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]int{
		"/ogc/collections/none": 404, "/ogc/collections/grids/items/none": 404, "/ogc/none": 404, "/ogc/collections/grids/items?limit=0&bbox=1": 400,
		"/ogc/collections/grids/items?f=gml": 400, "/ogc/styles?plan=none": 404, "/ogc/tiles/WebMercatorQuad/0/0/9": 404,
	} {
		w := r.get(path, "Accept", browser, "Accept-Language", "zh")
		if w.Code != want || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Content-Language") != "zh-CN" {
			t.Errorf("GET %s = %d %v, want a page with %d", path, w.Code, w.Header(), want)
			continue
		}
		if page := parsePage(t, w.Body.String()); !strings.Contains(page.all("h1")[0].text(), map[int]string{404: "找不到", 400: "参数有误"}[want]) {
			t.Errorf("GET %s says %q", path, page.all("h1")[0].text())
		}
		for _, accept := range []string{"*/*", "text/html;q=0.1, */*;q=0.2"} {
			if w := r.get(path, "Accept", accept); w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("GET %s, Accept: %s = %d %s, want a problem", path, accept, w.Code, w.Header().Get("Content-Type"))
			}
		}
	}
	if w := r.get("/ogc/tiles/WebMercatorQuad/metadata.json", "Accept", "image/png"); w.Code != 406 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("a picture: %d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

// TestPageTags keeps pages apart by language and form.
func TestPageTags(t *testing.T) {
	r := newRig(t)
	const path = "/ogc/collections/grids/items/220112000000001"
	seen := map[string]string{}
	for _, headers := range [][]string{{"Accept", "*/*"}, {"Accept", browser, "Accept-Language", "zh"}, {"Accept", browser, "Accept-Language", "en"}} {
		tag := r.get(path, headers...).Header().Get("ETag")
		if tag == "" || seen[tag] != "" {
			t.Errorf("%v: ETag %q, as %s", headers, tag, seen[tag])
		}
		seen[tag] = strings.Join(headers, " ")
		if w := r.get(path, append(slices.Clone(headers), "If-None-Match", tag)...); w.Code != http.StatusNotModified {
			t.Errorf("%v again = %d", headers, w.Code)
		}
	}
	for tag, of := range seen {
		if !strings.Contains(of, "zh") {
			if w := r.get(path, "Accept", browser, "Accept-Language", "zh", "If-None-Match", tag); w.Code != http.StatusOK {
				t.Errorf("the tag of %q stands for the Chinese page: %d", of, w.Code)
			}
		}
	}
}

// TestPageShowsWhatJSONShows reads the page of a report as the public and as an
// officer of its grid.
func TestPageShowsWhatJSONShows(t *testing.T) {
	r := newRig(t)
	read := func(p access.Principal) (page, document string) {
		r.principal = p
		id := r.page(t, "/ogc/collections/reports/items?limit=1").Features[0].ID
		w := r.get("/ogc/collections/reports/items/"+id, "Accept", browser, "Accept-Language", "en")
		if w.Header().Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(w.Header().Values("Vary"), ", "), "Cookie") {
			t.Errorf("the page may be kept: %v", w.Header())
		}
		return w.Body.String(), r.get("/ogc/collections/reports/items/" + id).Body.String()
	}
	for name, p := range map[string]access.Principal{"public": access.Anonymous(), "officer": r.officerOf(t, 1)} {
		page, document := read(p)
		if strings.Contains(page, "due_at") != strings.Contains(document, "due_at") || strings.Contains(page, "canary") {
			t.Errorf("%s: the page and the document differ: %s", name, page)
		}
	}
}

func TestTongue(t *testing.T) {
	r := newRig(t)
	for accept, want := range map[string]string{
		"": "en", "zh": "zh-CN", "zh-TW,en;q=0.9": "zh-CN", "en-US,en;q=0.9,zh;q=0.8": "en", "en;q=0.3,zh-Hans-CN;q=0.4": "zh-CN",
		"fr,zh;q=0.2": "zh-CN", "fr": "en", "zh;q=0,en;q=0.1": "en", "not a language;;": "en", "*": "en",
	} {
		if got := r.get("/ogc?f=html", "Accept-Language", accept).Header().Get("Content-Language"); got != want {
			t.Errorf("Accept-Language: %s gives %s, want %s", accept, got, want)
		}
	}
}
