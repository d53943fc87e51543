package api

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// punctuality counts the checkpoints of the area by how they were visited.
func (s *Server) punctuality(ctx context.Context, q coverageQuery, until time.Time) (out checkpointSum, err error) {
	all, err := s.cfg.Walked.Checkpoints(ctx)
	if err != nil {
		return out, err
	}
	var own []patrol.Checkpoint
	var ids []geo.ID
	for _, c := range all {
		if !c.RetiredAt.IsZero() {
			continue
		}
		if m, _ := q.world.Index.Locate(c.Point); m.Area(q.area.Kind) == q.area {
			own, ids = append(own, c), append(ids, c.ID)
		}
	}
	if len(own) == 0 {
		return out, nil
	}
	before, err := s.cfg.Walked.CheckpointsSeen(ctx, ids, q.from)
	if err != nil {
		return out, err
	}
	stays, err := s.cfg.Walked.CheckpointStays(ctx, ids, q.from, until)
	if err != nil {
		return out, err
	}
	visits := map[geo.ID][]time.Time{}
	for _, v := range stays {
		visits[v.Checkpoint] = append(visits[v.Checkpoint], v.From)
	}
	for i := range own {
		c := &own[i]
		out.Due++
		switch c.Punctual(before[c.ID], visits[c.ID], q.from, until) {
		case patrol.OnTime:
			out.OnTime++
		case patrol.Late:
			out.Late++
		case patrol.NeverVisited:
			out.Never++
		default:
			out.Due--
		}
	}
	return out, nil
}
