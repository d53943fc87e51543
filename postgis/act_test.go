package postgis

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// deed is an action with that many photos, under a key unless it is empty.
func deed(r patrol.Report, kind patrol.EventType, key string, photos int) patrol.Action {
	a := patrol.Action{ReportID: r.ID, Type: kind, Note: "记录", AnyReport: true, At: time.Now(),
		Actor: patrol.Actor{Kind: "user", ID: "a", Name: "officer", Role: "officer"}}
	for i := range photos {
		sum := sha256.Sum256(fmt.Append(nil, kind, key, i))
		a.Photos = append(a.Photos, patrol.Photo{SHA256: sum[:], Bytes: 10, Width: 4, Height: 3})
	}
	if key != "" {
		k, q := sha256.Sum256([]byte(key)), sha256.Sum256(fmt.Append(nil, r.ID, kind, a.Note, photos))
		a.KeyHash, a.RequestHash = k[:], q[:]
	}
	return a
}

func TestActWithPhotos(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "")
	in.Report.Photos = []patrol.Photo{{Number: 1, Event: 1, EventType: patrol.EventCreate, SHA256: make([]byte, 32), Bytes: 10, Width: 3, Height: 4}}
	r := w.accept(t, in)
	want := in.Report.Photos
	for i, s := range []struct {
		kind   patrol.EventType
		photos int
	}{{patrol.EventAccept, 0}, {patrol.EventComment, 2}, {patrol.EventHandle, 6}} {
		a := deed(r, s.kind, "", s.photos)
		if s.kind != patrol.EventHandle { // by a phone that was offline
			a.OccurredAt = a.At.Add(-3 * time.Hour).UTC().Truncate(time.Microsecond)
		}
		kept := 0
		got, _, err := w.Act(t.Context(), everything, a, func() error { kept++; return nil })
		if err != nil || kept != 1 {
			t.Fatalf("%s = %v, files kept %d times, want once", s.kind, err, kept)
		}
		for _, p := range a.Photos {
			p.Number, p.Event, p.EventType = len(want)+1, i+2, s.kind
			want = append(want, p)
		}
		stored, history, err := w.Report(t.Context(), everything, r.ID)
		if last := history[len(history)-1]; !last.OccurredAt.Equal(a.OccurredAt) || last.At.Before(a.OccurredAt) {
			t.Errorf("%s was done at %v and came at %v, want %v and later", s.kind, last.OccurredAt, last.At, a.OccurredAt)
		}
		if err != nil || !reflect.DeepEqual(got.Photos, want) || !reflect.DeepEqual(stored.Photos, want) {
			t.Errorf("after %s the answer has %+v\nand the report %+v, %v\nwant %+v", s.kind, got.Photos, stored.Photos, err, want)
		}
	}
}

// What is refused, and what fails when its files are kept, leaves nothing: no
// row, no use of the key, and files only where nothing but the commit was left.
func TestActRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	full := errors.New("no space left on device")
	for name, c := range map[string]struct {
		action patrol.Action
		scope  access.Scope
		keep   func() error
		want   error
	}{
		"state":        {deed(r, patrol.EventClose, "k", 1), everything, nil, geo.ErrConflict},
		"scope":        {deed(r, patrol.EventAccept, "k", 1), access.Scope{}, nil, geo.ErrNotFound},
		"broken photo": {deed(r, patrol.EventComment, "k", 1), everything, nil, geo.ErrInvalid},
		"full disk":    {deed(r, patrol.EventComment, "k", 1), everything, func() error { return full }, full},
	} {
		if name == "broken photo" {
			c.action.Photos[0].SHA256 = []byte("short")
		}
		if c.keep == nil {
			c.keep = func() error { t.Errorf("%s: files were kept", name); return nil }
		}
		if _, _, err := w.Act(t.Context(), c.scope, c.action, c.keep); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for _, table := range []string{"report_photos", "idempotency"} {
		if n := w.count(t, "SELECT count(*) FROM "+table); n != 0 {
			t.Errorf("%s has %d rows, want 0", table, n)
		}
	}
	if n := w.count(t, "SELECT count(*) FROM report_events"); n != 1 {
		t.Errorf("%d events, want the creation only", n)
	}
}

