package importers

import "github.com/paulmach/orb"

// within bounds a source, if it can leave out what lies elsewhere.
func within(s Source, bound orb.Bound) {
	if b, ok := s.(Bounded); ok {
		b.Within(bound)
	}
}

// Within bounds what was unpacked.
func (u *unpacked) Within(bound orb.Bound) { within(u.Source, bound) }

// Within bounds each of the files.
func (j *joined) Within(bound orb.Bound) {
	for _, s := range j.sources {
		within(s, bound)
	}
}
