package api

import (
	"net/http"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/search"
)

// finder keeps the search indexes of the snapshots that were searched last.
type finder struct {
	mu     sync.Mutex
	recent []found // the one used last comes last
}

type found struct {
	snapshot *locate.Snapshot
	index    *search.Index
}

// keptFinders is how many there are: of the boundaries in force, and of a few
// that somebody looks at besides.
const keptFinders = 4

// of gives the index of a snapshot. The first search of it builds it, and the
// others wait for it.
func (f *finder) of(s *locate.Snapshot) *search.Index {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.recent, func(k found) bool { return k.snapshot == s })
	var k found
	switch {
	case i >= 0:
		k = f.recent[i]
		f.recent = slices.Delete(f.recent, i, i+1)
	case len(f.recent) == keptFinders:
		f.recent = slices.Delete(f.recent, 0, 1)
	}
	if k.index == nil {
		k = found{s, search.New(s.Index.All(), s.Ground)}
	}
	f.recent = append(f.recent, k)
	return k.index
}

// hitProperties is what a search says of a thing it found.
type hitProperties struct {
	Type      string      `json:"type"` // "area" or "feature"
	Kind      geo.Kind    `json:"kind,omitempty"`
	Code      string      `json:"code,omitempty"`
	Class     string      `json:"class,omitempty"` // of a feature: "road", "river", …
	Name      string      `json:"name"`
	NameEn    string      `json:"name_en,omitempty"`
	Parent    *parentRef  `json:"parent,omitempty"`
	BBox      *[4]float64 `json:"bbox,omitempty"`
	Match     string      `json:"match"`
	Synthetic bool        `json:"synthetic,omitempty"`
}

// search answers GET /api/v1/search: areas and roads, best first, each as a
// point to go to and the box to show.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	text := q.text("q", 256)
	limit := q.count("limit", 20, 100)
	at, plan := q.world()
	if text == "" && len(q.fields) == 0 {
		q.unread("q", "is missing")
	}
	if err := q.err(); err != nil {
		return err
	}
	world, err := s.worldAt(r.Context(), at, plan)
	if err != nil {
		return err
	}
	number := world.Revision.Number
	out := collection[hitProperties]{Type: "FeatureCollection", Revision: &number, Plan: world.draft(), Features: []feature[hitProperties]{}}
	for _, hit := range s.finder.of(world.Snapshot).Search(text, limit) {
		out.Features = append(out.Features, hitFeature(hit))
	}
	return writeTagged(w, r, "application/geo+json", out)
}

func hitFeature(hit search.Hit) feature[hitProperties] {
	p := hitProperties{Match: [...]string{"exact", "prefix", "initials", "substring"}[hit.Match], Name: hit.Name()}
	var shape orb.Geometry
	var id any
	if a := hit.Area; a != nil {
		p.Type, p.Kind, p.Code, p.NameEn, p.Synthetic = "area", a.Kind, a.Code, a.NameEn, a.Synthetic
		if a.Parent.Code != "" {
			p.Parent = &parentRef{a.Parent.Kind, a.Parent.Code}
		}
		shape, id = a.Shape, a.Ref().String()
	} else {
		p.Type, p.Class = "feature", hit.Feature.Class
		shape, id = hit.Feature.Geometry, hit.Feature.ID
	}
	f := feature[hitProperties]{Type: "Feature", ID: id, Properties: p}
	if b := shape.Bound(); !b.IsEmpty() {
		f.Properties.BBox = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		f.Geometry = geojson.NewGeometry(middle(shape))
	}
	return f
}

// middle gives a point to show a thing at: the centroid, which only labels it
// and may lie outside.
func middle(g orb.Geometry) orb.Point {
	p, _ := planar.CentroidArea(g)
	if r, ok := geo.Round(p); ok {
		return r
	}
	return g.Bound().Center()
}
