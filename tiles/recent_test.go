package tiles

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestRecent(t *testing.T) {
	now := testNow
	r := newRecent[string, string](3*time.Second, 4, func() time.Time { return now })
	made := 0
	get := func(k string) string {
		v, err := r.get(k, func() (string, error) { made++; return strings.ToUpper(k), nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for range 2 {
		if v := get("a"); v != "A" || made != 1 {
			t.Errorf("got %q, made %d times within the time, want A, made once", v, made)
		}
	}
	now = now.Add(3 * time.Second)
	if get("a"); made != 2 {
		t.Errorf("made %d times past the time, want twice", made)
	}
	now = now.Add(-time.Hour) // the clock was set back
	if get("a"); made != 3 {
		t.Errorf("an answer from the future was given")
	}
	now = now.Add(3 * time.Second)
	if get("b"); len(r.byKey) != 1 {
		t.Errorf("%d answers are kept, want 1: the other is past its time", len(r.byKey))
	}
	for _, k := range []string{"b", "c", "d", "e", "f"} {
		get(k)
		if len(r.byKey) > 4 {
			t.Fatalf("%d answers are kept, at most 4 allowed", len(r.byKey))
		}
	}
	if _, err := r.get("x", func() (string, error) { return "", errors.New("broken") }); err == nil {
		t.Error("the error of make was lost")
	}
}
