package ingest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// layerSource is a source of one layer in memory.
type layerSource struct {
	layer   importers.Layer
	records []importers.Record
}

func (s *layerSource) Layers() []importers.Layer { return []importers.Layer{s.layer} }
func (s *layerSource) Close() error              { return nil }

func (s *layerSource) Records(_ context.Context, _ int, each func(*importers.Record) error) error {
	for i := range s.records {
		r := s.records[i]
		r.Number = i + 1
		if err := each(&r); err != nil {
			return err
		}
	}
	return nil
}

// layerOf makes a source of areas in a system, with the columns that exports have.
func layerOf(t testing.TB, crs geo.CRS, areas ...geo.Area) *layerSource {
	t.Helper()
	s := &layerSource{layer: importers.Layer{Name: "areas", Format: "test", Geometry: "MultiPolygon", Features: len(areas),
		Columns: []string{"code", "name", "name_en", "alias", "parent", "parent_kind", "unit_type", "class", "households", "population", "synthetic"},
		CRS:     importers.CRSHint{CRS: crs, From: "test"}}}
	for i := range areas {
		a := &areas[i]
		text := func(s string) importers.Value {
			if s == "" {
				return importers.Value{}
			}
			return importers.Value{Text: s, Type: importers.Text}
		}
		s.records = append(s.records, importers.Record{Geometry: project(t, crs, a.Shape), Values: []importers.Value{
			text(a.Code), text(a.Name), text(a.NameEn), text(strings.Join(a.Alias, ";")), text(a.Parent.Code), text(string(a.Parent.Kind)), text(a.UnitType), text(a.Class),
			text(strconv.Itoa(a.Households)), text(strconv.Itoa(a.Population)), text(strconv.FormatBool(a.Synthetic))}})
	}
	return s
}

func project(t testing.TB, crs geo.CRS, shape orb.MultiPolygon) orb.MultiPolygon {
	t.Helper()
	out := shape.Clone()
	for _, polygon := range out {
		for _, ring := range polygon {
			for i := range ring {
				p, err := geo.FromWGS84(crs, ring[i])
				if err != nil {
					t.Fatal(err)
				}
				if !crs.Geographic() {
					p[0], p[1] = math.Round(p[0]*1e4)/1e4, math.Round(p[1]*1e4)/1e4
				}
				ring[i] = p
			}
		}
	}
	return out
}

func demoAreas(t testing.TB) []geo.Area { return demo(t).Areas }

func ofKind(areas []geo.Area, kinds ...geo.Kind) (out []geo.Area) {
	for _, a := range areas {
		if slices.Contains(kinds, a.Kind) {
			out = append(out, a)
		}
	}
	return out
}

func importAreas(t testing.TB, src importers.Source, basis []geo.Area, o Options) *AreaSet {
	t.Helper()
	set, err := Areas(context.Background(), src, AreaBasis{District: "220112", Areas: basis}, o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// tell writes problems a line each.
func tell(set *AreaSet) string {
	var b strings.Builder
	for i, p := range set.Report.Problems {
		if i == 30 {
			fmt.Fprintf(&b, "… %d more\n", len(set.Report.Problems)-30)
			break
		}
		severity := "error"
		if p.Warning {
			severity = "warning"
		}
		fmt.Fprintf(&b, "%s %d %s %v %s area %.3f\n", severity, p.Feature, p.Problem, p.At, p.Detail, p.AreaM2)
	}
	return b.String()
}

// TestAreasDemo: every kind of the demo, in every system, is taken without an
// error; it is all new at first and unchanged where it is in force.
func TestAreasDemo(t *testing.T) {
	all := demoAreas(t)
	for _, crs := range []geo.CRS{geo.WGS84, geo.CGCS2000, "EPSG:4551", "EPSG:4530", "EPSG:4549", geo.GCJ02, geo.BD09, geo.WebMercator} {
		// Lines that are straight in the others get corners where they bend.
		straight := crs != geo.GCJ02 && crs != geo.BD09 && crs != geo.WebMercator
		var above []geo.Kind
		for _, k := range geo.Kinds() {
			if (k == geo.VillageGroup || k == geo.Grid) && crs != geo.WGS84 && crs != "EPSG:4551" {
				continue // enough of the largest kinds
			}
			t.Run(string(crs)+" "+string(k), func(t *testing.T) {
				areas := ofKind(all, k)
				set := importAreas(t, layerOf(t, crs, areas...), ofKind(all, above...), Options{Kind: k})
				if set.Report.Errors() > 0 || len(set.New) != len(areas) {
					t.Fatalf("%d of %d areas are new in an empty kind:\n%s", len(set.New), len(areas), tell(set))
				}
				for _, a := range set.New {
					i := slices.IndexFunc(areas, func(b geo.Area) bool { return b.Code == a.Code })
					a.ID, a.FromRevision = areas[i].ID, areas[i].FromRevision
					if a.Shape == nil || straight && !geo.SameShape(a.Shape, areas[i].Shape) || !samePaper(&a, &areas[i]) {
						t.Fatalf("%s came back as another: %+v, want %+v", a.Code, paper(a), paper(areas[i]))
					}
				}
				set = importAreas(t, layerOf(t, crs, areas...), all, Options{Kind: k})
				if set.Report.Errors() > 0 || straight && set.Report.Unchanged != len(areas) || len(set.Gone) > 0 {
					t.Fatalf("of %d areas in force %d are unchanged, %d gone:\n%s", len(areas), set.Report.Unchanged, len(set.Gone), tell(set))
				}
			})
			above = append(above, k)
		}
	}
}

func paper(a geo.Area) geo.Area { a.Shape = nil; return a }

func samePaper(a, b *geo.Area) bool {
	x, y := paper(*a), paper(*b)
	return x.Same(&y)
}
