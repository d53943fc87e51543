package postgis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestReportsByDue reads pages by due time, with twins and with reports that
// are not due at all, while others come in before and after the place read.
func TestReportsByDue(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	at := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	add := func(hours int) geo.ID { // 0: not due
		in := w.intake(t, place(1, 1), "")
		in.Report.DueAt, in.Report.HardDueAt = time.Time{}, time.Time{}
		if hours > 0 {
			in.Report.DueAt = at.Add(time.Duration(hours) * time.Hour)
			in.Report.HardDueAt = in.Report.DueAt
		}
		return w.accept(t, in).ID
	}
	three, none1, one, two1, two2, none2 := add(3), add(0), add(1), add(2), add(2), add(0)
	want := []geo.ID{one, two1, two2, three, none1, none2}
	// read gives all pages; between is called after each.
	read := func(limit int, between func(page int)) (got []geo.ID) {
		f := patrol.Filter{Limit: limit, ByDue: true}
		for page := 1; ; page++ {
			list, err := w.Reports(t.Context(), everything, f)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, idsOfReports(list)...)
			if len(list) < limit {
				return got
			}
			last := list[len(list)-1]
			f.AfterTime, f.AfterID = last.DueAt, last.ID
			between(page)
		}
	}
	for limit := 1; limit <= 7; limit++ {
		if got := read(limit, func(int) {}); !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v, want %v", limit, got, want)
		}
	}
	var later geo.ID
	got := read(1, func(page int) {
		if page == 2 { // one is before the place read, one after
			add(1)
			later = add(5)
		}
	})
	if want := []geo.ID{one, two1, two2, three, later, none1, none2}; !slices.Equal(got, want) {
		t.Errorf("with reports coming in: %v, want %v", got, want)
	}
}

// TestReportsByDueUsesItsIndex looks at the plan among the demo's 16,000
// reports, of which a few hundred are open.
func TestReportsByDueUsesItsIndex(t *testing.T) {
	t.Parallel()
	w := openWorld(t, fixtureURL(t))
	if _, err := w.pool.Exec(t.Context(), `ANALYZE reports, decisions`); err != nil {
		t.Fatal(err)
	}
	var open []patrol.Status
	for _, s := range patrol.Statuses() {
		if s.Open() {
			open = append(open, s)
		}
	}
	first, err := w.Reports(t.Context(), everything, patrol.Filter{Limit: 50, ByDue: true, Status: open})
	if err != nil || len(first) != 50 {
		t.Fatalf("Reports = %d of 50, %v", len(first), err)
	}
	last := first[49]
	for name, f := range map[string]patrol.Filter{
		"first page": {Limit: 50, ByDue: true, Status: open},
		"next page":  {Limit: 50, ByDue: true, Status: open, AfterTime: last.DueAt, AfterID: last.ID},
	} {
		sql, args := w.listSQL(everything, f)
		rows, err := w.pool.Query(t.Context(), `EXPLAIN `+sql, args)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); !strings.Contains(text, "reports_by_due") || strings.Contains(text, "Sort") {
			t.Errorf("%s: the plan does without the index:\n%s", name, text)
		}
	}
}
