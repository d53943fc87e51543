package patrol

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
)

// Shown is a report as a collection of features shows it. Nothing but what it
// holds may tell which reports are found, and in which order they come.
type Shown struct {
	ID                   geo.ID
	Point                orb.Point // lon/lat in degrees, on the lattice; in the public form Rulebook.Shown of it
	Category             string
	Status               Status
	Grid                 string    // the code that its grid has now, or had last; empty where it is in none
	CreatedAt, UpdatedAt time.Time // UTC, whole seconds
	DueAt                time.Time // the same; zero where there is none, and in the public form
	Overdue              bool      // false in the public form
}

// The names that filters and orders have for the geometry and the properties of
// a report that is shown; the last two are not of the public form.
const (
	ShownGeometry  = "geometry"
	ShownCategory  = "category"
	ShownStatus    = "status"
	ShownGrid      = "grid"
	ShownCreatedAt = "created_at"
	ShownUpdatedAt = "updated_at"
	ShownDueAt     = "due_at"
	ShownOverdue   = "overdue"
)

// Value gives the geometry or a property by its name, NULL where it is not known
// or there is no such name.
func (s *Shown) Value(name string) cql.Value {
	switch name {
	case ShownGeometry:
		return cql.Geom(s.Point)
	case ShownCategory:
		return cql.Text(s.Category)
	case ShownStatus:
		return cql.Text(string(s.Status))
	case ShownGrid:
		if s.Grid != "" {
			return cql.Text(s.Grid)
		}
	case ShownCreatedAt:
		return cql.Instant(s.CreatedAt)
	case ShownUpdatedAt:
		return cql.Instant(s.UpdatedAt)
	case ShownDueAt:
		if !s.DueAt.IsZero() {
			return cql.Instant(s.DueAt)
		}
	case ShownOverdue:
		return cql.Bool(s.Overdue)
	}
	return cql.Value{}
}

// ShownQuery asks for reports as they are shown. Zero fields do not narrow, but
// for Limit.
type ShownQuery struct {
	// Public is the rulebook by which the public form is made: places, times and
	// whatever is asked for are those that are shown. Nil asks for reports as
	// they are.
	Public *Rulebook
	ID     geo.ID      // this one alone
	Bounds []orb.Bound // lon/lat in degrees, edges included: shown in one of them
	// From (included) and To (excluded) compare with CreatedAt.
	From, To time.Time
	Filter   cql.Expr // passed by cql.Check with the names above
	// Sort is the order: null comes last upwards and first downwards, texts by
	// their bytes, and among equals ids go as the last key goes. Nil is the newest
	// first.
	Sort  []ShownKey
	After *ShownPlace // what the page before ended with
	Limit int         // 1 to 10,001 for lists; counts do not look at it
	Now   time.Time   // what Overdue means
}

// ShownKey is one property to sort by.
type ShownKey struct {
	Name string
	Down bool
}

// ShownPlace is where a report comes in an order: its values of the keys, and
// its id.
type ShownPlace struct {
	Values []cql.Value // as many as there are keys
	ID     geo.ID
}

// Order gives the keys that reports are sorted by, those of no Sort too.
func (q *ShownQuery) Order() []ShownKey {
	if len(q.Sort) == 0 {
		return []ShownKey{{ShownCreatedAt, true}}
	}
	return q.Sort
}

// PlaceOf gives the place of a report in the order of the query.
func (q *ShownQuery) PlaceOf(s *Shown) ShownPlace {
	at := ShownPlace{ID: s.ID}
	for _, k := range q.Order() {
		at.Values = append(at.Values, s.Value(k.Name))
	}
	return at
}
