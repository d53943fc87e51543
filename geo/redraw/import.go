package redraw

import (
	"encoding/json"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Import brings areas of a kind in from a file: it adds those without an id,
// gives those with one another version, and takes away those that are gone, all
// at once. Unlike other operations it also moves the lines of locked kinds: it is how
// they come in.
//
// Its JSON names the import, for people and for who keeps the areas: they are not
// in it, and ParseOperation refuses it.
type Import struct {
	ID   geo.ID // of the import, under which its areas are kept
	File string // name of the file, for people
	Kind geo.Kind
	// Areas are whole, of the kind, with shapes as geo.NormalizeShape gives them
	// and without AreaM2. One without an id is new; one with an id is a version of that
	// area, of the same code.
	Areas []geo.Area
	Gone  []string // codes
}

// Op is "import".
func (Import) Op() string { return "import" }

// MarshalJSON names the import and says what it brings.
func (op Import) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Op     string   `json:"op"`
		Import geo.ID   `json:"import"`
		Kind   geo.Kind `json:"kind"`
		Areas  int      `json:"areas"`
		Gone   int      `json:"gone,omitempty"`
		File   string   `json:"file"`
	}{op.Op(), op.ID, op.Kind, len(op.Areas), len(op.Gone), op.File})
}

func (op Import) apply(e *edit) error {
	for _, code := range op.Gone {
		slot, err := e.find(geo.Ref{Kind: op.Kind, Code: code}, "/gone")
		if err != nil {
			return err
		}
		e.retire(slot)
	}
	for i := range op.Areas {
		if err := op.bring(e, &op.Areas[i]); err != nil {
			return err
		}
	}
	return nil
}

// bring adds an area, or gives it another version.
func (op Import) bring(e *edit, a *geo.Area) error {
	lines := readOutline(a.Shape)
	if a.ID == (geo.ID{}) {
		if err := e.codeFree(a.Ref(), geo.ID{}, nil); err != nil {
			return err
		}
		area := *a
		area.ID = e.nextID()
		e.given[e.create(area, lines)] = true
		return nil
	}
	slot, err := e.find(a.Ref(), "/areas")
	if err != nil {
		return err
	}
	area := *a
	area.AreaM2 = geo.AreaM2(area.Shape)
	e.revise(slot, area, lines, true, true)
	e.given[slot] = true
	return nil
}
