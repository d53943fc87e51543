package tiles

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
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
	counts   comparison
	rates    comparison
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
	if of != hotspot.OfRates {
		c, of = &h.counts, hotspot.OfCounts
	}
	c.once.Do(func() {
		if h.district != nil {
			shown := hotspot.Suppress(h.tally.Counts(hotspot.AnalysisResolution), h.least)
			c.analysis = h.district.AnalyseShown(shown, of)
		}
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

// heat answers a question that has been checked.
func (s *Server) heat(ctx context.Context, v Viewer, f hotspot.Filter) (*heat, error) {
	if areas := v.OwnAreas(); areas != "" {
		return s.ownHeat.get(fmt.Sprintf("%s %d %s", areas, least(v), filterID(f)), func() (*heat, error) {
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
			return &heat{serial: s.heats.serial.Add(1), tally: tally, gallery: &gallery{book: tally.Book()}, least: least(v)}, nil
		})
	}
	columns, public := s.c.Counts.Current(), !v.ReadsReports()
	district := s.districts.of(s.c.Boundaries.Current())
	return s.heats.get(heatKey{columns.Version(), district, public, filterID(f)}, func() *heat {
		tally := columns.Tally(f, public)
		return &heat{serial: s.heats.serial.Add(1), columns: columns, tally: tally, gallery: s.galleries.of(tally.Book()), district: district, least: least(v)}
	}), nil
}

// heatKey names a question about the whole district.
type heatKey struct {
	version  uint64 // of the columns
	district *hotspot.District
	public   bool
	filter   string
}

// keepHeats is how many questions are kept: at a million reports one takes up
// to a megabyte.
const keepHeats = 32

// heats keeps what was asked last. Safe for concurrent use.
type heats struct {
	serial  atomic.Uint64
	flights singleflight.Group
	mu      sync.Mutex
	byKey   map[heatKey]*heat
	order   []heatKey // the one asked last comes last
}

// get gives what is kept, or what make gives; of callers at the same time one
// makes it for all.
func (s *heats) get(k heatKey, make func() *heat) *heat {
	if h := s.lookup(k); h != nil {
		return h
	}
	h, _, _ := s.flights.Do(fmt.Sprintf("%d %p %t %s", k.version, k.district, k.public, k.filter), func() (any, error) {
		if h := s.lookup(k); h != nil {
			return h, nil // made since
		}
		h := make()
		s.put(k, h)
		return h, nil
	})
	return h.(*heat)
}

func (s *heats) lookup(k heatKey) *heat {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.byKey[k]
	if ok {
		s.order = append(slices.DeleteFunc(s.order, func(o heatKey) bool { return o == k }), k)
	}
	return h
}

// put keeps a heat, and lets go of those of older columns and, where there are
// too many, of the one asked longest ago.
func (s *heats) put(k heatKey, h *heat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = slices.DeleteFunc(s.order, func(old heatKey) bool {
		gone := old.version < k.version || old == k
		if gone {
			delete(s.byKey, old)
		}
		return gone
	})
	if len(s.order) >= keepHeats {
		delete(s.byKey, s.order[0])
		s.order = s.order[1:]
	}
	if s.byKey == nil {
		s.byKey = map[heatKey]*heat{}
	}
	s.byKey[k] = h
	s.order = append(s.order, k)
}

// districts keeps the district of the boundaries in force. The zero value is
// ready.
type districts struct {
	making sync.Mutex
	made   atomic.Pointer[madeDistrict]
}

type madeDistrict struct {
	snapshot *locate.Snapshot
	district *hotspot.District // nil where none can be made: there are then no statistics
}

// of gives the district of a snapshot. Making one takes a while: whoever asks
// meanwhile gets that of the boundaries before, if there was any.
func (d *districts) of(snapshot *locate.Snapshot) *hotspot.District {
	made := d.made.Load()
	if made != nil && made.snapshot == snapshot {
		return made.district
	}
	if made == nil {
		d.making.Lock()
	} else if !d.making.TryLock() {
		return made.district
	}
	defer d.making.Unlock()
	if made = d.made.Load(); made != nil && made.snapshot == snapshot {
		return made.district // made since
	}
	var areas []geo.Area
	for _, k := range geo.Kinds() {
		for _, a := range snapshot.Index.Areas(k) {
			areas = append(areas, *a)
		}
	}
	district, err := hotspot.NewDistrict(areas)
	if err != nil {
		district = nil // boundaries that H3 cells cannot cover are none to compare
	}
	d.made.Store(&madeDistrict{snapshot, district})
	return district
}

// warmStretch is how many cells are drawn ahead at once: requests for hot
// spots wait meanwhile.
const warmStretch = 2048

// warmHeat draws all cells that have reports ahead of requests, as long as it
// is to go on.
func (s *Server) warmHeat(snapshot *locate.Snapshot, goOn func() bool) {
	tally := s.c.Counts.Current().Tally(hotspot.Filter{}, true)
	gallery, district := s.galleries.of(tally.Book()), s.districts.of(snapshot)
	for zoom := minHotZoom; zoom <= maxHotZoom; zoom++ {
		res := resolutionAt(zoom)
		cells := tally.Cells(res)
		for n := min(warmStretch, len(cells)); goOn(); n = min(n+warmStretch, len(cells)) {
			_, _, done := gallery.hang(res, cells[:n], district)
			done()
			if n == len(cells) {
				break
			}
		}
	}
}
