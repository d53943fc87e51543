package locate_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/paulmach/orb"
)

// drawing is the demo district: all six kinds, neighbours that share every
// vertex, cluster of compounds in its town.
var drawing = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
})

// banded is an area for an independent test: its sides by bands of latitude.
type banded struct {
	low, high geo.LatticePoint
	bands     [][][2]geo.LatticePoint
	height    int64
}

func newBanded(shape orb.MultiPolygon) banded {
	var sides [][2]geo.LatticePoint
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i := range ring[1:] {
				a, _ := geo.Snap(ring[i])
				b, _ := geo.Snap(ring[i+1])
				sides = append(sides, [2]geo.LatticePoint{a, b})
			}
		}
	}
	b := banded{low: sides[0][0], high: sides[0][0]}
	for _, s := range sides {
		b.low = geo.LatticePoint{Lon: min(b.low.Lon, s[0].Lon), Lat: min(b.low.Lat, s[0].Lat)}
		b.high = geo.LatticePoint{Lon: max(b.high.Lon, s[0].Lon), Lat: max(b.high.Lat, s[0].Lat)}
	}
	b.bands = make([][][2]geo.LatticePoint, len(sides)/2+1)
	b.height = (int64(b.high.Lat)-int64(b.low.Lat))/int64(len(b.bands)) + 1
	for _, s := range sides {
		for i := b.band(min(s[0].Lat, s[1].Lat)); i <= b.band(max(s[0].Lat, s[1].Lat)); i++ {
			b.bands[i] = append(b.bands[i], s)
		}
	}
	return b
}

func (b *banded) band(lat int32) int { return int((int64(lat) - int64(b.low.Lat)) / b.height) }

// covers is the even-odd rule with edges included.
func (b *banded) covers(q geo.LatticePoint) bool {
	if q.Lon < b.low.Lon || q.Lon > b.high.Lon || q.Lat < b.low.Lat || q.Lat > b.high.Lat {
		return false
	}
	inside := false
	for _, s := range b.bands[b.band(q.Lat)] {
		ax, ay := int64(s[0].Lon)-int64(q.Lon), int64(s[0].Lat)-int64(q.Lat)
		bx, by := int64(s[1].Lon)-int64(q.Lon), int64(s[1].Lat)-int64(q.Lat)
		cross := ax*by - ay*bx
		if cross == 0 && ax*bx+ay*by <= 0 {
			return true
		}
		if (ay > 0) != (by > 0) && (cross > 0) == (by > ay) {
			inside = !inside
		}
	}
	return inside
}

// touchy gives the points where a wrong answer would show: every distinct
// vertex with its eight neighbours, the middle of every edge rounded, and as
// many places all over the district as it takes to have n.
func touchy(areas []geo.Area, n int, rnd *rand.Rand) []geo.LatticePoint {
	seen := map[geo.LatticePoint]bool{}
	var out []geo.LatticePoint
	var all orb.Bound
	for i := range areas {
		b, _ := geo.Bound(areas[i].Shape)
		if i == 0 {
			all = b
		}
		all = all.Union(b)
		for _, polygon := range areas[i].Shape {
			for _, ring := range polygon {
				for k := range ring[1:] {
					a, _ := geo.Snap(ring[k])
					b, _ := geo.Snap(ring[k+1])
					if seen[a] {
						continue
					}
					seen[a] = true
					for d := range int32(9) {
						out = append(out, geo.LatticePoint{Lon: a.Lon + d%3 - 1, Lat: a.Lat + d/3 - 1})
					}
					out = append(out, geo.LatticePoint{Lon: a.Lon + (b.Lon-a.Lon)/2, Lat: a.Lat + (b.Lat-a.Lat)/2})
				}
			}
		}
	}
	all = all.Pad(0.01)
	for len(out) < n {
		q, _ := geo.Snap(orb.Point{
			all.Min[0] + rnd.Float64()*(all.Max[0]-all.Min[0]), all.Min[1] + rnd.Float64()*(all.Max[1]-all.Min[1])})
		out = append(out, q)
	}
	return out
}

// owners gives for each point and kind the lowest code that covers it, the
// long way; points must be in order of latitude.
func owners(areas []geo.Area, points []geo.LatticePoint) [][6]*geo.Area {
	out := make([][6]*geo.Area, len(points))
	byLat := func(q geo.LatticePoint, lat int32) int { return cmp.Compare(q.Lat, lat) }
	for i := range areas {
		a, k := &areas[i], areas[i].Kind.Index()
		b := newBanded(a.Shape)
		from, _ := slices.BinarySearchFunc(points, b.low.Lat, byLat)
		for ; from < len(points) && points[from].Lat <= b.high.Lat; from++ {
			if old := out[from][k]; (old == nil || a.Code < old.Code) && b.covers(points[from]) {
				out[from][k] = a
			}
		}
	}
	return out
}

// TestFixture asks a million points of the demo district, of which nine tenths
// lie on or one step beside a vertex or an edge.
func TestFixture(t *testing.T) {
	d, err := drawing()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	index, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("built in %v", time.Since(began))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	const n = 1_000_000
	rnd := rand.New(rand.NewPCG(seed, 1))
	points := touchy(d.Areas, n, rnd)
	slices.SortFunc(points, func(a, b geo.LatticePoint) int { return cmp.Or(cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon)) })
	wrong, hits := 0, [6]int{}
	for i, want := range owners(d.Areas, points) {
		m := index.LocateLattice(points[i])
		for k, kind := range geo.Kinds() {
			got := m.Area(kind)
			if (got == nil) != (want[k] == nil) || got != nil && got.Code != want[k].Code {
				if wrong++; wrong <= 5 {
					t.Errorf("%s at %v = %v, want %v", kind, points[i], got, want[k])
				}
			}
			if got != nil {
				hits[k]++
			}
		}
	}
	t.Logf("%d points, %d differences, points in an area by kind %v", len(points), wrong, hits)
	if len(points) < n || slices.Min(hits[:]) < len(points)/200 {
		t.Errorf("%d points, of which %v lie in areas of each kind, are too few", len(points), hits)
	}
}
