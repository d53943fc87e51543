package postgis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// How columns are kept like the database.
const (
	compareEvery = 10 * time.Minute // Run compares them with it this often
	eventsAtOnce = 5000             // events a look takes in at most
	retryAfter   = time.Second      // Run waits so long after a failure
)

// Tallies keeps what is counted of all reports in memory, behind an atomic
// pointer: loaded once, then followed by the event log, whose events name the
// reports that are then read again. Safe for concurrent use.
type Tallies struct {
	store   *Store
	duties  *Duties
	current atomic.Pointer[tallied]
	seen    atomic.Pointer[time.Time] // when current was last known to be the newest
	loading sync.Mutex                // one Refresh or Compare at a time
	poke    chan struct{}
}

// tallied is columns and what they were read from.
type tallied struct {
	columns *hotspot.Columns
	cursor  int64  // everything up to this event is in the columns
	rules   string // which categories the public sees the fine place of
	loaded  bool
}

// NewTallies keeps no reports yet, until Refresh. Which places the public is
// shown follows from the duties in force.
func NewTallies(store *Store, duties *Duties) *Tallies {
	t := &Tallies{store: store, duties: duties, poke: make(chan struct{}, 1)}
	empty, err := hotspot.NewColumns(nil)
	if err != nil {
		panic(err) // no rows have nothing to refuse
	}
	t.current.Store(&tallied{columns: empty})
	return t
}

// Current is the columns as they are now, never nil; without reports before
// the first Refresh.
func (t *Tallies) Current() *hotspot.Columns { return t.current.Load().columns }

// Lag is how long ago the columns were last known to be like the database; the
// longest duration there is before the first successful Refresh.
func (t *Tallies) Lag() time.Duration {
	if at := t.seen.Load(); at != nil {
		return t.store.now().Sub(*at)
	}
	return math.MaxInt64
}

// Poke says that something may have happened to reports or duties. It never
// blocks; pokes that come close together make one Refresh. Safe before Run too.
func (t *Tallies) Poke() {
	select {
	case t.poke <- struct{}{}:
	default:
	}
}

// Run refreshes when poked, and compares with the database every ten minutes,
// until ctx ends. What fails is tried again.
func (t *Tallies) Run(ctx context.Context) {
	compare := time.NewTicker(compareEvery)
	defer compare.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-t.poke:
			err = t.Refresh(ctx)
		case <-compare.C:
			_, err = t.Compare(ctx)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		t.store.log.Warn("reports could not be read for counting; the old counts stay", "error", err, "retry_in", retryAfter)
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryAfter):
			t.Poke()
		}
	}
}

// Refresh takes over what has happened to reports since the last time. All are
// read anew the first time, where the event log does not continue, after many
// were written at once, and when other categories are private. On failure the
// old columns stay.
func (t *Tallies) Refresh(ctx context.Context) error {
	t.loading.Lock()
	defer t.loading.Unlock()
	asked := t.store.now()
	book := t.duties.Current().Rulebook
	if have := t.current.Load(); !have.loaded || have.rules != rulesOf(book) {
		if err := t.load(ctx, book); err != nil {
			return err
		}
	}
	for {
		have := t.current.Load()
		n, err := t.store.newsAfter(ctx, t.store.pool, have.cursor, eventsAtOnce)
		if err != nil {
			return wrap("read what happened to reports", err)
		}
		if n.broken {
			if err := t.load(ctx, book); err != nil {
				return err
			}
			continue
		}
		if n.last > have.cursor {
			if err := t.follow(ctx, t.store.pool, n, book); err != nil {
				return err
			}
		}
		if n.last >= n.newest {
			t.seen.Store(&asked)
			return nil
		}
	}
}

// load reads all reports, and the cursor that they stand at.
func (t *Tallies) load(ctx context.Context, book *patrol.Rulebook) error {
	return wrap("read reports for counting", t.store.atOneMoment(ctx, func(tx pgx.Tx) error {
		return t.loadIn(ctx, tx, book)
	}))
}

