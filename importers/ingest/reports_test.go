package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var demoIndex = sync.OnceValues(func() (*locate.Index, error) {
	d, err := demoDistrict()
	if err != nil {
		return nil, err
	}
	return locate.Build(d.Areas, locate.Config{})
})

// demoBasis is the demo district with its posts, in force since before its
// first report and again, as another revision, since the given time.
func demoBasis(t testing.TB, second time.Time) ReportBasis {
	t.Helper()
	d := demo(t)
	index, err := demoIndex()
	if err != nil {
		t.Fatal(err)
	}
	roster, err := patrol.NewRoster(d.Roster)
	if err != nil {
		t.Fatal(err)
	}
	return ReportBasis{
		Duties:    &patrol.Duties{Version: 3, Roster: roster, Rulebook: d.Rulebook},
		Revisions: []geo.Revision{{Number: 1, PublishedAt: d.Reports[0].CreatedAt.AddDate(0, 0, 10)}, {Number: 2, PublishedAt: second}},
		Boundaries: func(_ context.Context, n int) (*locate.Snapshot, error) {
			return &locate.Snapshot{Index: index, Revision: geo.Revision{Number: n}}, nil
		},
		Now: today, Zone: shanghai(t),
	}
}

// gather reads reports and gives those that are not there yet.
func gather(t testing.TB, src importers.Source, b ReportBasis, o Options) ([]patrol.PastReport, *Report) {
	t.Helper()
	var all []patrol.PastReport
	r, err := Reports(t.Context(), src, b, o, func(list []patrol.PastReport) error {
		all = append(all, list...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, r
}

// TestReportsOfTheDemo takes the demo's own reports: the same reports come of it, routed
// as the demo routes them.
func TestReportsOfTheDemo(t *testing.T) {
	d := demo(t)
	dir := t.TempDir()
	if err := d.WriteFiles(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "reports.csv"))
	if err != nil {
		t.Fatal(err)
	}
	b := demoBasis(t, today)
	all, r := gather(t, rows(t, string(text)), b, Options{})
	if r.Errors() > 0 || len(all) != len(d.Reports) || r.New != len(all) || r.FeaturesOK != len(all) {
		t.Fatalf("%d of %d reports come in, %d new: %q", len(all), len(d.Reports), r.New, listed(r))
	}
	for i, got := range all {
		want := d.Reports[i]
		g := got.Report
		if g.ID != want.ID || g.Category != want.Category || g.Description != want.Description || g.Point != want.Point || g.Status != want.Status ||
			!g.CreatedAt.Equal(want.CreatedAt.Truncate(time.Second)) || g.UpdatedAt.Before(g.CreatedAt) {
			t.Fatalf("report %d is %+v, want %+v", i, g, want)
		}
		category, _ := d.Rulebook.Category(g.Category)
		s, _ := b.Boundaries(t.Context(), 1)
		match, _ := s.Index.Locate(g.Point)
		decision, err := patrol.Dispatch(b.Duties, patrol.Routing{Point: g.Point, Match: match, Revision: 1,
			EdgeDistanceM: s.Index.EdgeDistanceM(geo.Grid, g.Point), Category: category, At: g.CreatedAt})
		if err != nil || !g.Decision.Equal(decision) {
			t.Fatalf("report %d is routed %v, want %v, %v", i, g.Decision, decision, err)
		}
		checkLife(t, got)
	}
	b.Known = func(_ context.Context, ids []geo.ID) (map[geo.ID]bool, error) {
		known := map[geo.ID]bool{}
		for _, id := range ids {
			known[id] = true
		}
		return known, nil
	}
	if again, r := gather(t, rows(t, string(text)), b, Options{}); len(again) > 0 || r.Unchanged != len(all) || r.New != 0 {
		t.Errorf("the same file again gives %d reports: %+v", len(again), r)
	}
}

// checkLife looks whether the history leads to the state.
func checkLife(t *testing.T, p patrol.PastReport) {
	t.Helper()
	var status patrol.Status
	last := p.Report.CreatedAt
	for i, e := range p.History {
		if e.Seq != i+1 || e.From != status || e.At.Before(last) {
			t.Errorf("entry %d of %s is %+v after %s at %v", i, p.Report.ID, e, status, last)
		}
		status, last = e.To, e.At
	}
	if status != p.Report.Status || p.Report.UpdatedAt.Before(last) || p.Report.Version != len(p.History) {
		t.Errorf("the history of %s ends with %s at %v, the report says %s at %v", p.Report.ID, status, last, p.Report.Status, p.Report.UpdatedAt)
	}
}

func TestReportsForms(t *testing.T) {
	d := demo(t)
	at := d.Reports[0].Point
	gcj, err := geo.FromWGS84(geo.GCJ02, at)
	if err != nil {
		t.Fatal(err)
	}
	plane, err := geo.FromWGS84("EPSG:4551", at)
	if err != nil {
		t.Fatal(err)
	}
	zone := shanghai(t)
	tests := map[string]struct {
		text  string
		crs   string
		check func(t *testing.T, p patrol.PastReport)
	}{
		"an office's table": {
			text: fmt.Sprintf("工单编号,事件类别,事件描述,上报时间,经度,纬度,状态,结案时间,上报人,联系电话\nSY-1,消防安全,楼道里有电动车,2025年3月5日 下午2点30分,%v,%v,已办结,2025/3/6,王某,138-0000-0001", at[0], at[1]),
			check: func(t *testing.T, p patrol.PastReport) {
				r := p.Report
				if r.Category != "fire_safety" || r.Status != patrol.Closed || !r.CreatedAt.Equal(time.Date(2025, 3, 5, 14, 30, 0, 0, zone)) ||
					!r.UpdatedAt.Equal(time.Date(2025, 3, 6, 0, 0, 0, 0, zone)) || r.RawCRS != "wgs84" || r.Source != "import" {
					t.Errorf("the report is %+v", r)
				}
				if p.Contact != (patrol.Contact{Name: "王某", Phone: "13800000001"}) {
					t.Errorf("the contact is %+v", p.Contact)
				}
			},
		},
		"GCJ-02": {
			text: fmt.Sprintf("类型,时间,经度,纬度\n垃圾,2025-03-05 14:30:00,%v,%v", gcj[0], gcj[1]), crs: "gcj02",
			check: func(t *testing.T, p patrol.PastReport) {
				if p.Report.Point != at || p.Report.Raw != gcj || p.Report.RawCRS != "gcj02" {
					t.Errorf("the report lies at %v, raw %v in %s, want %v", p.Report.Point, p.Report.Raw, p.Report.RawCRS, at)
				}
			},
		},
		"X is the northing": {
			text: fmt.Sprintf("类型,时间,X,Y\n垃圾,2025-03-05 14:30:00,%.4f,%.4f", plane[1], plane[0]), crs: "EPSG:4551",
			check: func(t *testing.T, p patrol.PastReport) {
				if geo.DistanceM(p.Report.Point, at) > 0.02 || p.Report.RawCRS != "wgs84" {
					t.Errorf("the report lies at %v, want %v", p.Report.Point, at)
				}
			},
		},
		"one column": {
			text: fmt.Sprintf("类型,时间,坐标,状态\n违建,20250305,\"%v,%v\",处理中", at[0], at[1]),
			check: func(t *testing.T, p patrol.PastReport) {
				if p.Report.Point != at || p.Report.Status != patrol.Accepted || p.Report.Category != "illegal_building" || p.Report.DueAt.IsZero() {
					t.Errorf("the report is %+v", p.Report)
				}
			},
		},
		"closed the same day": {
			text: fmt.Sprintf("类型,时间,办结时间,经度,纬度\nother,2025-03-05 14:30,2025-03-05,%v,%v", at[0], at[1]),
			check: func(t *testing.T, p patrol.PastReport) {
				if p.Report.Status != patrol.Closed || !p.Report.UpdatedAt.Equal(time.Date(2025, 3, 5, 23, 59, 59, 0, zone)) {
					t.Errorf("the report is %+v", p.Report)
				}
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := demoBasis(t, today.AddDate(-1, 0, 0))
			all, r := gather(t, rows(t, tt.text), b, Options{CRS: tt.crs})
			if len(all) != 1 || r.Errors() > 0 {
				t.Fatalf("%d reports: %q", len(all), listed(r))
			}
			checkLife(t, all[0])
			tt.check(t, all[0])
			if again, _ := gather(t, rows(t, tt.text), b, Options{CRS: tt.crs}); again[0].Report.ID != all[0].Report.ID {
				t.Error("the same file again gives another id")
			}
		})
	}
}

// TestReportsRevision: a report is routed by what was in force when it was made,
// and by the first before there was any.
func TestReportsRevision(t *testing.T) {
	d := demo(t)
	at := d.Reports[0].Point
	second := time.Date(2025, 3, 5, 0, 0, 0, 0, time.UTC)
	src := rows(t, fmt.Sprintf("类型,时间,经度,纬度\nother,2020-01-01,%[1]v,%[2]v\nother,2025-03-05 07:59,%[1]v,%[2]v\nother,2025-03-05 08:00,%[1]v,%[2]v", at[0], at[1]))
	all, _ := gather(t, src, demoBasis(t, second), Options{})
	var got []int
	for _, p := range all {
		got = append(got, p.Report.Decision.Revision)
	}
	if !slices.Equal(got, []int{1, 1, 2}) {
		t.Errorf("routed by revisions %v, want 1, 1, 2", got)
	}
}

func TestReportsFaults(t *testing.T) {
	at := demo(t).Reports[0].Point
	row := func(category, when, lon, lat, more string) string {
		return fmt.Sprintf("%s,%s,%s,%s,%s", category, when, lon, lat, more)
	}
	lon, lat := fmt.Sprint(at[0]), fmt.Sprint(at[1])
	tests := map[string]struct{ row, want string }{
		"no category":             {row("飞碟", "2025-03-05", lon, lat, ",,"), "VALUE_DAMAGED"},
		"no time":                 {row("other", "昨天", lon, lat, ",,"), "VALUE_DAMAGED"},
		"in the future":           {row("other", "2030-03-05", lon, lat, ",,"), "VALUE_DAMAGED"},
		"no position":             {row("other", "2025-03-05", "", "", ",,"), "NO_POSITION"},
		"a position of no number": {row("other", "2025-03-05", "NaN", "43.5", ",,"), "VALUE_DAMAGED"},
		"a position without end":  {row("other", "2025-03-05", "125.6", "-Infinity", ",,"), "VALUE_DAMAGED"},
		"a null position":         {row("other", "2025-03-05", "0", "0.0", ",,"), "NO_POSITION"},
		"swapped":                 {row("other", "2025-03-05", lat, lon, ",,"), "AXIS_SWAPPED"},
		"elsewhere":               {row("other", "2025-03-05", "116.4", "39.9", ",,"), "OUTSIDE_DISTRICT"},
		"metres":                  {row("other", "2025-03-05", "472510.999", "4820546.906", ",,"), "CRS_OUT_OF_ZONE"},
		"an unknown state":        {row("other", "2025-03-05", lon, lat, "蓝色,,"), "VALUE_DAMAGED"},
		"closed before it was":    {row("other", "2025-03-05", lon, lat, "结案,2025-03-01,"), "VALUE_DAMAGED"},
		"the number of another":   {row("other", "2025-03-05", lon, lat, ",,A1"), "DUP_CODE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			calls := 0
			text := "类型,时间,经度,纬度,状态,结案时间,编号\n" + row("other", "2025-03-04", lon, lat, ",,A1") + "\n" + tt.row + "\n" + row("other", "2025-03-06", lon, lat, ",,A3")
			r, err := Reports(t.Context(), rows(t, text), demoBasis(t, today), Options{}, func([]patrol.PastReport) error { calls++; return nil })
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range r.Problems {
				if !p.Warning {
					got = append(got, fmt.Sprintf("%d %s", p.Feature, p.Problem))
				}
			}
			if !slices.Equal(got, []string{"2 " + tt.want}) || r.FeaturesRead != 3 || r.FeaturesOK != 2 {
				t.Errorf("found %q in %d rows, %d good, want 2 %s: %q", got, r.FeaturesRead, r.FeaturesOK, tt.want, listed(r))
			}
			if calls > 0 {
				t.Errorf("reports of a file with an error were given %d times", calls)
			}
		})
	}
}

// TestReportsTwice: what stands twice in a file is one report.
func TestReportsTwice(t *testing.T) {
	at := demo(t).Reports[0].Point
	line := fmt.Sprintf("other,2025-03-05 10:00,%v,%v,一样\n", at[0], at[1])
	all, r := gather(t, rows(t, "类型,时间,经度,纬度,描述\n"+line+line+strings.Replace(line, "一样", "不一样", 1)), demoBasis(t, today), Options{})
	if len(all) != 2 || r.New != 2 || r.Errors() > 0 || all[0].Report.ID == all[1].Report.ID {
		t.Errorf("%d reports come of three rows of which two are the same: %q", len(all), listed(r))
	}
}

// many is a source of reports that takes no memory.
type many struct {
	n  int
	at orb.Point
}

func (s *many) Layers() []importers.Layer {
	return []importers.Layer{{Name: "many", Columns: []string{"id", "category", "created_at", "status"}, Geometry: "Point", Features: s.n, CRS: importers.CRSHint{CRS: geo.WGS84, From: "format"}}}
}

func (s *many) Records(_ context.Context, _ int, each func(*importers.Record) error) error {
	began := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	values := []importers.Value{{Type: importers.Text}, {Text: "other", Type: importers.Text}, {Type: importers.Text}, {Text: "closed", Type: importers.Text}}
	for i := range s.n {
		values[0].Text, values[2].Text = fmt.Sprint("A", i), began.Add(time.Duration(i)*time.Minute).Format(time.RFC3339)
		if err := each(&importers.Record{Number: i + 1, Values: values, Geometry: s.at}); err != nil {
			return err
		}
	}
	return nil
}

func (s *many) Close() error { return nil }

// TestReportsStop: an error of whoever writes ends the reading, and so does the
// end of the context; every goroutine is gone then.
func TestReportsStop(t *testing.T) {
	src := &many{50_000, demo(t).Reports[0].Point}
	full := errors.New("disk full")
	calls := 0
	_, err := Reports(t.Context(), src, demoBasis(t, today), Options{}, func([]patrol.PastReport) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("Reports = %v after %d calls, want %v after one", err, calls, full)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Reports(ctx, src, demoBasis(t, today), Options{}, func([]patrol.PastReport) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Reports = %v, want canceled", err)
	}
}

func TestReportsOrder(t *testing.T) {
	all, r := gather(t, &many{5500, demo(t).Reports[0].Point}, demoBasis(t, today), Options{})
	if len(all) != 5500 || r.New != 5500 {
		t.Fatalf("%d reports, %d new", len(all), r.New)
	}
	ids := map[uuid.UUID]bool{}
	for i, p := range all {
		if i > 0 && !p.Report.CreatedAt.After(all[i-1].Report.CreatedAt) {
			t.Fatalf("report %d is out of order", i)
		}
		ids[p.Report.ID] = true
	}
	if len(ids) != len(all) {
		t.Errorf("%d reports have %d ids", len(all), len(ids))
	}
}
