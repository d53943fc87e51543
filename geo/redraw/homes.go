package redraw

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// How many homes an area gets: one a hectare, within these bounds, and none of
// less than a household.
const (
	homesLeast, homesMost = 4, 16
	homeM2                = 10_000
)

// homeMargin is how far from all lines of its area a home lies, in steps of the
// lattice: putting nodes on a line moves it by less than one.
const homeMargin = 10

// maxCandidates is how many places are tried at once, however narrow an area is.
const maxCandidates = 1 << 14

// finest are the kinds in the order in which they get homes.
var finest = [...]geo.Kind{geo.Compound, geo.VillageGroup, geo.Village, geo.Grid, geo.Township, geo.District}

// NewHomes makes the homes of the areas of a revision, the same ones every time,
// by lat, then by lon. Shapes are as geo.NormalizeShape gives them; areas of no
// known kind are left out.
//
// Compounds come first, then village groups, villages, grids, townships and the
// district: each area gets homes for the households that it has beyond those of
// the homes that belong to it already, spread evenly over the land that no area
// before it with households covers (areal weighting: M. F. Goodchild, N. S.-N.
// Lam, Areal interpolation: a variant of the traditional spatial problem,
// Geo-Processing 1, 1980). An area without such land gets none. So the homes of
// an area that has households, and none below it with any, add up to its
// number, and a whole unit that changes hands takes just what it has with it.
func NewHomes(areas []geo.Area) []Home {
	plots := make([]*plot, 0, len(areas))
	for i := range areas {
		lines := readOutline(areas[i].Shape)
		plots = append(plots, &plot{area: areas[i], lines: lines, box: lines.bounds()})
	}
	return settle(plots)
}

func settle(plots []*plot) []Home {
	var s settlers
	for _, k := range finest {
		var own []*plot
		for _, p := range plots {
			if p.area.Kind == k {
				own = append(own, p)
			}
		}
		slices.SortFunc(own, func(a, b *plot) int { return cmp.Compare(a.area.Code, b.area.Code) })
		s.settle(own)
	}
	return s.homes
}

// settlers are homes in the making.
type settlers struct {
	homes crowd
	taken []*plot // areas of the kinds that have theirs, with households
}

// claim is an area that needs homes.
type claim struct {
	households, people int32 // that no home stands for yet
	places             []geo.LatticePoint
}

// settle makes the homes of a kind, whose areas come by code. An area for which
// no place is found gets a closer look, at last up to its lines.
func (s *settlers) settle(plots []*plot) {
	claims := s.claims(plots)
	for _, look := range []struct {
		finer  int
		margin int32
	}{{1, homeMargin}, {8, homeMargin}, {64, homeMargin}, {64, 0}} {
		s.place(plots, claims, look.finer, look.margin)
	}
	for i := range claims {
		s.homes = append(s.homes, claims[i].homes()...)
	}
	s.homes.sort()
	for _, p := range plots {
		if p.area.Households > 0 {
			s.taken = append(s.taken, p)
		}
	}
}

// claims gives for each area what no home stands for.
func (s *settlers) claims(plots []*plot) []claim {
	out := make([]claim, len(plots))
	for i, p := range plots {
		out[i].households, out[i].people = atMost32(p.area.Households), atMost32(p.area.Population)
	}
	for i, owner := range s.homes.owners(plots) {
		if owner >= 0 {
			out[owner].households -= s.homes[i].Hundredths / 100
			out[owner].people -= s.homes[i].People / 100
		}
	}
	return out
}

// atMost32 keeps a number within what hundredths of it fit in.
func atMost32(n int) int32 { return int32(max(0, min(n, math.MaxInt32/100))) }

// place looks for places for the homes of areas that have none yet: of finer times
// as many as they need, those that lie more than margin from their lines.
func (s *settlers) place(plots []*plot, claims []claim, finer int, margin int32) {
	var tried crowd
	of := map[geo.LatticePoint]int{}
	for i, p := range plots {
		c := &claims[i]
		if c.households <= 0 || len(c.places) > 0 {
			continue
		}
		for _, q := range p.candidates(c.wanted(p) * finer) {
			if _, there := of[q]; !there {
				of[q] = i
				tried = append(tried, Home{At: q})
			}
		}
	}
	tried.sort()
	free := tried[:0:0]
	for i, owner := range tried.owners(plots) {
		q := tried[i].At
		if owner >= 0 && int(owner) == of[q] && !plots[owner].lines.nearer(q, margin) {
			free = append(free, tried[i])
		}
	}
	for i, owner := range free.owners(s.taken) {
		if owner < 0 {
			q := free[i].At
			claims[of[q]].places = append(claims[of[q]].places, q)
		}
	}
}

// wanted is how many homes the area should have.
func (c *claim) wanted(p *plot) int {
	n := min(max(int(geo.AreaM2(p.area.Shape)/homeM2), homesLeast), homesMost)
	return min(n, int(c.households))
}

// homes shares households and people out over the places.
func (c *claim) homes() []Home {
	n := int32(min(len(c.places), int(max(c.households, 0)), 2*homesMost))
	out := make([]Home, n)
	for i := range n {
		// Evenly over the places where there are too many.
		out[i].At = c.places[int(i)*len(c.places)/int(n)]
		out[i].Hundredths = 100 * portion(c.households, i, n)
		out[i].People = 100 * portion(max(c.people, 0), i, n)
	}
	return out
}

// portion is what the i-th of n gets of a whole number.
func portion(whole, i, n int32) int32 {
	cut := func(i int32) int64 { return int64(whole) * int64(i) / int64(n) }
	return int32(cut(i+1) - cut(i))
}

// candidates gives places in the box of an area, of which about n may lie in it:
// the middles of the cells of a mesh. No sum is of a product, so that all
// processors compute the same.
func (p *plot) candidates(n int) []geo.LatticePoint {
	wide, high := float64(int64(p.box.east)-int64(p.box.west)), float64(int64(p.box.north)-int64(p.box.south))
	if wide == 0 || high == 0 || p.lines.twiceArea() <= 0 {
		return nil
	}
	cells := min(float64(n)*(2*wide*high/float64(p.lines.twiceArea())), maxCandidates)
	cols := min(max(math.Round(math.Sqrt(cells*wide/high)), 1), maxCandidates)
	rows := min(max(math.Round(cells/cols), 1), maxCandidates)
	out := make([]geo.LatticePoint, 0, int(cols*rows))
	for y := range int64(rows) {
		for x := range int64(cols) {
			out = append(out, geo.LatticePoint{
				Lon: p.box.west + int32(int64(wide)*(2*x+1)/(2*int64(cols))),
				Lat: p.box.south + int32(int64(high)*(2*y+1)/(2*int64(rows))),
			})
		}
	}
	return out
}

// nearer tells whether a place is within some steps of a line, measured along
// lon and lat alike.
func (o outline) nearer(q geo.LatticePoint, steps int32) bool {
	near := box{q.Lon - steps, q.Lat - steps, q.Lon + steps, q.Lat + steps}
	for _, e := range o.near(near) {
		dx, dy := float64(int64(e.b.Lon)-int64(e.a.Lon)), float64(int64(e.b.Lat)-int64(e.a.Lat))
		if math.Abs(float64(geo.Turn(e.a, e.b, q))) <= float64(steps)*math.Hypot(dx, dy) {
			return true
		}
	}
	return false
}
