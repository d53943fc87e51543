package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// away says who is on leave, in words: "张三 2026-05-01 2026-05-09".
func away(b RosterBasis) (out []string) {
	for _, l := range b.Roster.Data().Leaves {
		p, _ := b.Roster.Person(l.Person)
		to := "on"
		if !l.To.IsZero() {
			to = l.To.In(b.Zone).Format(time.DateOnly)
		}
		out = append(out, fmt.Sprint(p.Name, p.Phone, " ", l.From.In(b.Zone).Format(time.DateOnly), " ", to))
	}
	slices.Sort(out)
	return out
}

func TestRosterLeaves(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	const grid = "220112001000001"
	file := func(leaves string) *table {
		return rows(t, "网格编码,岗位,姓名,电话,任职时间,离任时间\n"+
			grid+",网格长,张三,13800000001,2025-01-01,\n"+grid+",网格员,李四,,2025-01-01,\n"+leaves)
	}
	first := file(",请假,张三,13800000001,2026-05-01,2026-05-09\n" + grid + ",休假,李四,,2026-06-01,\n,leave,王五,13800000005,2026-07-01,2026-07-02")
	b, _ = take(t, b, first, Options{})
	want := []string{"张三13800000001 2026-05-01 2026-05-09", "李四 2026-06-01 on", "王五13800000005 2026-07-01 2026-07-02"}
	if got := away(b); !slices.Equal(got, want) {
		t.Fatalf("on leave: %q, want %q", got, want)
	}
	if _, again := take(t, b, first, Options{}); again.Differs {
		t.Errorf("the same file again: %+v", again.Report)
	}
	// One is put right, those that the file does not have stay.
	b, set := take(t, b, file(",请假,张三,13800000001,2026-05-03,2026-05-12\n,leave,李四,,2026-06-01,2026-06-30"), Options{})
	want = []string{"张三13800000001 2026-05-03 2026-05-12", "李四 2026-06-01 2026-06-30", "王五13800000005 2026-07-01 2026-07-02"}
	if got := away(b); !slices.Equal(got, want) || set.Report.Changed != 2 || set.Report.New != 0 {
		t.Errorf("on leave: %q with %+v, want %q", got, set.Report, want)
	}
	for leave, problem := range map[string]string{
		",请假,张三,13800000001,,2026-05-09":           "VALUE_DAMAGED", // no first day
		",请假,张三,13800000001,2026-05-09,2026-05-01": "VALUE_DAMAGED",
		",请假,,,2026-05-01,":                        "VALUE_DAMAGED",
		"9,请假,张三,,2026-05-01,":                     "CODE_UNKNOWN_PARENT",
		",请假,周八,13800000008,2026-05-01,\n,请假,周八,13800000008,2026-05-02,2026-05-03": "CARDINALITY",
	} {
		set, err := Roster(t.Context(), file(leave), b, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(&set.Report); !slices.ContainsFunc(got, func(p string) bool { return strings.Contains(p, problem) }) {
			t.Errorf("%q: %v, want %s", leave, got, problem)
		}
	}
}

// What was entered by hand, or is left of who was erased, comes back from a file
// as it is.
func TestRosterNamesAsTheyStand(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	const grid = "220112001000001"
	b, _ = take(t, b, rows(t, "网格编码,岗位,席位,姓名,电话,任职时间\n"+
		grid+",网格长,1,张三,13800000001,2025-01-01\n"+grid+",网格员,1,甲,13800000002,2025-01-01\n"+grid+",网格员,2,乙,13800000003,2025-01-01"), Options{})
	data := b.Roster.Data()
	for i := range data.People {
		switch p := &data.People[i]; p.Name {
		case "张三":
			p.Name, p.Phone = "张三（大）/A1", "0431-8411 0000"
		default:
			p.Name, p.Phone = patrol.ErasedName, ""
		}
	}
	var err error
	if b.Roster, err = patrol.NewRoster(data); err != nil {
		t.Fatal(err)
	}
	_, set := take(t, b, rows(t, "网格编码,岗位,席位,姓名,电话,任职时间\n"+
		grid+",网格长,1,张三（大）/A1,0431-8411 0000,2025-01-01\n"+grid+",网格员,1,(erased),,2025-01-01\n"+grid+",网格员,2,(erased),,2025-01-01"), Options{})
	if set.Differs {
		t.Errorf("the same roster differs: %+v", set.Report)
	}
}
