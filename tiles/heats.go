package tiles

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// heatKey names a question about the whole district.
type heatKey struct {
	version  uint64 // of the columns
	district *hotspot.District
	public   bool
	filter   string
	hours    uint64 // of patrols, by what they are; 0 where nobody asked
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
	h, _, _ := s.flights.Do(fmt.Sprintf("%d %p %t %s %d", k.version, k.district, k.public, k.filter, k.hours), func() (any, error) {
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

// put keeps a heat, and lets go of those of older columns and of other
// boundaries, whose cells take megabytes, and, where there are too many, of the
// one asked longest ago.
func (s *heats) put(k heatKey, h *heat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.order = slices.DeleteFunc(s.order, func(old heatKey) bool {
		gone := old.version < k.version || old.district != k.district || old == k
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
