package importers

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestReadWhatGDALWrites: the same features come of all texts and workbooks that
// GDAL makes of them.
func TestReadWhatGDALWrites(t *testing.T) {
	hole := orb.Ring{{125.52, 43.52}, {125.52, 43.53}, {125.53, 43.53}, {125.52, 43.52}}
	shape := orb.MultiPolygon{{{{125.5, 43.5}, {125.6, 43.5}, {125.6, 43.6}, {125.5, 43.5}}, hole}, {{{125.7, 43.5}, {125.8, 43.5}, {125.8, 43.6}, {125.7, 43.5}}}}
	var features []Feature
	for _, name := range []string{"𠮷家屯, \"一\"", "于家屯\n二", "=1+1"} {
		features = append(features, Feature{Geometry: shape, Properties: []Property{{"编码", "220112001001001"}, {"名称", name}, {"户数", 86}, {"at", "2026-09-01"}}})
	}
	text, err := write(t, features...)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // /vsizip/ stumbles over a folder whose name ends like a workbook's
	from := textFile(t, "from.geojson", text)
	for name, c := range map[string]struct {
		options []string
		crs     geo.CRS
	}{
		"a.geojson":  {[]string{"-f", "GeoJSON", "-lco", "RFC7946=YES"}, geo.WGS84},
		"b.geojson":  {[]string{"-f", "GeoJSON", "-t_srs", "EPSG:4490", "-lco", "WRITE_BBOX=YES"}, geo.CGCS2000},
		"c.geojsonl": {[]string{"-f", "GeoJSONSeq"}, geo.WGS84},
		"d.geojsons": {[]string{"-f", "GeoJSONSeq", "-lco", "RS=YES"}, geo.WGS84},
		"e.csv":      {[]string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT"}, ""},
		"f.csv":      {[]string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "-lco", "SEPARATOR=SEMICOLON", "-lco", "WRITE_BOM=YES", "-lco", "STRING_QUOTING=ALWAYS"}, ""},
		"g.csv":      {[]string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "-lco", "SEPARATOR=TAB", "-dim", "XYZ"}, ""},
		"h.xlsx":     {[]string{"-f", "XLSX", "-dialect", "SQLite", "-sql", `SELECT ST_AsText(geometry) AS wkt, 编码, 名称, 户数, at FROM things`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if out, err := exec.Command("ogr2ogr", append(c.options, path, from)...).CombinedOutput(); err != nil {
				t.Fatalf("ogr2ogr: %v: %s", err, out)
			}
			s, err := Open(t.Context(), path, OpenOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			l := s.Layers()[0]
			if !slices.Equal(l.Columns, []string{"编码", "名称", "户数", "at"}) || l.Features != 3 || l.Geometry != "MultiPolygon" || l.CRS.CRS != c.crs {
				t.Errorf("the layer is %+v", l)
			}
			got, err := recordsOf(s, 0)
			if err != nil || len(got) != 3 || len(numberedCodes(got)) > 0 {
				t.Fatal(len(got), numberedCodes(got), err)
			}
			for i, r := range got {
				if len(r.Values) != 4 {
					t.Fatalf("feature %d has %q", i+1, r.Values)
				}
				at := strings.ReplaceAll(r.Values[3].Text, "/", "-")
				if _, err := time.Parse(time.DateOnly, at); err != nil {
					t.Errorf("the day of feature %d is %q", i+1, at)
				}
				if !sameShape(r.Geometry, shape) || r.Values[0].Text != "220112001001001" || r.Values[1].Text != features[i].Properties[1].Value || r.Values[2].Text != "86" {
					t.Errorf("feature %d is %+v", i+1, r)
				}
				if strings.HasPrefix(name, "g") && !r.HadZ {
					t.Error("the heights are not noticed")
				}
			}
		})
	}
}

// sameShape tells whether two geometries are alike to 1e-6, whichever way their rings
// go round.
func sameShape(g orb.Geometry, want orb.MultiPolygon) bool {
	m, ok := g.(orb.MultiPolygon)
	if !ok || len(m) != len(want) || len(m[0]) != len(want[0]) || len(m[1]) != len(want[1]) {
		return false
	}
	for i, r := range m[0] {
		w := want[0][i]
		if reversed := slices.Clone(w); r.Orientation() != w.Orientation() {
			slices.Reverse(reversed)
			w = reversed
		}
		if len(r) != len(w) {
			return false
		}
		for _, p := range r {
			if !slices.ContainsFunc(w, func(q orb.Point) bool { return max(p[0]-q[0], q[0]-p[0], p[1]-q[1], q[1]-p[1]) < 1e-6 }) {
				return false
			}
		}
	}
	return m[0][0][0] == m[0][0][len(m[0][0])-1]
}
