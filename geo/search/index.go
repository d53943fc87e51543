// Package search finds areas and named lines of the base map by name, code,
// alias, and pinyin in full or by initials. It is pure.
package search

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// queryMax is how many characters of a query make sense; no name is longer.
const queryMax = 64

// Hit is one thing found: an area or a feature of the base map, never both.
type Hit struct {
	Area *geo.Area // not to be changed
	// Feature is a named feature. The lines of one name and class are one
	// feature, a MultiLineString, with the id of the first. Not to be changed.
	Feature *geo.Feature
	Match   Match
}

// Name is the name of what was found.
func (h Hit) Name() string {
	if h.Area != nil {
		return h.Area.Name
	}
	return h.Feature.Name
}

// Match says how well a hit fits, the best first.
type Match int

// The ways to match.
const (
	Exact     Match = iota // name, alias, code or full pinyin
	Prefix                 // the beginning of one of these
	Initials               // the initials of the pinyin, all or the first of them
	Substring              // anywhere in the name, an alias or the full pinyin
	numMatches
)

// Index finds areas and features by name. It never changes and is safe for
// concurrent use. Its memory is a few kilobytes an area.
type Index struct {
	entries []entry // in the order of hits that match equally well
}

// entry is one thing that can be found, with its texts folded.
type entry struct {
	area    *geo.Area
	feature *geo.Feature
	code    string
	names   []string // names and aliases
	spelt   []reading
}

// New builds an index of the areas and of the features that have a name.
func New(areas []*geo.Area, features []geo.Feature) *Index {
	x := &Index{entries: make([]entry, 0, len(areas))}
	areas = slices.Clone(areas)
	slices.SortStableFunc(areas, func(a, b *geo.Area) int {
		return cmp.Or(cmp.Compare(a.Kind.Index(), b.Kind.Index()), strings.Compare(a.Code, b.Code))
	})
	for _, a := range areas {
		e := entry{area: a, code: fold(a.Code)}
		for _, name := range append([]string{a.Name, a.NameEn}, a.Alias...) {
			e.add(name)
		}
		x.entries = append(x.entries, e)
	}
	for _, f := range joined(features) {
		e := entry{feature: f}
		e.add(f.Name)
		x.entries = append(x.entries, e)
	}
	return x
}

// add notes a name by which the entry is found.
func (e *entry) add(name string) {
	name = fold(name)
	if name == "" || slices.Contains(e.names, name) {
		return
	}
	e.names = append(e.names, name)
	e.spelt = append(e.spelt, readings(name)...)
}

// joined gives the features with a name, by name, class and id; the lines of
// one name and class as one. A road comes in many pieces, and nobody wants to
// choose among them.
func joined(features []geo.Feature) []*geo.Feature {
	var named []geo.Feature
	for _, f := range features {
		if fold(f.Name) != "" {
			named = append(named, f)
		}
	}
	slices.SortStableFunc(named, func(a, b geo.Feature) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Class, b.Class), bytes.Compare(a.ID[:], b.ID[:]))
	})
	var out []*geo.Feature
	var last *geo.Feature // the lines being joined
	for _, f := range named {
		lines := linesOf(f.Geometry)
		if lines == nil {
			out = append(out, &f)
			continue
		}
		if last == nil || last.Name != f.Name || last.Class != f.Class {
			last = &geo.Feature{ID: f.ID, Class: f.Class, Name: f.Name, Geometry: orb.MultiLineString{}}
			out = append(out, last)
		}
		last.Geometry = append(last.Geometry.(orb.MultiLineString), lines...)
	}
	return out
}

// linesOf gives the lines of a geometry, nil where it has none.
func linesOf(g orb.Geometry) orb.MultiLineString {
	switch g := g.(type) {
	case orb.LineString:
		return orb.MultiLineString{g}
	case orb.MultiLineString:
		return g
	}
	return nil
}

// Search gives at most limit hits, best first: by Match, then areas by kind
// and code, then features by name. Case, spaces and full width make no
// difference. "kind:" before the query leaves only areas of that kind. An empty
// query, one of more than 64 characters, and a limit below 1 find nothing.
func (x *Index) Search(q string, limit int) []Hit {
	if len(q) > queryMax*utf8.UTFMax || limit < 1 {
		return nil
	}
	q = fold(q)
	kind := geo.Kind("")
	if before, after, ok := strings.Cut(q, ":"); ok {
		if k, err := geo.ParseKind(before); err == nil {
			kind, q = k, after
		}
	}
	if n := utf8.RuneCountInString(q); n == 0 || n > queryMax {
		return nil
	}
	var found [numMatches][]*entry
	for i := range x.entries {
		e := &x.entries[i]
		if kind != "" && (e.area == nil || e.area.Kind != kind) {
			continue
		}
		if m := e.match(q); m < numMatches && len(found[m]) < limit {
			found[m] = append(found[m], e)
		}
	}
	var hits []Hit
	for m, es := range found {
		for _, e := range es {
			if len(hits) < limit {
				hits = append(hits, Hit{e.area, e.feature, Match(m)})
			}
		}
	}
	return hits
}

// match says how well the entry fits a folded query; numMatches where it does
// not. Codes match from their beginning only: they share their digits.
func (e *entry) match(q string) Match {
	best := numMatches
	if e.code != "" && strings.HasPrefix(e.code, q) {
		best = Prefix
		if e.code == q {
			return Exact
		}
	}
	for _, name := range e.names {
		if best = min(best, matchText(name, q)); best == Exact {
			return Exact
		}
	}
	for i := range e.spelt {
		if best = min(best, matchText(e.spelt[i].full, q)); best == Exact {
			return Exact
		}
		if best > Initials && strings.HasPrefix(e.spelt[i].initials, q) {
			best = Initials
		}
	}
	return best
}

func matchText(text, q string) Match {
	switch i := strings.Index(text, q); {
	case i < 0:
		return numMatches
	case i > 0:
		return Substring
	case len(text) == len(q):
		return Exact
	}
	return Prefix
}
