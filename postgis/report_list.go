package postgis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// maxPage is the most reports a list gives at once.
// One more than the pages that are served, so that a reader can see whether
// there is a next one.
const maxPage = 10_001

// openStatus are the states in which somebody still has to do something and a
// limit can pass; the index on due_at has the same condition.
const openStatus = `r.status NOT IN ('closed', 'rejected', 'duplicate', 'handled') AND r.due_at IS NOT NULL`

// Reports lists reports in scope, the newest first, or by DueAt. The next page
// begins after the last row's CreatedAt, or DueAt, and ID. With OnlyPublic they
// come without description, raw position and photos.
func (s *Store) Reports(ctx context.Context, scope access.Scope, f patrol.Filter) ([]patrol.Report, error) {
	if scope.Empty() {
		return nil, nil
	}
	if f.Limit < 1 || f.Limit > maxPage {
		return nil, geo.Invalid("limit-out-of-range", fmt.Sprintf("a page has 1 to %d reports", maxPage))
	}
	sql, args := s.listSQL(scope, f)
	rows, err := s.pool.Query(ctx, sql, args)
	if err != nil {
		return nil, wrap("list reports", err)
	}
	list, err := pgx.CollectRows(rows, scanReport)
	if err != nil {
		return nil, wrap("list reports", err)
	}
	if f.OnlyPublic {
		for i := range list {
			list[i].Description, list[i].Raw, list[i].HasContact, list[i].HandledBy = "", orb.Point{}, false, ""
		}
		return list, nil
	}
	return list, wrap("list reports", s.addPhotos(ctx, list))
}

// listSQL is the statement of Reports, with its arguments.
func (s *Store) listSQL(scope access.Scope, f patrol.Filter) (string, pgx.NamedArgs) {
	args := s.scopeArgs(scope)
	where := reportConditions(f, args)
	if !scope.All {
		where = inScope + where
	}
	order := ` ORDER BY r.created_at DESC, r.id DESC`
	if f.ByDue {
		order = ` ORDER BY ` + dueOrMax + `, r.id`
	}
	args["limit"] = f.Limit
	return selectReport + where + order + ` LIMIT @limit`, args
}

func (s *Store) addPhotos(ctx context.Context, list []patrol.Report) error {
	ids := make([]geo.ID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	if len(ids) == 0 {
		return nil
	}
	photos, err := s.photos(ctx, s.pool, ids)
	for i := range list {
		list[i].Photos = photos[list[i].ID]
	}
	return err
}

// reportConditions gives the conditions of a filter, joined by AND, and puts
// their values into args. The text is put together from constants only, so
// that each query asks for no more than its index can answer.
func reportConditions(f patrol.Filter, args pgx.NamedArgs) string {
	var b strings.Builder
	and := func(condition string) { b.WriteString(" AND " + condition) }
	if f.Bound != nil {
		boundCondition(and, *f.Bound, args)
	}
	if len(f.Status) > 0 {
		and(`r.status = ANY(@status)`)
		status := make([]string, len(f.Status))
		for i, t := range f.Status {
			status[i] = string(t)
		}
		args["status"] = status
	}
	if len(f.Category) > 0 {
		and(`r.category = ANY(@category)`)
		args["category"] = f.Category
	}
	if f.Area != nil {
		and(`r.area_ids @> ARRAY[@area::uuid]`)
		args["area"] = *f.Area
	}
	if f.Assignee != nil {
		// Reports go to posts: who holds the seat now answers, not who held it
		// when the report came.
		and(`EXISTS (
			SELECT FROM assignments a WHERE a.district_code = r.district_code AND a.report_id = r.id AND (
				a.seat_id IN (SELECT h.seat_id FROM holdings h WHERE h.district_code = @district
					AND h.person_id = @assignee AND upper_inf(h.known) AND h.held @> coalesce(@now, now()))
				OR a.seat_id IS NULL AND a.person_id = @assignee))`)
		args["assignee"] = *f.Assignee
	}
	args["now"] = orNull(f.Now)
	if f.Overdue {
		and(openStatus + ` AND r.due_at < coalesce(@now, now())`)
	}
	timeConditions(and, f.From, f.To, args)
	switch {
	case f.ByDue:
		dueConditions(and, f, args)
	case !f.AfterTime.IsZero():
		and(`(r.created_at, r.id) < (@after_time, @after_id)`)
		args["after_time"], args["after_id"] = f.AfterTime, f.AfterID
	}
	return b.String()
}

// dueOrMax orders reports by DueAt, those without one last; the index
// reports_by_due has the same words.
const dueOrMax = `coalesce(r.due_at, 'infinity')`

func dueConditions(and func(string), f patrol.Filter, args pgx.NamedArgs) {
	if len(f.Status) > 0 && !slices.ContainsFunc(f.Status, func(s patrol.Status) bool { return !s.Open() }) {
		// Says in the index's own words what follows from the states, so that
		// also a plan made for any of them can use it.
		and(`r.status NOT IN ('closed', 'rejected', 'duplicate')`)
	}
	if f.AfterID != (geo.ID{}) {
		and(`(` + dueOrMax + `, r.id) > (coalesce(@after_time::timestamptz, 'infinity'), @after_id)`)
		args["after_time"], args["after_id"] = orNull(f.AfterTime), f.AfterID
	}
}

func boundCondition(and func(string), b orb.Bound, args pgx.NamedArgs) {
	// The index keeps boxes in single precision, so && alone lets in points
	// that lie up to a metre outside.
	and(`r.point && ST_MakeEnvelope(@min_lon, @min_lat, @max_lon, @max_lat, 4326)
		AND ST_X(r.point) BETWEEN @min_lon AND @max_lon AND ST_Y(r.point) BETWEEN @min_lat AND @max_lat`)
	args["min_lon"], args["min_lat"], args["max_lon"], args["max_lat"] = b.Min[0], b.Min[1], b.Max[0], b.Max[1]
}

func timeConditions(and func(string), from, to time.Time, args pgx.NamedArgs) {
	if !from.IsZero() {
		and(`r.created_at >= @from`)
		args["from"] = from
	}
	if !to.IsZero() {
		and(`r.created_at < @to`)
		args["to"] = to
	}
}
