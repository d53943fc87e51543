package api

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// notice is what everybody is told of all places that the same areas cover,
// in JSON. It is never changed.
type notice struct {
	areas       []byte
	responsible []byte
	synthetic   bool
}

// maxNotices is how many of them are kept. A district has some thousands; more
// only where areas lie on each other.
const maxNotices = 1 << 14

// notices keeps what everybody is told of places, as long as it stays true: for
// one revision, one version of the duties, and while nobody takes up or leaves a
// post. It holds nothing that depends on who asks.
type notices struct {
	snapshot *locate.Snapshot
	duties   *patrol.Duties
	from, to time.Time // see patrol.Roster.Steady

	mu      sync.RWMutex
	byMatch map[geo.Match]*notice
}

// holdFor reports whether they are of the world.
func (n *notices) holdFor(w world) bool {
	return n != nil && n.snapshot == w.Snapshot && n.duties == w.duties && !w.at.Before(n.from) && (n.to.IsZero() || w.at.Before(n.to))
}

// noticesOf gives the notices of the world, which must be the present one, as
// only the latest are kept.
func (s *Server) noticesOf(w world) *notices {
	n := s.notices.Load()
	if n.holdFor(w) {
		return n
	}
	n = &notices{snapshot: w.Snapshot, duties: w.duties, byMatch: map[geo.Match]*notice{}}
	n.from, n.to = w.duties.Roster.Steady(w.at)
	s.notices.Store(n)
	return n
}

// of gives the notice of the places that the areas of m cover.
func (n *notices) of(w world, m geo.Match) (*notice, error) {
	n.mu.RLock()
	known := n.byMatch[m]
	n.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	made, err := w.contacts(access.Anonymous()).notice(m)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.byMatch) < maxNotices {
		n.byMatch[m] = made
	}
	return made, nil
}

// notice says who answers where the areas of m are, as far as the caller may
// know.
func (c *contacts) notice(m geo.Match) (*notice, error) {
	areas, err := json.Marshal(m.Names())
	if err != nil {
		return nil, err
	}
	responsible, err := json.Marshal(c.assignees(patrol.Responsible(c.duties, m, c.at), areaIDs(&m)))
	if err != nil {
		return nil, err
	}
	return &notice{areas, responsible, synthetic(&m)}, nil
}
