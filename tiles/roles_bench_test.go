package tiles

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// Environment variables by which a benchmark makes this program a server of
// one kind instead of running tests: servers that are compared each get a
// process of their own, with its own heap and collector.
const (
	roleVariable = "GRIDPATROL_BENCH_ROLE"
	dirVariable  = "GRIDPATROL_BENCH_DIR" // of finished tiles
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		pgtest.Main(m)
		return
	}
	if err := play(role, os.Getenv(dirVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play serves as a role until standard input ends, which it does at the latest
// with the process that started this one. The address goes to standard output.
func play(role, dir string) error {
	handler, err := handlerOf(role, dir)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(l, handler) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

// handlerOf gives the handler of a role: our tiles without and with a cache, a
// handler that has the finished tiles by path, and one for files.
func handlerOf(role, dir string) (http.Handler, error) {
	switch role {
	case "cold", "warm":
		var t testing.B
		r, _ := districtRig(&t)
		if role == "cold" {
			r.cache = newCache(1)
		}
		r.demand.forget()
		r.warm(context.Background(), r.history.Current())
		return r.handler, nil
	case "files":
		return http.FileServer(http.Dir(dir)), mime.AddExtensionType(".mvt", contentType)
	case "bare":
		return bareHandler(dir)
	}
	return nil, fmt.Errorf("no role %q", role)
}

// bareHandler answers with the files of a folder from memory, and does nothing
// else.
func bareHandler(dir string) (http.Handler, error) {
	bodies := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		bodies[strings.TrimPrefix(name, dir)], err = os.ReadFile(name)
		return err
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bodies[r.URL.Path]
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a failure shows at the client
	}), err
}

// filled gives a folder with the finished tiles, gzipped, under their paths.
func filled(b *testing.B, r *rig, tiles []maptile.Tile) string {
	dir := b.TempDir()
	for _, t := range tiles {
		name := filepath.Join(dir, filepath.FromSlash(pathOf(t)))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, r.get(pathOf(t), "Accept-Encoding", "gzip").Body.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// playing starts this program in a role, until the benchmark ends, and gives
// its address.
func playing(b *testing.B, role, dir string) string {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_ = c.Wait() // it has served; how it ends is nothing to measure
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the server %q: %v", role, err)
	}
	return strings.TrimSpace(address)
}
