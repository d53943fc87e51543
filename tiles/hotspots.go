package tiles

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// MinResolution is the coarsest resolution hot spots come in; the finest is
// hotspot.BaseResolution.
const MinResolution = 4

// HotspotQuery asks for hot spots.
type HotspotQuery struct {
	// From (included) and To (excluded) bound the time a report was accepted.
	// Zero: To is the end of the day, From 365 days before To. Who may not read
	// every report gets a window of hotspot.PublicWindow.
	From, To   time.Time
	Category   []string // any of these; empty for all
	Status     []string // any of these; empty for all
	Overdue    bool     // only what is overdue; geo.ErrForbidden for who may not read every report
	Resolution int      // MinResolution to hotspot.BaseResolution
}

// Hotspots is an answer to a HotspotQuery.
type Hotspots struct {
	From, To   time.Time      // the window counted, UTC
	Resolution int            // of the cells
	Total      *int           // reports in all cells; nil where suppressed
	Cells      []hotspot.Cell // ascending; the caller owns them
}

// Hotspots counts reports by cell as the viewer may see them: cells with less
// than hotspot.MinPublic reports are suppressed but for who may read every
// report, and so is a small total. Bad queries are geo.ErrInvalid. Counts may
// be a few seconds old.
func (s *Server) Hotspots(ctx context.Context, v Viewer, q HotspotQuery) (Hotspots, error) {
	h, level, err := s.hotspots(ctx, v, q)
	if err != nil {
		return Hotspots{}, err
	}
	h.Cells = make([]hotspot.Cell, len(level))
	total := 0
	for i, c := range level {
		h.Cells[i] = c.shown(v)
		total += c.n
	}
	h.Total = hotspot.Shown(total, smallest(v))
	return h, nil
}

// hotspots gives the answer without its cells, and the cells with outlines.
func (s *Server) hotspots(ctx context.Context, v Viewer, q HotspotQuery) (Hotspots, []hotCell, error) {
	f, err := s.filter(v, q)
	if err != nil {
		return Hotspots{}, nil, err
	}
	if v.ReadsEveryReport() {
		if f.To.IsZero() {
			f.To = hotspot.Tomorrow(s.c.Now()).UTC()
		}
		if f.From.IsZero() {
			f.From = f.To.AddDate(0, 0, -365)
		}
	} else {
		f.From, f.To = hotspot.PublicWindow(f.From, f.To, s.c.Now())
	}
	if !f.From.Before(f.To) {
		return Hotspots{}, nil, geo.Invalid("invalid-parameters", "from must lie before to",
			geo.FieldError{Pointer: "from", Detail: "does not lie before to"})
	}
	cells, err := s.hot.get(filterID(f), func() (*hotCells, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		counts, err := s.c.Counts.CellCounts(ctx, f)
		return &hotCells{counts: counts}, err
	})
	if err != nil {
		return Hotspots{}, nil, err
	}
	level, err := cells.at(q.Resolution)
	if err != nil {
		return Hotspots{}, nil, err
	}
	return Hotspots{From: f.From, To: f.To, Resolution: q.Resolution}, level, nil
}

// filter checks the query and gives what the store is asked: texts in order,
// times as they are, private categories at their coarse places for who may not
// read every report.
func (s *Server) filter(v Viewer, q HotspotQuery) (hotspot.Filter, error) {
	var fields []geo.FieldError
	if q.Resolution < MinResolution || q.Resolution > hotspot.BaseResolution {
		fields = append(fields, geo.FieldError{Pointer: "resolution", Detail: fmt.Sprintf("is not within %d to %d", MinResolution, hotspot.BaseResolution)})
	}
	if fields = append(fields, s.unknown(q.Category, q.Status)...); fields != nil {
		return hotspot.Filter{}, geo.Invalid("invalid-parameters", "the question about hot spots cannot be taken", fields...)
	}
	f := hotspot.Filter{From: q.From.UTC(), To: q.To.UTC(), Category: inOrder(q.Category), Status: inOrder(q.Status)}
	if q.Overdue {
		if !v.ReadsEveryReport() {
			return hotspot.Filter{}, forbidden("what is overdue is for who may read every report")
		}
		f.Overdue, f.Now = true, s.c.Now()
	}
	if !v.ReadsEveryReport() && s.c.Private != nil {
		f.Coarse = inOrder(s.c.Private())
	}
	return f, nil
}

