package postgis

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// selectShown reads reports as shownReader takes them.
const selectShown = `
	SELECT r.id, r.category, r.status, r.lon_e7, r.lat_e7, r.created_at, r.updated_at, r.due_at, r.area_ids
	FROM reports r`

// shownSecond is the second in which a report came, in the words of the index
// reports_shown.
const shownSecond = `(date_trunc('second', r.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`

// shownSQL writes the conditions and the order of a query for reports as they are
// shown. All of its text is ours; values are arguments.
type shownSQL struct {
	query    *patrol.ShownQuery
	keys     []patrol.ShownKey // nil where the order does not matter
	grids    *gridCodes
	sql      strings.Builder
	args     []any
	district string // the argument with the district
	x, y     string // degrees where a report is shown
	columns  map[string]cqlColumn
	err      error
}

func newShownSQL(district string, q *patrol.ShownQuery, keys []patrol.ShownKey, grids *gridCodes) *shownSQL {
	w := &shownSQL{query: q, keys: keys, grids: grids}
	w.district = w.arg(district, "text")
	w.x, w.y = `(r.lon_e7 / 1e7::float8)`, `(r.lat_e7 / 1e7::float8)`
	point := `r.point`
	if q.Public != nil && (len(q.Bounds) > 0 || w.needs(patrol.ShownGeometry)) {
		fine := w.arg(fineCategories(q.Public), "text[]")
		w.x, w.y = w.middle(`r.lon_e7`, patrol.PublicLon, fine), w.middle(`r.lat_e7`, patrol.PublicLat, fine)
		point = `ST_SetSRID(ST_MakePoint(` + w.x + `, ` + w.y + `), 4326)`
	}
	w.columns = map[string]cqlColumn{
		patrol.ShownGeometry:  {point, cql.Geometry},
		patrol.ShownCategory:  {`r.category`, cql.String},
		patrol.ShownStatus:    {`r.status`, cql.String},
		patrol.ShownCreatedAt: {shownSecond, cql.Timestamp},
		patrol.ShownUpdatedAt: {`(date_trunc('second', r.updated_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`, cql.Timestamp},
	}
	if w.needs(patrol.ShownGrid) {
		w.columns[patrol.ShownGrid] = cqlColumn{w.grid(), cql.String}
	}
	if q.Public == nil {
		w.columns[patrol.ShownDueAt] = cqlColumn{`(date_trunc('second', r.due_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`, cql.Timestamp}
		if w.needs(patrol.ShownOverdue) {
			w.columns[patrol.ShownOverdue] = cqlColumn{`(` + openStatus + ` AND r.due_at < ` + w.arg(q.Now, "timestamptz") + `)`, cql.Boolean}
		}
	}
	return w
}

// arg adds a value and gives its name, cast to a type of ours.
func (w *shownSQL) arg(v any, typ string) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args)) + "::" + typ
}

func (w *shownSQL) write(parts ...string) {
	for _, s := range parts {
		w.sql.WriteString(s)
	}
}

// needs reports whether the filter or the order has the property: the database
// takes no argument that its statement does not name.
func (w *shownSQL) needs(name string) bool {
	for _, k := range w.keys {
		if k.Name == name {
			return true
		}
	}
	return w.query.Filter != nil && cql.Names(w.query.Filter, name)
}

// fineCategories are those whose places are shown to some 50 m.
func fineCategories(book *patrol.Rulebook) []string {
	out := []string{}
	for _, c := range book.Categories {
		if !c.Private {
			out = append(out, c.Code)
		}
	}
	return out
}

// middle gives what patrol.PublicPoint or CoarsePoint makes of one axis, in
// degrees.
func (w *shownSQL) middle(v string, step int, fine string) string {
	of := func(step int) string {
		s := w.arg(step, "int")
		return `(` + v + ` - mod(mod(` + v + `, ` + s + `) + ` + s + `, ` + s + `) + ` + s + ` / 2)`
	}
	return `(CASE WHEN r.category = ANY(` + fine + `) THEN ` + of(step) + ` ELSE ` + of(patrol.Coarse*step) + ` END / 1e7::float8)`
}

// grid gives the code of the grid among the areas of a report, of which there
// is at most one.
func (w *shownSQL) grid() string {
	codes, err := json.Marshal(w.grids.byID)
	if err != nil {
		w.err = err
	}
	arg := w.arg(string(codes), "jsonb")
	var b strings.Builder
	b.WriteString(`coalesce(`)
	for i := range geo.Kinds() {
		if i > 0 {
			b.WriteString(`, `)
		}
		// From the smallest kind to the largest, as grids come late.
		b.WriteString(arg + ` ->> r.area_ids[` + strconv.Itoa(len(geo.Kinds())-i) + `]::text`)
	}
	b.WriteString(`)`)
	return b.String()
}

