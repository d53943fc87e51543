package redraw

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Import brings areas of a kind in from a file: it adds those without an id,
// gives those with one another version, and takes away those that are gone, all
// at once. Unlike other operations it also moves the lines of locked kinds: it is how
// they come in.
//
// Where its areas have corners on lines of others, of whatever kind, that lack them, these
// get them: lines of other offices meet ours between our corners. That moves
// lines by less than a step of the lattice. Joints gives the areas.
//
// Numbers of households and people are those of the file; none follow their homes.
//
// Its JSON names the import, for people and for who keeps the areas: they are not
// in it, and ParseOperation refuses it.
type Import struct {
	ID   geo.ID // of the import, under which its areas are kept
	File string // name of the file, for people
	Kind geo.Kind
	// Areas are whole, of the kind, with shapes as geo.NormalizeShape gives them.
	// One without an id is new, or was before; one with an id is a version of that
	// area, which has the code already. AreaM2 and FromRevision say nothing.
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
	if op.Kind.Index() < 0 {
		return invalid("unknown-kind", fmt.Sprintf("%q is no kind of area", op.Kind), "/kind")
	}
	e.whole = true
	e.now.came[op.Kind.Index()] = true
	seen := make(map[string]bool, len(op.Areas)+len(op.Gone))
	for _, code := range op.Gone {
		seen[code] = true
		ref := geo.Ref{Kind: op.Kind, Code: code}
		slot, ok := e.now.slot(ref)
		if !ok {
			return changedMeanwhile(ref)
		}
		e.slots = append(e.slots, slot)
		e.now.refs = e.now.refs.put(ref, -1)
		e.now.plots = e.now.plots.with(slot, nil)
	}
	var live map[geo.ID]bool
	for i := range op.Areas {
		a := op.Areas[i]
		if a.Kind != op.Kind || seen[a.Code] {
			return invalid("invalid-import", fmt.Sprintf("%s is there twice, or of another kind", a.Ref()), "/areas")
		}
		seen[a.Code] = true
		slot, is := e.now.slot(a.Ref())
		switch {
		case is != (a.ID != geo.ID{}) || is && e.plot(slot).area.ID != a.ID:
			return changedMeanwhile(a.Ref())
		case !is:
			if live == nil {
				live = e.liveIDs()
			}
			var err error
			if slot, a.ID, err = e.place(a.Ref(), live); err != nil {
				return err
			}
			e.now.refs = e.now.refs.put(a.Ref(), slot)
		}
		e.slots = append(e.slots, slot)
		e.now.plots = e.now.plots.with(slot, importedPlot(a))
	}
	if err := e.sound(); err != nil {
		return err
	}
	e.joinCorners()
	return nil
}

// importedPlot is the version of an area that a file brought.
func importedPlot(a geo.Area) *plot {
	a.AreaM2, a.FromRevision = geo.AreaM2(a.Shape), 0
	p := newPlot(a, readOutline(a.Shape), true)
	p.tested = true
	return p
}

// place finds where an area goes that there is not, and whose id it has: that of the area
// which had its code before, else a new one.
func (e *edit) place(ref geo.Ref, live map[geo.ID]bool) (slot int32, id geo.ID, err error) {
	b := e.before.base
	slot, had := b.refs[ref]
	switch {
	case had:
		id = b.ids[slot]
	default:
		id = b.taken[ref]
	}
	if id == (geo.ID{}) {
		return int32(e.now.plots.n), e.nextID(), nil
	}
	if live[id] {
		return 0, id, &Problem{Code: ProblemDupCode, Detail: fmt.Sprintf("%s is, or was, another area", ref), Areas: []geo.Ref{ref}}
	}
	live[id] = true
	if !had {
		slot = int32(e.now.plots.n)
	}
	return slot, id, nil
}

func (e *edit) liveIDs() map[geo.ID]bool {
	ids := make(map[geo.ID]bool, e.now.plots.n)
	for _, p := range e.now.each() {
		ids[p.area.ID] = true
	}
	return ids
}

// sound refuses shapes that break the rules, unless it is known that none does.
func (e *edit) sound() error {
	if e.again {
		return nil
	}
	var plots []*plot
	for _, slot := range e.slots {
		if p := e.plot(slot); p != nil {
			plots = append(plots, p)
		}
	}
	var v *survey // of one shape it needs no others
	for _, f := range together(asking(plots, v.rings)) {
		if f.Code != ProblemNotContiguous {
			return &f.Problem
		}
	}
	return nil
}

// finishWhole is finish for an import, which says itself what is of its areas: nobody's
// households follow their homes, and what it does to others is for Check to say.
func (e *edit) finishWhole() (Result, error) {
	next := e.now
	next.nodes, next.uses = &nodes{plots: next.plots}, newOverlay[geo.LatticePoint, []int32]()
	var plots []*plot
	for _, slot := range e.slots {
		if p := e.plot(slot); p != nil {
			plots = append(plots, p)
		}
	}
	var jobs []func() []struct{}
	for some := range slices.Chunk(plots, atOnce) {
		jobs = append(jobs, func() []struct{} {
			for _, p := range some {
				p.digest = digest(&p.area)
			}
			return nil
		})
	}
	together(jobs)
	out := Result{State: &next}
	for _, slot := range e.slots {
		var c Change
		if was := e.was(slot); was != nil {
			next.drop(was)
			c.Before = &was.area
		}
		if now := e.plot(slot); now != nil {
			next.add(now)
			c.After = &now.area
		}
		out.Changed = append(out.Changed, c)
	}
	slices.SortFunc(out.Changed, func(a, b Change) int { return compareRefs(a.Ref(), b.Ref()) })
	if next.sum == e.before.sum {
		return Result{}, invalid("no-change", "the operation changes nothing", "")
	}
	return out, nil
}

// changedMeanwhile says that an import was compared with something else.
func changedMeanwhile(ref geo.Ref) error {
	return &geo.Problem{Kind: geo.ErrConflict, Code: "areas-changed", Areas: []geo.Ref{ref},
		Detail: fmt.Sprintf("%s is not as it was when the file was compared", ref)}
}
