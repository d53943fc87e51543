package postgis

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// CellCounts counts the reports in scope by their H3 cell of
// hotspot.BaseResolution, in ascending order of cells. Rejected and duplicate
// reports are counted only where the filter names their state. Counts of the
// whole district are quicker from Tallies, which are the same.
func (s *Store) CellCounts(ctx context.Context, scope access.Scope, f hotspot.Filter) ([]hotspot.Count, error) {
	list, err := s.FrameCounts(ctx, scope, f, nil)
	out := make([]hotspot.Count, len(list))
	for i, c := range list {
		out[i] = hotspot.Count{Cell: c.Cell, N: c.N}
	}
	return out, err
}

// FrameCounts is CellCounts by frames: the first begins at starts[0], each ends
// where the next begins, and the last with the filter's To. Starts are
// ascending; what came before the first is not counted. Without starts
// everything is of frame 0. The answer is ascending by cell and frame.
func (s *Store) FrameCounts(ctx context.Context, scope access.Scope, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error) {
	if scope.Empty() {
		return nil, nil
	}
	args := s.scopeArgs(scope)
	frame := `0`
	if len(starts) > 0 {
		// width_bucket is 0 before the first, 1 within it.
		frame = `width_bucket(r.created_at, @starts::timestamptz[]) - 1`
		args["starts"] = starts
		if f.From.Before(starts[0]) {
			f.From = starts[0]
		}
	}
	from := ` FROM reports r WHERE r.district_code = @district` + cellConditions(f, args)
	if !scope.All {
		from += inScope
	}
	sql := `SELECT r.cell, 0, 0, ` + frame + `, count(*)` + from
	if len(f.Coarse) > 0 {
		args["coarse"], args["coarse_lon"], args["coarse_lat"] = f.Coarse, patrol.CoarseLon, patrol.CoarseLat
		sql += ` AND r.category <> ALL(@coarse) GROUP BY 1, 4
			UNION ALL SELECT 0, min(r.lon_e7), min(r.lat_e7), ` + frame + `, count(*)` + from + ` AND r.category = ANY(@coarse)
			GROUP BY floor(r.lon_e7 / @coarse_lon::float8), floor(r.lat_e7 / @coarse_lat::float8), 4`
	} else {
		sql += ` GROUP BY 1, 4`
	}
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return nil, wrap("count reports by cell", err)
	}
	list, err := pgx.CollectRows(rows, scanFrameCount)
	if err != nil {
		return nil, wrap("count reports by cell", err)
	}
	return inCellOrder(list), nil
}

// scanFrameCount reads a count of a cell, or, where that is 0, of a coarse
// square by any point in it.
func scanFrameCount(row pgx.CollectableRow) (c hotspot.FrameCount, err error) {
	var id int64
	var at geo.LatticePoint
	if err := row.Scan(&id, &at.Lon, &at.Lat, &c.Frame, &c.N); err != nil {
		return c, err
	}
	if c.Cell = cell.Cell(id); id == 0 {
		c.Cell, err = cell.At(patrol.CoarsePoint(at.Point()), hotspot.BaseResolution)
	}
	return c, err
}

// inCellOrder sorts the counts and adds up those of one cell and frame: true
// places and coarse ones may meet.
func inCellOrder(list []hotspot.FrameCount) []hotspot.FrameCount {
	slices.SortFunc(list, func(a, b hotspot.FrameCount) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Frame, b.Frame))
	})
	out := list[:0]
	for _, c := range list {
		if last := len(out) - 1; last >= 0 && out[last].Cell == c.Cell && out[last].Frame == c.Frame {
			out[last].N += c.N
			continue
		}
		out = append(out, c)
	}
	return out
}

// cellConditions gives the conditions of the filter, put together from
// constants only, and puts their values into args.
func cellConditions(f hotspot.Filter, args pgx.NamedArgs) string {
	var b strings.Builder
	and := func(condition string) { b.WriteString(" AND " + condition) }
	timeConditions(and, f.From, f.To, args)
	if f.Bound != nil {
		boundCondition(and, *f.Bound, args)
	}
	if len(f.Category) > 0 {
		and(`r.category = ANY(@category)`)
		args["category"] = f.Category
	}
	if len(f.Status) > 0 {
		and(`r.status = ANY(@status)`)
		args["status"] = f.Status
	} else {
		and(`r.status NOT IN ('rejected', 'duplicate')`)
	}
	if f.Overdue {
		and(openStatus + ` AND r.due_at < coalesce(@now, now())`)
		args["now"] = orNull(f.Now)
	}
	return b.String()
}
