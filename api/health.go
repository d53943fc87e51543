package api

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// healthz answers while the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyAnswer says whether requests can be served, and how safe what is stored
// is: local means that it outlives a crash of this machine, not its loss.
type readyAnswer struct {
	Ready      bool     `json:"ready"`
	Revision   int      `json:"revision"`
	LagSeconds *float64 `json:"lag_seconds,omitempty"`
	Durability string   `json:"durability"`
	Database   string   `json:"database"`
	Reason     string   `json:"reason,omitempty"`
}

// readyz answers 503 while the database or the snapshot is missing. An empty
// database, revision 0, is ready.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	out := readyAnswer{Ready: true, Durability: "local", Database: "ok"}
	snapshot := s.cfg.Boundaries.Current()
	switch {
	case snapshot == nil || snapshot.Index == nil || s.cfg.Duties.Current() == nil:
		out.Ready, out.Reason = false, "boundaries or duties are not loaded yet"
	default:
		out.Revision = snapshot.Revision.Number
	}
	if s.cfg.Lag != nil {
		lag := s.cfg.Lag()
		seconds := lag.Round(time.Millisecond).Seconds()
		out.LagSeconds = &seconds
		if lag > MaxLag {
			out.Ready, out.Reason = false, "the boundaries have not been checked against the database for too long"
		}
	}
	if err := s.askHealth(r.Context()); err != nil {
		out.Ready, out.Database, out.Reason = false, "unavailable", "the database cannot be used"
		s.log.WarnContext(r.Context(), "not ready", "error", err)
	}
	status := http.StatusOK
	if !out.Ready {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, status, out)
}

// serveMetrics answers GET /metrics, unless another listener has them.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.HideMetrics {
		return errNotFound("page")
	}
	s.Metrics().ServeHTTP(w, r)
	return nil
}

// healthPatience is how long the database has to answer: a probe gives up soon.
const healthPatience = time.Second

// askHealth asks the database, and does not wait for one that hangs.
func (s *Server) askHealth(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthPatience)
	defer cancel() // here, not there: an answer and an end at once would leave the choice to chance
	answer := make(chan error, 1)
	go func() { answer <- s.cfg.Health.Ready(ctx) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the database does not answer within %s: %w", healthPatience, ctx.Err())
	}
}
