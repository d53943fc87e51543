// Package web is the web application and its embedding. The application is
// TypeScript under src; build.mjs makes dist of it, which this package holds
// and serves.
package web

import (
	"embed"
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
