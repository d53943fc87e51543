package importers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// gdal runs a program of GDAL and gives what it prints; what it writes to
// standard error fails the test, for it often exits with 0 on errors.
func gdal(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "OGR_CURRENT_DATE=2026-01-01T00:00:00.000Z")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || strings.Contains(complaints.String(), "ERROR") {
		t.Fatalf("%s %v: %v\n%s", name, args, err, complaints.String())
	}
	return string(out)
}

// testFile writes a file of the test and gives its path.
func testFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll gives copies of the records of a layer.
func readAll(t testing.TB, s Source, layer int) []Record {
	t.Helper()
	out, err := tryReadAll(s, layer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryReadAll(s Source, layer int) (out []Record, err error) {
	err = s.Records(context.Background(), layer, func(r *Record) error {
		c := *r
		c.Values = slices.Clone(r.Values)
		out = append(out, c)
		return nil
	})
	return out, err
}

// openTest opens a file and closes it with the test.
func openTest(t testing.TB, path string, o OpenOptions) Source {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

const gpkgSample = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"编码":"220112001001001","户数":31,"share":0.5,"seen":"2026-05-03","ok":true,"none":null},
 "geometry":{"type":"Polygon","coordinates":[[[125.66,43.52],[125.67,43.52],[125.67,43.53],[125.66,43.52]]]}},
{"type":"Feature","properties":{"编码":"２","户数":null,"share":-1.25,"seen":null,"ok":false,"none":"x"},"geometry":null}]}`

// TestGeoPackageOfGDAL reads what ogr2ogr writes: layers with systems of their own, and a
// table without shapes.
func TestGeoPackageOfGDAL(t *testing.T) {
	in := testFile(t, "in.geojson", gpkgSample)
	out := filepath.Join(t.TempDir(), "有 空格?#%41.gpkg")
	gdal(t, "ogr2ogr", "-f", "GPKG", out, in, "-nln", "屯组", "-t_srs", "EPSG:4551", "-nlt", "MULTIPOLYGON")
	gdal(t, "ogr2ogr", "-f", "GPKG", "-update", out, in, "-nln", "with z", "-dim", "XYZ", "-t_srs", "EPSG:4530")
	gdal(t, "ogr2ogr", "-f", "GPKG", "-update", out, in, "-nln", "rows", "-nlt", "NONE")
	s := openTest(t, out, OpenOptions{})
	layers := s.Layers()
	if len(layers) != 3 {
		t.Fatalf("%d layers: %+v", len(layers), layers)
	}
	columns := []string{"编码", "户数", "share", "seen", "ok", "none"}
	for i, want := range []Layer{
		{Name: "屯组", Geometry: "MultiPolygon", CRS: CRSHint{CRS: "EPSG:4551"}},
		{Name: "with z", Geometry: "Polygon", CRS: CRSHint{CRS: "EPSG:4530"}, HasZ: true},
		{Name: "rows"},
	} {
		got := layers[i]
		if got.Name != want.Name || got.Geometry != want.Geometry || got.CRS.CRS != want.CRS.CRS || got.CRS.Err != nil ||
			got.HasZ != want.HasZ || got.Features != 2 || got.Format != "GeoPackage" || !slices.Equal(got.Columns, columns) || got.Problems != nil {
			t.Errorf("layer %d = %+v, want %+v", i, got, want)
		}
	}
	wantValues := [][]Value{
		{{"220112001001001", Text}, {"31", Number}, {"0.5", Number}, {"2026-05-03", Date}, {"true", Bool}, {}},
		{{"２", Text}, {}, {"-1.25", Number}, {}, {"false", Bool}, {"x", Text}},
	}
	for i := range layers {
		records := readAll(t, s, i)
		if len(records) != 2 || !reflect.DeepEqual(readAll(t, s, i), records) {
			t.Fatalf("%s: %d records, or others the second time", layers[i].Name, len(records))
		}
		for k, r := range records {
			if r.Number != k+1 || !reflect.DeepEqual(r.Values, wantValues[k]) || r.Problems != nil || (r.Geometry != nil) != (k == 0 && i < 2) {
				t.Errorf("%s: record %d = %+v, want %+v", layers[i].Name, k, r, wantValues[k])
			}
		}
		if i < 2 {
			if records[0].HadZ != (i == 1) {
				t.Errorf("%s: heights %v", layers[i].Name, records[0].HadZ)
			}
			checkPlace(t, layers[i].CRS.CRS, records[0].Geometry.Bound().Min, orb.Point{125.66, 43.52})
		}
	}
}

// checkPlace holds the south-west corner of a small shape against where it is.
func checkPlace(t *testing.T, crs geo.CRS, p, want orb.Point) {
	t.Helper()
	got, err := geo.ToWGS84(crs, p)
	if d := geo.DistanceM(got, want); err != nil || !(d < 20) {
		t.Errorf("%v in %s is %v, %v, %.1f m from %v", p, crs, got, err, d, want)
	}
}

// TestGeoPackageSystems: numbers first, then what the definition says; what is not taken
// says so and keeps nothing from being read.
func TestGeoPackageSystems(t *testing.T) {
	const gk126 = `PROJCS["CGCS2000_3_Degree_GK_CM_126E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",126.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`
	for name, tt := range map[string]struct {
		id, organization, number, definition string
		crs                                  geo.CRS
		problem                              string // of the hint
		warning                              bool
	}{
		"number":              {"4551", "epsg", "4551", "undefined", "EPSG:4551", "", false},
		"definition alone":    {"100001", "NONE", "100001", gk126, "EPSG:4551", "", false},
		"unknown number":      {"999999", "EPSG", "999999", gk126, "EPSG:4551", "", false},
		"the two disagree":    {"4549", "EPSG", "4549", gk126, "EPSG:4549", "", true},
		"legacy number":       {"2387", "EPSG", "2387", "undefined", "", ProblemDatumRefused, false},
		"nothing known":       {"100001", "NONE", "100001", "undefined", "", ProblemCRSUnknown, false},
		"unknown and nothing": {"2000", "EPSG", "2000", "", "", ProblemCRSUnknown, false},
		"not described":       {"77", "", "", "", "", ProblemCRSUnknown, false},
		"undefined":           {"-1", "NONE", "-1", "undefined", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			path := hostile(t, func(db *hostileDB) {
				db.run(`UPDATE gpkg_geometry_columns SET srs_id = ?`, tt.id)
				db.run(`DELETE FROM gpkg_spatial_ref_sys`)
				if tt.organization != "" {
					db.run(`INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)`, "a name", tt.id, tt.organization, tt.number, tt.definition)
				}
			})
			l := openTest(t, path, OpenOptions{}).Layers()[0]
			problem := ""
			if p, ok := l.CRS.Err.(*Problem); ok {
				problem = p.Problem
			}
			if l.CRS.CRS != tt.crs || problem != tt.problem || (len(l.Problems) > 0) != tt.warning {
				t.Errorf("hint %+v with %v and %v, want %q, %q, warning %v", l.CRS, l.CRS.Err, l.Problems, tt.crs, tt.problem, tt.warning)
			}
			for _, p := range l.Problems {
				if !p.Warning {
					t.Errorf("%v is no warning", p)
				}
			}
		})
	}
}

// TestGeoPackageStops: an error of the reader's caller, and the end of its context, end
// the reading and come back.
func TestGeoPackageStops(t *testing.T) {
	path := hostile(t, func(db *hostileDB) {
		db.run(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) INSERT INTO areas (code) SELECT i FROM n`)
	})
	var progress []int64
	s := openTest(t, path, OpenOptions{Progress: func(done, of int64) { progress = append(progress, done, of) }})
	stop := fmt.Errorf("enough")
	if err := s.Records(t.Context(), 0, func(*Record) error { return stop }); err != stop {
		t.Errorf("Records = %v, want what each gave", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := s.Records(ctx, 0, func(*Record) error { n++; cancel(); return nil })
	if err != context.Canceled || n > 2 {
		t.Errorf("Records = %v after %d records, want context.Canceled at once", err, n)
	}
	if got := readAll(t, s, 0); len(got) != 5001 {
		t.Errorf("%d records after that, want 5001", len(got))
	}
	info, _ := os.Stat(path)
	if len(progress) == 0 || progress[len(progress)-2] != info.Size() || progress[len(progress)-1] != info.Size() {
		t.Errorf("progress %v, want it to end with %d", progress, info.Size())
	}
}
