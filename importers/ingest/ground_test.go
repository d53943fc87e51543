package ingest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// groundFile is a file of lines, one layer after another.
type groundFile struct {
	layers  []importers.Layer
	records [][]importers.Record
	ending  error      // of every layer
	bound   *orb.Bound // that was asked for
}

func (f *groundFile) Layers() []importers.Layer { return f.layers }
func (f *groundFile) Within(b orb.Bound)        { f.bound = &b }
func (f *groundFile) Close() error              { return nil }

func (f *groundFile) Records(_ context.Context, layer int, each func(*importers.Record) error) error {
	for i := range f.records[layer] {
		r := f.records[layer][i]
		r.Number = i + 1
		if err := each(&r); err != nil {
			return err
		}
	}
	return f.ending
}

// groundLines makes a file of one layer.
func groundLines(crs geo.CRS, columns []string, records ...importers.Record) *groundFile {
	return &groundFile{layers: []importers.Layer{{
		Name: "lines", Columns: columns, Geometry: "Geometry", Features: len(records), CRS: importers.CRSHint{CRS: crs, From: "prj"},
	}}, records: [][]importers.Record{records}}
}

// groundRow makes a record of a geometry and texts.
func groundRow(geometry orb.Geometry, texts ...string) importers.Record {
	r := importers.Record{Geometry: geometry}
	for _, s := range texts {
		v := importers.Value{Text: s, Type: importers.Text}
		if s == "" {
			v = importers.Value{}
		}
		r.Values = append(r.Values, v)
	}
	return r
}

