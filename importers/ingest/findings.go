package ingest

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/importers"
)

// findings collects the problems of a report, up to a number that is listed. It
// keeps errors before warnings where there are too many.
type findings struct {
	errors, warnings []*importers.Problem
	limit            int
	errorCount       int // listed or not
	warningCount     int
	bad              map[int]bool // features with an error
	people           bool         // of a file of people, whose problems tell nothing of them
	codes            func(string) bool
}

func newFindings(limit int) *findings {
	if limit <= 0 {
		limit = maxProblems
	}
	return &findings{limit: limit, bad: map[int]bool{}}
}

// ofPeople makes it one of a file that has names and phones, which its problems do
// not tell. codes knows the codes that there are; nil: none is known.
func (f *findings) ofPeople(codes func(code string) bool) *findings {
	f.people, f.codes = true, codes
	return f
}

func (f *findings) add(p *importers.Problem) {
	if f.people {
		discreet(p, f.codes)
	}
	if p.Warning {
		f.warningCount++
		if len(f.warnings) < f.limit {
			f.warnings = append(f.warnings, p)
		}
		return
	}
	f.errorCount++
	if p.Feature > 0 {
		f.bad[p.Feature] = true
	}
	if len(f.errors) < f.limit {
		f.errors = append(f.errors, p)
	}
}

// into puts the problems into a report, by feature, those of the file as a
// whole first.
func (f *findings) into(r *Report) {
	warnings := f.warnings[:min(len(f.warnings), f.limit-len(f.errors))]
	r.Problems = slices.Concat(f.errors, warnings)
	slices.SortStableFunc(r.Problems, func(a, b *importers.Problem) int {
		return cmp.Compare(a.Feature, b.Feature)
	})
	if r.Problems == nil {
		r.Problems = []*importers.Problem{}
	}
	r.Truncated = f.errorCount + f.warningCount - len(r.Problems)
}
