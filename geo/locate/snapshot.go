package locate

import "github.com/gridpatrol/gridpatrol/geo"

// Snapshot is everything a server answers from memory at one revision: the
// areas and the base map. It never changes; a publish makes the next one.
type Snapshot struct {
	Revision geo.Revision  // Number 0 and an empty Index on an empty database
	Index    *Index        // never nil
	Ground   []geo.Feature // not to be changed
}
