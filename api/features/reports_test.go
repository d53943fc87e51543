package features

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const reportItems = "/ogc/collections/reports/items?"

// matched gives numberMatched, -1 where there is none.
func matched(a answer) int {
	if a.NumberMatched == nil {
		return -1
	}
	return *a.NumberMatched
}

func TestReportsAreFilteredSortedAndCounted(t *testing.T) {
	r := newRig(t)
	category := r.desk.reports[0].Category
	count := func(keep func(*patrol.Report) bool) (n int) {
		for i := range r.desk.reports {
			if keep(&r.desk.reports[i]) {
				n++
			}
		}
		return n
	}
	everywhere := "POLYGON((125 43,126 43,126 44,125 44,125 43))"
	for filter, want := range map[string]int{
		"category = '" + category + "'":                        count(func(x *patrol.Report) bool { return x.Category == category }),
		"CASEI(status) = CASEI('CLOSED')":                      200,
		"status <> 'closed' AND category = '" + category + "'": count(func(x *patrol.Report) bool { return x.Category == category && x.Status != patrol.Closed }),
		"grid IS NULL":   0,
		"grid LIKE '%3'": count(func(x *patrol.Report) bool { return gridOf(x) == "220112000000003" }),
		"created_at >= TIMESTAMP('2026-09-30T11:00:00Z')":            8,
		"T_BEFORE(created_at, DATE('2026-09-29'))":                   count(func(x *patrol.Report) bool { return x.CreatedAt.Day() <= 28 }),
		"updated_at = created_at":                                    400,
		"S_INTERSECTS(geometry, " + everywhere + ")":                 400,
		"NOT S_INTERSECTS(geometry, " + everywhere + ")":             0,
		"S_INTERSECTS(geometry, BBOX(170, -90, 126, 90))":            400,
		"S_INTERSECTS(geometry, BBOX(170, -90, -170, 90))":           0,
		"S_INTERSECTS(geometry, POINT(0 0)) OR category IN ('none')": 0,
	} {
		first := r.page(t, reportItems+"limit=30&filter="+url.QueryEscape(filter))
		if got := walk(t, r, reportItems+"limit=30&filter="+url.QueryEscape(filter)); len(got) != want || matched(first) != want {
			t.Errorf("%s: %d reports, %d matched, want %d", filter, len(got), matched(first), want)
		}
	}
	if got := r.page(t, reportItems+"created_at="+url.QueryEscape(testNow.Format(time.RFC3339))); matched(got) != 4 {
		t.Errorf("created_at= finds %d reports, want 4", matched(got))
	}
	for _, order := range []string{"", "status", "-status,created_at", "grid,-category", "-created_at", "updated_at"} {
		sortby := ""
		if order != "" {
			sortby = "&sortby=" + order
		}
		want := ids(r.page(t, reportItems+"limit=10000"+sortby))
		for _, limit := range []int{37, 400} {
			if got := walk(t, r, fmt.Sprintf("%slimit=%d%s", reportItems, limit, sortby)); !slices.Equal(got, want) || len(want) != 400 {
				t.Errorf("sorted by %q in pages of %d: %d reports in another order than the %d of one page", order, limit, len(got), len(want))
			}
		}
	}
	if a, b := ids(r.page(t, reportItems+"limit=400")), ids(r.page(t, reportItems+"limit=400&sortby=-created_at")); !slices.Equal(a, b) {
		t.Error("the newest do not come first")
	}
}

// TestNextHoldsWhileReportsComeAndGo takes away what was on the first page, the
// last of it too, adds newer and older ones, and looks which come after. The
// number is that of the first page.
func TestNextHoldsWhileReportsComeAndGo(t *testing.T) {
	for _, sortby := range []string{"", "&sortby=status", "&sortby=-grid,category"} {
		r := newRig(t)
		all := ids(r.page(t, reportItems+"limit=400"+sortby))
		first := r.page(t, reportItems+"limit=50"+sortby)
		gone := ids(first)[40:]
		var kept []patrol.Report
		for _, x := range r.desk.reports {
			if !slices.Contains(gone, x.ID.String()) {
				kept = append(kept, x)
			}
		}
		// One more that comes first in each order, as far as its own go, and among equals.
		before := r.desk.reports[slices.IndexFunc(r.desk.reports, func(x patrol.Report) bool { return x.ID.String() == all[0] })]
		before.ID, before.CreatedAt, before.UpdatedAt = uuid.UUID{15: 1}, testNow.Add(time.Hour), testNow.Add(time.Hour)
		r.desk.reports = append(kept, before)
		next := r.page(t, strings.TrimPrefix(first.link("next"), r.base))
		got := walk(t, r, strings.TrimPrefix(first.link("next"), r.base))
		if sortby == "&sortby=-grid,category" { // among equals it may come before or after
			got = slices.DeleteFunc(got, func(id string) bool { return id == before.ID.String() })
		}
		if !slices.Equal(got, all[50:]) {
			t.Errorf("%q: %d reports come after the first page, want the %d that did before", sortby, len(got), len(all)-50)
		}
		if matched(next) != matched(first) || matched(first) != 400 {
			t.Errorf("%q: %d matched, then %d", sortby, matched(first), matched(next))
		}
	}
}

