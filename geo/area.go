package geo

import (
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// ID is the stable identity of an area, a person, a seat or a report: a
// UUIDv7. Codes, names and shapes come and go; it stays.
type ID = uuid.UUID

// Area is one version of an area: what it is called, where it lies and what it
// belongs to, as a revision has it.
type Area struct {
	ID     ID
	Kind   Kind
	Code   string // unique within the kind, never given to another area
	Name   string
	NameEn string   // may be empty
	Parent Ref      // the area it belongs to; the zero Ref for a district
	Alias  []string // other names people search by

	// Shape is lon/lat in degrees, WGS 84, every vertex on the lattice; outer
	// rings counter-clockwise, holes clockwise, all closed. Not to be changed.
	Shape orb.MultiPolygon

	UnitType   string // villages only: "village", "community" or "special"
	Class      string // grids only: "urban" or "rural"
	Households int    // 0 where unknown
	Population int    // 0 where unknown
	AreaM2     float64
	Synthetic  bool // true where the shape is invented

	// FromRevision is the revision that brought this version; 0 before it is
	// published.
	FromRevision int
}

// Ref names the area.
func (a *Area) Ref() Ref { return Ref{a.Kind, a.Code} }

// Revision is one published state of all boundaries of a district. Revisions
// count from 1; 0 is a district without boundaries.
type Revision struct {
	Number      int
	PublishedAt time.Time // UTC; in force from this instant
	Note        string
	Areas       int    // how many areas it has
	Hash        []byte // SHA-256 over codes and shapes in order, see HashAreas
	Rerouted    int    // open reports that it gave to others; only in the answer to the publish itself
}

// Name is a code and names, as answers give them.
type Name struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	NameEn string `json:"name_en,omitempty"` // where known
}

// Match says which areas cover a point: an area of each kind, or nil. The zero
// value is a point that nothing covers.
type Match struct {
	areas [numKinds]*Area
}

// NewMatch gives the match of the areas, which stand in the order of Kinds;
// nil where a kind covers nothing.
func NewMatch(areas [6]*Area) Match { return Match{areas} }

// Area gives the area of kind k, nil where none covers the point.
func (m *Match) Area(k Kind) *Area {
	if i := k.Index(); i >= 0 {
		return m.areas[i]
	}
	return nil
}

// Set puts a as the area of its kind. An area of no known kind is left out.
func (m *Match) Set(a *Area) {
	if i := a.Kind.Index(); i >= 0 {
		m.areas[i] = a
	}
}

// Empty reports whether no area of any kind covers the point.
func (m *Match) Empty() bool { return m.areas == [numKinds]*Area{} }

// Names gives code and name over all kinds, nil where no area covers the
// point; the form of `areas` in every answer. The caller owns the map.
func (m *Match) Names() map[Kind]*Name {
	out := make(map[Kind]*Name, numKinds)
	for i, k := range Kinds() {
		if a := m.areas[i]; a != nil {
			out[k] = &Name{a.Code, a.Name, a.NameEn}
		} else {
			out[k] = nil
		}
	}
	return out
}

// Feature is a line, point or polygon of the base map: a road, a river, a
// cluster of houses.
type Feature struct {
	ID       ID
	Class    string // "road_main", "road", "track", "river", "stream", "houses"
	Name     string
	Geometry orb.Geometry // lon/lat in degrees, WGS 84, on the lattice
}
