package locate

import "math"

// cut is an edge as one cell sees it: whether the way from the cell's reference
// point to a point of the cell crosses the edge.
//
// The way goes north along the cell's western side and then east to the point.
// So that it meets no vertex and runs along no edge, points, way and reference
// point all count as moved by (ε′, ε) with 0 < ε′ ≪ ε ≪ 1 (H. Edelsbrunner and
// E. P. Mücke, Simulation of Simplicity, ACM Trans. Graphics 9, 1990); in the
// comparisons below this is no more than a choice between < and ≤. All of the
// way but its last piece is known beforehand, up to the point's latitude: below
// low it crosses nothing, from high on the answer is fixed, and in between it
// depends on the side of the edge on which the point lies, one cross product.
//
// Coordinates count from the cell's south-west corner. Each is below 2^30, a
// product of two below 2^60, c below 2^61: sums of them do not overflow.
type cut struct {
	c int64
	// v is dx, dy, low and high. The way crosses where dx·lat − dy·lon + c is
	// below 0.
	v     [4]int32
	class uint32 // one bit: the sort of edge within the cell, by what it toggles; 0 for nothing
	edge  uint32 // its index twice, plus 1 where the way crosses from high on
}

func (t *cut) low() int64  { return int64(t.v[2]) }
func (t *cut) high() int64 { return int64(t.v[3]) }

// never is a latitude above all points of a cell.
const never = math.MaxInt32

// newCut makes the cut of an edge for the cell whose south-west corner is given,
// without its class.
func newCut(e *edge, index uint32, west, south int64) cut {
	ax, ay := int64(e.a.Lon)-west, int64(e.a.Lat)-south
	bx, by := int64(e.b.Lon)-west, int64(e.b.Lat)-south
	dx, dy := bx-ax, by-ay
	t := cut{c: dy*ax - dx*ay, v: [4]int32{int32(dx), int32(dy), never, never}, edge: index << 1}
	switch {
	case ax > 0 && bx > 0: // east of the western side
		t.v[2], t.v[3] = int32(ay), int32(by)
	case ax <= 0 && 0 < bx: // comes from the west and crosses the western side
		enters := ay + ceilDiv(-ax*dy, dx)
		if enters <= 0 { // south of the reference point
			t.v[2], t.v[3] = int32(max(ay, enters)), int32(by)
			break
		}
		// North of where it comes in the way has crossed it, and crosses back
		// where the point lies east of it.
		t.c, t.v = -t.c, [4]int32{-t.v[0], -t.v[1], int32(enters), int32(by)}
		t.edge |= 1
	case bx <= 0 && 0 < ax: // leaves to the west
		if leaves := ay + ceilDiv(ax*dy, -dx); leaves > 0 {
			t.v[2], t.v[3] = int32(ay), int32(leaves)
			t.edge |= 1
		}
	}
	return t
}

// ceilDiv is ⌈a/b⌉ for b > 0.
func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

// side is 0 where the point is on the edge's line; its sign says whether the
// way crosses, where that depends on the side.
func (t *cut) side(lon, lat int64) int64 { return int64(t.v[0])*lat - int64(t.v[1])*lon + t.c }

// crossed is all ones where the way to a point that is not on the edge's line
// crosses the edge, and 0 where not. It is free of jumps, which nobody could
// foretell.
func (t *cut) crossed(side, lat int64) uint32 {
	below, under := (lat-t.low())>>63, (lat-t.high())>>63
	return uint32(side>>63&^below&under) | uint32(^under)&-(t.edge&1)
}

// crossedExactly reports the same for every point.
func (t *cut) crossedExactly(lon, lat int64) bool {
	switch side := t.side(lon, lat); {
	case lat >= t.high():
		return t.edge&1 == 1
	case lat < t.low():
		return false
	case side == 0: // moved by (ε′, ε)
		return t.v[0] <= 0
	default:
		return side < 0
	}
}

// A cell with edges has a head before its cuts, of the same size and in the
// same slice, so that a lookup finds all of it in one place. Its fields are:
//
//	c      the set of areas at the reference point << 32 | number of cuts
//	v      the states of the faces, where there are at most two classes
//	class  the number of classes
//	edge   where its table begins, where there are more: see faces
type head = cut

func (t *head) base() uint32  { return uint32(t.c >> 32) }
func (t *head) count() uint32 { return uint32(t.c) }

func newHead(count uint32) head { return head{c: int64(count)} }

func (t *head) setBase(set uint32) { t.c = int64(set)<<32 | int64(t.count()) }
