package postgis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// undoTries is how often an undo is made anew because a publish came between.
const undoTries = 12

// UndoRevision publishes what takes revision n back: every area that n changed
// is as it was in the revision before, with the same id, code and shape, and
// what n added is gone. What later revisions changed elsewhere stays.
//
// It is geo.ErrNotFound where there is no such revision or none before it, and
// geo.ErrConflict with code "areas-changed" where an area that n changed is no
// longer as n made it, or where others have come to rest on it since. An empty
// note says which revision was undone. Reports are routed anew, as by Publish.
func (s *Store) UndoRevision(ctx context.Context, n int, note string, actor patrol.Actor) (r geo.Revision, err error) {
	if strings.TrimSpace(note) == "" {
		note = fmt.Sprintf("undo of revision %d", n)
	}
	for range undoTries {
		p, err := s.inverse(ctx, n)
		if err != nil {
			return geo.Revision{}, wrap(fmt.Sprintf("undo revision %d", n), err)
		}
		p.Note, p.Actor = note, actor
		r, err = s.Publish(ctx, p)
		if !revisionMoved(err) {
			return r, restsOnIt(err, n)
		}
	}
	return geo.Revision{}, fmt.Errorf("undo revision %d: others publish all the time: %w", n, geo.ErrUnavailable)
}

func revisionMoved(err error) bool {
	var p *geo.Problem
	return errors.As(err, &p) && p.Code == "revision-moved"
}

// restsOnIt says of a set that does not fit together why that is: the areas of
// the undone revision are untouched, so others lean on them.
func restsOnIt(err error, n int) error {
	var p *geo.Problem
	if !errors.As(err, &p) || !errors.Is(p.Kind, geo.ErrInvalid) {
		return err
	}
	return &geo.Problem{Kind: geo.ErrConflict, Code: "areas-changed", Fields: p.Fields,
		Detail: fmt.Sprintf("what was published since rests on revision %d: %s", n, p.Detail)}
}

// inverse gives the publication that takes revision n back, on the revision in
// force.
func (s *Store) inverse(ctx context.Context, n int) (Publication, error) {
	p := Publication{undoes: n}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) (err error) {
		if p.Base, _, err = s.inForce(ctx, tx); err != nil {
			return err
		}
		if n < 2 || n > p.Base {
			return geo.ErrNotFound
		}
		changed, err := s.changedBy(ctx, tx, n, p.Base)
		if err != nil {
			return err
		}
		if err := stillAsMade(changed, n); err != nil {
			return err
		}
		if p.Areas, err = s.withBack(ctx, tx, changed, n, p.Base); err != nil {
			return err
		}
		p.Lineage, err = s.lineageBack(ctx, tx, n)
		return err
	})
	return p, err
}

// touched is an area that a revision changed: its version's hash before, in and
// after it, in the revision in force. Nil is an area that is not there.
type touched struct {
	id            geo.ID
	name          geo.Ref
	was, made, is []byte
}

// changedBy gives the areas that revision n changed, by kind and code.
func (s *Store) changedBy(ctx context.Context, tx pgx.Tx, n, current int) ([]touched, error) {
	const sql = `
		WITH changed AS (
			SELECT DISTINCT area_id FROM area_versions
			WHERE district_code = @district AND (from_revision = @n OR upper(revs) = @n))
		SELECT v.area_id, min(v.kind), min(v.code),
		       min(encode(v.content_hash, 'hex')) FILTER (WHERE v.revs @> @n - 1),
		       min(encode(v.content_hash, 'hex')) FILTER (WHERE v.revs @> @n::integer),
		       min(encode(v.content_hash, 'hex')) FILTER (WHERE v.revs @> @current::integer)
		FROM area_versions v JOIN changed USING (area_id)
		WHERE v.district_code = @district
		GROUP BY v.area_id ORDER BY min(v.kind), min(v.code COLLATE "C")`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "n": n, "current": current})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t touched, err error) {
		var was, made, is *string
		err = row.Scan(&t.id, &t.name.Kind, &t.name.Code, &was, &made, &is)
		t.was, t.made, t.is = bytesOf(was), bytesOf(made), bytesOf(is)
		return t, err
	})
}

func bytesOf(s *string) []byte {
	if s == nil {
		return nil
	}
	return []byte(*s)
}

// stillAsMade refuses where an area is not as revision n made it.
func stillAsMade(changed []touched, n int) error {
	p := &geo.Problem{Kind: geo.ErrConflict, Code: "areas-changed",
		Detail: fmt.Sprintf("a later revision changed areas that revision %d changed", n)}
	for _, t := range changed {
		if !bytes.Equal(t.made, t.is) {
			p.Fields = append(p.Fields, geo.FieldError{Pointer: t.name.String(), Detail: "changed since"})
		}
	}
	if len(p.Fields) > 0 {
		return p
	}
	return nil
}

// withBack gives the areas in force, with those changed as they were before n.
func (s *Store) withBack(ctx context.Context, tx pgx.Tx, changed []touched, n, current int) ([]geo.Area, error) {
	back := make(map[geo.ID]bool, len(changed))
	for _, t := range changed {
		back[t.id] = true
	}
	areas, err := s.readAreas(ctx, tx, geo.Revision{Number: current}, &locate.Snapshot{})
	if err != nil {
		return nil, err
	}
	before, err := s.readAreas(ctx, tx, geo.Revision{Number: n - 1}, &locate.Snapshot{})
	if err != nil {
		return nil, err
	}
	areas = slices.DeleteFunc(areas, func(a geo.Area) bool { return back[a.ID] })
	before = slices.DeleteFunc(before, func(a geo.Area) bool { return !back[a.ID] })
	return slices.Concat(areas, before), nil
}

// lineageBack is the lineage of revision n turned round.
func (s *Store) lineageBack(ctx context.Context, tx pgx.Tx, n int) ([]redraw.Descent, error) {
	const sql = `
		SELECT to_id, from_id FROM area_lineage WHERE district_code = @district AND revision = @n
		ORDER BY from_id, to_id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "n": n})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[redraw.Descent])
}
