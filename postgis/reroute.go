package postgis

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// rerouting gives open reports to those who answer for their places within
// boundaries that are about to be in force. It works in the transaction of the
// publish: in passes while reports are accepted, then in a last one, when none
// are any more, over what was accepted or changed since.
type rerouting struct {
	store    *Store
	revision int
	where    handovers
	next     *locate.Index // once built is closed
	built    chan struct{} // closed when next is made, or fault says why not
	fault    error
	duties   *patrol.Duties
	by       patrol.Actor
	done     map[geo.ID]bool
}

// rerouteChunk is how many reports are routed and written at a time.
const rerouteChunk = 2000

// newRerouting gets ready to route from the areas in force to those to come,
// which have their ids. Their index is made meanwhile: wait before the areas
// change, or go out of use.
func (s *Store) newRerouting(ctx context.Context, tx pgx.Tx, current int, after []geo.Area, by patrol.Actor) (*rerouting, error) {
	by.Name = by.Role // histories of reports name nobody who publishes
	r := &rerouting{store: s, revision: current + 1, by: by, done: map[geo.ID]bool{}, built: make(chan struct{})}
	if current == 0 {
		close(r.built)
		return r, nil
	}
	before, err := s.areasInForce(ctx, tx, current)
	if err != nil {
		return nil, err
	}
	r.where = handoversOf(before, after)
	if len(r.where.boxes) == 0 {
		close(r.built)
		return r, nil
	}
	// A plan kept from when there were few reports would read all of them for each.
	if _, err := tx.Exec(ctx, `SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`); err != nil {
		return nil, err
	}
	if r.duties, err = s.dutiesInForce(ctx, tx); err != nil {
		return nil, err
	}
	// The database has other things to do meanwhile.
	go func() {
		defer close(r.built)
		if r.next, r.fault = locate.Build(after, locate.Config{}); r.fault != nil {
			r.fault = fmt.Errorf("index revision %d: %w", r.revision, r.fault)
		}
	}()
	return r, nil
}

// wait waits for the index.
func (r *rerouting) wait() error {
	<-r.built
	return r.fault
}

// areasInForce gives the areas of the current revision, from memory where they
// are there.
func (s *Store) areasInForce(ctx context.Context, tx pgx.Tx, current int) ([]geo.Area, error) {
	const sql = `SELECT hash FROM revisions WHERE district_code = @district AND number = @number`
	var hash []byte
	err := tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "number": current}).Scan(&hash)
	if err != nil {
		return nil, err
	}
	have := s.boundaries.Load()
	if have != nil && have.Revision.Number == current && bytes.Equal(have.Revision.Hash, hash) {
		all := have.Index.All()
		areas := make([]geo.Area, len(all))
		for i, a := range all {
			areas[i] = *a
		}
		return areas, nil
	}
	return s.readAreas(ctx, tx, geo.Revision{Number: current}, &locate.Snapshot{})
}

// dutiesInForce gives the current duties, from memory where they are there.
func (s *Store) dutiesInForce(ctx context.Context, tx pgx.Tx) (*patrol.Duties, error) {
	_, version, err := s.inForce(ctx, tx)
	if err != nil {
		return nil, err
	}
	if have := s.duties.Load(); have != nil && have.Version == version {
		return have, nil
	}
	if version == 0 { // a district that is being set up
		roster, err := patrol.NewRoster(patrol.RosterData{})
		return &patrol.Duties{Roster: roster, Rulebook: &patrol.Rulebook{}}, err
	}
	return s.readDuties(ctx, tx, version)
}

// ahead routes while reports are accepted: all there are, then those that came
// meanwhile, until they are so few that nobody will wait for them.
func (r *rerouting) ahead(ctx context.Context, tx pgx.Tx) error {
	if err := r.wait(); err != nil {
		return err
	}
	const passes, few = 5, 100
	for range passes {
		if n, err := r.pass(ctx, tx); err != nil || n < few {
			return err
		}
	}
	return nil
}

// pass routes what it finds, as of now, and gives how many that were. What it
// has routed already it leaves.
func (r *rerouting) pass(ctx context.Context, tx pgx.Tx) (n int, err error) {
	ids, err := r.affected(ctx, tx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	var at time.Time
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&at); err != nil {
		return 0, err
	}
	at = r.duties.Moment(at.UTC())
	for chunk := range slices.Chunk(ids, rerouteChunk) {
		changes, err := r.route(ctx, tx, chunk, at)
		if err != nil {
			return n, err
		}
		if err := r.store.writeReroutes(ctx, tx, changes); err != nil {
			return n, err
		}
		for _, c := range changes {
			r.done[c.Report.ID] = true
		}
		n += len(changes)
	}
	return n, nil
}

