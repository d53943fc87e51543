package tiles

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// heat is what the tiles and documents of one question share: how many reports
// are in which cell, and what the statistics say of it.
type heat struct {
	serial   uint64           // another for every heat
	columns  *hotspot.Columns // that were counted; nil where only the viewer's own areas are
	tally    *hotspot.Tally
	gallery  *gallery
	district *hotspot.District // nil there too, and where none can be made
	least    int               // the smallest count that is shown
	version  uint64            // of the columns when own areas were counted
	weighed
	counts  comparison
	rates   comparison
	perHour comparison
}

// comparison is the statistics of one variable, made when first asked for.
type comparison struct {
	once     sync.Once
	analysis *hotspot.Analysis // nil where there is none
	coarse   [hotspot.AnalysisResolution]struct {
		once  sync.Once
		cells []HotCell // by number, with nothing but statistics
	}
}

// compared gives the statistics of a variable, of counts where none is named.
func (h *heat) compared(of hotspot.Variable) *comparison {
	c := &h.rates
	switch of {
	case hotspot.OfRates:
	case hotspot.OfPatrolHours:
		c = &h.perHour
	default:
		c, of = &h.counts, hotspot.OfCounts
	}
	c.once.Do(func() {
		if h.district == nil {
			return
		}
		shown := hotspot.Suppress(h.tally.Counts(hotspot.AnalysisResolution), h.least)
		if of == hotspot.OfPatrolHours {
			c.analysis = h.district.AnalyseShownHours(shown, h.hours)
			return
		}
		c.analysis = h.district.AnalyseShown(shown, of)
	})
	return c
}

// cell gives a cell as it is shown, by its number, without its households.
func (h *heat) cell(c *comparison, res int, number int32) (out HotCell) {
	at, n := h.tally.Cells(res)[number], int(h.tally.Numbers(res)[number])
	if out.Cell.Cell = at; n >= h.least {
		out.N = n
	} else {
		out.Suppressed = true
	}
	if res >= hotspot.AnalysisResolution {
		out.Stat, out.Compared = c.analysis.At(at)
		return out
	}
	// A coarse cell's statistics are those of one among many.
	level := &c.coarse[res]
	level.once.Do(func() {
		cells := h.tally.Cells(res)
		level.cells = make([]HotCell, len(cells))
		for i, at := range cells[1:] {
			known := &level.cells[i+1]
			known.Stat, known.Compared = c.analysis.At(at)
		}
	})
	out.Stat, out.Compared = level.cells[number].Stat, level.cells[number].Compared
	return out
}

// walk adds what is known of patrols in the cell, where somebody asked.
func (h *heat) walk(c *HotCell) {
	if h.hours == nil {
		return
	}
	c.Hours, c.Walked = h.hours.In(c.Cell.Cell), true
	if h.district != nil {
		c.Watched, c.Weighed = hotspot.Watched(h.compared(hotspot.OfRates).analysis, h.compared(hotspot.OfPatrolHours).analysis, c.Cell.Cell), true
	}
}

// cells gives all cells of a resolution with reports, ascending.
func (h *heat) cells(of hotspot.Variable, res int) []HotCell {
	c := h.compared(of)
	out := make([]HotCell, 0, len(h.tally.Cells(res)))
	for _, number := range h.tally.Order(res) {
		if h.tally.Numbers(res)[number] > 0 {
			at := h.cell(c, res, number)
			if h.district != nil {
				at.Households, at.Peopled = h.district.Households(at.Cell.Cell)
			}
			h.walk(&at)
			out = append(out, at)
		}
	}
	return out
}

// least is the smallest count that the viewer is shown.
func least(v Viewer) int {
	if v.ReadsReports() {
		return 1
	}
	return hotspot.MinPublic
}

// ownAtOnce is how long counts of own areas are kept though reports change: the
// store is not asked for every tile while many come.
const ownAtOnce = 300 * time.Millisecond

// heat answers a question that has been checked; with the patrol hours of its time
// where they are wanted.
func (s *Server) heat(ctx context.Context, v Viewer, f hotspot.Filter, walked bool) (*heat, error) {
	var against weighed
	if walked {
		var err error
		if against, err = s.hours(ctx, v, f); err != nil {
			return nil, err
		}
	}
	if areas := v.OwnAreas(); areas != "" {
		// Columns say that something has happened to reports, of whatever areas.
		version := s.c.Counts.Current().Version()
		good := func(h *heat, age time.Duration) bool { return h.version == version || age < ownAtOnce }
		return s.ownHeat.getWhile(fmt.Sprintf("%s %d %s %d", areas, least(v), filterID(f), against.mark), good, func() (*heat, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
			defer cancel()
			counts, err := v.CellCounts(ctx, f)
			if err != nil {
				return nil, fmt.Errorf("count reports of own areas: %w", err)
			}
			tally, err := hotspot.TallyOf(counts)
			if err != nil {
				return nil, fmt.Errorf("count reports of own areas: %w", err)
			}
			return &heat{serial: s.heats.serial.Add(1), version: version, tally: tally, gallery: &gallery{book: tally.Book()}, least: least(v), weighed: against}, nil
		})
	}
	columns, public := s.c.Counts.Current(), !v.ReadsReports()
	district := s.districts.of(s.c.Boundaries.Current())
	return s.heats.get(heatKey{columns.Version(), district, public, filterID(f), against.mark}, func() *heat {
		tally := columns.Tally(f, public)
		return &heat{serial: s.heats.serial.Add(1), columns: columns, tally: tally, gallery: s.galleries.of(tally.Book()), district: district, least: least(v), weighed: against}
	}), nil
}
