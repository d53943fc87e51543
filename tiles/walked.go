package tiles

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
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
	mark  uint64 // the same for the same cells
}

// walked asks where patrols were, at most once in a few seconds for everybody.
// The window is checked.
func (s *Server) walked(ctx context.Context, from, to time.Time, res int) (walk, error) {
	if s.c.Patrols == nil {
		return walk{}, nil
	}
	return s.walks.get(walkedKey{from.UnixMicro(), to.UnixMicro(), res}, func() (walk, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		cells, err := s.c.Patrols.Walked(ctx, from, to, res)
		if err != nil {
			return walk{}, fmt.Errorf("add up where patrols were: %w", err)
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
		return walk{cells, h.Sum64()}, nil
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
