package tiles

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
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
	// Zero: To is the end of the day (UTC), From 365 days before To. Who may
	// not read every report gets a window of hotspot.PublicWindow for From,
	// whatever To says.
	From, To   time.Time
	Category   []string // any of these; empty for all
	Status     []string // any of these; empty for all
	Resolution int      // MinResolution to hotspot.BaseResolution
}

// Hotspots is an answer to a HotspotQuery.
type Hotspots struct {
	From, To   time.Time      // the window counted, UTC
	Resolution int            // of the cells
	Cells      []hotspot.Cell // ascending; the caller owns them
}

// Hotspots counts reports by cell as the viewer may see them: cells with less
// than hotspot.MinPublic reports are suppressed but for who may read every
// report. Bad queries are geo.ErrInvalid. Counts may be a few seconds old.
func (s *Server) Hotspots(ctx context.Context, v Viewer, q HotspotQuery) (Hotspots, error) {
	h, level, err := s.hotspots(ctx, v, q)
	if err != nil {
		return Hotspots{}, err
	}
	h.Cells = make([]hotspot.Cell, len(level))
	for i, c := range level {
		h.Cells[i] = c.shown(v)
	}
	return h, nil
}

// hotspots gives the answer without its cells, and the cells with outlines.
func (s *Server) hotspots(ctx context.Context, v Viewer, q HotspotQuery) (Hotspots, []hotCell, error) {
	if err := s.check(q); err != nil {
		return Hotspots{}, nil, err
	}
	f := hotspot.Filter{From: q.From.UTC(), To: q.To.UTC(), Category: inOrder(q.Category), Status: inOrder(q.Status)}
	if v.ReadsEveryReport() {
		if f.To.IsZero() {
			_, f.To = hotspot.PublicWindow(time.Time{}, s.c.Now())
		}
		if f.From.IsZero() {
			f.From = f.To.AddDate(0, 0, -365)
		}
	} else {
		f.From, f.To = hotspot.PublicWindow(f.From, s.c.Now())
	}
	if !f.From.Before(f.To) {
		return Hotspots{}, nil, geo.Invalid("invalid-parameters", "from must lie before to",
			geo.FieldError{Pointer: "from", Detail: "does not lie before to"})
	}
	id := fmt.Sprintf("%d %d %q %q", f.From.UnixNano(), f.To.UnixNano(), f.Category, f.Status)
	cells, err := s.hot.get(id, func() (*hotCells, error) {
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

func (s *Server) check(q HotspotQuery) error {
	var fields []geo.FieldError
	if q.Resolution < MinResolution || q.Resolution > hotspot.BaseResolution {
		fields = append(fields, geo.FieldError{Pointer: "resolution", Detail: fmt.Sprintf("is not within %d to %d", MinResolution, hotspot.BaseResolution)})
	}
	if s.c.Categories != nil {
		fields = append(fields, unknown("category", q.Category, s.c.Categories())...)
	}
	if len(s.c.Statuses) > 0 {
		fields = append(fields, unknown("status", q.Status, s.c.Statuses)...)
	}
	if fields != nil {
		return geo.Invalid("invalid-parameters", "the question about hot spots cannot be taken", fields...)
	}
	return nil
}

func unknown(name string, given, known []string) (out []geo.FieldError) {
	for _, g := range given {
		if !slices.Contains(known, g) {
			out = append(out, geo.FieldError{Pointer: name, Detail: fmt.Sprintf("there is no %s %.40q", name, g)})
		}
	}
	return out
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
	k := hotspot.MinPublic
	if v.ReadsEveryReport() {
		k = 1
	}
	return hotspot.Suppress([]hotspot.Count{{Cell: c.cell, N: c.n}}, k)[0]
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
	values, err := query(r, "from", "to", "category", "status")
	if err != nil {
		return err
	}
	q := HotspotQuery{
		Category:   listParam(values.Get("category")),
		Status:     listParam(values.Get("status")),
		Resolution: resolutionAt(int(t.Z)),
	}
	if q.From, err = timeParam(values, "from"); err != nil {
		return err
	}
	if q.To, err = timeParam(values, "to"); err != nil {
		return err
	}
	v := s.c.Viewer(r)
	_, cells, err := s.hotspots(r.Context(), v, q)
	if err != nil {
		return err
	}
	data, err := encode(l.name, hotspotFeatures(cells, v, t))
	if err != nil {
		return err
	}
	f, err := finish(data)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	caching := revalidate
	if v.ReadsEveryReport() {
		caching = ownOnly
	}
	write(w, r, f, caching)
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

// listParam reads texts separated by commas; none in an empty text.
func listParam(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
