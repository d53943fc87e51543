package redraw

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Config says what plans of a district may do.
type Config struct {
	// Locked are the kinds whose lines nobody may move; nil stands for the
	// statutory ones, an empty list for none.
	Locked []geo.Kind
	// Taken are codes that areas of other revisions had: no area gets them again,
	// but one whose id Taken names.
	Taken map[geo.Ref]geo.ID
	// Homes say where the households live; nil stands for NewHomes of the areas,
	// an empty list for nowhere, which leaves numbers of households as they are.
	Homes []Home
}

// State is all areas of a revision or draft with their corners as shared nodes.
// It never changes and shares with the states it was made from all that is the
// same. Safe for concurrent use.
type State struct {
	base  *base
	plots table
	nodes *nodes                             // node → slots of the areas that use it, of an older state
	uses  overlay[geo.LatticePoint, []int32] // of the nodes that are others' since
	refs  overlay[geo.Ref, int32]            // area → slot, -1 where gone; above base.refs
	sum   [4]uint64                          // of the digests of all plots, modulo 2^256
	came  [6]bool                            // by Kind.Index: areas of the kind came in by an Import
}

// base is what all states made from one revision share.
type base struct {
	refs   map[geo.Ref]int32
	ids    []geo.ID // by slot
	locked [8]bool  // by Kind.Index
	taken  map[geo.Ref]geo.ID
	homes  func() crowd
	known  [8]known // by Kind.Index
	first  *State   // that New made
	sums   layerSums
}

// New makes the state of the areas of a revision. Their shapes are as
// geo.NormalizeShape gives them; kind and code are unique. The areas stay the
// caller's and must not change any more. An area of no known kind, a shape with
// a ring too short, or a second area of a code is geo.ErrInvalid.
func New(areas []geo.Area, cfg Config) (*State, error) {
	b := &base{refs: make(map[geo.Ref]int32, len(areas)), taken: cfg.Taken}
	locked := cfg.Locked
	if locked == nil {
		locked = []geo.Kind{geo.District, geo.Township, geo.Village}
	}
	for _, k := range locked {
		if k.Index() < 0 {
			return nil, fmt.Errorf("locked kind %q: %w", k, geo.ErrInvalid)
		}
		b.locked[k.Index()] = true
	}
	plots := make([]*plot, len(areas))
	s := &State{base: b, uses: newOverlay[geo.LatticePoint, []int32](), refs: newOverlay[geo.Ref, int32]()}
	for i := range areas {
		a := &areas[i]
		if _, ok := b.refs[a.Ref()]; ok || a.Kind.Index() < 0 {
			return nil, fmt.Errorf("area %s: twice or of no kind: %w", a.Ref(), geo.ErrInvalid)
		}
		for _, polygon := range a.Shape {
			for _, points := range polygon {
				if len(points) < 4 || points[0] != points[len(points)-1] {
					return nil, fmt.Errorf("area %s: a ring is not closed or too short: %w", a.Ref(), geo.ErrInvalid)
				}
			}
		}
		b.refs[a.Ref()] = int32(i)
		b.ids = append(b.ids, a.ID)
		plots[i] = newPlot(*a, readOutline(a.Shape), true)
		plots[i].digest = digest(a)
		s.add(plots[i])
	}
	homes := slices.Clone(crowd(cfg.Homes))
	b.homes = sync.OnceValue(func() crowd { // whoever only imports needs none
		if homes == nil {
			homes = settle(plots)
		}
		homes.sort()
		return homes
	})
	b.known = knownOf(plots)
	s.plots = newTable(plots)
	s.nodes = &nodes{plots: s.plots}
	b.first = s
	return s, nil
}

// users gives the slots of the areas that have q as a corner, in order, each
// once. The slice is not to be changed.
func (s *State) users(q geo.LatticePoint) []int32 {
	if slots, ok := s.uses.get(q); ok {
		return slots
	}
	return s.nodes.users(q)
}

// edgeUsers gives the slots of the areas on the left of the edge and on its
// right. An area is there as often as it has the edge, which is once if it is sound.
func (s *State) edgeUsers(e edge) (left, right []int32) {
	for _, slot := range s.users(e.a) {
		s.plots.at(slot).lines.edges(func(f edge) bool {
			if f == e {
				left = append(left, slot)
			} else if f.b == e.a && f.a == e.b {
				right = append(right, slot)
			}
			return true
		})
	}
	return left, right
}

