package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/postgis"
)

func headOf(n int64) postgis.AuditHead {
	return postgis.AuditHead{District: "220112", Seal: n, Hash: strings.Repeat(fmt.Sprint(n%10), 64), At: time.Date(2026, 5, 3, 8, 0, int(n), 0, time.UTC)}
}

// A file of heads survives a restart, a torn line, being moved away, and heads
// of another district in it.
func TestHeadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit", "heads.jsonl")
	open := func() *headFile {
		t.Helper()
		f, err := openHeadFile(path, "220112")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open()
	if f.last != (postgis.AuditHead{}) {
		t.Errorf("a file that is not there ends with %v", f.last)
	}
	add := func(f *headFile, n int64) {
		t.Helper()
		if err := f.add(headOf(n)); err != nil {
			t.Fatal(err)
		}
	}
	add(f, 1)
	add(f, 1)
	other := headOf(9)
	other.District = "220113"
	if err := f.add(other); err != nil {
		t.Fatal(err)
	}
	if f = open(); f.last != headOf(1) {
		t.Errorf("after a restart the last is %v, want %v", f.last, headOf(1))
	}
	torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(torn, `{"district":"220112","seal":2,"ha`); err != nil {
		t.Fatal(err)
	}
	torn.Close()
	if f = open(); f.last != headOf(1) {
		t.Errorf("after a crash the last is %v, want %v", f.last, headOf(1))
	}
	add(f, 3)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	add(f, 4)
	files := &headFiles{paths: []string{path + ".1", path}}
	var seals []int64
	for {
		h, ok, err := files.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		seals = append(seals, h.Seal)
	}
	if fmt.Sprint(seals) != "[1 9 3 4]" || files.skipped != 1 {
		t.Errorf("seals %v, %d lines skipped, want [1 9 3 4] and the torn one", seals, files.skipped)
	}
}

