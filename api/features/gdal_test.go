package features

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// ogrinfo runs GDAL's reader and gives what it says; anything on standard
// error is a fault, for GDAL often exits with 0 all the same.
func ogrinfo(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	c := exec.CommandContext(t.Context(), "ogrinfo", append([]string{"-ro", "-al"}, args...)...)
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("ogrinfo %s: %v\n%s", strings.Join(args, " "), err, complaints.String())
	}
	return out.String()
}

var layerCount = regexp.MustCompile(`(?s)Layer name: (\w+)\n.*?Feature Count: (\d+)`)

func counts(out string) map[string]string {
	found := make(map[string]string)
	for _, m := range layerCount.FindAllStringSubmatch(out, -1) {
		found[m[1]] = m[2]
	}
	return found
}

// TestGDALReadsTheCollections opens the server as QGIS and GDAL users do: what
// it has, by number and type, and other boundaries than those in force. What is
// found by page, property, box and date is tested against a whole server.
func TestGDALReadsTheCollections(t *testing.T) {
	r := newRig(t)
	r.desk.reports = r.desk.reports[:120]
	r.history[1].Ground = townGround()
	server := httptest.NewServer(r.handler)
	defer server.Close()
	r.base = server.URL
	for _, path := range []string{"/ogc", "/ogc/"} {
		out := ogrinfo(t, "-so", "OAPIF:"+server.URL+path)
		got := counts(out)
		cells := len(r.page(t, "/ogc/collections/hotspots/items?limit=1000").Features)
		for layer, want := range map[string]int{
			"districts": 1, "townships": 0, "villages": 0, "village_groups": side * side, "grids": side,
			"compounds": 1, "roads": 3, "reports": 120, "hotspots": cells,
		} {
			if got[layer] != fmt.Sprint(want) {
				t.Errorf("%s: GDAL counts %q features in %s, want %d\n%s", path, got[layer], layer, want, out)
			}
		}
	}
	t.Run("geometry and fields", func(t *testing.T) {
		out := ogrinfo(t, "-so", "OAPIF:"+server.URL+"/ogc", "village_groups")
		for _, want := range []string{"Geometry: Multi Polygon", "code: String", "households: Integer", "area_m2: ", "synthetic: Integer(Boolean)", "WGS 84"} {
			if !strings.Contains(out, want) {
				t.Errorf("GDAL does not say %q:\n%s", want, out)
			}
		}
	})
	t.Run("numbers of hot spots", func(t *testing.T) {
		out := ogrinfo(t, "-so", "OAPIF:"+server.URL+"/ogc", "hotspots")
		for _, want := range []string{"count: Integer", "z_score: Real", "suppressed: Integer(Boolean)"} {
			if !strings.Contains(out, want) {
				t.Errorf("GDAL does not say %q:\n%s", want, out)
			}
		}
	})
	// GDAL adds what it was opened with to everything that it asks for.
	t.Run("another time and a plan", func(t *testing.T) {
		for _, query := range []string{"?plan=back", "?at=2026-08-15T00:00:00Z", "?at=2026-08-15T08:00:00%2B08:00"} {
			for _, path := range []string{"/ogc", "/ogc/collections/grids"} {
				out := ogrinfo(t, "OAPIF:"+server.URL+path+query, "grids", "-where", "code = '220112000000001'")
				if strings.Count(out, "OGRFeature(grids)") != 1 || !strings.Contains(out, "名220112000000001") {
					t.Errorf("%s%s: GDAL does not find the name of the first revision:\n%s", path, query, out)
				}
			}
		}
	})
}
