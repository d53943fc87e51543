package hotspot

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// kind is a category with a state: what a filter of texts can tell apart.
type kind struct{ category, status string }

// kinds numbers them.
type kinds struct {
	list   []kind
	byKind map[kind]uint16
}

func newKinds() *kinds { return &kinds{byKind: make(map[kind]uint16)} }

func (k *kinds) clone() *kinds {
	return &kinds{slices.Clone(k.list), maps.Clone(k.byKind)}
}

// number gives the number of a category with a state, a new one where it has
// none yet.
func (k *kinds) number(category, status string) (uint16, error) {
	of := kind{category, status}
	n, ok := k.byKind[of]
	if ok {
		return n, nil
	}
	if len(k.list) > math.MaxUint16 {
		return 0, geo.Invalid("invalid-rows", fmt.Sprintf("there are more than %d categories with states", math.MaxUint16))
	}
	n = uint16(len(k.list))
	k.list = append(k.list, of)
	k.byKind[of] = n
	return n, nil
}

// States that are not counted unless they are asked for, and those in which
// nobody has anything to do any more.
var (
	uncounted = []string{"rejected", "duplicate"}
	settled   = []string{"closed", "rejected", "duplicate", "handled"}
)

// pass tells by number which kinds the filter lets through.
func (k *kinds) pass(f *Filter) []bool {
	out := make([]bool, len(k.list))
	for i, of := range k.list {
		out[i] = (len(f.Category) == 0 || slices.Contains(f.Category, of.category)) &&
			(len(f.Status) > 0 && slices.Contains(f.Status, of.status) || len(f.Status) == 0 && !slices.Contains(uncounted, of.status)) &&
			(!f.Overdue || !slices.Contains(settled, of.status))
	}
	return out
}
