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
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// hotspots is the source of counts by H3 cell; datetime is the window that is
// counted. Cells with all numbers come first, those that are suppressed last:
// GDAL and QGIS take the fields and their types from the first page. Among
// equals pages go by cell.
type hotspots struct{ server *Server }

// place tells where a cell comes among all, and is the cursor of a page that
// ends with it.
func place(c *tiles.HotCell) string {
	rank := "0"
	if _, rated := c.Rate(); c.Suppressed {
		rank = "2"
	} else if !rated {
		rank = "1"
	}
	return rank + c.Cell.Cell.String()
}

// defaultResolution gives cells about a kilometre wide.
const defaultResolution = 8

func (s *hotspots) page(r *http.Request, q itemsQuery) (page, error) {
	cells, err := s.cells(r, q)
	if err != nil {
		return page{}, err
	}
	type placed struct {
		place string
		cell  *tiles.HotCell
	}
	var all []placed
	for i := range cells {
		c := &cells[i]
		name, ok := q.equal["h3"]
		if (!ok || c.Cell.Cell.String() == name) && within(c.Cell.Cell, q) {
			all = append(all, placed{place(c), c})
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return strings.Compare(a.place, b.place) })
	p := page{matched: len(all)}
	rest := all
	if q.cursor != "" {
		rest = all[sort.Search(len(all), func(i int) bool { return all[i].place > q.cursor }):]
	}
	if len(rest) > q.limit {
		rest = rest[:q.limit]
		p.next = rest[len(rest)-1].place
	}
	p.features = make([]feature, len(rest))
	for i := range rest {
		p.features[i] = hotspotFeature(rest[i].cell)
	}
	return p, nil
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
	values := c.Properties()
	if c.Suppressed {
		values["count"] = nil
	}
	return feature{c.Cell.Cell.String(), cell.Boundary(c.Cell.Cell), properties(values)}
}
