package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxPoints is how many points the compact form takes: its answer is by kind,
// so all of it is held until the last one. The streams have no limit.
const maxPoints = 1_000_000

// compact collects the answer to {"points": …}: the areas that occur, each
// once, and for every point the place of its area among them, by kind.
type compact struct {
	revision int
	areas    [6][]*geo.Name
	results  [6][]int32 // -1 where no area covers the point
	places   map[*geo.Area]int32
}

// readPoints reads the array of points and looks each up.
func (d *document) readPoints() (*compact, error) {
	d.list = "/points"
	c := &compact{revision: d.Revision.Number, places: map[*geo.Area]int32{}}
	if err := d.delim('['); err != nil {
		return nil, err
	}
	for d.dec.More() {
		d.feed.allow(1 << 10)
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
		c.add(m)
		d.n++
	}
	return c, d.delim(']')
}

func badPoint(n int) error {
	return fail("invalid-feature", fmt.Sprintf("point %d, counted from 0, is none", n),
		geo.FieldError{Pointer: fmt.Sprintf("/points/%d", n), Detail: "must be [lon, lat] in degrees"})
}

func (c *compact) add(m geo.Match) {
	for i, k := range geo.Kinds() {
		place := int32(-1)
		if a := m.Area(k); a != nil {
			var ok bool
			if place, ok = c.places[a]; !ok {
				place = int32(len(c.areas[i]))
				c.places[a] = place
				c.areas[i] = append(c.areas[i], &geo.Name{Code: a.Code, Name: a.Name, NameEn: a.NameEn})
			}
		}
		c.results[i] = append(c.results[i], place)
	}
}

// answer writes what was collected.
func (c *compact) answer(w http.ResponseWriter) error {
	out := struct {
		Revision int                      `json:"revision"`
		Areas    map[geo.Kind][]*geo.Name `json:"areas"`
		Results  map[geo.Kind]places      `json:"results"`
	}{c.revision, map[geo.Kind][]*geo.Name{}, map[geo.Kind]places{}}
	for i, k := range geo.Kinds() {
		out.Areas[k], out.Results[k] = append([]*geo.Name{}, c.areas[i]...), c.results[i]
	}
	return writeJSON(w, http.StatusOK, out)
}

// places writes -1 as null.
type places []int32

// MarshalJSON writes an array of indices and nulls.
func (p places) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 4*len(p)+2)
	b = append(b, '[')
	for i, x := range p {
		if i > 0 {
			b = append(b, ',')
		}
		if x < 0 {
			b = append(b, "null"...)
		} else {
			b = fmt.Append(b, x)
		}
	}
	return append(b, ']'), nil
}
