package features

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/internal/openapitest"
)

// theDocument is the OpenAPI document of the first server of the tests: all of
// them have the same collections.
var theDocument struct {
	once    sync.Once
	checker *openapitest.Checker
	err     error
}

// asDocumented gives a handler whose answers are held against the OpenAPI
// document that it gives itself; those of a benchmark are not.
func asDocumented(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	if _, ok := t.(*testing.T); !ok {
		return h
	}
	theDocument.once.Do(func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ogc/api", nil))
		theDocument.checker, theDocument.err = openapitest.New(w.Body.Bytes())
	})
	if theDocument.err != nil {
		t.Fatal(theDocument.err)
	}
	return theDocument.checker.Wrap(t, h)
}

// document reads the OpenAPI document and holds it against the rules of OpenAPI
// 3.0.
func (r *rig) document(t *testing.T) *openapi3.T {
	t.Helper()
	if r.valid != nil {
		return r.valid
	}
	d, err := openapi3.NewLoader().LoadFromData(r.get("/ogc/api").Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.valid = d
	return d
}

func TestDocumentIsOpenAPI(t *testing.T) {
	d := newRig(t).document(t)
	if d.OpenAPI != "3.0.3" || d.Servers[0].URL != "https://map.example/ogc" {
		t.Errorf("OpenAPI %s of %s", d.OpenAPI, d.Servers[0].URL)
	}
	ids := map[string]bool{}
	for path, item := range d.Paths.Map() {
		o := item.Get
		if ids[o.OperationID] {
			t.Errorf("%s: the id %s is there twice", path, o.OperationID)
		}
		ids[o.OperationID] = true
		for _, status := range []int{200, 304, 400, 401, 403, 406, 429, 500, 503} {
			if o.Responses.Status(status) == nil {
				t.Errorf("%s has no %d", path, status)
			}
		}
		if len(item.Operations()) != 1 {
			t.Errorf("%s can be more than read", path)
		}
	}
	used := newRig(t).get("/ogc/api").Body.String()
	for name := range d.Components.Schemas {
		if !strings.Contains(used, `"#/components/schemas/`+name+`"`) {
			t.Errorf("nothing refers to the schema %s", name)
		}
	}
}

// TestDocumentIsTheRoutes holds the paths of the document against those that are
// served, both ways: a collection, a tile matrix set and a style stand for
// themselves in it.
func TestDocumentIsTheRoutes(t *testing.T) {
	r := newRig(t)
	written := r.document(t).Paths.Map()
	router := mux.NewRouter()
	r.server.Routes(router)
	served := map[string]bool{}
	err := router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := route.GetPathTemplate()
		path := strings.TrimPrefix(template, "/ogc")
		if path == "" {
			path = "/"
		}
		path = strings.NewReplacer("{tileMatrixSetId}", webMercatorQuad, "{styleId}", defaultStyle, "{item}", "{featureId}").Replace(path)
		if !strings.Contains(path, "{collection}") {
			served[path] = true
			return err
		}
		for _, c := range r.server.collections {
			if !strings.Contains(path, "/tiles") || slices.Contains(r.server.drawn(), c.id) {
				served[strings.Replace(path, "{collection}", c.id, 1)] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range served {
		if written[path] == nil {
			t.Errorf("%s is served and not in the document", path)
		}
	}
	for path := range written {
		if !served[path] {
			t.Errorf("%s is in the document and not served", path)
		}
	}
}

// TestEveryOperationAnswersAsDocumented asks for each in every form that there is,
// and for what cannot be had; the handler is held against the document.
func TestEveryOperationAnswersAsDocumented(t *testing.T) {
	r := newRig(t)
	r.history[1].Ground = townGround()
	for path, item := range r.document(t).Paths.Map() {
		path = strings.NewReplacer("{tileMatrix}", "12", "{tileRow}", "1500", "{tileCol}", "3477").Replace(path)
		if base, ok := strings.CutSuffix(path, "/{featureId}"); ok {
			items := r.page(t, "/ogc"+base+"?limit=1").Features
			if len(items) == 0 {
				continue // of kinds that the town does not have
			}
			path = base + "/" + items[0].ID
		}
		forms := item.Get.Parameters.GetByInAndName("query", "f").Schema.Value.Enum
		for _, f := range forms {
			for _, who := range []string{"anonymous", "officer"} {
				if r.principal = access.Anonymous(); who == "officer" {
					r.principal = r.officerOf(t, 1)
				}
				if w := r.get("/ogc" + path + "?f=" + f.(string)); w.Code != http.StatusOK && w.Code != http.StatusNoContent && !strings.Contains(path, "/tiles/") {
					t.Errorf("GET %s as %v by %s = %d %s", path, f, who, w.Code, w.Body)
				} else if again := r.get("/ogc"+path+"?f="+f.(string), "If-None-Match", w.Header().Get("ETag")); w.Header().Get("ETag") != "" && again.Code != http.StatusNotModified {
					t.Errorf("GET %s as %v by %s with its ETag = %d, want 304", path, f, who, again.Code)
				}
			}
		}
		for query, want := range map[string]int{"?no-such=1": 400, "?f=no-such": 400} {
			if w := r.get("/ogc" + path + query); w.Code != want {
				t.Errorf("GET %s%s = %d, want %d", path, query, w.Code, want)
			}
		}
		if w := r.get("/ogc"+path, "Accept", "image/png"); w.Code != http.StatusNotAcceptable {
			t.Errorf("GET %s as a picture = %d, want 406", path, w.Code)
		}
	}
}
