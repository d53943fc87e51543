package ingest

import (
	"context"
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reportCollector takes what was understood of rows in their order.
type reportCollector struct {
	ctx      context.Context
	p        *reportParser
	each     func([]patrol.PastReport) error
	report   Report
	findings *findings
	soft     tallies
	seen     map[geo.ID]earlier
}

// earlier is a row that had an id first.
type earlier struct {
	content [8]byte
	feature int32
}

func newReportCollector(ctx context.Context, p *reportParser, each func([]patrol.PastReport) error) *reportCollector {
	c := &reportCollector{ctx: ctx, p: p, each: each, report: p.report, findings: newFindings(p.most).ofPeople(nil), seen: map[geo.ID]earlier{}}
	for _, problem := range p.early {
		c.findings.add(problem)
	}
	return c
}

// take takes some rows.
func (c *reportCollector) take(list []parsed) error {
	fresh := make([]patrol.PastReport, 0, len(list))
	ids := make([]geo.ID, 0, len(list))
	for i := range list {
		one := &list[i]
		c.report.FeaturesRead++
		for _, problem := range one.problems {
			c.findings.add(problem)
		}
		for _, s := range one.soft {
			c.soft.count(s.key, func() *importers.Problem {
				problem := &importers.Problem{Feature: one.feature, Problem: importers.ProblemValueNormalised, Warning: true, Detail: s.detail}
				if s.column != "" {
					problem.Values = map[string]any{"column": s.column}
				}
				return problem
			})
		}
		if one.bad() || c.twice(one) {
			continue
		}
		fresh, ids = append(fresh, one.past), append(ids, one.past.Report.ID)
	}
	if c.p.progress != nil {
		c.p.progress(StageRead, int64(c.report.FeaturesRead), c.p.of)
	}
	known := map[geo.ID]bool{}
	if c.p.b.Known != nil && len(ids) > 0 {
		var err error
		if known, err = c.p.b.Known(c.ctx, ids); err != nil {
			return err
		}
	}
	n := 0
	for _, past := range fresh {
		if known[past.Report.ID] {
			c.report.Unchanged++
			continue
		}
		fresh[n] = past
		n++
	}
	c.report.New += n
	if n == 0 || c.each == nil || c.findings.errorCount > 0 {
		return nil
	}
	return c.each(fresh[:n])
}

// twice tells whether a row stands in the file before. It is an error where the
// two differ.
func (c *reportCollector) twice(one *parsed) bool {
	id := one.past.Report.ID
	first, ok := c.seen[id]
	switch {
	case !ok:
		c.seen[id] = earlier{one.content, int32(one.feature)}
		return false
	case first.content == one.content:
		c.soft.count("twice", func() *importers.Problem {
			return &importers.Problem{Feature: one.feature, Problem: importers.ProblemDupCode, Warning: true,
				Detail: "reports that stand twice in the file are taken once", Values: map[string]any{"first": int(first.feature)}}
		})
	default:
		c.findings.add(&importers.Problem{Feature: one.feature, Problem: importers.ProblemDupCode,
			Detail: fmt.Sprintf("the number of the report is that of row %d, which is another report", first.feature), Values: map[string]any{"first": int(first.feature)}})
	}
	return true
}

func (c *reportCollector) finish() *Report {
	c.soft.tell(c.findings)
	c.report.FeaturesOK = c.report.FeaturesRead - len(c.findings.bad)
	c.findings.into(&c.report)
	return &c.report
}
