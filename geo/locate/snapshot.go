package locate

import "github.com/gridpatrol/gridpatrol/geo"

// Snapshot is everything a server answers from memory at one revision: the
// areas and the base map. It never changes; a publish makes the next one.
type Snapshot struct {
	// Revision has Number 0, and Index is empty, on an empty database. The
	// Hash of a plan's is its own.
	Revision geo.Revision
	Plan     geo.ID        // whose boundaries these would be, made from Revision; zero for published ones
	Index    *Index        // never nil
	Ground   []geo.Feature // not to be changed
}
