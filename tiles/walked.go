package tiles

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// Patrols knows where patrols have been.
type Patrols interface {
	// Walked gives what patrols of the whole district did by cell of a resolution,
	// hotspot.MinResolution to hotspot.BaseResolution, from from (included) to to (excluded), ascending by cell.
	Walked(ctx context.Context, from, to time.Time, res int) ([]hotspot.Walked, error)
	// TrackRetention gives until when what is left of tracks is coarse, and until
	// when there is none left; zero where that is so of none.
	TrackRetention(ctx context.Context) (coarse, erased time.Time, err error)
}

// maxWalkedDays is how long a time coverage and patrol hours are added up over.
const maxWalkedDays = 366

// walkedKey names an answer of Patrols. Moments are µs since 1970.
type walkedKey struct {
	from, to int64
	res      int
}

// walk is what patrols did, of the whole district.
type walk struct {
	cells []hotspot.Walked
	mark  uint64    // the same for the same cells
	since time.Time // of what came before, nothing is known any more; zero: all is

	once     sync.Once
	hexagons []hexagon // of the cells, see drawn
}

// drawn gives the outlines of the cells, made when first asked for.
func (w *walk) drawn() []hexagon {
	w.once.Do(func() {
		w.hexagons = make([]hexagon, len(w.cells))
		for i := range w.cells {
			w.hexagons[i] = newHexagon(w.cells[i].Cell)
		}
	})
	return w.hexagons
}

// lastWalks keeps what was known of each window when it was asked for last: where
// nothing has changed since, nothing is drawn again. Safe for concurrent use.
type lastWalks struct {
	mu    sync.Mutex
	byKey map[walkedKey]*walk
}

// same gives the walk that is kept where it is the same as the new one, which is kept
// from now on else.
func (l *lastWalks) same(k walkedKey, w *walk) *walk {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.byKey[k]; old != nil && old.mark == w.mark && len(old.cells) == len(w.cells) && old.since.Equal(w.since) {
		return old
	}
	if l.byKey == nil || len(l.byKey) >= keepWalks {
		l.byKey = map[walkedKey]*walk{}
	}
	l.byKey[k] = w
	return w
}

// keepWalks is how many windows of patrols are kept.
const keepWalks = 16

// walked asks where patrols were, at most once in a few seconds for everybody.
// The window is checked.
func (s *Server) walked(ctx context.Context, from, to time.Time, res int) (*walk, error) {
	if s.c.Patrols == nil {
		return &walk{}, nil
	}
	k := walkedKey{from.UnixMicro(), to.UnixMicro(), res}
	return s.walks.get(k, func() (*walk, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		cells, err := s.c.Patrols.Walked(ctx, from, to, res)
		if err != nil {
			return nil, fmt.Errorf("add up where patrols were: %w", err)
		}
		_, erased, err := s.c.Patrols.TrackRetention(ctx)
		if err != nil {
			return nil, fmt.Errorf("add up where patrols were: %w", err)
		}
		if !from.Before(erased) {
			erased = time.Time{}
		}
		h := fnv.New64a()
		var b [32]byte
		for _, c := range cells {
			binary.LittleEndian.PutUint64(b[:], uint64(c.Cell))
			binary.LittleEndian.PutUint64(b[8:], math.Float64bits(c.Seconds))
			binary.LittleEndian.PutUint64(b[16:], uint64(c.Visits))
			binary.LittleEndian.PutUint64(b[24:], uint64(c.Last.UnixMicro()))
			_, _ = h.Write(b[:]) // a hash takes everything
		}
		return s.lastWalks.same(k, &walk{cells: cells, mark: h.Sum64(), since: erased}), nil
	})
}

// walkedWindow refuses a window that is too long to be added up.
func walkedWindow(from, to time.Time) error {
	if to.Sub(from) > maxWalkedDays*24*time.Hour {
		return geo.Invalid("invalid-parameters", fmt.Sprintf("patrols are added up over at most %d days", maxWalkedDays),
			geo.FieldError{Pointer: "from", Detail: fmt.Sprintf("lies more than %d days before to", maxWalkedDays)})
	}
	return nil
}

// mayLook reports whether the middle of a cell lies where the viewer may look.
func (s *Server) mayLook(v Viewer, c cell.Cell) bool {
	if v.OwnAreas() == "" {
		return true
	}
	p, err := cell.Center(c)
	if err != nil {
		return false
	}
	m, _ := s.c.Boundaries.Current().Index.Locate(p)
	var ids []geo.ID
	for _, k := range geo.Kinds() {
		if a := m.Area(k); a != nil {
			ids = append(ids, a.ID)
		}
	}
	return v.Covers(ids)
}

// weighed is the patrol hours that reports are held against.
type weighed struct {
	hours *hotspot.Hours // nil where nobody asked
	mark  uint64         // another for other hours, 0 where nobody asked
	since time.Time      // see walk
}

// hours gives the patrol hours of a window, in cells whose middle lies where the viewer
// may look.
func (s *Server) hours(ctx context.Context, v Viewer, f hotspot.Filter) (weighed, error) {
	if err := walkedWindow(f.From, f.To); err != nil {
		return weighed{}, err
	}
	walk, err := s.walked(ctx, f.From, f.To, hotspot.BaseResolution)
	if err != nil {
		return weighed{}, err
	}
	cells := walk.cells
	if v.OwnAreas() != "" {
		cells = slices.DeleteFunc(slices.Clone(cells), func(w hotspot.Walked) bool { return !s.mayLook(v, w.Cell) })
	}
	hours, err := hotspot.HoursOf(cells)
	if err != nil {
		return weighed{}, fmt.Errorf("patrol hours: %w", err)
	}
	return weighed{hours, walk.mark | 1, walk.since}, nil
}
