package tiles

import (
	"hash/fnv"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// prepared is what a snapshot needs computed once rather than for every tile:
// outlines as each zoom shows them, made when the zoom is first drawn.
type prepared struct {
	snapshot *locate.Snapshot
	serial   uint64 // tells apart snapshots of one revision
	arcsOnce sync.Once
	arcs     *topology
	drawings [maxZoom + 1]struct {
		once    sync.Once
		drawing *drawing
	}
	kinds [6]struct {
		once   sync.Once
		table  *tagTable
		levels [maxZoom + 1]struct {
			once  sync.Once
			level atomic.Pointer[level]
		}
	}
	groundOnce  sync.Once
	ground      []groundShape
	groundBound orb.Bound // of ground; the zero bound where there is none

	// before is what was shown until this came, while this is not drawn; nil
	// for nothing, and once it is drawn.
	before      atomic.Pointer[prepared]
	changesOnce sync.Once
	changes     *changes
}

// groundShape is a feature of the base map ready to be cut into tiles.
type groundShape struct {
	id         uint64
	bound      orb.Bound // lon/lat in degrees
	lines      [][]worldPoint
	polygons   [][][]worldPoint
	points     []worldPoint
	class      string
	properties map[string]any
}

// level gives the areas of a known kind as a zoom up to maxZoom shows them.
func (p *prepared) level(kind geo.Kind, zoom int) *level {
	k := &p.kinds[kind.Index()]
	l := &k.levels[zoom]
	l.once.Do(func() {
		areas := p.snapshot.Index.Areas(kind)
		k.once.Do(func() { k.table = newTagTable(areas) })
		d := p.drawing(zoom)
		l.level.Store(newLevel(d, p.arcs.shapes[kind.Index()], areas, k.table))
	})
	return l.level.Load()
}

// ready is level, nil where that is not drawn yet.
func (p *prepared) ready(kind geo.Kind, zoom int) *level {
	return p.kinds[kind.Index()].levels[zoom].level.Load()
}

func (p *prepared) drawing(zoom int) *drawing {
	d := &p.drawings[zoom]
	d.once.Do(func() {
		p.arcsOnce.Do(func() { p.arcs = newTopology(p.snapshot.Index) })
		d.drawing = p.arcs.draw(zoom)
	})
	return d.drawing
}

func (p *prepared) groundShapes() []groundShape {
	p.groundOnce.Do(func() {
		for i := range p.snapshot.Ground {
			f := &p.snapshot.Ground[i]
			g := groundShape{id: featureID(f.ID.String()), class: f.Class, properties: map[string]any{"class": f.Class}}
			if f.Name != "" {
				g.properties["name"] = f.Name
			}
			switch geometry := f.Geometry.(type) {
			case orb.Point:
				g.points = project([]orb.Point{geometry})
			case orb.MultiPoint:
				g.points = project(geometry)
			case orb.LineString:
				g.lines = [][]worldPoint{project(geometry)}
			case orb.MultiLineString:
				for _, l := range geometry {
					g.lines = append(g.lines, project(l))
				}
			case orb.Polygon:
				g.polygons = projectPolygons(orb.MultiPolygon{geometry})
			case orb.MultiPolygon:
				g.polygons = projectPolygons(geometry)
			default:
				continue // nothing a map could draw
			}
			g.bound = f.Geometry.Bound()
			if p.ground == nil {
				p.groundBound = g.bound
			}
			p.groundBound = p.groundBound.Union(g.bound)
			p.ground = append(p.ground, g)
		}
	})
	return p.ground
}

func areaProperties(a *geo.Area) map[string]any {
	out := map[string]any{"code": a.Code, "name": a.Name, "kind": string(a.Kind)}
	text := func(key, value string) {
		if value != "" {
			out[key] = value
		}
	}
	text("name_en", a.NameEn)
	text("parent", a.Parent.Code)
	text("unit_type", a.UnitType)
	text("class", a.Class)
	if a.Households > 0 {
		out["households"] = a.Households
	}
	if a.Population > 0 {
		out["population"] = a.Population
	}
	if a.AreaM2 > 0 {
		out["area_m2"] = int64(a.AreaM2 + 0.5)
	}
	if a.Synthetic {
		out["synthetic"] = true
	}
	return out
}

// sameProperties reports whether two areas of one kind and code have the same
// areaProperties: it compares all that these are made of.
func sameProperties(a, b *geo.Area) bool {
	return a.Name == b.Name && a.NameEn == b.NameEn && a.Parent.Code == b.Parent.Code && a.UnitType == b.UnitType && a.Class == b.Class &&
		a.Households == b.Households && a.Population == b.Population && a.AreaM2 == b.AreaM2 && a.Synthetic == b.Synthetic
}

// featureID makes a feature's number of its name: the same in every tile and
// revision, and small enough for a JavaScript number.
func featureID(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64() >> 12
}

func projectPolygons(mp orb.MultiPolygon) [][][]worldPoint {
	out := make([][][]worldPoint, 0, len(mp))
	for _, polygon := range mp {
		rings := make([][]worldPoint, 0, len(polygon))
		for _, ring := range polygon {
			rings = append(rings, project(ring))
		}
		out = append(out, rings)
	}
	return out
}

func project[S ~[]orb.Point](ps S) []worldPoint {
	out := make([]worldPoint, len(ps))
	for i, p := range ps {
		out[i] = toWorld(p)
	}
	return out
}

// keepPrepared is how many snapshots stay prepared: the one in force and a few
// that somebody looks back at.
const keepPrepared = 3

// preparedSet keeps the snapshots used last prepared. The zero value is ready.
type preparedSet struct {
	mu     sync.Mutex
	recent []*prepared // the one used last comes last
	serial uint64
}

func (s *preparedSet) of(snapshot *locate.Snapshot) *prepared {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.recent, func(p *prepared) bool { return p.snapshot == snapshot })
	var p *prepared
	if i >= 0 {
		p = s.recent[i]
		s.recent = slices.Delete(s.recent, i, i+1)
	} else {
		s.serial++
		p = &prepared{snapshot: snapshot, serial: s.serial}
		if n := len(s.recent); n > 0 {
			p.before.Store(s.recent[n-1])
			s.recent[n-1].before.Store(nil) // no more than one is kept so
		}
		if len(s.recent) >= keepPrepared {
			s.recent = slices.Delete(s.recent, 0, 1)
		}
	}
	s.recent = append(s.recent, p)
	return p
}
