package web

import (
	"io/fs"
	"strings"
	"testing"
)

// TestLicencesGoAlong: the libraries' licences ask to go with every copy.
func TestLicencesGoAlong(t *testing.T) {
	text, err := fs.ReadFile(built, "dist/assets/licences.txt")
	if err != nil {
		t.Fatalf("the web application is not built (make web): %v", err)
	}
	for _, want := range []string{"maplibre-gl ", "preact ", "Redistributions in binary form must reproduce", "Permission is hereby granted"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the licences lack %q", want)
		}
	}
}
