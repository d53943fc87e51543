package postgis

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// Who ends a patrol locks its tracks by their ids. What follows from tracks is made
// in the same order, whoever sent first: else one of the two waits for the other, and the
// database ends one.
func TestTracksAreMadeInTheOrderOfTheirLocks(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	team := []geo.ID{newID(), newID()}
	w.start(t, team...)
	send := func(person geo.ID, fixes []track.Fix) {
		if _, err := w.Add(t.Context(), everything, patrol.Actor{}, track.Batch{Patrol: w.patrol, Person: person, Fixes: fixes, ReceivedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	track := func(person geo.ID) (id geo.ID) {
		if err := w.pool.QueryRow(t.Context(), `SELECT id FROM tracks WHERE person_id = $1`, person).Scan(&id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	fixes := stroll(w.began, 400, 11)
	for _, person := range team {
		send(person, fixes[:200])
	}
	w.catchUp(t)
	slices.SortFunc(team, func(a, b geo.ID) int { x, y := track(a), track(b); return bytes.Compare(x[:], y[:]) })
	send(team[1], fixes[200:])
	send(team[0], fixes[200:])
	first, second := track(team[0]), track(team[1])

	// The first is locked; where the worker waits for it, the second must be free.
	free := make(chan error, 1)
	w.step = func(step string, worker pgx.Tx) error {
		if step != "made" {
			return nil
		}
		pid := worker.Conn().PgConn().PID()
		tx, err := w.pool.Begin(t.Context())
		if err != nil {
			return err
		}
		const lock = `SELECT id FROM tracks WHERE id = $1 FOR UPDATE NOWAIT`
		if _, err := tx.Exec(t.Context(), lock, first); err != nil {
			return err
		}
		go func() {
			defer func() { _ = tx.Rollback(t.Context()) }()
			for waits := false; !waits; {
				if err := w.pool.QueryRow(t.Context(), `SELECT cardinality(pg_blocking_pids($1)) > 0`, pid).Scan(&waits); err != nil {
					free <- err
					return
				}
				time.Sleep(5 * time.Millisecond)
			}
			_, err := tx.Exec(t.Context(), lock, second)
			free <- err
		}()
		return nil
	}
	if _, err := w.round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-free; err != nil {
		t.Errorf("the second track while the first is waited for: %v", err)
	}
}
