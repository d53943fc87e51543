package tiles

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/paulmach/orb"
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

// TestPostHotspotsFrames has 12 and 2 reports in July and as many in September.
func TestPostHotspotsFrames(t *testing.T) {
	for _, every := range []bool{false, true} {
		r := hotRig(t)
		r.viewer.own, r.viewer.every = every, every
		july := time.Date(2026, 7, 31, 23, 59, 59, 0, time.UTC)
		r.ledger.accept(t, july, cellAt(t, townMiddle()), 12)
		r.ledger.accept(t, july, cellAt(t, orb.Point{townMiddle()[0] - 0.03, townMiddle()[1]}), 2)
		got := postFramed(t, r, `{"step": "month", "from": "2026-07-15T00:00:00Z", "to": "2030-01-01T00:00:00Z", "resolution": 8}`)
		frames := 3 // July to September: the public cannot look ahead
		if every {
			frames = 42
		}
		if len(got.Frames) != frames || !got.Frames[0].From.Equal(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("every %t: frames %v, want %d from July", every, got.Frames, frames)
		}
		if !got.From.Equal(got.Frames[0].From) || !got.To.Equal(got.Frames[frames-1].To) {
			t.Errorf("every %t: %v to %v", every, got.From, got.To)
		}
		if n := got.Frames[1].Total; n == nil || *n != 0 {
			t.Errorf("every %t: August has %v reports, want 0", every, n)
		}
		if !every && (got.Total != nil || got.Frames[0].Total != nil || got.Frames[2].Total != nil) {
			t.Errorf("totals %v, %v tell the public how many a suppressed cell has", got.Total, got.Frames)
		}
		if every && (*got.Total != 28 || *got.Frames[0].Total != 14 || *got.Frames[2].Total != 14) {
			t.Errorf("totals %v, %v", *got.Total, got.Frames)
		}
		if len(got.Features) != 2 {
			t.Fatalf("every %t: %d cells, want 2", every, len(got.Features))
		}
		for _, f := range got.Features {
			p := f.Properties
			small := p.Count == nil || *p.Count == 4
			switch {
			case len(p.Counts) != frames || *p.Counts[1] != 0:
				t.Errorf("every %t: counts %v", every, p.Counts)
			case !small && (*p.Count != 24 || *p.Counts[0] != 12 || *p.Counts[2] != 12):
				t.Errorf("every %t: the larger cell counts %d, %v", every, *p.Count, p.Counts)
			case small && every && (*p.Counts[0] != 2 || *p.Counts[2] != 2):
				t.Errorf("the smaller cell counts %v, want 2 and 2", p.Counts)
			case small && !every && (!p.Suppressed || p.Count != nil || p.Counts[0] != nil || p.Counts[2] != nil):
				t.Errorf("the smaller cell of 4 shows the public %v", p)
			}
		}
	}
}

// TestOwnFrames has an officer count the own areas, by weeks too.
func TestOwnFrames(t *testing.T) {
	r := hotRig(t)
	r.viewer.own = true
	got := postFramed(t, r, `{"step": "week", "overdue": true}`)
	if len(got.Frames) != 26 || len(got.Features) != 1 || *got.Features[0].Properties.Count != 3 || *got.Features[0].Properties.Counts[7] != 3 {
		t.Errorf("an officer is answered %+v, want three in every week of one cell", got)
	}
	if asked := *r.viewer.counted; len(asked) != 1 || !asked[0].Overdue {
		t.Errorf("counted %+v, want what is overdue", asked)
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
	r.viewer.own, r.viewer.every = true, true
	r.ledger.accept(t, testNow.AddDate(0, 0, -3), cellAt(t, townMiddle()), 7)
	if got := postFramed(t, r, `{"step": "week", "overdue": true}`); len(got.Frames) != 26 || *got.Total != 7 {
		t.Errorf("a dispatcher gets %d weeks of %d reports, want 26 of the 7 that are overdue", len(got.Frames), *got.Total)
	}
}
