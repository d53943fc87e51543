package ingest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ReportBasis is what past reports are routed by and compared with.
type ReportBasis struct {
	Duties *patrol.Duties // in force, never nil
	// Revisions are all that were published, in order. A report is routed by the
	// one in force when it was made, else by the first.
	Revisions []geo.Revision
	// Boundaries gives a revision; it is called from one goroutine at a time.
	Boundaries func(ctx context.Context, revision int) (*locate.Snapshot, error)
	// Known tells which of some reports are there already. It is called from one
	// goroutine at a time. nil: none are.
	Known func(ctx context.Context, ids []geo.ID) (map[geo.ID]bool, error)
	// Now is the latest a report may have been made.
	Now time.Time
	// Zone is where times without a zone are read; nil means that of the calendar.
	Zone *time.Location
}

// Reports reads past reports, routes them, and gives those that are not there
// yet in batches, in the order of the file: each owns its batch. Without each it
// only checks. A report is known by its number in the file, else by time, place, category and
// words, so the same file again gives nothing; one that is there already stays
// as it is. It needs no more memory for a million reports than for a thousand, but some
// 50 bytes each that tell repeated ones apart.
//
// A report of a table that names no coordinate system is read as WGS 84, with a warning.
// The state is read from a column, else a report with a time of closing is
// closed; where the file speaks of neither, all are.
//
// Batches come before the last row is read: whoever writes them must take
// everything back where the report in the end has errors. After the first error
// each is not called any more, and the rest is checked. An error of each ends
// the reading and is returned. No problem tells of reporters or of what they wrote.
func Reports(ctx context.Context, src importers.Source, b ReportBasis, o Options, each func([]patrol.PastReport) error) (*Report, error) {
	if b.Zone == nil {
		b.Zone = b.Duties.Rulebook.Calendar.Location
	}
	if b.Zone == nil {
		b.Zone = time.UTC
	}
	layer, err := FindLayer(src, o.Layer, func(l importers.Layer) bool {
		c, err := FindColumns(reportFields, l.Columns, nil)
		return err == nil && c.Has("category") && c.Has("time")
	})
	if err != nil {
		return nil, err
	}
	p, err := newReportParser(ctx, src, layer, b, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := newReportCollector(ctx, p, each)
	var reading sync.WaitGroup
	reading.Add(1)
	var readErr error
	lanes := newLanes(ctx, p.chunk)
	go func() {
		defer reading.Done()
		defer lanes.end()
		readErr = p.rows(ctx, src, layer, lanes.put)
	}()
	err = lanes.each(c.take)
	cancel()
	reading.Wait()
	if err == nil {
		err = readErr
	}
	if err != nil {
		return nil, err
	}
	return c.finish(), nil
}

// rawReport is a row as it was read, before anything of it is understood.
type rawReport struct {
	feature, line int
	x, y          float64 // in the file's coordinates
	placed        bool
	values        []importers.Value // by field, in the order of reportFields
	problems      []importers.Problem
}

// The fields of a report by their place in reportFields.
const (
	fieldNumber = iota
	fieldCategory
	fieldDescription
	fieldLon
	fieldLat
	fieldPosition
	fieldTime
	fieldStatus
	fieldClosed
	fieldUpdated
	fieldDue
	fieldAccuracy
	fieldReporter
	fieldPhone
)

// reportFields are those of a file of past reports, in the order of the constants above.
var reportFields = []Field{
	{Name: "number", Names: []string{"id", "number", "report id", "case id", "case number", "编号", "事件编号", "案件编号", "案卷编号", "任务编号", "任务号", "案卷号", "工单编号", "工单号",
		"受理编号", "流水号", "上报编号"}},
	{Name: "category", Required: true, Names: []string{"category", "type", "类别", "事件类别", "事件类型", "案件类别", "案件类型", "问题类别", "问题类型", "隐患类别", "隐患类型", "类型", "小类", "大类"}},
	{Name: "description", Names: []string{"description", "detail", "描述", "事件描述", "问题描述", "案件描述", "隐患描述", "内容", "事件内容", "上报内容", "详情", "情况说明", "问题"}},
	{Name: "lon", Names: []string{"lon", "lng", "longitude", "经度", "东经", "坐标经度"}},
	{Name: "lat", Names: []string{"lat", "latitude", "纬度", "北纬", "坐标纬度"}},
	{Name: "position", Names: []string{"position", "坐标", "经纬度", "位置坐标", "坐标位置"}},
	{Name: "time", Required: true, Names: []string{"created_at", "time", "reported at", "上报时间", "发生时间", "受理时间", "创建时间", "登记时间", "时间", "采集时间", "报案时间", "发现时间", "上报日期", "日期",
		"date", "created"}},
	{Name: "status", Names: []string{"status", "state", "状态", "处理状态", "办理状态", "事件状态", "案件状态", "处置状态", "当前状态", "办理情况", "处理结果"}},
	{Name: "closed", Names: []string{"closed_at", "closed", "结案时间", "办结时间", "完成时间", "处理时间", "处置时间", "结束时间", "解决时间"}},
	{Name: "updated", Names: []string{"updated_at", "updated", "更新时间", "最后更新", "修改时间"}},
	{Name: "due", Names: []string{"due_at", "due", "截止时间", "办理期限", "处理时限", "应办结时间", "期限"}},
	{Name: "accuracy_m", Names: []string{"accuracy_m", "accuracy", "精度", "定位精度"}},
	{Name: "reporter", Names: []string{"reporter", "reporter name", "上报人", "报告人", "举报人", "联系人", "上报人姓名", "反映人"}},
	{Name: "phone", Names: []string{"phone", "reporter phone", "上报人电话", "联系电话", "联系方式", "电话", "手机", "手机号", "举报人电话", "反映人电话"}},
}

// describeMissing says which column a file of reports lacks.
func describeMissing(field, what string, columns []string) error {
	return &importers.Problem{Problem: importers.ProblemNoColumn, Values: map[string]any{"field": field},
		Detail: fmt.Sprintf("no column says %s; name it with --map %s=COLUMN; %s", what, field, columnList(columns))}
}
