package ingest

import (
	"github.com/gridpatrol/gridpatrol/importers"
)

// maxProblems is how many problems a report lists where nobody says.
const maxProblems = 10_000

// tally is a warning about many rows, which is told once with their number.
type tally struct {
	problem  *importers.Problem
	features int
}

// tallies collects warnings that are told once each.
type tallies struct {
	byText map[string]*tally
	order  []string
}

// count notes one more row that the warning with that text is about; p is that
// of the first.
func (t *tallies) count(text string, p func() *importers.Problem) {
	if t.byText == nil {
		t.byText = map[string]*tally{}
	}
	one := t.byText[text]
	if one == nil {
		one = &tally{problem: p()}
		t.byText[text] = one
		t.order = append(t.order, text)
	}
	one.features++
}

// tell adds the warnings to the report, each with "count" among its values.
func (t *tallies) tell(f *findings) {
	for _, text := range t.order {
		one := t.byText[text]
		if one.problem.Values == nil {
			one.problem.Values = map[string]any{}
		}
		one.problem.Values["count"] = one.features
		f.add(one.problem)
	}
}
