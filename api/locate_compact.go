package api

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// maxPoints is how many points the compact form takes: its answer is by kind,
// so all of it is held until the last one. The streams have no limit.
const maxPoints = 1_000_000

// compact collects the answer to {"points": …}: the areas that occur, each
// once, and for every point which combination of areas covers it.
type compact struct {
	revision int
	index    *locate.Index
	kinds    []geo.Kind
	areas    [6][]*geo.Name
	places   map[*geo.Area]int32 // of an area among those of its kind

	points []uint32 // the combinations of the points, in order
	// A combination is a state of the index or, beyond these, one of odd.
	texts [6][]placeText // of each kind, by combination; 0 for one that was not met
	met   []bool
	odd   map[geo.Match]uint32
}

func newCompact(w world) *compact {
	c := &compact{revision: w.Revision.Number, index: w.Index, kinds: geo.Kinds(), places: map[*geo.Area]int32{},
		met: make([]bool, w.Index.States()), odd: map[geo.Match]uint32{}}
	for i := range c.texts {
		c.texts[i] = make([]placeText, len(c.met))
	}
	return c
}

// add takes points that are covered by combinations of the index, but for those
// at the places in odd, in order.
func (c *compact) add(states []uint32, odd []oddPoint) {
	begin := len(c.points)
	c.points = append(c.points, states...)
	for i, s := range states {
		if len(odd) > 0 && odd[0].at == i {
			c.points[begin+i], odd = c.number(odd[0].match), odd[1:]
		} else if !c.met[s] {
			c.meet(s, c.index.StateMatch(int(s)))
		}
	}
}

// oddPoint is one that has no state, at a place among others.
type oddPoint struct {
	at    int
	match geo.Match
}

// number gives the combination of a point that has no state.
func (c *compact) number(m geo.Match) uint32 {
	s, ok := c.odd[m]
	if !ok {
		s = uint32(len(c.met))
		c.odd[m] = s
		c.met = append(c.met, false)
		for i := range c.texts {
			c.texts[i] = append(c.texts[i], 0)
		}
		c.meet(s, m)
	}
	return s
}

// meet notes the areas of a combination that occurs for the first time.
func (c *compact) meet(s uint32, m geo.Match) {
	c.met[s] = true
	for i, k := range c.kinds {
		a := m.Area(k)
		if a == nil {
			c.texts[i][s] = textOfPlace(-1)
			continue
		}
		place, ok := c.places[a]
		if !ok {
			place = int32(len(c.areas[i]))
			c.places[a] = place
			c.areas[i] = append(c.areas[i], &geo.Name{Code: a.Code, Name: a.Name, NameEn: a.NameEn})
		}
		c.texts[i][s] = textOfPlace(place)
	}
}

// readPoints reads the array of points and looks each up.
func (d *document) readPoints() (*compact, error) {
	d.list = "/points"
	c := newCompact(d.world)
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
