package importers

import (
	"bytes"
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// areaTitles are the titles of the kinds.
var areaTitles = map[geo.Kind]string{
	geo.District: "District", geo.Township: "Townships and streets", geo.Village: "Villages, communities and special units",
	geo.VillageGroup: "Village groups", geo.Grid: "Patrol grids", geo.Compound: "Residential compounds",
}

// AreasTable is the table of the areas of a kind, by code: what an import into
// an empty database needs to have the same areas, and their area in whole square metres.
func AreasTable(k geo.Kind, areas []*geo.Area) *Table {
	areas = slices.SortedFunc(slices.Values(areas), func(a, b *geo.Area) int { return cmp.Compare(a.Code, b.Code) })
	t := &Table{Name: k.Plural(), Title: areaTitles[k], Geometry: "MultiPolygon", Columns: []TableColumn{
		{"code", TextColumn}, {"name", TextColumn}, {"name_en", TextColumn}, {"alias", TextsColumn}, {"parent_kind", TextColumn}, {"parent", TextColumn},
		{"households", IntegerColumn}, {"population", IntegerColumn}, {"area_m2", IntegerColumn}, {"synthetic", BoolColumn},
	}}
	switch k {
	case geo.Village:
		t.Columns = append(t.Columns, TableColumn{"unit_type", TextColumn})
	case geo.Grid:
		t.Columns = append(t.Columns, TableColumn{"class", TextColumn})
	}
	t.Rows = func(yield func(TableRow, error) bool) {
		values := make([]any, len(t.Columns))
		for _, a := range areas {
			values = append(values[:0], a.Code, a.Name, textOrNil(a.NameEn), nil, textOrNil(string(a.Parent.Kind)), textOrNil(a.Parent.Code),
				numberOrNil(a.Households), numberOrNil(a.Population), int(math.Round(a.AreaM2)), a.Synthetic)
			if len(a.Alias) > 0 {
				values[3] = a.Alias
			}
			switch k {
			case geo.Village:
				values = append(values, textOrNil(a.UnitType))
			case geo.Grid:
				values = append(values, textOrNil(a.Class))
			}
			if !yield(TableRow{ID: a.Code, Geometry: a.Shape, Values: values}, nil) {
				return
			}
		}
	}
	return t
}

// textOrNil is nil for no text.
func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// numberOrNil is nil for what is not known.
func numberOrNil(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// timeOrNil is nil for no time.
func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// GroundTable is the table of the base map, by class, name and shape: ids differ
// from import to import.
func GroundTable(ground []geo.Feature, synthetic bool) *Table {
	t := &Table{Name: "roads", Title: "Base map: roads, rivers and clusters of houses", Geometry: "Geometry",
		Columns: []TableColumn{{"class", TextColumn}, {"name", TextColumn}, {"synthetic", BoolColumn}}}
	t.Rows = func(yield func(TableRow, error) bool) {
		type keyed struct {
			*geo.Feature
			shape []byte
		}
		sorted := make([]keyed, len(ground))
		for i := range ground {
			shape, err := AppendWKB(nil, ground[i].Geometry)
			if err != nil {
				yield(TableRow{}, err)
				return
			}
			sorted[i] = keyed{&ground[i], shape}
		}
		slices.SortFunc(sorted, func(a, b keyed) int {
			return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name), bytes.Compare(a.shape, b.shape))
		})
		for _, f := range sorted {
			if !yield(TableRow{Geometry: f.Geometry, Values: []any{f.Class, textOrNil(f.Name), synthetic}}, nil) {
				return
			}
		}
	}
	return t
}

// ReportRow is a report and where it is shown.
type ReportRow struct {
	*patrol.Report
	Point     orb.Point // lon/lat in degrees, WGS 84
	Synthetic bool
}

// ReportsTable is the table of reports as they come; without full in their
// public form, which has no text, no deadlines and nothing that is known of the place but
// what it shows.
func ReportsTable(full bool, reports iter.Seq2[ReportRow, error]) *Table {
	t := &Table{Name: "reports", Title: "Reports", Geometry: "Point", Columns: []TableColumn{
		{"id", TextColumn}, {"category", TextColumn}, {"status", TextColumn}, {"grid", TextColumn},
		{"created_at", TimeColumn}, {"updated_at", TimeColumn}, {"synthetic", BoolColumn},
	}}
	if full {
		t.Columns = append(t.Columns, TableColumn{"description", TextColumn}, TableColumn{"observed_at", TimeColumn},
			TableColumn{"due_at", TimeColumn}, TableColumn{"accuracy_m", NumberColumn})
	}
	t.Rows = func(yield func(TableRow, error) bool) {
		values := make([]any, len(t.Columns))
		for r, err := range reports {
			if err != nil {
				yield(TableRow{}, err)
				return
			}
			var grid any
			if n := r.Decision.Areas[geo.Grid]; n != nil {
				grid = n.Code
			}
			values = append(values[:0], r.ID.String(), r.Category, string(r.Status), grid, r.CreatedAt, r.UpdatedAt, r.Synthetic)
			if full {
				var accuracy any
				if r.AccuracyM > 0 {
					accuracy = r.AccuracyM
				}
				values = append(values, r.Description, timeOrNil(r.ObservedAt), timeOrNil(r.DueAt), accuracy)
			}
			if !yield(TableRow{ID: r.ID.String(), Geometry: r.Point, Values: values}, nil) {
				return
			}
		}
	}
	return t
}

// CommitteeKind is the kind of a committee that a post belongs to, in tables.
const CommitteeKind = "committee"

// PostRow is a seat with one who holds it or stands in; Person and Holding are
// zero where nobody does.
type PostRow struct {
	Kind    string // of what it belongs to: that of an area, or CommitteeKind
	Code    string
	Seat    patrol.Seat
	Person  patrol.Person
	Holding patrol.Holding
}

// PostsTable is the table of seats, by what they belong to, post and number.
func PostsTable(rows []PostRow) *Table {
	rows = slices.SortedStableFunc(slices.Values(rows), func(a, b PostRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Seat.Post, b.Seat.Post), cmp.Compare(a.Seat.Number, b.Seat.Number))
	})
	t := &Table{Name: "posts", Title: "Posts and who holds them", Columns: []TableColumn{
		{"post", TextColumn}, {"area_kind", TextColumn}, {"area", TextColumn}, {"seat", IntegerColumn}, {"public_contact", BoolColumn},
		{"name", TextColumn}, {"phone", TextColumn}, {"deputy", BoolColumn}, {"from", TimeColumn}, {"to", TimeColumn}, {"synthetic", BoolColumn},
	}}
	t.Rows = func(yield func(TableRow, error) bool) {
		for _, r := range rows {
			values := []any{string(r.Seat.Post), r.Kind, r.Code, r.Seat.Number, r.Seat.PublicContact, nil, nil, nil, nil, nil, nil}
			if r.Person.ID != (geo.ID{}) {
				copy(values[5:], []any{r.Person.Name, textOrNil(r.Person.Phone), r.Holding.Deputy, timeOrNil(r.Holding.From), timeOrNil(r.Holding.To), r.Person.Synthetic})
			}
			if !yield(TableRow{Values: values}, nil) {
				return
			}
		}
	}
	return t
}
