package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/api/features"
	"github.com/gridpatrol/gridpatrol/basemap"
	"github.com/gridpatrol/gridpatrol/geo"
)

// name gives the id that a request is about; ok is false where there is none of
// the class.
func (w *scopeWorld) name(a *question, c *caller, class string) (id string, ok bool) {
	if a.of == "" {
		return "", true
	}
	of := w.side(class)
	if class == "malformed" {
		switch a.of {
		case "township", "grid":
			return "%00", true
		}
		return "no-id", true
	}
	unknown := uuid.Must(uuid.NewV7()).String()
	switch a.of {
	case "township", "grid":
		switch {
		case class == "unknown":
			return "229999999", true
		case of == nil:
			return "", false
		case a.of == "grid":
			return of.grid.Code, true
		}
		return of.township.Code, true
	case "import":
		switch {
		case class == "own" && a.fresh && c.imports != "":
			return w.upload(c), true
		case class == "own":
			return c.imports, c.imports != ""
		case class == "there":
			return w.strangerImport(c), true
		case class == "unknown":
			return unknown, true
		}
		return "", false // imports are of their servers, not of the database
	case "session":
		switch {
		case class == "own" && c.account != (geo.ID{}) && c.state == "":
			_, id := w.session(w.store, c.account)
			return id.String(), true
		case class == "own":
			return "", false
		}
	}
	switch {
	case class == "unknown":
		return unknown, true
	case of == nil:
		return "", false
	}
	store := w.store
	if class == "foreign" {
		store = w.foreign.store
	}
	switch a.of {
	case "report":
		return of.report, true
	case "secret":
		return of.report, true
	case "plan":
		if a.fresh && class == "foreign" {
			return w.planOf(w.foreign, of), true
		}
		if a.fresh {
			return w.planOf(w.serving, of), true
		}
		return of.plan, true
	case "account":
		if a.fresh {
			w.made++
			return w.account(store, fmt.Sprintf("short-%d", w.made), access.Consumer, geo.ID{}, of.township.ID).ID.String(), true
		}
		return of.account.String(), true
	case "token":
		if a.fresh {
			return w.token(store, access.Token{Role: access.Consumer, AreaIDs: []geo.ID{of.township.ID}}).id.String(), true
		}
		return of.token.String(), true
	case "session":
		return of.session.String(), true
	case "seat":
		return of.seat.String(), true
	case "handover":
		return of.handover, true
	case "patrol", "walked patrol", "active patrol", "paused patrol", "checkpoint":
		return w.namePatrol(a, c, of)
	case "person":
		return of.chief.String(), true
	}
	w.t.Fatalf("nothing is called %q", a.of)
	return "", false
}

// codeOf is the code of a side's grid; of no side it is that of here.
func (w *scopeWorld) codeOf(class string) string {
	if of := w.side(class); of != nil && of != w.abroad {
		return of.grid.Code
	}
	return w.here.grid.Code
}

// upload brings a caller's file in and gives the import's id.
func (w *scopeWorld) upload(c *caller) string {
	w.t.Helper()
	got := request(w.serving, "POST", "/api/v1/imports?what=areas", importForm, append(slices.Clone(c.header), "Content-Type", importFormType)...)
	if got.status != http.StatusCreated {
		w.t.Fatalf("%s: POST import = %d %s", c.name, got.status, got.body)
	}
	return importID(w.t, got)
}

// strangerImport is somebody else's import.
func (w *scopeWorld) strangerImport(c *caller) string {
	if w.stranger == "" {
		w.stranger = w.upload(&caller{name: "stranger", header: bearer(w.token(w.store, access.Token{Role: access.Admin}).text)})
	}
	return w.stranger
}

// routes is the table of routes, and what is mounted in it.
func (w *scopeWorld) routes(t *testing.T) []api.RouteInfo {
	t.Helper()
	ogc, err := features.New(features.Config{Boundaries: timeline{w.boundaries, w.plans}, Reports: w.store, Duties: w.duties, Hotspots: w.tiles, Tiles: w.tiles,
		Principal: principalOf, PublicURL: func(*http.Request) string { return "" }, Problem: func(http.ResponseWriter, *http.Request, error) {}})
	if err != nil {
		t.Fatal(err)
	}
	out := w.api.Routes()
	below := func(path, needs string) {
		out = append(out, api.RouteInfo{Method: "GET", Path: path, Needs: needs})
	}
	for prefix, mount := range map[string]func(*mux.Router){"/tiles/*": w.tiles.Routes, "/ogc/*": ogc.Routes} {
		i := slices.IndexFunc(out, func(r api.RouteInfo) bool { return r.Path == prefix })
		router := mux.NewRouter()
		mount(router)
		needs := out[i].Needs
		if err := router.Walk(func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
			path, err := r.GetPathTemplate()
			if err != nil {
				path = r.GetName() // matched by a function
			}
			if path != "/ogc" { // stands in the table itself
				below(path, needs)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	below(basemap.Path, "public map")
	for i := range out {
		if out[i].Method == "" { // of a handler that only reads
			out[i].Method = "GET"
		}
	}
	return slices.DeleteFunc(out, func(r api.RouteInfo) bool { return strings.HasSuffix(r.Path, "/*") && r.Path != "/assets/*" })
}

var importForm, importFormType = func() (string, string) {
	var b bytes.Buffer
	form, err := newForm(&b, "areas.geojson", `{"type":"FeatureCollection","features":[]}`)
	if err != nil {
		panic(err)
	}
	return b.String(), form
}()

// importID reads the id of an import.
func importID(t *testing.T, got answer) string {
	t.Helper()
	var i importJSON
	if err := json.Unmarshal(got.body, &i); err != nil {
		t.Fatalf("%s: %v", got.body, err)
	}
	return i.ID
}

// newForm writes a form with one file and gives its media type.
func newForm(to *bytes.Buffer, name, text string) (mediaType string, err error) {
	form := multipart.NewWriter(to)
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	return form.FormDataContentType(), errors.Join(err, form.Close())
}

// discarded throws an import away: nobody may have many.
func discarded(w *scopeWorld, c *caller, got answer) {
	if got.status == http.StatusCreated {
		request(w.serving, "DELETE", "/api/v1/imports/"+importID(w.t, got), "", c.header...)
	}
}
