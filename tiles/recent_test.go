package tiles

import (
	"errors"
	"testing"
	"time"
)

func TestRecent(t *testing.T) {
	now, made := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC), 0
	r := newRecent[int, int](3*time.Second, 4, func() time.Time { return now })
	get := func(k int) int {
		t.Helper()
		v, err := r.get(k, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b := get(1), get(1); a != 1 || b != 1 {
		t.Errorf("asked twice it gives %d, %d, want the first answer again", a, b)
	}
	now = now.Add(3 * time.Second)
	if got := get(1); got != 2 {
		t.Errorf("past its time it gives answer %d, want a new one", got)
	}
	get(2)
	now = now.Add(3 * time.Second)
	get(3)
	if len(r.byKey) != 1 {
		t.Errorf("keeps %d answers, want 1: the others are past their time", len(r.byKey))
	}
	for k := range 100 {
		if get(k); len(r.byKey) > 4 {
			t.Fatalf("keeps %d answers, want 4 at most", len(r.byKey))
		}
	}
	failed := errors.New("the store is away")
	if _, err := r.get(1000, func() (int, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Errorf("gives %v, want %v", err, failed)
	}
	if got := get(1000); got != made {
		t.Errorf("after a failure it gives answer %d, want the new one, %d", got, made)
	}
}
