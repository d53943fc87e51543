package api

import (
	"context"
	"net/http"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// Tracks keep where members of patrols were. That somebody looks at others' is
// noted, for them and in the audit log, before anything is given.
type Tracks interface {
	// Add keeps the fixes of a batch that belong to the patrol, those that are
	// there already once.
	Add(ctx context.Context, scope access.Scope, by patrol.Actor, b track.Batch) (track.Receipt, error)
	// Shown gives where the members of a patrol were: of one person, unless that
	// is the zero id; with the fixes as they came, by person, where raw is true.
	Shown(ctx context.Context, who patrol.Actor, viewer, id, only geo.ID, raw bool) ([]track.Kept, map[geo.ID][]track.Fix, error)
	// Live gives the patrols under way in scope.
	Live(ctx context.Context, scope access.Scope, who patrol.Actor, viewer geo.ID) ([]patrol.OnPatrol, error)
	// Nearest gives who of them is nearest to a place, and how far each is in metres.
	Nearest(ctx context.Context, scope access.Scope, who patrol.Actor, viewer geo.ID, place orb.Point, limit int) ([]patrol.Position, []float64, error)
	// Readings gives who looked at where a person was, the last first.
	Readings(ctx context.Context, person geo.ID, limit int) ([]patrol.TrackReading, error)
}

// TrackDays are after how many days tracks are coarsened, and after how many
// erased; 0 is never.
type TrackDays struct {
	Coarsen int `json:"coarsen_days"`
	Erase   int `json:"erase_days"`
}

// tracking is a handler that needs the tracks; without any there is nothing.
func (s *Server) tracking(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cfg.Tracks == nil || s.cfg.Patrols == nil {
			return errNotFound("service here")
		}
		return h(w, r)
	}
}