// What one place did not take is told there again, and nowhere twice.
func TestHeadTellerTellsEachOnce(t *testing.T) {
	dir, blocked := t.TempDir(), filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(blocked, "heads.jsonl") // below a file
	teller, err := newHeadTeller(dir, "220112", nil, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	teller.files = append(teller.files, &headFile{path: second})
	for range 2 {
		if err := teller.tell(headOf(1)); err == nil {
			t.Error("a file that cannot be written is no error")
		}
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	if err := teller.tell(headOf(1)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{headsPath(dir), second} {
		if text, err := os.ReadFile(path); err != nil || strings.Count(string(text), "\n") != 1 {
			t.Errorf("%s: %q, %v, want one line", path, text, err)
		}
	}
	if _, err := newHeadTeller(dir, "220112", []string{"ftp://example.org"}, nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("an address of ftp is taken")
	}
}

// TestAuditOfServers runs two servers, which tell heads of one chain to their
// own files and to an address; verifies with the command; and finds what
// somebody with the database then does.
func TestAuditOfServers(t *testing.T) {
	url := districtDatabase(t)
	var mu sync.Mutex
	var posted []postgis.AuditHead
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var h postgis.AuditHead
		if err := json.NewDecoder(r.Body).Decode(&h); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		posted = append(posted, h)
	}))
	defer hook.Close()
	dirs := []string{t.TempDir(), t.TempDir()}
	a := serveTest(t, url, func(c *serverConfig) { c.dataDir, c.heads = dirs[0], []string{hook.URL} })
	ctx := context.Background()
	newest := func() (head postgis.AuditHead) {
		t.Helper()
		var err error
		if head, err = a.store.AuditHead(ctx); err != nil {
			t.Fatal(err)
		}
		return head
	}
	told := func(dir string) postgis.AuditHead {
		f, err := openHeadFile(headsPath(dir), "220112")
		if err != nil {
			t.Fatal(err)
		}
		return f.last
	}
	follow := func(s *serving, dirs ...string) {
		t.Helper()
		before := newest()
		if err := s.store.LogRead(ctx, system, "roster", "posts"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the line is sealed", func() bool { return newest().Seal > before.Seal })
		for _, dir := range dirs {
			eventually(t, "its head is kept", func() bool { return told(dir) == newest() })
		}
	}
	follow(a, dirs[0])
	b := serveTest(t, url, func(c *serverConfig) { c.dataDir = dirs[1] })
	follow(b, dirs...)
	follow(a, dirs...)
	eventually(t, "the address hears of it", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(posted) > 0 && posted[len(posted)-1] == newest()
	})
	verify := func(heads ...string) (string, int) {
		t.Helper()
		args := []string{"audit", "verify", "--database-url", url, "--data-dir", dirs[0]}
		for _, h := range heads {
			args = append(args, "--heads", h)
		}
		var out, messages bytes.Buffer
		code := run(ctx, args, &out, &messages)
		if code > 1 || messages.Len() > 0 && !strings.Contains(messages.String(), "verify") {
			t.Fatalf("%v = %d: %s%s", args, code, &out, &messages)
		}
		return out.String(), code
	}
	if out, code := verify(); code != 0 || !strings.Contains(out, " 0 faults") || !strings.Contains(out, headsPath(dirs[0])) {
		t.Errorf("verify = %d: %s", code, out)
	}
	if out, code := verify(headsPath(dirs[0]), headsPath(dirs[1])); code != 0 || strings.Contains(out, " 0 heads") {
		t.Errorf("verify with both = %d: %s", code, out)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var line string
	if err := conn.QueryRow(ctx, `UPDATE gridpatrol.audit SET actor_id = 'x' WHERE id = (SELECT ids[1] FROM gridpatrol.audit_seals ORDER BY seal DESC LIMIT 1) RETURNING id::text`).Scan(&line); err != nil {
		t.Fatal(err)
	}
	if out, code := verify(); code != 1 || !strings.Contains(out, "FAULT  line "+line) {
		t.Errorf("verify after a change = %d: %s, want line %s", code, out, line)
	}
	if _, err := conn.Exec(ctx, `DELETE FROM gridpatrol.audit_seals WHERE seal = (SELECT max(seal) FROM gridpatrol.audit_seals)`); err != nil {
		t.Fatal(err)
	}
	if out, code := verify(); code != 1 || !strings.Contains(out, "whose head was kept") || !strings.Contains(out, line+" is in no seal") {
		t.Errorf("verify after a cut = %d: %s", code, out)
	}
	for name, s := range map[string]*serving{"first": a, "second": b} {
		eventually(t, "the "+name+" server notices the cut", s.sealer.Broken)
	}
}

// TestAuditExport writes the log as CSV and as JSON.
func TestAuditExport(t *testing.T) {
	url := districtDatabase(t)
	lines := countRows(t, url, `SELECT count(*) FROM gridpatrol.audit`)
	export := func(args ...string) []byte {
		t.Helper()
		var out, messages bytes.Buffer
		if code := run(context.Background(), append([]string{"audit", "export", "--database-url", url, "--data-dir", t.TempDir()}, args...), &out, &messages); code != 0 {
			t.Fatalf("%v = %d: %s", args, code, &messages)
		}
		return out.Bytes()
	}
	rows, err := csv.NewReader(bytes.NewReader(export())).ReadAll()
	if err != nil || len(rows) != lines+2 || rows[lines+1][6] != "audit.export" {
		t.Errorf("%d rows of CSV for %d lines, %v", len(rows), lines, err)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	export("--format", "json", "-o", file)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		var l struct{ ID, Action string }
		if err := json.Unmarshal(s.Bytes(), &l); err != nil || l.ID == "" || l.Action == "" {
			t.Errorf("%s: %v", s.Bytes(), err)
		}
	}
	if n != lines+2 {
		t.Errorf("%d objects for %d lines", n, lines+2)
	}
	if out := export("--to", "2020-01-01T00:00:00Z"); bytes.Count(out, []byte("\n")) != 1 {
		t.Errorf("before there was anything: %s", out)
	}
}
