package tiles

import (
	"context"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) {
	role, dir := measure.Role() // dir has finished tiles
	if role == "" {
		pgtest.Main(m)
		return
	}
	handler, err := handlerOf(role, dir)
	if err == nil {
		err = measure.Play(&http.Server{Handler: handler})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
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
