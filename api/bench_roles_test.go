package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/logfile"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestMain(m *testing.M) {
	role, body := measure.Role()
	if role == "" {
		pgtest.Main(m)
		return
	}
	if err := play(role, body); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play serves as a role of a benchmark. Body is the file with the answer of a
// constant handler.
func play(role, body string) error {
	handler, err := handlerOf(role, body)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler}
	if role == "whole" { // as the program serves
		server.ReadHeaderTimeout, server.IdleTimeout, server.MaxHeaderBytes = 5*time.Second, 2*time.Minute, 64<<10
	}
	return measure.Play(server)
}

// handlerOf gives the handler of a role: the server with everything round it,
// the handler of a lookup directly in net/http, a constant answer behind our
// router, and a constant answer behind nothing, as Go sets it up and with its
// garbage collector resting.
func handlerOf(role, file string) (http.Handler, error) {
	constant := http.HandlerFunc(nil)
	if file != "" {
		body, err := os.ReadFile(file)
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
		return s.routed(s.routes(), func(route) http.Handler { return constant }), nil
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
		Boundaries: fakeBoundaries{f}, Revisions: f, Duties: fakeDuties{f}, Reports: f, Accounts: f, Sessions: f, Desk: f, Roster: f, ReadLog: f, Personal: f,
		Events: f, Photos: f, Health: f, District: "220112", Logger: log,
		Limits: Limits{Reports: Rate{1e9, 1e9}, Reads: Rate{1e9, 1e9}, SignIn: Rate{1, 10}},
	})
}
