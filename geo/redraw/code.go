package redraw

import (
	"crypto/sha256"
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
)

// codeFree refuses a code that another area has, or had: a code is never given to
// another area. The area that had it, by its id, may have it again.
func (e *edit) codeFree(ref geo.Ref, id geo.ID, near *plot) error {
	if !e.codeTaken(ref, id) {
		return nil
	}
	p := &Problem{Code: ProblemDupCode, Detail: fmt.Sprintf("%s is, or was, another area", ref), Areas: []geo.Ref{ref}}
	if slot, ok := e.now.slot(ref); ok {
		near = e.plot(slot)
	}
	if near != nil {
		p.At, _ = geo.PointOnSurface(near.area.Shape)
	}
	return p
}

func (e *edit) codeTaken(ref geo.Ref, id geo.ID) bool {
	b := e.before.base
	if _, live := e.now.slot(ref); live {
		return true
	}
	if slot, ok := b.refs[ref]; ok && b.ids[slot] != id {
		return true
	}
	owner, ok := b.taken[ref]
	return ok && owner != id
}

// freeCode gives the lowest code that differs from another in its last three
// digits and that no area ever had.
func (e *edit) freeCode(k geo.Kind, like string) (string, error) {
	cut := len(like) - 3
	if cut < 0 || !digits(like[cut:]) {
		return "", invalid("code-needed", fmt.Sprintf("no code can be made after %q: give one", like), "/new_code")
	}
	for n := 1; n < 1000; n++ {
		code := fmt.Sprintf("%s%03d", like[:cut], n)
		if !e.codeTaken(geo.Ref{Kind: k, Code: code}, geo.ID{}) {
			return code, nil
		}
	}
	return "", invalid("code-needed", fmt.Sprintf("all codes after %q are taken", like[:cut]), "/new_code")
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// nextID gives the ids for new areas: first the one that came with the
// operation, then others with its time and version, and bits from its hash.
func (e *edit) nextID() geo.ID {
	id := e.newID
	if e.made > 0 {
		h := sha256.Sum256(append(id[:], byte(e.made>>8), byte(e.made)))
		id[6] = id[6]&0xf0 | h[6]&0x0f
		id[7] = h[7]
		id[8] = 0x80 | h[8]&0x3f // RFC 9562 §4.1
		copy(id[9:], h[9:16])
	}
	e.made++
	return id
}
