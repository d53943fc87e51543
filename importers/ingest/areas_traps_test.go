package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// The town of the traps: eight villages of a township, 500 m squares with
// a corner every 100 m, in two rows of four; in EPSG:4551.
const (
	townEast, townNorth = 472_500.0, 4_820_500.0
	townSide            = 500.0
)

func townRing(west, south, east, north, step float64) orb.Ring {
	var r orb.Ring
	for x := west; x < east; x += step {
		r = append(r, orb.Point{x, south})
	}
	for y := south; y < north; y += step {
		r = append(r, orb.Point{east, y})
	}
	for x := east; x > west; x -= step {
		r = append(r, orb.Point{x, north})
	}
	for y := north; y > south; y -= step {
		r = append(r, orb.Point{west, y})
	}
	return append(r, r[0])
}

func townCode(i int) string { return fmt.Sprintf("2201120012%02d", i+1) }

// town gives the layer of the eight villages.
func town() *layerSource {
	s := &layerSource{layer: importers.Layer{Name: "村界", Format: "test", Geometry: "Polygon", Features: 8, Columns: []string{"编码", "名称"},
		CRS: importers.CRSHint{CRS: "EPSG:4551", From: "prj"}}}
	for i := range 8 {
		w, n := townEast+float64(i%4)*townSide, townNorth+float64(i/4)*townSide
		s.records = append(s.records, importers.Record{
			Geometry: orb.Polygon{townRing(w, n, w+townSide, n+townSide, 100)},
			Values:   []importers.Value{{Text: townCode(i), Type: importers.Text}, {Text: fmt.Sprintf("第%d村", i+1), Type: importers.Text}},
		})
	}
	return s
}

// townBasis is the township and the district round the town.
func townBasis(t testing.TB) []geo.Area {
	t.Helper()
	var ring orb.Ring
	for _, p := range townRing(townEast, townNorth, townEast+4*townSide, townNorth+2*townSide, 100) {
		w, err := geo.ToWGS84("EPSG:4551", p)
		if err != nil {
			t.Fatal(err)
		}
		ring = append(ring, w)
	}
	shape, err := geo.NormalizeShape(orb.MultiPolygon{{ring}})
	if err != nil {
		t.Fatal(err)
	}
	district := geo.Area{ID: geo.ID{1}, Kind: geo.District, Code: "220112", Name: "双阳区", Shape: shape}
	township := geo.Area{ID: geo.ID{2}, Kind: geo.Township, Code: "220112001", Name: "云山街道", Parent: district.Ref(), Shape: shape}
	return []geo.Area{district, township}
}

func (s *layerSource) polygon(i int) orb.Polygon { return s.records[i].Geometry.(orb.Polygon) }

