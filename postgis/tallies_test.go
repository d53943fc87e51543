package postgis

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// tallies gives the world's, with everything in them that there is.
func (w *world) tallies(t testing.TB) *Tallies {
	t.Helper()
	s := NewTallies(w.Store, w.d)
	w.follow(t, s)
	return s
}

// follow numbers events and has the tallies take them over.
func (w *world) follow(t testing.TB, s *Tallies) {
	t.Helper()
	for n := 1; n > 0; {
		var err error
		if n, err = w.Sequence(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// all reads every report there is.
func (w *world) all(t testing.TB) (all []patrol.Report) {
	t.Helper()
	f := patrol.Filter{Limit: 1000} // small pages, for busy machines
	for {
		list, err := w.Reports(t.Context(), everything, f)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, list...); len(list) < f.Limit {
			return all
		}
		last := &all[len(all)-1]
		f.AfterTime, f.AfterID = last.CreatedAt, last.ID
	}
}

// plainReport is a report with the cells of its two places.
type plainReport struct {
	patrol.Report
	cell, public cell.Cell
}

// plain reads every report, and finds its cells.
func (w *world) plain(t testing.TB) []plainReport {
	t.Helper()
	all := w.all(t)
	out := make([]plainReport, len(all))
	at := func(p orb.Point) cell.Cell {
		c, err := cell.At(p, hotspot.BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for i, r := range all {
		out[i] = plainReport{r, at(r.Point), at(w.d.Current().Rulebook.Shown(r.Category, r.Point))}
	}
	return out
}

// plainCounts counts reports one by one, as the public sees them or as they are.
func plainCounts(all []plainReport, f hotspot.Filter, public bool, starts []time.Time) []hotspot.FrameCount {
	sums := map[hotspot.FrameCount]int{}
	for i := range all {
		r := &all[i]
		frame := 0
		for len(starts) > frame+1 && !r.CreatedAt.Before(starts[frame+1]) {
			frame++
		}
		done := r.Status == patrol.Rejected || r.Status == patrol.Duplicate
		switch {
		case len(starts) > 0 && r.CreatedAt.Before(starts[0]),
			!f.From.IsZero() && r.CreatedAt.Before(f.From), !f.To.IsZero() && !r.CreatedAt.Before(f.To),
			len(f.Status) == 0 && done, len(f.Status) > 0 && !slices.Contains(f.Status, string(r.Status)),
			len(f.Category) > 0 && !slices.Contains(f.Category, r.Category),
			f.Overdue && !r.Overdue(f.Now):
			continue
		}
		c := r.cell
		if public {
			c = r.public
		}
		sums[hotspot.FrameCount{Cell: c, Frame: frame}]++
	}
	out := make([]hotspot.FrameCount, 0, len(sums))
	for c, n := range sums {
		c.N = n
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b hotspot.FrameCount) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Frame, b.Frame))
	})
	return out
}

// question is what is asked of counts at random.
type question struct {
	hotspot.Filter
	starts []time.Time
}

func randomQuestion(rnd *rand.Rand, all []plainReport, book *patrol.Rulebook) (q question) {
	some := func(list []string) (out []string) {
		for range rnd.IntN(4) {
			out = append(out, list[rnd.IntN(len(list))])
		}
		return out
	}
	// Times of reports, and beside them: the edges of windows are exact.
	moment := func() time.Time {
		return all[rnd.IntN(len(all))].CreatedAt.Add(time.Duration(rnd.IntN(3)-1) * time.Microsecond)
	}
	var categories, statuses []string
	for _, c := range book.Categories {
		categories = append(categories, c.Code)
	}
	for _, s := range patrol.Statuses() {
		statuses = append(statuses, string(s))
	}
	q.Category, q.Status = some(categories), some(statuses)
	if rnd.IntN(2) == 0 {
		q.From = moment()
	}
	if rnd.IntN(2) == 0 {
		q.To = moment()
	}
	if rnd.IntN(4) == 0 {
		q.Overdue, q.Now = true, moment()
	}
	for range rnd.IntN(6) {
		q.starts = append(q.starts, moment())
	}
	slices.SortFunc(q.starts, time.Time.Compare)
	q.starts = slices.CompactFunc(q.starts, time.Time.Equal)
	return q
}

