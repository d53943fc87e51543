package features

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

//go:embed page/*.html
var pageFiles embed.FS

var pageTemplates = template.Must(template.New("").ParseFS(pageFiles, "page/*.html"))

// pagePolicy lets a page load from its own server alone. The map library draws
// pictures that it made itself.
const pagePolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Assets are the paths of the files that pages load, from the root of the
// server. Without them pages are plain text, lists and tables.
type Assets struct {
	Style    string   // of every page
	MapStyle string   // of those with a map
	Map      string   // the program that draws the map
	Preload  []string // what the program imports
}

// maxShown is how many features a page in HTML has at most: browsers are slow
// with tables that are longer.
const maxShown = 1000

// show fills a page in HTML with what the same resource is in its first form.
type show func(p *htmlPage, document []byte) error

// htmlPage is a resource in HTML, as page/page.html has it.
type htmlPage struct {
	tongue
	server *Server
	r      *http.Request // what would have been asked for the resource in its first form
	forced bool          // f=html was asked for, which links to this page keep

	Title   string
	Name    string // what the resource goes by in addresses
	Text    []string
	Crumbs  []anchor
	Formats []anchor // other forms of the resource
	Map     *htmlMap
	Parts   []part
	Links   []anchor
	Assets  Assets
	Help    string // the page that stands outside /ogc

	Synthetic bool // what is shown is invented

	whole  []byte // the page where it was written elsewhere
	policy string // what that one may load
}

// Above is where the page stands, the nearest first.
func (p *htmlPage) Above() []anchor {
	out := slices.Clone(p.Crumbs)
	slices.Reverse(out)
	return out
}

// anchor is a link of a page.
type anchor struct {
	Text, Href, Rel, Type string
}

// part is a section of a page; what it lacks is left out.
type part struct {
	Title string
	Text  []string
	Form  *form
	Facts []fact
	Table *table
	List  []entry
	Pages []anchor // to other pages of the same list
	Parts []folded
	Wide  bool // its facts are long
}

// folded is a part that is opened by a click.
type folded struct {
	Title, Code string
	part
}

// fact is a value with what it is.
type fact struct {
	Label, Name string // Name is what it goes by in JSON, where that is something to know
	Value       entry
}

// table is a table whose first column names the rows.
type table struct {
	Label string // for who hears the page
	Head  []fact
	Rows  [][]entry
}

// entry is a value as it is shown.
type entry struct {
	Text, Href, Time string // Time is a time as machines read it
	Code             bool
	Number           bool
	Lines            []entry
}

// htmlMap is what the map of a page shows.
type htmlMap struct {
	Features string // GeoJSON; the map is fitted to it
	Item     string // what the address of a feature begins with, before its id
	Query    string // what it ends with
	Tiles    string // template of vector tiles
	Layers   string // their layers, separated by spaces
	Style    string // a MapLibre style
	Bounds   string // west, south, east, north, separated by commas
	Base     string // what the addresses of the server begin with
	Past     bool   // other boundaries than those in force
	Label    string
	Texts    []anchor // what the map says: Text by Rel
}

// kept is an answer that is kept instead of being sent.
type kept struct {
	header http.Header
	status int
	bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

// sendPage answers in HTML, with what the handler says of the resource in its
// first form: the page has what the document has, for the same principal.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, h handler, show show, first format) error {
	p := s.newPage(r, first)
	document := kept{header: make(http.Header)}
	if err := h(&document, p.r); err != nil {
		return err
	}
	if err := show(p, document.Bytes()); err != nil {
		return fmt.Errorf("page of %s: %w", r.URL.Path, err)
	}
	for name, values := range document.header {
		switch name {
		case "Content-Type", "Content-Length", "Etag", "Link": // what is said of the document
		default:
			w.Header()[name] = append(w.Header()[name], values...)
		}
	}
	return p.send(w, r, http.StatusOK)
}

// newPage begins the page that a request asks for.
func (s *Server) newPage(r *http.Request, first format) *htmlPage {
	return &htmlPage{
		tongue: tongueOf(r), server: s, r: first.with(plain(r)), forced: r.URL.Query().Get("f") == formatHTML,
		Assets: s.c.Assets, Help: prefixOf(s.c.PublicURL(r)) + "/about",
		Synthetic: synthetic(s.c.Boundaries.Current()),
	}
}

// plain gives the request for the document that a page shows: without f=, without
// what a form leaves empty, and for no more features than a page shows.
func plain(r *http.Request) *http.Request {
	out := r.Clone(r.Context())
	out.Method = http.MethodGet
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "Range"} {
		out.Header.Del(name)
	}
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return out // it is refused
	}
	delete(v, "f")
	for name, texts := range v {
		if len(texts) == 1 && texts[0] == "" && name != "properties" {
			delete(v, name)
		}
	}
	if n, err := strconv.Atoi(v.Get("limit")); err == nil && n > maxShown {
		v.Set("limit", strconv.Itoa(maxShown))
	}
	out.URL.RawQuery = v.Encode()
	return out
}

