package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Limits of one import of areas.
const (
	maxImportAreas    = 50_000
	maxImportVertices = 2_000_000
)

// ImportBasis is what areas of a file are compared with.
type ImportBasis struct {
	Revision int        // in force, or that the plan starts from: for ImportRecord.Base
	ETag     string     // of the plan, for PlanEdit.BasedOn; empty where there is none
	Areas    []geo.Area // of all kinds; not to be changed
}

// ImportBasis gives the areas of a plan, or where it is zero those in force.
func (p *Plans) ImportBasis(ctx context.Context, plan geo.ID) (ImportBasis, error) {
	if plan != uuid.Nil {
		row, w, err := p.read(ctx, plan)
		if err != nil {
			return ImportBasis{}, wrap("plan "+plan.String(), err)
		}
		return ImportBasis{row.Base, w.Draft.ETag(), w.Draft.State().Areas()}, nil
	}
	revision := p.boundaries.Current().Revision.Number
	areas, err := p.areas(ctx, revision)
	return ImportBasis{Revision: revision, Areas: areas}, wrap("boundaries", err)
}

// AreasInForce gives the areas in force to whoever only compares with them: they
// are read and checked as for Boundaries, and nothing is built of them.
func (s *Store) AreasInForce(ctx context.Context) (ImportBasis, error) {
	revision, _, err := s.boundaryVersions(ctx)
	if err != nil || revision == 0 {
		return ImportBasis{}, wrap("boundaries", err)
	}
	snapshot, areas, err := s.readSnapshot(ctx, revision, &locate.Snapshot{}, true)
	if err == nil {
		err = checkSnapshot(snapshot.Revision, areas)
	}
	if err != nil {
		return ImportBasis{}, wrap(fmt.Sprintf("read revision %d", revision), err)
	}
	return ImportBasis{Revision: revision, Areas: areas}, nil
}

// ImportAreas makes an import an operation of a plan: of a new one on record.Base, with
// the title, where plan is zero. Everything is written in one transaction, or nothing. What the
// areas do to those of other kinds the plan's check says. It is geo.ErrConflict,
// "areas-changed", where an area of the import is another in the plan than it was
// compared with, geo.ErrInvalid, "no-change", where the plan has all of it
// already, and "import-too-large" beyond 50,000 areas or 2,000,000 vertices.
func (p *Plans) ImportAreas(ctx context.Context, imp redraw.Import, record ImportRecord, plan geo.ID, title string, e PlanEdit) (redraw.Working, error) {
	newID, err := uuid.NewV7()
	if err != nil {
		return redraw.Working{}, err
	}
	if err := record.identify(); err != nil {
		return redraw.Working{}, err
	}
	if n := verticesOf(imp, redraw.Result{}); n > maxImportVertices || len(imp.Areas)+len(imp.Gone) > maxImportAreas {
		return redraw.Working{}, geo.Invalid("import-too-large", fmt.Sprintf("an import may have %d areas and %d vertices", maxImportAreas, maxImportVertices))
	}
	imp.ID, imp.File, record.What = record.ID, record.File, "areas"
	imp.Areas = plainAreas(imp.Areas)
	text, err := imp.MarshalJSON()
	if err != nil {
		return redraw.Working{}, err
	}
	do := func(c *planChange) (redraw.Result, error) {
		s := stepBy(stepDo, authorOf(e.Who), c.now)
		s.entry.Op, s.entry.ID, s.text = imp, newID, text
		r, err := c.do(s, e)
		if err != nil {
			return r, err
		}
		c.note = map[string]any{"import": record.ID, "file": record.File, "sha256": record.SHA256, "kind": imp.Kind,
			"new": record.New, "changed": record.Changed, "gone": record.Gone}
		// Whoever imports asks at once for the check: it is made while the database writes.
		var check sync.WaitGroup
		check.Go(func() { p.problems(c.draft) })
		defer check.Wait()
		if err := p.store.recordImport(ctx, c.tx, &record, e.Who, c.now); err != nil {
			return r, err
		}
		return r, p.store.copyImport(ctx, c.tx, imp)
	}
	if plan == uuid.Nil {
		return p.createBy(ctx, title, record.Base, e, do)
	}
	w, _, err := p.step(ctx, plan, e, imp.Op(), do)
	return w, err
}

// plainAreas gives areas as they will be read again.
func plainAreas(areas []geo.Area) []geo.Area {
	out := slices.Clone(areas)
	for i := range out {
		a := &out[i]
		a.AreaM2, a.FromRevision = 0, 0
		if len(a.Alias) == 0 {
			a.Alias = nil
		}
	}
	return out
}