// countAlike asks the columns and the database n things.
func (w *world) countAlike(t *testing.T, columns *hotspot.Columns, rnd *rand.Rand, n int) {
	t.Helper()
	all, book := w.plain(t), w.d.Current().Rulebook
	if columns.Len() != len(all) {
		t.Fatalf("the columns hold %d reports, want %d", columns.Len(), len(all))
	}
	counted := 0
	for range n {
		q := randomQuestion(rnd, all, book)
		want, err := w.FrameCounts(t.Context(), everything, q.Filter, q.starts)
		if err != nil {
			t.Fatal(err)
		}
		if plain := plainCounts(all, q.Filter, false, q.starts); !slices.Equal(want, plain) {
			t.Fatalf("%+v: the database counts %d, one by one they are %d", q, len(want), len(plain))
		}
		if got := columns.FrameCounts(q.Filter, false, q.starts); !slices.Equal(got, want) {
			t.Fatalf("%+v: the columns count %d, want %d", q, len(got), len(want))
		}
		if got := columns.FrameCounts(q.Filter, true, q.starts); !slices.Equal(got, plainCounts(all, q.Filter, true, q.starts)) {
			t.Fatalf("%+v: the columns count otherwise for the public", q)
		}
		list, err := w.CellCounts(t.Context(), everything, q.Filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := columns.Counts(q.Filter, false); !slices.Equal(got, list) {
			t.Fatalf("%+v: the columns count %d cells, want %d", q, len(got), len(list))
		}
		counted += len(list)
	}
	if counted == 0 {
		t.Error("no question was answered with any report")
	}
}

// TestTalliesCountAsTheDatabase asks random questions of the columns of the
// demo district and of the database, before and after much was done to its
// reports.
func TestTalliesCountAsTheDatabase(t *testing.T) {
	t.Parallel()
	w := openWorld(t, fixtureURL(t))
	const seed = 4
	rnd := rand.New(rand.NewPCG(seed, 0))
	tallies := w.tallies(t)
	w.countAlike(t, tallies.Current(), rnd, 15)
	before := tallies.Current()
	many, len0 := before.Counts(hotspot.Filter{}, true), before.Len()

	open, err := w.Reports(t.Context(), everything, patrol.Filter{Status: []patrol.Status{patrol.Dispatched, patrol.Accepted}, Limit: 400})
	if err != nil || len(open) == 0 {
		t.Fatalf("%d open reports, %v", len(open), err)
	}
	bound := w.b.Current().Index.Bound()
	done := 0
	for i := range 150 {
		if i%3 == 0 {
			at := bound.Center()
			at[0] += (rnd.Float64() - 0.5) * 0.1
			p, _ := geo.Round(at)
			in := w.intake(t, p, "")
			book := w.d.Current().Rulebook
			in.Report.Category = book.Categories[rnd.IntN(len(book.Categories))].Code
			w.accept(t, in)
			continue
		}
		types := []patrol.EventType{patrol.EventAccept, patrol.EventReject, patrol.EventReturn, patrol.EventHandle, patrol.EventComment}
		_, _, err := w.Act(t.Context(), everything, patrol.Action{ReportID: open[rnd.IntN(len(open))].ID,
			Type: types[rnd.IntN(len(types))], Note: "记录", AnyReport: true, At: time.Now()}, nil)
		if err == nil {
			done++
		}
		if i%50 == 49 {
			w.follow(t, tallies)
		}
	}
	if done < 25 {
		t.Fatalf("only %d actions were allowed", done)
	}
	w.follow(t, tallies)
	w.countAlike(t, tallies.Current(), rnd, 15)
	if same, err := tallies.Compare(t.Context()); !same || err != nil {
		t.Errorf("Compare = %v, %v, want the same", same, err)
	}
	if before.Len() != len0 || !slices.Equal(before.Counts(hotspot.Filter{}, true), many) {
		t.Error("columns have changed that somebody held")
	}
}

// TestTalliesFollowAnotherServer runs all that a server has: what one accepts
// and what is done to it is counted by the other.
func TestTalliesFollowAnotherServer(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{}, 3)
	run := func(part func(context.Context)) {
		go func() { part(ctx); ended <- struct{}{} }()
	}
	relay := notify.NewRelay(w.Store, notify.RelayConfig{})
	w.OnCommit(relay.Poke)
	tallies := NewTallies(second.Store, second.d)
	run(relay.Run)
	run(tallies.Run)
	run(func(ctx context.Context) { _ = second.Listen(ctx, tallies.Poke) })

	filter := func(status ...string) func() int {
		return func() (n int) {
			for _, c := range tallies.Current().Counts(hotspot.Filter{Status: status}, false) {
				n += c.N
			}
			return n
		}
	}
	eventually := func(what string, got func() int, want int) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); got() != want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: the other server counts %d, want %d", what, got(), want)
			}
		}
	}
	first := w.accept(t, w.intake(t, place(1, 1), ""))
	w.accept(t, w.intake(t, place(7, 1), ""))
	eventually("two reports", filter("dispatched"), 2)
	began := time.Now()
	w.accept(t, w.intake(t, place(7, 1), ""))
	eventually("three reports", filter("dispatched"), 3)
	t.Logf("a report was counted by the other server after %v", time.Since(began).Round(time.Millisecond))
	if _, err := w.act(t, everything, patrol.Action{ReportID: first.ID, Type: patrol.EventReject, Note: "不实", AnyReport: true, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	eventually("a rejected report", filter("rejected"), 1)
	eventually("without the rejected one", filter(), 2)
	if lag := tallies.Lag(); lag > time.Minute {
		t.Errorf("Lag = %v after a Refresh", lag)
	}
	cancel()
	for range 3 {
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Fatal("something did not end with its context")
		}
	}
}