// affected gives the open reports whose place is other areas' from now on, by
// id.
func (r *rerouting) affected(ctx context.Context, tx pgx.Tx) (ids []geo.ID, err error) {
	if len(r.where.boxes) == 0 {
		return nil, nil
	}
	// The states are those that are not patrol.Status.Open, as the index has them.
	const sql = `
		SELECT id, lon_e7, lat_e7, area_ids FROM reports
		WHERE district_code = @district AND status NOT IN ('closed', 'rejected', 'duplicate')
		  AND point && ST_MakeEnvelope(@west, @south, @east, @north, 4326)
		ORDER BY id`
	box := r.where.all
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": r.store.district,
		"west": box.Min[0], "south": box.Min[1], "east": box.Max[0], "north": box.Max[1]})
	if err != nil {
		return nil, err
	}
	var id geo.ID
	var at geo.LatticePoint
	var areas []geo.ID
	_, err = pgx.ForEachRow(rows, []any{&id, &at.Lon, &at.Lat, &areas}, func() error {
		if !r.done[id] && r.where.at(at.Point()) && r.otherAreas(at, areas) {
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// otherAreas reports whether a place is not, or not under the same codes, of the
// areas that it was of.
func (r *rerouting) otherAreas(at geo.LatticePoint, before []geo.ID) bool {
	match := r.next.LocateLattice(at)
	n := 0
	for _, k := range geo.Kinds() {
		a := match.Area(k)
		if a == nil {
			continue
		}
		if n == len(before) || before[n] != a.ID || r.where.recoded[a.ID] {
			return true
		}
		n++
	}
	return n != len(before)
}

// reroute is what the new boundaries make of a report.
type reroute struct {
	patrol.Change
	seq   int      // of the new decision
	areas []geo.ID // who is told: of before and of now
}

// route locks reports and decides on them again. A place that nobody answers for
// any more leaves its report with who has it.
func (r *rerouting) route(ctx context.Context, tx pgx.Tx, ids []geo.ID, at time.Time) ([]reroute, error) {
	reports, seqs, err := r.store.lockReports(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	book := r.duties.Rulebook
	var out []reroute
	for i := range reports {
		report := &reports[i]
		category := categoryOf(book, report.Category)
		match, _ := r.next.Locate(report.Point)
		fresh, err := patrol.Dispatch(r.duties, patrol.Routing{Point: report.Point, Match: match, Revision: r.revision,
			EdgeDistanceM: r.next.EdgeDistanceM(geo.Grid, report.Point), Category: category, At: at})
		if err != nil {
			continue
		}
		if c, ok := patrol.Reroute(report, fresh, book, r.by); ok {
			areas := distinct(slices.Concat(report.Decision.AreaIDs, fresh.AreaIDs))
			out = append(out, reroute{Change: c, seq: seqs[report.ID] + 1, areas: areas})
		}
	}
	return out, nil
}

// lockReports reads reports, and keeps others from changing them; seqs are the
// numbers of their decisions in force.
func (s *Store) lockReports(ctx context.Context, tx pgx.Tx, ids []geo.ID) (list []patrol.Report, seqs map[geo.ID]int, err error) {
	args := pgx.NamedArgs{"district": s.district, "ids": ids}
	rows, err := tx.Query(ctx, selectReport+` AND r.district_code = @district AND r.id = ANY(@ids) ORDER BY r.id FOR UPDATE OF r`, args)
	if err != nil {
		return nil, nil, err
	}
	if list, err = pgx.CollectRows(rows, scanReport); err != nil {
		return nil, nil, err
	}
	seqs, err = s.decisionSeqs(ctx, tx, ids)
	return list, seqs, err
}

// categoryOf gives a category by its code. One that the rules do not have any
// more leads nobody.
func categoryOf(book *patrol.Rulebook, code string) patrol.Category {
	if c, ok := book.Category(code); ok {
		return c
	}
	return patrol.Category{Code: code}
}

// decisionSeqs gives the number of the decision in force of each report.
func (s *Store) decisionSeqs(ctx context.Context, tx pgx.Tx, ids []geo.ID) (map[geo.ID]int, error) {
	const sql = `SELECT id, decision_seq FROM reports WHERE district_code = @district AND id = ANY(@ids)`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "ids": ids})
	if err != nil {
		return nil, err
	}
	seqs := make(map[geo.ID]int, len(ids))
	var id geo.ID
	var seq int
	_, err = pgx.ForEachRow(rows, []any{&id, &seq}, func() error {
		seqs[id] = seq
		return nil
	})
	return seqs, err
}
