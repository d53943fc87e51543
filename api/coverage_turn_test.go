package api

import (
	"context"
	"testing"

	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// Past so many long measurements the next waits, and is told so in the end; short
// ones do not wait for long ones.
func TestLongMeasurementsTakeTurns(t *testing.T) {
	t.Parallel()
	s := newSite(t).api
	long := [][]track.Piece{{{Vertices: make([]track.Vertex, coverageVertices)}}}
	var leave []func()
	for range coverageAtOnce {
		l, err := s.turnToMeasure(t.Context(), long)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.turnToMeasure(gone, long); err == nil || problemOf(err).Status != 503 {
		t.Errorf("one more: %v, want 503", err)
	}
	if l, err := s.turnToMeasure(gone, long[:0]); err != nil {
		t.Errorf("a short one waits: %v", err)
	} else {
		l()
	}
	for _, l := range leave {
		l()
	}
	if _, err := s.turnToMeasure(t.Context(), long); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
