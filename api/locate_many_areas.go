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
	index *locate.Index
	texts []atomic.Pointer[[]byte] // by the index's states
}

// of gives {kind: name or null, …} for a point; not to be changed.
func (t *areaTexts) of(q geo.LatticePoint) []byte {
	s, ok := t.index.State(q)
	if !ok {
		m := t.index.LocateLattice(q)
		return areasText(&m)
	}
	if text := t.texts[s].Load(); text != nil {
		return *text
	}
	m := t.index.StateMatch(s)
	text := areasText(&m)
	t.texts[s].Store(&text)
	return text
}

func areasText(m *geo.Match) []byte {
	text, _ := json.Marshal(m.Names()) // codes and names always encode
	return text
}

// areaCache keeps the texts of the boundaries in force from request to request.
type areaCache struct{ last atomic.Pointer[areaTexts] }

// of gives the texts of an index; those of one that is not in force are not kept.
func (c *areaCache) of(x *locate.Index, inForce bool) *areaTexts {
	if t := c.last.Load(); t != nil && t.index == x {
		return t
	}
	t := &areaTexts{index: x, texts: make([]atomic.Pointer[[]byte], x.States())}
	if inForce {
		c.last.Store(t)
	}
	return t
}
