package features

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestNegotiate(t *testing.T) {
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	items := []format{asFeatures, asHTML}
	tests := map[string]struct {
		formats       []format
		query, accept string
		want          string // "" for 406, "400" for a format that there is not
	}{
		"no header":                    {items, "", "", "json"},
		"anything":                     {items, "", "*/*", "json"},
		"a browser":                    {items, "", browser, "html"},
		"a browser that asks for JSON": {items, "f=json", browser, "json"},
		"a client that asks for HTML":  {items, "f=html", "application/json", "html"},
		"another name":                 {items, "f=geojson", "text/html", "json"},
		"no such format":               {items, "f=gml", "", "400"},
		"the empty format":             {items, "f=", "", "400"},
		"GeoJSON":                      {items, "", "application/geo+json", "json"},
		"plain JSON":                   {items, "", "application/json", "json"},
		"JSON before HTML":             {items, "", "application/json, text/html", "json"},
		"HTML before JSON, by weight":  {items, "", "application/geo+json;q=0.4, text/html;q=0.5", "html"},
		"a kind of text":               {items, "", "text/*", "html"},
		"HTML, but not at all":         {items, "", "text/html;q=0", ""},
		"not HTML, else anything":      {items, "", "*/*, text/html;q=0", "json"},
		"neither":                      {items, "", "image/png", ""},
		"weight that is none":          {items, "", "text/html;q=much", ""},
		"spaces and capitals":          {items, "", " TEXT/HTML ; Q=1 ", "html"},
		"a parameter of the type":      {[]format{asOpenAPI, asHTML}, "", "application/vnd.oai.openapi+json;version=3.0", "json"},
		"a tile for anything":          {[]format{asTile}, "", browser, "mvt"},
		"no tile as HTML":              {[]format{asTile}, "", "text/html", ""},
		"TileJSON":                     {[]format{asJSON, asTileJSON, asHTML}, "", tileJSONType, "tilejson"},
		"a style, first of three":      {[]format{asStyle, asJSON, asHTML}, "", "", "mapbox"},
		"a style as JSON":              {[]format{asStyle, asJSON, asHTML}, "", "application/json", "json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/ogc?"+test.query, nil)
			if test.accept != "" {
				r.Header.Set("Accept", test.accept)
			}
			f, err := negotiate(r, test.formats)
			switch {
			case err == nil:
				if f.names[0] != test.want {
					t.Errorf("negotiate = %s, want %q", f.names[0], test.want)
				}
			case test.want == "400":
				expectStatus(t, err, http.StatusBadRequest)
			case test.want == "":
				expectStatus(t, err, http.StatusNotAcceptable)
			default:
				t.Errorf("negotiate: %v, want %s", err, test.want)
			}
		})
	}
}

func expectStatus(t *testing.T, err error, want int) {
	t.Helper()
	w := httptest.NewRecorder()
	writeProblem(w, nil, err)
	if w.Code != want {
		t.Errorf("%v is answered with %d, want %d", err, w.Code, want)
	}
}
