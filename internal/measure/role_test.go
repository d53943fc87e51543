package measure_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/internal/measure"
)

func TestMain(m *testing.M) {
	role, with := measure.Role()
	if role == "" {
		os.Exit(m.Run())
	}
	err := measure.Play(&http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s with %s, %d", role, with, os.Getpid())
	})})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestStart(t *testing.T) {
	address := ""
	t.Run("while it serves", func(t *testing.T) {
		address = measure.Start(t, "echo", "words")
		response, err := http.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		var pid int
		if _, scanned := fmt.Sscanf(string(body), "echo with words, %d", &pid); err != nil || scanned != nil || pid == os.Getpid() {
			t.Errorf("answers %q, %v, want its role from a process of its own", body, err)
		}
	})
	if response, err := http.Get("http://" + address); err == nil {
		response.Body.Close()
		t.Error("still serves after the test")
	}
}

func TestPerSecond(t *testing.T) {
	var calls, workers atomic.Int64
	rate, err := measure.PerSecond(3, 20*time.Millisecond, func(worker, n int) error {
		calls.Add(1)
		workers.Store(workers.Load() | 1<<worker)
		time.Sleep(time.Millisecond)
		return nil
	})
	if err != nil || rate <= 0 || calls.Load() < 3 || workers.Load()&^7 != 0 {
		t.Errorf("PerSecond = %v, %v after %d calls of workers %b, want a rate of three workers", rate, err, calls.Load(), workers.Load())
	}
	failed := errors.New("the server is gone")
	if _, err := measure.PerSecond(2, time.Minute, func(int, int) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("PerSecond of what fails = %v, want %v", err, failed)
	}
}
