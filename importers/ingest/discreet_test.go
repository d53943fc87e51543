package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// persons are what must stand in no report, in the forms that files have.
var persons = []string{"张三丰", "欧阳娜娜", "诸葛亮", "Zhang Sanfeng", "网格长张三丰", "13843190271", "138 4319 0271", "138-4319-0271", "+8613843190271", "１３８４３１９０２７１",
	"0431-85519027", "85519027", "1.3843190271E10", "1.38432E+10", "220112197505190271", "张三丰13843190271", "13843190271.0", "张三丰(13843190271)"}

// tells fails where a problem or a report has what is a person's.
func tells(t *testing.T, of string, r *Report, err error) {
	t.Helper()
	var text bytes.Buffer
	var p *importers.Problem
	switch {
	case errors.As(err, &p):
		r = &Report{Problems: []*importers.Problem{p}}
	case err != nil:
		fmt.Fprint(&text, err)
	}
	if r != nil {
		if err := r.WriteJSON(&text); err != nil {
			t.Fatal(err)
		}
	}
	for _, secret := range append([]string{"三丰", "欧阳", "诸葛", "Sanfeng", "0271", "4319", "8551", "1.38"}, persons...) {
		if strings.Contains(text.String(), secret) {
			t.Fatalf("%s: the report tells %q:\n%s", of, secret, text.String())
		}
	}
}

// shiftedRows gives tables in which a person stands where something else should:
// in every cell, and with all cells moved along.
func shiftedRows(columns, good []string) (out []*table) {
	build := func(cells []string) *table {
		row := make([]importers.Value, len(cells))
		for i, c := range cells {
			row[i] = importers.Value{Text: c, Type: importers.Text}
		}
		return &table{name: "名册", columns: columns, rows: [][]importers.Value{row}}
	}
	for _, person := range persons {
		for i := range good {
			cells := slices.Clone(good)
			cells[i] = person
			out = append(out, build(cells))
		}
	}
	for k := range good {
		out = append(out, build(append(slices.Clone(good[k:]), good[:k]...)))
	}
	return out
}

// TestRosterTellsNobody: whatever column a name or a phone stands in, no report of a
// roster has it.
func TestRosterTellsNobody(t *testing.T) {
	b := basis(t, village(t), patrol.RosterData{})
	columns := []string{"编码", "网格名称", "区域类型", "所属村", "岗位", "席位", "姓名", "电话", "是否代理", "代理人", "代理人电话", "任职时间", "离任时间", "是否公示", "虚构"}
	good := []string{"220112100201001", "", "网格", "", "网格员", "1", "张三丰", "13843190271", "", "", "", "2024-01-01", "", "是", ""}
	for _, src := range shiftedRows(columns, good) {
		set, err := Roster(t.Context(), src, b, Options{File: "名册.csv"})
		if err == nil {
			tells(t, fmt.Sprint(src.rows), &set.Report, nil)
			continue
		}
		tells(t, fmt.Sprint(src.rows), nil, err)
	}
	for _, person := range persons { // no header, and every field from the wrong column
		for _, src := range shiftedRows([]string{person, "网格长", "220112100201001", "2024-01-01", "张三丰"}, []string{"220112100201001", "网格长", "李四", "", "张三丰"}) {
			for _, f := range rosterFields {
				for _, column := range []string{"网格长", person, "张三丰"} {
					set, err := Roster(t.Context(), src, b, Options{File: "名册.csv", Columns: map[string]string{f.Name: column, "area": "220112100201001"}})
					if err == nil {
						tells(t, f.Name, &set.Report, nil)
						continue
					}
					tells(t, f.Name+" "+column, nil, err)
				}
			}
			break
		}
	}
	bodies := []string{"编码", "名称", "区域类型", "所属村", "所辖屯组"}
	for _, src := range shiftedRows(bodies, []string{"W001", "一委会", "屯委会", "", "220112100201101"}) {
		set, err := Roster(t.Context(), src, b, Options{File: "名册.csv"})
		if err == nil {
			tells(t, fmt.Sprint(src.rows), &set.Report, nil)
			continue
		}
		tells(t, fmt.Sprint(src.rows), nil, err)
	}
}

// TestReportsTellNobody: the same of past reports.
func TestReportsTellNobody(t *testing.T) {
	b := demoBasis(t, today)
	columns := []string{"编号", "类别", "描述", "经度", "纬度", "上报时间", "状态", "结案时间", "更新时间", "截止时间", "定位精度", "上报人", "联系电话"}
	good := []string{"A1", "消防", "张三丰 13843190271", "125.7", "43.5", "2026-05-01 08:00", "已结案", "2026-05-02 08:00", "", "", "5", "张三丰", "13843190271"}
	sources := shiftedRows(columns, good)
	for _, src := range sources {
		r, err := Reports(t.Context(), src, b, Options{File: "a.csv", CRS: "wgs84"}, nil)
		tells(t, fmt.Sprint(src.rows), r, err)
	}
	for _, person := range persons {
		src := &table{name: "a", columns: []string{"消防", person, "125.7", "43.5", "张三丰"}, rows: sources[0].rows}
		for _, f := range reportFields {
			r, err := Reports(t.Context(), src, b, Options{File: "a.csv", CRS: "wgs84", Columns: map[string]string{f.Name: "张三丰", "category": "消防", "time": person}}, nil)
			tells(t, f.Name+" "+person, r, err)
		}
		r, err := Reports(t.Context(), src, b, Options{File: "a.csv", CRS: "wgs84"}, nil)
		tells(t, person, r, err)
	}
}

func TestColumnList(t *testing.T) {
	if got := columnList([]string{"姓名", "张三丰", "负责区域", "任务数"}); got != "the columns are 姓名, 负责区域 and 2 others" {
		t.Error(got)
	}
	if got := columnList([]string{"网格长", "13843190271"}); strings.Contains(got, "1384") {
		t.Error(got)
	}
	many := slices.Repeat([]string{strings.Repeat("很", 500)}, 900)
	if got := columnList(many); len([]rune(got)) > 1100 || !strings.HasSuffix(got, "and 880 others") {
		t.Errorf("%d characters: %s", len([]rune(got)), got)
	}
}

func TestHarmless(t *testing.T) {
	for _, text := range []string{"", "220112100201001", "220112001001C001", "2.20112E+14", "2024-13-45", "2026-05-01 25:00", "2024年3月1日", "3", "97", "网格长", "副网格长", "grid_chief", "已结案", "消防隐患", "网格员2", "屯组"} {
		if !harmless(text) {
			t.Errorf("%q is withheld", text)
		}
	}
	for _, text := range append([]string{"李四", "王网格长", "三", "赵屯", "abc"}, persons...) {
		if harmless(text) {
			t.Errorf("%q is told", text)
		}
	}
}