// TestTalliesReadAnew covers what the events do not tell report by report.
func TestTalliesReadAnew(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	tallies := NewTallies(w.Store, w.d)
	if tallies.Current().Len() != 0 || tallies.Lag() < time.Hour {
		t.Errorf("before the first Refresh there are %d reports, %v old", tallies.Current().Len(), tallies.Lag())
	}
	expect := func(what string, n int) {
		t.Helper()
		if err := tallies.Refresh(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := tallies.Current().Len(); got != n {
			t.Errorf("%s: %d reports are counted, want %d", what, got, n)
		}
	}
	w.accept(t, w.intake(t, place(1, 1), ""))
	expect("at the start, before anything is numbered", 1)
	version := tallies.Current().Version()
	expect("nothing new", 1)
	if tallies.Current().Version() != version {
		t.Error("the columns are others although nothing has happened")
	}

	w.accept(t, w.intake(t, place(2, 1), ""))
	if _, err := w.Sequence(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	w.accept(t, w.intake(t, place(3, 1), ""))
	if err := w.PurgeEvents(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	expect("events that are kept no longer", 3)

	w.accept(t, w.intake(t, place(4, 1), ""))
	w.follow(t, tallies)
	expect("an event", 4)
	if err := w.exec(t, `DELETE FROM outbox`); err != nil {
		t.Fatal(err)
	}
	if err := w.exec(t, `UPDATE event_cursor SET newest = 0, oldest = 1`); err != nil {
		t.Fatal(err)
	}
	w.accept(t, w.intake(t, place(5, 1), ""))
	expect("a log that was put back", 5)

	in := w.intake(t, place(6, 1), "")
	past := PastReport{Report: in.Report, History: []patrol.HistoryEntry{{Seq: 1, Type: patrol.EventCreate, At: in.Report.CreatedAt, To: in.Report.Status}}}
	past.Report.UpdatedAt = past.Report.CreatedAt
	if err := w.ImportReports(t.Context(), []PastReport{past}, patrol.Actor{Kind: "system"}, nil); err != nil {
		t.Fatal(err)
	}
	w.follow(t, tallies)
	expect("an import", 6)

	w.makePrivate(t, "fire_safety")
	fine := tallies.Current().Counts(hotspot.Filter{}, true)
	expect("another category is private", 6)
	want := plainCounts(w.plain(t), hotspot.Filter{}, true, nil)
	var got []hotspot.FrameCount
	for _, c := range tallies.Current().Counts(hotspot.Filter{}, true) {
		got = append(got, hotspot.FrameCount{Cell: c.Cell, N: c.N})
	}
	if !slices.Equal(got, want) {
		t.Errorf("the public is counted %v, want %v", got, want)
	}
	if slices.Equal(tallies.Current().Counts(hotspot.Filter{}, true), fine) {
		t.Error("the public is counted at the fine places of what is private now")
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.accept(t, w.intake2(t))
	if err := tallies.Refresh(ctx); err == nil || tallies.Current().Len() != 6 {
		t.Errorf("Refresh that failed = %v, with %d reports, want the old ones", err, tallies.Current().Len())
	}
}

// makePrivate has a category concern private life from now on.
func (w *world) makePrivate(t *testing.T, code string) {
	t.Helper()
	book := *w.d.Current().Rulebook
	book.Categories = slices.Clone(book.Categories)
	i := slices.IndexFunc(book.Categories, func(c patrol.Category) bool { return c.Code == code })
	book.Categories[i].Private = true
	if _, err := w.ReplaceDuties(t.Context(), staff(w.b.Current().Index), &book, patrol.Actor{Kind: "system"}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
}

// TestCompareFindsWhatNoEventTold changes the tables by hand, a value at a
// time.
func TestCompareFindsWhatNoEventTold(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	var log bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&log, nil))
	for i := range 5 {
		w.accept(t, w.intake(t, place(i, 1), ""))
	}
	tallies := w.tallies(t)
	w.accept(t, w.intake(t, place(6, 1), "")) // committed, and no server has numbered it
	if same, err := tallies.Compare(t.Context()); !same || err != nil || tallies.Current().Len() != 6 {
		t.Fatalf("Compare = %v, %v, with %d reports, want the same 6", same, err, tallies.Current().Len())
	}
	if log.Len() > 0 {
		t.Errorf("the log says %s, want nothing", log.String())
	}
	w.follow(t, tallies)
	const one = ` WHERE id = (SELECT min(id::text)::uuid FROM reports)`
	for name, sql := range map[string]string{
		"a state":       `UPDATE reports SET status = 'handled'` + one,
		"a category":    `UPDATE reports SET category = 'noise'` + one,
		"a cell":        `UPDATE reports SET cell = (SELECT max(cell) FROM reports)` + one,
		"a time":        `UPDATE reports SET created_at = created_at - interval '1 microsecond'` + one,
		"a limit":       `UPDATE reports SET due_at = coalesce(due_at, created_at) + interval '1 microsecond'` + one,
		"no limit":      `UPDATE reports SET due_at = NULL` + one,
		"a lost report": `DELETE FROM reports WHERE id = (SELECT max(id::text)::uuid FROM reports)`,
	} {
		log.Reset()
		if strings.HasPrefix(sql, "DELETE") {
			for _, table := range []string{"report_photos", "decisions", "report_events"} {
				if err := w.exec(t, `DELETE FROM `+table+` WHERE report_id = (SELECT max(id::text)::uuid FROM reports)`); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.exec(t, sql); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := tallies.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if same, err := tallies.Compare(t.Context()); same || err != nil {
			t.Errorf("%s: Compare = %v, %v, want a difference", name, same, err)
		}
		if text := log.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "read anew") {
			t.Errorf("%s: the log says %q", name, text)
		}
		want, err := w.CellCounts(t.Context(), everything, hotspot.Filter{})
		if got := tallies.Current().Counts(hotspot.Filter{}, false); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: afterwards the columns count %v, want %v, %v", name, got, want, err)
		}
		if same, err := tallies.Compare(t.Context()); !same || err != nil {
			t.Errorf("%s: Compare again = %v, %v, want the same", name, same, err)
		}
	}
}

// TestTalliesLoadWhileAccepting begins to follow at many moments of a busy
// server: no report is missed, whether it was committed, numbered or neither.
func TestTalliesLoadWhileAccepting(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	const writers, each = 3, 30
	var writing, numbering sync.WaitGroup
	var done atomic.Bool
	for n := range writers {
		writing.Go(func() {
			for i := range each {
				r, _, err := w.Accept(t.Context(), w.intake(t, place((n+i)%8, 1), ""))
				if err != nil {
					t.Error(err)
					return
				}
				a := patrol.Action{ReportID: r.ID, Type: patrol.EventAccept, AnyReport: true, At: time.Now()}
				if i%2 == 0 {
					continue
				}
				if _, _, err := w.Act(t.Context(), everything, a, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	numbering.Go(func() {
		for last := false; !last; {
			last = done.Load()
			if _, err := second.Sequence(t.Context(), 7); err != nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	var all []*Tallies
	for range 12 {
		s := NewTallies(second.Store, second.d)
		if err := s.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
		time.Sleep(5 * time.Millisecond)
	}
	writing.Wait()
	done.Store(true)
	numbering.Wait()
	for n := range all {
		w.follow(t, all[n])
	}
	want, err := w.countedSums(t.Context(), w.pool)
	if err != nil || total(want) != writers*each {
		t.Fatalf("the database has %d reports, %v", total(want), err)
	}
	for n, s := range all {
		if got := s.Current().Sums(); !slices.Equal(got, want) {
			t.Errorf("who began %d. holds %v, want %v", n+1, got, want)
		}
	}
}
