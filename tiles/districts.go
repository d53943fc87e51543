package tiles

import (
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// districts keeps the district of the boundaries in force.
type districts struct {
	log    *slog.Logger
	making sync.Mutex
	made   atomic.Pointer[madeDistrict]
}

type madeDistrict struct {
	snapshot *locate.Snapshot
	district *hotspot.District // nil where none can be made: there are then no statistics
}

// of gives the district of a snapshot. Making one takes a while: whoever asks
// meanwhile gets that of the boundaries before, if there was any.
func (d *districts) of(snapshot *locate.Snapshot) *hotspot.District {
	made := d.made.Load()
	if made != nil && made.snapshot == snapshot {
		return made.district
	}
	if made == nil {
		d.making.Lock()
	} else if !d.making.TryLock() {
		return made.district
	}
	defer d.making.Unlock()
	if made = d.made.Load(); made != nil && made.snapshot == snapshot {
		return made.district // made since
	}
	var areas []geo.Area
	for _, k := range geo.Kinds() {
		for _, a := range snapshot.Index.Areas(k) {
			areas = append(areas, *a)
		}
	}
	district, err := hotspot.NewDistrict(areas)
	if err != nil {
		district = nil // boundaries that H3 cells cannot cover are none to compare
		d.log.Warn("hot spots have no households and no statistics", "revision", snapshot.Revision.Number, "error", err)
	}
	d.made.Store(&madeDistrict{snapshot, district})
	return district
}
