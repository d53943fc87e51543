package features

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// keepAreaSets is how many snapshots keep the GeoJSON of their shapes: the one
// in force and a few that somebody looks back at, or plans.
const keepAreaSets = 3

// areaSets keeps those of the snapshots used last. The zero value is ready.
//
// A shape costs as much memory as its GeoJSON has bytes, some 26 a vertex, and
// costs it once in all snapshots that have it alike; shapes that nobody asked
// for cost a pointer.
type areaSets struct {
	mu     sync.Mutex
	recent []*areaSet // the one used last comes last
}

// areaSet has the areas of a snapshot as records.
type areaSet struct {
	snapshot *locate.Snapshot
	kinds    []kindSet // in the order of geo.Kinds
}

type kindSet struct {
	areas []area // by code
	once  sync.Once
	tag   string // see areaSet.tag
}

// of gives the set of a snapshot, with what is known of shapes from those
// before.
func (s *areaSets) of(snapshot *locate.Snapshot) *areaSet {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.recent, func(a *areaSet) bool { return a.snapshot == snapshot })
	var set *areaSet
	if i >= 0 {
		set = s.recent[i]
		s.recent = slices.Delete(s.recent, i, i+1)
	} else {
		set = newAreaSet(snapshot)
		for _, other := range slices.Backward(s.recent) {
			set.take(other)
		}
		if len(s.recent) >= keepAreaSets {
			s.recent = slices.Delete(s.recent, 0, 1)
		}
	}
	s.recent = append(s.recent, set)
	return set
}

func newAreaSet(snapshot *locate.Snapshot) *areaSet {
	set := &areaSet{snapshot: snapshot, kinds: make([]kindSet, len(geo.Kinds()))}
	for _, k := range geo.Kinds() {
		all := snapshot.Index.Areas(k)
		areas := make([]area, len(all))
		for i, a := range all {
			areas[i].Area = a
		}
		set.kinds[k.Index()].areas = areas
	}
	return set
}

// take takes over what another set has of shapes that are the same.
func (s *areaSet) take(other *areaSet) {
	for k := range s.kinds {
		for i := range other.kinds[k].areas {
			theirs := &other.kinds[k].areas[i]
			text := theirs.shape.Load()
			if text == nil {
				continue
			}
			if own, ok := s.area(theirs.Kind, theirs.Code); ok && own.shape.Load() == nil && orb.Equal(own.Shape, theirs.Shape) {
				own.shape.Store(text)
			}
		}
	}
}

// area gives an area by its code.
func (s *areaSet) area(kind geo.Kind, code string) (*area, bool) {
	areas := s.kinds[kind.Index()].areas
	i := sort.Search(len(areas), func(i int) bool { return areas[i].Code >= code })
	if i == len(areas) || areas[i].Code != code {
		return nil, false
	}
	return &areas[i], true
}

// tag names everything that is said of the areas of a kind: the revision's hash
// stands for shapes, names and parents.
func (s *areaSet) tag(kind geo.Kind, fields []field) string {
	k := &s.kinds[kind.Index()]
	k.once.Do(func() {
		e := encoder{system: systems[0], fields: fields}
		h := sha256.New()
		h.Write(binary.BigEndian.AppendUint64(slices.Clone(s.snapshot.Revision.Hash), uint64(s.snapshot.Revision.Number)))
		var b []byte
		for i := range k.areas {
			b = e.appendProperties(b[:0], &k.areas[i])
			h.Write(b)
		}
		k.tag = hex.EncodeToString(h.Sum(nil)[:12])
	})
	return k.tag
}

// area is an area as a record, with its shape as GeoJSON once that was asked
// for.
type area struct {
	*geo.Area
	shape atomic.Pointer[[]byte]
}

// appendShape appends the shape as GeoJSON in the coordinate system of storage,
// which e writes.
func (x *area) appendShape(b []byte, e *encoder) ([]byte, error) {
	if text := x.shape.Load(); text != nil {
		return append(b, *text...), nil
	}
	text, err := e.appendGeometry(nil, x.Shape)
	if err != nil {
		return b, err
	}
	text = slices.Clone(text) // without what it grew by
	x.shape.Store(&text)
	return append(b, text...), nil
}
