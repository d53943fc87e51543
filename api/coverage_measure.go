package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// coverage answers the question.
func (s *Server) coverage(ctx context.Context, q coverageQuery) (*coverageAnswer, error) {
	parts, err := q.parts()
	if err != nil {
		return nil, err
	}
	areas := append([]*geo.Area{q.area}, parts...)
	ids := make([]geo.ID, len(areas))
	shapes := make([]orb.MultiPolygon, len(areas))
	for i, a := range areas {
		ids[i], shapes[i] = a.ID, a.Shape
	}
	tracks, err := s.tracksAt(ctx, q)
	if err != nil {
		return nil, err
	}
	visits, err := s.cfg.Walked.AreaVisits(ctx, ids, q.from, q.to)
	if err != nil {
		return nil, err
	}
	seen, err := s.cfg.Walked.AreasSeen(ctx, ids, q.to)
	if err != nil {
		return nil, err
	}
	cells, err := q.cellsOf(tracks, s.cfg.Now())
	if err != nil {
		return nil, err
	}
	leave, err := s.turnToMeasure(ctx, tracks)
	if err != nil {
		return nil, err
	}
	defer leave()
	for i := range cells {
		shapes = append(shapes, orb.MultiPolygon{cell.Boundary(cells[i].cell)})
	}
	measures := track.Covered(tracks, shapes, q.swathM)
	for i := range cells {
		m := measures[len(areas)+i]
		cells[i].AreaM2, cells[i].CoveredM2, cells[i].Share = toDecimals(m.AreaM2, 10), toDecimals(m.CoveredM2, 10), seenShare(m)
	}

	until := q.until(s.cfg.Now())
	land := func(i int) seenLand {
		m, v := measures[i], visits[ids[i]]
		out := seenLand{AreaM2: toDecimals(m.AreaM2, 10), CoveredM2: toDecimals(m.CoveredM2, 10), UnmergedM2: toDecimals(m.UnmergedM2, 10),
			Share: seenShare(m), DistanceM: toDecimals(m.DistanceM, 10), Visits: v.Visits}
		if last, ok := seen[ids[i]]; ok {
			out.LastVisit = &last
		}
		out.DaysSince = daysSince(out.LastVisit, until)
		return out
	}
	out := &coverageAnswer{Revision: q.world.Revision.Number, Area: nameOfArea(q.area), From: q.from, To: q.to, SwathM: q.swathM, seenLand: land(0),
		Hours: toDecimals(visits[q.area.ID].Dwell.Hours(), 1e4), Cells: cells, Parts: []coveragePart{}, Unseen: []areaName{}, Made: q.world.invented()}
	for i, a := range parts {
		part := coveragePart{nameOfArea(a), land(i + 1)}
		if out.Parts = append(out.Parts, part); part.Visits == 0 && part.CoveredM2 == 0 {
			out.Unseen = append(out.Unseen, part.areaName)
		}
	}
	if out.Points, err = s.punctuality(ctx, q, until); err != nil {
		return nil, err
	}
	coarse, erased, err := s.cfg.Walked.TrackRetention(ctx)
	if err != nil {
		return nil, err
	}
	if q.from.Before(coarse) {
		out.Coarse = &coarse
	}
	if q.from.Before(erased) {
		out.Erased = &erased
	}
	return out, nil
}

// seenShare is the part of a shape that was seen, to a millionth.
func seenShare(m track.Measure) float64 {
	if m.AreaM2 <= 0 {
		return 0
	}
	return toDecimals(min(1, m.CoveredM2/m.AreaM2), 1e6)
}

// tracksAt gives the tracks that come near the area, cut at both ends of the
// time.
func (s *Server) tracksAt(ctx context.Context, q coverageQuery) ([][]track.Piece, error) {
	bound, ok := geo.Bound(q.area.Shape)
	if !ok {
		return nil, nil
	}
	tracks, more, err := s.cfg.Walked.CoveragePieces(ctx, around(bound, q.swathM), q.from, q.to, maxCoverageVertices)
	if err != nil {
		return nil, err
	}
	if more {
		return nil, fail("coverage-too-large", fmt.Sprintf("there are more than %d places of tracks in that time there: ask for a shorter time, or for a smaller area", maxCoverageVertices))
	}
	out := tracks[:0]
	for _, pieces := range tracks {
		kept := pieces[:0]
		for _, p := range pieces {
			if p, ok := cutPiece(p, q.from, q.to); ok {
				kept = append(kept, p)
			}
		}
		if len(kept) > 0 {
			out = append(out, kept)
		}
	}
	return out, nil
}

