package ingest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/importers"
)

// Columns says which column of a layer holds which field.
type Columns struct {
	index map[string]int
	names map[string]string
}

// FindColumns gives each field its column: the one that mapped names, which is
// none where it names nothing, else the first with one of the field's names. A
// column holds one field at most. It is a *importers.Problem if mapped names a
// field or a column that there is not.
func FindColumns(fields []Field, columns []string, mapped map[string]string) (Columns, error) {
	c := Columns{map[string]int{}, map[string]string{}}
	taken := make([]bool, len(columns))
	take := func(field string, i int) {
		c.index[field], c.names[field] = i, columnName(columns, i)
		taken[i] = true
	}
	for field, column := range mapped {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == field }) {
			var names []string
			for _, f := range fields {
				names = append(names, f.Name)
			}
			return c, &importers.Problem{Problem: importers.ProblemNoColumn,
				Detail: fmt.Sprintf("there is no field %q: the fields are %s", field, strings.Join(names, ", ")), Values: map[string]any{"field": field}}
		}
		if column == "" {
			continue
		}
		i := slices.Index(columns, column)
		if i < 0 {
			i = slices.IndexFunc(columns, func(s string) bool { return FoldName(s) == FoldName(column) })
		}
		if i < 0 {
			said, values := fmt.Sprintf("%q", clip(column)), map[string]any{"column": clip(column), "field": field}
			if unlikelyName(column) {
				said = "of that name"
				delete(values, "column")
			}
			return c, &importers.Problem{Problem: importers.ProblemNoColumn,
				Detail: fmt.Sprintf("there is no column %s: %s", said, columnList(columns)), Values: values}
		}
		take(field, i)
	}
	folded := make([]string, len(columns))
	for i, s := range columns {
		folded[i] = FoldName(s)
	}
	// Names of a .dbf break off after ten bytes; whole names go before.
	for _, same := range []func(i int, name string) bool{
		func(i int, name string) bool { return folded[i] == name },
		func(i int, name string) bool {
			return utf8.RuneCountInString(folded[i]) >= 3 && len(columns[i]) >= 9 && len(columns[i]) <= 10 && strings.HasPrefix(name, folded[i])
		},
	} {
		for _, f := range fields {
			if _, said := mapped[f.Name]; said || c.Has(f.Name) {
				continue
			}
			for _, name := range f.Names {
				name = FoldName(name)
				at := -1
				for i := range folded {
					if !taken[i] && folded[i] != "" && same(i, name) {
						at = i
						break
					}
				}
				if at >= 0 {
					take(f.Name, at)
					break
				}
			}
		}
	}
	return c, nil
}

// Has reports whether a field has a column.
func (c Columns) Has(field string) bool { _, ok := c.index[field]; return ok }

// Index gives the column of a field, counted from 0; -1 where it has none.
func (c Columns) Index(field string) int {
	if i, ok := c.index[field]; ok {
		return i
	}
	return -1
}

// Name gives the name of a field's column as the file has it; empty where it has
// none.
func (c Columns) Name(field string) string { return c.names[field] }

// Names gives the column of each field that has one. The caller owns the map.
func (c Columns) Names() map[string]string {
	out := make(map[string]string, len(c.names))
	for f, n := range c.names {
		out[f] = n
	}
	return out
}

// Value gives what a row says of a field; Null where it says nothing.
func (c Columns) Value(field string, row []importers.Value) importers.Value {
	if i, ok := c.index[field]; ok && i < len(row) {
		return row[i]
	}
	return importers.Value{}
}
