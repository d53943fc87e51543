package tiles

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb/maptile"
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

// TestGDALReadsATile has GDAL read one tile of areas, from a file and over
// HTTP, where it looks for metadata.json beside the zooms.
func TestGDALReadsATile(t *testing.T) {
	r := newRig(t)
	middle := townMiddle()
	tile := maptile.At(middle, 13)
	data := r.get(tilePath("village_groups", middle, 13)).Body.Bytes()
	_, features := decodeTile(t, data, tile)

	file := filepath.Join(t.TempDir(), fmt.Sprint(tile.Y)+".mvt")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r.handler)
	defer server.Close()
	for name, args := range map[string][]string{
		"file": {file, "-oo", fmt.Sprintf("X=%d", tile.X), "-oo", fmt.Sprintf("Y=%d", tile.Y), "-oo", fmt.Sprintf("Z=%d", tile.Z)},
		"http": {"MVT:" + server.URL + tilePath("village_groups", middle, 13), "-oo",
			"METADATA_FILE=" + server.URL + "/tiles/village_groups/metadata.json"},
	} {
		t.Run(name, func(t *testing.T) {
			out := ogrinfo(t, args...)
			for _, want := range []string{fmt.Sprintf("Feature Count: %d", len(features)),
				"code (String) = 2201122000010", "= 120", "POLYGON ((139"} {
				if !strings.Contains(out, want) {
					t.Errorf("GDAL does not say %q:\n%.3000s", want, out)
				}
			}
		})
	}
}
