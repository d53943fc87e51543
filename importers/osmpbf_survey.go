package importers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// prepare finds the nodes that the ways need.
func (s *osmSource) prepare(ctx context.Context) error {
	late, err := s.survey(ctx)
	if err != nil {
		return err
	}
	if late { // nodes after ways: which ways touch is known only now
		s.outsideRefs = nil
		for i := range s.data {
			span := &s.data[i]
			if !span.ways {
				continue
			}
			err := s.read(ctx, span.blob, func(b *osmBlock) error {
				_, err := s.markWays(b, span, true)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	slices.Sort(s.outsideRefs)
	s.outsideRefs = slices.Compact(s.outsideRefs)
	if err := s.findOutside(ctx); err != nil {
		return err
	}
	s.outsideRefs, s.prepared = nil, true
	return nil
}

// read gives a block to do.
func (s *osmSource) read(ctx context.Context, blob osmBlob, do func(*osmBlock) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	content, err := s.blobs.read(blob)
	if err != nil {
		return err
	}
	if err = s.block.parse(content); err == nil {
		err = do(&s.block)
	}
	// Going through it for the first time takes the longest.
	if s.done = max(s.done, blob.next); s.o.Progress != nil {
		s.o.Progress(s.done, s.blobs.size)
	}
	switch {
	case errors.Is(err, errWire):
		return osmCorrupt(blob.at, "a block that is no protocol buffer")
	case errors.Is(err, errManyStrings):
		return osmTooMuch(fmt.Sprintf("more than %d texts in one block", osmStrings), osmStrings)
	}
	return err
}

func osmTooMuch(what string, limit int) *Problem {
	return &Problem{
		Problem: ProblemLimit, Detail: fmt.Sprintf("the OpenStreetMap extract has %s; cut out the district first, for example with osmium extract", what),
		Values: map[string]any{"what": "extract", "limit": limit},
	}
}

// survey goes through the whole file: it keeps the nodes within the bound and
// marks the blocks. late tells that nodes came after ways.
func (s *osmSource) survey(ctx context.Context) (late bool, err error) {
	ways, sorted, most := false, true, osmNodes
	if s.bound == nil {
		most = osmNodesAnywhere
	}
	for at := s.from; ; {
		blob, ok, err := s.blobs.find(at)
		if !ok || err != nil {
			if !sorted {
				slices.SortFunc(s.inside, func(a, b osmNode) int { return cmp.Compare(a.id, b.id) })
			}
			return late, err
		}
		at = blob.next
		if blob.kind != "OSMData" {
			continue
		}
		if len(s.data) == osmBlobs {
			return false, osmTooMuch(fmt.Sprintf("more than %d blocks", osmBlobs), osmBlobs)
		}
		span := osmSpan{blob: blob, first: 1, last: 0}
		err = s.read(ctx, blob, func(b *osmBlock) error {
			nodes, err := b.nodes(func(id int64, p osmPlace) error {
				if span.last < span.first {
					span.first, span.last = id, id
				}
				span.first, span.last = min(span.first, id), max(span.last, id)
				if !s.within(p) {
					return nil
				}
				if len(s.inside) == most {
					return osmTooMuch(fmt.Sprintf("more than %d nodes in the area", most), most)
				}
				sorted = sorted && (len(s.inside) == 0 || s.inside[len(s.inside)-1].id < id)
				s.inside = append(s.inside, osmNode{id, p})
				return nil
			})
			if err != nil {
				return err
			}
			span.nodes, late = nodes, late || nodes && ways
			// Among nodes out of order none can be looked up yet.
			some, err := s.markWays(b, &span, sorted && !late)
			late = late || some && !sorted
			ways = ways || some
			return err
		})
		if err != nil {
			return false, err
		}
		if span.nodes || span.ways {
			s.data = append(s.data, span)
		}
	}
}

// markWays notes whether a block has wanted ways and, if it is to look, whether
// they have a node within the bound, and collects the other nodes of those.
func (s *osmSource) markWays(b *osmBlock, span *osmSpan, look bool) (some bool, err error) {
	return b.ways(func(way *osmWay) error {
		span.ways = true
		if !look || !s.touches(way) {
			return nil
		}
		span.touching = true
		if len(way.refs) > s.o.Limits.Vertices {
			return nil // Records says so
		}
		for _, ref := range way.refs {
			if _, ok := nodeAt(s.inside, ref); !ok {
				s.outsideRefs = append(s.outsideRefs, ref)
			}
		}
		if len(s.outsideRefs) > osmNodes {
			slices.Sort(s.outsideRefs)
			if s.outsideRefs = slices.Compact(s.outsideRefs); len(s.outsideRefs) > osmNodes/2 {
				return osmTooMuch(fmt.Sprintf("more than %d nodes outside the area in ways that reach into it", osmNodes/2), osmNodes/2)
			}
		}
		return nil
	})
}

// findOutside looks the collected nodes up.
func (s *osmSource) findOutside(ctx context.Context) error {
	sorted := true
	for _, span := range s.data {
		// The first number wanted that is not below the block's.
		i, _ := slices.BinarySearch(s.outsideRefs, span.first)
		if !span.nodes || i == len(s.outsideRefs) || s.outsideRefs[i] > span.last {
			continue
		}
		err := s.read(ctx, span.blob, func(b *osmBlock) error {
			_, err := b.nodes(func(id int64, p osmPlace) error {
				if _, ok := slices.BinarySearch(s.outsideRefs, id); !ok {
					return nil
				}
				if len(s.outside) == osmNodes {
					return osmTooMuch("the same nodes again and again", osmNodes)
				}
				sorted = sorted && (len(s.outside) == 0 || s.outside[len(s.outside)-1].id < id)
				s.outside = append(s.outside, osmNode{id, p})
				return nil
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	if !sorted {
		slices.SortFunc(s.outside, func(a, b osmNode) int { return cmp.Compare(a.id, b.id) })
	}
	return nil
}

// within reports whether a place is in the bound.
func (s *osmSource) within(p osmPlace) bool {
	return s.bound == nil || s.bound.Contains(p.point())
}

// point gives the place in degrees.
func (p osmPlace) point() orb.Point { return orb.Point{float64(p.lon) / 1e7, float64(p.lat) / 1e7} }

// touches reports whether one of the way's nodes is within the bound.
func (s *osmSource) touches(way *osmWay) bool {
	return slices.ContainsFunc(way.refs, func(ref int64) bool {
		_, ok := nodeAt(s.inside, ref)
		return ok
	})
}

// nodeAt looks a node up among nodes by number.
func nodeAt(nodes []osmNode, id int64) (osmPlace, bool) {
	i, ok := slices.BinarySearchFunc(nodes, id, func(n osmNode, id int64) int { return cmp.Compare(n.id, id) })
	if !ok {
		return osmPlace{}, false
	}
	return nodes[i].at, true
}
