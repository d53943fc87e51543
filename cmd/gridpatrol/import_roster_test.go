package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// unstaffedDatabase has the demo's boundaries since before its first report, and nobody.
func unstaffedDatabase(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "unstaffed", func(ctx context.Context, store *postgis.Store) error {
		d, err := district()
		if err != nil {
			return err
		}
		_, err = store.Publish(ctx, postgis.Publication{Areas: d.Areas, Note: "boundaries", At: d.Reports[0].CreatedAt.AddDate(0, 0, -1), Actor: system})
		return err
	})
}

// demoFiles writes the files of the demo district.
func (d *importDesk) demoFiles() {
	d.Helper()
	demo, err := district()
	if err == nil {
		err = demo.WriteFiles(d.dir)
	}
	if err != nil {
		d.Fatal(err)
	}
}

// roster gives the posts in force.
func (d *importDesk) roster() *patrol.Roster {
	d.Helper()
	store, err := postgis.Open(d.Context(), postgis.Config{URL: d.url, District: "220112"})
	if err != nil {
		d.Fatal(err)
	}
	defer store.Close()
	_, duties, err := inForce(d.Context(), store)
	if err != nil {
		d.Fatal(err)
	}
	return duties.Current().Roster
}

// TestImportDemo takes the demo's own tables of committees, posts and reports:
// the duties and the reports are those of the demo, and again nothing changes.
func TestImportDemo(t *testing.T) {
	d := newImportDesk(t, unstaffedDatabase(t))
	d.demoFiles()
	file := func(name string) string { return filepath.Join(d.dir, name) }
	demo, err := district()
	if err != nil {
		t.Fatal(err)
	}
	// Committees that nobody knows cannot have posts.
	if out, _ := d.run(1, "import", "roster", file("posts.csv")); !strings.Contains(out, "CODE_UNKNOWN_PARENT") || !strings.Contains(out, "nothing was written") {
		t.Errorf("posts without committees: %s", out)
	}
	d.run(0, "import", "roster", file("committees.csv"))
	d.run(0, "import", "roster", file("posts.csv"), "--dry-run")
	if n := len(d.roster().AllSeats()); n != 0 {
		t.Errorf("a dry run wrote %d seats", n)
	}
	d.run(0, "import", "roster", file("posts.csv"))
	want, err := patrol.NewRoster(demo.Roster)
	if err != nil {
		t.Fatal(err)
	}
	got := d.roster()
	if len(got.AllSeats()) != len(want.AllSeats()) || len(got.AllPeople()) != len(want.AllPeople()) || len(got.AllHoldings()) != len(want.AllHoldings()) {
		t.Errorf("%d seats, %d people, %d holdings, want %d, %d, %d", len(got.AllSeats()), len(got.AllPeople()), len(got.AllHoldings()),
			len(want.AllSeats()), len(want.AllPeople()), len(want.AllHoldings()))
	}
	at := demo.Until
	for i := range demo.Areas {
		a := &demo.Areas[i]
		for _, post := range patrol.Posts() {
			if w, g := holdersOf(want, post, a.ID, at), holdersOf(got, post, a.ID, at); !slices.Equal(w, g) {
				t.Fatalf("%s of %s is held by %q, want %q", post, a.Ref(), g, w)
			}
		}
	}
	for _, name := range []string{"committees.csv", "posts.csv"} {
		if out, _ := d.run(0, "import", "roster", file(name)); !strings.Contains(out, "nothing differs") {
			t.Errorf("%s again: %s", name, out)
		}
	}

	report := file("report.json")
	d.run(0, "import", "reports", file("reports.csv"), "--dry-run", "--report", report)
	var said ingest.Report
	if text, err := os.ReadFile(report); err != nil || json.Unmarshal(text, &struct{ New *int }{&said.New}) != nil || said.New != len(demo.Reports) {
		t.Errorf("the report of the dry run has %d new, %v", said.New, err)
	}
	if n := d.count(`SELECT count(*) FROM gridpatrol.reports`); n != 0 {
		t.Errorf("a dry run wrote %d reports", n)
	}
	d.run(0, "import", "reports", file("reports.csv"))
	for _, name := range []string{"reports.csv", "reports.geojson"} {
		if out, _ := d.run(0, "import", "reports", file(name)); !strings.Contains(out, "all reports are there already") {
			t.Errorf("%s again: %s", name, out)
		}
	}
	for sql, n := range map[string]int{
		`SELECT count(*) FROM gridpatrol.reports`:                                                 len(demo.Reports),
		`SELECT count(*) FROM gridpatrol.reports WHERE status = 'closed'`:                         13000,
		`SELECT count(*) FROM gridpatrol.decisions`:                                               len(demo.Reports),
		`SELECT count(*) FROM gridpatrol.imports`:                                                 3,
		`SELECT count(*) FROM gridpatrol.imports WHERE what = 'reports' AND file = 'reports.csv'`: 1,
		`SELECT count(*) FROM gridpatrol.assignments a WHERE a.person_id IS NULL AND a.post <> 'district_desk' AND a.post <> 'township_desk'`: 0,
	} {
		if got := d.count(sql); got != n {
			t.Errorf("%s = %d, want %d", sql, got, n)
		}
	}
}

