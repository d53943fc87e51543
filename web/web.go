// Package web is the web application and its embedding. The application is
// TypeScript under src; build.mjs makes dist of it, which this package holds
// and serves.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
)

// all: of a clone that was never built there is only the hidden .gitkeep.
//
//go:embed all:dist
var built embed.FS

// Handler serves the application: its page at / and what the page loads under
// /assets/. Other paths go to notFound. It is false, with a nil handler, in a
// program that was built without the application.
func Handler(notFound http.Handler) (http.Handler, bool) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // the name is a constant
	}
	return newHandler(dist, notFound)
}

// PageFiles are the paths of what the pages below /ogc load.
type PageFiles struct {
	Style    string   `json:"style"`
	MapStyle string   `json:"mapStyle"` // of a page with a map
	Map      string   `json:"map"`      // the program that draws the map
	Preload  []string `json:"preload"`  // what the program imports
}

// ForPages gives the paths of what the pages below /ogc load; none in a program
// that was built without the application.
func ForPages() PageFiles {
	var out PageFiles
	data, err := fs.ReadFile(built, "dist/ogc.json")
	if err != nil {
		return out
	}
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err) // build.mjs wrote it
	}
	return out
}
