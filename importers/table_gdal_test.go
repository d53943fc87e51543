package importers

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

var (
	featureCount = regexp.MustCompile(`Feature Count: (\d+)`)
	wktShape     = regexp.MustCompile(`^"?(?:MULTI)?(?:POINT|LINESTRING|POLYGON) ?\([-0-9., ()]+\)`)
	wktNumber    = regexp.MustCompile(`-?[0-9]+\.?[0-9]*`)
)

// TestTablesOpenInGDAL opens every format with every kind of shape, and in every
// system with areas, counts, and holds the coordinates against GDAL's own
// conversion of those in WGS 84.
func TestTablesOpenInGDAL(t *testing.T) {
	for _, sample := range []struct {
		table *Table
		rows  string
		in    []geo.CRS
	}{{tableSample(), "3", allCRS}, {pointSample(), "3", allCRS[2:]}, {lineSample(), "3", allCRS[2:]}, {plainSample(), "1", allCRS[2:]}} {
		for _, c := range sample.in {
			var want []float64
			if sample.table.Geometry != "" {
				want = shapesOf(t, tableFile(t, sample.table, GeoJSON, geo.WGS84), "EPSG:"+strconv.Itoa(tableEPSG(c)))
			}
			for _, f := range Formats() {
				path := tableFile(t, sample.table, f, c)
				// Of a sheet of texts alone GDAL does not see what is the header.
				info := gdal(t, "ogrinfo", "--config", "OGR_XLSX_HEADERS", "FORCE", "-so", "-al", path)
				if m := featureCount.FindStringSubmatch(info); len(m) != 2 || m[1] != sample.rows {
					t.Errorf("%s has %v features, want %s:\n%s", filepath.Base(path), m, sample.rows, info)
				}
				if sample.table.Geometry == "" || f == XLSX {
					continue
				}
				if known := strings.Contains(info, `ID["EPSG",`+strconv.Itoa(tableEPSG(c))+`]`); !known && f != CSVText {
					t.Errorf("%s is not known as EPSG:%d:\n%s", filepath.Base(path), tableEPSG(c), info)
				}
				compareShapes(t, filepath.Base(path), shapesOf(t, path, ""), want, c)
			}
		}
	}
}

// shapesOf gives all coordinates of a file as GDAL reads it, turned from WGS 84 into
// a system where one is named.
func shapesOf(t *testing.T, path, to string) (all []float64) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.csv")
	args := []string{"-f", "CSV", "-lco", "GEOMETRY=AS_WKT", out, path}
	if to != "" {
		args = append(args, "-s_srs", "EPSG:4326", "-t_srs", to)
	}
	gdal(t, "ogr2ogr", args...)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		// The shape comes first; a CSV of ours has it as a text besides.
		for _, n := range wktNumber.FindAllString(wktShape.FindString(line), -1) {
			x, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, x)
		}
	}
	return all
}

func compareShapes(t *testing.T, name string, got, want []float64, c geo.CRS) {
	t.Helper()
	limit := 1e-9 // degrees; GDAL writes 15 digits
	if !c.Geographic() {
		limit = 1e-4 // metres, as they are rounded
	}
	if len(got) != len(want) || len(want) < 4 {
		t.Errorf("%s has %d numbers, GDAL's own %d", name, len(got), len(want))
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= limit) {
			t.Errorf("number %d of %s is %v, GDAL's own %v", i, name, got[i], want[i])
			return
		}
	}
}