// TestWhatOnlyReadersAreShownIsNotAskedForByOthers looks at the properties that the
// public form has not.
func TestWhatOnlyReadersAreShownIsNotAskedForByOthers(t *testing.T) {
	r := newRig(t)
	questions := []string{"sortby=due_at", "filter=overdue%3DTRUE", "overdue=true", "properties=overdue", "filter=due_at%20IS%20NULL"}
	for _, who := range []access.Principal{access.Anonymous(), {Kind: "token", Role: access.Consumer, Scope: access.Scope{All: true}}} {
		r.principal = who
		for _, q := range questions {
			if w := r.get(reportItems + q); w.Code != 400 {
				t.Errorf("%s: %s = %d, want 400", who.Role, q, w.Code)
			}
		}
		if strings.Contains(r.get("/ogc/collections/reports/queryables").Body.String(), "due_at") {
			t.Errorf("%s is told of due_at", who.Role)
		}
	}
	r.principal = access.Principal{Kind: "user", Role: access.Dispatcher, Scope: access.Scope{All: true}}
	for _, q := range questions {
		if w := r.get(reportItems + q); w.Code != 200 {
			t.Errorf("dispatcher: %s = %d %s", q, w.Code, w.Body)
		}
	}
	if as, is := matched(r.page(t, reportItems+"overdue=1")), matched(r.page(t, reportItems+"overdue=true")); as != is {
		t.Errorf("overdue=1 matches %d reports, overdue=true %d", as, is)
	}
	if a := r.page(t, reportItems+"limit=400&overdue=true"); matched(a) != 200 || a.Features[0].Properties["due_at"] != "2026-09-30T11:00:00Z" {
		t.Errorf("%d are overdue, the first with %v", matched(a), a.Features[0].Properties)
	}
	w := r.get("/ogc/collections/reports/queryables")
	if !strings.Contains(w.Body.String(), "due_at") || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("a dispatcher is answered %s %v", w.Body, w.Header())
	}
}

func TestBadReportCursors(t *testing.T) {
	r := newRig(t)
	cursor := func(limit string) string {
		a := r.page(t, reportItems+"limit=3"+limit)
		next, err := url.Parse(a.link("next"))
		if err != nil {
			t.Fatal(err)
		}
		return next.Query().Get("cursor")
	}
	usual, byStatus := cursor(""), cursor("&sortby=status")
	for _, q := range []string{
		"cursor=x", "cursor=" + usual + "x", "cursor=" + usual + ".1", "cursor=" + usual + "&sortby=status", "cursor=" + byStatus,
		"sortby=status&cursor=" + usual, "cursor=" + strings.Split(usual, ".")[0] + ".-1", "cursor=" + strings.Split(usual, ".")[0] + ".99999999999",
		// ["-created_at", an id, a text where a time belongs], ["+status", an id, a NUL in a text]
		"cursor=WyItY3JlYXRlZF9hdCIsIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMSIsIngiXQ",
		"sortby=status&cursor=WyIrc3RhdHVzIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAxIiwiXHUwMDAwIl0",
	} {
		if w := r.get(reportItems + q); w.Code != 400 {
			t.Errorf("%s = %d %s, want 400", q, w.Code, w.Body)
		}
	}
	if a := r.page(t, reportItems+"limit=3&cursor="+strings.Split(usual, ".")[0]); len(a.Features) != 3 || a.NumberMatched != nil {
		t.Errorf("without a number in the cursor %d reports come, %d matched", len(a.Features), matched(a))
	}
}

func TestHotspotsAreFilteredAndSorted(t *testing.T) {
	r := newRig(t)
	const cells = "/ogc/collections/hotspots/items?resolution=9&limit=1000"
	for _, who := range []access.Principal{access.Anonymous(), {Kind: "user", Role: access.Dispatcher, Scope: access.Scope{All: true}}} {
		r.principal = who
		all := r.page(t, cells)
		want := map[string]int{"count > 9": 0, "count IS NULL": 0, "suppressed = TRUE OR count < 7": 0}
		for _, f := range all.Features {
			n, known := f.Properties["count"].(float64)
			if known && n > 9 {
				want["count > 9"]++
			}
			if !known {
				want["count IS NULL"]++
			}
			if f.Properties["suppressed"] == true || known && n < 7 {
				want["suppressed = TRUE OR count < 7"]++
			}
		}
		want["S_INTERSECTS(geometry, BBOX(125, 43, 126, 44))"] = len(all.Features)
		for filter, n := range want {
			if a := r.page(t, cells+"&filter="+url.QueryEscape(filter)); matched(a) != n || len(a.Features) != n {
				t.Errorf("%s: %s finds %d cells, want %d", who.Role, filter, matched(a), n)
			}
		}
		down := r.page(t, cells+"&sortby=-count")
		last := -1.0 // null comes first downwards
		for i, f := range down.Features {
			n, known := f.Properties["count"].(float64)
			if known && last >= 0 && n > last || !known && last >= 0 {
				t.Fatalf("%s: count %v at %d comes after %v", who.Role, f.Properties["count"], i, last)
			}
			if known {
				last = n
			}
		}
		if got := walk(t, r, "/ogc/collections/hotspots/items?resolution=9&limit=4&sortby=-count"); !slices.Equal(got, ids(down)) {
			t.Errorf("%s: pages have %d cells in another order than the %d of one", who.Role, len(got), len(down.Features))
		}
	}
}
