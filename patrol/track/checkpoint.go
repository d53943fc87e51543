package track

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Checkpoint is a place that has to be seen: who comes within RadiusM metres of
// At sees it.
type Checkpoint struct {
	ID      geo.ID
	At      geo.LatticePoint
	RadiusM float64 // up to 500
}

// CheckpointVisit is a stay at a checkpoint.
type CheckpointVisit struct {
	Checkpoint geo.ID
	Run        Span // of the piece, as Piece has it
	From, To   time.Time
	Dwell      time.Duration // within the radius, without what lay outside it between From and To
}

// CheckpointVisits gives the stays at checkpoints, in the order of From, then of
// the checkpoint's id. The way between two vertices is straight and the pace
// even, so that who passes through between two fixes was there. Stays no more
// than Rules.Away apart, in one run, are one visit; one shorter than
// Rules.CheckpointDwell is none. The pieces are Clean's, in the order of time;
// no two checkpoints have one id.
func CheckpointVisits(pieces []Piece, checkpoints []Checkpoint, r Rules) []CheckpointVisit {
	near := newNearby(checkpoints)
	var out []CheckpointVisit
	open := map[geo.ID]int{} // the visit that is going on
	for n, p := range pieces {
		if n > 0 && p.Run != pieces[n-1].Run {
			clear(open)
		}
		for i := 1; i < len(p.Vertices); i++ {
			a, b := p.Vertices[i-1], p.Vertices[i]
			near.each(a.At, b.At, func(c *Checkpoint) {
				in, left, ok := within(c, a.At, b.At)
				if !ok {
					return
				}
				took := b.T.Sub(a.T)
				from, to := a.T.Add(part(took, in)), a.T.Add(part(took, left))
				k, going := open[c.ID]
				if !going || from.Sub(out[k].To) > r.Away {
					k = len(out)
					open[c.ID] = k
					out = append(out, CheckpointVisit{Checkpoint: c.ID, Run: p.Run, From: from})
				}
				out[k].To = to
				out[k].Dwell += to.Sub(from)
			})
		}
	}
	out = slices.DeleteFunc(out, func(v CheckpointVisit) bool { return v.Dwell < r.CheckpointDwell })
	slices.SortFunc(out, func(a, b CheckpointVisit) int {
		return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.Checkpoint[:], b.Checkpoint[:]))
	})
	return out
}

// part gives a part (0 to 1) of a time, in whole microseconds, as databases keep
// them; all of it as it is.
func part(of time.Duration, p float64) time.Duration {
	if p >= 1 {
		return of
	}
	return time.Duration(float64(of) * p).Truncate(time.Microsecond)
}

// within tells from where to where (0 to 1) the way from a to b lies within a
// checkpoint's radius.
func within(c *Checkpoint, a, b geo.LatticePoint) (in, left float64, ok bool) {
	ax, ay := offset(c.At, a)
	bx, by := offset(c.At, b)
	dx, dy := bx-ax, by-ay
	outside := ax*ax + ay*ay - c.RadiusM*c.RadiusM
	square := dx*dx + dy*dy
	if square == 0 {
		return 0, 1, outside <= 0
	}
	// The roots of |a + t·d|² = radius².
	half := ax*dx + ay*dy
	under := half*half - square*outside
	if under < 0 {
		return 0, 0, false
	}
	root := math.Sqrt(under)
	in, left = max((-half-root)/square, 0), min((-half+root)/square, 1)
	return in, left, in <= left
}

// nearby finds the checkpoints along a way.
type nearby struct {
	checkpoints []Checkpoint
	boxes       map[box][]int32
	asked       []int // when each was last told of
	turn        int
}

// box is a square of the lattice, some 700 by 500 m large in the middle latitudes.
type box struct{ lon, lat int32 }

const boxBits = 16

func newNearby(checkpoints []Checkpoint) *nearby {
	n := &nearby{checkpoints: checkpoints, boxes: map[box][]int32{}, asked: make([]int, len(checkpoints))}
	for i, c := range checkpoints {
		// A hundredth more than offset's sphere may be wrong by.
		tall := c.RadiusM / metresOfStep * 1.01
		wide := tall / max(math.Cos(float64(c.At.Lat)/geo.Scale*math.Pi/180), 0.01)
		low := geo.LatticePoint{Lon: stay(float64(c.At.Lon) - wide), Lat: stay(float64(c.At.Lat) - tall)}
		high := geo.LatticePoint{Lon: stay(float64(c.At.Lon) + wide), Lat: stay(float64(c.At.Lat) + tall)}
		eachBox(low, high, func(b box) { n.boxes[b] = append(n.boxes[b], int32(i)) })
	}
	return n
}

// stay rounds, and keeps the number one of the lattice.
func stay(v float64) int32 { return int32(math.Round(max(min(v, 180*geo.Scale), -180*geo.Scale))) }

func eachBox(a, b geo.LatticePoint, visit func(box)) {
	for lon := min(a.Lon, b.Lon) >> boxBits; lon <= max(a.Lon, b.Lon)>>boxBits; lon++ {
		for lat := min(a.Lat, b.Lat) >> boxBits; lat <= max(a.Lat, b.Lat)>>boxBits; lat++ {
			visit(box{lon, lat})
		}
	}
}

// each tells of the checkpoints that may lie along the way from a to b, each
// once.
func (n *nearby) each(a, b geo.LatticePoint, visit func(*Checkpoint)) {
	n.turn++
	eachBox(a, b, func(at box) {
		for _, i := range n.boxes[at] {
			if n.asked[i] != n.turn {
				n.asked[i] = n.turn
				visit(&n.checkpoints[i])
			}
		}
	})
}
