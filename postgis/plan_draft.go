package postgis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// draft is what is in memory of a plan. It never changes.
type draft struct {
	version int64  // of the row that it is of
	stored  string // the row's ETag
	draft   redraw.Draft
	names   map[string]string // of everybody who made a step
	steps   int               // that it was made from
}

// made reports whether there is a draft: a plan that can no longer be made from
// its steps has none.
func (d *draft) made() bool { return d.draft.Base() != nil }

// etag is that of the draft, or of its row where there is none.
func (d *draft) etag(row planRow) string {
	if d.made() {
		return d.draft.ETag()
	}
	return row.ETag
}

// errOlderRow says that a row was read before what memory has was written.
var errOlderRow = errors.New("the row is older than its draft")

// draftOf gives the draft that a row is of: from memory, or by doing what is
// newer there, or from all steps.
func (p *Plans) draftOf(ctx context.Context, q querier, row planRow) (*draft, error) {
	p.mu.Lock()
	have, ok := p.drafts.get(row.ID)
	p.mu.Unlock()
	if ok && have.version == row.Version && have.stored == row.ETag {
		return have, nil
	}
	if _, inside := q.(pgx.Tx); inside {
		return p.makeDraft(ctx, q, row, have)
	}
	result := p.flight.DoChan(fmt.Sprintf("draft %s %d %s", row.ID, row.Version, row.ETag), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		d, err := p.makeDraft(ctx, q, row, have)
		if err == nil {
			p.keepDraft(row.ID, d)
		}
		return d, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		d, _ := r.Val.(*draft)
		return d, r.Err
	}
}

// keepDraft puts a draft into memory, unless a newer one is there.
func (p *Plans) keepDraft(id geo.ID, d *draft) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if have, ok := p.drafts.get(id); !ok || have.version <= d.version {
		p.drafts.put(id, d)
	}
}

// forget lets go of a draft in memory that is of another history.
func (p *Plans) forget(id geo.ID, d *draft) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if have, ok := p.drafts.get(id); ok && have == d {
		p.drafts.drop(id)
	}
}

// makeDraft makes the draft of a row from one of an older version, or from
// nothing where have is nil or of another history: a database that was put back
// may have gone on differently.
func (p *Plans) makeDraft(ctx context.Context, q querier, row planRow, have *draft) (*draft, error) {
	base := func(n int) (*redraw.State, error) { return p.base(ctx, n, row.locked) }
	if have != nil && have.version > row.Version {
		again, err := p.row(ctx, q, row.ID, false)
		if err != nil {
			return nil, err
		}
		if again.Version > row.Version {
			return nil, errOlderRow
		}
	}
	if have != nil && have.version < row.Version {
		steps, err := p.steps(ctx, q, row.ID, have.version, row.Version)
		if err != nil {
			return nil, err
		}
		if d, err := have.with(steps, base); err == nil && (d.draft.ETag() == row.ETag || have.draft.ETag() != have.stored) {
			d.version, d.stored = row.Version, row.ETag
			return d, nil
		}
	}
	if have != nil {
		p.forget(row.ID, have)
	}
	steps, err := p.steps(ctx, q, row.ID, 0, row.Version)
	if err != nil {
		return nil, p.explainUnreadable(row, err)
	}
	d := &draft{version: row.Version, stored: row.ETag, names: map[string]string{}, steps: len(steps)}
	for _, s := range steps {
		d.names[s.entry.By] = s.name
	}
	if d.draft, err = replay(steps, base); err != nil {
		return nil, p.explainUnreadable(row, err)
	}
	if d.draft.ETag() != row.ETag {
		p.cfg.Logger.Warn("the steps of a plan lead to other boundaries than when they were made, by another version of the program; an approval of it no longer counts", "plan", row.ID)
	}
	return d, nil
}

