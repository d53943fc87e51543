package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// TestImportIsSeenWhenItHasArrived: while its files come, nobody is shown an
// import, which has neither files nor layers yet.
func TestImportIsSeenWhenItHasArrived(t *testing.T) {
	s, _ := importSite(t, &fakeImporter{})
	token := s.token(access.Planner)
	c := s.put("areas", token, "a.geojson", gridsFile)
	half := len(c.body) / 2
	come, send := io.Pipe()
	r := httptest.NewRequest(c.method, c.path, come)
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		s.api.Handler().ServeHTTP(w, r)
		answered <- w.Code
	}()
	if _, err := io.WriteString(send, c.body[:half]); err != nil { // it is being read
		t.Fatal(err)
	}
	if list := s.get("/api/v1/imports", token).Body.String(); strings.TrimSpace(list) != `{"imports":[]}` {
		t.Errorf("half an upload is listed: %s", list)
	}
	if _, err := io.WriteString(send, c.body[half:]); err != nil {
		t.Fatal(err)
	}
	send.Close()
	if code := <-answered; code != http.StatusCreated {
		t.Fatalf("the upload = %d", code)
	}
	if list := s.get("/api/v1/imports", token).Body.String(); !strings.Contains(list, "a.geojson") {
		t.Errorf("the whole upload is not listed: %s", list)
	}
}

// TestImportsExpire lets their time pass.
func TestImportsExpire(t *testing.T) {
	now := testNow
	dir := filepath.Join(t.TempDir(), "imports")
	s := newSite(t, func(c *Config) {
		c.Importers, c.ImportDir, c.Now = map[string]Importer{ingest.WhatAreas: &fakeImporter{}}, dir, func() time.Time { return now }
	})
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	left := filepath.Join(dir, "of a server that was killed")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, testNow, testNow); err != nil {
		t.Fatal(err)
	}
	now = now.Add(importKept - time.Second)
	s.api.desk.sweep(now)
	want[importJSON](t, s.get("/api/v1/imports/"+i.ID, token), 200)
	now = now.Add(2 * time.Second)
	s.api.desk.sweep(now)
	wantProblem(t, s.get("/api/v1/imports/"+i.ID, token), http.StatusNotFound, "not-found")
	if _, err := os.Stat(left); err != nil {
		t.Errorf("what another server may still use is gone: %v", err)
	}
	now = now.Add(2 * importKept)
	s.api.desk.sweep(now)
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("%d folders stay", len(entries))
	}
}

// TestImportsLeftByAKilledServer: the next one removes them at once, and what another
// that lives has in the same folder stays.
func TestImportsLeftByAKilledServer(t *testing.T) {
	f := &fakeImporter{}
	s, dir := importSite(t, f)
	other := newSite(t, func(c *Config) { c.Importers, c.ImportDir = map[string]Importer{ingest.WhatAreas: f}, dir })
	mine := want[importJSON](t, s.do(s.put("areas", s.token(access.Planner), "a.geojson", gridsFile)), http.StatusCreated)
	token := other.token(access.Planner)
	theirs := want[importJSON](t, other.do(other.put("areas", token, "b.geojson", gridsFile)), http.StatusCreated)
	left := filepath.Join(dir, "left")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	s.api.desk.sweep(testNow)
	if _, err := os.Stat(left); err != nil {
		t.Fatalf("a folder that is just being made is gone: %v", err)
	}
	lock, err := hold(left)
	if err != nil {
		t.Fatal(err)
	}
	s.api.desk.sweep(testNow)
	if _, err := os.Stat(left); err != nil {
		t.Fatalf("a folder in use is gone: %v", err)
	}
	if err := lock.Close(); err != nil { // as the kernel does for a process that ends
		t.Fatal(err)
	}
	s.api.desk.sweep(testNow)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 || entries[0].Name() != mine.ID || entries[1].Name() != theirs.ID {
		t.Errorf("these stay: %v", entries)
	}
	wantStatus := other.get("/api/v1/imports/"+theirs.ID+"/preview", token)
	if wantStatus.Code != http.StatusOK {
		t.Errorf("the other server's import: %d %s", wantStatus.Code, wantStatus.Body)
	}
}

// TestImportsAreLookedIntoInTurn: no more files than two are looked into at once, whatever
// is checked meanwhile, and who does not wait is not kept waiting.
func TestImportsAreLookedIntoInTurn(t *testing.T) {
	s, _ := importSite(t, &fakeImporter{})
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	for range importsRunning {
		s.api.desk.looks <- struct{}{}
	}
	answered := make(chan int)
	go func() { answered <- s.get("/api/v1/imports/"+i.ID+"/preview", token).Code }()
	select {
	case code := <-answered:
		t.Fatalf("a third was looked into: %d", code)
	case <-time.After(50 * time.Millisecond):
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.api.desk.look(gone); err == nil {
		t.Error("nobody waits, and it is looked into")
	}
	<-s.api.desk.looks
	if code := <-answered; code != http.StatusOK {
		t.Errorf("with a turn free: %d", code)
	}
}
