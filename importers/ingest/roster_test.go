package ingest

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var demoDistrict = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
})

func demo(t testing.TB) *fixtures.District {
	t.Helper()
	d, err := demoDistrict()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// table is a source of rows as a test writes them.
type table struct {
	name    string
	columns []string
	rows    [][]importers.Value
}

// rows makes a source of text: the first row names the columns.
func rows(t testing.TB, text string) *table {
	t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(strings.TrimSpace(text), "\ufeff")))
	r.TrimLeadingSpace = true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := &table{name: "名册", columns: all[0]}
	for _, cells := range all[1:] {
		row := make([]importers.Value, len(cells))
		for i, c := range cells {
			if c = strings.TrimSpace(c); c != "" {
				row[i] = importers.Value{Text: c, Type: importers.Text}
			}
		}
		out.rows = append(out.rows, row)
	}
	return out
}

func (s *table) Layers() []importers.Layer {
	return []importers.Layer{{Name: s.name, Format: "CSV", Columns: s.columns, Features: len(s.rows)}}
}

func (s *table) Records(_ context.Context, _ int, each func(*importers.Record) error) error {
	for i, row := range s.rows {
		if err := each(&importers.Record{Number: i + 1, Line: i + 2, Values: row}); err != nil {
			return err
		}
	}
	return nil
}

func (s *table) Close() error { return nil }

// village is a village with groups, and grids and a compound beside it.
func village(t testing.TB) []*geo.Area {
	t.Helper()
	var out []*geo.Area
	for _, a := range []geo.Area{
		{Kind: geo.District, Code: "220112", Name: "双阳区"},
		{Kind: geo.Township, Code: "220112001", Name: "云山街道", Parent: geo.Ref{Kind: geo.District, Code: "220112"}},
		{Kind: geo.Village, Code: "220112001200", Name: "前进村", Parent: geo.Ref{Kind: geo.Township, Code: "220112001"}},
		{Kind: geo.Village, Code: "220112001201", Name: "后进村", Parent: geo.Ref{Kind: geo.Township, Code: "220112001"}},
		{Kind: geo.VillageGroup, Code: "220112001200001", Name: "前进村一组", Alias: []string{"一组"}, Parent: geo.Ref{Kind: geo.Village, Code: "220112001200"}},
		{Kind: geo.VillageGroup, Code: "220112001200002", Name: "前进村二组", Alias: []string{"二组"}, Parent: geo.Ref{Kind: geo.Village, Code: "220112001200"}},
		{Kind: geo.VillageGroup, Code: "220112001201001", Name: "后进村一组", Alias: []string{"一组"}, Parent: geo.Ref{Kind: geo.Village, Code: "220112001201"}},
		{Kind: geo.Grid, Code: "220112001000001", Name: "云山街道第01网格", Parent: geo.Ref{Kind: geo.Township, Code: "220112001"}},
		{Kind: geo.Grid, Code: "220112001000002", Name: "云山街道第02网格", Parent: geo.Ref{Kind: geo.Township, Code: "220112001"}},
		{Kind: geo.Compound, Code: "220112001200C001", Name: "鑫源佳苑", Parent: geo.Ref{Kind: geo.Village, Code: "220112001200"}},
	} {
		a.ID = newID()
		out = append(out, &a)
	}
	return out
}

var today = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// basis is what there is: areas and a roster.
func basis(t testing.TB, areas []*geo.Area, data patrol.RosterData) RosterBasis {
	t.Helper()
	roster, err := patrol.NewRoster(data)
	if err != nil {
		t.Fatal(err)
	}
	return RosterBasis{Areas: areas, Roster: roster, Now: today, Zone: shanghai(t)}
}

