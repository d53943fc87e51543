package api

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageData is what the page at /about shows.
type pageData struct {
	Zh          bool
	Nonce       string
	District    string
	Code        string
	Revision    int
	PublishedAt string
	Synthetic   bool
	Counts      []pageCount
	Map         bool   // boundaries are public
	App         bool   // the web application is at /
	Base        string // what addresses begin with
}

type pageCount struct {
	Kind  geo.Kind
	Label string
	N     string
}

// start answers GET /: the web application, or the page where there is none.
func (s *Server) start(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.App == nil {
		return s.page(w, r)
	}
	s.cfg.App.ServeHTTP(w, r)
	return nil
}

// page answers GET /about: what runs here, and the way to everything else.
func (s *Server) page(w http.ResponseWriter, r *http.Request) error {
	snapshot := s.cfg.Boundaries.Current()
	if snapshot == nil {
		return fail("unavailable", "boundaries are being loaded")
	}
	data := pageData{
		Zh: prefersChinese(r.Header.Get("Accept-Language")), Nonce: rand.Text(), Code: s.cfg.District,
		Revision: snapshot.Revision.Number, Map: s.cfg.Public == PublicMap, App: s.cfg.App != nil, Base: s.baseURL(r),
	}
	if t := snapshot.Revision.PublishedAt; !t.IsZero() {
		data.PublishedAt = t.UTC().Format(time.RFC3339)
	}
	for _, k := range geo.Kinds() {
		areas := snapshot.Index.Areas(k)
		if len(areas) > 0 && areas[0].Synthetic {
			data.Synthetic = true
		}
		if k == geo.District && len(areas) > 0 {
			data.District = areas[0].Name
			if !data.Zh && areas[0].NameEn != "" {
				data.District = areas[0].NameEn
			}
			continue
		}
		data.Counts = append(data.Counts, pageCount{k, kindLabel(k, data.Zh), grouped(len(areas))})
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'nonce-"+data.Nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Language", map[bool]string{true: "zh-CN", false: "en"}[data.Zh])
	w.WriteHeader(http.StatusOK)
	// A client that is gone is nobody's error.
	_, _ = w.Write(b.Bytes())
	return nil
}

// prefersChinese reports whether an Accept-Language header asks for Chinese
// more than for English. Without either it is English.
func prefersChinese(accept string) bool {
	best := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			if x, err := strconv.ParseFloat(v, 64); err == nil {
				q = x
			}
		}
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		best[language] = max(best[language], q)
	}
	return best["zh"] > best["en"]
}

// kindLabel names a kind in the plural.
func kindLabel(k geo.Kind, zh bool) string {
	labels := map[geo.Kind][2]string{
		geo.District: {"区", "districts"}, geo.Township: {"乡镇(街道)", "townships"},
		geo.Village: {"村、社区", "villages and communities"}, geo.VillageGroup: {"屯组", "village groups"},
		geo.Grid: {"网格", "grids"}, geo.Compound: {"居民小区(楼院)", "compounds"},
	}
	if zh {
		return labels[k][0]
	}
	return labels[k][1]
}

// grouped writes a count with a comma every three digits.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