func TestActSameKey(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r, other := w.accept(t, w.intake(t, place(1, 1), "of a report")), w.accept(t, w.intake(t, place(1, 1), ""))
	again := func(a patrol.Action, scope access.Scope) (patrol.Report, bool, error) {
		return w.Act(t.Context(), scope, a, func() error { t.Error("files were kept for what was done before"); return nil })
	}
	keep := func() error { return nil }
	if _, replayed, err := w.Act(t.Context(), everything, deed(r, patrol.EventAccept, "k", 1), keep); replayed || err != nil {
		t.Fatalf("the first = replayed %v, %v", replayed, err)
	}
	if _, _, err := w.Act(t.Context(), everything, deed(r, patrol.EventHandle, "", 0), keep); err != nil {
		t.Fatal(err)
	}
	// The state takes no accept any more, and the version the sender saw is past.
	same := deed(r, patrol.EventAccept, "k", 1)
	same.IfVersion = 1
	got, replayed, err := again(same, everything)
	if err != nil || !replayed || got.Status != patrol.Handled || got.Version != 3 || len(got.Photos) != 1 {
		t.Errorf("again = %s, version %d, %d photos, replayed %v, %v; want the report as it is", got.Status, got.Version, len(got.Photos), replayed, err)
	}
	for name, a := range map[string]patrol.Action{
		"another action":     deed(r, patrol.EventComment, "k", 1),
		"another report":     deed(other, patrol.EventAccept, "k", 1),
		"a report's own key": deed(r, patrol.EventComment, "of a report", 0),
	} {
		var p *geo.Problem
		if _, _, err := again(a, everything); !errors.As(err, &p) || p.Code != "idempotency-key-reused" || !errors.Is(err, geo.ErrConflict) {
			t.Errorf("%s under the key: %v", name, err)
		}
	}
	// A key opens nothing that its owner may not see any more.
	if _, _, err := again(same, w.scopeOf(t, geo.Grid, "220112001000004")); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("again from another area: %v, want geo.ErrNotFound", err)
	}
	// Nor does a report go in under the key of an event.
	in := w.intake(t, place(1, 1), "k")
	var p *geo.Problem
	if _, _, err := w.Accept(t.Context(), in); !errors.As(err, &p) || p.Code != "idempotency-key-reused" {
		t.Errorf("a report under the key: %v", err)
	}
	if n := w.count(t, "SELECT count(*) FROM report_events WHERE report_id = $1", r.ID); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

// Twins of a comment, which every state takes, make one; those who come with
// their own key at the same time each make one, and no photo's number is given
// twice.
func TestActTwins(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	const keys, twins = 4, 6
	var group sync.WaitGroup
	var mu sync.Mutex
	fresh := map[int]int{}
	for i := range keys * twins {
		group.Go(func() {
			a := deed(r, patrol.EventComment, fmt.Sprint("key ", i%keys), 2)
			got, replayed, err := w.Act(t.Context(), everything, a, func() error { return nil })
			if err != nil || got.Version < 2 {
				t.Errorf("twin %d: version %d, %v", i, got.Version, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if !replayed {
				fresh[i%keys]++
			}
		})
	}
	group.Wait()
	for k := range keys {
		if fresh[k] != 1 {
			t.Errorf("key %d: %d twins were told theirs is new, want 1", k, fresh[k])
		}
	}
	stored, history, err := w.Report(t.Context(), everything, r.ID)
	if err != nil || stored.Version != 1+keys || len(history) != 1+keys || len(stored.Photos) != 2*keys {
		t.Errorf("version %d, %d events, %d photos, %v; want %d, %d, %d", stored.Version, len(history), len(stored.Photos), err, 1+keys, 1+keys, 2*keys)
	}
	for i, p := range stored.Photos {
		if p.Number != i+1 {
			t.Errorf("photo %d has number %d", i+1, p.Number)
		}
	}
	for sql, n := range map[string]int{
		`SELECT count(*) FROM outbox WHERE type = 'report.changed'`:  keys,
		`SELECT count(*) FROM audit WHERE action = 'report.comment'`: keys,
		`SELECT count(*) FROM idempotency`:                           keys,
	} {
		if got := w.count(t, sql); got != n {
			t.Errorf("%s = %d, want %d", sql, got, n)
		}
	}
}

// One key sent with two reports at once is taken by one of them.
func TestActKeyRacesBetweenReports(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	reports := []patrol.Report{w.accept(t, w.intake(t, place(1, 1), "")), w.accept(t, w.intake(t, place(7, 1), ""))}
	results := make(chan error, len(reports))
	for _, r := range reports {
		go func() {
			_, _, err := w.Act(t.Context(), everything, deed(r, patrol.EventComment, "k", 0), nil)
			results <- err
		}()
	}
	done, refused := 0, 0
	for range reports {
		var p *geo.Problem
		switch err := <-results; {
		case err == nil:
			done++
		case errors.As(err, &p) && p.Code == "idempotency-key-reused":
			refused++
		default:
			t.Error(err)
		}
	}
	if done != 1 || refused != 1 {
		t.Errorf("%d were done and %d refused, want one of each", done, refused)
	}
}

// Photos from before events had any belong to the creation.
func TestOldPhotosBelongToTheCreation(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	if err := w.exec(t, `INSERT INTO report_photos (district_code, report_id, number, sha256, bytes, width, height)
		SELECT district_code, id, 1, decode(repeat('ab', 32), 'hex'), 10, 3, 4 FROM reports`); err != nil {
		t.Fatal(err)
	}
	got, _, err := w.Report(t.Context(), everything, r.ID)
	if err != nil || len(got.Photos) != 1 || got.Photos[0].Event != 1 || got.Photos[0].EventType != patrol.EventCreate {
		t.Errorf("photos = %+v, %v; want one of the creation", got.Photos, err)
	}
	if err := w.exec(t, `UPDATE report_photos SET event_seq = 9`); state(err) != "23503" {
		t.Errorf("a photo of no event: %v, want a refusal", err)
	}
}