// send sends the page. Language and form are in its bytes, and so in its ETag.
func (p *htmlPage) send(w http.ResponseWriter, r *http.Request, status int) error {
	const contentType = htmlType + "; charset=utf-8"
	h := w.Header()
	h.Set("Content-Language", p.Lang())
	for _, a := range p.Formats {
		h.Add("Link", "<"+a.Href+`>; rel="`+a.Rel+`"; type="`+a.Type+`"`)
	}
	if p.whole != nil {
		h.Set("Content-Security-Policy", p.policy)
		writeBytes(w, r, contentType, p.whole)
		return nil
	}
	h.Set("Content-Security-Policy", pagePolicy)
	if p.Map != nil {
		p.Map.Base = prefixOf(p.server.c.PublicURL(r))
		p.Map.Texts = mapTexts(p.tongue)
	}
	prefix := prefixOf(p.server.c.PublicURL(r))
	for _, a := range []*string{&p.Assets.Style, &p.Assets.MapStyle, &p.Assets.Map} {
		if *a != "" {
			*a = prefix + *a
		}
	}
	p.Assets.Preload = slices.Clone(p.Assets.Preload) // it is everybody's
	for i, name := range p.Assets.Preload {
		p.Assets.Preload[i] = prefix + name
	}
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, "page.html", p); err != nil {
		return fmt.Errorf("page of %s: %w", r.URL.Path, err)
	}
	if status == http.StatusOK {
		writeBytes(w, r, contentType, b.Bytes())
		return nil
	}
	h.Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may be gone; there is nobody else to tell
	return nil
}

// refuse answers with what is wrong: in HTML to who would have had a page.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, wrong error) {
	if !prefersHTML(r) {
		s.c.Problem(w, r, wrong)
		return
	}
	answer := kept{header: w.Header()}
	s.c.Problem(&answer, r, wrong)
	p := s.newPage(r, asJSON)
	var problem problemDocument
	if json.Unmarshal(answer.Bytes(), &problem) == nil {
		problem.show(p, answer.status)
		w.Header().Del("Content-Length")
		if p.send(w, r, answer.status) == nil {
			return
		}
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.Bytes())
}

// prefersHTML reports whether what is wrong with a request is to be told in HTML.
func prefersHTML(r *http.Request) bool {
	f, err := negotiate(r, []format{asJSON, asFeatures, asTileJSON, asStyle, asTile, asHTML})
	if err != nil { // a form there is not, or a header that takes none
		return weight(r, htmlType) > weight(r, "application/json")
	}
	return f.names[0] == formatHTML
}

// prefixOf is the path that addresses begin with behind a proxy; mostly none.
func prefixOf(public string) string {
	u, err := url.Parse(public)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.EscapedPath(), "/")
}

// local gives an address without scheme and host: what a page loads comes from
// where the page came from, whatever that is called.
func (p *htmlPage) local(address string) string {
	public := p.server.c.PublicURL(p.r)
	if rest, ok := strings.CutPrefix(address, public); ok {
		return prefixOf(public) + rest
	}
	return address
}

// withFormat gives an address with another f=.
func withFormat(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	v := u.Query()
	v.Set("f", name)
	u.RawQuery = v.Encode()
	return u.String()
}

// pageLink leads from a document at an address to the page of the same.
func pageLink(address string) link {
	return link{withFormat(address, formatHTML), "alternate", htmlType, "This document as HTML"}
}

// self is the address of the resource, absolute and without f=.
func (p *htmlPage) self() string {
	address := p.server.c.PublicURL(p.r) + p.r.URL.EscapedPath()
	if p.r.URL.RawQuery != "" {
		address += "?" + p.r.URL.RawQuery
	}
	return address
}

// to gives the address of a path below /ogc, with the boundaries that this page
// is about.
func (p *htmlPage) to(path string) string {
	address := p.server.url(p.r, path)
	v := make(url.Values)
	for _, q := range revisionParameters {
		if text := p.r.URL.Query().Get(q.name); text != "" {
			v.Set(q.name, text)
		}
	}
	if p.forced {
		v.Set("f", formatHTML)
	}
	if len(v) > 0 {
		address += "?" + v.Encode()
	}
	return address
}

// keep gives an address to this page or one like it the f= of this one.
func (p *htmlPage) keep(address string) string {
	if p.forced {
		return withFormat(address, formatHTML)
	}
	return address
}

// crumbs says where the page stands, by the texts and paths of those above it.
func (p *htmlPage) crumbs(above ...string) {
	p.Crumbs = []anchor{{Text: "OGC API", Href: p.to("")}}
	for i := 0; i+1 < len(above); i += 2 {
		p.Crumbs = append(p.Crumbs, anchor{Text: above[i], Href: p.to(above[i+1])})
	}
}

// also names another form of the resource.
func (p *htmlPage) also(text, name, mediaType string) {
	p.Formats = append(p.Formats, anchor{text, withFormat(p.self(), name), "alternate", mediaType})
}

// links lists the links of a document: a page has all that the document has.
func (p *htmlPage) links(all []link) {
	for _, l := range all {
		if l.Rel != "self" && l.Rel != "alternate" {
			p.Links = append(p.Links, anchor{p.linkTitle(l), l.Href, l.Rel, l.Type})
		}
	}
}

// read decodes a document, numbers as they are written.
func read(document []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	return d.Decode(into)
}

// synthetic reports whether boundaries are invented.
func synthetic(snapshot *locate.Snapshot) bool {
	return slices.ContainsFunc(geo.Kinds(), func(k geo.Kind) bool {
		all := snapshot.Index.Areas(k)
		return len(all) > 0 && all[0].Synthetic
	})
}
