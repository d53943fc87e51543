package postgis

import (
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestAcceptStoresEverything(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "k1")
	in.Contact = patrol.Contact{Name: "张三", Phone: "13912345678"}
	in.Report.Photos = []patrol.Photo{{Number: 1, Event: 1, EventType: patrol.EventCreate, SHA256: make([]byte, 32), Bytes: 10, Width: 3, Height: 4}}
	poked := false
	w.OnCommit(func() { poked = true })
	want := w.accept(t, in)
	if !poked {
		t.Error("nobody was told of the commit")
	}
	got, history, err := w.Report(t.Context(), access.Scope{All: true}, want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Report = %+v\nwant what was accepted: %+v", got, want)
	}
	if len(history) != 1 || history[0].Type != patrol.EventCreate || history[0].To != patrol.Dispatched || !history[0].At.Equal(want.CreatedAt) {
		t.Errorf("history = %+v", history)
	}
	for table, n := range map[string]int{"reports": 1, "decisions": 1, "assignments": len(want.Decision.Assignments), "report_events": 1,
		"reporter_contacts": 1, "report_photos": 1, "idempotency": 1} {
		if got := w.count(t, "SELECT count(*) FROM "+table); got != n {
			t.Errorf("%s has %d rows, want %d", table, got, n)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'report.created' AND data->>'id' = $1`, want.ID.String()); n != 1 {
		t.Errorf("outbox has %d rows of the report", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'report.create' AND subject = $1`, want.ID.String()); n != 1 {
		t.Errorf("audit has %d rows of the report", n)
	}
}

func TestAcceptSameKey(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	first := w.accept(t, w.intake(t, place(1, 1), "k"))
	again, replayed, err := w.Accept(t.Context(), w.intake(t, place(1, 1), "k"))
	if err != nil || !replayed || again.ID != first.ID {
		t.Errorf("the same request again = report %s, replayed %v, %v; want %s", again.ID, replayed, err, first.ID)
	}
	other := w.intake(t, place(5, 1), "k")
	other.RequestHash = make([]byte, 32)
	_, _, err = w.Accept(t.Context(), other)
	var p *geo.Problem
	if !errors.As(err, &p) || p.Code != "idempotency-key-reused" || !errors.Is(err, geo.ErrConflict) {
		t.Errorf("another request with the key: %v", err)
	}
	if n := w.count(t, "SELECT count(*) FROM reports"); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
}

func TestAcceptTwins(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	const twins = 16
	ids := make([]geo.ID, twins)
	fresh := make([]bool, twins)
	var group sync.WaitGroup
	for i := range twins {
		in := w.intake(t, place(1, 1), "twin")
		group.Go(func() {
			r, replayed, err := w.Accept(t.Context(), in)
			if err != nil {
				t.Errorf("twin %d: %v", i, err)
			}
			ids[i], fresh[i] = r.ID, !replayed
		})
	}
	group.Wait()
	n := 0
	for i := range twins {
		if fresh[i] {
			n++
		}
		if ids[i] != ids[0] {
			t.Errorf("twin %d got report %s, twin 0 %s", i, ids[i], ids[0])
		}
	}
	if n != 1 {
		t.Errorf("%d twins were told theirs is new, want 1", n)
	}
	for _, table := range []string{"reports", "decisions", "idempotency", "report_events"} {
		if n := w.count(t, "SELECT count(*) FROM "+table); n != 1 {
			t.Errorf("%s has %d rows, want 1", table, n)
		}
	}
}

func TestAcceptStale(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "k")
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: town(3)}); err != nil {
		t.Fatal(err)
	}
	rows := func() (n int) {
		for _, table := range []string{"reports", "decisions", "assignments", "idempotency", "report_events"} {
			n += w.count(t, "SELECT count(*) FROM "+table)
		}
		return n
	}
	if _, _, err := w.Accept(t.Context(), in); !errors.Is(err, patrol.ErrStale) || rows() != 0 {
		t.Errorf("Accept on an old revision = %v with %d rows written, want patrol.ErrStale and none", err, rows())
	}
	w.refresh(t)
	in = w.intake(t, place(1, 1), "k")
	if _, err := w.ReplaceDuties(t.Context(), w.d.Current().Roster.Data(), w.d.Current().Rulebook, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Accept(t.Context(), in); !errors.Is(err, patrol.ErrStale) || rows() != 0 {
		t.Errorf("Accept on old duties = %v with %d rows written, want patrol.ErrStale and none", err, rows())
	}
	w.refresh(t)
	w.accept(t, w.intake(t, place(1, 1), "k"))
}

func TestAcceptRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	in := w.intake(t, place(1, 1), "k")
	in.Report.Photos = []patrol.Photo{{Number: 1, Event: 1, EventType: patrol.EventCreate, SHA256: []byte("short"), Bytes: 10, Width: 3, Height: 4}}
	if _, _, err := w.Accept(t.Context(), in); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a photo with a broken hash: %v, want geo.ErrInvalid", err)
	}
	if n := w.count(t, "SELECT count(*) FROM reports") + w.count(t, "SELECT count(*) FROM idempotency"); n != 0 {
		t.Errorf("%d rows were left", n)
	}
}
