package redraw

import (
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Operation is one step of a plan: one of the types below. Its JSON is that of
// the contract, which ParseOperation reads and MarshalJSON writes.
type Operation interface {
	// Op is the member "op".
	Op() string
	MarshalJSON() ([]byte, error)
	apply(*edit) error
}

// MoveNode moves a node, for all areas that have it as a corner. Onto another
// node it joins the two.
type MoveNode struct{ From, To geo.LatticePoint }

// InsertNode puts a node on the nearest side within InsertToleranceM, for all
// areas that share the side.
type InsertNode struct{ At geo.LatticePoint }

// RemoveNode takes a node out of all areas that have it; not one in which
// more than two sides meet.
type RemoveNode struct{ At geo.LatticePoint }

// Split cuts an area along a line into as many parts as the line makes. The
// largest keeps id and code, and with it parts that the line does not reach.
// The next gets NewCode, or a free code where that is empty; the others get
// free codes.
type Split struct {
	Area             geo.Ref
	Line             []geo.LatticePoint
	NewCode, NewName string // both may be empty
}

// Merge joins areas of a kind into one of them. A grid that then reaches beyond the
// area it belongs to comes to belong to the next above that holds all of it.
type Merge struct {
	Kind  geo.Kind
	Codes []string
	Into  string // may be among Codes or not
}

// Reassign gives whole units of one kind to an area of another, which takes
// them from the area of its kind that they lie in, or partly lie in. Where lines of
// both kinds cross they get a node. A grid comes to belong to the next area above
// that holds all of it, as by a Merge.
type Reassign struct {
	Units []geo.Ref // of one kind
	To    geo.Ref
}

// Replace gives an area another shape. Nothing else moves.
type Replace struct {
	Area  geo.Ref
	Shape orb.MultiPolygon // lon/lat in degrees, WGS 84
}

// Create adds an area. Its kind, code, name and shape are needed.
type Create struct{ Area geo.Area }

// Retire takes an area away; its code is never given to another.
type Retire struct{ Area geo.Ref }

// Rename changes the names of an area.
type Rename struct {
	Area         geo.Ref
	Name, NameEn string // NameEn may be empty
}

// Recode gives an area another code.
type Recode struct {
	Area    geo.Ref
	NewCode string
}

// Op is "move_node".
func (MoveNode) Op() string { return "move_node" }

// Op is "insert_node".
func (InsertNode) Op() string { return "insert_node" }

// Op is "remove_node".
func (RemoveNode) Op() string { return "remove_node" }

// Op is "split".
func (Split) Op() string { return "split" }

// Op is "merge".
func (Merge) Op() string { return "merge" }

// Op is "reassign".
func (Reassign) Op() string { return "reassign" }

// Op is "replace".
func (Replace) Op() string { return "replace" }

// Op is "create".
func (Create) Op() string { return "create" }

// Op is "retire".
func (Retire) Op() string { return "retire" }

// Op is "rename".
func (Rename) Op() string { return "rename" }

// Op is "recode".
func (Recode) Op() string { return "recode" }

// Apply makes the state that an operation leads to. newID becomes the id of the
// area that the operation adds, if it adds one; further ones get ids made from
// it, the same every time.
//
// A *Problem refuses it where a locked line would move, a code is another area's, or
// no sound shape comes out; a *geo.Problem where the state has not what it
// names. s stays as it is, and usable.
func (s *State) Apply(op Operation, newID geo.ID) (Result, error) { return s.apply(op, newID, false) }

// apply is Apply. again says that the operation was done before on this very state: what it
// leads to is then known to be sound, or was said not to be.
func (s *State) apply(op Operation, newID geo.ID, again bool) (Result, error) {
	e := newEdit(s, newID)
	e.again = again
	if err := op.apply(e); err != nil {
		return Result{}, err
	}
	return e.finish()
}
