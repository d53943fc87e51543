package postgis

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Publication is a whole new set of areas, to be the next revision.
type Publication struct {
	// Base is the revision the set was made from; another current one makes the
	// publication a geo.ErrConflict.
	Base int
	// Areas is every area of the district. One without an id is the area that
	// had its kind and code before, or a new one. Shapes are normalised.
	Areas []geo.Area
	// Note says why.
	Note string
	// At backdates the revision, when a history is made up or brought in; it
	// must be later than the revision before. Zero means now.
	At time.Time
	// Lineage says which areas came out of which.
	Lineage []redraw.Descent
	Actor   patrol.Actor
	// First, where it is not nil, runs in the transaction once its turn has come,
	// before anything is written: no other publish or change of duties can come
	// between. Its error refuses the publication.
	First func(ctx context.Context, tx pgx.Tx) error
	// Also, where it is not nil, runs in the same transaction when the revision
	// is in force for whoever commits it: what belongs to the publication is
	// written with it or not at all. No report is accepted meanwhile, so it must
	// be short.
	Also func(ctx context.Context, tx pgx.Tx, r geo.Revision) error

	undoes int // the revision that this one takes back; 0 for none
}

// Publish makes a set of areas the current revision, whole or not at all.
//
// A set that does not fit together (parents, codes, gaps, overlaps) is
// geo.ErrInvalid, one on an older base geo.ErrConflict, as is a code that once
// belonged to another area. Open reports of places that are other areas' from now
// on are routed anew, see patrol.Reroute: who acts on one of them waits for the
// publish. Reports can be accepted meanwhile, except for the instant of the
// change itself.
func (s *Store) Publish(ctx context.Context, p Publication) (geo.Revision, error) {
	areas, err := s.checkSet(ctx, p.Areas, p.Base)
	if err != nil {
		return geo.Revision{}, err
	}
	began := time.Now()
	var r geo.Revision
	var held time.Time // since when no report is accepted
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		if r, err = s.prepareRevision(ctx, tx, p, areas); err != nil {
			return err
		}
		reroute, err := s.newRerouting(ctx, tx, p.Base, areas, p.Actor)
		if err != nil {
			return err
		}
		defer reroute.wait()
		if err := s.lastWord(ctx, tx, r.Number); err != nil {
			return err
		}
		if err := reroute.ahead(ctx, tx); err != nil {
			return err
		}
		held = time.Now()
		if err := s.stopAccepting(ctx, tx); err != nil {
			return err
		}
		if _, err := reroute.pass(ctx, tx); err != nil {
			return err
		}
		r.Rerouted = len(reroute.done)
		if err := s.flip(ctx, tx, p, &r, areas); err != nil {
			return err
		}
		if p.Also != nil {
			return p.Also(ctx, tx, r)
		}
		return nil
	})
	if err != nil {
		return geo.Revision{}, wrap("publish", err)
	}
	s.log.Info("published", "revision", r.Number, "areas", r.Areas, "rerouted", r.Rerouted,
		"took", time.Since(began), "reports_held_back", time.Since(held))
	s.committed()
	return r, nil
}

// prepareRevision writes what a publication has that is new, for a revision
// that is not in force yet.
func (s *Store) prepareRevision(ctx context.Context, tx pgx.Tx, p Publication, areas []geo.Area) (r geo.Revision, err error) {
	if err := s.takeTurn(ctx, tx); err != nil {
		return r, err
	}
	if p.First != nil {
		if err := p.First(ctx, tx); err != nil {
			return r, err
		}
	}
	current, _, err := s.inForce(ctx, tx)
	if err != nil {
		return r, err
	}
	if current != p.Base {
		return r, &geo.Problem{Kind: geo.ErrConflict, Code: "revision-moved",
			Detail: fmt.Sprintf("the boundaries are at revision %d, these were made from %d", current, p.Base)}
	}
	r = geo.Revision{Number: current + 1, Note: p.Note, Areas: len(areas)}
	if err := s.writeVersions(ctx, tx, r.Number, areas); err != nil {
		return r, err
	}
	r.Hash = geo.HashAreas(areas)
	return r, nil
}

// inForce reads the current revision and duty version inside a transaction.
func (s *Store) inForce(ctx context.Context, tx pgx.Tx) (revision int, duties int64, err error) {
	const sql = `SELECT current_revision, duty_version FROM districts WHERE district_code = @district`
	err = tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&revision, &duties)
	return revision, duties, err
}

