package api

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/pack"
)

// maxPackLands is how many lands are kept, at some 100 kB each: those of the
// grids and villages of a district.
const maxPackLands = 256

// packLand is the part of a pack that follows from the boundaries and the scope
// alone.
type packLand struct {
	once    sync.Once
	json    []byte
	hash    [sha256.Size]byte
	staffed []*geo.Area // whose posts are taken along
	err     error
}

// packLands keeps the lands of one snapshot by scope. The zero value is empty.
// Safe for concurrent use.
type packLands struct {
	mu       sync.Mutex
	snapshot *locate.Snapshot
	by       map[string]*packLand
}

// land gives the land of a scope, made when it is first asked for.
func (l *packLands) land(snapshot *locate.Snapshot, scope access.Scope) (*packLand, error) {
	key := scopeKey(scope)
	l.mu.Lock()
	if l.snapshot != snapshot {
		l.snapshot, l.by = snapshot, map[string]*packLand{}
	}
	land, ok := l.by[key]
	if !ok {
		if len(l.by) >= maxPackLands {
			for any := range l.by { // whichever: it can be made again
				delete(l.by, any)
				break
			}
		}
		land = &packLand{}
		l.by[key] = land
	}
	l.mu.Unlock()
	land.once.Do(func() { land.make(snapshot, scope) })
	return land, land.err
}

func scopeKey(s access.Scope) string {
	if s.All {
		return "all"
	}
	ids := make([]string, len(s.Areas))
	for i, id := range s.Areas {
		ids[i] = string(id[:])
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), "")
}

func (land *packLand) make(snapshot *locate.Snapshot, scope access.Scope) {
	var held pack.Held
	if scope.All {
		// Of a whole district the posts of its grids: a phone is no place for all of
		// its people.
		held = pack.All(snapshot.Index)
		land.staffed = held.Areas[geo.Grid.Index()]
	} else {
		held = pack.Around(snapshot.Index, scope.Areas)
		land.staffed = slices.Concat(held.Areas[:]...)
	}
	if land.json, land.err = json.Marshal(pack.Make(held, snapshot.Ground, 0)); land.err == nil {
		land.hash = sha256.Sum256(land.json)
	}
}