// holdersOf says who holds a post of an area, and who stands in.
func holdersOf(r *patrol.Roster, post patrol.Post, area geo.ID, at time.Time) (out []string) {
	for _, s := range r.Seats(post, area) {
		p, _, _ := r.Holder(s.ID, at)
		deputy, _, _ := r.Deputy(s.ID, at)
		out = append(out, fmt.Sprint(s.Number, p.Name, p.Phone, "/", deputy.Name, deputy.Phone, s.PublicContact))
	}
	return out
}

// workbook writes a workbook; each fills it.
func (d *importDesk) workbook(name string, fill func(*excelize.File) error) string {
	d.Helper()
	book := excelize.NewFile()
	path := filepath.Join(d.dir, name)
	if err := fill(book); err != nil {
		d.Fatal(err)
	}
	if err := book.SaveAs(path); err != nil {
		d.Fatal(err)
	}
	return path
}

// TestImportWorkbook takes a roster as an office keeps it: a title, two rows of
// headers with merged cells, a township merged over its grids, phones as
// numbers, full-width digits, a hidden sheet of last year, and a second sheet
// of the same columns.
func TestImportWorkbook(t *testing.T) {
	d := newImportDesk(t, unstaffedDatabase(t))
	demo, err := district()
	if err != nil {
		t.Fatal(err)
	}
	var grids []*geo.Area
	for i := range demo.Areas {
		if demo.Areas[i].Kind == geo.Grid {
			grids = append(grids, &demo.Areas[i])
		}
	}
	sheet := func(book *excelize.File, name string, rows [][]any) error {
		if _, err := book.NewSheet(name); err != nil {
			return err
		}
		all := append([][]any{{"双阳区网格人员名册"}, {"街道", "网格编码", "网格长", nil, "网格员", nil, "网格民警", nil}, {nil, nil, "姓名", "电话", "姓名", "电话", "姓名", "电话"}}, rows...)
		for i, row := range all {
			if err := book.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				return err
			}
		}
		for _, m := range [][2]string{{"A1", "H1"}, {"A2", "A3"}, {"B2", "B3"}, {"C2", "D2"}, {"E2", "F2"}, {"G2", "H2"}, {"A4", "A5"}} {
			if err := book.MergeCell(name, m[0], m[1]); err != nil {
				return err
			}
		}
		return nil
	}
	wide := func(s string) string {
		return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
	}
	path := d.workbook("名册.xlsx", func(book *excelize.File) error {
		err := sheet(book, "一街道", [][]any{
			{"云山街道", grids[0].Code, "张 三", 13800000001, "李四、王五", "13800000002、13800000003", "赵六", "138-0000-0004"},
			{nil, wide(grids[1].Code), "空缺", nil, "李四", 13800000005, "赵六", 13800000004},
		})
		if err == nil {
			err = sheet(book, "二街道", [][]any{{"平湖街道", grids[2].Code, "孙七（代理）", 13800000006.0, nil, nil, nil, nil}, {nil, grids[3].Code, "周八", 13800000007, "吴九", nil, nil, nil}})
		}
		if err == nil {
			err = sheet(book, "去年", [][]any{{"x", grids[0].Code, "旧人", 13900000000, nil, nil, nil, nil}})
		}
		if err == nil {
			err = book.SetSheetVisible("去年", false)
		}
		if err == nil {
			err = book.DeleteSheet("Sheet1")
		}
		return err
	})
	d.run(0, "import", "roster", path)
	r := d.roster()
	now := time.Now()
	for _, tt := range []struct {
		post patrol.Post
		grid int
		want []string
	}{
		{patrol.GridChief, 0, []string{"1张三13800000001/false"}},
		{patrol.GridMember, 0, []string{"1李四13800000002/false", "2王五13800000003/false"}},
		{patrol.GridPolice, 0, []string{"1赵六13800000004/false"}},
		{patrol.GridChief, 1, []string{"1/false"}},
		{patrol.GridMember, 1, []string{"1李四13800000005/false"}},
		{patrol.GridPolice, 1, []string{"1赵六13800000004/false"}},
		{patrol.GridChief, 2, []string{"1/孙七13800000006false"}},
		{patrol.GridMember, 3, []string{"1吴九/false"}},
	} {
		if got := holdersOf(r, tt.post, grids[tt.grid].ID, now); !slices.Equal(got, tt.want) {
			t.Errorf("%s of grid %d: %q, want %q", tt.post, tt.grid, got, tt.want)
		}
	}
	names := 0
	for _, p := range r.AllPeople() {
		if p.Name == "旧人" {
			t.Error("a hidden sheet was read")
		}
		if p.Name == "李四" {
			names++
		}
	}
	if names != 2 || len(r.AllPeople()) != 8 {
		t.Errorf("%d people, %d of them 李四, want 8 and 2", len(r.AllPeople()), names)
	}
	out, said := d.run(0, "import", "roster", path)
	if !strings.Contains(out, "nothing differs") {
		t.Errorf("the same workbook again: %s", out)
	}
	for _, secret := range []string{"张三", "138000", "孙七"} {
		if strings.Contains(out+said, secret) {
			t.Errorf("what the command says tells of %s", secret)
		}
	}
}

// TestImportReportsFaulty writes nothing of a file that has one bad report.
func TestImportReportsFaulty(t *testing.T) {
	d := newImportDesk(t, unstaffedDatabase(t))
	demo, err := district()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("事件编号,事件类型,上报时间,经度,纬度,上报人,联系电话\n")
	for i := range 5000 {
		p := demo.Reports[i].Point
		if i == 4990 {
			p[0], p[1] = p[1], p[0]
		}
		fmt.Fprintf(&text, "N%d,消防安全,2025-03-05 08:%02d:%02d,%v,%v,王某,13800000001\n", i, i/60%60, i%60, p[0], p[1])
	}
	path := filepath.Join(d.dir, "事件.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, said := d.run(1, "import", "reports", path)
	if !strings.Contains(out, "AXIS_SWAPPED") || !strings.Contains(out, "feature 4991") || strings.Contains(out+said, "13800000001") {
		t.Errorf("the command says %s%s", out, said)
	}
	for _, table := range []string{"reports", "decisions", "assignments", "report_events", "reporter_contacts", "imports"} {
		if n := d.count(`SELECT count(*) FROM gridpatrol.` + table); n != 0 {
			t.Errorf("%d rows of %s were written", n, table)
		}
	}
}
