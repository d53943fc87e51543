package importers

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// LeaveRowPost stands where a post would in the row of a leave.
const LeaveRowPost = "leave"

// LeaveRow is a person's leave. Kind and Code are of what one of the person's
// posts belongs to, by which somebody without a phone is known.
type LeaveRow struct {
	Kind, Code string
	Person     patrol.Person
	Leave      patrol.Leave
}

// RosterTable is the table of every seat with everybody who holds, held or will
// hold it, or stands in, and of leaves: what an import needs to have the same
// roster. It has the columns of PostsTable. What begins and ends within one
// millisecond is left out, as tables know no shorter time.
func RosterTable(posts []PostRow, leaves []LeaveRow) *Table {
	brief := func(from, to time.Time) bool { return !to.IsZero() && !tableMoment(from).Before(tableMoment(to)) }
	posts = slices.DeleteFunc(slices.Clone(posts), func(r PostRow) bool { return brief(r.Holding.From, r.Holding.To) })
	leaves = slices.DeleteFunc(slices.Clone(leaves), func(r LeaveRow) bool { return brief(r.Leave.From, r.Leave.To) })
	byPerson := func(a, b patrol.Person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Phone, b.Phone))
	}
	slices.SortFunc(posts, func(a, b PostRow) int {
		return cmp.Or(order(a.Holding.Deputy, b.Holding.Deputy), tableMoment(a.Holding.From).Compare(tableMoment(b.Holding.From)), byPerson(a.Person, b.Person))
	})
	slices.SortFunc(leaves, func(a, b LeaveRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code), byPerson(a.Person, b.Person), a.Leave.From.Compare(b.Leave.From))
	})
	t := PostsTable(posts)
	t.Name, t.Title = "roster", "Posts, everybody who holds, held or will hold them, and leaves"
	seats := t.Rows
	t.Rows = func(yield func(TableRow, error) bool) {
		for row, err := range seats {
			if !yield(row, err) {
				return
			}
		}
		for _, l := range leaves {
			values := []any{LeaveRowPost, textOrNil(l.Kind), textOrNil(l.Code), nil, nil, l.Person.Name, textOrNil(l.Person.Phone), nil,
				l.Leave.From, timeOrNil(l.Leave.To), l.Person.Synthetic}
			if !yield(TableRow{Values: values}, nil) {
				return
			}
		}
	}
	return t
}

// tableMoment is a time as tables have it.
func tableMoment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// BodyRow is a committee or Party branch, with the codes of its village and of
// the village groups that it serves.
type BodyRow struct {
	Kind    string // CommitteeKind or BranchKind
	Code    string
	Name    string
	Village string
	Groups  []string
}

// BranchKind is the kind of a Party branch, in tables.
const BranchKind = "branch"

// BodiesTable is the table of committees and Party branches, by kind and code.
func BodiesTable(rows []BodyRow) *Table {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b BodyRow) int {
		return cmp.Or(-cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code)) // posts are committees': these first
	})
	t := &Table{Name: "committees", Title: "Group committees and Party branches, and the village groups they serve", Columns: []TableColumn{
		{"kind", TextColumn}, {"code", TextColumn}, {"name", TextColumn}, {"village", TextColumn}, {"groups", TextColumn}}}
	t.Rows = func(yield func(TableRow, error) bool) {
		for _, r := range rows {
			groups := slices.Sorted(slices.Values(r.Groups))
			if !yield(TableRow{Values: []any{r.Kind, r.Code, r.Name, textOrNil(r.Village), strings.Join(groups, " ")}}, nil) {
				return
			}
		}
	}
	return t
}
