package postgis

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ownersSQL says which areas points belong to, by PostGIS.
//
//go:embed owners.sql
var ownersSQL string

// Owners asks PostGIS which areas of a revision the points belong to, by the
// same rule as locate.Index: a map of kind to code for each point, in order.
// Points are lon/lat in degrees on the lattice. It takes about a minute for a
// million points, and is there to check the index with.
func (s *Store) Owners(ctx context.Context, revision int, points []orb.Point) ([]map[geo.Kind]string, error) {
	out := make([]map[geo.Kind]string, len(points))
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '10min', true)`); err != nil {
			return err
		}
		const table = `CREATE TEMPORARY TABLE point_sample (n bigint, point geometry(Point, 4326)) ON COMMIT DROP`
		if _, err := tx.Exec(ctx, table); err != nil {
			return err
		}
		source := pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
			return []any{i, pointGeom(points[i])}, nil
		})
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"point_sample"}, []string{"n", "point"}, source); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE INDEX ON point_sample USING gist (point)`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `ANALYZE point_sample`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, ownersSQL, s.district, revision)
		if err != nil {
			return err
		}
		var n int
		var kind geo.Kind
		var code string
		_, err = pgx.ForEachRow(rows, []any{&n, &kind, &code}, func() error {
			if out[n] == nil {
				out[n] = make(map[geo.Kind]string, 5)
			}
			out[n][kind] = code
			return nil
		})
		return err
	})
	return out, wrap("ask PostGIS for owners", err)
}

// DecisionFault is a stored routing decision that does not come out again.
type DecisionFault struct {
	Report geo.ID
	Seq    int
	Detail string // what differs; no personal data
}

// verifyChunk is how many decisions are read at a time.
const verifyChunk = 5000

// VerifyDecisions computes every stored routing decision again from the
// boundaries and duties it names and gives those that come out otherwise. It
// stops after 100 faults. progress hears how many were checked so far; nil
// means nobody.
func (s *Store) VerifyDecisions(ctx context.Context, b *Boundaries, d *Duties, progress func(checked int)) (checked int, faults []DecisionFault, err error) {
	after, seq := uuid.Nil, 0
	for len(faults) < 100 {
		list, err := s.decisions(ctx, after, seq)
		if err != nil || len(list) == 0 {
			return checked, faults, err
		}
		for i := range list {
			detail, err := again(ctx, b, d, &list[i])
			if err != nil {
				return checked, faults, fmt.Errorf("verify the decision on report %s: %w", list[i].report, err)
			}
			if detail != "" {
				faults = append(faults, DecisionFault{list[i].report, list[i].seq, detail})
			}
		}
		checked += len(list)
		if progress != nil {
			progress(checked)
		}
		after, seq = list[len(list)-1].report, list[len(list)-1].seq
	}
	return checked, faults, nil
}

// storedDecision is a decision as its table holds it.
type storedDecision struct {
	report   geo.ID
	seq      int
	category string
	patrol.Decision
}

func (s *Store) decisions(ctx context.Context, after geo.ID, seq int) ([]storedDecision, error) {
	const sql = `
		SELECT report_id, seq, category, revision, duty_version, rule, lon_e7, lat_e7, edge_m, areas, area_ids,
		       assignments, decided_at
		FROM decisions WHERE district_code = @district AND (report_id, seq) > (@after, @seq)
		ORDER BY report_id, seq LIMIT @limit`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "after": after, "seq": seq, "limit": verifyChunk})
	if err != nil {
		return nil, wrap("read decisions", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d storedDecision, err error) {
		var at geo.LatticePoint
		var areas, assignments []byte
		err = row.Scan(&d.report, &d.seq, &d.category, &d.Revision, &d.DutyVersion, &d.Rule, &at.Lon, &at.Lat,
			&d.EdgeDistanceM, &areas, &d.AreaIDs, &assignments, &d.DecidedAt)
		if err != nil {
			return d, err
		}
		d.Point = at.Point()
		if err := json.Unmarshal(areas, &d.Areas); err != nil {
			return d, err
		}
		return d, json.Unmarshal(assignments, &d.Assignments)
	})
	return list, wrap("read decisions", err)
}

// again routes a stored decision again; detail says what differs.
func again(ctx context.Context, b *Boundaries, duties *Duties, stored *storedDecision) (detail string, err error) {
	snapshot, err := b.Revision(ctx, stored.Revision)
	if err != nil {
		return "", err
	}
	d, err := duties.Version(ctx, stored.DutyVersion)
	if err != nil {
		return "", err
	}
	category := categoryOf(d.Rulebook, stored.category)
	match, _ := snapshot.Index.Locate(stored.Point)
	fresh, err := patrol.Dispatch(d, patrol.Routing{Point: stored.Point, Match: match, Revision: stored.Revision,
		EdgeDistanceM: snapshot.Index.EdgeDistanceM(geo.Grid, stored.Point), Category: category, At: stored.DecidedAt})
	if err != nil {
		return "routing fails now: " + err.Error(), nil
	}
	return difference(&stored.Decision, &fresh)
}

// difference names the first part in which two decisions differ.
func difference(a, b *patrol.Decision) (string, error) {
	switch {
	case a.Rule != b.Rule:
		return fmt.Sprintf("rule %s, now %s", a.Rule, b.Rule), nil
	case a.EdgeDistanceM != b.EdgeDistanceM:
		return fmt.Sprintf("%g m from an edge, now %g m", a.EdgeDistanceM, b.EdgeDistanceM), nil
	case !slices.Equal(a.AreaIDs, b.AreaIDs):
		return "other areas", nil
	}
	for _, part := range []struct {
		name string
		a, b any
	}{{"area names", a.Areas, b.Areas}, {"assignments", a.Assignments, b.Assignments}} {
		x, err := json.Marshal(part.a)
		if err != nil {
			return "", err
		}
		y, err := json.Marshal(part.b)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(x, y) {
			return "other " + part.name, nil
		}
	}
	return "", nil
}