// filterID names a filter: equal ones have equal names. Its Now and Bound are
// left out, which here no two differ by.
func filterID(f hotspot.Filter) string {
	return fmt.Sprintf("%d %d %q %q %t %q", f.From.UnixNano(), f.To.UnixNano(), f.Category, f.Status, f.Overdue, f.Coarse)
}

// unknown gives the faults of a filter's texts.
func (s *Server) unknown(category, status []string) (out []geo.FieldError) {
	among := func(name string, given, known []string) {
		for _, g := range given {
			if !slices.Contains(known, g) {
				out = append(out, geo.FieldError{Pointer: name, Detail: fmt.Sprintf("there is no %s %.40q", name, g)})
			}
		}
	}
	if s.c.Categories != nil {
		among("category", category, s.c.Categories())
	}
	if len(s.c.Statuses) > 0 {
		among("status", status, s.c.Statuses)
	}
	return out
}

func forbidden(detail string) error {
	return &geo.Problem{Kind: geo.ErrForbidden, Code: "forbidden", Detail: detail}
}

// inOrder gives the texts sorted, each once, so that equal questions are
// known as equal.
func inOrder(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(texts)))
}

// hotCells is one answer of the store, rolled up a resolution at a time when
// it is first asked for.
type hotCells struct {
	counts []hotspot.Count
	levels [hotspot.BaseResolution + 1]struct {
		once  sync.Once
		cells []hotCell
		err   error
	}
}

type hotCell struct {
	cell    cell.Cell
	n       int
	outline orb.Polygon // lon/lat in degrees
	bound   orb.Bound
}

// at gives the cells of a resolution within 0 to BaseResolution, ascending.
func (h *hotCells) at(res int) ([]hotCell, error) {
	l := &h.levels[res]
	l.once.Do(func() {
		counts, err := hotspot.RollUp(h.counts, res)
		if err != nil {
			l.err = fmt.Errorf("roll up counts: %w", err)
			return
		}
		l.cells = make([]hotCell, len(counts))
		for i, c := range counts {
			outline := cell.Boundary(c.Cell)
			l.cells[i] = hotCell{c.Cell, c.N, outline, outline.Bound()}
		}
	})
	return l.cells, l.err
}

// shown gives the cell as the viewer may see it.
func (c *hotCell) shown(v Viewer) hotspot.Cell {
	return hotspot.Suppress([]hotspot.Count{{Cell: c.cell, N: c.n}}, smallest(v))[0]
}

// smallest is the smallest count that the viewer may see.
func smallest(v Viewer) int {
	if v.ReadsEveryReport() {
		return 1
	}
	return hotspot.MinPublic
}

// resolutionAt is the resolution of hot spots by zoom: cells some 20 to 50
// pixels wide.
func resolutionAt(zoom int) int {
	switch {
	case zoom <= 6:
		return 5
	case zoom <= 8:
		return 6
	case zoom <= 10:
		return 7
	case zoom == 11:
		return 8
	case zoom <= 13:
		return 9
	}
	return hotspot.BaseResolution
}

// hotspotTile answers with the hot spots that the sender may see.
func (s *Server) hotspotTile(w http.ResponseWriter, r *http.Request, l *layer, t maptile.Tile) error {
	q, err := filterParams(r)
	if err != nil {
		return err
	}
	q.Resolution = resolutionAt(int(t.Z))
	v := s.c.Viewer(r)
	_, cells, err := s.hotspots(r.Context(), v, q)
	if err != nil {
		return err
	}
	data, err := encode(l.name, hotspotFeatures(cells, v, t))
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	caching := revalidate
	if v.ReadsEveryReport() {
		caching = ownOnly
	}
	write(w, r, finish(data), caching)
	return nil
}

func hotspotFeatures(cells []hotCell, v Viewer, t maptile.Tile) []feature {
	snap := newSnapper(t)
	bound := reach(t)
	var out []feature
	for i := range cells {
		c := &cells[i]
		if !c.bound.Intersects(bound) {
			continue
		}
		g := polygonal(snap.polygons(projectPolygons(orb.MultiPolygon{c.outline})))
		if g == nil {
			continue
		}
		name := c.cell.String()
		out = append(out, feature{featureID(name), g, hotspotProperties(c.shown(v))})
	}
	return out
}

func hotspotProperties(c hotspot.Cell) map[string]any {
	out := map[string]any{"h3": c.Cell.String(), "suppressed": c.Suppressed}
	if !c.Suppressed {
		out["count"] = c.N
	}
	return out
}
