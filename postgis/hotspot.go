package postgis

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
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
	sql := `SELECT r.cell, ` + frame + `, count(*) FROM reports r WHERE r.district_code = @district` + cellConditions(f, args)
	if !scope.All {
		sql += inScope
	}
	rows, err := s.pool.Query(ctx, sql+` GROUP BY 1, 2 ORDER BY 1, 2`, args)
	if err != nil {
		return nil, wrap("count reports by cell", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c hotspot.FrameCount, err error) {
		var id int64 // cells fit: their first bit is 0
		err = row.Scan(&id, &c.Frame, &c.N)
		c.Cell = cell.Cell(id)
		return c, err
	})
	return list, wrap("count reports by cell", err)
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