// version is a version of an area about to be written.
type version struct {
	area   *geo.Area
	parent geo.ID
	hash   []byte
}

// writeVersions closes the versions that change or go, and writes those that
// are new. Unchanged ones stay as they are. It gives areas without an id one.
func (s *Store) writeVersions(ctx context.Context, tx pgx.Tx, revision int, areas []geo.Area) error {
	fresh, codes, err := s.identify(ctx, tx, areas)
	if err != nil {
		return err
	}
	before, err := s.currentHashes(ctx, tx)
	if err != nil {
		return err
	}
	ids := make(map[geo.Ref]geo.ID, len(areas))
	for i := range areas {
		ids[areas[i].Ref()] = areas[i].ID
	}
	var opened []version
	closed := make([]geo.ID, 0, len(before))
	for i := range areas {
		v := version{area: &areas[i], parent: ids[areas[i].Parent]}
		if v.hash, err = contentHash(v.area, v.parent); err != nil {
			return err
		}
		was, exists := before[v.area.ID]
		delete(before, v.area.ID)
		if exists && bytes.Equal(was, v.hash) {
			continue
		}
		if exists {
			closed = append(closed, v.area.ID)
		}
		opened = append(opened, v)
	}
	for id := range before { // what is left is in the new set no more
		closed = append(closed, id)
	}
	const close = `
		UPDATE area_versions SET revs = int4range(from_revision, @revision)
		WHERE district_code = @district AND area_id = ANY(@ids) AND upper_inf(revs)`
	if _, err := tx.Exec(ctx, close, pgx.NamedArgs{"district": s.district, "revision": revision, "ids": closed}); err != nil {
		return err
	}
	if err := s.copyInto(ctx, tx, "areas", []string{"district_code", "id", "kind"}, fresh); err != nil {
		return err
	}
	if err := s.copyInto(ctx, tx, "area_codes", []string{"district_code", "kind", "code", "area_id"}, codes); err != nil {
		return err
	}
	return s.copyVersions(ctx, tx, revision, opened)
}

func (s *Store) copyInto(ctx context.Context, tx pgx.Tx, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

// currentHashes gives the content hash of every area of the current revision.
func (s *Store) currentHashes(ctx context.Context, tx pgx.Tx) (map[geo.ID][]byte, error) {
	const sql = `SELECT area_id, content_hash FROM area_versions WHERE district_code = @district AND upper_inf(revs)`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	hashes := map[geo.ID][]byte{}
	var id geo.ID
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &hash}, func() error {
		hashes[id], hash = hash, nil
		return nil
	})
	return hashes, err
}

func (s *Store) copyVersions(ctx context.Context, tx pgx.Tx, revision int, versions []version) error {
	columns := []string{"district_code", "area_id", "from_revision", "revs", "kind", "code", "name", "name_en",
		"parent_kind", "parent_code", "parent_id", "unit_type", "class", "households", "population", "alias",
		"synthetic", "area_m2", "vertices", "content_hash", "shape"}
	source := pgx.CopyFromSlice(len(versions), func(i int) ([]any, error) {
		a := versions[i].area
		alias := a.Alias
		if alias == nil {
			alias = []string{}
		}
		return []any{s.district, a.ID, revision, since(int32(revision)), string(a.Kind), a.Code, a.Name, a.NameEn,
			orNull(string(a.Parent.Kind)), orNull(a.Parent.Code), orNull(versions[i].parent), a.UnitType, a.Class,
			a.Households, a.Population, alias, a.Synthetic, a.AreaM2, vertexCount(a.Shape), versions[i].hash,
			multiPolygonGeom(a.Shape)}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"area_versions"}, columns, source)
	if err != nil {
		return explainVersion(err)
	}
	return nil
}

// explainVersion names the rule that the database refused a shape by.
func explainVersion(err error) error {
	for constraint, p := range map[string]*geo.Problem{
		"shape_valid":      geo.Invalid("shape-invalid", "a shape crosses or touches itself"),
		"shape_on_lattice": geo.Invalid("shape-off-lattice", "a vertex is not a multiple of 1e-7 degrees"),
		"shape_not_empty":  geo.Invalid("shape-empty", "an area has no shape"),
	} {
		if violated(err, constraint) {
			return fmt.Errorf("%w: %w", p, err)
		}
	}
	return err
}