func groundSet(t testing.TB, src importers.Source, o Options, have ...geo.Feature) *GroundSet {
	t.Helper()
	set, err := Ground(context.Background(), src, GroundBasis{District: "220112", Features: have}, o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// groundDrawn gives features as lines of text.
func groundDrawn(features []geo.Feature) []string {
	out := []string{}
	for _, f := range features {
		out = append(out, fmt.Sprint(f.Class, " ", f.Name, " ", f.Geometry))
	}
	return out
}

// groundProblems gives the problems of a report by name, warnings with a question mark.
func groundProblems(r *Report) []string {
	out := []string{}
	for _, p := range r.Problems {
		name := p.Problem
		if p.Warning {
			name += "?"
		}
		out = append(out, name)
	}
	return out
}

var (
	groundRoad  = orb.LineString{{125.6, 43.5}, {125.61, 43.5}, {125.62, 43.51}}
	groundHouse = orb.Polygon{{{125.6, 43.5}, {125.601, 43.5}, {125.601, 43.501}, {125.6, 43.501}, {125.6, 43.5}}}
)

// TestGroundClasses: our own words, Chinese ones, those of OpenStreetMap's
// extracts and its tags.
func TestGroundClasses(t *testing.T) {
	columns := []string{"class", "highway", "waterway", "building", "landuse"}
	for texts, want := range map[[5]string]string{
		{"road_main"}:                   "road_main",
		{"国道"}:                          "road_main",
		{" 机耕路 "}:                       "track",
		{"河流"}:                          "river",
		{"居民地"}:                         "houses",
		{"primary_link"}:                "road_main",
		{"Residential"}:                 "road",
		{"track_grade3"}:                "track",
		{"", "tertiary"}:                "road",
		{"", "footway"}:                 "track",
		{"", "construction"}:            "",
		{"", "", "river"}:               "river",
		{"", "", "drain"}:               "stream",
		{"", "", "dam"}:                 "",
		{"", "", "", "yes"}:             "houses",
		{"", "", "", "no"}:              "",
		{"", "", "", "", "residential"}: "houses",
		{"", "", "", "", "forest"}:      "",
		{"", "primary", "canal"}:        "road_main",
		{"", "bus_stop", "river"}:       "river",
		{}:                              "",
	} {
		geometry := orb.Geometry(groundRoad)
		if want == "houses" {
			geometry = groundHouse
		}
		set := groundSet(t, groundLines(geo.WGS84, columns, groundRow(geometry, texts[:]...), groundRow(groundRoad, "road_main")), Options{})
		got := ""
		if len(set.Features) > 1 {
			got = set.Features[0].Class
		}
		if got != want || set.Report.Errors() > 0 {
			t.Errorf("%q is %q, want %q, problems %q", texts, got, want, groundProblems(&set.Report))
		}
	}
}

// A class that nobody knows is told of once, with how many have it.
func TestGroundUnknownClass(t *testing.T) {
	set := groundSet(t, groundLines(geo.WGS84, []string{"class"}, groundRow(groundRoad, "围墙"), groundRow(groundRoad, "围墙"), groundRow(groundRoad, "road")), Options{})
	if got := groundProblems(&set.Report); !slices.Equal(got, []string{"VALUE_DAMAGED?"}) || set.Report.Problems[0].Values["count"] != 2 || len(set.Features) != 1 {
		t.Errorf("problems %q, %+v, %d features", got, set.Report.Problems, len(set.Features))
	}
}

// Layers without a column for it are what they are called, polygons houses.
func TestGroundWithoutClass(t *testing.T) {
	for name, want := range map[string]string{"道路": "road", "河流": "river", "Export_Output": "road", "双阳区机耕路2021": "track", "waterways_river": "river"} {
		f := groundLines(geo.WGS84, []string{"NAME"}, groundRow(groundRoad, "一"), groundRow(groundHouse, "二"))
		f.layers[0].Name = name
		set := groundSet(t, f, Options{})
		if got := []string{set.Features[0].Class, set.Features[1].Class}; !slices.Equal(got, []string{want, "houses"}) || !slices.Equal(groundProblems(&set.Report), []string{"VALUE_NORMALISED?"}) {
			t.Errorf("%s: %q, %q, want %s and houses", name, got, groundProblems(&set.Report), want)
		}
	}
	f := groundLines(geo.WGS84, []string{"KIND", "DJ"}, groundRow(groundRoad, "", "国道"))
	if set := groundSet(t, f, Options{Columns: map[string]string{"class": "DJ"}}); set.Features[0].Class != "road_main" || len(set.Report.Problems) > 0 {
		t.Errorf("with a column that is named: %v, %q", groundDrawn(set.Features), groundProblems(&set.Report))
	}
}

// Names: Chinese before others, a number where there is none.
func TestGroundNames(t *testing.T) {
	columns := []string{"highway", "name", "name:zh", "ref"}
	set := groundSet(t, groundLines(geo.WGS84, columns, groundRow(groundRoad, "primary", "Changqing Road", "长清公路", "S206"), groundRow(groundRoad, "primary", "长清公路", "", ""), groundRow(groundRoad, "primary", "", "", "S206")), Options{})
	got := []string{set.Features[0].Name, set.Features[1].Name, set.Features[2].Name}
	if !slices.Equal(got, []string{"长清公路", "长清公路", "S206"}) {
		t.Errorf("names %q", got)
	}
}

// TestGroundCut: what lies elsewhere is left out, what leaves the district is cut.
func TestGroundCut(t *testing.T) {
	far := orb.LineString{{120, 40}, {121, 40}}
	out := orb.LineString{{126, 43.5}, {127, 43.5}}
	through := orb.LineString{{125.9, 43.5}, {127, 43.5}, {127, 43.6}, {125.9, 43.6}}
	set := groundSet(t, groundLines(geo.WGS84, []string{"class"}, groundRow(far, "road"), groundRow(out, "road"), groundRow(through, "river")), Options{})
	want := []string{
		"road  [[126 43.5] [126.07 43.5]]",
		"river  [[[125.9 43.5] [126.07 43.5]] [[126.07 43.6] [125.9 43.6]]]",
	}
	if got := groundDrawn(set.Features); !slices.Equal(got, want) || len(set.Report.Problems) > 0 || set.Report.FeaturesRead != 3 || set.Report.New != 2 {
		t.Errorf("%q, report %+v, want %q", got, set.Report, want)
	}
	f := groundLines(geo.WGS84, []string{"class"}, groundRow(groundRoad, "road"))
	groundSet(t, f, Options{})
	if f.bound == nil || !slices.Equal([]float64{f.bound.Min[0], f.bound.Max[1]}, []float64{125.39, 43.85}) {
		t.Errorf("the file was bounded by %v", f.bound)
	}
	// With areas in force it is their district that counts.
	area := geo.Area{Kind: geo.District, Code: "220112", Shape: orb.MultiPolygon{{{{120, 40}, {120.5, 40}, {120.5, 40.5}, {120, 40}}}}}
	one, err := Ground(context.Background(), groundLines(geo.WGS84, []string{"class"}, groundRow(far, "road"), groundRow(groundRoad, "road")), GroundBasis{District: "220112", Areas: []geo.Area{area}}, Options{})
	if err != nil || !slices.Equal(groundDrawn(one.Features), []string{"road  [[120 40] [120.55 40]]"}) {
		t.Errorf("%v, %v", groundDrawn(one.Features), err)
	}
}

// Lines of others are thinned out, ours stay as they are; both land on the lattice.
func TestGroundThin(t *testing.T) {
	line := orb.LineString{{125.6, 43.5}, {125.605, 43.500001}, {125.61, 43.5}, {125.61, 43.5}, {125.62000000004, 43.51}}
	set := groundSet(t, groundLines(geo.WGS84, []string{"class"}, groundRow(line, "primary"), groundRow(line, "road_main")), Options{})
	want := []string{"road_main  [[125.6 43.5] [125.61 43.5] [125.62 43.51]]", "road_main  [[125.6 43.5] [125.605 43.500001] [125.61 43.5] [125.62 43.51]]"}
	if got := groundDrawn(set.Features); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// What is thinned out once stays so.
	bent := orb.LineString{}
	for i := range 500 {
		x := float64(i)
		bent = append(bent, orb.Point{125.6 + x*1e-4, 43.5 + 0.003*math.Sin(x/17) + 1e-5*math.Sin(x*1.7)})
	}
	once := groundSet(t, groundLines(geo.WGS84, []string{"highway"}, groundRow(bent, "primary")), Options{})
	twice := groundSet(t, groundLines(geo.WGS84, []string{"highway"}, groundRow(once.Features[0].Geometry, "primary")), Options{})
	if n := len(once.Features[0].Geometry.(orb.LineString)); n < 20 || n > 300 || !slices.Equal(groundDrawn(once.Features), groundDrawn(twice.Features)) {
		t.Errorf("%d of 500 vertices stay; again: %v", n, groundDrawn(twice.Features))
	}
}

// TestGroundHouses: outlines from polygons, closed lines and rings without roles.
func TestGroundHouses(t *testing.T) {
	ring := groundHouse[0]
	yard := orb.Ring{{125.6002, 43.5002}, {125.6004, 43.5002}, {125.6004, 43.5004}, {125.6002, 43.5002}}
	shed := orb.Polygon{{{125.6, 43.5}, {125.60002, 43.5}, {125.60002, 43.50002}, {125.6, 43.5}}}
	bow := orb.Polygon{{{125.6, 43.5}, {125.601, 43.501}, {125.601, 43.5}, {125.6, 43.501}, {125.6, 43.5}}}
	flat := groundRow(nil, "yes")
	flat.Rings = []orb.Ring{yard, ring}
	set := groundSet(t, groundLines(geo.WGS84, []string{"building"}, groundRow(groundHouse, "yes"), groundRow(orb.LineString(ring), "yes"), groundRow(orb.Polygon{ring, yard}, "yes"), flat, groundRow(shed, "yes"), groundRow(bow, "yes")), Options{})
	if len(set.Features) != 4 || set.Report.Errors() > 0 {
		t.Fatalf("%q, problems %q, want four houses", groundDrawn(set.Features), groundProblems(&set.Report))
	}
	for _, f := range set.Features {
		if got := fmt.Sprint(f.Geometry); got != fmt.Sprint(set.Features[0].Geometry) || len(f.Geometry.(orb.MultiPolygon)) != 1 {
			t.Errorf("house %s, want %v", got, set.Features[0].Geometry)
		}
	}
}

// TestGroundSystems: projected files, wrong labels, swapped axes.
func TestGroundSystems(t *testing.T) {
	plane := orb.LineString{{472510.999, 4820546.906}, {473000, 4821000}} // 125.66 43.52 in EPSG:4551
	swapped := orb.LineString{{43.5, 125.6}, {43.51, 125.61}}
	for name, c := range map[string]struct {
		file    *groundFile
		crs     string
		want    []string
		reading string
	}{
		"4551":             {groundLines("EPSG:4551", []string{"class"}, groundRow(plane, "road")), "", []string{}, ""},
		"4551 as 4549":     {groundLines("EPSG:4549", []string{"class"}, groundRow(plane, "road")), "", []string{"CRS_OUT_OF_ZONE"}, "EPSG:4551"},
		"4551 as degrees":  {groundLines(geo.WGS84, []string{"class"}, groundRow(plane, "road")), "", []string{"CRS_OUT_OF_ZONE"}, "EPSG:4551"},
		"the option beats": {groundLines("EPSG:4549", []string{"class"}, groundRow(plane, "road")), "EPSG:4551", []string{}, ""},
		"swapped":          {groundLines(geo.WGS84, []string{"class"}, groundRow(swapped, "road")), "", []string{"AXIS_SWAPPED"}, "wgs84, northing or latitude first"},
		"elsewhere":        {groundLines(geo.WGS84, []string{"class"}, groundRow(orb.LineString{{10, 50}, {11, 50}}, "road")), "", []string{"OUTSIDE_DISTRICT"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			set := groundSet(t, c.file, Options{CRS: c.crs})
			if got := groundProblems(&set.Report); !slices.Equal(got, c.want) {
				t.Fatalf("problems %q, want %q", got, c.want)
			}
			if c.reading != "" && set.Report.Problems[0].Values["reading"] != c.reading {
				t.Errorf("reading %v, want %s", set.Report.Problems[0].Values["reading"], c.reading)
			}
			if len(c.want) > 0 {
				return
			}
			if p := set.Features[0].Geometry.(orb.LineString)[0]; math.Abs(p[0]-125.66) > 1e-7 || math.Abs(p[1]-43.52) > 1e-7 || !geo.OnLattice(p) {
				t.Errorf("it begins at %v, want 125.66 43.52", p)
			}
		})
	}
	var p *importers.Problem
	if _, err := Ground(context.Background(), groundLines("", []string{"class"}, groundRow(groundRoad, "road")), GroundBasis{District: "220112"}, Options{}); !errors.As(err, &p) || p.Problem != importers.ProblemCRSUnknown {
		t.Errorf("a file of no system gives %v", err)
	}
}

// Faults of the reader stay with their features, the others come in.
func TestGroundFaults(t *testing.T) {
	broken := groundRow(nil, "road", "")
	broken.Problems = []importers.Problem{{Problem: importers.ProblemFileCorrupt, Detail: "damaged"}}
	harmless := groundRow(groundRoad, "road", "")
	harmless.Problems = []importers.Problem{{Problem: importers.ProblemValueDamaged, Values: map[string]any{"column": "REMARK"}}}
	lost := groundRow(orb.LineString{{math.NaN(), 43}, {125, 43}}, "road", "")
	point := groundRow(orb.Point{125.6, 43.5}, "road", "")
	set := groundSet(t, groundLines(geo.WGS84, []string{"class", "REMARK"}, broken, harmless, lost, point, groundRow(nil, "road", "")), Options{})
	if got := groundProblems(&set.Report); !slices.Equal(got, []string{"FILE_CORRUPT", "VALUE_DAMAGED", "WRONG_TYPE?"}) || set.Report.FeaturesOK != 3 || len(set.Features) != 1 {
		t.Errorf("problems %q, %d fine, %d features", got, set.Report.FeaturesOK, len(set.Features))
	}
}

// What was read before a file breaks off is looked at all the same.
func TestGroundBrokenOff(t *testing.T) {
	f := groundLines(geo.WGS84, []string{"class"}, groundRow(orb.LineString{{10, 50}, {11, 50}}, "road"))
	f.ending = &importers.Problem{Problem: importers.ProblemFileTruncated, Detail: "cut"}
	set := groundSet(t, f, Options{})
	if got := groundProblems(&set.Report); !slices.Equal(got, []string{"FILE_TRUNCATED", "OUTSIDE_DISTRICT"}) {
		t.Errorf("problems %q", got)
	}
	f.ending = &importers.Problem{Problem: importers.ProblemLimit, Detail: "much"}
	var p *importers.Problem
	if _, err := Ground(context.Background(), f, GroundBasis{District: "220112"}, Options{}); !errors.As(err, &p) || p.Problem != importers.ProblemLimit {
		t.Errorf("another problem gives %v", err)
	}
}

// TestGroundAgain: the same file again changes nothing; a partial one adds.
func TestGroundAgain(t *testing.T) {
	file := func() *groundFile {
		return groundLines(geo.WGS84, []string{"class", "name"}, groundRow(groundRoad, "road", "一"), groundRow(groundRoad, "road", "一"), groundRow(groundHouse, "houses", "二"))
	}
	first := groundSet(t, file(), Options{})
	for i := range first.Features {
		first.Features[i].ID[15] = byte(i + 1)
	}
	again := groundSet(t, file(), Options{}, first.Features...)
	if r := again.Report; r.Unchanged != 3 || r.New+r.Gone != 0 || again.Features[1].ID != first.Features[1].ID || again.Features[1].ID == again.Features[0].ID {
		t.Errorf("again: %+v, %v", r, again.Features)
	}
	other := groundLines(geo.WGS84, []string{"class", "name"}, groundRow(groundRoad, "river", "三"), groundRow(groundRoad, "road", "一"))
	set := groundSet(t, other, Options{}, first.Features...)
	if r := set.Report; r.New != 1 || r.Unchanged != 1 || r.Gone != 2 || len(set.Features) != 2 {
		t.Errorf("another file: %+v, %q", r, groundDrawn(set.Features))
	}
	set = groundSet(t, other, Options{Partial: true}, first.Features...)
	if r := set.Report; r.New != 1 || r.Unchanged != 1 || r.Gone != 0 || len(set.Features) != 4 {
		t.Errorf("a partial file: %+v, %q", r, groundDrawn(set.Features))
	}
}

// TestGroundLayers: all layers with shapes are read, or the one that is named.
func TestGroundLayers(t *testing.T) {
	f := groundLines(geo.WGS84, []string{"class"}, groundRow(groundRoad, "road"))
	more := groundLines("EPSG:4551", []string{"class"}, groundRow(orb.LineString{{472510, 4820546}, {473000, 4821000}}, "river"))
	f.layers = append(f.layers, more.layers[0], importers.Layer{Name: "table"}, importers.Layer{Name: "points", Geometry: "Point"})
	f.layers[1].Name = "rivers"
	f.records = append(f.records, more.records[0])
	set := groundSet(t, f, Options{})
	if len(set.Features) != 2 || set.Report.Layer != "lines, rivers" || set.Report.FeaturesRead != 2 {
		t.Errorf("%q of layers %s", groundDrawn(set.Features), set.Report.Layer)
	}
	if set = groundSet(t, f, Options{Layer: "rivers"}); len(set.Features) != 1 || set.Features[0].Class != "river" {
		t.Errorf("the layer that is named: %q", groundDrawn(set.Features))
	}
	f.layers = f.layers[2:3]
	var p *importers.Problem
	if _, err := Ground(context.Background(), f, GroundBasis{}, Options{}); !errors.As(err, &p) || p.Problem != importers.ProblemWrongType {
		t.Errorf("a table gives %v", err)
	}
}

// TestGroundDemo: the demo's own base map comes in as it is.
func TestGroundDemo(t *testing.T) {
	d := demo(t)
	var records []importers.Record
	for _, f := range d.Ground {
		records = append(records, groundRow(f.Geometry, f.Class, f.Name))
	}
	set, err := Ground(context.Background(), groundLines(geo.WGS84, []string{"class", "name"}, records...), GroundBasis{District: "220112", Areas: d.Areas, Features: d.Ground}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r := set.Report; r.Unchanged != len(d.Ground) || r.New+r.Gone+len(r.Problems) != 0 {
		t.Errorf("%d unchanged of %d, %d new, %d gone, %s", r.Unchanged, len(d.Ground), r.New, r.Gone, strings.Join(groundProblems(&r), " "))
	}
}
