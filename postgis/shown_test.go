package postgis

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var shownNow = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// shownCategories are two that are shown to some 50 m, a private one, and one that
// is not known any more.
var shownCategories = []string{"fire_safety", "garbage", "lonely_elder", "abolished"}

// scatter writes reports all over the town: many of one second, of one square of
// the public lattice, without a grid, without a limit, in the grids of two
// revisions.
func (w *world) scatter(t testing.TB, random *rand.Rand, n int) []patrol.Report {
	t.Helper()
	grids := w.b.Current().Index.Areas(geo.Grid)
	township := w.b.Current().Index.Areas(geo.Township)[0].ID
	out := make([]patrol.Report, n)
	rows := make([][]any, n)
	for i := range out {
		at := geo.LatticePoint{Lon: 1256000000 + random.Int32N(60)*1500, Lat: 435000000 + random.Int32N(40)*1200}
		created := shownNow.Add(-time.Duration(random.IntN(40)) * 3 * time.Hour).Add(time.Duration(random.IntN(3)) * 400 * time.Millisecond)
		r := patrol.Report{ID: newID(), Category: pick(random, shownCategories), Point: at.Point(), Raw: at.Point(), RawCRS: "wgs84",
			Source: "demo", CreatedAt: created, UpdatedAt: created.Add(time.Duration(random.IntN(5)) * 700 * time.Millisecond),
			Status: pick(random, patrol.Statuses())}
		if random.IntN(3) > 0 {
			r.DueAt = shownNow.Add(time.Duration(random.IntN(20)-10) * time.Hour).Add(time.Microsecond)
		}
		r.Decision.AreaIDs = []geo.ID{township}
		if random.IntN(4) > 0 {
			r.Decision.AreaIDs = append(r.Decision.AreaIDs, pick(random, grids).ID)
		}
		var err error
		if rows[i], err = w.reportRow(&r, 1); err != nil {
			t.Fatal(err)
		}
		out[i] = r
	}
	if _, err := w.pool.CopyFrom(t.Context(), pgx.Identifier{"reports"}, reportColumns, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) shown(t testing.TB, scope access.Scope, q patrol.ShownQuery) (out []patrol.Shown) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = maxPage
	}
	if err := w.ShownReports(t.Context(), scope, q, func(s *patrol.Shown) error { out = append(out, *s); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// shownOrder compares two reports in the order of the query, in memory.
func shownOrder(q *patrol.ShownQuery) func(a, b patrol.Shown) int {
	keys := q.Order()
	null := func(v cql.Value) int {
		if v.Type == cql.Null {
			return 1
		}
		return 0
	}
	truth := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return func(a, b patrol.Shown) int {
		for _, k := range keys {
			x, y := a.Value(k.Name), b.Value(k.Name)
			c := cmp.Or(cmp.Compare(null(x), null(y)), strings.Compare(x.Text, y.Text), x.Time.Compare(y.Time), cmp.Compare(truth(x.Bool), truth(y.Bool)))
			if c != 0 && k.Down {
				return -c
			}
			if c != 0 {
				return c
			}
		}
		c := bytes.Compare(a.ID[:], b.ID[:])
		if keys[len(keys)-1].Down {
			return -c
		}
		return c
	}
}

func shownProperties(public bool) []cql.Property {
	list := []cql.Property{{Name: patrol.ShownGeometry, Type: cql.Geometry}, {Name: patrol.ShownCategory, Type: cql.String},
		{Name: patrol.ShownStatus, Type: cql.String}, {Name: patrol.ShownGrid, Type: cql.String},
		{Name: patrol.ShownCreatedAt, Type: cql.Timestamp}, {Name: patrol.ShownUpdatedAt, Type: cql.Timestamp}}
	if !public {
		list = append(list, cql.Property{Name: patrol.ShownDueAt, Type: cql.Timestamp}, cql.Property{Name: patrol.ShownOverdue, Type: cql.Boolean})
	}
	return list
}

// shownFilter is a random filter over what is shown.
func shownFilter(random *rand.Rand, all []patrol.Shown, public bool, depth int) string {
	if depth > 0 {
		a, b := shownFilter(random, all, public, depth-1), shownFilter(random, all, public, depth-1)
		switch random.IntN(4) {
		case 0:
			return a + " AND " + b
		case 1:
			return "(" + a + " OR " + b + ")"
		case 2:
			return "NOT (" + a + ")"
		}
	}
	some := pick(random, all)
	op := pick(random, []string{"=", "<>", "<", "<=", ">", ">="})
	times := []string{"created_at", "updated_at"}
	if !public {
		times = append(times, "due_at")
	}
	stamp := func() string {
		at := pick(random, all).CreatedAt.Add(time.Duration(random.IntN(3)-1) * 500 * time.Millisecond)
		return "TIMESTAMP('" + at.Format("2006-01-02T15:04:05.999Z") + "')"
	}
	p := some.Point
	switch random.IntN(9) {
	case 0:
		return "category " + op + " '" + some.Category + "'"
	case 1:
		return fmt.Sprintf("status IN ('%s', '%s')", some.Status, pick(random, all).Status)
	case 2:
		return "grid " + op + " '" + cmp.Or(some.Grid, "22011200100000") + "'"
	case 3:
		return "grid IS NULL"
	case 4:
		return pick(random, times) + " " + op + " " + pick(random, append(times, stamp()))
	case 5:
		return "T_INTERSECTS(" + pick(random, times) + ", INTERVAL('2026-07-01', '" + pick(random, []string{"2026-07-02", ".."}) + "'))"
	case 6:
		return "S_INTERSECTS(geometry, " + wkt.MarshalString(p) + ")"
	case 7:
		q := pick(random, all).Point
		b := orb.MultiPoint{p, q}.Bound()
		if random.IntN(4) == 0 { // round the world, over the 180th meridian
			b.Min[0], b.Max[0] = b.Max[0], b.Min[0]
		}
		return fmt.Sprintf("S_INTERSECTS(geometry, BBOX(%v, %v, %v, %v))", b.Min[0], b.Min[1], b.Max[0], b.Max[1])
	}
	if !public {
		return "overdue = " + pick(random, []string{"TRUE", "FALSE"})
	}
	return "CASEI(category) LIKE CASEI('%" + strings.ToUpper(some.Category[1:4]) + "%')"
}

// TestShownReportsEqualMemory compares filters, boxes, times, orders and pages with
// the same asked in memory of what is shown, in the public form and as reports are.
func TestShownReportsEqualMemory(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	stored := make(map[geo.ID]*patrol.Report)
	list := w.scatter(t, random, 150)
	codes := make(map[geo.ID]string) // the last of each grid
	remember := func() {
		for _, a := range w.b.Current().Index.Areas(geo.Grid) {
			codes[a.ID] = a.Code
		}
	}
	remember()
	w.shown(t, everything, patrol.ShownQuery{}) // remembers codes, too
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: w.renumbered(), Note: "second"}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	remember()
	if len(codes) != 5 {
		t.Fatalf("there were %d grids, want the 4 of the beginning and another", len(codes))
	}
	list = append(list, w.scatter(t, random, 150)...)
	for i := range list {
		stored[list[i].ID] = &list[i]
	}
	book := w.d.Current().Rulebook
	for _, public := range []bool{true, false} {
		base := patrol.ShownQuery{Now: shownNow}
		if public {
			base.Public = book
		}
		all := w.shown(t, everything, base)
		if len(all) != len(list) {
			t.Fatalf("%d reports, want %d", len(all), len(list))
		}
		for i := range all {
			s, r := &all[i], stored[all[i].ID]
			point, due, overdue := r.Point, r.DueAt.Truncate(time.Second), r.Overdue(shownNow)
			if public {
				point, due, overdue = book.Shown(r.Category, r.Point), time.Time{}, false
			}
			grid := ""
			if ids := r.Decision.AreaIDs; len(ids) > 1 {
				grid = codes[ids[1]]
			}
			want := patrol.Shown{ID: r.ID, Point: point, Category: r.Category, Status: r.Status, Grid: grid,
				CreatedAt: r.CreatedAt.Truncate(time.Second), UpdatedAt: r.UpdatedAt.Truncate(time.Second), DueAt: due, Overdue: overdue}
			if *s != want {
				t.Fatalf("shown as %+v, want %+v", *s, want)
			}
		}
		found := 0
		names := []string{patrol.ShownCategory, patrol.ShownStatus, patrol.ShownGrid, patrol.ShownCreatedAt, patrol.ShownUpdatedAt}
		if !public {
			names = append(names, patrol.ShownDueAt, patrol.ShownOverdue)
		}
		for range 150 {
			q, text := base, ""
			if random.IntN(4) > 0 {
				text = shownFilter(random, all, public, random.IntN(3))
				var err error
				if q.Filter, err = cql.Parse(text); err == nil {
					err = cql.Check(q.Filter, shownProperties(public))
				}
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
			if random.IntN(4) == 0 {
				b := orb.MultiPoint{pick(random, all).Point, pick(random, all).Point}.Bound()
				q.Bounds = []orb.Bound{b, {Min: orb.Point{-180, -90}, Max: orb.Point{-170, 90}}}
			}
			if random.IntN(4) == 0 {
				q.From = pick(random, all).CreatedAt.Add(time.Duration(random.IntN(2)) * 300 * time.Millisecond)
				q.To = q.From.Add(time.Duration(random.IntN(100)) * time.Hour)
			}
			for range random.IntN(3) {
				name := pick(random, names)
				if !slices.ContainsFunc(q.Sort, func(k patrol.ShownKey) bool { return k.Name == name }) {
					q.Sort = append(q.Sort, patrol.ShownKey{Name: name, Down: random.IntN(2) == 0})
				}
			}
			var want []patrol.Shown
			for i := range all {
				s := &all[i]
				if (q.Filter == nil || cql.Eval(q.Filter, s.Value) == cql.True) &&
					(q.Bounds == nil || slices.ContainsFunc(q.Bounds, func(b orb.Bound) bool { return b.Contains(s.Point) })) &&
					!s.CreatedAt.Before(q.From) && (q.To.IsZero() || s.CreatedAt.Before(q.To)) {
					want = append(want, *s)
				}
			}
			slices.SortFunc(want, shownOrder(&q))
			found += len(want)
			n, err := w.CountShown(t.Context(), everything, q)
			if err != nil || n != len(want) {
				t.Fatalf("public %v, %q %+v: counted %d, %v, want %d", public, text, q, n, err, len(want))
			}
			var got []patrol.Shown
			for q.Limit = 20 + random.IntN(150); ; {
				page := w.shown(t, everything, q)
				got = append(got, page...)
				if len(page) < q.Limit {
					break
				}
				at := q.PlaceOf(&page[len(page)-1])
				q.After = &at
			}
			if !slices.Equal(got, want) {
				t.Fatalf("public %v, %q %+v: %d reports in pages of %d, want %d in the same order", public, text, q, len(got), q.Limit, len(want))
			}
		}
		if found < 3000 {
			t.Errorf("only %d reports were found: the questions try too little", found)
		}
	}
	one := w.shown(t, everything, patrol.ShownQuery{Public: book, ID: list[7].ID})
	if len(one) != 1 || one[0].ID != list[7].ID {
		t.Errorf("by its id %+v is found", one)
	}
	for name, scope := range map[string]access.Scope{"of nothing": {}, "of another area": {Areas: []geo.ID{newID()}}} {
		if n, err := w.CountShown(t.Context(), scope, patrol.ShownQuery{}); err != nil || n != 0 || len(w.shown(t, scope, patrol.ShownQuery{})) != 0 {
			t.Errorf("in the scope %s are %d reports, %v", name, n, err)
		}
	}
}

// renumbered is the town with another code for its first grid, and another grid in
// the place of its last.
func (w *world) renumbered() []geo.Area {
	areas := town(2)
	for i := range areas {
		switch a := &areas[i]; a.Name {
		case "一网格":
			if was, ok := w.b.Current().Index.Area(geo.Grid, a.Code); ok {
				a.ID = was.ID
			}
			a.Code = "220112001000009"
		case "四网格":
			a.Code = "220112001000008"
		}
	}
	return areas
}

// TestFiltersTellNothingThatIsNotShown tries to tell two reports apart that are
// shown alike: in one square of the public lattice, and in one second.
func TestFiltersTellNothingThatIsNotShown(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	book := w.d.Current().Rulebook
	random := rand.New(rand.NewPCG(5, 6))
	for _, category := range []string{"fire_safety", "lonely_elder"} {
		middle := book.Shown(category, place(2, 2))
		q, _ := geo.Snap(middle)
		var twins []patrol.Report
		for i, d := range []geo.LatticePoint{{Lon: -3000, Lat: -2000}, {Lon: 2900, Lat: 2200}, {Lon: 0, Lat: 0}} {
			p := geo.LatticePoint{Lon: q.Lon + d.Lon, Lat: q.Lat + d.Lat}.Point()
			if book.Shown(category, p) != middle {
				t.Fatalf("%v is not shown at %v", p, middle)
			}
			at := shownNow.Add(time.Duration(i) * 333 * time.Millisecond)
			r := patrol.Report{ID: newID(), Category: category, Point: p, Raw: p, RawCRS: "wgs84", Source: "demo", CreatedAt: at, UpdatedAt: at, Status: patrol.Dispatched,
				DueAt: shownNow.Add(time.Duration(i) * time.Hour)}
			row, err := w.reportRow(&r, 1)
			if err == nil {
				_, err = w.pool.CopyFrom(t.Context(), pgx.Identifier{"reports"}, reportColumns, pgx.CopyFromRows([][]any{row}))
			}
			if err != nil {
				t.Fatal(err)
			}
			twins = append(twins, r)
		}
		base := patrol.ShownQuery{Public: book, Now: shownNow}
		base.Filter = parsed(t, "category = '"+category+"'")
		for i, s := range w.shown(t, everything, base) {
			// Newest first and then by their ids: the order within a second is that of the ids.
			if want := twins[len(twins)-1-i]; s.ID != want.ID {
				t.Errorf("%s: the %dth is %s, want %s", category, i, s.ID, want.ID)
			}
		}
		told := map[int]int{}
		for range 300 {
			ask := base
			near := pick(random, twins).Point
			r := pick(random, []float64{1e-7, 1e-6, 1e-5, 1e-4, 1e-3})
			centre := orb.Point{near[0] + random.NormFloat64()*r, near[1] + random.NormFloat64()*r}
			if random.IntN(4) == 0 {
				centre = middle // which finds them
			}
			b := centre.Bound().Pad(r)
			at := pick(random, twins).CreatedAt.Add(time.Duration(random.IntN(7)-3) * 111 * time.Millisecond)
			switch random.IntN(4) {
			case 0:
				ask.Bounds = []orb.Bound{b}
			case 1:
				ask.Filter = parsed(t, fmt.Sprintf("category = '%s' AND S_INTERSECTS(geometry, BBOX(%.9f, %.9f, %.9f, %.9f))", category, b.Min[0], b.Min[1], b.Max[0], b.Max[1]))
			case 2:
				ask.From, ask.To = at, at.Add(time.Duration(1+random.IntN(500))*time.Millisecond)
			case 3:
				ask.Filter = parsed(t, fmt.Sprintf("category = '%s' AND %s %s TIMESTAMP('%s')", category, pick(random, []string{"created_at", "updated_at"}),
					pick(random, []string{"<", "<=", "=", ">", ">="}), at.Format("2006-01-02T15:04:05.999Z")))
			}
			got := w.shown(t, everything, ask)
			told[len(got)]++
			if len(got) != 0 && len(got) != len(twins) {
				t.Fatalf("%s: %+v tells %d of %d apart", category, ask, len(got), len(twins))
			}
		}
		if told[0] < 20 || told[len(twins)] < 20 {
			t.Errorf("%s: the questions found %v: they try too little", category, told)
		}
	}
}

// TestPagesOfReportsGoByTheirIndex asks the database how it would read the next
// page in the usual order, when it may not sort.
func TestPagesOfReportsGoByTheirIndex(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	at := patrol.ShownPlace{Values: []cql.Value{cql.Instant(shownNow)}, ID: newID()}
	for name, q := range map[string]patrol.ShownQuery{
		"usual":          {Public: w.d.Current().Rulebook, After: &at},
		"upwards":        {Sort: []patrol.ShownKey{{Name: patrol.ShownCreatedAt}}, After: &at},
		"since":          {From: shownNow},
		"since a filter": {Filter: parsed(t, "created_at >= TIMESTAMP('2026-07-01T00:00:00Z')")},
	} {
		sql := newShownSQL(w.district, &q, q.Order(), &gridCodes{})
		sql.where(everything)
		sql.after()
		var plan []string
		err := pgx.BeginFunc(t.Context(), w.pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SELECT set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`); err != nil {
				return err
			}
			rows, err := tx.Query(t.Context(), `EXPLAIN `+selectShown+sql.sql.String()+sql.order()+` LIMIT 10`, sql.args...)
			if err == nil {
				plan, err = pgx.CollectRows(rows, pgx.RowTo[string])
			}
			return err
		})
		text := strings.Join(plan, "\n")
		if err != nil || !strings.Contains(text, "using reports_shown") || !strings.Contains(text, "Index Cond") || strings.Contains(text, "Sort") ||
			!regexp.MustCompile(`Index Cond: .*date_trunc`).MatchString(text) {
			t.Errorf("%s, %v:\n%s", name, err, text)
		}
	}
}

func parsed(t *testing.T, text string) cql.Expr {
	t.Helper()
	e, err := cql.Parse(text)
	if err == nil {
		err = cql.Check(e, shownProperties(true))
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}
