package api

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxPoints is how many points the compact form takes: its answer is by kind,
// so all of it is held until the last one. The streams have no limit.
const maxPoints = 1_000_000

// compact collects the answer to {"points": …}: the areas that occur, each
// once, and for every point which combination of areas covers it.
type compact struct {
	revision int
	plan     *geo.ID
	texts    *areaTexts
	kinds    []geo.Kind
	areas    [6][]int32 // the areas that occur, by kind
	places   []int32    // of each area among those of its kind, from 1; 0: it does not occur

	// Combinations count from 0 in the order in which they occur.
	points []uint32             // the combination of each point
	met    []uint32             // of each state, from 1; 0: it does not occur
	odd    map[geo.Match]uint32 // of points that have no state
	marks  [6][]placeText       // of each combination, by kind
}

func newCompact(m *many) *compact {
	return &compact{revision: m.Revision.Number, plan: m.draft(), texts: m.texts, kinds: geo.Kinds(), places: make([]int32, len(m.texts.names)),
		met: make([]uint32, len(m.texts.states)), odd: map[geo.Match]uint32{}}
}

// add takes points of these states, but for those at the places in odd, in
// order.
func (c *compact) add(states []uint32, odd []oddPoint) {
	for i, s := range states {
		if len(odd) > 0 && odd[0].at == i {
			c.points = append(c.points, c.number(odd[0].match))
			odd = odd[1:]
			continue
		}
		if c.met[s] == 0 {
			c.met[s] = c.meet(c.texts.state(int(s))) + 1
		}
		c.points = append(c.points, c.met[s]-1)
	}
}

// oddPoint is one that has no state, at a place among others.
type oddPoint struct {
	at    int
	match geo.Match
}

// number gives the combination of a point that has no state.
func (c *compact) number(m geo.Match) uint32 {
	n, ok := c.odd[m]
	if !ok {
		n = c.meet(c.texts.write(m))
		c.odd[m] = n
	}
	return n
}

// meet takes in a combination that occurs for the first time.
func (c *compact) meet(s *stateText) (number uint32) {
	for i, a := range s.areas {
		place := int32(-1)
		if a >= 0 {
			if c.places[a] == 0 {
				c.areas[i] = append(c.areas[i], a)
				c.places[a] = int32(len(c.areas[i]))
			}
			place = c.places[a] - 1
		}
		c.marks[i] = append(c.marks[i], textOfPlace(place))
	}
	return uint32(len(c.marks[0]) - 1)
}

// readPoints reads the array of points and looks each up.
func (d *document) readPoints() (*compact, error) {
	d.list = "/points"
	c := newCompact(d.many)
	if err := d.delim('['); err != nil {
		return nil, err
	}
	if !d.slow {
		d.quickPoints(c)
	}
	for d.dec.More() {
		d.feed.allow(maxFeature)
		var pair []float64
		if err := d.dec.Decode(&pair); err != nil {
			var kind *json.UnmarshalTypeError
			if errors.As(err, &kind) {
				return nil, badPoint(d.n)
			}
			return nil, d.bad(err)
		}
		if len(pair) != 2 {
			return nil, badPoint(d.n)
		}
		p, err := onLattice(d.crs, orb.Point{pair[0], pair[1]})
		if err != nil {
			return nil, badPoint(d.n)
		}
		if d.n >= maxPoints {
			return nil, fail("too-large", fmt.Sprintf("the compact form takes %d points; send more as application/x-ndjson", maxPoints))
		}
		m, _ := d.Index.Locate(p)
		c.add([]uint32{0}, []oddPoint{{0, m}})
		d.n++
	}
	return c, d.delim(']')
}

func badPoint(n int) error {
	return fail("invalid-feature", fmt.Sprintf("point %d, counted from 0, is none", n),
		geo.FieldError{Pointer: fmt.Sprintf("/points/%d", n), Detail: "must be [lon, lat] in degrees"})
}
