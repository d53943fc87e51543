package ingest

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// TestLooksGCJ02: a file whose coordinates are shifted and that says nothing of it
// is found out, by areas of the same codes or by what its areas make up; and
// the shift is undone where it is named.
func TestLooksGCJ02(t *testing.T) {
	all := demoAreas(t)
	for name, c := range map[string]struct {
		kind          geo.Kind
		basis         []geo.Area
		written, read geo.CRS
		says          string
	}{
		"groups in force":                {geo.VillageGroup, all, geo.GCJ02, geo.WGS84, "gcj02"},
		"new groups of villages":         {geo.VillageGroup, ofKind(all, geo.District, geo.Township, geo.Village), geo.GCJ02, geo.WGS84, "gcj02"},
		"new townships of the district":  {geo.Township, ofKind(all, geo.District), geo.GCJ02, geo.WGS84, "gcj02"},
		"the district itself":            {geo.District, all, geo.GCJ02, geo.CGCS2000, "gcj02"},
		"compounds in force":             {geo.Compound, all, geo.GCJ02, geo.WGS84, "gcj02"},
		"Baidu's":                        {geo.Grid, all, geo.BD09, geo.WGS84, "bd09"},
		"not shifted though it says so":  {geo.Grid, all, geo.WGS84, geo.GCJ02, "wgs84"},
		"Baidu's under the name of GCJ":  {geo.Grid, all, geo.BD09, geo.GCJ02, "bd09"},
		"shifted, and it says so":        {geo.Village, all, geo.GCJ02, geo.GCJ02, ""},
		"not shifted":                    {geo.Grid, all, geo.WGS84, geo.WGS84, ""},
		"nothing in force to compare to": {geo.District, nil, geo.GCJ02, geo.WGS84, ""},
	} {
		t.Run(name, func(t *testing.T) {
			src := layerOf(t, c.written, ofKind(all, c.kind)...)
			src.layer.CRS.CRS = c.read
			set := importAreas(t, src, c.basis, Options{Kind: c.kind})
			var told []string
			for _, p := range set.Report.Problems {
				if p.Problem != importers.ProblemLooksGCJ02 {
					if !p.Warning {
						t.Fatalf("the shift makes other errors:\n%s", tell(set))
					}
					continue
				}
				told = append(told, p.Values["reading"].(string))
				if d := p.Values["distance_m"].(float64); d < 400 || d > 2000 {
					t.Errorf("%v m away", d)
				}
			}
			if c.says == "" && len(told) > 0 || c.says != "" && (len(told) != 1 || told[0] != c.says) {
				t.Errorf("it looks like %v, want %q:\n%s", told, c.says, tell(set))
			}
		})
	}
}

// TestLooksGCJ02Some: of a file with some shifted features, neighbours among them,
// each is told, and nothing else.
func TestLooksGCJ02Some(t *testing.T) {
	all := demoAreas(t)
	for _, k := range []geo.Kind{geo.Grid, geo.VillageGroup, geo.Village, geo.Compound} {
		src := layerOf(t, geo.WGS84, ofKind(all, k)...)
		shifted := layerOf(t, geo.GCJ02, ofKind(all, k)...)
		for i := range 10 {
			src.records[i].Geometry = shifted.records[i].Geometry
		}
		set := importAreas(t, src, all, Options{Kind: k})
		if n := countOf(set, importers.ProblemLooksGCJ02); n != 10 || set.Report.Errors() != 10 || set.Report.FeaturesOK != len(src.records)-10 {
			t.Errorf("%s: %d are told:\n%s", k, n, tell(set))
		}
	}
}
