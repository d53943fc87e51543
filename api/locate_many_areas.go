package api

import (
	"encoding/json"
	"sync/atomic"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// areaTexts has the areas of many points as answers write them. There are a few
// thousand combinations of areas in a district, each of which is written once,
// when it is first met. Safe for concurrent use.
type areaTexts struct {
	index   *locate.Index
	states  []atomic.Pointer[stateText] // by the index's states
	numbers map[*geo.Area]int32         // of the areas, from 0
	names   [][]byte                    // {"code","name"} of each
}

// stateText is a combination of areas.
type stateText struct {
	text  []byte   // {kind: {"code","name"} or null, …}
	areas [6]int32 // their numbers in the order of the kinds, -1 for none
}

func newAreaTexts(x *locate.Index) *areaTexts {
	all := x.All()
	t := &areaTexts{index: x, states: make([]atomic.Pointer[stateText], x.States()), numbers: make(map[*geo.Area]int32, len(all)), names: make([][]byte, len(all))}
	for i, a := range all {
		t.numbers[a] = int32(i)
		t.names[i], _ = json.Marshal(geo.Name{Code: a.Code, Name: a.Name, NameEn: a.NameEn}) // texts always encode
	}
	return t
}

// of gives {kind: {"code","name"} or null, …} for a point whose state is known,
// or not; not to be changed.
func (t *areaTexts) of(q geo.LatticePoint, state int, known bool) []byte {
	if !known {
		return t.write(t.index.LocateLattice(q)).text
	}
	return t.state(state).text
}

// state gives a combination by its number.
func (t *areaTexts) state(s int) *stateText {
	text := t.states[s].Load()
	if text == nil {
		text = t.write(t.index.StateMatch(s))
		t.states[s].Store(text)
	}
	return text
}

func (t *areaTexts) write(m geo.Match) *stateText {
	text, _ := json.Marshal(m.Names()) // texts always encode
	out := &stateText{text: text}
	for i, k := range geo.Kinds() {
		out.areas[i] = -1
		if a := m.Area(k); a != nil {
			out.areas[i] = t.numbers[a]
		}
	}
	return out
}

// areaCache keeps the texts of the boundaries in force from request to request.
type areaCache struct{ last atomic.Pointer[areaTexts] }

// of gives the texts of an index; those of one that is not in force are not kept.
func (c *areaCache) of(x *locate.Index, inForce bool) *areaTexts {
	if t := c.last.Load(); t != nil && t.index == x {
		return t
	}
	t := newAreaTexts(x)
	if inForce {
		c.last.Store(t)
	}
	return t
}