// take reads a roster that has no errors, and gives what is in force then.
func take(t testing.TB, b RosterBasis, src importers.Source, o Options) (RosterBasis, *RosterSet) {
	t.Helper()
	set, err := Roster(t.Context(), src, b, o)
	if err != nil {
		t.Fatal(err)
	}
	if set.Report.Errors() > 0 {
		t.Fatalf("the roster is not taken: %v", listed(&set.Report))
	}
	next := b
	if next.Roster, err = patrol.NewRoster(set.Data); err != nil {
		t.Fatal(err)
	}
	return next, set
}

func listed(r *Report) (out []string) {
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%d %s %s", p.Feature, p.Problem, p.Detail))
	}
	return out
}

// staffing says who holds what at a time, in words: "grid_chief 220112001000001 1 张三 13800000001".
func staffing(b RosterBasis, at time.Time) (out []string) {
	code := map[geo.ID]string{}
	for _, a := range b.Areas {
		code[a.ID] = a.Code
	}
	for _, c := range b.Roster.AllCommittees() {
		code[c.ID] = c.Code
	}
	for _, s := range b.Roster.AllSeats() {
		line := fmt.Sprintf("%s %s %d", s.Post, code[s.Area]+code[s.Committee], s.Number)
		if p, _, ok := b.Roster.Holder(s.ID, at); ok {
			line += " " + strings.TrimSpace(p.Name+" "+p.Phone)
		}
		if p, _, ok := b.Roster.Deputy(s.ID, at); ok {
			line += " (" + p.Name + ")"
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

func wantStaff(t *testing.T, b RosterBasis, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := staffing(b, today); !slices.Equal(got, want) {
		t.Errorf("the posts are held by\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRosterLong(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	src := rows(t, `
		网格编码,职务,姓名,联系电话,代理人,是否公示
		220112001000001,网格长,张 三,13800000001,,是
		220112001000001,网格员,李四,138 0000 0002,,否
		220112001000001,网格员,李四,13800000003,,否
		２２０１１２００１０００００１,网格民警,王五,1.3800000004E+10,,
		220112001000002,网格长,空缺,,李四,
		220112001000002,网格员,李四,13800000002,,
		220112001000002,网格民警,王五,13800000004,,
		220112001200001,综治协管员,赵六,0431-84220000,,
		220112001200C001,综治协管员,赵六,,,`)
	next, set := take(t, b, src, Options{})
	wantStaff(t, next,
		"grid_chief 220112001000001 1 张三 13800000001",
		"grid_member 220112001000001 1 李四 13800000002",
		"grid_member 220112001000001 2 李四 13800000003",
		"grid_police 220112001000001 1 王五 13800000004",
		"grid_chief 220112001000002 1 (李四)",
		"grid_member 220112001000002 1 李四 13800000002",
		"grid_police 220112001000002 1 王五 13800000004",
		"group_security 220112001200W001 1 赵六 0431-84220000",
		"compound_security 220112001200C001 1 赵六")
	if n := len(set.Data.People); n != 6 { // 张三, 李四, another 李四, 王五, 赵六 and a 赵六 without a phone
		t.Errorf("%d people, want 6: one on two posts is one, two of one name are two", n)
	}
	if set.Report.New != 9 || set.Report.FeaturesRead != 9 || set.Report.FeaturesOK != 9 {
		t.Errorf("the report is %+v", set.Report)
	}
	if s := next.Roster.Seats(patrol.GridChief, b.Areas[7].ID)[0]; !s.PublicContact {
		t.Error("the chief is not public")
	}
	again, set := take(t, next, src, Options{})
	if set.Differs || set.Report.Unchanged != 9 || set.Report.New+set.Report.Changed+set.Report.Gone != 0 {
		t.Errorf("the same file again changes %+v", set.Report)
	}
	sameRoster(t, again, next)
}

func TestRosterChanges(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	b, _ = take(t, b, rows(t, `
		网格编码,职务,姓名,电话,任职时间
		220112001000001,网格长,张三,13800000001,2024-01-01
		220112001000001,网格员,李四,13800000002,2024-01-01
		220112001000001,网格员,王五,13800000003,2024-01-01
		220112001000002,网格长,赵六,13800000004,2024-01-01
		220112001200C001,服务保障员,孙七,13800000005,2024-01-01`), Options{})
	before := b
	b, set := take(t, b, rows(t, `
		网格编码,职务,姓名,电话
		220112001000001,网格长,周八,13800000006
		220112001000001,网格员,王五,13800000003
		220112001000001,网格员,吴九,13800000007
		220112001000002,网格长,赵六,13900000004`), Options{})
	wantStaff(t, b,
		"grid_chief 220112001000001 1 周八 13800000006",
		"grid_member 220112001000001 1 吴九 13800000007",
		"grid_member 220112001000001 2 王五 13800000003",
		"grid_chief 220112001000002 1 赵六 13900000004",
		"compound_service 220112001200C001 1 孙七 13800000005")
	if r := set.Report; r.New != 0 || r.Changed != 3 || r.Unchanged != 1 || r.Gone != 0 {
		t.Errorf("new %d changed %d unchanged %d gone %d, want 0 3 1 0", r.New, r.Changed, r.Unchanged, r.Gone)
	}
	old := before.Roster.Seats(patrol.GridChief, b.Areas[7].ID)[0]
	if p, h, ok := b.Roster.Holder(old.ID, today.AddDate(-1, 0, 0)); !ok || p.Name != "张三" || !h.To.Equal(today) {
		t.Errorf("a year ago the chief was %v from %v to %v, want 张三 until today", p.Name, h.From, h.To)
	}
	// What a file lacks goes, but what must be there is vacant; with Partial it stays.
	lacking := rows(t, "网格编码,职务,姓名,电话\n220112001000002,网格员,王五,13800000003\n220112001000002,网格长,赵六,13900000004")
	partial, set := take(t, b, lacking, Options{Partial: true})
	if r := set.Report; r.New != 1 || r.Gone != 0 || r.Changed != 0 {
		t.Errorf("in part: new %d changed %d gone %d, want 1 0 0", r.New, r.Changed, r.Gone)
	}
	if got := len(staffing(partial, today)); got != 6 {
		t.Errorf("in part: %d seats, want 6", got)
	}
	b, set = take(t, b, lacking, Options{})
	wantStaff(t, b,
		"grid_chief 220112001000001 1",
		"grid_member 220112001000001 1",
		"grid_chief 220112001000002 1 赵六 13900000004",
		"grid_member 220112001000002 1 王五 13800000003",
		"compound_service 220112001200C001 1 孙七 13800000005")
	if r := set.Report; r.New != 1 || r.Gone != 3 {
		t.Errorf("new %d gone %d, want 1 and 3", r.New, r.Gone)
	}
	if _, set = take(t, b, lacking, Options{}); set.Differs {
		t.Errorf("the same file again changes %+v", set.Report)
	}
}

func TestRosterWide(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	src := rows(t, `
		网格名称,网格长/姓名,网格长/电话,网格员（一）,网格员(二)姓名,网格员（二）电话,网格民警姓名,备注
		云山街道第01网格,张三,13800000001,李四13800000002,王五,13800000003,赵六（代理）,x
		云山街道第02网格,暂缺,,孙七、周八,,,,`)
	b, _ = take(t, b, src, Options{})
	wantStaff(t, b,
		"grid_chief 220112001000001 1 张三 13800000001",
		"grid_member 220112001000001 1 李四 13800000002",
		"grid_member 220112001000001 2 王五 13800000003",
		"grid_police 220112001000001 1 (赵六)",
		"grid_chief 220112001000002 1",
		"grid_member 220112001000002 1 孙七",
		"grid_member 220112001000002 2 周八",
		"grid_police 220112001000002 1")
	if _, set := take(t, b, src, Options{}); set.Differs {
		t.Errorf("the same file again changes %+v", set.Report)
	}
}

func TestRosterNames(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	b, _ = take(t, b, rows(t, `
		村,屯组,主任,主任电话,妇女委员,志愿者
		前进村,一组,张三,13800000001,李四,王五、赵六
		前进村,前进村二组,孙七,13800000002,,
		后进村,一组,周八,13800000003,,`), Options{})
	wantStaff(t, b,
		"group_director 220112001200W001 1 张三 13800000001", "group_women 220112001200W001 1 李四",
		"volunteer 220112001200W001 1 王五", "volunteer 220112001200W001 2 赵六",
		"group_director 220112001200W002 1 孙七 13800000002", "group_women 220112001200W002 1",
		"group_director 220112001201W001 1 周八 13800000003", "group_women 220112001201W001 1")
}

func TestRosterFaults(t *testing.T) {
	head := "网格编码,职务,姓名,电话,任职时间,离任时间\n"
	tests := map[string]struct {
		rows string
		want string // feature and problem
	}{
		"two chiefs":                 {"220112001000001,网格长,张三,13800000001,,\n220112001000001,网格长,李四,13800000002,,", "2 CARDINALITY"},
		"six members":                {strings.Repeat("220112001000001,网格员,张三,,,\n", 1) + "220112001000001,网格员,a,,,\n220112001000001,网格员,b,,,\n220112001000001,网格员,c,,,\n220112001000001,网格员,d,,,\n220112001000001,网格员,e,,,", "6 CARDINALITY"},
		"one person twice":           {"220112001000001,网格员,张三,13800000001,,\n220112001000001,网格员,张三,13800000001,,", "2 CARDINALITY"},
		"a phone of two":             {"220112001000001,网格长,张三,13800000001,,\n220112001000002,网格长,李四,13800000001,,", "2 VALUE_DAMAGED"},
		"an unknown grid":            {"220112001000009,网格长,张三,,,", "1 CODE_UNKNOWN_PARENT"},
		"no area":                    {",网格长,张三,,,", "1 CODE_UNKNOWN_PARENT"},
		"a code destroyed":           {"2.20112E+14,网格长,张三,,,", "1 CODE_DAMAGED"},
		"a phone destroyed":          {"220112001000001,网格长,张三,1.38E+10,,", "1 VALUE_DAMAGED"},
		"no phone":                   {"220112001000001,网格长,张三,问本人,,", "1 VALUE_DAMAGED"},
		"a phone and nobody":         {"220112001000001,网格长,,13800000001,,", "1 VALUE_DAMAGED"},
		"an unknown post":            {"220112001000001,副网格长,张三,,,", "1 VALUE_DAMAGED"},
		"a post of another kind":     {"grid:220112001000001,妇女委员,张三,,,", "1 CARDINALITY"},
		"no day":                     {"220112001000001,网格长,张三,,昨天,", "1 VALUE_DAMAGED"},
		"left before it is taken up": {"220112001000001,网格长,张三,,2024-05-01,2024-04-01", "1 VALUE_DAMAGED"},
		"two at one time":            {"220112001000001,网格长,张三,,2024-01-01,2024-06-01\n220112001000001,网格长,李四,,2024-05-01,", "2 CARDINALITY"},
		"two names in one post":      {"220112001000001,网格长,张三、李四,,,", "1 CARDINALITY"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, err := Roster(t.Context(), rows(t, head+tt.rows), basis(t, village(t), patrol.RosterData{}), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range set.Report.Problems {
				if !p.Warning {
					got = append(got, fmt.Sprintf("%d %s", p.Feature, p.Problem))
				}
				for _, secret := range []string{"张三", "李四", "13800000001", "问本人"} {
					text := fmt.Sprint(p.Detail, p.Values)
					if strings.Contains(text, secret) {
						t.Errorf("%q tells of %s", text, secret)
					}
				}
			}
			if !slices.Equal(got, []string{tt.want}) {
				t.Errorf("found %q, want %q: %q", got, tt.want, listed(&set.Report))
			}
		})
	}
}

// TestRosterOneBadRow: the rest of the file is judged all the same.
func TestRosterOneBadRow(t *testing.T) {
	set, err := Roster(t.Context(), rows(t, `
		网格编码,职务,姓名,电话
		22011200100000X,网格长,张三,13800000001
		220112001000001,网格长,李四,13800000002
		220112001000002,网格长,王五,13800000002
		220112001000002,网格员,王五,13800000003`), basis(t, village(t), patrol.RosterData{}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r := set.Report; r.Errors() != 2 || r.FeaturesRead != 4 || r.FeaturesOK != 2 {
		t.Errorf("%d errors, %d of %d rows are good: %q", r.Errors(), r.FeaturesOK, r.FeaturesRead, listed(&r))
	}
}

// sameRoster compares two rosters by what they say, not by ids.
func sameRoster(t *testing.T, a, b RosterBasis) {
	t.Helper()
	x, y := canonical(a), canonical(b)
	if len(x) != len(y) {
		t.Errorf("one roster has %d facts, the other %d", len(x), len(y))
	}
	different := 0
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			if different++; different <= 5 {
				t.Errorf("one has %q, the other %q", x[i], y[i])
			}
		}
	}
}

// canonical is everything in a roster in words, in order.
func canonical(b RosterBasis) (out []string) {
	code := map[geo.ID]string{}
	for _, a := range b.Areas {
		code[a.ID] = a.Ref().String()
	}
	d := b.Roster.Data()
	body := func(kind string, c patrol.Committee) {
		var groups []string
		for _, g := range c.Groups {
			groups = append(groups, code[g])
		}
		slices.Sort(groups)
		out = append(out, fmt.Sprint(kind, c.Code, c.Name, code[c.Village], groups))
	}
	for _, c := range d.Committees {
		code[c.ID] = "committee:" + c.Code
		body("committee ", c)
	}
	for _, c := range d.Branches {
		body("branch ", patrol.Committee(c))
	}
	seats := map[geo.ID]string{}
	for _, s := range d.Seats {
		seats[s.ID] = fmt.Sprint(s.Post, " ", code[s.Area], code[s.Committee], " ", s.Number)
		out = append(out, fmt.Sprint(seats[s.ID], " ", s.PublicContact))
	}
	people := map[geo.ID]patrol.Person{}
	for _, p := range d.People {
		people[p.ID] = p
		out = append(out, fmt.Sprint("person ", p.Name, p.Phone, p.Synthetic))
	}
	for _, h := range d.Holdings {
		p := people[h.Person]
		out = append(out, fmt.Sprint(seats[h.Seat], p.Name, p.Phone, h.Deputy, h.From.UTC().Truncate(time.Second), h.To.UTC().Truncate(time.Second)))
	}
	slices.Sort(out)
	return out
}

// TestRosterOfTheDemo takes the demo's own files, and has the duties of the demo.
func TestRosterOfTheDemo(t *testing.T) {
	d := demo(t)
	dir := t.TempDir()
	if err := d.WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	var areas []*geo.Area
	for i := range d.Areas {
		areas = append(areas, &d.Areas[i])
	}
	read := func(name string) importers.Source {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return rows(t, string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	}
	b := basis(t, areas, patrol.RosterData{})
	b, _ = take(t, b, read("committees.csv"), Options{})
	b, set := take(t, b, read("posts.csv"), Options{})
	if set.Report.New != len(d.Roster.Seats) {
		t.Errorf("%d seats are new, want %d", set.Report.New, len(d.Roster.Seats))
	}
	sameRoster(t, b, basis(t, areas, d.Roster))
	for _, name := range []string{"committees.csv", "posts.csv"} {
		if _, set := take(t, b, read(name), Options{}); set.Differs {
			t.Errorf("%s again changes %+v", name, set.Report)
		}
	}
}
