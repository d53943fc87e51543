package tiles

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// framed is the part of an answer with frames that is looked at.
type framed struct {
	From, To time.Time
	Total    *int
	Frames   []struct {
		From, To time.Time
		Total    *int
	}
	Features []struct {
		Properties struct {
			Suppressed bool
			Count      *int
			Counts     []*int
		}
	}
}

func postFramed(t *testing.T, r *rig, body string) framed {
	t.Helper()
	w := post(r, body)
	if w.Code != http.StatusOK {
		t.Fatalf("POST %s = %d %s", body, w.Code, w.Body)
	}
	var out framed
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPostHotspotsFrames has 12 and 2 reports in the first month and as many in
// the last.
func TestPostHotspotsFrames(t *testing.T) {
	for _, every := range []bool{false, true} {
		r := hotRig(t)
		r.viewer.own, r.viewer.every = every, every
		got := postFramed(t, r, `{"step": "month", "from": "2026-07-15T00:00:00Z", "to": "2030-01-01T00:00:00Z", "resolution": 8}`)
		frames := 3 // July to September: the public cannot look ahead
		if every {
			frames = 42
		}
		if len(got.Frames) != frames || !got.Frames[0].From.Equal(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("every %t: frames %v, want %d from July", every, got.Frames, frames)
		}
		last := frames - 1
		if !got.From.Equal(got.Frames[0].From) || !got.To.Equal(got.Frames[last].To) || len(r.ledger.starts) != frames {
			t.Errorf("every %t: %v to %v with %d starts", every, got.From, got.To, len(r.ledger.starts))
		}
		if got.Total == nil || *got.Total != 28 || *got.Frames[0].Total != 14 || *got.Frames[1].Total != 0 || *got.Frames[last].Total != 14 {
			t.Errorf("every %t: totals %v %v", every, got.Total, got.Frames)
		}
		for _, f := range got.Features {
			p := f.Properties
			small := p.Count == nil || *p.Count == 4
			switch {
			case len(p.Counts) != frames || *p.Counts[1] != 0:
				t.Errorf("every %t: counts %v", every, p.Counts)
			case !small && (*p.Count != 24 || *p.Counts[0] != 12 || *p.Counts[last] != 12):
				t.Errorf("every %t: the larger cell counts %d, %v", every, *p.Count, p.Counts)
			case small && every && (*p.Counts[0] != 2 || *p.Counts[last] != 2):
				t.Errorf("the smaller cell counts %v, want 2 and 2", p.Counts)
			case small && !every && (!p.Suppressed || p.Count != nil || p.Counts[0] != nil || p.Counts[last] != nil):
				t.Errorf("the smaller cell of 4 shows the public %v", p)
			}
		}
		if coarse := strings.Join(r.ledger.asked[0].Coarse, ","); (coarse == "fire") == every {
			t.Errorf("every %t: coarse categories %q", every, coarse)
		}
	}
}

func TestFramesForThePublicAreMonths(t *testing.T) {
	r := hotRig(t)
	for _, body := range []string{`{"step": "week"}`, `{"step": "week", "overdue": true}`, `{"overdue": true}`, `{"step": "month", "overdue": true}`} {
		if w := post(r, body); w.Code != http.StatusForbidden {
			t.Errorf("POST %s = %d %s, want 403", body, w.Code, w.Body)
		}
	}
	for _, body := range []string{`{"step": "day"}`, `{"step": 1}`, `{"step": null, "resolution": 3}`, `{"step": "month", "from": "1900-01-01T00:00:00Z"}`,
		`{"step": "month", "from": "2026-09-30T00:00:00Z", "to": "2026-09-01T00:00:00Z"}`, `{"step": "month", "category": "dragons"}`} {
		if w := post(r, body); w.Code != http.StatusBadRequest {
			t.Errorf("POST %s = %d %s, want 400", body, w.Code, w.Body)
		}
	}
	if len(r.ledger.asked) != 0 {
		t.Errorf("bad questions reached the store: %v", r.ledger.asked)
	}
	r.viewer.own, r.viewer.every = true, true
	if got := postFramed(t, r, `{"step": "week", "overdue": true}`); len(got.Frames) != 26 || !r.ledger.asked[0].Overdue {
		t.Errorf("a dispatcher gets %d weeks of %+v, want 26 of what is overdue", len(got.Frames), r.ledger.asked)
	}
}

func TestFramesAskTheStoreOnce(t *testing.T) {
	r := hotRig(t)
	for _, body := range []string{`{"step": "month"}`, `{"step": "month", "resolution": 5}`, `{"resolution": 10, "step": "month"}`} {
		if got := postFramed(t, r, body); len(got.Frames) != 12 {
			t.Errorf("POST %s gives %d frames, want 12", body, len(got.Frames))
		}
	}
	if len(r.ledger.asked) != 1 {
		t.Errorf("three answers asked the store %d times, want once", len(r.ledger.asked))
	}
}
