package postgis

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// readAreas gives the areas of a revision, in no order. A shape whose version is
// in force at have too is the one that have holds.
func (s *Store) readAreas(ctx context.Context, tx pgx.Tx, r geo.Revision, have *locate.Snapshot) ([]geo.Area, error) {
	const sql = `
		SELECT area_id, kind, code, name, name_en, coalesce(parent_kind, ''), coalesce(parent_code, ''), alias,
		       unit_type, class, households, population, area_m2, synthetic, from_revision,
		       CASE WHEN revs @> @have::integer THEN NULL ELSE shape END
		FROM area_versions WHERE district_code = @district AND revs @> @revision::integer`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "revision": r.Number, "have": have.Revision.Number})
	if err != nil {
		return nil, err
	}
	areas := make([]geo.Area, 0, r.Areas)
	return pgx.AppendRows(areas, rows, func(row pgx.CollectableRow) (a geo.Area, err error) {
		var shape *geom.MultiPolygon
		err = row.Scan(&a.ID, &a.Kind, &a.Code, &a.Name, &a.NameEn, &a.Parent.Kind, &a.Parent.Code, &a.Alias,
			&a.UnitType, &a.Class, &a.Households, &a.Population, &a.AreaM2, &a.Synthetic, &a.FromRevision, &shape)
		if err != nil {
			return a, err
		}
		if len(a.Alias) == 0 {
			a.Alias = nil
		}
		if shape != nil {
			a.Shape = orbMultiPolygon(shape)
		} else if held, ok := have.Index.ByID(a.ID); ok {
			a.Shape = held.Shape
		}
		return a, nil
	})
}

// contentHash is a SHA-256 over everything a version of an area holds but its
// size, which follows from the shape: two versions with the same one are the same.
func contentHash(a *geo.Area, parent geo.ID) ([]byte, error) {
	h := sha256.New()
	alias := append([]string{}, a.Alias...)
	text, err := json.Marshal([]any{a.ID, a.Kind, a.Code, a.Name, a.NameEn, a.Parent.Kind, a.Parent.Code, parent, alias,
		a.UnitType, a.Class, a.Households, a.Population, a.Synthetic})
	if err != nil {
		return nil, err
	}
	h.Write(text)
	buf := make([]byte, 0, 16*vertexCount(a.Shape)+64)
	for _, polygon := range a.Shape {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(polygon)))
		for _, ring := range polygon {
			buf = binary.BigEndian.AppendUint32(buf, uint32(len(ring)))
			for _, p := range ring {
				buf = appendPoint(buf, p)
			}
		}
	}
	h.Write(buf)
	return h.Sum(nil), nil
}

func appendPoint(buf []byte, p orb.Point) []byte {
	buf = binary.BigEndian.AppendUint64(buf, math.Float64bits(p[0]))
	return binary.BigEndian.AppendUint64(buf, math.Float64bits(p[1]))
}