// flip makes the revision current, while no report is accepted.
func (s *Store) flip(ctx context.Context, tx pgx.Tx, p Publication, r *geo.Revision, areas []geo.Area) error {
	vertices := 0
	for i := range areas {
		vertices += vertexCount(areas[i].Shape)
	}
	args := pgx.NamedArgs{"district": s.district, "number": r.Number, "at": orNull(p.At), "note": r.Note,
		"actor_kind": actorKind(p.Actor), "actor_id": p.Actor.ID, "actor_name": p.Actor.Name,
		"areas": r.Areas, "vertices": vertices, "hash": r.Hash, "rerouted": r.Rerouted, "undoes": orNull(p.undoes)}
	const insert = `
		WITH last AS (SELECT max(published_at) AS at FROM revisions WHERE district_code = @district)
		INSERT INTO revisions (district_code, number, published_at, note, actor_kind, actor_id, actor_name, areas, vertices, hash,
		                       rerouted, undoes)
		SELECT @district, @number, coalesce(@at, greatest(clock_timestamp(), last.at + interval '1 microsecond')),
		       @note, @actor_kind, @actor_id, @actor_name, @areas, @vertices, @hash, @rerouted, @undoes::integer
		FROM last
		WHERE @at::timestamptz IS NULL OR (@at <= clock_timestamp() AND (last.at IS NULL OR @at > last.at))
		RETURNING published_at`
	err := tx.QueryRow(ctx, insert, args).Scan(&r.PublishedAt)
	if err == pgx.ErrNoRows {
		return geo.Invalid("time-out-of-order", "a revision must be later than the one before, and not in the future")
	}
	if err != nil {
		return err
	}
	r.PublishedAt = r.PublishedAt.UTC()
	const current = `UPDATE districts SET current_revision = @number WHERE district_code = @district`
	if _, err := tx.Exec(ctx, current, args); err != nil {
		return err
	}
	for _, d := range p.Lineage {
		const sql = `
			INSERT INTO area_lineage (district_code, revision, from_id, to_id)
			VALUES (@district, @revision, @from, @to)`
		lineage := pgx.NamedArgs{"district": s.district, "revision": r.Number, "from": d.From, "to": d.To}
		if _, err := tx.Exec(ctx, sql, lineage); err != nil {
			return err
		}
	}
	told := map[string]any{"revision": r.Number, "published_at": r.PublishedAt}
	if err := s.tell(ctx, tx, "revision.published", r.PublishedAt, nil, told); err != nil {
		return err
	}
	detail := map[string]any{"areas": r.Areas, "rerouted": r.Rerouted}
	if p.undoes > 0 {
		detail["undoes"] = p.undoes
	}
	entry := auditEntry{"revision.publish", "revision", fmt.Sprint(r.Number), detail}
	if err := s.audit(ctx, tx, p.Actor, entry); err != nil {
		return err
	}
	return hint(ctx, tx)
}

// identify gives areas without an id the one their code has, or a new one. It
// returns the rows of areas and codes that are new.
func (s *Store) identify(ctx context.Context, tx pgx.Tx, areas []geo.Area) (fresh, codes [][]any, err error) {
	const sql = `
		SELECT c.kind, c.code, c.area_id FROM area_codes c WHERE c.district_code = @district`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, nil, err
	}
	owner := map[geo.Ref]geo.ID{}
	kinds := map[geo.ID]geo.Kind{}
	var ref geo.Ref
	var id geo.ID
	_, err = pgx.ForEachRow(rows, []any{&ref.Kind, &ref.Code, &id}, func() error {
		owner[ref], kinds[id] = id, ref.Kind
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range areas {
		a := &areas[i]
		has, known := owner[a.Ref()]
		switch {
		case a.ID == uuid.Nil && known:
			a.ID = has
		case a.ID == uuid.Nil:
			if a.ID, err = uuid.NewV7(); err != nil {
				return nil, nil, err
			}
		case known && has != a.ID:
			return nil, nil, &geo.Problem{Kind: geo.ErrConflict, Code: "code-reused",
				Detail: fmt.Sprintf("the code of %s belongs to another area, present or past", a.Ref())}
		}
		switch kind, exists := kinds[a.ID]; {
		case !exists:
			fresh = append(fresh, []any{s.district, a.ID, string(a.Kind)})
			kinds[a.ID] = a.Kind
		case kind != a.Kind:
			return nil, nil, geo.Invalid("kind-changed", fmt.Sprintf("%s was a %s before", a.Ref(), kind))
		}
		if !known {
			codes = append(codes, []any{s.district, string(a.Kind), a.Code, a.ID})
		}
	}
	return fresh, codes, nil
}