// slot finds an area.
func (s *State) slot(ref geo.Ref) (int32, bool) {
	if i, ok := s.refs.get(ref); ok {
		return i, i >= 0
	}
	i, ok := s.base.refs[ref]
	return i, ok
}

// add counts a plot into the sum of digests, drop counts it out.
func (s *State) add(p *plot)  { s.count(p, bits.Add64) }
func (s *State) drop(p *plot) { s.count(p, bits.Sub64) }

func (s *State) count(p *plot, step func(x, y, carry uint64) (uint64, uint64)) {
	var carry uint64
	for i := range s.sum {
		var word uint64
		for _, b := range p.digest[8*i : 8*i+8] {
			word = word<<8 | uint64(b)
		}
		s.sum[i], carry = step(s.sum[i], word, carry)
	}
}

// ETag names the state: two states with the same areas have the same one,
// whatever led to them. It is the sum of the areas' SHA-256 in hexadecimal: a
// version mark, no proof against someone who makes up areas to match.
func (s *State) ETag() string {
	var out []byte
	for _, word := range s.sum {
		for k := 56; k >= 0; k -= 8 {
			out = append(out, byte(word>>k))
		}
	}
	return hex.EncodeToString(out)
}

// Area gives an area as the state has it. Its shape must not be changed.
func (s *State) Area(ref geo.Ref) (geo.Area, bool) {
	slot, ok := s.slot(ref)
	if !ok {
		return geo.Area{}, false
	}
	return s.plots.at(slot).area, true
}

// Areas gives all areas by kind, then by code. Shapes are shared with the
// state and must not be changed.
func (s *State) Areas() []geo.Area {
	out := make([]geo.Area, 0, s.plots.n)
	for _, p := range s.each() {
		out = append(out, p.area)
	}
	slices.SortFunc(out, func(a, b geo.Area) int { return compareRefs(a.Ref(), b.Ref()) })
	return out
}

// Homes gives where the households of the base live, by lat, then by lon. The
// slice must not be changed.
func (s *State) Homes() []Home { return s.base.homes() }

// Locked gives the kinds whose lines nobody may move, as geo.Kinds has them. The
// caller owns the slice.
func (s *State) Locked() []geo.Kind {
	out := []geo.Kind{}
	for _, k := range geo.Kinds() {
		if s.base.locked[k.Index()] {
			out = append(out, k)
		}
	}
	return out
}

// each gives the slots and plots of all areas.
func (s *State) each() func(yield func(int32, *plot) bool) { return s.plots.each() }

// Imported gives the kinds of which areas came in by an Import since the revision,
// as geo.Kinds has them. The caller owns the slice.
func (s *State) Imported() (out []geo.Kind) {
	for _, k := range geo.Kinds() {
		if s.came[k.Index()] {
			out = append(out, k)
		}
	}
	return out
}

// Users gives the areas that have the place as a corner, by kind, then by code.
func (s *State) Users(q geo.LatticePoint) []geo.Ref {
	return s.names(s.users(q))
}

// EdgeUsers gives the areas that lie along the side between two corners: those
// left of the way from a to b, and those right of it.
func (s *State) EdgeUsers(a, b geo.LatticePoint) (left, right []geo.Ref) {
	l, r := s.edgeUsers(edge{a, b})
	return s.names(l), s.names(r)
}

func (s *State) names(slots []int32) []geo.Ref {
	var refs []geo.Ref
	for _, slot := range slots {
		refs = append(refs, s.plots.at(slot).area.Ref())
	}
	slices.SortFunc(refs, compareRefs)
	return refs
}

func compareRefs(a, b geo.Ref) int {
	return cmp.Or(cmp.Compare(a.Kind.Index(), b.Kind.Index()), cmp.Compare(a.Code, b.Code))
}

// lockedUser gives the first area of a locked kind among the slots.
func (s *State) lockedUser(slots []int32) (*plot, bool) {
	for _, slot := range slots {
		if p := s.plots.at(slot); s.base.locked[p.area.Kind.Index()] {
			return p, true
		}
	}
	return nil, false
}
