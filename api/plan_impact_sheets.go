package api

import (
	"net/http"
	"strings"

	"github.com/gridpatrol/gridpatrol/importers"
)

// writeWorkbook answers with what the plan would do as a workbook, in both
// languages: it is printed and passed on.
func (c *consequences) writeWorkbook(w http.ResponseWriter, a *impactAnswer) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="impact.xlsx"`)
	// What goes wrong from here on is the connection's.
	_ = importers.WriteXLSX(w, c.summarySheet(a), areasSheet(a), peopleSheet(a), movedSheet(a), openSheet(a), tellSheet(a))
	return nil
}

// rows makes the rows of a sheet of items.
func rows[T any](items []T, row func(*T) []any) func(yield func([]any) bool) {
	return func(yield func([]any) bool) {
		for i := range items {
			if !yield(row(&items[i])) {
				return
			}
		}
	}
}

func (c *consequences) summarySheet(a *impactAnswer) importers.Sheet {
	type line struct {
		what          string
		before, after any
	}
	lines := []line{
		{"方案 Plan", c.Title, nil},
		{"基于版本 Base revision", c.Base, nil},
		{"统计天数 Days", a.Days, nil},
		{"统计事件数 Reports counted", a.Reports, nil},
		{"换网格的事件 Reports that change grids", nil, len(a.ReportsMoved)},
		{"换其他区域的事件 Reports that change other areas", nil, len(a.ReportsMovedOther)},
		{"换责任人的未结事件 Open reports that move", nil, a.OpenReportsMoved},
	}
	of := func(name string, s func(*spreads) (least, most, mean, sd, ratio float64)) {
		values := [2][5]float64{}
		for i, side := range []*spreads{&a.Spread.Before, &a.Spread.After} {
			v := &values[i]
			v[0], v[1], v[2], v[3], v[4] = s(side)
		}
		for i, what := range []string{"最小 least", "最大 most", "平均 mean", "标准差 standard deviation", "最大/平均 most by mean"} {
			lines = append(lines, line{name + ": " + what, values[0][i], values[1][i]})
		}
	}
	of("每网格户数 Households of a grid", func(s *spreads) (a, b, c, d, e float64) {
		return s.Households.Min, s.Households.Max, s.Households.Mean, s.Households.SD, s.Households.Ratio
	})
	of("每网格事件 Reports of a grid", func(s *spreads) (a, b, c, d, e float64) {
		return s.Reports.Min, s.Reports.Max, s.Reports.Mean, s.Reports.SD, s.Reports.Ratio
	})
	of("网格面积 m² Area of a grid, m²", func(s *spreads) (a, b, c, d, e float64) {
		return s.AreaM2.Min, s.AreaM2.Max, s.AreaM2.Mean, s.AreaM2.SD, s.AreaM2.Ratio
	})
	return importers.Sheet{Name: "概要 Summary", Header: []string{"", "现状 Before", "方案 After"}, Widths: []float64{44, 24, 24},
		Rows: rows(lines, func(l *line) []any { return []any{l.what, l.before, l.after} })}
}

func areasSheet(a *impactAnswer) importers.Sheet {
	return importers.Sheet{Name: "网格 Areas", Widths: []float64{26, 26, 10},
		Header: []string{"网格 Area", "名称 Name", "变化 Change",
			"事件 Reports before", "Reports after", "未结 Open before", "Open after",
			"户数 Households before", "Households after", "面积 m² before", "m² after", "岗位 Posts"},
		Rows: rows(a.Load, func(l *loadAnswer) []any {
			b, f := l.Before, l.After
			row := []any{l.Area, l.Name, l.Change}
			for _, pick := range []func(*gridCount) any{
				func(g *gridCount) any { return g.Reports }, func(g *gridCount) any { return g.Open },
				func(g *gridCount) any { return g.Households }, func(g *gridCount) any { return g.AreaM2 },
			} {
				for _, side := range []*gridCount{b, f} {
					if side == nil {
						row = append(row, nil)
					} else {
						row = append(row, pick(side))
					}
				}
			}
			posts := f
			if posts == nil {
				posts = b
			}
			return append(row, postsText(posts.Posts))
		})}
}

// postsText lists posts and names in one cell.
func postsText(posts []seatShort) string {
	texts := make([]string, len(posts))
	for i, p := range posts {
		texts[i] = strings.TrimSpace(string(p.Post) + " " + p.Name)
	}
	return strings.Join(texts, "; ")
}

func peopleSheet(a *impactAnswer) importers.Sheet {
	return importers.Sheet{Name: "人员 People", Widths: []float64{14, 16, 30, 30},
		Header: []string{"岗位 Post", "姓名 Name", "网格 Areas before", "Areas after",
			"事件 Reports before", "Reports after", "未结 Open before", "Open after", "户数 Households before", "Households after"},
		Rows: rows(a.People, func(p *loadOfOne) []any {
			return []any{string(p.Post), p.Name, strings.Join(p.Before.Areas, " "), strings.Join(p.After.Areas, " "),
				p.Before.Reports, p.After.Reports, p.Before.Open, p.After.Open, p.Before.Households, p.After.Households}
		})}
}

// orEmpty is a cell of an area or none.
func orEmpty(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func movedSheet(a *impactAnswer) importers.Sheet {
	type moved struct {
		kind string
		movedAnswer
	}
	var all []moved
	for _, m := range a.ReportsMoved {
		all = append(all, moved{"grid", m})
	}
	for _, m := range a.ReportsMovedOther {
		all = append(all, moved{string(m.Kind), movedAnswer{m.ID, m.From, m.To}})
	}
	return importers.Sheet{Name: "移交事件 Moved reports", Widths: []float64{40, 16, 30, 30},
		Header: []string{"事件 Report", "区域类型 Kind", "原属 From", "改属 To"},
		Rows:   rows(all, func(m *moved) []any { return []any{m.ID.String(), m.kind, orEmpty(m.From), orEmpty(m.To)} })}
}

func openSheet(a *impactAnswer) importers.Sheet {
	return importers.Sheet{Name: "未结事件 Open reports", Widths: []float64{40, 18, 14, 30, 30, 50, 14, 14},
		Header: []string{"事件 Report", "类别 Category", "状态 Status", "原属 From", "改属 To", "接手岗位 To posts", "经度 lon", "纬度 lat"},
		Rows: rows(a.OpenReports, func(o *openAnswer) []any {
			posts := make([]string, len(o.ToPosts))
			for i, p := range o.ToPosts {
				posts[i] = strings.TrimSpace(string(p.Post) + " " + p.Area + " " + p.Name)
			}
			return []any{o.ID.String(), o.Category, o.Status, orEmpty(o.From), orEmpty(o.To), strings.Join(posts, "; "), o.Lon, o.Lat}
		})}
}

// reasons are why somebody is told, in words.
var reasons = map[string]string{
	"new_area": "新设 new area", "lost_area": "撤销 area is no more", "area_changed": "调整 area changed", "open_reports": "接手未结事件 gets open reports",
}

func tellSheet(a *impactAnswer) importers.Sheet {
	return importers.Sheet{Name: "通知 Whom to tell", Widths: []float64{18, 30, 16, 18, 50},
		Header: []string{"岗位 Post", "区域 Area", "姓名 Name", "电话 Phone", "原因 Why"},
		Rows: rows(a.Tell, func(t *tellAnswer) []any {
			why := make([]string, len(t.Why))
			for i, w := range t.Why {
				why[i] = reasons[w]
			}
			return []any{string(t.Post), t.Area, t.Name, t.Phone, strings.Join(why, "; ")}
		})}
}
