package tiles

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// changes is where two snapshots may look different: by kind, boxes in lon/lat
// round the areas concerned.
type changes [6][]orb.Bound

// around is how far round a changed area others are concerned, in degrees: more
// than thinning moves lines from zoom 8 on. Tiles of lower zooms show a whole
// district, so that all of it is concerned.
const around = 0.01

// changesBetween compares snapshots area by area. Concerned are areas that came,
// went or changed, and all areas near them: lines part in other places then,
// and are thinned from there.
func changesBetween(old, now *locate.Index) *changes {
	var changed []orb.Bound
	for _, kind := range geo.Kinds() {
		for _, a := range now.Areas(kind) {
			o, ok := old.Area(kind, a.Code)
			if ok && looksTheSame(o, a) {
				continue
			}
			changed = append(changed, a.Shape.Bound())
			if ok {
				changed = append(changed, o.Shape.Bound())
			}
		}
		for _, o := range old.Areas(kind) {
			if _, ok := now.Area(kind, o.Code); !ok {
				changed = append(changed, o.Shape.Bound())
			}
		}
	}
	for i := range changed {
		changed[i] = changed[i].Pad(around)
	}
	out := new(changes)
	for i, kind := range geo.Kinds() {
		for _, areas := range [2][]*geo.Area{old.Areas(kind), now.Areas(kind)} {
			for _, a := range areas {
				if b := a.Shape.Bound(); slices.ContainsFunc(changed, b.Intersects) {
					out[i] = append(out[i], b)
				}
			}
		}
	}
	return out
}

// looksTheSame reports whether two areas make the same feature.
func looksTheSame(a, b *geo.Area) bool {
	return a == b || a.Ref() == b.Ref() && sameProperties(a, b) && a.Shape.Equal(b.Shape)
}

func (c *changes) meet(kind geo.Kind, b orb.Bound) bool {
	return slices.ContainsFunc(c[kind.Index()], b.Intersects)
}

// shownBefore gives the level of the snapshot before, where that has been drawn
// and shows in the tile what this one will: nothing in it has changed, nor
// anything near what it shows. Else nil.
func (p *prepared) shownBefore(kind geo.Kind, t maptile.Tile) *level {
	before := p.before.Load()
	if before == nil {
		return nil
	}
	l := before.ready(kind, int(t.Z))
	if l == nil {
		return nil
	}
	if p.since(before).meet(kind, reach(t)) {
		return nil
	}
	return l
}

// since gives what has changed since the snapshot before.
func (p *prepared) since(before *prepared) *changes {
	p.changesOnce.Do(func() { p.changes = changesBetween(before.snapshot.Index, p.snapshot.Index) })
	return p.changes
}