// around widens a bound by metres on every side, and a little more.
func around(b orb.Bound, m float64) orb.Bound {
	const metresOfDegree = 110_000 // at least, along a meridian; half of that along a parallel up to 60°
	b.Min[0], b.Min[1] = b.Min[0]-2*m/metresOfDegree, b.Min[1]-m/metresOfDegree
	b.Max[0], b.Max[1] = b.Max[0]+2*m/metresOfDegree, b.Max[1]+m/metresOfDegree
	return b
}

// cutPiece gives what of a piece lies from from to to. The way between two vertices
// is straight and the pace even, so an end is a place in between. ok is false
// where nothing does.
func cutPiece(p track.Piece, from, to time.Time) (out track.Piece, ok bool) {
	if !p.From().Before(from) && !p.To().After(to) {
		return p, true
	}
	if p.To().Before(from) || p.From().After(to) {
		return track.Piece{}, false
	}
	var vs []track.Vertex
	for i, v := range p.Vertices {
		if i > 0 {
			before := p.Vertices[i-1]
			for _, end := range []time.Time{from, to} {
				if before.T.Before(end) && end.Before(v.T) {
					vs = append(vs, track.Vertex{T: end, At: on(before, v, end)})
				}
			}
		}
		if !v.T.Before(from) && !v.T.After(to) {
			vs = append(vs, v)
		}
	}
	return track.Piece{Run: p.Run, Vertices: vs}, len(vs) > 0
}

// on gives where somebody was on the way from a to b.
func on(a, b track.Vertex, t time.Time) geo.LatticePoint {
	part := float64(t.Sub(a.T)) / float64(b.T.Sub(a.T))
	mix := func(from, to int32) int32 { return from + int32(float64(int64(to)-int64(from))*part) }
	return geo.LatticePoint{Lon: mix(a.At.Lon, b.At.Lon), Lat: mix(a.At.Lat, b.At.Lat)}
}

// cellsOf gives the cells that somebody was in and whose middle the area covers, and
// the one of its own middle, which a small area may have no other of. They are
// not measured yet.
func (q *coverageQuery) cellsOf(tracks [][]track.Piece, now time.Time) ([]coverageCell, error) {
	until := q.until(now)
	byCell := map[cell.Cell]*coverageCell{}
	for _, pieces := range tracks {
		times, err := track.CellTimes(pieces, track.CellResolution)
		if err != nil {
			return nil, fmt.Errorf("time in cells: %w", err)
		}
		for _, t := range times {
			c := byCell[t.Cell]
			if c == nil {
				c = &coverageCell{cell: t.Cell}
				byCell[t.Cell] = c
			}
			c.Visits++
			c.dwell += t.Dwell
			if t.Last.After(c.LastVisit) {
				c.LastVisit = t.Last.UTC()
			}
		}
	}
	own, _ := q.middle()
	out := []coverageCell{}
	for id, c := range byCell {
		center, err := cell.Center(id)
		if err != nil {
			return nil, fmt.Errorf("middle of %s: %w", id, err)
		}
		m, _ := q.world.Index.Locate(center)
		if id != own && m.Area(q.area.Kind) != q.area {
			continue
		}
		c.H3, c.DwellS, c.DaysSince = id.String(), toDecimals(c.dwell.Seconds(), 1000), *daysSince(&c.LastVisit, until)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b coverageCell) int { return compareText(a.H3, b.H3) })
	return out, nil
}

// middle is the cell that a place in the area lies in.
func (q *coverageQuery) middle() (cell.Cell, bool) {
	p, ok := geo.PointOnSurface(q.area.Shape)
	if !ok {
		return 0, false
	}
	c, err := cell.At(p, track.CellResolution)
	return c, err == nil
}
