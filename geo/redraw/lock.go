package redraw

import (
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
)

// unlocked refuses a change of the lines of a locked kind's area.
func (e *edit) unlocked(slot int32) error {
	p := e.plot(slot)
	if !e.before.base.locked[p.area.Kind.Index()] {
		return nil
	}
	at, _ := geo.PointOnSurface(p.area.Shape)
	ref := p.area.Ref()
	return &Problem{Code: ProblemLocked, Detail: fmt.Sprintf("the lines of %s are locked", ref), At: at, Areas: []geo.Ref{ref}}
}

// kindUnlocked refuses to add areas of a locked kind.
func (e *edit) kindUnlocked(k geo.Kind, at geo.LatticePoint, ref geo.Ref) error {
	if !e.before.base.locked[k.Index()] {
		return nil
	}
	return &Problem{Code: ProblemLocked, Detail: fmt.Sprintf("the lines of every %s are locked", k), At: at.Point(), Areas: []geo.Ref{ref}}
}

// freeNode gives the users of a node, and refuses one on a locked line or one
// that nobody uses.
func (e *edit) freeNode(at geo.LatticePoint, pointer string) ([]int32, error) {
	users := e.before.users(at)
	if len(users) == 0 {
		p := at.Point()
		return nil, invalid("unknown-node", fmt.Sprintf("no boundary has a node at %.7f %.7f", p[0], p[1]), pointer)
	}
	if p, ok := e.before.lockedUser(users); ok {
		ref := p.area.Ref()
		return nil, &Problem{Code: ProblemLocked, Detail: fmt.Sprintf("the line of %s is locked", ref), At: at.Point(), Areas: []geo.Ref{ref}}
	}
	return users, nil
}