func (t *Tallies) loadIn(ctx context.Context, tx pgx.Tx, book *patrol.Rulebook) error {
	next := &tallied{rules: rulesOf(book), loaded: true}
	const cursor = `SELECT newest FROM event_cursor WHERE district_code = @district`
	err := tx.QueryRow(ctx, cursor, pgx.NamedArgs{"district": t.store.district}).Scan(&next.cursor)
	if err != nil {
		return err
	}
	rows, err := t.store.allCounted(ctx, tx, book)
	if err != nil {
		return err
	}
	if next.columns, err = hotspot.NewColumns(rows); err != nil {
		return err
	}
	t.current.Store(next)
	return nil
}

// follow takes over the news.
func (t *Tallies) follow(ctx context.Context, q querier, n news, book *patrol.Rulebook) error {
	next := *t.current.Load()
	next.cursor = max(next.cursor, n.last)
	if len(n.ids) > 0 {
		rows, err := t.store.countedAgain(ctx, q, book, n.ids)
		if err != nil {
			return wrap("read changed reports for counting", err)
		}
		if next.columns, err = next.columns.With(rows, missing(n.ids, rows)); err != nil {
			return err
		}
	}
	t.current.Store(&next)
	return nil
}

// missing gives the ids that none of the rows has: reports that are gone.
func missing(ids []geo.ID, rows []hotspot.Row) (gone []geo.ID) {
	there := make(map[geo.ID]struct{}, len(rows))
	for i := range rows {
		there[rows[i].ID] = struct{}{}
	}
	for _, id := range ids {
		if _, ok := there[id]; !ok {
			gone = append(gone, id)
		}
	}
	return gone
}

// Compare looks at one moment of the database whether the columns hold what it
// does, after taking over what has happened. Where they differ, as after
// somebody wrote into the tables without an event, all reports are read anew,
// and the log says so. same is false then.
func (t *Tallies) Compare(ctx context.Context) (same bool, err error) {
	t.loading.Lock()
	defer t.loading.Unlock()
	asked := t.store.now()
	book := t.duties.Current().Rulebook
	err = t.store.atOneMoment(ctx, func(tx pgx.Tx) error {
		have := t.current.Load()
		n, err := t.store.newsAfter(ctx, tx, have.cursor, math.MaxInt32)
		switch {
		case err != nil:
			return err
		case n.broken || !have.loaded || have.rules != rulesOf(book):
			same = true // nothing is known to be wrong
			return t.loadIn(ctx, tx, book)
		}
		// What is committed and not numbered yet is in the tables all the same.
		waiting, err := t.store.unnumbered(ctx, tx)
		if err != nil {
			return err
		}
		n.ids = distinct(append(n.ids, waiting...))
		if err := t.follow(ctx, tx, n, book); err != nil {
			return err
		}
		want, err := t.store.countedSums(ctx, tx)
		if err != nil {
			return err
		}
		got := t.Current().Sums()
		if same = slices.Equal(got, want); same {
			return nil
		}
		t.store.log.Warn("the reports in memory were not those of the database, and are read anew",
			"in_memory", total(got), "in_database", total(want), "first_difference", differing(got, want))
		return t.loadIn(ctx, tx, book)
	})
	if err != nil {
		return false, wrap("compare what is counted with the database", err)
	}
	t.seen.Store(&asked)
	return same, nil
}

func total(sums []hotspot.Sum) (n int) {
	for _, s := range sums {
		n += s.N
	}
	return n
}

// differing names the first category and state by order of which the sums
// differ.
func differing(a, b []hotspot.Sum) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return b[i].Category + " " + b[i].Status
		case i >= len(b) || a[i] != b[i]:
			return a[i].Category + " " + a[i].Status
		}
	}
	return ""
}

func distinct(ids []geo.ID) []geo.ID {
	slices.SortFunc(ids, func(a, b geo.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// rulesOf names the categories whose reports the public sees at their fine
// places; it is all of a rulebook that Shown depends on.
func rulesOf(b *patrol.Rulebook) string {
	var fine []string
	for _, c := range b.Categories {
		if !c.Private {
			fine = append(fine, fmt.Sprintf("%q", c.Code))
		}
	}
	slices.Sort(fine)
	return strings.Join(fine, " ")
}