// createBy makes a plan on a revision, together with its first step, or not at all.
func (p *Plans) createBy(ctx context.Context, title string, revision int, e PlanEdit, do func(*planChange) (redraw.Result, error)) (redraw.Working, error) {
	row, state, err := p.newPlan(ctx, title, revision, false, e.Who)
	if err != nil {
		return redraw.Working{}, err
	}
	was := newDraftOf(row, state)
	var next *draft
	err = pgx.BeginFunc(ctx, p.store.pool, func(tx pgx.Tx) error {
		c := planChange{tx: tx, row: row, draft: was.draft, now: row.CreatedAt}
		r, err := do(&c)
		if err != nil {
			return err
		}
		if e.Permit != nil {
			if err := e.Permit(r); err != nil {
				return err
			}
		}
		// Last, as others who make plans wait from here on.
		if err := p.insertPlan(ctx, tx, &row, e.Who); err != nil {
			return err
		}
		c.row.credit(authorOf(e.Who))
		next, err = p.write(ctx, &c, was, e.Who, "plan.import")
		row = c.row
		return err
	})
	if err != nil {
		p.store.leaveStandby(err)
		return redraw.Working{}, wrap("create a plan", err)
	}
	p.keepDraft(row.ID, next)
	p.store.committed()
	return p.working(row, next), nil
}

// copyImport writes the areas of an import whose record is written.
func (s *Store) copyImport(ctx context.Context, tx pgx.Tx, imp redraw.Import) error {
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '120s', true), set_config('lock_timeout', '60s', true)`); err != nil {
		return err
	}
	columns := []string{"district_code", "import_id", "number", "area_id", "kind", "code", "name", "name_en", "parent_kind",
		"parent_code", "unit_type", "class", "households", "population", "alias", "synthetic", "shape"}
	n := len(imp.Areas)
	source := pgx.CopyFromSlice(n+len(imp.Gone), func(i int) ([]any, error) {
		if i >= n {
			return []any{s.district, imp.ID, i + 1, nil, string(imp.Kind), imp.Gone[i-n], "", "", "", "", "", "", 0, 0, []string{}, false, nil}, nil
		}
		a := &imp.Areas[i]
		alias := a.Alias
		if alias == nil {
			alias = []string{}
		}
		return []any{s.district, imp.ID, i + 1, orNull(a.ID), string(a.Kind), a.Code, a.Name, a.NameEn, string(a.Parent.Kind),
			a.Parent.Code, a.UnitType, a.Class, a.Households, a.Population, alias, a.Synthetic, multiPolygonGeom(a.Shape)}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_areas"}, columns, source)
	return err
}

// importOf reads the operation that an import is, but for its areas. ok is false where
// the text is another operation.
func importOf(text []byte) (imp redraw.Import, ok bool, err error) {
	var head struct {
		Op     string
		Import geo.ID
		Kind   geo.Kind
		File   string
	}
	if err := json.Unmarshal(text, &head); err != nil || head.Op != imp.Op() {
		return imp, false, nil // ParseOperation says what it is
	}
	if head.Import == uuid.Nil {
		return imp, true, geo.Invalid("invalid-import", "an import without its id")
	}
	return redraw.Import{ID: head.Import, Kind: head.Kind, File: head.File}, true, nil
}

// readImport fills in the areas of an import.
func (s *Store) readImport(ctx context.Context, q querier, imp *redraw.Import) error {
	const sql = `
		SELECT area_id, kind, code, name, name_en, parent_kind, parent_code, unit_type, class, households, population,
		       alias, synthetic, shape
		FROM import_areas WHERE district_code = @district AND import_id = @id ORDER BY number`
	rows, err := q.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "id": imp.ID})
	if err != nil {
		return err
	}
	var a geo.Area
	var id *geo.ID
	var shape *geom.MultiPolygon
	_, err = pgx.ForEachRow(rows, []any{&id, &a.Kind, &a.Code, &a.Name, &a.NameEn, &a.Parent.Kind, &a.Parent.Code, &a.UnitType,
		&a.Class, &a.Households, &a.Population, &a.Alias, &a.Synthetic, &shape}, func() error {
		if shape == nil {
			imp.Gone = append(imp.Gone, a.Code)
			return nil
		}
		next := a
		if a.Alias = nil; len(next.Alias) == 0 {
			next.Alias = nil
		}
		if id != nil {
			next.ID = *id
		}
		next.Shape, shape = orbMultiPolygon(shape), nil
		imp.Areas = append(imp.Areas, next)
		return nil
	})
	return err
}