// explainUnreadable is the error for a plan whose steps cannot be done again.
func (p *Plans) explainUnreadable(row planRow, err error) error {
	var problem *redraw.Problem
	var named *geo.Problem
	if errors.As(err, &problem) || errors.As(err, &named) || errors.Is(err, geo.ErrInvalid) {
		p.cfg.Logger.Error("a plan cannot be made from its steps", "plan", row.ID, "err", err)
		return &geo.Problem{Kind: geo.ErrConflict, Code: "plan-unreadable", Detail: "the plan's operations can no longer be made as they were: " + err.Error()}
	}
	return err
}

func unreadable(err error) bool {
	var p *geo.Problem
	return errors.As(err, &p) && p.Code == "plan-unreadable"
}

// with is the draft after some more steps.
func (d *draft) with(steps []planStep, base func(int) (*redraw.State, error)) (*draft, error) {
	next := &draft{draft: d.draft, names: d.names, steps: d.steps + len(steps)}
	for i := range steps {
		s := &steps[i]
		var err error
		if next.draft, _, err = s.advance(next.draft, base); err != nil {
			return nil, fmt.Errorf("step %d: %w", s.version, err)
		}
		next.names = named(next.names, s.entry.By, s.name)
	}
	return next, nil
}

// named is the names with one more; the old map stays as it is.
func named(names map[string]string, id, name string) map[string]string {
	if names[id] == name {
		return names
	}
	out := make(map[string]string, len(names)+1)
	for k, v := range names {
		out[k] = v
	}
	out[id] = name
	return out
}

// baseKey names the state that drafts start from.
type baseKey struct {
	revision int
	locked   string
}

// base gives the state of a revision, for plans with those locked kinds. It
// depends on nothing that comes later: the same steps lead to the same plan on
// every server and at any time.
func (p *Plans) base(ctx context.Context, revision int, locked []geo.Kind) (*redraw.State, error) {
	key := baseKey{revision, strings.Join(texts(locked), " ")}
	p.mu.Lock()
	state, ok := p.bases.get(key)
	p.mu.Unlock()
	if ok {
		return state, nil
	}
	made, err, _ := p.flight.Do(fmt.Sprintf("base %d %s", revision, key.locked), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return p.makeBase(ctx, revision, locked)
	})
	if err != nil {
		return nil, fmt.Errorf("revision %d for plans: %w", revision, err)
	}
	state = made.(*redraw.State)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bases.put(key, state)
	return state, nil
}

func (p *Plans) makeBase(ctx context.Context, revision int, locked []geo.Kind) (*redraw.State, error) {
	areas, err := p.areas(ctx, revision)
	if err != nil {
		return nil, err
	}
	taken, err := p.codesUpTo(ctx, revision)
	if err != nil {
		return nil, err
	}
	if locked == nil {
		locked = []geo.Kind{} // none, and not the default
	}
	return redraw.New(areas, redraw.Config{Locked: locked, Taken: taken})
}

// areas are those of a revision; revision 0 has none.
func (p *Plans) areas(ctx context.Context, revision int) ([]geo.Area, error) {
	if revision == 0 {
		return nil, nil
	}
	snapshot, err := p.boundaries.Revision(ctx, revision)
	if err != nil {
		return nil, err
	}
	all := snapshot.Index.All()
	areas := make([]geo.Area, len(all))
	for i, a := range all {
		areas[i] = *a
	}
	return areas, nil
}

// codesUpTo gives whose every code is that an area had in a revision or before.
func (p *Plans) codesUpTo(ctx context.Context, revision int) (map[geo.Ref]geo.ID, error) {
	const sql = `
		SELECT DISTINCT kind, code, area_id FROM area_versions
		WHERE district_code = @district AND from_revision <= @revision`
	rows, err := p.store.pool.Query(ctx, sql, pgx.NamedArgs{"district": p.store.district, "revision": revision})
	if err != nil {
		return nil, err
	}
	taken := map[geo.Ref]geo.ID{}
	var ref geo.Ref
	var id geo.ID
	_, err = pgx.ForEachRow(rows, []any{&ref.Kind, &ref.Code, &id}, func() error {
		taken[ref] = id
		return nil
	})
	return taken, err
}
