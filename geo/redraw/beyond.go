package redraw

import "github.com/gridpatrol/gridpatrol/geo"

// Beyond names the changes of areas that do not lie in a territory, before or
// after.
func Beyond(t geo.Territory, changes []Change) (refs []geo.Ref) {
	for _, c := range changes {
		if c.Before != nil && !t.Covers(c.Before) || c.After != nil && !t.Covers(c.After) {
			refs = append(refs, c.Ref())
		}
	}
	return refs
}