func atLonLat(t testing.TB, x, y float64) orb.Point {
	t.Helper()
	w, err := geo.ToWGS84("EPSG:4551", orb.Point{x, y})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// shiftPolygon writes a polygon as one of a shifted system that is taken for the
// system of the others.
func shiftPolygon(t testing.TB, p orb.Polygon, as geo.CRS) {
	t.Helper()
	for i, c := range p[0] {
		w, err := geo.ToWGS84("EPSG:4551", c)
		if err == nil {
			w, err = geo.FromWGS84(as, w)
		}
		if err == nil {
			p[0][i], err = geo.FromWGS84("EPSG:4551", w)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// wanted is a problem that a trap must give: of a feature, at a place or none.
type wanted struct {
	feature int
	problem string
	warning bool
	at      *orb.Point // in EPSG:4551
}

func TestAreasTraps(t *testing.T) {
	at := func(x, y float64) *orb.Point { return &orb.Point{townEast + x, townNorth + y} }
	square := func(x, y, size float64) orb.Ring {
		return townRing(townEast+x, townNorth+y, townEast+x+size, townNorth+y+size, size)
	}
	turned := func(r orb.Ring) orb.Ring { r = r.Clone(); slices.Reverse(r); return r }
	for name, trap := range map[string]struct {
		damage func(s *layerSource)
		want   []wanted
	}{
		"nothing": {func(*layerSource) {}, nil},
		"an open ring": {func(s *layerSource) {
			p := s.polygon(2)
			p[0] = p[0][:len(p[0])-1]
		}, []wanted{{3, importers.ProblemRingNotClosed, false, at(1000, 100)}}},
		"a ring of two points": {func(s *layerSource) {
			s.records[1].Geometry = orb.Polygon{{{townEast + 500, townNorth}, {townEast + 600, townNorth}}}
		}, []wanted{{2, importers.ProblemRingTooShort, false, at(500, 0)}}},
		"a bow-tie": {func(s *layerSource) {
			r := s.polygon(5)[0] // 500..1000, 500..1000
			r[7], r[12] = r[12], r[7]
		}, []wanted{{6, importers.ProblemSelfIntersection, false, nil}}},
		"a bow-tie within": {func(s *layerSource) {
			s.records[0].Geometry = orb.MultiPolygon{s.polygon(0), {{{townEast + 100, townNorth + 100}, {townEast + 200, townNorth + 200}, {townEast + 200, townNorth + 100}, {townEast + 100, townNorth + 200}, {townEast + 100, townNorth + 100}}}}
		}, []wanted{{1, importers.ProblemSelfIntersection, false, at(150, 150)}}},
		"a spike out of the outline": {func(s *layerSource) {
			p := s.polygon(7) // its upper right corner is at 2000, 1000
			p[0] = slices.Insert(p[0], 11, orb.Point{townEast + 2050, townNorth + 1000}, orb.Point{townEast + 2000, townNorth + 1000})
		}, []wanted{{8, importers.ProblemSpike, false, at(2050, 1000)}}},
		"corners twice": {func(s *layerSource) {
			p := s.polygon(0)
			p[0] = slices.Insert(p[0], 3, p[0][3], p[0][3])
		}, nil},
		"a hole outside": {func(s *layerSource) {
			s.records[0].Geometry = append(s.polygon(0), turned(square(-300, 100, 100)))
		}, []wanted{{1, importers.ProblemHoleOutside, false, at(-300, 100)}}},
		"a hole far outside": {func(s *layerSource) {
			s.records[0].Geometry = append(s.polygon(0), turned(square(-100_000, 100, 100)))
		}, []wanted{{1, importers.ProblemHoleOutside, false, at(-100_000, 100)}}},
		"an island in a lake in an island, holes as the file says": {func(s *layerSource) {
			s.records[0].Geometry = orb.MultiPolygon{{s.polygon(0)[0], turned(square(100, 100, 300))}, {square(150, 150, 200), turned(square(200, 200, 50))}}
		}, []wanted{{0, importers.ProblemGap, false, at(225, 225)}, {0, importers.ProblemGap, false, nil}}},
		"an island in a lake in an island, all one polygon": {func(s *layerSource) {
			s.records[0].Geometry = orb.Polygon{s.polygon(0)[0], square(200, 200, 50), square(150, 150, 200), square(100, 100, 300)}
		}, []wanted{{1, importers.ProblemHoleNesting, true, nil}, {0, importers.ProblemGap, false, at(225, 225)}, {0, importers.ProblemGap, false, nil}}},
		"an island in a lake in an island, all one polygon, the outline last": {func(s *layerSource) {
			s.records[0].Geometry = orb.Polygon{square(150, 150, 200), square(200, 200, 50), square(100, 100, 300), s.polygon(0)[0]}
		}, []wanted{{1, importers.ProblemHoleNesting, true, nil}, {0, importers.ProblemGap, false, at(225, 225)}, {0, importers.ProblemGap, false, nil}}},
		"an island in a lake in an island, rings in no order": {func(s *layerSource) {
			s.records[0].Geometry, s.records[0].Rings = nil, []orb.Ring{turned(square(150, 150, 200)), square(200, 200, 50), turned(s.polygon(0)[0]), square(100, 100, 300)}
		}, []wanted{{0, importers.ProblemGap, false, at(225, 225)}, {0, importers.ProblemGap, false, nil}}},
		"no shape":         {func(s *layerSource) { s.records[3].Geometry = nil }, []wanted{{4, importers.ProblemEmptyGeometry, false, nil}}},
		"an empty polygon": {func(s *layerSource) { s.records[3].Geometry = orb.MultiPolygon{} }, []wanted{{4, importers.ProblemEmptyGeometry, false, nil}}},
		"a point":          {func(s *layerSource) { s.records[3].Geometry = orb.Point{1, 2} }, []wanted{{4, importers.ProblemWrongType, false, nil}}},
		"heights":          {func(s *layerSource) { s.records[3].HadZ = true }, []wanted{{4, importers.ProblemZDropped, true, nil}}},
		"heights of all": {func(s *layerSource) {
			for i := range s.records {
				s.records[i].HadZ = true
			}
		}, []wanted{{0, importers.ProblemZDropped, true, nil}}},
		"a name that an export could not write":   {func(s *layerSource) { s.records[2].Values[1].Text = "?????01??" }, []wanted{{3, importers.ProblemValueDamaged, false, nil}}},
		"a name with the mark of what is no text": {func(s *layerSource) { s.records[2].Values[1].Text = "第\ufffd\ufffd村" }, []wanted{{3, importers.ProblemValueDamaged, false, nil}}},
		"that mark read as GBK":                   {func(s *layerSource) { s.records[2].Values[1].Text = "锟斤拷村" }, []wanted{{3, importers.ProblemValueDamaged, false, nil}}},
		"codes of which the same is left": {func(s *layerSource) {
			s.records[3].Values[0].Text, s.records[6].Values[0].Text = "2.20112E+11", "2.20112E+11"
		}, []wanted{{4, importers.ProblemCodeDamaged, false, nil}, {7, importers.ProblemCodeDamaged, false, nil}}},
		"a record that cannot be read": {func(s *layerSource) {
			s.records[6] = importers.Record{Values: make([]importers.Value, 2), Problems: []importers.Problem{{Problem: importers.ProblemFileCorrupt, Detail: "no JSON"}}}
		}, []wanted{{7, importers.ProblemFileCorrupt, false, nil}}},
		"a number in full width": {func(s *layerSource) {
			s.layer.Columns = append(s.layer.Columns, "户数")
			for i := range s.records {
				s.records[i].Values = append(s.records[i].Values, importers.Value{Text: "31", Type: importers.Text})
			}
			s.records[2].Values[2].Text = "１,２３４"
		}, []wanted{{3, importers.ProblemValueNormalised, true, nil}}},
		"the code of another kind": {func(s *layerSource) { s.records[2].Values[0].Text = "220112001" }, []wanted{{3, importers.ProblemCodeDamaged, false, nil}}},
		"fewer rows than shapes": {func(s *layerSource) {
			s.layer.Problems = []importers.Problem{{Problem: importers.ProblemRowCount, Detail: "7 rows, 8 shapes"}}
			s.records[7].Values = make([]importers.Value, 2)
		}, []wanted{{0, importers.ProblemRowCount, false, nil}}},
		"no features": {func(s *layerSource) { s.records = nil }, []wanted{{0, importers.ProblemEmptyGeometry, false, nil}}},
		"no table of columns": {func(s *layerSource) {
			s.layer.Problems = []importers.Problem{{Problem: importers.ProblemFileMissingPart, Detail: "no .dbf"}}
			s.layer.Columns = nil
		}, []wanted{{0, importers.ProblemFileMissingPart, false, nil}}},
		"an outline without corners": {func(s *layerSource) { s.records[3].Geometry = append(s.polygon(3), orb.Ring{}) }, []wanted{{4, importers.ProblemRingTooShort, false, nil}}},
		"one corner far away":        {func(s *layerSource) { s.polygon(4)[0][3][0] += 100_000 }, []wanted{{5, importers.ProblemOutsideDistrict, false, at(100_300, 500)}}},
		"one of eight in GCJ-02":     {func(s *layerSource) { shiftPolygon(t, s.polygon(4), geo.GCJ02) }, []wanted{{5, importers.ProblemLooksGCJ02, false, nil}}},
		"one of eight in BD-09":      {func(s *layerSource) { shiftPolygon(t, s.polygon(4), geo.BD09) }, []wanted{{5, importers.ProblemLooksGCJ02, false, nil}}},
		"a code twice, once in full width": {func(s *layerSource) { s.records[6].Values[0].Text = "２２０１１２００１２０１" }, []wanted{
			{7, importers.ProblemValueNormalised, true, nil}, {7, importers.ProblemDupCode, false, nil}}},
		"a code that a spreadsheet destroyed": {func(s *layerSource) {
			s.records[6].Values[0] = importers.Value{Text: "2.20112E+11", Type: importers.Number}
		}, []wanted{{7, importers.ProblemCodeDamaged, false, nil}}},
		"a code with .0": {func(s *layerSource) { s.records[6].Values[0].Text += ".0" }, []wanted{{7, importers.ProblemValueNormalised, true, nil}}},
		"no code":        {func(s *layerSource) { s.records[6].Values[0] = importers.Value{} }, []wanted{{7, importers.ProblemCodeDamaged, false, nil}}},
		"one of eight swapped": {func(s *layerSource) {
			for i, p := range s.polygon(4)[0] {
				s.polygon(4)[0][i] = orb.Point{p[1], p[0]}
			}
		}, []wanted{{5, importers.ProblemAxisSwapped, false, at(250, 750)}}},
		"all swapped": {func(s *layerSource) {
			for k := range s.records {
				for i, p := range s.polygon(k)[0] {
					s.polygon(k)[0][i] = orb.Point{p[1], p[0]}
				}
			}
		}, []wanted{{0, importers.ProblemAxisSwapped, false, nil}}},
		"a label of another zone": {func(s *layerSource) { s.layer.CRS.CRS = "EPSG:4549" }, []wanted{{0, importers.ProblemCRSOutOfZone, false, nil}}},
		"metres as degrees":       {func(s *layerSource) { s.layer.CRS.CRS = geo.WGS84 }, []wanted{{0, importers.ProblemCRSOutOfZone, false, nil}}},
		"zone numbers missing":    {func(s *layerSource) { s.layer.CRS.CRS = "EPSG:4530" }, []wanted{{0, importers.ProblemCRSOutOfZone, false, nil}}},
		"no system":               {func(s *layerSource) { s.layer.CRS = importers.CRSHint{} }, []wanted{{0, importers.ProblemCRSUnknown, false, nil}}},
		"one far away": {func(s *layerSource) {
			for i := range s.polygon(4)[0] {
				s.polygon(4)[0][i][0] += 100_000
			}
		}, []wanted{{5, importers.ProblemOutsideDistrict, false, nil}}},
		"a coordinate that is none": {func(s *layerSource) { s.polygon(4)[0][3][0] = math.NaN() }, []wanted{{5, importers.ProblemValueDamaged, false, nil}}},
		"an overlap": {func(s *layerSource) { // the line between 1 and 2, 10 m into 2 at its middle
			s.polygon(0)[0][7][0] += 10
		}, []wanted{{1, importers.ProblemOverlap, false, nil}}},
		"a gap":                        {func(s *layerSource) { s.polygon(0)[0][7][0] -= 10 }, []wanted{{0, importers.ProblemGap, false, nil}}},
		"a gap at the township's line": {func(s *layerSource) { s.polygon(0)[0][2][1] += 10 }, []wanted{{0, importers.ProblemGap, false, nil}}},
		"beyond the district":          {func(s *layerSource) { s.polygon(0)[0][2][1] -= 10 }, []wanted{{1, importers.ProblemOutsideDistrict, false, nil}}},
		"a village that is missing":    {func(s *layerSource) { s.records = s.records[:7] }, []wanted{{0, importers.ProblemGap, false, nil}}},
		"a corner on a neighbour's side alone": {func(s *layerSource) {
			s.polygon(0)[0] = slices.Delete(s.polygon(0)[0], 7, 8)
		}, []wanted{{0, importers.ProblemValueNormalised, true, nil}}},
		"no name": {func(s *layerSource) { s.records[0].Values[1].Text = " " }, []wanted{{1, importers.ProblemValueDamaged, false, nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := town()
			trap.damage(s)
			set := importAreas(t, s, townBasis(t), Options{Kind: geo.Village})
			left := slices.Clone(set.Report.Problems)
			for _, w := range trap.want {
				within := 1.0
				if w.problem == importers.ProblemGap {
					within = 20 // somewhere in it
				}
				i := slices.IndexFunc(left, func(p *importers.Problem) bool {
					if w.at != nil && (p.At == nil || geo.DistanceM(*p.At, atLonLat(t, w.at[0], w.at[1])) > within) {
						return false
					}
					return p.Feature == w.feature && p.Problem == w.problem && p.Warning == w.warning
				})
				if i < 0 {
					t.Errorf("no %+v among\n%s", w, tell(set))
					continue
				}
				left = slices.Delete(left, i, i+1)
			}
			if len(left) > 0 {
				t.Errorf("more than what is wrong was found; wanted %+v, got\n%s", trap.want, tell(set))
			}
			errors := slices.ContainsFunc(trap.want, func(w wanted) bool { return !w.warning })
			if !errors && len(set.New) != len(s.records) {
				t.Errorf("%d of %d areas are new", len(set.New), len(s.records))
			}
		})
	}
}

// TestAreasNamesInForce: names that an export could not write do not take the place of
// those in force.
func TestAreasNamesInForce(t *testing.T) {
	s := town()
	set := importAreas(t, s, townBasis(t), Options{Kind: geo.Village})
	basis := townBasis(t)
	for i := range set.New {
		set.New[i].ID = geo.ID{byte(10 + i)}
		basis = append(basis, set.New[i])
	}
	s.records[2].Values[1].Text = "?????"
	set = importAreas(t, s, basis, Options{Kind: geo.Village})
	if set.Report.Unchanged != 8 || len(set.Report.Problems) != 1 || set.Report.Problems[0].Problem != importers.ProblemValueDamaged || !set.Report.Problems[0].Warning || set.Report.Problems[0].Feature != 3 {
		t.Errorf("%+v: %s", set.Report, tell(set))
	}
}

// TestAreasReading: a wrong label is told with the one that fits.
func TestAreasReading(t *testing.T) {
	for label, want := range map[geo.CRS]string{"EPSG:4549": "EPSG:4551", "EPSG:4550": "EPSG:4551", "EPSG:4530": "EPSG:4551", geo.WGS84: "EPSG:4551"} {
		s := town()
		s.layer.CRS.CRS = label
		set := importAreas(t, s, townBasis(t), Options{Kind: geo.Village})
		if want := cmp.Or(map[geo.CRS]string{geo.WGS84: "EPSG:4326"}[label], string(label)); set.Report.CRS != want {
			t.Errorf("the system is %q, want %q", set.Report.CRS, want)
		}
		p := set.Report.Problems[0]
		if p.Problem != importers.ProblemCRSOutOfZone || p.Values["reading"] != want || !strings.Contains(p.Detail, "--crs "+want) {
			t.Errorf("4551 as %s: %v, %v, want the reading %s", label, p, p.Values, want)
		}
	}
}