// where writes what the reports must be, without their place in the order.
func (w *shownSQL) where(scope access.Scope) {
	q := w.query
	w.write(` WHERE r.district_code = `, w.district)
	if !scope.All {
		w.write(` AND r.area_ids && `, w.arg(idsOf(scope.Areas), "uuid[]"))
	}
	if q.ID != (geo.ID{}) {
		w.write(` AND r.id = `, w.arg(q.ID, "uuid"))
	}
	if len(q.Bounds) > 0 {
		w.write(` AND (`)
		for i, b := range q.Bounds {
			if i > 0 {
				w.write(` OR `)
			}
			w.within(b)
			west, south, east, north := w.arg(b.Min[0], "float8"), w.arg(b.Min[1], "float8"), w.arg(b.Max[0], "float8"), w.arg(b.Max[1], "float8")
			w.write(` AND `, w.x, ` BETWEEN `, west, ` AND `, east, ` AND `, w.y, ` BETWEEN `, south, ` AND `, north)
		}
		w.write(`)`)
	}
	if !q.From.IsZero() {
		w.write(` AND `, shownSecond, ` >= `, w.arg(q.From, "timestamptz"))
	}
	if !q.To.IsZero() {
		w.write(` AND `, shownSecond, ` < `, w.arg(q.To, "timestamptz"))
	}
	if q.Filter != nil {
		w.hints(q.Filter)
		sql, err := cqlSQL(q.Filter, w.columns, &w.args)
		if err != nil {
			w.err = err
		}
		w.write(` AND `, sql)
	}
}

// within writes what holds of every report that is shown in the bound, for the
// index of true places: it never decides.
func (w *shownSQL) within(b orb.Bound) {
	b = b.Pad(patrol.PublicMargin)
	w.write(`r.point && ST_MakeEnvelope(`, w.arg(b.Min[0], "float8"), `, `, w.arg(b.Min[1], "float8"), `, `,
		w.arg(b.Max[0], "float8"), `, `, w.arg(b.Max[1], "float8"), `, 4326)`)
}

// hints writes what follows from the filter in the words of the indexes.
func (w *shownSQL) hints(e cql.Expr) {
	switch e := e.(type) {
	case *cql.And:
		for _, t := range e.Terms {
			w.hints(t)
		}
	case *cql.Comparison:
		name, value := e.Left, e.Right
		if _, ok := name.(*cql.Ref); !ok {
			name, value = value, name
		}
		r, ok := name.(*cql.Ref)
		l, literal := value.(*cql.Literal)
		if !ok || !literal || e.Op != cql.Equal || r.Name != patrol.ShownGrid {
			return
		}
		if id, ok := w.grids.ids[l.Value.Text]; ok {
			w.write(` AND r.area_ids @> ARRAY[`, w.arg(id, "uuid"), `]`)
		}
	case *cql.Intersects:
		place, other := e.Left, e.Right
		if _, ok := place.(*cql.Ref); !ok {
			place, other = other, place
		}
		_, ok := place.(*cql.Ref)
		s, shape := other.(*cql.Shape)
		if !ok || !shape {
			return
		}
		w.write(` AND (`)
		for i, part := range s.Parts() {
			if i > 0 {
				w.write(` OR `)
			}
			w.within(part.Bound())
		}
		w.write(`)`)
	}
}

// after writes that reports come after the place where the page before ended.
func (w *shownSQL) after() {
	at := w.query.After
	if at == nil {
		return
	}
	keys := w.keys
	id := w.arg(at.ID, "uuid")
	first := w.columns[keys[0].Name].sql
	if len(keys) == 1 && keys[0].Name == patrol.ShownCreatedAt {
		w.write(` AND (`, first, `, r.id) `, beyond(keys[0].Down), ` (`, w.arg(at.Values[0].Time, "timestamptz"), `, `, id, `)`)
		return
	}
	w.write(` AND (`)
	for i := range keys {
		w.write(`(`)
		for j := range i {
			w.same(keys[j], at.Values[j])
			w.write(` AND `)
		}
		w.later(keys[i], at.Values[i])
		w.write(`) OR `)
	}
	w.write(`(`)
	for i, k := range keys {
		w.same(k, at.Values[i])
		w.write(` AND `)
	}
	w.write(`r.id `, beyond(keys[len(keys)-1].Down), ` `, id, `))`)
}

func beyond(down bool) string {
	if down {
		return `<`
	}
	return `>`
}

// later writes that a report comes after the value by the key alone.
func (w *shownSQL) later(k patrol.ShownKey, v cql.Value) {
	column := w.key(k)
	switch {
	case v.Type == cql.Null && k.Down:
		w.write(column, ` IS NOT NULL`)
	case v.Type == cql.Null:
		w.write(`FALSE`)
	case k.Down:
		w.write(column, ` < `, w.value(v))
	default:
		w.write(`(`, column, ` > `, w.value(v), ` OR `, column, ` IS NULL)`)
	}
}

func (w *shownSQL) same(k patrol.ShownKey, v cql.Value) {
	if v.Type == cql.Null {
		w.write(w.key(k), ` IS NULL`)
		return
	}
	w.write(w.key(k), ` = `, w.value(v))
}

// key gives the expression of a key, texts in the order of their bytes.
func (w *shownSQL) key(k patrol.ShownKey) string {
	c := w.columns[k.Name]
	if c.typ == cql.String {
		return c.sql + ` COLLATE "C"`
	}
	return c.sql
}

func (w *shownSQL) value(v cql.Value) string {
	switch v.Type {
	case cql.String:
		return w.arg(v.Text, "text") + ` COLLATE "C"`
	case cql.Boolean:
		return w.arg(v.Bool, "boolean")
	}
	return w.arg(v.Time, "timestamptz")
}

// order gives the clause; PostgreSQL too has null last upwards and first
// downwards.
func (w *shownSQL) order() string {
	direction := map[bool]string{true: ` DESC`, false: ``}
	out := ` ORDER BY `
	for _, k := range w.keys {
		out += w.key(k) + direction[k.Down] + `, `
	}
	return out + `r.id` + direction[w.keys[len(w.keys)-1].Down]
}
