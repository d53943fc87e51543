package features

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// hotspots is the source of counts by H3 cell; datetime is the window that is
// counted. Cells with all numbers come first, those that are suppressed last:
// GDAL and QGIS take the fields and their types from the first page. Among
// equals pages go by cell. Filters and orders look at what is shown of a cell.
type hotspots struct{ server *Server }

// completeness is the order where none is asked for; no field has such a name.
const completeness = " completeness"

// defaultResolution gives cells about a kilometre wide.
const defaultResolution = 8

func (s *hotspots) page(r *http.Request, q itemsQuery) (page, error) {
	cells, err := s.cells(r, q)
	if err != nil {
		return page{}, err
	}
	if q.sort == nil {
		q.sort = []sortKey{{completeness, false}}
	}
	outlined := q.filter != nil && cql.Names(q.filter, geometryName)
	all := make([]feature, 0, len(cells))
	for i := range cells {
		c := &cells[i]
		f := feature{id: c.Cell.Cell.String(), record: hotCell{c}}
		if outlined {
			f.geometry = cell.Boundary(c.Cell.Cell)
		}
		if q.passes(&f) && within(c.Cell.Cell, q) {
			all = append(all, f)
		}
	}
	p, err := paged(all, q)
	for i := range p.features {
		if c, ok := p.features[i].record.(hotCell); ok {
			p.features[i].geometry = cell.Boundary(c.Cell.Cell)
		}
	}
	return p, err
}

// feature gives a cell by its H3 index, which tells its resolution.
func (s *hotspots) feature(r *http.Request, id string, extra map[string]string) (feature, error) {
	c, err := cell.Parse(id)
	if err != nil || c.String() != id || cell.Resolution(c) < hotspot.MinResolution || cell.Resolution(c) > hotspot.BaseResolution {
		return feature{}, fmt.Errorf("cell %q: %w", id, geo.ErrNotFound)
	}
	extra["resolution"] = strconv.Itoa(cell.Resolution(c))
	cells, err := s.cells(r, itemsQuery{extra: extra})
	if err != nil {
		return feature{}, err
	}
	i := sort.Search(len(cells), func(i int) bool { return cells[i].Cell.Cell >= c })
	if i == len(cells) || cells[i].Cell.Cell != c {
		return feature{}, fmt.Errorf("no report in cell %s: %w", id, geo.ErrNotFound)
	}
	return hotspotFeature(&cells[i]), nil
}

func (s *hotspots) cells(r *http.Request, q itemsQuery) ([]tiles.HotCell, error) {
	question := tiles.HotspotQuery{From: q.datetime.from, To: q.datetime.to, Resolution: defaultResolution}
	list := func(name string) []string {
		if q.extra[name] == "" {
			return nil
		}
		return strings.Split(q.extra[name], ",")
	}
	question.Category, question.Status = list("category"), list("status")
	question.Variable = hotspot.Variable(q.extra["variable"])
	if text, ok := q.extra["resolution"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, invalid([]geo.FieldError{{Pointer: "resolution", Detail: "is no whole number"}})
		}
		question.Resolution = n
	}
	found, err := s.server.c.Hotspots.Hotspots(r.Context(), s.server.viewer(r), question)
	return found.Cells, err
}

func within(c cell.Cell, q itemsQuery) bool {
	if len(q.bounds) == 0 {
		return true
	}
	shape := orb.MultiPolygon{cell.Boundary(c)}
	return slices.ContainsFunc(q.bounds, func(b orb.Bound) bool { return geo.Intersects(shape, b) })
}

func hotspotFeature(c *tiles.HotCell) feature {
	return feature{c.Cell.Cell.String(), cell.Boundary(c.Cell.Cell), hotCell{c}}
}

// hotCell is a cell as a record.
type hotCell struct{ *tiles.HotCell }

func (x hotCell) value(name string) value {
	rate, rated := x.Rate()
	switch name {
	case "h3":
		return text(x.Cell.Cell.String())
	case "count":
		return where(!x.Suppressed, number(float64(x.N)))
	case "suppressed":
		return truth(x.Suppressed)
	case "rate":
		return where(rated, number(rate))
	case "households":
		return where(x.Peopled, number(x.RoundedHouseholds()))
	case "significant":
		return where(x.Compared, truth(x.Stat.Significant))
	case "analysis_h3":
		if !x.Compared {
			return value{}
		}
		return text(x.Stat.Cell.String())
	case "z_score":
		z, _ := x.RoundedStat()
		return where(x.Compared, number(z))
	case "p_value":
		_, p := x.RoundedStat()
		return where(x.Compared, number(p))
	case completeness:
		switch {
		case x.Suppressed:
			return number(2)
		case !rated:
			return number(1)
		}
		return number(0)
	}
	panic("features: no such field of a hot spot: " + name)
}

// where gives the value where there is one, else null.
func where(there bool, v value) value {
	if there {
		return v
	}
	return value{}
}
