package api

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/logfile"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Environment variables by which a benchmark makes this program a server of
// one kind instead of running tests: servers that are compared each get a
// process of their own, with its own heap and collector.
const (
	roleVariable = "GRIDPATROL_BENCH_ROLE"
	bodyVariable = "GRIDPATROL_BENCH_BODY" // file with the answer of a constant handler
)

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		pgtest.Main(m)
		return
	}
	if err := play(role); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play serves as a role until standard input ends, which it does at the latest
// with the process that started this one. The address goes to standard output.
func play(role string) error {
	handler, err := handlerOf(role)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: handler}
	if role == "whole" { // as the program serves
		server.ReadHeaderTimeout, server.IdleTimeout, server.MaxHeaderBytes = 5*time.Second, 2*time.Minute, 64<<10
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

// handlerOf gives the handler of a role: the server with everything round it,
// the handler of a lookup directly in net/http, a constant answer behind our
// router, and a constant answer behind nothing, as Go sets it up and with its
// garbage collector resting.
func handlerOf(role string) (http.Handler, error) {
	constant := http.HandlerFunc(nil)
	if name := os.Getenv(bodyVariable); name != "" {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		constant = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body) // a failure shows at the client
		}
	}
	switch role {
	case "bare":
		return constant, nil
	case "rested":
		// With next to nothing in its memory it would collect garbage all the time.
		debug.SetGCPercent(2000)
		return constant, nil
	}
	log := logfile.New(os.Stderr) // as the program logs
	s, err := demoServer(slog.New(log.Handler(slog.NewTextHandler(log, nil))))
	if err != nil {
		return nil, err
	}
	switch role {
	case "whole":
		return s.Handler(), nil
	case "handler":
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := s.locate(w, r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}), nil
	case "slow":
		return slowMany(s), nil
	case "router":
		return s.routed(func(route) http.Handler { return constant }), nil
	}
	return nil, fmt.Errorf("no role %q", role)
}

// demoWorld is the demo district, drawn and indexed once a process.
var demoWorld = sync.OnceValues(func() (*fakeStore, error) {
	d, err := fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		return nil, err
	}
	index, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		return nil, err
	}
	roster, err := patrol.NewRoster(d.Roster)
	if err != nil {
		return nil, err
	}
	return &fakeStore{
		snapshot: &locate.Snapshot{Revision: geo.Revision{Number: 1, PublishedAt: publishedAt, Areas: len(d.Areas)}, Index: index},
		duties:   &patrol.Duties{Version: 1, Roster: roster, Rulebook: d.Rulebook},
	}, nil
})

// demoServer is a server over the demo district, limits that nobody reaches
// included.
func demoServer(log *slog.Logger) (*Server, error) {
	f, err := demoWorld()
	if err != nil {
		return nil, err
	}
	return New(Config{
		Boundaries: fakeBoundaries{f}, Revisions: f, Duties: fakeDuties{f}, Reports: f, Accounts: f, Sessions: f, ReadLog: f,
		Events: f, Photos: f, Health: f, District: "220112", Logger: log,
		Limits: Limits{Reports: Rate{1e9, 1e9}, Reads: Rate{1e9, 1e9}, SignIn: Rate{1, 10}},
	})
}

// start runs this program in a role and gives its address. Its log goes to a
// file, as a service's does.
func start(b *testing.B, role, body string) string {
	b.Helper()
	log, err := os.Create(filepath.Join(b.TempDir(), role+".log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { log.Close() })
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), roleVariable+"="+role, bodyVariable+"="+body)
	c.Stderr = log
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
		if err := c.Wait(); err != nil {
			b.Errorf("%s: %v", role, err)
		}
	})
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		b.Fatalf("%s did not start: %v: %s", role, err, said)
	}
	return strings.TrimSpace(string(line[:n]))
}
